"""Charts: the numbers behind them, their bytes, and that nothing is cut off or overlaps."""

import csv
import math
import os
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
from sim.report import draw, files, pictures, style
from sim.report.answer import BARS, BRIDGE, SCATTER, Chart, Panel, Series
from sim.report.bridge import causes, printed_causes
from sim.report.headline import VALUE
from sim.report.headline import Study as Seen
from sim.report.native import limits, numbered
from sim.report.study import answer
from sim.study.compare import compare
from sim.study.replicate import StudyResult
from sim.study.survival import survival, tenures

TWO = ("generalist", "specialised")
NASTY = ("ספק אלפא <b>&amp; $x_1$ = 5 🚀", "شركة الترميز", "=cmd|calc $ $ % 仕事\x1b[31m")
TWELVE = tuple(f"Vendor {c} with a long descriptive name, variant {c}" for c in "ABCDEFGHIJKL")
Study = Callable[..., StudyResult]


def seen(result: StudyResult) -> Seen:
    return Seen(result, compare(result))


@pytest.fixture(scope="module")
def charts(study: Study) -> dict[str, Chart]:
    return {chart.name: chart for chart in answer(seen(study(TWO, 6))).charts}


def rendered(chart: Chart, names: tuple[str, ...] = TWO, width: float = draw.WIDE) -> Figure:
    with style.applied():
        figure, _ = draw.figure(chart, style.looks(names), "Source: a test", width)
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


def test_a_study_has_its_charts_in_the_order_in_which_one_reads(charts: dict[str, Chart]) -> None:
    assert list(charts) == [
        *("net_value", "bridge", "differences", "net_fte", "leakage", "payback"),
        *("course", "backlog", "staying", "outcomes"),
    ]


def test_the_title_states_the_finding(charts: dict[str, Chart], study: Study) -> None:
    rates = [
        np.mean([o.kpis["denials.first_answer_rate"] for o in by.values()])
        for by in study(TWO, 6).outcomes.values()
    ]
    said = charts["outcomes"].title
    assert said.startswith("Specialised: ")
    assert all(f"{rate:.1%}".replace("%", " %")[:4] in said for rate in rates)


def test_lines_show_the_numbers_of_the_table(charts: dict[str, Chart], study: Study) -> None:
    panel = charts["course"].panels[0]
    lines = rendered(charts["course"]).axes[0].lines
    for series, line in zip(panel.series, lines, strict=False):
        assert tuple(line.get_ydata()) == series.values
    assert panel.places[3] == "Apr 2025"
    for name, series in zip(TWO, panel.series, strict=True):
        tables = [o.tables["monthly"] for o in study(TWO, 6).outcomes[name].values()]
        april = [
            v
            for t in tables
            for m, k, v in zip(t["month"], t["kpi"], t["value"], strict=True)
            if (m, k) == (3, "denials.initial_rate")
        ]
        assert series.values[3] == pytest.approx(np.mean(april))


def test_switches_and_what_counts_are_marked_on_the_months(study: Study) -> None:
    made = study(TWO, 2)
    said = {**made.scenarios[TWO[1]]}
    said["timeline"] = [{"kind": "vendor_switch", "on": "2026-01-15"}]
    made = replace(made, scenarios={**made.scenarios, TWO[1]: said})
    panel = pictures.by_month(seen(made), "denials.initial_rate", "")
    assert panel is not None
    found = {panel.places[place]: text for place, text in panel.marks}
    assert found["Jan 2026"] == "vendor switch"
    assert found["Jun 2025"] == "counts from here"


def test_the_bridge_adds_up_to_the_printed_digit(study: Study) -> None:
    """The causes are the differences of the losses and costs, read by hand from the KPIs."""
    for count in (2, 3, 7):
        view = seen(study(tuple("abcdefg")[:count], 5, 6))
        for name in view.names[1:]:
            whole = view.gap(VALUE, name).value
            assert math.fsum(causes(view, name).values()) == pytest.approx(whole)
            found, said = printed_causes(view, name)
            *parts, total = [float(text.strip("+").translate(PLAIN)) for text in said]
            assert sum(parts) == pytest.approx(total, abs=1e-9)
            assert said[-1] == view.apart(VALUE, name).text
            assert list(found)[-1] == "Net value"
    mean = {
        name: np.mean([o.kpis["money.loss_usd.final_denial"] for o in by.values()])
        for name, by in view.result.outcomes.items()
    }
    assert causes(view, "b")["Final denials"] == pytest.approx(mean["a"] - mean["b"])


PLAIN = str.maketrans("−", "-", "$MKB,")


def test_a_bridge_ends_where_its_bars_do(charts: dict[str, Chart]) -> None:
    chart = charts["bridge"]
    assert chart.shape == BRIDGE
    axes = rendered(chart).axes[0]
    *changes, total = axes.patches
    assert changes[-1].get_x() + changes[-1].get_width() == pytest.approx(total.get_width())


def test_the_relative_difference_is_that_of_the_means(
    charts: dict[str, Chart], study: Study
) -> None:
    panel = charts["differences"].panels[0]
    i = panel.places.index("Initial denial rate")
    [series] = panel.series
    a, b = (
        [o.kpis["denials.initial_rate"] for o in by.values()]
        for by in study(TWO, 6).outcomes.values()
    )
    assert series.values[i] == pytest.approx(np.mean(b) / np.mean(a) - 1)
    assert series.low[i] < series.values[i] < series.high[i] < 0


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
    columns = (table["ci_low"], table["share"], table["ci_high"])
    rows = list(zip(*columns, strict=True))
    assert all(low < share < high for low, share, high in rows[1:])


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


def test_a_scenario_keeps_its_colour_in_every_chart() -> None:
    assert len({look.colour + look.line for look in style.looks(TWELVE).values()}) == 12


def test_a_copy_of_the_baseline_differs_nowhere(study: Study) -> None:
    made = study(TWO, 3, 6)
    copy = replace(made, outcomes=dict.fromkeys(TWO, made.outcomes["generalist"]))
    said = {chart.name: chart.title for chart in answer(seen(copy)).charts}
    assert said["differences"].startswith("No clear difference")
    assert all("for both" in said[name] for name in ("leakage", "outcomes", "net_fte", "backlog"))


def test_perfect_work_can_be_drawn(study: Study) -> None:
    made = study(TWO, 2, 3)
    for by in made.outcomes.values():
        for outcome in by.values():
            lost = [k for k in outcome.kpis if "loss" in k or k.endswith(("rate", "open_usd"))]
            outcome.kpis.update(dict.fromkeys(lost, 0.0))
            outcome.kpis["claims.first_pass_payment_rate"] = 1.0
            outcome.kpis["money.paid_usd"] = outcome.kpis["money.expected_usd"]
            queues = outcome.tables["queues"]
            queues |= {column: [0] * len(queues["week"]) for column in ("backlog", *AGE_BANDS)}
    found = {chart.name: chart for chart in answer(seen(made)).charts}
    assert found["backlog"].title == "No work is waiting at the end"
    for chart in found.values():
        assert len(rendered(chart).axes) > 0


@pytest.mark.parametrize("width", [draw.WIDE, 0.74 * draw.WIDE, draw.NARROW])
@pytest.mark.parametrize(
    ("names", "replications"), [(TWO[:1], 1), (TWO, 6), (NASTY, 2), (TWELVE, 2)]
)
def test_no_text_is_cut_off_or_overlaps(
    study: Study, names: tuple[str, ...], replications: int, width: float
) -> None:
    made = study(names, replications, 8)
    for chart in answer(seen(made)).charts:
        figure = rendered(chart, names, width)
        page = figure.bbox
        # Of an annotation only the text, without its line.
        boxes = [(t.get_text(), *Text.get_window_extent(t).extents) for t in texts(figure)]
        for text, x0, y0, x1, y1 in boxes:
            inside = min(x0, y0) >= -1 and x1 <= page.x1 + 1 and y1 <= page.y1 + 1
            assert inside, f"{chart.name}: {text!r} is cut off"
        for (one, ax0, ay0, ax1, ay1), (other, bx0, by0, bx1, by1) in combinations(boxes, 2):
            wide, high = min(ax1, bx1) - max(ax0, bx0), min(ay1, by1) - max(ay0, by0)
            assert wide < 2.5 or high < 2.5, f"{chart.name}: {one!r} overlaps {other!r}"


def test_every_mark_says_what_it_is_and_whose(charts: dict[str, Chart]) -> None:
    svg, _ = draw.files(charts["course"], style.looks(TWO), "")
    said = svg.decode()
    assert '<g class="s1"><title>Jan 2025, specialised: ' in said
    assert "95 % interval" in said
    assert "<text" in said, "text is text"


def test_names_are_text_and_nothing_else(study: Study) -> None:
    made = study(NASTY, 2, 6)
    for chart in answer(seen(made)).charts:
        svg = draw.files(chart, style.looks(NASTY), "")[0].decode()
        assert "<b>" not in svg
        assert "\x1b" not in svg


SCRIPT = """
import importlib.util, pathlib, sys
spec = importlib.util.spec_from_file_location("fakes", sys.argv[1])
fakes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fakes)
from sim.report import draw, files, style
from sim.report.headline import Study
from sim.report.study import answer
from sim.study.compare import compare
study = fakes.fake_study(("=a", "b <&>"), 5, 6)
charts = answer(Study(study, compare(study))).charts
folder = pathlib.Path(sys.argv[2])
files.write_numbers(charts, folder)
for chart in charts:
    for kind, data in zip(("svg", "png"), draw.files(chart, style.looks(study.names), "x")):
        (folder / "charts" / f"{chart.name}.{kind}").write_bytes(data)
"""
FAKES = Path(__file__).with_name("conftest.py")


def drawn(folder: Path, **environment: str) -> dict[str, bytes]:
    """The charts of one study, drawn by a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(FAKES.parents[3]), **environment}
    words = [sys.executable, "-c", SCRIPT, str(FAKES), str(folder)]
    subprocess.run(words, env=env, check=True, cwd=folder)
    return {path.name: path.read_bytes() for path in sorted((folder / "charts").iterdir())}


def test_the_same_study_gives_the_same_files_whatever_the_user_has_set(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "one").mkdir()
    (tmp_path / "other" / "matplotlibrc").write_text(
        "text.usetex: True\nfont.size: 30\naxes.facecolor: black\nsavefig.bbox: tight\n"
    )
    one = drawn(tmp_path / "one", PYTHONHASHSEED="0")
    other = drawn(tmp_path / "other", PYTHONHASHSEED="1", MPLBACKEND="nonsense")
    assert {Path(name).suffix for name in one} == {".svg", ".png", ".csv"}
    assert [name for name in one if one[name] != other[name]] == []


def test_the_csv_holds_the_plotted_numbers(charts: dict[str, Chart], tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    files.write_numbers([replace(charts["course"], name="old")], tmp_path)
    for name in ("old.svg", "old.png", "mine.svg"):
        (tmp_path / "charts" / name).touch()
    files.write_numbers(charts.values(), tmp_path)
    found = {path.name for path in (tmp_path / "charts").iterdir()}
    assert found == {*(f"{name}.csv" for name in charts), "mine.svg"}
    for chart in charts.values():
        file = tmp_path / "charts" / f"{chart.name}.csv"
        rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
        numbers = chart.numbers
        assert list(rows[0]) == list(numbers)
        known = [v for v in numbers["value"] if math.isfinite(v)]
        shown = [float(r["value"]) for r in rows if r["value"]]
        assert shown == pytest.approx(known)


def test_bars_and_points_are_where_their_numbers_are() -> None:
    at = Series("x", (1.0, -2.0), (0.5, -2.5), (1.5, -1.5), texts=("one", "two"))
    chart = Chart("c", BARS, "t", "a", (Panel("", ("p", "q"), (at,), ""),))
    axes = rendered(chart).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [1.0, -2.0]
    points = Chart("c", SCATTER, "t", "a", (Panel("", ("p", "q"), (at, at), ""),))
    spots = [line for line in rendered(points).axes[0].lines if line.get_marker() == "o"]
    assert [(x.get_xdata()[0], x.get_ydata()[0]) for x in spots] == [(1.0, 1.0), (-2.0, -2.0)]


def test_a_text_is_broken_where_it_must_be() -> None:
    words = "A finding of many words, with  two spaces and an\u00a0unbroken part"
    for width in (0.5, 1.0, 2.0, 5.0, 9.0):
        lines = style.wrap(words, width, 10).split("\n")
        assert max(style.width_of(line, 10) for line in lines) <= width
        assert "".join("".join(lines).split()) == "".join(words.split())
    assert style.wrap(words, 9.0, 10) == words.replace("  ", " ")


def test_no_letter_is_drawn_as_a_box() -> None:
    """Whatever fonts there are: what none of them has is spelt."""
    names = ("方案一", "launch \U0001f680", "계획", "Größe", "عربي", "हिन्दी")
    at = tuple(Series(name, (1.0,), of=name) for name in names)
    chart = Chart("c", BARS, f"Title: {names[0]}", "a", (Panel("", ("p",), at, ""),))
    found = [t.get_text() for t in rendered(chart, names).findobj(Text)]
    shown = {letter for text in found for letter in text if letter.isprintable()}
    assert all(style.can_draw(letter) for letter in shown)
    assert any("Größe" in text for text in found)


def test_a_native_axis_of_bars_holds_zero_and_every_interval() -> None:
    bar = Series("x", (4.1,), (-0.5,), (8.7,), texts=("+$4.1M",))
    panel = Panel("", ("a",), (bar,), "USD")
    assert limits(panel, BARS)[:2] == (-2, 10)
    assert limits(replace(panel, series=(replace(bar, low=(1.1,)),)), BARS)[:2] == (0, 10)
    assert numbered(panel, BARS) == ["a   +$4.1M"], "beside the bar, where no interval hides it"
