"""Whether a folder holds the study that is to go on there, and if not, what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.scenario.schema import Scenario
from sim.study import StudyError
from sim.study.store import Content, Ledger, code_hash, content_hash, content_of, plugins_of, under

SHOWN = 3
"""Differences that are told."""


def check_resumed(
    option: str, scenarios: Sequence[Scenario], folder: Path, ensemble: str = ""
) -> None:
    """Refuse to go on, in a folder, with a study that was not begun there.

    `option` is what asks for going on, `--resume` or `--extend`; `ensemble` the SHA-256 of one.

    Raises
    ------
    StudyError
        If one of the scenarios is none of those that the study in the folder was begun with under
        the present model; the text says what differs.
    """
    with Ledger(folder, code_hash()) as ledger:
        begun = ledger.begun()
    if not begun:
        raise StudyError(
            f"{option}: the study in {folder} was begun with another version of the model; "
            f"leave {option} out to start again",
            exit_code=2,
        )
    for scenario in scenarios:
        content = under(content_of(scenario), ensemble, plugins_of(scenario))
        if content_hash(content) not in begun:
            raise StudyError(
                f"{option}: the study in {folder} has another {scenario.name!r}: "
                f"{_what_differs(scenario.name, content, list(begun.values()))}; name another "
                f"--out, or leave {option} out to run this one there, too",
                exit_code=2,
            )


def _what_differs(name: str, content: Content, begun: Sequence[tuple[str, Content]]) -> str:
    """How a scenario differs from the one of its name in the folder, or else from the nearest."""
    own = dict(_leaves(content))
    of_name = [other for told, other in begun if told == name]
    gaps = [_gap(own, dict(_leaves(other))) for other in of_name or [c for _, c in begun]]
    gap = min(gaps, key=len)
    more = f" and {len(gap) - SHOWN} more" if len(gap) > SHOWN else ""
    return ", ".join(gap[:SHOWN]) + more


def _gap(own: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    paths = dict.fromkeys([*own, *other])
    said = "is {} here and {} there"
    return [
        f"{path} {said.format(_shown(own, path), _shown(other, path))}"
        for path in paths
        if path not in ("name", "description") and own.get(path) != other.get(path)
    ]


def _shown(values: Mapping[str, Any], path: str) -> str:
    return str(values[path]) if path in values else "left out"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Values with their dotted paths, items of lists by name where they have one."""
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        named = [
            item.get("name", i) if isinstance(item, dict) else i for i, item in enumerate(value)
        ]
        children = zip(named, value, strict=True)  # type: ignore[assignment]
    else:
        yield path, value
        return
    for step, child in children:
        yield from _leaves(child, f"{path}.{step}" if path else str(step))
