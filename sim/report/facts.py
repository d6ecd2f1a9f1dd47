"""What every report of a study says: gathered once, so that page, workbook and deck agree."""

import csv
import html
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.record.kpis import Kpi, kpi
from sim.report.assumptions import Assumption, assumptions, confidence_summary
from sim.report.brand import Brand
from sim.report.build import charts
from sim.report.charts import Chart, View
from sim.report.checks import Check, checks
from sim.report.plots import Plot, plots
from sim.report.settling import unsettled
from sim.report.terminal import Texts, careful, compared, described, headline, unfinished
from sim.report.words import apart, brief, heading, interval, label, sentence
from sim.study.compare import BETTER, CAVEAT, WORSE, Comparison
from sim.study.replicate import StudyResult, kpi_names
from sim.study.stored import read_manifest

# Tables that other commands may have left in the folder of a study, and what they are called.
OTHERS = {
    "scorecard": "Scorecard: published claims against this model",
    "matrix": "Which vendor for which function",
    "ablation": "What each difference contributes",
    "breakeven": "Where the answer turns",
    "sensitivity": "What the answer depends on",
    "rfp": "Price against realised revenue",
}
PICTURES = {
    "scorecard": (),
    "matrix": ("matrix", "assignments"),
    "ablation": ("ablation_*",),
    "breakeven": ("breakeven", "breakeven_map"),
    "sensitivity": ("sensitivity*", "tornado*", "morris*"),
    "rfp": ("rank_reversal",),
}
"""Charts of their commands, by pattern of file name."""
FAMILIES = {
    "claims": "Clean claims", "denials": "Denials", "quality": "Coding quality",
    "appeals": "Appeals", "audit": "Audits", "money": "Money", "work": "Work and waiting",
    "people": "People",
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """A finished study in words, tables and pictures."""

    view: View
    brand: Brand
    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def of(
        cls, result: StudyResult, comparison: Sequence[Comparison], folder: Path, brand: Brand
    ) -> "Facts":
        """The facts of a study whose tables are in ``folder``; StudyError if they are not."""
        content = result.scenarios.get(result.names[0], {})
        scale = content.get("hospital", {}).get("scale", 1.0)
        view = View(result, scale, comparison, palette=brand.colours)
        return cls(view, brand, folder, read_manifest(folder))

    @cached_property
    def names(self) -> dict[str, str]:
        """The scenarios, and how their names are shown."""
        return apart(self.view.names)

    @property
    def title(self) -> str:
        """What the study is about."""
        base, *others = self.names.values()
        if not others:
            return sentence(base)
        if len(others) > 2:
            return sentence(f"{base} against {len(others)} alternatives")
        return sentence(f"{' and '.join(others)} against {base}")

    @cached_property
    def answer(self) -> str:
        """The finding in one sentence with its interval."""
        own: str = self.manifest.get("found", "")
        return own or headline(self.view.result, self.view.comparison)

    @property
    def runs(self) -> str:
        """How much was simulated."""
        result = self.view.result
        scale = f"hospital at scale {self.view.scale:g}"
        how = f"{sentence(result.stopped_because)}; seed {result.seed}; {scale}. {CAVEAT}"
        return f"{how} {careful(result)}".rstrip()

    @property
    def basis(self) -> str:
        """What the answer rests on."""
        result = self.view.result
        return " ".join((self.runs, unfinished(result), *unsettled(result)))

    @cached_property
    def blocks(self) -> dict[str, Texts]:
        """The headline table of each alternative, or of the only scenario."""
        base, *others = self.view.names
        if not others:
            return {base: described(self.view)}
        return {name: compared(self.view, name) for name in others}

    @property
    def overview(self) -> Texts | None:
        """The headline means of all scenarios side by side, where there are several tables."""
        if len(self.blocks) < 2:
            return None
        rows: dict[str, tuple[str, ...]] = {}
        for _, block in self.blocks.values():
            for said, base, own, _, _, verdict in block:
                sign = {BETTER: " ▲", WORSE: " ▼"}.get(verdict, "")
                rows[said] = (*rows.get(said, (said, base)), own + sign)
        return tuple(self.names.values()), list(rows.values())

    @cached_property
    def charts(self) -> dict[str, Chart]:
        """The drawn charts by name."""
        view = self.view
        made = charts(
            view.result, scale=view.scale, comparison=view.comparison, palette=view.palette
        )
        return {chart.name: chart for chart in made.charts}

    @cached_property
    def plots(self) -> dict[str, Plot]:
        """The figures for native charts by name."""
        return plots(self.view, self.charts)

    @cached_property
    def assumptions(self) -> list[Assumption]:
        """Every value of the scenarios."""
        return assumptions(self.view.result.scenarios)

    @property
    def differing(self) -> list[Assumption]:
        """The values in which the scenarios differ; those that only some have come last."""
        found = [each for each in self.assumptions if each.differs]
        return sorted(found, key=lambda each: not each.contrasts)

    @property
    def confidence(self) -> str:
        """How much of the study rests on what is not known."""
        return confidence_summary(self.assumptions)

    @cached_property
    def checks(self) -> list[Check]:
        """Verification on this very study."""
        return checks(self.view, self.folder, dict(self.manifest))

    @property
    def kpis(self) -> list[Kpi]:
        """Definition of every KPI of the study."""
        by = self.view.result.outcomes.values()
        return [kpi(name) for name in kpi_names(o for found in by for o in found.values())]

    @cached_property
    def others(self) -> dict[str, list[list[str]]]:
        """Tables of other commands that lie in the folder, by title; the heads are the first row.

        Text that was written with an apostrophe, so that no spreadsheet takes it for a formula,
        has lost it.
        """
        return {
            title: [[cell[1:] if cell[:2] in _GUARDED else cell for cell in row] for row in rows]
            for name, title in OTHERS.items()
            if (rows := _read(self.folder / f"{name}.csv"))
        }

    @property
    def others_in_words(self) -> dict[str, list[list[str]]]:
        """The tables of `others` as a page shows them: heads in words, numbers in their unit.

        A first column of keys is left out where another has the words.
        """
        said = {}
        for title, (heads, *rows) in self.others.items():
            first = 1 if "words" in heads[1:] else 0
            head = [heading(head) for head in heads[first:]]
            said[title] = [head, *(_in_words(heads, row)[first:] for row in rows)]
        return said

    def pictures(self, title: str) -> Iterator[tuple[str, str, str]]:
        """Charts that the command of a table of `others` has left: name, what it finds, SVG."""
        stems = PICTURES[next(name for name, said in OTHERS.items() if said == title)]
        for pattern in stems:
            for path in sorted((self.folder / "charts").glob(f"{pattern}.svg")):
                text = path.read_text("utf-8")
                said = re.search(r"<dc:title>(.*?)</dc:title>", text, re.DOTALL)
                yield path.stem, html.unescape(said[1]) if said else title, text

    def recommendation(self) -> Iterator[tuple[str, str, str]]:
        """By family of KPIs: which scenario leads the baseline most clearly, and by what."""
        for family, title in FAMILIES.items():
            rows = [c for c in self.view.comparison if c.kpi.name.split(".")[0] == family]
            rows = [c for c in rows if c.kpi.better != "neither" and c.kpi.name.count(".") == 1]
            score: dict[str, list[Comparison]] = {}
            for row in rows:
                if row.verdict in (BETTER, WORSE):
                    score.setdefault(row.scenario, []).append(row)
            if not rows:
                continue
            base = self.view.names[0]
            lead = {name: _lead(found) for name, found in score.items()}
            name = max(lead, key=lambda each: lead[each], default=base)
            if lead.get(name, 0) <= 0:
                worse_all = len(lead) == len(self.names) - 1 and lead[name] < 0
                leader = self.names[base] if worse_all else "no clear leader"
                yield title, leader, "every alternative is worse on balance" if worse_all else ""
                continue
            better = [label(c.kpi.name) for c in score[name] if c.verdict == BETTER]
            worse = len(score[name]) - len(better)
            of = len({c.kpi.name for c in rows})
            why = f"better on {len(better)} of {of}, worse on {worse or 'none'}: "
            yield title, self.names[name], why + ", ".join(better[:3])


_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")


_COUNTS = ("n", "rank")
"""Columns whose numbers are not in the unit of their row."""


def _in_words(heads: Sequence[str], row: Sequence[str]) -> list[str]:
    """A row whose numbers have the unit that it names, if it names one."""
    unit = dict(zip(heads, row, strict=False)).get("unit", "")
    if unit not in ("share", "points", "USD", "days"):
        return [brief(cell) for cell in row]
    points = unit == "points"
    said = []
    for head, cell in zip(heads, row, strict=False):
        try:
            value = math.nan if head in _COUNTS else float(cell)
        except ValueError:
            value = math.nan
        told, _ = interval(
            value, math.nan, math.nan, "share" if points else unit, difference=points
        )
        said.append(told if math.isfinite(value) else brief(cell))
    return said


def _lead(rows: Sequence[Comparison]) -> int:
    return sum(1 if row.verdict == BETTER else -1 for row in rows)


def _read(path: Path) -> list[list[str]]:
    if not path.is_file():
        return []
    try:
        return list(csv.reader(path.read_text("utf-8").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error):
        return []  # not ours
