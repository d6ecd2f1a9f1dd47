"""What can be wrong with a scenario, said so that it can be mended: the errors a user sees."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

NO_SUCH_FIELD = "there is no"
"""How the message begins when a path leads nowhere."""
SHOWN = 20  # problems printed; a broken file may have thousands
CLOSE = 0.6  # likeness, 0 to 1, from which a name is suggested
SOURCE_WIDTH = 120  # longer source lines are not repeated under the message


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something was written: lines and columns count from 1, line 0 is outside any line.

    `file` is the path as the user knows it, or the text of a command-line option; `source` is the
    line itself.
    """

    file: str
    line: int = 0
    col: int = 0
    source: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: its place, the dotted path of the value, what is wrong, what would be right."""

    file: str
    line: int
    col: int
    path: str
    message: str
    hint: str = ""
    source: str = ""

    @classmethod
    def at(cls, mark: Mark, message: str, *hints: str, path: str = "") -> Problem:
        """Problem at `mark`; empty hints are left out."""
        hint = "; ".join(filter(None, hints))
        return cls(mark.file, mark.line, mark.col, path, message, hint, mark.source)

    def __str__(self) -> str:
        where = str(Mark(self.file, self.line, self.col))
        text = f"{where}: {self.path + ': ' if self.path else ''}{self.message}"
        if self.hint:
            text += f"; {self.hint}"
        if not self.source.strip() or len(self.source) > SOURCE_WIDTH:
            return text
        number = f"{self.line:>5} | "
        shown = "".join(char if char.isprintable() else " " for char in self.source)
        return f"{text}\n{number}{shown}\n{' ' * (len(number) + self.col - 1)}^"


class ScenarioError(Exception):
    """The scenario cannot be used; `problems` holds every mistake found, by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(
            sorted(dict.fromkeys(problems), key=lambda found: (found.file, found.line, found.col))
        )
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more")
        return "\n".join(lines)


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`did you mean "x"?` for the choice that `word` resembles or begins, or nothing."""

    def likeness(choice: str) -> tuple[float, float]:
        wanted, known = word.lower().lstrip("-"), choice.lower().lstrip("-")
        whole, start = (
            difflib.SequenceMatcher(None, wanted, text).ratio()
            for text in (known, known[: len(wanted)])
        )
        return max(whole, start), whole

    near = max(choices, key=likeness, default=None)
    return f'did you mean "{near}"?' if near and likeness(near)[0] >= CLOSE else ""
