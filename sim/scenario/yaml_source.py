"""YAML files as trees of nodes that remember where they were written.

Only what a scenario needs is let in: one document, mappings with text keys, lists, and scalars read
by the YAML 1.2 core rules (`no` is text, `8:30` is text, `1e3` is a number). What YAML reads
differently from what its writer meant is refused: duplicate keys, leading zeros, anchors, merge
keys, tags. The one tag known is `!replace`, for layering. Nothing here knows a field of a scenario.
"""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import yaml

from sim.scenario.meant import decimal_comma
from sim.scenario.problems import Mark, Problem, ScenarioError, did_you_mean

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
KEPT_LETTERS = 100_000  # of a text whose tree is kept in case it is read again
MAX_DIGITS = 19  # of a whole number: more never fits 64 bits

Scalar = str | int | float | bool | None
Key = str | int  # a step of a path: mapping key, list index, or name of a list item

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_INDEX = re.compile(r"[0-9]{1,9}")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place (`mark`), the place of its key, and whether it is to `!replace`."""

    value: Scalar | dict[str, Node] | list[Node]
    mark: Mark
    key: Mark | None = None
    replace: bool = False

    @property
    def name(self) -> str | None:
        """The text under the key `name`, by which a list item is known."""
        named = self.value.get("name") if isinstance(self.value, dict) else None
        return named.value if named and isinstance(named.value, str) else None

    def child(self, step: Key) -> Node | None:
        """The value under a key, or the list item with this index or name."""
        if isinstance(self.value, dict):
            return self.value.get(step) if isinstance(step, str) else None
        index = self.index(step)
        return self.value[index] if isinstance(self.value, list) and index is not None else None

    def index(self, step: Key) -> int | None:
        """Index of the list item that `step` names or counts."""
        if not isinstance(self.value, list):
            return None
        if isinstance(step, str):
            named = [index for index, item in enumerate(self.value) if item.name == step]
            if named:
                return named[0]
            step = int(step) if _INDEX.fullmatch(step) else -1
        return step if 0 <= step < len(self.value) else None

    def dotted(self, path: Sequence[Key]) -> str:
        """`path` from here with list items by name, such as `teams.coding.headcount`."""
        steps: list[str] = []
        node: Node | None = self
        for step in path:
            node = node.child(step) if node else None
            steps.append(str((node.name if node and isinstance(step, int) else None) or step))
        return ".".join(steps)

    def nearest(self, path: Sequence[Key]) -> Node:
        """The value at `path`, or the innermost one on the way there."""
        child = self.child(path[0]) if path else None
        return child.nearest(path[1:]) if child else self

    def leads_to(self, dotted: str) -> bool:
        """Whether there is a value at a dotted path, list items by name."""
        node: Node | None = self
        for step in dotted.split("."):
            node = node.child(step) if node else None
        return node is not None

    def plain(self) -> Any:
        """The value without marks, as JSON knows it."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def children(self) -> list[tuple[Key, Node]]:
        """Children with their keys, or their names or else indices in a list."""
        if isinstance(self.value, dict):
            return list(self.value.items())
        items = self.value if isinstance(self.value, list) else []
        return [(item.name or index, item) for index, item in enumerate(items)]

    def leaves(self, path: tuple[Key, ...] = ()) -> Iterator[tuple[tuple[Key, ...], Node]]:
        """Every scalar and every empty collection, with its path by names where there are some."""
        children = self.children()
        if not children:
            yield path, self
        for step, child in children:
            yield from child.leaves((*path, step))


def node_of(value: Any, mark: Mark) -> Node:
    """Plain data as a tree that was written in one place; dates and the like are text."""
    if isinstance(value, Mapping):
        return Node({str(key): node_of(child, mark) for key, child in value.items()}, mark)
    if isinstance(value, list | tuple):
        return Node([node_of(child, mark) for child in value], mark)
    known = value is None or isinstance(value, str | bool | int | float)
    return Node(value if known else str(value), mark)


def read(path: Path, asked_by: Mark | None = None) -> Node:
    """The mapping in the scenario file `path`.

    `asked_by` is the place that names the file, if another file does. Raises `ScenarioError` when
    the file cannot be read or holds anything but one mapping.
    """
    at = asked_by or Mark(str(path))
    root = parse(_text(path, at), str(path))
    if isinstance(root.value, dict):
        return root
    what = "is empty" if root.value is None else "must be a mapping of keys to values at top level"
    _refuse(root.mark, f"the file {what}", 'start with "name: …" or "extends: …"')


def parse(text: str, file: str, *, in_file: bool = True) -> Node:
    """The one YAML value in `text`; marks name `file`, with line and column if `in_file`."""
    try:  # text of the command line holds bytes that the locale does not know as surrogates
        text = os.fsencode(text).decode("utf-8") if not in_file else text
    except UnicodeError:
        _refuse(Mark(file), "this is not UTF-8 text")
    keep = in_file and len(text) <= KEPT_LETTERS
    return (_kept if keep else _document)(text, file, in_file)


def _document(text: str, file: str, in_file: bool) -> Node:
    return _Parser(text, file, in_file).document()


# Scenarios share most of their files. Nobody changes a node.
_kept = lru_cache(maxsize=16)(_document)


def _refuse(mark: Mark, message: str, *hints: str) -> NoReturn:
    raise ScenarioError([Problem.at(mark, message, *hints)])


def _text(path: Path, at: Mark) -> str:
    """Content of a file that is looked at before it is read: it may be huge, or no file at all."""
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            _refuse(at, f'"{path}" is a folder', f'name a file, such as "{path / "name.yaml"}"')
        if not stat.S_ISREG(status.st_mode):
            _refuse(at, f'"{path}" is not a regular file')
        if status.st_size <= MAX_BYTES:
            with open(path, "rb") as stream:
                data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(at, f'there is no file "{path}"', _nearest_file(path))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        _refuse(at, f'"{path}" cannot be read: {reason}')
    if status.st_size > MAX_BYTES or len(data) > MAX_BYTES:
        megabytes = status.st_size / 1e6
        _refuse(at, f'"{path}" has {megabytes:.1f} MB', "a scenario has at most 1 MB")
    if b"\0" in data:
        _refuse(at, f'"{path}" is a binary file', "a scenario is YAML text in UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _refuse(Mark(str(path), line, 1), "the file is not UTF-8 text", "save it as UTF-8")


def _nearest_file(path: Path) -> str:
    try:
        names = sorted(item.name for item in path.parent.iterdir() if item.suffix == ".yaml")
    except OSError:
        return f'the folder "{path.parent}" is missing too'
    below = sorted(path.parent.glob(f"*/{path.name}"))
    if path.name not in names and below:
        return f'did you mean "{below[0].relative_to(path.parent).as_posix()}"?'
    return did_you_mean(path.name, names)


class _Parser:
    """Builds nodes from YAML events; collects problems and goes on while the grammar holds."""

    def __init__(self, text: str, file: str, in_file: bool) -> None:
        self.file, self.in_file = file, in_file
        self.text = text
        self.lines = _LINE_BREAK.split(text) if in_file else []
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.problems: list[Problem] = []

    def document(self) -> Node:
        """The root of the only document."""
        root = Node(None, self.mark(0, 0))
        documents = 0
        try:
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        self.problem(event, "a second document starts here", 'remove the "---"')
                        break
                elif isinstance(event, yaml.NodeEvent):
                    root = self.node(event, depth=0)
        except yaml.YAMLError as error:
            self.problems.append(self.grammar(error))
        if self.problems:
            raise ScenarioError(self.problems)
        return root

    def mark(self, line: int, col: int) -> Mark:
        if not self.in_file:
            return Mark(self.file)
        source = self.lines[line] if line < len(self.lines) else ""
        return Mark(self.file, line + 1, col + 1, source)

    def start(self, event: Any) -> Mark:
        return self.mark(event.start_mark.line, event.start_mark.column)

    def comma(self, event: Any) -> str:
        """What to write if the comma before a number was meant to be part of it."""
        line = _LINE_BREAK.split(self.text)[event.start_mark.line]
        return decimal_comma(line[: event.start_mark.column], event.value)

    def problem(self, event: Any, message: str, *hints: str) -> None:
        self.problems.append(Problem.at(self.start(event), message, *hints))

    def grammar(self, error: yaml.YAMLError) -> Problem:
        """What the YAML scanner or parser could not understand."""
        if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
            mark = self.mark(error.problem_mark.line, error.problem_mark.column)
            begun = error.context_mark
            started = f" (it starts on line {begun.line + 1})" if error.context and begun else ""
            said = f"{error.context or ''}{started} {error.problem}".strip()
        else:
            position = getattr(error, "position", 0)
            before = _LINE_BREAK.split(self.text[:position])
            mark = self.mark(len(before) - 1, len(before[-1]))
            said = str(getattr(error, "reason", error))
        tab = mark.source[: mark.col - 1].isspace() or mark.source[mark.col - 1 : mark.col] == "\t"
        hint = "indent with spaces, not tabs" if tab and "\t" in mark.source[: mark.col] else ""
        return Problem.at(mark, f"not valid YAML: {said}", hint)

    def node(self, event: Any, depth: int, key: Mark | None = None) -> Node:
        """The value that starts with `event`; too deep a value ends the reading."""
        mark = self.start(event)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            hint = 'write the value out, or share it between files with "extends"'
            self.problem(event, "anchors and aliases (& and *) are not used in scenarios", hint)
        if isinstance(event, yaml.AliasEvent):
            return Node(None, mark, key)
        if depth > MAX_DEPTH:
            self.problem(event, f"nested more than {MAX_DEPTH} deep")
            raise ScenarioError(self.problems)
        replace = event.tag == "!replace" and not isinstance(event, yaml.ScalarEvent)
        if event.tag is not None and not replace:
            hint = "the one tag is !replace, on a mapping or a list; quote text that starts with !"
            self.problem(event, f'the tag "{event.tag}" is not used here', hint)
        if isinstance(event, yaml.MappingStartEvent):
            return Node(self.mapping(depth), mark, key, replace)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(self.sequence(depth), mark, key, replace)
        return Node(self.scalar(event), mark, key)

    def mapping(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            mark = self.start(event)
            name = self.node(event, depth + 1).value
            child = self.node(next(self.events), depth + 1, key=mark)
            if not isinstance(name, str):
                quoted = f'"{event.value}"' if isinstance(event, yaml.ScalarEvent) else ""
                hint = quoted and (self.comma(event) or f"write {quoted}, with quotes")
                self.problem(event, "a key must be text", hint)
            elif name == "<<":
                self.problem(event, "merge keys (<<) are not used in scenarios", 'see "extends"')
            elif name in found:
                self.twice(mark, f'the key "{name}" is there twice', found[name].key)
            else:
                found[name] = child
        return found

    def sequence(self, depth: int) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        first: dict[str, Node] = {}
        for item in items:
            if item.name is not None and first.setdefault(item.name, item) is not item:
                self.twice(item.mark, f'two items are named "{item.name}"', first[item.name].mark)
        return items

    def twice(self, mark: Mark, message: str, first: Mark | None) -> None:
        line = f", first on line {first.line}" if first and first.line else ""
        self.problems.append(Problem.at(mark, message + line))

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        """The value of a scalar by the YAML 1.2 core rules; a quoted one is text."""
        text = event.value
        if not event.implicit[0] or event.style:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            if len(text.lstrip("+-")) > MAX_DIGITS:
                self.problem(event, f"a whole number has at most {MAX_DIGITS} digits")
            elif not _LEADING_ZERO.fullmatch(text):
                return int(text)
            else:
                plain = f'write {int(text)} for the number or "{text}" for text'
                hint = self.comma(event) or plain
                self.problem(event, f"{text} starts with 0, which some read as octal", hint)
        elif _NOT_FINITE.fullmatch(text):
            self.problem(event, f"{text} is not a finite number")
        elif _FLOAT.fullmatch(text):
            if math.isfinite(number := float(text)):
                return number
            self.problem(event, f"{text} is too large a number")
        return text
