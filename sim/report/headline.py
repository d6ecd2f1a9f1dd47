"""The rows of the headline table, the one decision rule, and the finding in a sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sim.record.kpi import Kpi
from sim.record.kpis import kpi as kpi_of
from sim.report.answer import Cell, ends, figure
from sim.report.words import Form, apart, label, month_name, plain, row_form, sentence
from sim.study.comparable import strained
from sim.study.compare import BETTER, WORSE, Comparison
from sim.study.overload import OVERLOADED, overloaded_names
from sim.study.replicate import StudyResult, kpi_names
from sim.study.results import Figure, Results, figures
from sim.study.targets import Chance, Target, chances

VALUE, RATE = "money.net_value_usd", "denials.initial_rate"
TURNOVER = "people.turnover"
BELOW = {"people.turnover_expected": "· planned for"}
"""Rows below the turnover that came: what the plan goes by."""
LOOP = {"people.exhaustion": "· exhaustion", "people.touch_share": "· touch times taken"}
"""Rows below that, where the loop of pressure is on in a scenario."""
LIKELY = 0.9
"""A target is met where it is in so many replications."""
CLEAR = (BETTER, WORSE)
RULE = (
    "Decided by net value a year: the highest of the scenarios that keep up with their work and "
    "meet every target. It is clear where the 95 % interval of its difference from the baseline "
    "leaves out zero after Holm's adjustment for all headline measures."
)


@dataclass(frozen=True)
class Study:
    """A study as reports look at it: its rows, the form of each row, who is chosen and why."""

    result: StudyResult
    comparisons: Sequence[Comparison] = ()
    targets: Sequence[Target] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Scenarios in their order; the first is the baseline."""
        return self.result.names

    @property
    def base(self) -> str:
        """The baseline."""
        return self.names[0]

    @cached_property
    def shown(self) -> dict[str, str]:
        """How the scenarios' names are shown."""
        return apart(self.names)

    @cached_property
    def rows(self) -> Results:
        """The one table of results."""
        return Results(self.names, list(figures(self.result, self.comparisons)))

    @cached_property
    def verdicts(self) -> dict[tuple[str, str], str]:
        """By KPI and scenario."""
        return {(c.kpi.name, c.scenario): c.verdict for c in self.comparisons}

    @cached_property
    def kpis(self) -> list[Kpi]:
        """Every KPI of the study, in the order of the outcomes."""
        by = self.result.outcomes.values()
        return [kpi_of(name) for name in kpi_names(o for found in by for o in found.values())]

    @cached_property
    def behind(self) -> frozenset[str]:
        """Scenarios that do not keep up with their work."""
        return overloaded_names(self.result)

    @cached_property
    def chances(self) -> list[Chance]:
        """Each target in each scenario."""
        return list(chances(self.result, self.targets))

    def meets(self, name: str) -> bool:
        """Whether a scenario meets every target, and keeps up."""
        met = all(c.share >= LIKELY for c in self.chances if c.scenario == name)
        return met and name not in self.behind

    @cached_property
    def best(self) -> str:
        """The scenario with the highest net value, by the rule."""
        return self._highest(self.names)

    @cached_property
    def lead(self) -> str:
        """The alternative that the finding speaks of; the baseline where it is alone."""
        return self._highest(self.names[1:] or self.names)

    def _highest(self, names: Sequence[str]) -> str:
        """Of those that keep up and meet every target, else of those that keep up, else of all."""
        keeping_up = [name for name in names if name not in self.behind]
        for pool in ([name for name in names if self.meets(name)], keeping_up, names):
            known = {n: v for n in pool if not math.isnan(v := self.rows.of(VALUE, n).value)}
            if known:
                return max(known, key=lambda name: known[name])
        return names[-1]

    def judged(self, name: str) -> bool:
        """Whether money of a scenario and of the baseline can be held against each other."""
        return not self.behind & {self.base, name}

    def values(self, kpi: str, name: str) -> list[float]:
        """A KPI of a scenario by replication."""
        return [o.kpis.get(kpi, math.nan) for o in self.result.outcomes[name].values()]

    def gaps(self, kpi: str, name: str) -> list[float]:
        """Its paired differences from the baseline."""
        left, right = self.result.outcomes[self.base], self.result.outcomes[name]
        nan = math.nan
        return [
            right[r].kpis.get(kpi, nan) - left[r].kpis.get(kpi, nan) for r in left if r in right
        ]

    def gap(self, kpi: str, name: str) -> Figure:
        """A difference from the baseline."""
        return self.rows.of(kpi, name, self.base)

    def form(self, kpi: str) -> Form:
        """How every number of a KPI is written in this study."""
        if kpi not in self._forms:
            own = [self.rows.of(kpi, name) for name in self.names]
            gaps = [self.gap(kpi, name) for name in self.names[1:]]
            error = min((row.se for row in (gaps or own) if row.se > 0), default=math.nan)
            values, apart = [row.value for row in own], [row.value for row in gaps]
            self._forms[kpi] = row_form(_unit(kpi_of(kpi)), values, apart, error)
        return self._forms[kpi]

    @cached_property
    def _forms(self) -> dict[str, Form]:
        return {}

    def level(self, kpi: str, name: str) -> Cell:
        """A KPI of a scenario."""
        return figure(self.form(kpi), self.rows.of(kpi, name).value, _unit(kpi_of(kpi)))

    def level_ends(self, kpi: str, name: str) -> Cell:
        """Its interval."""
        row = self.rows.of(kpi, name)
        return ends(self.form(kpi), row.low, row.high, _unit(kpi_of(kpi)))

    def apart(self, kpi: str, name: str) -> Cell:
        """The difference of a scenario from the baseline: that of the printed values.

        Where a KPI is not defined in all replications of both, it is that of the pairs.
        """
        form, unit = self.form(kpi), _unit(kpi_of(kpi))
        value = self.gap(kpi, name).value
        printed = form.apart_of(self.rows.of(kpi, self.base).value, self.rows.of(kpi, name).value)
        near = abs(printed - value) < 1.5 * form.divisor * 10.0**-form.digits
        same = form.text(printed, gap=True) == form.text(value, gap=True)
        return figure(form, printed if near and not same else value, unit, gap=True)

    def apart_ends(self, kpi: str, name: str) -> Cell:
        """The interval of the difference."""
        row = self.gap(kpi, name)
        return ends(self.form(kpi), row.low, row.high, _unit(kpi_of(kpi)), gap=True)

    def verdict(self, kpi: str, name: str) -> str:
        """What is said of the difference; empty where there is none."""
        return self.verdicts.get((kpi, name), "")

    def listed(self) -> list[tuple[str, str]]:
        """KPIs of the headline table with their labels, and what stands below the turnover."""
        loop = any(map(strained, self.result.scenarios.values()))
        found = []
        for kpi in self.kpis:
            if kpi.headline and any(self.rows.of(kpi.name, n).n for n in self.names):
                found.append((kpi.name, labelled(kpi)))
            if kpi.headline and kpi.name == TURNOVER:
                below = {**BELOW, **(LOOP if loop else {})}
                found += [
                    (k, said)
                    for k, said in below.items()
                    if any(self.rows.of(k, n).n for n in self.names)
                ]
        return found

    @property
    def when(self) -> str:
        """The days that count, in words: 'Jul 2025 to Jun 2026'."""
        spans = [row.period.split("/") for row in self.rows.rows if row.spans][:1]
        if not spans:
            return ""
        first, last = (month_name(end) for end in spans[0])
        return first if first == last else f"{first} to {last}"

    def finding(self) -> str:
        """The answer in one sentence, with its interval, of what period, and at what size."""
        name, others = self.lead, self.names[1:]
        said = [self._clause(name, RATE, "of claims initially denied")]
        if not (self.behind & {self.base, name}):
            said.append(self._clause(name, VALUE, "of net value a year"))
        which = ""
        keeping_up = [n for n in others if n not in self.behind]
        if len(others) > 1 and name in keeping_up and len(keeping_up) > 1:
            up = " that keep up" if len(keeping_up) < len(others) else ""
            which = f"Best of {len(keeping_up)} alternatives{up} by net value: "
        about = "; ".join(filter(None, said)) or "no headline measure is defined"
        where = f" (services of {self.when}, at full size)" if self.when else ""
        return sentence(f"{which}{self.shown[name]}: {about}{where}.")

    def _clause(self, name: str, kpi: str, what: str) -> str:
        """A KPI of a scenario in words, and how far it is from the baseline; empty if undefined."""
        if not self.rows.of(kpi, name).n:
            return ""
        shown, base = self.level(kpi, name).text, self.shown[self.base]
        gap = self.gap(kpi, name)
        if name == self.base or not gap.n:
            between = self.level_ends(kpi, name).text
            return f"{shown} {what}" + (f" (95 % interval {between})" if between else "")
        if doubt := self.doubt(kpi, name):
            return f"{shown} {what}, against {self.level(kpi, self.base).text} for {base} ({doubt})"
        between = self.apart_ends(kpi, name).text
        between = f" (95 % interval {between})" if between else ""
        more = "more" if gap.value > 0 else "less"
        apart_text = self.apart(kpi, name).text.lstrip("+−")
        return f"{shown} {what}, {apart_text} {more} than for {base}{between}"

    def doubt(self, kpi: str, name: str) -> str:
        """Why no difference from the baseline can be claimed; empty where one can, or none was."""
        verdict = self.verdict(kpi, name)
        if verdict in ("", BETTER, WORSE, "higher", "lower", "not defined often enough"):
            return ""
        if verdict == OVERLOADED:
            return f"no verdict: {OVERLOADED}"
        return verdict if verdict.startswith("no") else "not clear yet"

    def decision(self) -> str:
        """What the rule says, in a sentence."""
        shown, others = self.shown, self.names[1:]
        if not others:
            return ""
        if self.base in self.behind or not (set(self.names) - self.behind):
            return f"No decision on money: {shown[self.base]} does not keep up with its work."
        best = self.best
        why = "meets every target and " if self.targets and self.meets(best) else ""
        if self.targets and not self.meets(best):
            return f"No scenario meets every target; {shown[best]} has the highest net value."
        if best == self.base:
            return sentence(f"stay with {shown[best]}: it {why}has the highest net value.")
        verdict = self.verdict(VALUE, best)
        if verdict == BETTER:
            between = self.apart_ends(VALUE, best).text
            said = f" (95 % interval {between})" if between else ""
            more = self.apart(VALUE, best).text.lstrip("+")
            return sentence(
                f"choose {shown[best]}: it {why}brings {more} more net value a year than "
                f"{shown[self.base]}{said}."
            )
        return sentence(
            f"{shown[best]} {why}has the highest net value, but not clearly: "
            f"{self.apart(VALUE, best).text} ({verdict.replace(' more', ' more replications')})."
        )

    @property
    def winner(self) -> str:
        """The scenario that the rule chooses; empty where it chooses none."""
        if self.base in self.behind or self.best in self.behind or not self.meets(self.best):
            return ""
        clear = self.best == self.base or self.verdict(VALUE, self.best) == BETTER
        return self.best if clear and len(self.names) > 1 else ""


def labelled(kpi: Kpi) -> str:
    """A KPI's label, with the unit that does not stand beside its numbers."""
    said = label(kpi.name)
    if kpi.unit in ("share", "USD", "USD/year"):
        return said
    if kpi.unit == "1/year":
        return f"{said}, per year"
    return said if kpi.unit in said.lower() or kpi.unit == "ratio" else f"{said}, {kpi.unit}"


def _unit(kpi: Kpi) -> str:
    """The unit beside a number; what it is per stands in its label or below the table."""
    return {"1/year": "share", "USD/year": "USD", "share": "share", "USD": "USD"}.get(kpi.unit, "")


def short(verdict: str) -> str:
    """A verdict in a word or so, for narrow tables."""
    return SHORT.get(verdict) or verdict.replace("need about ", "+").replace(" more", " runs")


SHORT: Mapping[str, str] = {
    "no difference": "same",
    "no difference that matters": "same",
    "no clear difference": "unclear",
    "not defined often enough": "n/a",
}


def named(names: Sequence[str]) -> str:
    """Some names in a list."""
    shown = [plain(name) for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
