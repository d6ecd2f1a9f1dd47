"""What a finished study shows: the list of charts, and how their files are written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

from sim.report import style
from sim.report.charts import (
    Chart,
    NothingToDraw,
    View,
    backlog,
    backlog_age,
    cohorts,
    control,
    flow,
    forest,
    gantt,
    headcount,
    net_fte,
    outcomes,
    payback,
    smore,
    survival,
    throughput,
    trajectory,
    turnover_cost,
    waterfall,
)
from sim.study.compare import Comparison
from sim.study.replicate import StudyResult
from sim.study.store import write_file
from sim.study.tables import write_csv

# In the order in which a reader asks: what came out, how sure, what money, how over time, why.
CHARTS: dict[str, Callable[[View], Chart]] = {
    "claim outcomes": outcomes.chart,
    "paired differences": forest.chart,
    "mean and risk": smore.chart,
    "throughput": throughput.chart,
    "claim flow": flow.chart,
    "money waterfall": waterfall.chart,
    "payback": payback.chart,
    **{spec.kpi: partial(trajectory.chart, spec=spec) for spec in trajectory.TRAJECTORIES},
    "control chart": control.chart,
    "backlog": backlog.chart,
    "age of open work": backlog_age.chart,
    "headcount": headcount.chart,
    "net full-time equivalents": net_fte.chart,
    "careers": gantt.chart,
    "tenure survival": survival.chart,
    "knowledge by cohort": cohorts.chart,
    "cost of turnover": turnover_cost.chart,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The charts of a study, the files written for them, and why others were left out."""

    charts: tuple[Chart, ...]
    skipped: dict[str, str]
    paths: tuple[Path, ...] = ()


def charts(
    result: StudyResult,
    *,
    scale: float,
    comparison: Sequence[Comparison] = (),
    among: Sequence[str] = (),
    palette: Sequence[str] = (),
) -> Drawn:
    """Every chart that the study has numbers for, and the reason for each that it has none for.

    Parameters
    ----------
    scale
        Size of the hospital, for the source line.
    comparison
        Rows for the paired differences, and for titles that say whether a difference is clear.
    among
        All scenarios of the study that ``result`` is a part of: each then keeps its colour.
    palette
        Colours of the scenarios, if not the usual ones.
    """
    view = View(result, scale, comparison, tuple(among), tuple(palette))
    made, skipped = [], {}
    for name, make in CHARTS.items():
        try:
            made.append(make(view))
        except NothingToDraw as reason:
            skipped[name] = str(reason)
    return Drawn(tuple(made), skipped)


def write_charts(
    result: StudyResult,
    folder: Path,
    *,
    scale: float,
    comparison: Sequence[Comparison] = (),
    among: Sequence[str] = (),
    palette: Sequence[str] = (),
) -> Drawn:
    """Write each chart as SVG and PNG, and its numbers as CSV; the same study gives the same bytes.

    Parameters as in `charts`.

    Raises
    ------
    StudyError
        If the folder cannot be written.
    """
    drawn = charts(result, scale=scale, comparison=comparison, among=among, palette=palette)
    paths = []
    for chart in drawn.charts:
        paths += write_chart(chart, folder)
    return Drawn(drawn.charts, drawn.skipped, tuple(paths))


def write_chart(chart: Chart, folder: Path) -> list[Path]:
    """Write one chart as SVG and PNG, and its numbers as CSV; raises StudyError as above."""
    svg, png, table = (folder / f"{chart.name}.{suffix}" for suffix in ("svg", "png", "csv"))
    write_file(svg, image(chart, "svg"))
    write_file(png, image(chart, "png"))
    write_csv(table, tuple(chart.data), zip(*chart.data.values(), strict=True))
    return [svg, png, table]


def image(chart: Chart, kind: str) -> bytes:
    """A chart as a file of this kind, ``svg`` or ``png``."""
    buffer = BytesIO()
    with style.applied():
        figure = chart.draw()
        # Neither the date nor the library's version: the same study gives the same bytes.
        unstamped = {"svg": {"Date": None, "Title": chart.title}, "png": {"Software": None}}
        figure.savefig(buffer, format=kind, metadata=unstamped[kind])
    return buffer.getvalue()
