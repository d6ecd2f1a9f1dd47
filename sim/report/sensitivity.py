"""What a sensitivity study says: one sentence, the printed table, the words of its chart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.record.kpis import kpi as kpi_of
from sim.report.charts import View
from sim.report.overload import unknown
from sim.report.published import published_text
from sim.report.sweep import Varied, unit_of
from sim.report.terminal import printed, table
from sim.report.words import inside, interval, label, number, plain, sentence
from sim.study.compare import CAVEAT
from sim.study.replicate import StudyResult
from sim.study.sensitivity import RANK, Design, Effect
from sim.study.statistics import Floats, Interval, holm, mean_interval

MOST_ROWS = 20
COLUMNS = {
    "oat": (("at low", "at_low"), ("at high", "at_high"), ("low to high", "swing")),
    "morris": (("μ*", "mu_star"), ("μ", "mu"), ("σ", "sigma")),
    "sobol": (("alone", "first"), ("total", "total")),
}
NOTES = {
    "oat": "Change from the scenario as written with one field at either end of its range",
    "morris": "μ*: size of the change over a field's whole range, μ: with its sign, σ: how much it "
    "depends on the other fields; interval of μ* over trajectories, not replications",
    "sobol": "Share of the variance that a field explains alone, and in all with its interactions; "
    "interval of the total over resamples, not replications",
}


@dataclass(frozen=True)
class Told:
    """A finished study of one scenario, or of the second one minus the first."""

    result: StudyResult
    design: Design
    effects: Sequence[Effect]
    by_kpi: dict[str, Floats]
    names: Sequence[str]
    scale: float

    def of(self, kpi: str) -> list[Effect]:
        """The effects on a KPI, the largest first."""
        return [effect for effect in self.effects if effect.kpi == kpi]

    @property
    def first(self) -> str:
        """The KPI that is drawn."""
        return next(iter(self.by_kpi))

    @property
    def labels(self) -> dict[str, str]:
        """What each path is called: its last steps, as many as tell it from the others."""
        paths = [f.path for f in self.design.factors]
        return {path: _tail(path, paths, with_vendor=len(self.names) > 1) for path in paths}

    @property
    def view(self) -> View:
        """The study, for the line under a chart."""
        return View(self.result, self.scale)

    def subject(self, kpi: str) -> str:
        """What responds."""
        who = " minus ".join(plain(name) for name in reversed(self.names))
        return f"{label(kpi)} of {who}"

    def span(self, effect: Effect) -> str:
        """The range of a factor with its unit."""
        f = effect.factor
        low, high = (Varied(f.path, (), f.unit).say(f.at(u)) for u in (0, 1))
        return f"{low.removesuffix(' a year')} to {high}"

    def value(self, effect: Effect, quantity: str) -> tuple[str, str]:
        """A quantity and its interval in words."""
        at, unit = effect.quantities[quantity], unit_of(effect.kpi)
        if not at.n:
            return unknown(effect.kpi), ""
        if at.high - at.low < 1e-9 * abs(at.mean):  # rounding, which earns no digits
            at = replace(at, low=at.mean, high=at.mean)
        if self.design.method == "sobol":
            return interval(at.mean, at.low, at.high, "share")
        signed = quantity not in ("mu_star", "sigma")
        shown, ends = interval(at.mean, at.low, at.high, unit, difference=True)
        return (shown, ends) if signed else (shown.lstrip("+"), ends.replace("+", ""))

    @property
    def finding(self) -> str:
        """What matters most, and for two scenarios whether a factor alone turns the answer."""
        kpi = self.first
        found, subject = self.of(kpi), self.subject(kpi)
        sure = _clear([e.quantities[RANK[self.design.method]] for e in found])
        clear = [e for e, is_clear in zip(found, sure, strict=True) if is_clear]
        if not any(e.quantities[RANK[self.design.method]].n for e in found):
            return sentence(f"no verdict on {inside(subject)}")
        if not clear:
            return sentence(f"no field clearly moves {inside(subject)}")
        top, *others = clear
        shown, ends = self.value(top, RANK[self.design.method])
        ends = f" (95 % interval {ends})" if ends else ""
        how = {
            "oat": f"clearly moves, most of all with {{}} from {self.span(top)}: by {shown}{ends}",
            "morris": f"depends most on {{}} ({self.span(top)}): μ* {shown}{ends}",
            "sobol": f"owes {shown}{ends} of its variance to {{}} ({self.span(top)})",
        }[self.design.method].format(inside(self.labels[top.factor.path]))
        then = [inside(self.labels[e.factor.path]) for e in others[:2]]
        more = f"; next: {', '.join(then)}" if then else ""
        return sentence(f"{subject} {how}{more}{self._turn(found)}")

    def _turn(self, found: Sequence[Effect]) -> str:
        """Which factors alone change the sign of a difference; empty where none is asked."""
        if len(self.names) < 2 or self.design.method != "oat":
            return ""
        base = mean_interval(self.by_kpi[self.first][0])
        if not base.n:
            return ""
        ends = [(e, e.quantities[f"response_{end}"]) for e in found for end in ("low", "high")]
        clear = _clear([at for _, at in ends])
        turning = list(
            dict.fromkeys(
                inside(self.labels[e.factor.path])
                for (e, at), sure in zip(ends, clear, strict=True)
                if sure and at.mean * base.mean < 0
            )
        )
        return f"; the sign changes with {', '.join(turning[:3])}" + (
            f" and {len(turning) - 3} more" if len(turning) > 3 else ""
        ) if turning else "; no field alone clearly changes its sign"  # fmt: skip


def _tail(path: str, paths: Sequence[str], *, with_vendor: bool) -> str:
    """The last steps of a path in words, at least two, that no other path ends with.

    A vendor's field has all its steps where two scenarios may have different vendors.
    """
    if with_vendor and path.startswith("vendors."):
        return sentence(" ".join(path.split(".")[1:]).replace("_", " "))
    steps = path.split(".")
    for count in range(2, len(steps) + 1):
        tail = steps[-count:]
        if sum(p.split(".")[-count:] == tail for p in paths) == 1:
            break
    return sentence(" ".join(steps[-count:]).replace("_", " "))


def _clear(found: Sequence[Interval]) -> list[bool]:
    """Which of these are clearly not 0: at 95 % none of all is named falsely (Holm).

    Where there is no test, with one replication or over resamples, whether an interval leaves out
    zero, or whether there is any effect.
    """
    return [
        p < 0.05 if p == p else bool(at.n and at.mean) and not at.low <= 0 <= at.high
        for at, p in zip(found, holm([at.p for at in found]).tolist(), strict=True)
    ]


def text(told: Told, colour: bool) -> str:
    """The factors of each KPI as a table, the largest first."""
    method = told.design.method
    heads = [h for h, _ in COLUMNS[method]]
    made = []
    for kpi in told.by_kpi:
        rows = []
        for e in told.of(kpi)[:MOST_ROWS]:
            said = [told.value(e, q)[0] for _, q in COLUMNS[method]]
            name = f"{plain(told.labels[e.factor.path], 36)}\n  {told.span(e)}"
            rows.append((name, *said, told.value(e, RANK[method])[1]))
        made.append(table((*heads, "95 % interval"), rows))
    base = ""
    if method == "oat":
        at = mean_interval(told.by_kpi[told.first][0])
        se = math.nan if math.isnan(at.sd) or not at.n else at.sd / math.sqrt(at.n)
        level = number(at.mean, unit_of(told.first), se) if at.n else unknown(told.first)
        bands = published_text([told.first]).rstrip(".")
        base = f"; {level} as written" + (f". {bands}" if bands else "")
    of = "; then ".join(map(told.subject, told.by_kpi))
    hidden = len(told.design.factors) - MOST_ROWS
    more = f" {hidden} smaller ones are in sensitivity.csv." if hidden > 0 else ""
    note = f"{of}{base}. {NOTES[method]}.{more} {CAVEAT}"
    return printed(made, note, colour=colour)


def axis_unit(told: Told) -> str:
    """The unit of the axis of effects."""
    return "share" if told.design.method == "sobol" else kpi_of(told.first).unit
