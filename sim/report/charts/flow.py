"""The denial loop: what becomes of claims that are not paid at once, as bands between stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.record.flow import OPEN, PAID
from sim.record.record import Table
from sim.report import style
from sim.report.charts import Chart, NothingToDraw, View, only
from sim.report.words import contrast, label, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch

FIRST = {"denied": "Denied", "asked": "Records requested", "rejected": "Rejected"}
NOT_WORKED = "not_worked"
LEFT, MIDDLE, RIGHT, THICK, END = 0.0, 0.5, 1.0, 0.03, 1.5  # across; names stand before the end
HIGH, TEXT = 3.0, 0.17  # inches: of a picture, and of a line of text in it
MOST = 2  # pictures: the baseline, and the alternative with the fewest such claims

Band = tuple[float, float]


def chart(view: View) -> Chart:
    """Two or fewer pictures; raises NothingToDraw if no claim went round the loop."""
    data: Table = {c: [] for c in ("scenario", "first", "end", "share", "items")}
    for name in view.names:
        for first, end, share, items in _shares(view, name):
            for column, value in zip(data.values(), (name, first, end, share, items), strict=True):
                column.append(value)
    rounds = {n: sum(only(data, scenario=n)["share"]) for n in view.names}
    if not all(rounds.values()):
        raise NothingToDraw("a scenario has no claims that came back")
    said = {name: number(share, "share") for name, share in rounds.items()}
    title = contrast(rounds, said, "of claims come back before they are paid or closed")
    others = sorted(view.names[1:], key=lambda name: rounds[name])
    shown = (view.names[0], *others[: MOST - 1])
    return Chart(
        name="claim_flow",
        title=title,
        alt="Claims that were denied, asked about or rejected, the work on them, and how they end. "
        f"{title}.",
        data=data,
        draw=lambda: _draw(view, title, data, shown),
    )


def _shares(view: View, name: str) -> Iterator[tuple[str, str, float, float]]:
    """First answer, end, share of answered claims and work items a claim, pooled over all runs."""
    claims: dict[tuple[str, str], list[int]] = {}
    answered = 0
    for outcome in view.outcomes(name):
        table = outcome.tables.get("flow", {})
        columns = (table.get(c, []) for c in ("first", "end", "claims", "items"))
        for first, end, count, items in zip(*columns, strict=True):
            answered += count if first != "none" else 0
            found = claims.setdefault((first, end), [0, 0])
            found[0], found[1] = found[0] + count, found[1] + items
    for first in FIRST:
        for (kind, end), (count, items) in sorted(claims.items()):
            if kind == first:
                yield first, end, count / answered, items / count


def _draw(view: View, title: str, data: Table, shown: Sequence[str]) -> Figure:
    note = "Without claims paid at first pass; all pictures to one scale"
    heads = [(name, view.looks[name].ink) for name in shown]
    figure, panels = style.panels(title, view.source(note), heads, HIGH, left=1.25, gap=1.4)
    most = max(sum(only(data, scenario=name)["share"]) for name in shown)
    for axes, name in zip(panels, shown, strict=True):
        axes.set(xlim=(0, END), ylim=(1, 0), xticks=[], yticks=[])
        axes.spines["bottom"].set_visible(False)
        axes.grid(visible=False)
        _picture(axes, only(data, scenario=name), 0.6 / most, view.looks[name])
    return figure


def _picture(axes: Axes, rows: Table, scale: float, look: style.Look) -> None:
    """The bands of one scenario; ``scale`` is the height of a share of 1."""
    flows = list(zip(rows["first"], rows["end"], rows["share"], rows["items"], strict=True))
    ends = {
        "Paid in the end": [f for f in flows if f[1] == PAID],
        "Still open": [f for f in flows if f[1] == OPEN],
        **{label(c): [f for f in flows if f[1] == c] for c in sorted({f[1] for f in flows})
           if c not in (PAID, OPEN)},
    }  # fmt: skip
    ends = {end: found for end, found in ends.items() if found}
    firsts = {said: [f for f in flows if f[0] == first] for first, said in FIRST.items()}
    firsts = {said: found for said, found in firsts.items() if found}
    at_left = _stack(axes, LEFT, firsts, scale, look.colour, side="right")
    at_right = _stack(axes, RIGHT - THICK, ends, scale, "#888888", side="left")
    worked = [f for f in flows if f[1] != NOT_WORKED]
    top = 0.16
    high = scale * sum(f[2] for f in worked)
    axes.add_patch(_box(MIDDLE, (top, top + high), look.ink))
    level = {"left": top, "right": top}
    order = sorted(worked, key=lambda f: list(ends).index(_end(f[1])))
    for first, end, share, _ in flows:
        source = _take(at_left, FIRST[first], scale * share)
        if end == NOT_WORKED:
            target = _take(at_right, label(end), scale * share)
            _band(axes, LEFT + THICK, source, RIGHT - THICK, target, "#888888")
            continue
        middle = (level["left"], level["left"] + scale * share)
        level["left"] = middle[1]
        _band(axes, LEFT + THICK, source, MIDDLE, middle, look.colour)
    for _, end, share, _ in order:
        middle = (level["right"], level["right"] + scale * share)
        level["right"] = middle[1]
        target = _take(at_right, _end(end), scale * share)
        colour = look.colour if end == PAID else "#888888"
        _band(axes, MIDDLE + THICK, middle, RIGHT - THICK, target, colour)
    items = sum(f[2] * f[3] for f in worked) / sum(f[2] for f in worked)
    _loop(axes, top, f"worked again; in all\n{items:.1f} work items a claim", look)


def _end(end: str) -> str:
    return {PAID: "Paid in the end", OPEN: "Still open"}.get(end, label(end))


def _stack(
    axes: Axes, x: float, nodes: dict[str, list[tuple[str, str, float, float]]], scale: float,
    colour: str, *, side: str,
) -> dict[str, Band]:  # fmt: skip
    """Boxes under each other, with name and share beside them; the room of each for bands."""
    found: dict[str, Band] = {}
    line = TEXT / HIGH
    top, free = 0.16, 0.0
    for name, flows in nodes.items():
        share = sum(f[2] for f in flows)
        high = scale * share
        middle = max(top + high / 2, free + line)  # two lines of text need their room
        top = middle - high / 2
        axes.add_patch(_box(x, (top, top + high), colour))
        beside = x - 0.02 if side == "right" else x + THICK + 0.02
        text = f"{name}\n{number(share, 'share')}"
        axes.text(beside, middle, text, size=8, ha=side, va="center", linespacing=1.15)
        found[name] = (top, top + high)
        free = middle + line
        top += high + 0.02
    return found


def _take(room: dict[str, Band], name: str, high: float) -> Band:
    """The next part of a box, from its top."""
    top, bottom = room[name]
    room[name] = (top + high, bottom)
    return top, top + high


def _box(x: float, band: Band, colour: str) -> PathPatch:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    low, high = band
    corners = [(x, low), (x + THICK, low), (x + THICK, high), (x, high), (x, low)]
    return PathPatch(Path(corners, closed=True), fc=colour, ec="none", clip_on=False)


def _band(axes: Axes, x0: float, source: Band, x1: float, target: Band, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    half = (x0 + x1) / 2
    points = [
        (x0, source[0]), (half, source[0]), (half, target[0]), (x1, target[0]), (x1, target[1]),
        (half, target[1]), (half, source[1]), (x0, source[1]), (x0, source[0]),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, codes), fc=colour, ec="none", alpha=0.35))


def _loop(axes: Axes, top: float, text: str, look: style.Look) -> None:
    """The arrow from the work back to the payers' answers."""
    from matplotlib.patches import FancyArrowPatch

    bend = 0.8 * END / style.inches_wide(axes)
    arrow = FancyArrowPatch(
        (MIDDLE + THICK / 2, top), (LEFT + THICK, top), connectionstyle=f"arc3,rad={bend}",
        arrowstyle="-|>", mutation_scale=11, color=look.ink, lw=1.2, clip_on=False,
    )  # fmt: skip
    axes.add_patch(arrow)
    axes.text(MIDDLE + THICK + 0.02, 0.0, text, size=8, va="top", color=look.ink)
