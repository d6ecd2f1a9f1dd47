"""Newcomers at a bank in 2016 (BPI Challenge 2017) against `configs/checks/bank_newcomers.yaml`.

The log is not part of the repository; without it these tests are skipped. Bands: of handle times,
2,000 bootstrap samples of the 55 persons (persons, not items: an item tells little that the same
person's others have not told); of survival, the log-log band of Kaplan and Meier. Both samples and
runs are the same every time, so that nothing here fails by chance.

`python -m tests.backtests.test_bank_newcomers DATA_FOLDER` draws the figure of docs/people.md.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from math import exp, gamma, log, sqrt
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, stats

from docs import studies
from sim.model import rules
from sim.model.kernel.knowledge import practise
from sim.model.kernel.rows import Agent
from sim.model.simulation import Simulation
from sim.record.kpis import outcome
from sim.record.record import Table
from sim.report import draw, style
from sim.report.answer import LINES, Chart, Panel, Series
from sim.scenario.load import load, shipped_configs
from sim.scenario.schema import Scenario
from sim.study.survival import survival
from tests.scenarios import replaced, world_of

Floats = NDArray[np.float64]
WEEKS = 38
REPLICATIONS = 3
MINUTES = (0.05, 240.0)  # shorter ones are clicks, longer ones were left open
SOURCE = (
    "Bands: 95 %, of handle times simultaneous over all weeks (bootstrap of 55 persons), of "
    "survival by day (Kaplan–Meier). Sources: BPI Challenge 2017, van Dongen, "
    "doi:10.4121/uuid:5f3067df-f10b-45da-b98b-86ae4c7a310b; denialloop, bank_newcomers, "
    f"{REPLICATIONS} replications."
)


# --- measured -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody in the log, as `bpic2017_resource_tenure.csv` has it."""

    name: str
    first: date
    tenure_days: float
    left: bool
    newcomer: bool
    usable: bool  # 200 items or more


def rows_of(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        pytest.skip(f"no real data: {file} is missing")
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@cache
def people_in(folder: Path) -> list[Person]:
    return [
        Person(
            row["resource"],
            date.fromisoformat(row["first"]),
            float(row["tenure_days"]),
            row["exit_observed"] == "1",
            row["left_truncated"] == "0",
            row["usable"] == "1",
        )
        for row in rows_of(folder / "derived" / "bpic2017_resource_tenure.csv")
    ]


def table_of(folder: Path) -> Floats:
    """Relative handle time of newcomers by week, as tabled."""
    rows = rows_of(folder / "derived" / "bpic2017_newcomer_learning_curve.csv")
    return np.array([float(row["relative_time"]) for row in rows])


@cache
def cells_in(folder: Path) -> tuple[Floats, Floats]:
    """Sum of log relative times, and number of items, of each usable newcomer and week of tenure.

    Relative to the geometric mean time of those there before them, for the same activity.
    """
    rows = rows_of(folder / "eventlogs_4tu_noncommercial" / "bpic2017_w.csv.gz")
    persons = people_in(folder)
    before = {p.name for p in persons if not p.newcomer}
    place = {p.name: i for i, p in enumerate(p for p in persons if p.newcomer and p.usable)}
    first = {p.name: p.first for p in persons}
    standard: dict[str, list[float]] = defaultdict(list)
    items: list[tuple[str, int, str, float]] = []
    for row in rows:
        start = datetime.fromisoformat(row["start_time"])
        minutes = (datetime.fromisoformat(row["end_time"]) - start).total_seconds() / 60.0
        if not MINUTES[0] <= minutes <= MINUTES[1]:
            continue
        who, activity = row["resource"], row["activity"]
        if who in before:
            standard[activity].append(log(minutes))
        elif who in place:
            items.append((who, (start.date() - first[who]).days // 7, activity, log(minutes)))
    mean = {activity: float(np.mean(logs)) for activity, logs in standard.items()}
    sums, counts = np.zeros((len(place), WEEKS)), np.zeros((len(place), WEEKS))
    for who, week, activity, minutes in items:
        if week < WEEKS and activity in mean:
            sums[place[who], week] += minutes - mean[activity]
            counts[place[who], week] += 1
    return sums, counts


def curve_of(sums: Floats, counts: Floats) -> Floats:
    """Log relative time by week, over all items of all persons."""
    curve: Floats = sums.sum(axis=-2) / np.maximum(counts.sum(axis=-2), 1)
    return curve


def band_of(folder: Path) -> tuple[Floats, float]:
    """Standard error of the log curve by week, and how many of them a simultaneous 95 % band is."""
    sums, counts = cells_in(folder)
    rng = np.random.default_rng(2017)
    drawn = (rng.integers(0, len(sums), len(sums)) for _ in range(2000))
    curves = np.array([curve_of(sums[who], counts[who]) for who in drawn])
    sd = curves.std(axis=0)
    widest = np.abs((curves - curves.mean(axis=0)) / sd).max(axis=1)
    return sd, float(np.quantile(widest, 0.95))


def stays_of(persons: list[Person]) -> tuple[Floats, Floats]:
    """Days of tenure seen (a day at work is half a day at least), and 1 for those who left."""
    days = np.maximum([p.tenure_days for p in persons], 0.5)
    return days, np.array([float(p.left) for p in persons])


def kaplan_meier(days: Floats, left: Floats) -> Table:
    return survival(np.zeros(len(days)), days, left)


def weibull_fit(days: Floats, left: Floats) -> tuple[float, float, tuple[float, float]]:
    """Maximum-likelihood shape and scale (days), and the 95 % likelihood interval of the shape."""

    def loss(shape: float) -> float:
        scale = scale_of(shape)
        dead = left @ (np.log(shape / scale) + (shape - 1) * np.log(days / scale))
        return float(((days / scale) ** shape).sum() - dead)

    def scale_of(shape: float) -> float:
        return float(((days**shape).sum() / left.sum()) ** (1 / shape))

    shapes = np.linspace(0.3, 3.0, 271)
    losses = np.array([loss(float(s)) for s in shapes])
    likely = shapes[losses < losses.min() + 1.92]
    best = float(shapes[losses.argmin()])
    return best, scale_of(best), (float(likely[0]), float(likely[-1]))


# --- modelled -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Modelled:
    """What the newcomers of the runs did; curves are relative to those there before, by week."""

    scenario: Scenario
    worked: Floats
    """Log of minutes, as a log of the work would show them."""
    expected: Floats
    """The part of it that is knowledge, without the luck of items and persons."""
    days: Floats
    left: Floats
    kpis: list[dict[str, float]]


@cache
def modelled() -> Modelled:
    scene = load(shipped_configs() / "checks" / "bank_newcomers.yaml").scenario
    slow = scene.people.novice_slowdown
    cells, before = np.zeros((3, 80)), np.zeros(3)
    hired: dict[int, float] = {}  # day of hire by number of the agent

    def noting(agent: Agent, skill: int, months: float) -> None:
        minutes, now = months * agent.month_minutes, float(world.engine.env.now)
        item = np.array([log(minutes), log(rules.slowdown(agent.knowledge[skill], slow)), 1.0])
        if agent.index not in hired:
            hired.update((a.row.index, a.hired) for t in world.teams for a in t.employed)
        since = hired[agent.index]
        if since >= 0:
            cells[:, int((now - since) // 7)] += item
        else:
            before.__iadd__(item)
        practise(agent, skill, months)

    days, left, kpis = [], [], []
    for replication in range(REPLICATIONS):
        hired.clear()
        world = world_of(scene, replication)
        with replaced(practise, noting):
            record = Simulation(world).run()
        kpis.append(outcome(record).kpis)
        agents = record.agents
        for joined, tenure, reason in zip(
            agents["hired_day"], agents["tenure_days"], agents["reason"], strict=True
        ):
            if joined >= 0:
                days.append(tenure)
                left.append(float(reason != ""))
    worked, expected = cells[:2, :WEEKS] / cells[2, :WEEKS] - before[:2, None] / before[2]
    return Modelled(scene, worked, expected, np.array(days), np.array(left), kpis)


def share_staying(days: float) -> float:
    turnover = next(v for v in modelled().scenario.vendors if v.name == "in_house").turnover
    scale = rules.tenure_scale_days(turnover.annual_rate, turnover.shape)
    return exp(-rules.cumulative_hazard(days, scale, turnover.shape))


# --- handle time ----------------------------------------------------------------------------------


def test_the_table_can_be_made_from_the_log(shared_data: Path) -> None:
    sums, counts = cells_in(shared_data)
    assert len(sums) == 55
    assert np.abs(np.exp(curve_of(sums, counts)) - table_of(shared_data)).max() < 0.05


def test_newcomers_get_faster_inside_the_sampling_band(shared_data: Path) -> None:
    sd, widest = band_of(shared_data)
    assert 2.5 < widest < 4.0
    for curve in (modelled().expected, modelled().worked):
        off = np.abs(curve - np.log(table_of(shared_data))) / sd
        assert set(np.flatnonzero(off > widest)) <= {22}  # the misfit told in docs/people.md
        assert (off < 1.96).mean() >= 0.9  # of single weeks, one in twenty may lie outside
        assert sqrt(float((off[:13] ** 2).mean())) < 1.0  # in the first quarter of a year


def test_they_start_at_one_and_a_half_times_with_a_time_constant_of_eight_weeks() -> None:
    curve = np.exp(modelled().expected)
    assert curve[0] == pytest.approx(1.54, abs=0.02)
    weeks = np.arange(20) + 0.5
    (_, constant), _ = optimize.curve_fit(
        lambda t, a, b: 1 + a * np.exp(-t / b), weeks, curve[:20], p0=(0.5, 8.0)
    )
    assert constant == pytest.approx(8.0, abs=0.5)
    assert all(0.7 < kpis["people.occupancy"] < 0.95 for kpis in modelled().kpis)


def test_minutes_worked_show_the_same_curve_as_knowledge() -> None:
    # 0.45 between some 75 newcomers and some 70 others of each run, and 1.49 between items.
    sd = sqrt(0.45**2 * (1 / 225 + 1 / 210) + 1.49**2 / 1000)
    assert np.abs(modelled().worked - modelled().expected).max() < 5 * sd


def test_the_rise_after_five_months_is_a_change_of_people(shared_data: Path) -> None:
    """The misfit: the measured curve rises to 1.45 in week 22, that of single persons does not."""
    table = table_of(shared_data)
    assert table[20:25].mean() > 1.12 * table[12:20].mean()
    own = own_change(shared_data, slice(20, 25))
    assert len(own) > 15
    assert abs(float(np.median(own))) < 0.1
    sums, counts = cells_in(shared_data)
    # Those who stayed so long were the slow ones from the start.
    stayed = counts[:, 20:].sum(axis=1) > 0
    slow, quick = (curve_of(sums[who], counts[who])[:3].mean() for who in (stayed, ~stayed))
    assert exp(slow - quick) > 1.3


# --- survival -------------------------------------------------------------------------------------


def test_newcomers_stay_as_long_as_in_the_log(shared_data: Path) -> None:
    usable = [p for p in people_in(shared_data) if p.newcomer and p.usable]
    days, left = stays_of(usable)
    assert (len(usable), left.sum()) == (55, 15)
    measured = kaplan_meier(days, left)
    for months, share, low, high in zip(
        *(measured[c][1:] for c in ("months", "share", "ci_low", "ci_high")), strict=True
    ):
        day = months * rules.DAYS_PER_MONTH
        assert low < share_staying(day) < high, day
        assert share_staying(day) == pytest.approx(share, abs=0.05), day


def test_simulated_newcomers_stay_as_the_scenario_says() -> None:
    people = modelled()
    assert len(people.days) > 200
    months = np.array((table := kaplan_meier(people.days, people.left))["months"])
    for day, share in ((71, 0.90), (140, 0.75), (234, 0.60)):
        row = int(np.searchsorted(months, day / rules.DAYS_PER_MONTH, side="right")) - 1
        error = (table["ci_high"][row] - table["ci_low"][row]) / (2 * 1.96)
        assert table["share"][row] == pytest.approx(share_staying(day), abs=5 * error)
        assert share_staying(day) == pytest.approx(share, abs=0.02)


def test_the_log_cannot_tell_falling_from_rising_hazard(shared_data: Path) -> None:
    """What it means for "shape below 1": the sign hangs on who counts as a newcomer."""
    newcomers_all = [p for p in people_in(shared_data) if p.newcomer]
    usable = [p for p in newcomers_all if p.usable]
    shape, scale, (low, high) = weibull_fit(*stays_of(usable))
    assert 1.1 < shape < 1.4
    assert low < 1.0 < high
    assert 365.25 / (scale * gamma(1 + 1 / shape)) == pytest.approx(0.85, abs=0.1)
    # Two hundred items take weeks: counting only those who did them leaves early leavers out.
    shape, _, (low, high) = weibull_fit(*stays_of(newcomers_all))
    assert 0.6 < shape < 0.9
    assert low < 1.0 < high
    assert len(newcomers_all) - len(usable) == 15


# --- what the page says ---------------------------------------------------------------------------


def time_constant(curve: Floats, *plateau: float) -> tuple[float, float]:
    """Time constant of the first 20 weeks and its standard error; a `plateau` is a first guess."""

    def falling(t: Floats, a: float, b: float, level: float = 1.0) -> Floats:
        return level + a * np.exp(-t / b)

    guess = (0.5, 8.0, *plateau)
    found, covariance = optimize.curve_fit(falling, np.arange(20) + 0.5, curve[:20], p0=guess)
    return float(found[1]), float(covariance[1, 1] ** 0.5)


def own_change(folder: Path, weeks: slice) -> list[float]:
    """Log of each person's time in some weeks over the same person's in weeks 10 to 18."""
    later = slice(10, 19)
    return [
        s[weeks].sum() / n[weeks].sum() - s[later].sum() / n[later].sum()
        for s, n in zip(*cells_in(folder), strict=True)
        if n[weeks].sum() > 20 and n[later].sum() > 20
    ]


def told_of_time(folder: Path) -> Iterator[str]:
    (sd, widest), table = band_of(folder), table_of(folder)
    curve = np.exp(modelled().expected)
    yield f"{widest:.2f} of them hold whole curves"
    low, high = (table[0] * exp(sign * widest * sd[0]) for sign in (-1, 1))
    yield f"| first week | {table[0]:.2f} ({low:.2f}–{high:.2f}) | {curve[0]:.2f} |"
    weeks = [" / ".join(f"{c[week]:.2f}" for week in (4, 8, 12)) for c in (table, curve)]
    yield f"| week 4 / 8 / 12 | {weeks[0]} | {weeks[1]} |"
    for plateau in ((), (1.0,)):
        found, error = time_constant(table, *plateau)
        yield f"| {found:.1f} ({error:.1f}) | {time_constant(curve, *plateau)[0]:.1f} |"
    off = np.abs(modelled().expected - np.log(table)) / sd
    yield f"| of {WEEKS}, 2 are to be expected | {(off > 1.96).sum()} |"
    [week] = np.flatnonzero(off > widest)
    yield f"| weeks outside the simultaneous band | | 1 (week {week}) |"
    ends = [(c[20:25].min(), c[20:25].max()) for c in (table, curve)]
    yield "at {:.2f}–{:.2f}, that of the model at {:.2f}–{:.2f}".format(*ends[0], *ends[1])
    changed = abs(exp(float(np.median(own_change(folder, slice(20, 25))))) - 1)
    yield f"the median changed by {100 * changed:.0f} %"
    sums, counts = cells_in(folder)
    stayed = counts[:, 20:].sum(axis=1) > 0
    slow, quick = (
        exp(sums[who][:, :3].sum() / counts[who][:, :3].sum()) for who in (stayed, ~stayed)
    )
    yield f"took {slow:.1f} times the standard in their first three weeks"
    yield f"those who left earlier {quick:.1f}."
    first = own_change(folder, slice(0, 1))
    yield f"take {exp(float(np.median(first))):.1f} times what they themselves take in weeks 10–18"
    yield f"(median of {len(first)} persons)"


def told_of_staying(folder: Path) -> Iterator[str]:
    newcomers_all = [p for p in people_in(folder) if p.newcomer]
    days, left = stays_of([p for p in newcomers_all if p.usable])
    yield f"{len(days)} people came during the year and did at least 200 items; {left.sum():.0f} of"
    both = kaplan_meier(days, left), kaplan_meier(modelled().days, modelled().left)
    for day in (71, 140, 226):
        rows = [
            int(np.searchsorted(np.array(t["months"]), day / rules.DAYS_PER_MONTH + 1e-9)) - 1
            for t in both
        ]
        share, low, high = (both[0][c][rows[0]] for c in ("share", "ci_low", "ci_high"))
        yield (
            f"| {day} | {share:.2f} ({low:.2f}–{high:.2f}) | {share_staying(day):.2f} | "
            f"{both[1]['share'][rows[1]]:.2f} |"
        )
    vendor = next(v for v in modelled().scenario.vendors if v.name == "in_house")
    written = vendor.turnover
    yield f"give shape {written.shape:g} and {written.annual_rate:g} separations a year"
    shape, scale, (low, high) = weibull_fit(days, left)
    rate = 365.25 / (scale * gamma(1 + 1 / shape))
    yield f"the most likely Weibull has shape {shape:g} and {rate:.2f} a year"
    yield f"interval of the shape is {low:.2f} to {high:.2f}"
    shape, _, (low, high) = weibull_fit(*stays_of(newcomers_all))
    yield f"With the {len(newcomers_all) - len(days)} others who came that year"
    yield f"the shape is {shape:.2f} ({low:.2f} to {high:.2f})"
    old_days, old_left = stays_of([p for p in people_in(folder) if not p.newcomer and p.usable])
    old, new = (
        365.25 * ends.sum() / seen.sum() for seen, ends in ((old_days, old_left), (days, left))
    )
    yield f"left at {old:.2f} a year, the newcomers at {new:.2f}"
    # Given all who left, the number of newcomers among them is binomial (Clopper and Pearson).
    events = left.sum(), old_left.sum()
    ends = (
        stats.beta.ppf(0.025, events[0], events[1] + 1),
        stats.beta.ppf(0.975, events[0] + 1, events[1]),
    )
    ratio = [float(x / (1 - x) * old_days.sum() / days.sum()) for x in ends]
    yield "a ratio anywhere between {:.1f} and {:.1f}".format(*ratio)
    yield f"own rate of {written.annual_rate:g} would be wrong"


@pytest.mark.parametrize("told", [told_of_time, told_of_staying])
def test_the_page_says_what_was_measured_and_modelled(
    shared_data: Path, told: Callable[[Path], Iterator[str]]
) -> None:
    page = " ".join((Path(__file__).parents[2] / "docs" / "people.md").read_text("utf-8").split())
    assert [fragment for fragment in told(shared_data) if fragment not in page] == []


# --- figure ---------------------------------------------------------------------------------------


MEASURED, MODELLED = "measured", "modelled"
TIME, STAY = "handle time", "survival"
COLUMNS = ("panel", "series", "weeks", "value", "ci_low", "ci_high")
HEADS = {TIME: "Handle time relative to colleagues", STAY: "Share of newcomers still there"}


def figure_of(data: Table) -> Chart:
    """Two pictures of curves over weeks since the start, measured (with its band) and modelled."""
    rows = list(zip(*data.values(), strict=True))
    panels = []
    for panel, head in HEADS.items():
        weeks = sorted({row[2] for row in rows if row[0] == panel})
        series = []
        for name in (MEASURED, MODELLED):
            found = {row[2]: row[3:] for row in rows if row[:2] == (panel, name)}
            nan = (float("nan"),) * 3
            value, low, high = zip(*(found.get(week, nan) for week in weeks), strict=True)
            step = (panel, name) == (STAY, MEASURED)
            series.append(Series(name, value, low, high, of=name, step=step))
        unit = "share" if panel == STAY else ""
        across = "Weeks since the first day"
        panels.append(Panel(head, tuple(weeks), tuple(series), unit, across=across))
    first = [panels[0].series[i].values[0] for i in (0, 1)]
    title = (
        f"In the first week newcomers take {first[0]:.2f} times as long as their colleagues, in "
        f"the model {first[1]:.2f} times; the gap closes within months"
    )
    return Chart("newcomers", LINES, title, "Newcomers by week.", tuple(panels))


def figure_data(folder: Path) -> Table:
    """What the figure shows, in the columns of the chart."""
    sd, widest = band_of(folder)
    table = table_of(folder)
    weeks = [week + 0.5 for week in range(WEEKS)]
    usable = [p for p in people_in(folder) if p.newcomer and p.usable]
    measured = kaplan_meier(*stays_of(usable))
    simulated = kaplan_meier(modelled().days, modelled().left)
    data: Table = {column: [] for column in COLUMNS}

    def add(panel: str, series: str, *columns: list[float]) -> None:
        for week, value, low, high in zip(*columns, strict=True):
            row = (panel, series, week, value, low, high)
            for column, cell in zip(data.values(), row, strict=True):
                column.append(cell)

    none = [float("nan")] * WEEKS
    low, high = (list(table * np.exp(sign * widest * sd)) for sign in (-1, 1))
    add(TIME, MEASURED, weeks, list(table), low, high)
    add(TIME, MODELLED, weeks, list(np.exp(modelled().expected)), none, none)
    for series, rows in ((MEASURED, measured), (MODELLED, simulated)):
        days = [m * rules.DAYS_PER_MONTH for m in rows["months"]]
        seen = [i for i, day in enumerate(days) if day < 7 * WEEKS]
        weeks_seen = [days[i] / 7 for i in seen]
        shares = [[rows[c][i] for i in seen] for c in ("share", "ci_low", "ci_high")]
        if series == MODELLED:
            shares[1:] = [[float("nan")] * len(seen)] * 2
        add(STAY, series, weeks_seen, *shares)
    return data


def digest(data: Table) -> str:
    """What the figure's data are known by, to three digits."""
    rounded = [[f"{x:.3f}" if isinstance(x, float) else str(x) for x in c] for c in data.values()]
    return hashlib.sha256(repr(rounded).encode()).hexdigest()


def test_the_figure_of_the_page_is_of_these_data(shared_data: Path) -> None:
    [row] = (
        row
        for row in studies.table(studies.IMAGES / "pictures.csv")
        if row["picture"] == "newcomers"
    )
    assert row["drawn_of_sha256"] == digest(figure_data(shared_data)), "draw docs/images again"


def test_the_figure_shows_measured_and_modelled() -> None:
    rows = [
        (panel, series, week, value, value - 0.1, value + 0.1)
        for panel in (TIME, STAY)
        for series, start in ((MEASURED, 1.54), (MODELLED, 1.5))
        for week, value in ((0.5, start), (10.5, start / 2))
    ]
    data = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    chart = figure_of(data)
    assert "newcomers take 1.54 times as long" in chart.title
    assert "in the model 1.5" in chart.title
    with style.applied():
        figure, _ = draw.figure(chart, style.looks((MEASURED, MODELLED)), SOURCE)
    for axes in figure.axes:
        lines = [list(line.get_ydata()) for line in axes.lines if len(line.get_ydata()) == 2]
        assert lines[:2] == [[1.54, 0.77], [1.5, 0.75]]
    texts = [text.get_text() for text in figure.texts]
    assert any("Handle time" in text for text in texts)


if __name__ == "__main__":
    data = figure_data(Path(sys.argv[1]))
    _, png = draw.files(figure_of(data), style.looks((MEASURED, MODELLED)), SOURCE)
    (studies.IMAGES / "newcomers.png").write_bytes(png)
    studies.enter("newcomers", digest(data))
