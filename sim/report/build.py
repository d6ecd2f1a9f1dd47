"""What a finished study shows: the list of charts, and how their files are written."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from sim.study.replicate import Progress, StudyResult
from sim.study.store import write_file
from sim.study.tables import write_csv

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUICK = {"compress_level": 3}  # half the time for nearly the same size

# By the name of the file, and in the order in which a reader asks: what came out, how sure, what
# money, how over time, why.
CHARTS: dict[str, Callable[[View], Chart]] = {
    "claim_outcomes": outcomes.chart,
    "paired_differences": forest.chart,
    "mean_and_risk": smore.chart,
    "throughput": throughput.chart,
    "claim_flow": flow.chart,
    "money_waterfall": waterfall.chart,
    "payback": payback.chart,
    **{
        spec.kpi.replace(".", "_"): partial(trajectory.chart, spec=spec)
        for spec in trajectory.TRAJECTORIES
    },
    "denials_control": control.chart,
    "backlog": backlog.chart,
    "backlog_age": backlog_age.chart,
    "headcount": headcount.chart,
    "net_fte": net_fte.chart,
    "careers": gantt.chart,
    "tenure_survival": survival.chart,
    "knowledge_by_cohort": cohorts.chart,
    "turnover_cost": turnover_cost.chart,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The charts of a study, why others were left out, and the pictures drawn of them, as SVG."""

    charts: tuple[Chart, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)


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


def draw_charts(
    drawn: Drawn,
    folder: Path | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Drawn:
    """Draw every chart, for the page and, given a folder, for files in it.

    The same study gives the same bytes. Raises StudyError if the folder cannot be written.
    """
    gc.freeze()  # what is there by now is no garbage: it need not be looked through at each figure
    pictures = {}
    for count, chart in enumerate(drawn.charts, 1):
        made = write_pictures(chart, folder) if folder else images(chart, "svg")[0]
        pictures[chart.name] = made
        on_progress(Progress(count, len(drawn.charts), None))
    return replace(drawn, pictures=pictures)


def write_chart(chart: Chart, folder: Path) -> None:
    """Write the numbers of a chart, and its pictures; raises StudyError as above."""
    write_numbers(chart, folder)
    write_pictures(chart, folder)


def write_numbers(chart: Chart, folder: Path) -> None:
    """Write every plotted number of a chart as CSV; raises StudyError as above."""
    rows = zip(*chart.data.values(), strict=True)
    write_csv(folder / f"{chart.name}.csv", tuple(chart.data), rows)


def write_pictures(chart: Chart, folder: Path) -> bytes:
    """Write a chart as SVG and PNG; gives the SVG, and raises StudyError as above."""
    svg, png = images(chart, "svg", "png")
    write_file(folder / f"{chart.name}.svg", svg)
    write_file(folder / f"{chart.name}.png", png)
    return svg


def clear(folder: Path, names: Iterable[str] = CHARTS) -> None:
    """Remove charts that an earlier command left, by patterns of their names."""
    for name in names:
        for suffix in ("svg", "png", "csv"):
            for path in folder.glob(f"{name}.{suffix}"):
                path.unlink()


def images(chart: Chart, *kinds: str) -> list[bytes]:
    """A chart, drawn once, as a file of each kind, ``svg`` or ``png``."""
    with style.applied():
        figure = chart.draw()
        style.spell(figure)
        return [_saved(figure, kind, chart.title) for kind in kinds]


def _saved(figure: Figure, kind: str, title: str) -> bytes:
    buffer = BytesIO()
    # Neither the date nor the library's version: the same study gives the same bytes.
    how: dict[str, dict[str, Any]] = {
        "svg": {"metadata": {"Date": None, "Title": title}},
        "png": {"metadata": {"Software": None}, "pil_kwargs": QUICK},
    }
    figure.savefig(buffer, format=kind, **how[kind])
    return buffer.getvalue()
