"""Charts: the numbers behind them, their bytes, and that nothing is cut off or overlaps."""

import csv
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.record.record import AGE_BANDS, Outcome
from sim.report import style
from sim.report.build import CHARTS, Drawn, charts, clear, images
from sim.report.charts import Chart, only
from sim.report.charts.survival import survival, tenures
from sim.study.compare import compare
from sim.study.replicate import StudyResult

TWO = ("generalist", "specialised")
NASTY = ("ספק אלפא <b>&amp; $x_1$ = 5 🚀", "شركة الترميز", "=cmd|calc $ $ % 仕事\x1b[31m")
TWELVE = tuple(f"Vendor {c} with a long descriptive name, variant {c}" for c in "ABCDEFGHIJKL")
Study = Callable[..., StudyResult]


@pytest.fixture(scope="module")
def result(study: Study) -> StudyResult:
    return study(TWO, 6)


@pytest.fixture(scope="module")
def drawn(result: StudyResult) -> dict[str, Chart]:
    made = charts(result, scale=0.1, comparison=compare(result))
    assert not made.skipped
    return {chart.name: chart for chart in made.charts}


def rendered(chart: Chart) -> Figure:
    with style.applied():
        figure = chart.draw()
        FigureCanvasAgg(figure)
        figure.draw_without_rendering()
    return figure


def texts(figure: Figure) -> list[Text]:
    """Every text that is drawn, without the ticks outside the limits of an axis."""
    found = list(figure.texts)
    for axes in figure.axes:
        found += [*axes.texts, axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            found += [t.label1 for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
    return [text for text in found if text.get_text().strip()]


def said(chart: Chart) -> str:
    lines = "\n".join(text.get_text() for text in texts(rendered(chart)))
    return lines.replace("\n", " ").replace("\u00a0", " ")


def test_the_title_states_the_finding(drawn: dict[str, Chart], result: StudyResult) -> None:
    assert set(drawn) >= {"claim_outcomes", "money_waterfall", "backlog", "headcount"}
    rates = [
        np.mean([o.kpis["denials.first_answer_rate"] for o in result.outcomes[n].values()])
        for n in TWO
    ]
    assert drawn["claim_outcomes"].title == (
        f"Specialised: {rates[1]:.1%} of claims denied at the first answer, "
        f"against {rates[0]:.1%} for generalist"
    ).replace("%", " %")


def test_the_source_line_says_what_was_run(drawn: dict[str, Chart], study: Study) -> None:
    parts = (*TWO, "6 replications", "95 % interval", "seed 42", "scale 0.1", "not of the world")
    shown = said(drawn["denials_initial_rate"])
    assert [part for part in parts if part not in shown] == []
    [alone] = [c for c in charts(study(TWO, 1), scale=1).charts if c.name == "headcount"]
    assert "one replication, so no interval" in said(alone)
    assert "band" not in said(alone)


def test_lines_show_the_numbers_of_the_table(drawn: dict[str, Chart], result: StudyResult) -> None:
    chart = drawn["denials_initial_rate"]
    lines = rendered(chart).axes[0].lines
    for name, line in zip(TWO, lines, strict=True):
        rows = only(chart.data, scenario=name)
        assert list(line.get_ydata()) == rows["mean"]
        tables = [o.tables["monthly"] for o in result.outcomes[name].values()]
        month_3 = [
            v
            for t in tables
            for m, k, v in zip(t["month"], t["kpi"], t["value"], strict=True)
            if (m, k) == (3, "denials.initial_rate")
        ]
        assert rows["mean"][3] == pytest.approx(np.mean(month_3))
        assert (rows["low"][3], rows["high"][3]) == (min(month_3), max(month_3))


def test_bars_show_the_numbers_of_the_table(drawn: dict[str, Chart]) -> None:
    shares = drawn["claim_outcomes"].data["share"]
    assert sum(shares[:4]) == pytest.approx(1)
    bars = rendered(drawn["claim_outcomes"]).axes[0].patches
    assert [bar.get_width() for bar in bars] == pytest.approx(shares)


def test_the_waterfall_ends_where_paid_begins(drawn: dict[str, Chart]) -> None:
    for name in TWO:
        rows = only(drawn["money_waterfall"].data, scenario=name)
        assert rows["step"][0] == "Expected"
        assert rows["step"][-2:] == ["Still open", "Paid"]
        assert rows["end"][-2] == pytest.approx(rows["share"][-1])  # every dollar is accounted for
        gain = rows["step"].index("Over-coding (gain)")
        assert rows["end"][gain] > rows["start"][gain]


def test_the_forest_is_relative_to_the_baseline(
    drawn: dict[str, Chart], result: StudyResult
) -> None:
    rows = only(drawn["paired_differences"].data, kpi="denials.initial_rate")
    a, b = ([o.kpis["denials.initial_rate"] for o in result.outcomes[n].values()] for n in TWO)
    assert rows["relative"][0] == pytest.approx(np.mean(b) / np.mean(a) - 1)
    assert rows["ci_low"][0] < rows["relative"][0] < rows["ci_high"][0] < 0


def test_a_future_may_lie_beyond_the_few_that_were_seen(study: Study) -> None:
    [chart] = [c for c in charts(study(TWO, 5), scale=1).charts if c.name == "mean_and_risk"]
    rows = only(chart.data, kpi="money.net_value_usd", scenario=TWO[0])
    values = [o.kpis["money.net_value_usd"] for o in study(TWO, 5).outcomes[TWO[0]].values()]
    half = 2.131847 * np.std(values, ddof=1) * math.sqrt(1.2)  # Student's t at 95 %, 4 degrees
    assert rows["future_low"][0] == pytest.approx(np.mean(values) - half, rel=1e-6)
    assert rows["future_high"][0] == pytest.approx(np.mean(values) + half, rel=1e-6)
    assert rows["future_low"][0] < min(values) < max(values) < rows["future_high"][0]
    assert "a single future lies between" in chart.title


def test_the_mean_and_the_risk_are_told_apart(study: Study) -> None:
    [chart] = [c for c in charts(study(TWO, 80), scale=1).charts if c.name == "mean_and_risk"]
    rows = only(chart.data, kpi="money.net_value_usd", scenario=TWO[0])
    values = [o.kpis["money.net_value_usd"] for o in study(TWO, 80).outcomes[TWO[0]].values()]
    ordered = sorted(values)  # of 81 gaps a new value falls into each alike: 4.05 below the end
    assert rows["future_low"][0] == pytest.approx(0.95 * ordered[3] + 0.05 * ordered[4])
    assert rows["future_low"][0] < rows["ci_low"][0] < rows["mean"][0] < rows["ci_high"][0]
    dots = rendered(chart).axes[0].lines[0]
    assert sorted(dots.get_xdata()) == sorted(values)


def test_a_quick_pace_is_set_against_what_it_loses(study: Study) -> None:
    made = study(TWO, 6)
    [chart] = [c for c in charts(made, scale=1).charts if c.name == "throughput"]
    assert chart.title.startswith("Generalist: 5.1")
    assert "looks good, and hides that 10.1 % of what is expected is lost" in chart.title
    for outcome in made.outcomes["specialised"].values():
        outcome.kpis["work.touches_per_paid_hour"] = 9.0
    [chart] = [c for c in charts(made, scale=1).charts if c.name == "throughput"]
    assert chart.title.startswith("Specialised: 9.00 items an hour (5.1")
    assert "less is lost all the same" in chart.title


def test_the_denial_loop_holds_every_claim_that_came_back(
    drawn: dict[str, Chart], result: StudyResult
) -> None:
    chart = drawn["claim_flow"]
    kpis = [outcome.kpis for outcome in result.outcomes[TWO[0]].values()]
    rates = ("denials.initial_rate", "claims.rfi_rate", "claims.rejection_rate")
    rows = only(chart.data, scenario=TWO[0])
    back = np.mean([sum(k[rate] for rate in rates) for k in kpis])
    assert sum(rows["share"]) == pytest.approx(back, abs=1e-3)
    assert f"against {back:.1%} for generalist".replace("%", " %") in chart.title
    assert set(rows["end"]) == {"paid", "open", "final_denial", "not_worked"}
    assert "3.0 work items a claim" in said(chart)


def test_kaplan_meier_agrees_with_the_textbook() -> None:
    # Six leave after 6, 13, 21, 30, 31 and 37 days, six are censored after 38; a seventh group of
    # ten is seen only from day 25 on (left truncation).
    leave = np.array([6, 13, 21, 30, 31, 37] + [38] * 6 + [40] * 10, float)
    left = np.array([1] * 6 + [0] * 16, float)
    entry = np.array([0] * 12 + [25] * 10, float)
    table = survival(entry, leave, left)
    expected = np.cumprod([11 / 12, 10 / 11, 9 / 10, 18 / 19, 17 / 18, 16 / 17])
    assert table["at_risk"] == [12, 12, 11, 10, 19, 18, 17]
    assert table["share"] == pytest.approx([1, *expected])
    assert all(
        low < share < high
        for low, share, high in list(
            zip(table["ci_low"], table["share"], table["ci_high"], strict=True)
        )[1:]
    )


def test_who_was_there_before_the_run_is_followed_from_its_start() -> None:
    agents = {
        "hired": ["2024-12-22", "2025-02-01", "2025-03-01"],
        "left": ["2025-01-06", "", "2025-03-01"],
        "tenure_days": [15.5, 40.0, 0.0],
    }
    outcome = Outcome({}, {"monthly": {"month_start": ["2025-01-01"]}, "agents": agents})
    entry, leave, left = tenures([outcome])
    assert (list(entry), list(leave), list(left)) == ([10, 0, 0], [15.5, 40, 0.5], [1, 0, 1])
    # Who leads a team from then on has not left.
    outcome.tables["agents"]["reason"] = ["promotion", "", "quit"]
    assert list(tenures([outcome])[2]) == [0, 0, 1]


def test_what_is_missing_is_left_out_and_said(result: StudyResult) -> None:
    def without(outcome: Outcome) -> Outcome:
        kpis = {name: value for name, value in outcome.kpis.items() if "usd" not in name}
        return Outcome(kpis, {"monthly": {}, "queues": {}, "agents": {}})

    bare = {n: {r: without(o) for r, o in by.items()} for n, by in result.outcomes.items()}
    made = charts(replace(result, outcomes=bare), scale=1)
    assert [chart.name for chart in made.charts] == ["claim_outcomes", "throughput"]
    assert set(made.skipped) == set(CHARTS) - {"claim_outcomes", "throughput"}
    assert made.skipped["backlog"] == "no weekly backlog of any queue"
    assert made.skipped["money_waterfall"] == "no payment is expected"
    assert all(made.skipped.values())


def test_a_scenario_keeps_its_colour_when_shown_alone(study: Study) -> None:
    alone = replace(study(TWO, 2), names=TWO[1:])

    def colour(made: Drawn) -> str:
        [chart] = [c for c in made.charts if c.name == "denials_initial_rate"]
        return str(rendered(chart).axes[0].lines[-1].get_color())

    both = colour(charts(study(TWO, 2), scale=1))
    assert colour(charts(alone, scale=1, among=TWO)) == both
    assert len({look.colour + look.line for look in style.looks(TWELVE).values()}) == 12


def test_a_copy_of_the_baseline_differs_nowhere(study: Study) -> None:
    made = study(TWO, 3, 6)
    copy = replace(made, outcomes=dict.fromkeys(TWO, made.outcomes["generalist"]))
    for chart in charts(copy, scale=1, comparison=compare(copy)).charts:
        if chart.name == "careers":  # of one scenario only
            continue
        assert re.search("for both|No clear difference|Every scenario", chart.title), chart.title


def test_perfect_work_can_be_drawn(study: Study) -> None:
    made = study(TWO, 2, 1)
    for by in made.outcomes.values():
        for outcome in by.values():
            lost = [k for k in outcome.kpis if "loss" in k or k.endswith(("rate", "open_usd"))]
            outcome.kpis.update(dict.fromkeys(lost, 0.0))
            outcome.kpis["claims.first_pass_payment_rate"] = 1.0
            outcome.kpis["money.paid_usd"] = outcome.kpis["money.expected_usd"]
            queues = outcome.tables["queues"]
            queues |= {column: [0] * len(queues["week"]) for column in ("backlog", *AGE_BANDS)}
    found = {chart.name: chart for chart in charts(made, scale=1).charts}
    assert found["backlog"].title == "No work is waiting at the end"
    assert found["backlog_age"].title == "No work is waiting at the end of any week"
    assert found["money_waterfall"].title.startswith("100 % of what is expected is paid for both")
    assert found["money_waterfall"].data["step"] == ["Expected", "Still open", "Paid"] * 2
    for chart in found.values():
        assert len(rendered(chart).axes) > 0


@pytest.mark.parametrize(
    ("names", "replications"), [(TWO[:1], 1), (TWO, 6), (NASTY, 2), (TWELVE, 2)]
)
def test_no_text_is_cut_off_or_overlaps(
    study: Study, names: tuple[str, ...], replications: int
) -> None:
    made = study(names, replications, 8)
    for chart in charts(made, scale=1, comparison=compare(made)).charts:
        figure = rendered(chart)
        page = figure.bbox
        # Of an annotation only the text, without its line.
        boxes = [(t.get_text(), *Text.get_window_extent(t).extents) for t in texts(figure)]
        for text, x0, y0, x1, y1 in boxes:
            inside = min(x0, y0) >= 0 and x1 <= page.x1 and y1 <= page.y1
            assert inside, f"{chart.name}: {text!r} is cut off"
        for (one, ax0, ay0, ax1, ay1), (other, bx0, by0, bx1, by1) in combinations(boxes, 2):
            wide, high = min(ax1, bx1) - max(ax0, bx0), min(ay1, by1) - max(ay0, by0)
            assert wide < 1.5 or high < 1.5, f"{chart.name}: {one!r} overlaps {other!r}"


def test_names_are_text_and_nothing_else(study: Study) -> None:
    made = study(NASTY, 2, 6)
    [chart] = [c for c in charts(made, scale=1).charts if c.name == "claim_outcomes"]
    svg = images(chart, "svg")[0].decode()
    assert "<b>" not in svg
    assert "\x1b" not in svg
    assert "$x_1$" in said(chart)  # a dollar is a dollar


SCRIPT = """
import importlib.util, pathlib, sys
spec = importlib.util.spec_from_file_location("fakes", sys.argv[1])
fakes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fakes)
from sim.report.build import charts, write_chart
from sim.study.compare import compare
study = fakes.fake_study(("=a", "b <&>"), 5, 6)
for chart in charts(study, scale=1, comparison=compare(study)).charts:
    write_chart(chart, pathlib.Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The charts of one study, written by two processes with different hash seeds."""
    fakes, made = Path(__file__).with_name("conftest.py"), tmp_path_factory.mktemp("charts")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(fakes), str(made / seed)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=fakes.parents[3],
        )
        for seed in "01"
    ]
    assert [process.wait() for process in running] == [0, 0]
    return [made / "0", made / "1"]


def test_the_same_study_gives_the_same_files(folders: list[Path]) -> None:
    one, other = folders
    files = sorted(path.name for path in one.iterdir())
    assert len(files) == 3 * len(CHARTS)
    assert {Path(name).suffix for name in files} == {".svg", ".png", ".csv"}
    assert [n for n in files if (one / n).read_bytes() != (other / n).read_bytes()] == []


def test_the_csv_holds_the_plotted_numbers(folders: list[Path], study: Study) -> None:
    made = study(("=a", "b <&>"), 5, 6)
    for chart in charts(made, scale=1, comparison=compare(made)).charts:
        rows = list(
            csv.DictReader((folders[0] / f"{chart.name}.csv").read_text("utf-8").splitlines())
        )
        assert list(rows[0]) == list(chart.data)
        assert {row["scenario"] for row in rows} <= {"'=a", "b <&>"}  # no formula for a spreadsheet
        for column, values in chart.data.items():
            shown = [float(r[column]) for r, v in zip(rows, values, strict=True) if _number(v)]
            assert shown == pytest.approx([v for v in values if _number(v)])


ONE = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("fakes", sys.argv[1])
fakes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fakes)
from sim.report.build import charts, images
[chart] = [c for c in charts(fakes.fake_study(("a", "b"), 3, 6), scale=1).charts
           if c.name == "claim_outcomes"]
sys.stdout.buffer.write(b"".join(images(chart, "svg", "png")))
"""


FAKES = Path(__file__).with_name("conftest.py")
WORDS = (sys.executable, "-c", ONE, str(FAKES))


@pytest.fixture(scope="module")
def plain_picture() -> bytes:
    """A picture as it is drawn where nobody has set anything."""
    env = {**os.environ, "PYTHONPATH": str(FAKES.parents[3])}
    plain = subprocess.run(WORDS, env=env, capture_output=True)
    assert plain.stdout, plain.stderr
    return plain.stdout


@pytest.mark.parametrize(
    "backend", ["nonsense", "module://matplotlib_inline.backend_inline", "pdf"]
)
def test_settings_of_the_user_change_no_picture(
    tmp_path: Path, plain_picture: bytes, backend: str
) -> None:
    (tmp_path / "matplotlibrc").write_text(
        "text.usetex: True\nfont.size: 30\naxes.facecolor: black\nsavefig.bbox: tight\n"
        "path.simplify: False\nxtick.direction: in\n"
    )
    env = {**os.environ, "PYTHONPATH": str(FAKES.parents[3]), "MPLBACKEND": backend}
    other = subprocess.run(WORDS, env=env, capture_output=True, cwd=tmp_path)
    assert other.stdout == plain_picture, other.stderr


def test_old_charts_are_removed_by_name(tmp_path: Path) -> None:
    for name in ("backlog.svg", "backlog.png", "backlog.csv", "ablation_x.svg", "mine.svg"):
        (tmp_path / name).touch()
    clear(tmp_path)
    clear(tmp_path, ["ablation_*"])
    clear(tmp_path / "nowhere")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.svg"]


def test_a_text_is_broken_where_it_must_be() -> None:
    words = "A finding of many words, with  two spaces and an\u00a0unbroken part"
    for width in (0.5, 1.0, 2.0, 5.0, 9.0):
        lines = style.wrap(words, width, 10).split("\n")
        assert max(style.width_of(line, 10) for line in lines) <= width
        assert "".join("".join(lines).split()) == "".join(words.split())
    assert style.wrap(words, 9.0, 10) == words.replace("  ", " ")


def _number(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def test_no_letter_is_drawn_as_a_box() -> None:
    """Whatever fonts there are: what none of them has is spelt."""
    names = ("方案一", "launch \U0001f680", "계획", "Größe", "عربي", "हिन्दी")
    with style.applied():
        frame = style.canvas(f"Title: {names[0]}", names[1], 1.0, style.looks(names))
        frame.text(0, 0, names[2])
        style.spell(frame.figure)
        texts = [t.get_text() for t in frame.figure.findobj(Text)]
    shown = {letter for text in texts for letter in text if letter.isprintable()}
    assert all(style.can_draw(letter) for letter in shown)
    assert any("Größe" in text for text in texts)
