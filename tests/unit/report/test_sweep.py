"""What a sweep shows: its sentence, its table, and charts in which nothing is cut off."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.report.answer import HEAT, SCATTER, dump, parse
from sim.report.fields import Field
from sim.report.sweep import KPIS, Swept, Varied, answer, picture, swept
from sim.report.terminal import text
from sim.study import StudyError
from sim.study.compare import compare
from sim.study.replicate import StudyResult
from sim.study.sweep import Design, from_options

Study = Callable[..., StudyResult]
RATE, CONFORMANCE = "vendors.generalist.turnover.annual_rate", "vendors.generalist.conformance"


@pytest.fixture(scope="module")
def sweep(study: Study) -> Callable[..., Swept]:
    """A finished sweep over a design; from its first point to its last denials fall."""

    def make(design: Design, replications: int = 6, **more: object) -> Swept:
        names = tuple(f"point {i + 1}" for i in range(len(design.points)))
        result = study(names, replications, 1)
        return swept(result, design, compare(result), name="generalist", **more)  # type: ignore[arg-type]

    return make


def test_the_sentence_goes_along_the_scale(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.8,0.39,0.1"]))
    first, *_, last = (
        np.mean([o.kpis["denials.initial_rate"] for o in by.values()])
        for by in made.result.outcomes.values()
    )
    change = 100 * (first - last)  # from 10 % to 80 % turnover, although 80 % was run first
    assert change > 0
    expected = "Turnover annual rate from 10 % to 80 % a year: initial denial rate rises by "
    assert made.finding().startswith(f"{expected}{change:.1f} pts, coding accuracy falls by ")
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
        made.result, outcomes=dict.fromkeys(made.result.names, made.result.outcomes["point 1"])
    )
    still = replace(made, result=same)
    assert "no clear change in initial denial rate, no clear change in" in still.finding()
    words = Varied(Field("teams.a.discipline"), ("fifo", "value"))
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
    assert Field(path).say(value if not isinstance(value, list) else json.dumps(value)) == words


def test_the_table_fits_a_terminal_and_marks_what_is_clear(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.1,0.39,0.8", f"{CONFORMANCE}=0.1,0.9"]))
    shown = text(answer(made))
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("▲") > 3
    first = next(line for line in shown.splitlines() if line.startswith(" 1 "))
    assert "10 % a year" in first
    assert "▲" not in first
    many = answer(sweep(from_options(["a=1..30 step 1"]), 2))
    assert not [table for table in many.tables if table.printed]


def test_a_kpi_without_values_is_refused(sweep: Callable[..., Swept]) -> None:
    with pytest.raises(StudyError, match=r"no replication has a value of 'money\.leakage\.x'"):
        sweep(from_options(["a=1,2"]), 2, kpis=("money.tco", "money.leakage.x"))


def test_small_pictures_show_means_along_the_scale(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.39,0.1,0.8"]))
    drawn = picture(made)
    assert len(drawn.panels) == len(made.kpis) == len(KPIS)
    panel = drawn.panels[0]
    means = made.means["denials.initial_rate"]
    assert panel.places == (0.1, 0.39, 0.8)
    assert panel.series[0].values == tuple(means[i].mean for i in (1, 0, 2))
    assert panel.series[0].low == tuple(means[i].low for i in (1, 0, 2))


def test_two_paths_make_a_map(sweep: Callable[..., Swept]) -> None:
    made = sweep(from_options([f"{RATE}=0.1,0.39,0.8", f"{CONFORMANCE}=0.1,0.9"]))
    drawn = picture(made)
    assert drawn.shape == HEAT
    [panel] = drawn.panels
    assert (len(panel.series), len(panel.places)) == (2, 3)
    shown = sorted(v for series in panel.series for v in series.values)
    assert shown == sorted(at.mean for at in made.means[KPIS[0]])


def test_many_paths_make_a_cloud_for_each(sweep: Callable[..., Swept]) -> None:
    drawn = picture(sweep(from_options([f"{RATE}=0.1:0.8", f"{CONFORMANCE}=0.1:0.9"], 5), 2))
    assert drawn.shape == SCATTER
    assert [len(panel.places) for panel in drawn.panels] == [5, 5]


def test_the_answer_tells_of_the_first_point_and_can_be_kept(sweep: Callable[..., Swept]) -> None:
    made = answer(sweep(from_options([f"{RATE}=0.1,0.8"])))
    assert list(made.scenarios) == ["point 1"]
    assert parse(dump(made)) == made
