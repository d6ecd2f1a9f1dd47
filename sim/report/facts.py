"""What every report of a study says: gathered once, so that page, workbook and deck agree."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.record.kpi import Kpi
from sim.record.kpis import kpi
from sim.report.assumptions import Assumption, assumptions, confidence_summary
from sim.report.brand import Brand
from sim.report.build import Drawn, charts, images
from sim.report.charts import Chart, View
from sim.report.checks import Check, checks
from sim.report.others import Rows, tables
from sim.report.overload import overload_text, told
from sim.report.plots import Plot, plots
from sim.report.published import beside
from sim.report.settling import unsettled
from sim.report.size import size_text
from sim.report.terminal import careful, compared, described, headline, reading_text
from sim.report.words import Texts, apart, label, plain, sentence
from sim.study.compare import BETTER, CAVEAT, WORSE, Comparison
from sim.study.overload import is_money, overloaded_names
from sim.study.replicate import StudyResult, kpi_names
from sim.study.stored import read_manifest

FAMILIES = {
    "claims": "Clean claims", "denials": "Denials", "quality": "Coding quality",
    "appeals": "Appeals", "audit": "Audits", "money": "Money", "work": "Work and waiting",
    "people": "People", "vendor": "The vendor's own account",
}  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """A finished study in words, tables and pictures."""

    view: View
    brand: Brand
    folder: Path
    manifest: Mapping[str, Any]
    made: Drawn | None = None  # charts that were drawn before

    @classmethod
    def of(
        cls,
        result: StudyResult,
        comparison: Sequence[Comparison],
        folder: Path,
        brand: Brand,
        made: Drawn | None = None,
    ) -> "Facts":
        """The facts of a study whose tables are in ``folder``; StudyError if they are not.

        Charts that were ``made`` of it before are not made again.
        """
        content = result.scenarios.get(result.names[0], {})
        scale = content.get("hospital", {}).get("scale", 1.0)
        view = View(result, scale, comparison, palette=brand.colours)
        return cls(view, brand, folder, read_manifest(folder), made)

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
        return own or told(self.view.result, headline(self.view.result, self.view.comparison))

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
        overload = " ".join(overload_text(result).split())
        small = size_text(result)
        parts = (overload, self.runs, *unsettled(result), small, reading_text(self.view))
        return " ".join(filter(None, parts))

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
    def published(self) -> Texts | None:
        """All scenarios beside what has been published, with its source."""
        return beside(self.view, self.view.names)

    @cached_property
    def drawn(self) -> Drawn:
        """The charts of the study, with what was drawn of them."""
        view = self.view
        return self.made or charts(
            view.result, scale=view.scale, comparison=view.comparison, palette=view.palette
        )

    @cached_property
    def charts(self) -> dict[str, Chart]:
        """The charts by name."""
        return {chart.name: chart for chart in self.drawn.charts}

    def picture(self, chart: Chart) -> str:
        """A chart as SVG; it is drawn here if it was not before."""
        made = self.drawn.pictures.get(chart.name) or images(chart, "svg")[0]
        return made.decode()

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
    def others(self) -> dict[str, Rows]:
        """Tables of other commands that lie in the folder, by title; heads are the first row."""
        return tables(self.folder)

    def recommendation(self) -> Iterator[tuple[str, str, str]]:
        """By family of KPIs: which scenario leads the baseline most clearly, and by what."""
        behind = overloaded_names(self.view.result)
        for family, title in FAMILIES.items():
            if behind and is_money(f"{family}."):
                yield title, "no verdict", f"{' and '.join(map(plain, sorted(behind)))} overloaded"
                continue
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


def _lead(rows: Sequence[Comparison]) -> int:
    return sum(1 if row.verdict == BETTER else -1 for row in rows)
