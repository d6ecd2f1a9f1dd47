"""What a sweep shows: its sentence, its table, and charts in which nothing is cut off."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.text import Text

from sim.report.charts import Chart, only
from sim.report.charts.sweep import chart
from sim.report.sweep import KPIS, Swept, Varied, sweep_text, swept
from sim.study import StudyError
from sim.study.compare import compare
from sim.study.replicate import StudyResult
from sim.study.sweep import Design, from_options
from tests.unit.report.test_charts import NASTY, rendered, said, texts

Study = Callable[..., StudyResult]
RATE, CONFORMANCE = "vendors.generalist.turnover.annual_rate", "vendors.generalist.conformance"


@pytest.fixture(scope="module")
def sweep(study: Study) -> Callable[..., Swept]:
    """A finished sweep over a design; from its first point to its last denials fall."""

    def make(design: Design, replications: int = 6, **more: object) -> Swept:
        names = tuple(f"point {i + 1}" for i in range(len(design.points)))
        result = study(names, replications, 1)
        return swept(result, design, compare(result), name="generalist", scale=0.1, **more)  # type: ignore[arg-type]

    return make


def test_the_sentence_goes_along_the_scale(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.8,0.39,0.1"]))
    first, *_, last = (
        np.mean([o.kpis["denials.initial_rate"] for o in by.values()])
        for by in made.view.result.outcomes.values()
    )
    change = 100 * (first - last)  # from 10 % to 80 % turnover, although 80 % was run first
    assert change > 0
    expected = "Turnover annual rate from 10 % to 80 % a year: initial denial rate rises by "
    assert made.finding().startswith(f"{expected}{change:.1f} points, coding accuracy falls by ")
    assert "(95 % interval +" in made.finding(ends=True)
    assert "interval" not in made.finding()


def test_one_replication_claims_nothing(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.8,0.1"]), 1)
    assert "rises by" in made.finding()
    assert made.finding().endswith(" (one replication: it may be chance)")


def test_the_sentence_names_the_best_and_the_worst_point(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.1,0.8", f"{CONFORMANCE}=0.1,0.9"]))
    assert made.finding().startswith("Initial denial rate is lowest with 4.")
    assert "at turnover annual rate 80 % a year, generalist conformance 90 %" in made.finding()
    assert made.finding().endswith("turnover annual rate 10 % a year, generalist conformance 10 %")


def test_where_nothing_changes_nothing_is_claimed(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.1,0.8"]))
    same = replace(
        made.view.result,
        outcomes=dict.fromkeys(made.view.names, made.view.result.outcomes["point 1"]),
    )
    still = replace(made, view=replace(made.view, result=same))
    assert "no clear change in initial denial rate, no clear change in" in still.finding()
    words = Varied("teams.a.discipline", ("fifo", "value"), "-")
    assert replace(still, varied=[words]).finding() == (
        "Initial denial rate does not clearly differ between the points"
    )


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (RATE, 0.39, "39 % a year"),
        (CONFORMANCE, 0.3, "30 %"),
        ("people.recruiting_usd", 2167, "2,167"),
        ("teams.billing.headcount", 12, "12 people"),
        ("vendors.generalist.hiring.time_to_fill_days", 30, "30 days"),
        ("teams.billing.discipline", "fifo", "fifo"),
        ("teams.billing.queues", ["edits", "records"], '["edits", "records"]'),
    ],
)
def test_values_are_said_with_their_unit(path: str, value: object, words: str) -> None:
    text = json.dumps(value)
    [varied] = Varied.of(from_options([f"{path}={text},{text}"]))
    assert varied.say(varied.values[0]) == words


def test_the_table_fits_a_terminal_and_marks_what_is_clear(sweep: Callable[..., Swept]) -> None:
    shown = sweep_text(sweep(from_options([f"{RATE}=0.1,0.39,0.8", f"{CONFORMANCE}=0.1,0.9"])))
    assert max(map(len, shown.splitlines())) <= 100
    assert shown.count("▲") > 3
    first = next(line for line in shown.splitlines() if line.startswith(" 1 "))
    assert "10 % a year" in first
    assert "▲" not in first
    assert sweep_text(sweep(from_options(["a=1..30 step 1"]), 2)) == ""


def test_a_kpi_without_values_is_refused(sweep: Callable[..., Swept]) -> None:
    with pytest.raises(StudyError, match=r"no replication has a value of 'money\.leakage\.x'"):
        sweep(from_options(["a=1,2"]), 2, kpis=("money.tco", "money.leakage.x"))


def test_small_pictures_show_means_and_both_intervals(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.39,0.1,0.8"]))
    drawn = chart(made)
    figure = rendered(drawn)
    assert len(figure.axes) == len(KPIS)
    rows = only(drawn.data, kpi="denials.initial_rate")
    line = max(figure.axes[0].lines, key=lambda line: len(line.get_xdata()))
    assert list(line.get_xdata()) == [0.1, 0.39, 0.8]
    assert list(line.get_ydata()) == [rows["mean"][i] for i in (1, 0, 2)]
    spans = [tuple(line.get_ydata()) for line in figure.axes[0].lines]
    first = rows["mean"][0]
    assert (rows["ci_low"][2], rows["ci_high"][2]) in spans
    paired = (first + rows["difference_ci_low"][2], first + rows["difference_ci_high"][2])
    assert paired in spans
    assert rows["difference"][0] == 0
    assert "Varied in generalist: vendors.generalist.turnover.annual_rate" in said(drawn)
    assert "6 replications" in said(drawn)


def test_two_paths_make_a_map(sweep: Callable[..., Swept]) -> None:
    drawn = chart(sweep(from_options([f"{RATE}=0.1,0.39,0.8", f"{CONFORMANCE}=0.1,0.9"])))
    [axes] = rendered(drawn).axes
    assert len(axes.patches) == 6
    assert set(drawn.data["kpi"]) == {KPIS[0]}
    darkness = [sum(patch.get_facecolor()[:3]) for patch in axes.patches]
    means = drawn.data["mean"]
    assert int(np.argmin(darkness)) == int(np.argmax(means))


def layouts() -> dict[str, tuple[Design, int]]:
    long = ",".join(f'"{name}"' for name in NASTY[:2])
    return {
        "one path": (from_options([f"{RATE}=0.1,0.39,0.8"]), 6),
        "one replication": (from_options([f"{RATE}=0.1,0.2"]), 1),
        "words": (from_options([f"teams.billing.discipline={long}"]), 2),
        "map": (from_options([f"{RATE}=0.1..0.9 step 0.1", f"{CONFORMANCE}=0.1,0.9"]), 2),
        "large map": (from_options(["a=1..20 step 1", "b=1..15 step 1"]), 1),
        "sample": (
            from_options([f"{RATE}=0.1:0.8", f"{CONFORMANCE}=0:1", "c=1:3", "d=x,y"], 12),
            2,
        ),
    }


@pytest.mark.parametrize("layout", layouts())
def test_no_text_is_cut_off_or_overlaps(sweep: Callable[..., Swept], layout: str) -> None:
    drawn: Chart = chart(sweep(*layouts()[layout]))
    figure = rendered(drawn)
    boxes = [(t.get_text(), *Text.get_window_extent(t).extents) for t in texts(figure)]
    for text, x0, y0, x1, y1 in boxes:
        inside = min(x0, y0) >= 0 and x1 <= figure.bbox.x1 and y1 <= figure.bbox.y1
        assert inside, f"{text!r} is cut off"
    for (one, ax0, ay0, ax1, ay1), (other, bx0, by0, bx1, by1) in combinations(boxes, 2):
        wide, high = min(ax1, bx1) - max(ax0, bx0), min(ay1, by1) - max(ay0, by0)
        assert wide < 1.5 or high < 1.5, f"{one!r} overlaps {other!r}"
