"""Every command of the README and of the documentation does what its page says it does.

Blocks marked `sh` are run in the order of their page, in a folder that holds `configs` and
`examples`; a block marked `yaml title="FILE"` is written there first, as a reader would. What a
block marked `text title="output"` shows stands in the output of the command before it. Simulations
are stood in for by small real ones with a little noise, so that a page takes seconds; the names of
make targets are looked up.
"""

from __future__ import annotations

import hashlib
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from glob import glob
from pathlib import Path

import numpy as np
import pytest

from sim.cli import FINE, main
from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.record.record import Outcome
from sim.scenario.schema import Scenario
from sim.study import replicate
from tests.dictionary import unexplained
from tests.scenarios import scenario

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [
    path
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS)
    if re.search(r"^```(sh|yaml)", path.read_text(encoding="utf-8"), re.MULTILINE)
]
STUDIES = (
    "run",
    "compare",
    "sweep",
    "breakeven",
    "sensitivity",
    "ablate",
    "select",
    "matrix",
    "rfp",
    "scorecard",
    "forecast",
    "plan",
)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^(\w+):.*## ", MAKEFILE, re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its title if it has one, and what stands in it."""

    language: str
    title: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', text, re.M | re.S):
        yield Block(match[1], match[2] or "", match[3])


def commands(block: Block) -> list[str]:
    """The commands of a block: continued lines joined; a here-document is one with its command."""
    found: list[str] = []
    lines = iter(block.text.replace("\\\n", " ").splitlines())
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        whole = [line]
        if end := re.search(r"<<'?(\w+)'?", line):
            for inner in lines:
                whole.append(inner)
                if inner == end[1]:
                    break
        found.append("\n".join(whole))
    return found


@cache
def real(front_end: bool, days: int, first: int, last: int) -> Outcome:
    """A small hospital's outcome."""
    name = "five_functions_generalist" if front_end else "generalist"
    model = scenario(name, scale=0.005, days=days, first=first, last=last)
    return outcome(run(model, 0))


def stand_in(model: Scenario, replication: int) -> Outcome:
    """The outcome of a small hospital, moved by a little luck of the scenario's own."""
    window = model.horizon_days, model.kpi_from_days, model.kpi_until_days
    found = real(model.hospital.front_end is not None, *window)
    digest = hashlib.sha256(model.model_dump_json(exclude={"name"}).encode()).digest()
    rng = np.random.default_rng([*digest[:4], replication])
    prices = [v.price.usd_per_hour for v in model.vendors]
    paid = sum(float(p) for p in prices if not isinstance(p, str)) / len(prices)
    kpis = {name: float(x * (1 + 0.01 * rng.normal())) for name, x in found.kpis.items()}
    kpis["money.net_value_usd"] -= 2000.0 * paid
    kpis |= {name: 0.0 for name in kpis if name.startswith("work.undone_share.")}  # or no verdict
    money = dict(found.tables["money"])
    for column in ("cash_usd", "accrued_usd"):
        money[column] = [float(x) * (1 + 0.01 * rng.normal()) for x in money[column]]
    return Outcome(kpis, {**found.tables, "money": money})


def shrunk(words: list[str]) -> list[str]:
    """A study with as few replications as can be and no reports, on one process."""
    if words[0] not in STUDIES:
        return words
    words, fewest = list(words), "4" if "--ensemble" in words else "2"
    if "--replications" in words:
        words[words.index("--replications") + 1] = fewest
    elif "--extend" not in words:
        words += ["--replications", fewest]
    if "--export" in words:  # which is simulated in any case
        words += ["--scale", "0.002"]
    return [*words, "--workers", "1", "--formats", "none"]


def expanded(word: str) -> list[str]:
    """What a shell makes of a pattern of file names."""
    names = sorted(glob(word)) if re.search(r"/\*\.\w+$", word) else []
    return names or [word]


def obey(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run one command as the page says; return what it printed."""
    if "<<" in command:
        subprocess.run(["bash", "-c", command], check=True)
        return ""
    words = [word for part in shlex.split(command, comments=True) for word in expanded(part)]
    if words[0] == "make":
        targets = [w for w in words[1:] if "=" not in w]
        assert set(targets) <= {*TARGETS}, command
        return ""
    if Path(words[0]).name == "denialloop":
        code = main(shrunk(words[1:]))
        said = capsys.readouterr()
        wanted_to_fail = "validate" in words and code != FINE
        assert code == FINE or wanted_to_fail, f"{command}\n{said.err}"
        return said.out + said.err
    if words[0] in ("git", "python", "cd", "export") or words[0].startswith(".venv/bin/python"):
        return ""  # how to get here, and what other tests run
    done = subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_work(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for shared in ("configs", "examples"):
        (tmp_path / shared).symlink_to(ROOT / shared)
    study = partial(replicate.run_study, simulate=stand_in)
    monkeypatch.setattr(replicate, "run_study", study)
    said, obeyed = "", 0
    for block in blocks(page):
        if block.title == "output":
            for line in block.text.splitlines():
                assert line.rstrip() in said, f"not said:\n{line}\nbut:\n{said}"
        elif block.title:
            target = tmp_path / block.title
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            for command in commands(block):
                said = obey(command, capsys)
                obeyed += 1
    assert obeyed or not any(b.language == "sh" for b in blocks(page))
    assert unexplained(tmp_path / "results") == [], "docs/columns.toml"


def test_commands_within_lines_exist() -> None:
    from sim.cli import COMMANDS

    for page in PAGES:
        for name in re.findall(r"`denialloop ([a-z]+)[^`]*`", page.read_text(encoding="utf-8")):
            assert name in COMMANDS, f"{page}: denialloop {name}"


def test_a_block_that_looks_like_commands_is_marked_so() -> None:
    """Nothing that a reader may type escapes this test because its block is not marked `sh`."""
    for page in (*PAGES, *DOCS):
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```(\w*)[^\n]*\n(.*?)^```$", text, re.M | re.S):
            if match[1] != "sh":
                assert not re.search(r"^(\.venv/bin/)?(denialloop|make) ", match[2], re.M), page
