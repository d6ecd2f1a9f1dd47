"""The page of a calibration: each fit beside its data, what stays as it was, what to ask next."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from jinja2 import Environment, PackageLoader

from sim.calibrate.evidence import Fit, Picture, Source
from sim.calibrate.write.scenario_file import flow
from sim.report import style
from sim.report.brand import Brand

WIDTH, HEIGHT = 4.8, 3.1  # inches
NEXT: tuple[tuple[str, str, str], ...] = (
    (
        "people",
        "turnover.",
        "a table of people with hire and leaving dates, those who left too: "
        "turnover moves every result, and everybody has the table",
    ),
    (
        "claims",
        "payers.",
        "claims as sent (837) and remittances (835), 14 months of both: denial "
        "rates and mix, replies, silence, recovery",
    ),
    (
        "denials",
        "worked_share",
        "the denial work list with the day of the first work and what came "
        "back: what is taken up, and what it wins",
    ),
    (
        "productivity",
        "minutes",
        "items and hours by person, day and queue, or a log with starts "
        "and ends: minutes of an item",
    ),
    ("volumes", "claims_per_year", "daily counts by setting, two years: volumes, weekdays, months"),
    (
        "audits",
        "entry_knowledge",
        "quality audits with hire dates: what newcomers know, and how fast they learn",
    ),
)
"""What to ask for, the most telling first: the kind of extract, part of a field it fits, why."""


def page(
    fits: Sequence[Fit],
    sources: Sequence[Source],
    defaults: Sequence[Mapping[str, Any]],
    about: Mapping[str, str],
) -> str:
    """The whole page; it fetches nothing."""
    templates = Environment(
        loader=PackageLoader("sim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    fitted = [fit for fit in fits if fit.value is not None]
    drawn = [(fit.path, fit.picture, picture(fit.picture)) for fit in fitted if fit.picture]
    return templates.get_template("calibration.html").render(
        about=about,
        accent=Brand().accent,
        fitted=[(fit, _short(fit.value), _interval(fit)) for fit in fitted],
        refused=[fit for fit in fits if fit.value is None],
        pictures=drawn,
        sources=sources,
        defaults=defaults,
        wanted=[why for _, part, why in NEXT if not any(part in fit.path for fit in fitted)],
    )


def _short(value: object) -> str:
    return flow(value).removeprefix("!replace ") if value is not None else ""  # type: ignore[arg-type]


def _interval(fit: Fit) -> str:
    if isinstance(fit.low, int | float) and isinstance(fit.high, int | float):
        return f"{fit.low:.4g} to {fit.high:.4g}"
    return "see calibration.csv" if fit.low is not None else "none"


def picture(drawn: Picture) -> str:
    """A picture as the address of itself: points as observed, a line or bars as fitted."""
    with style.applied():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        axes = figure.subplots()
        x, y = drawn.points
        if drawn.labels:
            axes.bar(
                list(drawn.line[0]), list(drawn.line[1]), color=style.tint(style.PALETTE[0], 0.4)
            )
            axes.plot(list(x), list(y), "o", color=style.INK, markersize=5)
            axes.set_xticks(list(range(len(drawn.labels))), list(drawn.labels))
        else:
            axes.plot(list(drawn.line[0]), list(drawn.line[1]), color=style.PALETTE[0])
            axes.plot(list(x), list(y), "o", color=style.INK, markersize=2.5)
        axes.set_xlabel(drawn.x_label)
        axes.set_ylabel(drawn.y_label)
        stream = BytesIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(stream.getvalue()).decode()}"
