"""A small scenario model, so that the loading layer is tested without the real schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from sim.scenario.load import Loaded, load_as

BASE = """\
name: base
start: 2026-01-05
vendors:
  - name: generalist
    turnover: 0.39
    mix: {none: 0.75, CPC: 0.25}
  - name: specialist
    turnover: 0.3
teams:
  - name: coding
    vendor: generalist
    headcount: 12
    queues: [coding, edits]
profile: [1, 2, 3]
"""


class Base(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Vendor(Base):
    name: str
    turnover: float = Field(
        description="Leavers", ge=0, le=1, json_schema_extra={"unit": "share/year", "kind": "lever"}
    )
    mix: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)


class Team(Base):
    name: str
    vendor: str
    headcount: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    queues: tuple[Literal["coding", "edits", "denials"], ...]


class Calendar(Base):
    start_hour: float = 8.0
    saturdays: bool = False


class Shock(Base):
    kind: Literal["shock"]
    share: float = Field(ge=0, le=1)


class Closure(Base):
    kind: Literal["closure"]
    on: date


class Toy(Base):
    """A whole scenario."""

    name: str
    seed: int = 1
    start: date
    counts: str | None = Field(default=None, json_schema_extra={"path": True})
    vendors: tuple[Vendor, ...]
    teams: tuple[Team, ...]
    profile: tuple[float, ...] = ()
    calendar: Calendar = Calendar()
    events: tuple[Annotated[Shock | Closure, Field(discriminator="kind")], ...] = ()
    allowed: tuple[Literal["coding", "edits"], ...] | Literal["all"] = "all"
    span: tuple[float, float] | None = None
    shares: dict[Literal["REG", "DATA"], float] = Field(default_factory=dict)


def cross_checks(toy: Toy) -> list[tuple[tuple[str | int, ...], str]]:
    known = [vendor.name for vendor in toy.vendors]
    return [
        (("teams", index, "vendor"), f'there is no vendor "{team.vendor}"')
        for index, team in enumerate(toy.teams)
        if team.vendor not in known
    ]


@pytest.fixture
def toy() -> type[Toy]:
    return Toy


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Write a file into an empty current folder; gives its name as a path."""
    monkeypatch.chdir(tmp_path)

    def write_file(name: str, text: str) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    write_file("base.yaml", BASE)
    return write_file


@pytest.fixture
def load(write: Any) -> Callable[..., Loaded[Toy]]:
    """Load a toy scenario from YAML text beside `base.yaml`, or from `base.yaml` itself."""

    def load_text(text: str | None = None, *overrides: str) -> Loaded[Toy]:
        path = Path("base.yaml") if text is None else write("file.yaml", text)
        return load_as(Toy, cross_checks, path, overrides)

    return load_text
