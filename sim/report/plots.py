"""The figures that workbook and deck draw with native charts, as plain numbers.

A plot is a table of categories and series; how a spreadsheet or a slide draws it is their matter.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from sim.record.kpis import kpi as kpi_of
from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, View, only, standard_error
from sim.report.charts.forest import furthest
from sim.report.charts.outcomes import OUTCOMES
from sim.report.charts.trajectory import TRAJECTORIES
from sim.report.words import apart, interval, label, number, plain, sentence
from sim.study.statistics import mean_interval, wilson_interval

VALUE = "money.net_value_usd"
COSTS = ("money.fees_usd", "money.hospital_usd", "money.one_off_usd", "money.breach_expected_usd")
MOST_SERIES, MOST_COLUMNS = 6, 60
HIDDEN = ""  # colour of the invisible part of a floating bar


@dataclass(frozen=True, slots=True)
class Plot:
    """One figure: ``kind`` is bar, stacked, columns (stacked and upright) or line.

    ``series`` and ``errors`` (half a 95 % interval) have a value for each category, nan where there
    is none. ``unit`` is that of the values; ``method`` says how they come about.
    """

    name: str
    title: str
    kind: str
    categories: Sequence[str]
    series: Mapping[str, Sequence[float]]
    colours: Mapping[str, str]
    unit: str
    axis: str
    method: str
    errors: Mapping[str, Sequence[float]] = field(default_factory=dict)
    across: str = ""  # what the categories are, where their names do not say it
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)  # values as they are printed
    points: Sequence[str] = ()  # a colour for each category of the only series

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """Ends of the axis of values, where they are given: bars begin at zero, shares end at 1."""
        values = [v for series in self.series.values() for v in series if v == v]
        if self.errors:  # room for the whiskers
            for name, half in self.errors.items():
                ends = zip(self.series[name], half, strict=True)
                values += [v + e * sign for v, e in ends for sign in (-1, 1) if e == e and v == v]
            reach = max(map(abs, values), default=0.0) or 1.0
            step = 10.0 ** math.floor(math.log10(reach)) / 2
            low, high = math.floor(min(values) / step) * step, math.ceil(max(values) / step) * step
            return min(low, 0.0), max(high, 0.0)
        whole = self.kind == "stacked" and self.unit == "share"
        return (0.0 if min(values, default=0.0) >= 0 else None), (1.0 if whole else None)

    @property
    def axis_format(self) -> str:
        """How a spreadsheet or slide writes the numbers of the axis."""
        if self.unit == "share":
            return "0 %"
        values = [abs(v) for series in self.series.values() for v in series if v == v]
        return '0.0,,"M"' if self.unit == "USD" and max(values, default=0.0) >= 2e6 else "#,##0"

    def labels(self, series: str) -> dict[int, str]:
        """Values to write upon the bars of a series, by place: those that have room there."""
        if self.kind not in ("stacked", "columns") or series not in self.texts:
            return {}
        bars = zip(*self.series.values(), strict=True)
        reach = max(sum(value for value in bar if value == value) for bar in bars)
        pairs = zip(self.series[series], self.texts[series], strict=True)
        return {i: text for i, (value, text) in enumerate(pairs) if value > 0.04 * reach}

    @property
    def numbers(self) -> str:
        """The figure in words, for notes and for those who cannot see it."""
        shown = []
        for name, values in self.series.items():
            if self.colours[name] == HIDDEN:
                continue
            texts = self.texts.get(name) or [number(v, self.unit) for v in values]
            keep = [i for i, v in enumerate(values) if v == v]
            if HIDDEN in self.colours.values():  # where no floating bar is, there is no number
                keep = [i for i in keep if values[i]]
            if self.kind == "line":
                keep = keep[:: max(len(keep) - 1, 1)]
            said = "; ".join(f"{self.categories[i]} {texts[i]}" for i in keep)
            shown += [f"{name}: {said}."] if said else []
        return "\n".join(shown)


def plots(view: View, charts: Mapping[str, Chart]) -> dict[str, Plot]:
    """Every plot that the study has numbers for, by its name; ``charts`` are those drawn of it."""
    made: list[Plot | None] = [
        _outcomes(view, charts.get("claim_outcomes")),
        _differences(view, charts.get("paired_differences")),
        *_waterfalls(view, charts.get("money_waterfall")),
        _costs(view),
        _cash(view),
        _risk(view),
        _bars(view, charts.get("turnover_cost")),
        *(_lines(view, charts.get(t.kpi.replace(".", "_")), t.kpi) for t in TRAJECTORIES),
    ]
    return {plot.name: plot for plot in made if plot is not None}


def best(view: View) -> str:
    """The alternative with the largest net value; the baseline where it is alone."""
    values = {name: view.estimate(name, VALUE).mean for name in view.names[1:]}
    known = {name: value for name, value in values.items() if value == value}
    return max(known, key=lambda name: known[name], default=view.names[-1])


def _shown(view: View) -> list[str]:
    """The scenarios that have room in one figure: the baseline, the best, then in their order."""
    first = dict.fromkeys((view.names[0], best(view), *view.names))
    kept = list(first)[:MOST_SERIES]
    return [name for name in view.names if name in kept]


def _note(view: View) -> str:
    if len(view.names) <= MOST_SERIES:
        return ""
    return f" {MOST_SERIES} of {len(view.names)} scenarios are drawn."


def _colours(view: View, names: Iterable[str]) -> dict[str, str]:
    return {apart(view.names)[name]: view.looks[name].colour for name in names}


def _outcomes(view: View, chart: Chart | None) -> Plot | None:
    if chart is None:
        return None
    data = chart.data
    said = {text.replace("\n", " "): depth for _, text, depth in OUTCOMES}
    names = list(dict.fromkeys(data["scenario"]))
    rows = {outcome: only(data, outcome=outcome) for outcome in said}
    series, errors = ({o: _aligned(r, c, names) for o, r in rows.items()} for c in ("share", "se"))
    return Plot(
        name="claim_outcomes",
        title=chart.title,
        kind="stacked",
        categories=[apart(view.names)[name] for name in names],
        series=series,
        colours={o: style.tint(view.looks[names[0]].colour, depth) for o, depth in said.items()},
        unit="share",
        axis="Share of submitted claims",
        method="First answers of payers to claims served in the KPI window, means over "
        "replications. First answers exclude each other.",
        texts={o: _printed(series[o], "share", errors[o]) for o in said},
    )


def _printed(values: Sequence[float], unit: str, errors: Sequence[float]) -> list[str]:
    return [number(value, unit, se) for value, se in zip(values, errors, strict=True)]


def _aligned(rows: Table, column: str, names: Sequence[str]) -> list[float]:
    found = dict(zip(rows["scenario"], rows[column], strict=True))
    return [found.get(name, math.nan) for name in names]


def _differences(view: View, chart: Chart | None) -> Plot | None:
    if chart is None:
        return None
    names = list(dict.fromkeys(chart.data["scenario"]))
    if len(names) > 2:  # more would hide each other: the one that the title speaks of
        names = [furthest(chart.data)]
    kpis = list(dict.fromkeys(chart.data["kpi"]))
    series, errors, texts = {}, {}, {}
    for name in names:
        rows = only(chart.data, scenario=name)
        where = {kpi: i for i, kpi in enumerate(rows["kpi"])}
        at = [where.get(kpi) for kpi in kpis]
        ends = list(zip(rows["relative"], rows["ci_low"], rows["ci_high"], strict=True))
        said = [interval(*each, "share", difference=True)[0] for each in ends]
        shown = apart(view.names)[name]
        series[shown] = [math.nan if i is None else ends[i][0] for i in at]
        errors[shown] = [math.nan if i is None else (ends[i][2] - ends[i][1]) / 2 for i in at]
        texts[shown] = ["" if i is None else said[i].replace(" points", " %") for i in at]
    return Plot(
        name="paired_differences",
        title=chart.title,
        kind="bar",
        categories=[label(kpi) for kpi in kpis],
        series=series,
        colours=_colours(view, names),
        unit="share",
        axis=f"Difference from {plain(view.names[0], 30)}, relative to its mean",
        method="Paired differences: replication r of every scenario draws the same random numbers. "
        "Whiskers: 95 % t intervals; verdicts are adjusted by Holm's method.",
        errors=errors,
        texts=texts,
    )


def _waterfalls(view: View, chart: Chart | None) -> list[Plot]:
    """What is not paid, loss by loss, of the baseline and of the best alternative."""
    if chart is None:
        return []
    which = {best(view): "alternative", view.names[0]: "baseline"}
    return [
        _waterfall(view, name, only(chart.data, scenario=name), f"leakage_{which[name]}")
        for name in reversed(which)
    ]


def _waterfall(view: View, name: str, rows: Table, file: str) -> Plot:
    steps = [*rows["step"][1:-1], "Not paid"]
    shares = rows["share"][1:-1]
    ends = list(accumulate(shares))
    total = ends[-1] if ends else 0.0
    low = [min(end, end - share) for end, share in zip(ends, shares, strict=True)]
    nothing, said = [0.0] * len(shares), number(total, "share", 0.001)
    return Plot(
        name=file,
        title=f"{sentence(apart(view.names)[name])}: {said} of what is expected is not paid",
        kind="columns",
        categories=[str(step) for step in steps],
        series={
            "below": [*low, 0.0],
            "Loss": [*(max(share, 0.0) for share in shares), 0.0],
            "Gain": [*(max(-share, 0.0) for share in shares), 0.0],
            "Not paid": [*nothing, total],
        },
        colours={
            "below": HIDDEN, "Loss": "#888888", "Gain": style.BETTER,
            "Not paid": view.looks[name].colour,
        },
        unit="share",
        axis="Share of expected payment",
        method="Means over replications; expected = paid + open + all losses, to the cent.",
        texts={
            "Loss": [number(share, "share", 0.001) for share in (*shares, 0.0)],
            "Gain": [number(-share, "share", 0.001) for share in (*shares, 0.0)],
            "Not paid": [said] * len(steps),
        },
    )  # fmt: skip


def _costs(view: View) -> Plot | None:
    names = [name for name in view.names if view.estimate(name, "money.tco").n]
    means = {name: [view.estimate(name, kpi).mean for kpi in COSTS] for name in names}
    if not names or any(value != value for row in means.values() for value in row):
        return None
    tints = (1.0, 0.7, 0.45, 0.25)
    series = {label(kpi): [means[n][i] for n in names] for i, kpi in enumerate(COSTS)}
    at = {label(kpi): [view.estimate(n, kpi) for n in names] for kpi in COSTS}
    texts = {s: _printed(series[s], "USD", [standard_error(i) for i in at[s]]) for s in series}
    written_off = [view.estimate(n, "money.tco").mean - sum(means[n]) for n in names]
    colour = view.looks[names[0]].colour
    return Plot(
        name="cost",
        title=view.finding("money.tco", "of total cost of ownership"),
        kind="stacked",
        categories=[apart(view.names)[name] for name in names],
        series={**series, "Write-offs": written_off},
        colours={
            **{s: style.tint(colour, d) for s, d in zip(series, tints, strict=True)},
            "Write-offs": "#888888",
        },
        unit="USD",
        axis="USD a year",
        method=f"{kpi_of('money.tco').definition}. Means over replications.",
        texts={**texts, "Write-offs": [number(usd, "USD") for usd in written_off]},
    )


def _cumulative(view: View, name: str) -> list[list[float]]:
    """Cash less vendor fees since the start, by replication and month."""
    found = []
    for outcome in view.outcomes(name):
        table = outcome.tables.get("monthly", {})
        months: dict[int, float] = defaultdict(float)
        for month, kpi, value in zip(
            *(table.get(c, []) for c in ("month", "kpi", "value")), strict=True
        ):
            if kpi in ("money.cash_usd", "money.fees_usd"):
                months[month] += value if kpi == "money.cash_usd" else -value
        found.append(list(accumulate(months[m] for m in range(max(months, default=-1) + 1))))
    return found


def _cash(view: View) -> Plot | None:
    """How far each alternative is ahead of the baseline, or the cash of a single scenario."""
    names, base = _shown(view), view.names[0]
    alone = len(view.names) == 1
    curves: dict[str, list[float]] = {}
    ends: dict[str, list[float]] = {}
    for name in names if alone else [n for n in names if n != base]:
        own, other = _cumulative(view, name), _cumulative(view, base)
        pairs = [(a, [0.0] * len(a)) for a in own] if alone else list(zip(own, other, strict=False))
        size = min((min(len(a), len(b)) for a, b in pairs), default=0)
        if size == 0:
            return None
        gaps = [[x - y for x, y in zip(a[:size], b[:size], strict=True)] for a, b in pairs]
        curves[name] = [math.fsum(column) / len(gaps) for column in zip(*gaps, strict=True)]
        ends[name] = [gap[-1] for gap in gaps]
    size = min(map(len, curves.values()))
    lead = max(curves, key=lambda name: curves[name][-1])
    return Plot(
        name="cash",
        title=_cash_title(view, lead, curves[lead], ends[lead]),
        kind="line",
        categories=[str(month + 1) for month in range(size)],
        series={apart(view.names)[name]: curve[:size] for name, curve in curves.items()},
        colours=_colours(view, curves),
        unit="USD",
        axis="Cumulative cash less vendor fees, USD"
        + ("" if alone else f", ahead of {plain(base, 30)}"),
        across="Month",
        method="Cash received less vendor fees, added up from the start of the run, mean over "
        "replications. Hospital labour and one-off costs are not in it." + _note(view),
    )


def _cash_title(view: View, name: str, curve: Sequence[float], ends: Sequence[float]) -> str:
    at = mean_interval(ends)
    shown, between = interval(abs(at.mean), at.low, at.high, "USD")
    shown = number(abs(at.mean), "USD", standard_error(at))
    who = apart(view.names)[name]
    if len(view.names) == 1:
        return sentence(f"{who}: {shown} of cash less vendor fees by month {len(curve)}")
    if between and at.low <= 0 <= at.high:
        return sentence(f"{who} is not clearly ahead in cash by month {len(curve)}")
    if at.mean <= 0:
        return sentence(f"{who} is {shown} behind in cash by month {len(curve)}")
    behind = [month for month, value in enumerate(curve) if value <= 0]
    since = f"from month {behind[-1] + 2}" if behind else "from the first month"
    return sentence(f"{who} is ahead in cash {since} and stays so: {shown} by month {len(curve)}")


def _risk(view: View) -> Plot | None:
    """Paired differences in net value of the best alternative, replication by replication."""
    base, name = view.names[0], best(view)
    left, right = (view.result.outcomes[n] for n in (base, name))
    both = {r: right[r].kpis.get(VALUE, math.nan) - left[r].kpis.get(VALUE, math.nan)
            for r in left if r in right}  # fmt: skip
    gaps = [gap for gap in both.values() if gap == gap]
    if len(gaps) < 2 or name == base:
        return None
    ahead = sum(gap > 0 for gap in gaps)
    low, high = (number(end, "share", 0.01) for end in wilson_interval(ahead, len(gaps)))
    order = sorted(gaps)
    every = -(-len(order) // MOST_COLUMNS)
    order = order[every // 2 :: every]  # of very many, each stands for its neighbours
    return Plot(
        name="risk",
        title=sentence(
            f"{apart(view.names)[name]} brings more net value than {apart(view.names)[base]} in "
            f"{ahead} of {len(gaps)} replications (chance {low} to {high})"
        ),
        kind="columns",
        categories=[str(place + 1) for place in range(len(order))],
        series={"Difference in net value": order},
        colours={"Difference in net value": view.looks[name].colour},
        unit="USD",
        axis="Difference in net value, USD",
        across="Replications, sorted" + (f"; one of {every} is drawn" if every > 1 else ""),
        method="Each column is one possible future: the same claims and luck in both scenarios. "
        "The chance is a 95 % Wilson interval; it is a risk, not an error of the mean.",
    )


def _bars(view: View, chart: Chart | None) -> Plot | None:
    if chart is None:
        return None
    rows = only(chart.data, kpi="people.turnover_cost_usd_per_year")
    half = [(h - lo) / 2 for lo, h in zip(rows["ci_low"], rows["ci_high"], strict=True)]
    said = label("people.turnover_cost_usd_per_year")
    return Plot(
        name="turnover_cost",
        title=chart.title,
        kind="bar",
        categories=[apart(view.names)[name] for name in rows["scenario"]],
        series={said: rows["usd"]},
        colours={said: view.looks[view.names[0]].colour},
        unit="USD",
        axis="USD a year",
        method="Recruiting, classroom wages and mentors' time. Whiskers: 95 % t intervals.",
        errors={said: half},
        points=[view.looks[name].colour for name in rows["scenario"]],
    )


def _lines(view: View, chart: Chart | None, kpi: str) -> Plot | None:
    if chart is None:
        return None
    months = sorted(set(chart.data["month"]))
    names = [name for name in _shown(view) if name in chart.data["scenario"]]
    series = {}
    for name in names:
        rows = only(chart.data, scenario=name)
        found = dict(zip(rows["month"], rows["mean"], strict=True))
        series[apart(view.names)[name]] = [found.get(month, math.nan) for month in months]
    return Plot(
        name=chart.name,
        title=chart.title,
        kind="line",
        categories=[str(month) for month in months],
        series=series,
        colours=_colours(view, names),
        unit=kpi_of(kpi).unit,
        axis=label(kpi),
        across="Months since the start",
        method=f"{kpi_of(kpi).definition}; here by month, mean over replications." + _note(view),
    )
