"""The answer of `sensitivity`: which fields move a KPI, or the difference between two scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.report.answer import (
    Answer,
    Cell,
    Panel,
    Part,
    Series,
    Table,
    chart,
    measured,
    series_of,
    words,
)
from sim.report.fields import Field, unit_of
from sim.report.notes import unknown
from sim.report.published import published_text
from sim.report.study import assembled
from sim.report.words import inside, interval, label, plain, sentence
from sim.study.replicate import StudyResult
from sim.study.sensitivity import RANK, Design, Effect
from sim.study.statistics import Floats, Interval, holm, mean_interval

MOST_ROWS, MOST_DRAWN = 20, 14
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

    def subject(self, kpi: str) -> str:
        """What responds."""
        who = " minus ".join(plain(name) for name in reversed(self.names))
        return f"{label(kpi)} of {who}"

    def span(self, effect: Effect) -> str:
        """The range of a factor with its unit."""
        f = effect.factor
        low, high = (Field(f.path).say(f.at(u)) for u in (0, 1))
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
        return (
            f"; the sign changes with {', '.join(turning[:3])}"
            + (f" and {len(turning) - 3} more" if len(turning) > 3 else "")
            if turning
            else "; no field alone clearly changes its sign"
        )


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


RULE = (
    "A field moves the KPI where its effect is clearly not 0: at 95 % none of all is named falsely "
    "(Holm)."
)
CHARTS = {"oat": "tornado", "morris": "morris", "sobol": "sobol"}


def answer(told: Told) -> Answer:
    """The answer of a sensitivity study."""
    subject, hidden = told.subject(told.first), len(told.design.factors) - MOST_ROWS
    more = (f"{hidden} smaller ones are in sensitivity.csv.",) if hidden > 0 else ()
    picture = chart(CHARTS[told.design.method], told.finding, [_panel(told)])
    tables = tuple(_table(told, kpi) for kpi in told.by_kpi)
    own = Part("own", told.finding, tables, (picture,), more)
    title, question = f"What moves {inside(subject)}", f"Which fields move {inside(subject)}?"
    about, facts = told.result.names[: len(told.names)], {"method": told.design.method}
    return assembled(
        "sensitivity",
        told.result,
        title,
        question,
        f"{told.finding}.",
        RULE,
        [own],
        about=about,
        facts=facts,
    )


def _table(told: Told, kpi: str) -> Table:
    """The factors of a KPI, the largest first."""
    method = told.design.method
    rows = []
    for e in told.of(kpi)[:MOST_ROWS]:
        quantities = (_cell(told, e, quantity) for _, quantity in COLUMNS[method])
        name, span = words(plain(told.labels[e.factor.path], 60)), words(told.span(e))
        rows.append((name, span, *quantities, words(told.value(e, RANK[method])[1])))
    heads = ("Field", "Range", *(head for head, _ in COLUMNS[method]), "95 % interval")
    note = f"{NOTES[method]}. {_level(told, kpi)}{published_text([kpi])}".strip()
    bars = 2 + [q for _, q in COLUMNS[method]].index(RANK[method])
    name_of = f"sensitivity_{kpi.replace('.', '_')}"
    return Table(name_of, told.subject(kpi), heads, tuple(rows), note, bars=bars)


def _cell(told: Told, effect: Effect, quantity: str) -> Cell:
    at, unit = effect.quantities[quantity], unit_of(effect.kpi)
    own = "share" if told.design.method == "sobol" else unit
    return Cell(told.value(effect, quantity)[0], (at.mean,) if at.n else (), own)


def _level(told: Told, kpi: str) -> str:
    """The KPI as the scenario is written, where fields are moved from there."""
    if told.design.method != "oat":
        return ""
    at = mean_interval(told.by_kpi[kpi][0])
    return f"As written: {measured(at, unit_of(kpi)).text if at.n else unknown(kpi)}. "


def _panel(told: Told) -> Panel:
    """The largest effects on the first KPI."""
    method, every = told.design.method, told.of(told.first)
    found = [e for e in every[:MOST_DRAWN] if e.rank] or every[:MOST_DRAWN]
    names = tuple(f"{told.labels[e.factor.path]} ({told.span(e)})" for e in found)

    def series(head: str, quantity: str, of: str, texts: Sequence[str] = ()) -> Series:
        said = texts or [told.value(e, quantity)[0] for e in found]
        return series_of(head, [e.quantities[quantity] for e in found], texts=said, of=of)

    unit = "share" if method == "sobol" else unit_of(told.first)
    if method == "morris":
        labels = [told.labels[e.factor.path] for e in found]
        both = series("μ*", "mu_star", ""), series("σ", "sigma", "", labels)
        axis, across = "σ, how much it depends on the rest", "μ*, size over the whole range"
        return Panel("", names, both, unit, axis, across, unit)
    if method == "oat":
        pair = (
            series("low end of the range", "at_low", "gain"),
            series("high end", "at_high", "worse"),
        )
        return Panel("", names, pair, unit, "Change from as written")
    alone = series("alone", "first", "gain"), series("with interactions", "total", "worse")
    return Panel("", names, alone, unit, "Share of the variance")
