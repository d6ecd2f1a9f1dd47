"""How pictures look: the one style, a colour per scenario, and the frame around every chart."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, filterwarnings

from sim.report.words import bound, number, plain, right_to_left, spelt
from sim.study import StudyError

if TYPE_CHECKING:  # matplotlib is imported by what draws, and only when it draws
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

# Okabe and Ito's colours; their yellow is left out, since a yellow line is lost on white paper.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
INK, GREY = "#222222", "#666666"
BETTER, WORSE = "#1B7837", "#762A83"  # told apart by shape and words too
WIDTH, MARGIN = 10.0, 0.3  # inches
OTHER_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "Malgun Gothic",
    "Noto Sans CJK KR", "Noto Sans Devanagari", "Nirmala UI", "Noto Sans Thai", "Noto Sans Arabic",
    "Noto Emoji", "Segoe UI Symbol", "Arial Unicode MS",
)  # fmt: skip
"""Fonts for scripts and signs that DejaVu Sans lacks, on Linux, Windows and macOS."""
STYLE: dict[Any, Any] = {
    "font.size": 10,
    "text.parse_math": False,  # a $ is a dollar
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.labelsize": 9,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": "#E6E6E6",
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "ytick.left": False,
    "savefig.dpi": 150,
    "axes.titley": 1.0,  # where it is in any case, without a search for what may be in its way
    "text.hinting": "none",  # half the time, and at this size nobody sees it
    "svg.fonttype": "path",
    "svg.hashsalt": "denialloop",  # element ids that do not change from run to run
}


def _import_matplotlib() -> None:
    """Import matplotlib past the user's own settings, which may be those of another machine.

    A backend, a style or an encoding that it does not know would end the import. The one file that
    it reads in any case lies in the current folder.
    """
    os.environ["MPLBACKEND"] = "agg"
    found = find_spec("matplotlib")
    if found is not None and found.origin is not None:
        own = Path(found.origin).parent / "mpl-data" / "matplotlibrc"
        os.environ["MATPLOTLIBRC"] = str(own)
    try:
        import matplotlib  # noqa: F401
    except UnicodeError as error:
        file = Path("matplotlibrc").absolute()
        raise StudyError(f"{file}: matplotlib cannot read it ({error}); move it away") from error


@contextmanager
def applied() -> Iterator[None]:
    """The style for everything drawn and saved inside, whatever the user's own settings say.

    Marks that show nothing, such as those of direction, have no shape in a font, which is not worth
    a warning.
    """
    _import_matplotlib()
    from matplotlib import rc_context, rcdefaults, rcParams

    with rc_context(), catch_warnings():
        rcdefaults()
        rcParams.update(STYLE)
        rcParams["font.family"] = list(families())
        filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@dataclass(frozen=True, slots=True)
class Look:
    """How one scenario is drawn in every chart: its colour and kind of line."""

    colour: str
    line: str

    @property
    def ink(self) -> str:
        """A darker shade, which can be read as text."""
        return tint(self.colour, 0.65, "#000000")

    @property
    def over(self) -> str:
        """Colour of text on top of the colour."""
        return INK if sum(_shares(self.colour)) > 1.4 else "white"


def looks(names: Sequence[str], palette: Sequence[str] = ()) -> dict[str, Look]:
    """The look of each scenario by its place in the study; dashed when the colours are used up."""
    colours = palette or PALETTE
    count = len(colours)
    return {
        name: Look(colours[i % count], ("-", "--", ":")[i // count % 3])
        for i, name in enumerate(names)
    }


def tint(colour: str, strength: float, into: str = "#FFFFFF") -> str:
    """A colour thinned into another: strength 1 is the colour itself, 0 the other."""
    pairs = zip(_shares(colour), _shares(into), strict=True)
    mixed = (round(255 * (a * strength + b * (1 - strength))) for a, b in pairs)
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _shares(colour: str) -> list[float]:
    """Red, green and blue of a colour such as #0072B2, each from 0 to 1."""
    return [part / 255 for part in bytes.fromhex(colour.removeprefix("#"))]


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """The font that ships with matplotlib, the same on every machine, and others for what it lacks.

    A letter is drawn in the first of them that has it, so a picture of Latin letters is the same
    everywhere.
    """
    from matplotlib.font_manager import fontManager

    there = {font.name for font in fontManager.ttflist}
    return ("DejaVu Sans", *(name for name in OTHER_FONTS if name in there))


@lru_cache(maxsize=4096)
def can_draw(letter: str) -> bool:
    """Whether one of the fonts has a letter."""
    from matplotlib.font_manager import findfont, get_font

    return any(get_font(findfont(name)).get_char_index(ord(letter)) for name in families())


def drawable(text: str) -> str:
    """A text whose letters can all be drawn: what no font has is spelt."""
    return text if text.isascii() else spelt(text, can_draw)


def spell(figure: Figure) -> None:
    """Leave no letter in a figure that would be drawn as a box."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if not text.get_text().isascii():
            text.set_text(drawable(text.get_text()))


@lru_cache(maxsize=4096)
def width_of(text: str, size: float, weight: str = "normal") -> float:
    """Width of a line of text in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font, shown = FontProperties(family=list(families()), size=size, weight=weight), drawable(text)
    return float(text_to_path.get_text_width_height_descent(shown, font, False)[0]) / 72


def wrap(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Text broken into lines of at most ``width`` inches, inside a word only where it must be."""
    space = width_of(" ", size, weight)
    lines, used = [""], -space
    for word in filter(
        None, bound(drawable(text)).split(" ")
    ):  # the same words come in many charts
        wide = width_of(word, size, weight)
        if used + space + wide <= width:
            lines[-1] = f"{lines[-1]} {word}".strip()
            used += space + wide
            continue
        lines.append("")
        for part in [word] if wide <= width else word:
            if width_of(lines[-1] + part, size, weight) > width:
                lines.append("")
            lines[-1] += part
        used = width_of(lines[-1], size, weight)
    mark = "\u200e" if right_to_left(text) else ""  # the sentence runs left to right all the same
    return "\n".join(mark + line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Canvas:
    """A figure with its title, key and source line, and a drawing area between them."""

    figure: Figure
    bottom: float  # of the drawing area, in inches

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Axes at a place in the drawing area; inches from its lower left corner."""
        w, h = self.figure.get_size_inches()
        box = ((MARGIN + left) / w, (self.bottom + bottom) / h, width / w, height / h)
        return self.figure.add_axes(box)

    def text(self, left: float, bottom: float, text: str, **style: Any) -> None:
        """Text at a place in the drawing area; inches from its lower left corner."""
        w, h = self.figure.get_size_inches()
        self.figure.text((MARGIN + left) / w, (self.bottom + bottom) / h, text, **style)


def canvas(title: str, source: str, height: float, key: dict[str, Look] | None = None) -> Canvas:
    """An empty chart: the finding on top, the source below, ``height`` inches between to draw in.

    ``key`` puts a line with the colours and names of the scenarios under the title, for charts
    whose lines have no room for their names.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    room = WIDTH - 2 * MARGIN
    title, source = wrap(title, room, 14, "bold"), wrap(source, room, 8)
    entries = _key_places(key or {}, room)
    title_height = 0.27 * (title.count("\n") + 1) + 0.15
    key_height = 0.24 * (max(row for row, _, _ in entries) + 1) + 0.12 if entries else 0.0
    bottom = 0.15 * (source.count("\n") + 1) + 0.3
    total = bottom + height + key_height + title_height + 0.25
    figure = Figure(figsize=(WIDTH, total))
    top = 1 - 0.25 / total
    figure.text(MARGIN / WIDTH, top, title, size=14, weight="bold", va="top", linespacing=1.25)
    figure.text(MARGIN / WIDTH, 0.18 / total, source, size=8, color=GREY, va="bottom")
    for (row, left, name), look in zip(entries, (key or {}).values(), strict=True):
        y = top - (title_height + 0.1 + 0.24 * row) / total
        x = (MARGIN + left) / WIDTH
        swatch = Line2D([x, x + 0.028], [y, y], color=look.colour, lw=2.5, ls=look.line)
        figure.add_artist(swatch)
        figure.text(x + 0.034, y, name, size=9, color=look.ink, va="center")
    return Canvas(figure, bottom)


def panels(
    title: str,
    source: str,
    heads: Sequence[tuple[str, str]],
    height: float,
    *,
    left: float,
    gap: float,
    key: dict[str, Look] | None = None,
) -> tuple[Figure, list[Axes]]:
    """A chart of small pictures, at most three abreast, each ``height`` inches high.

    ``heads`` are their titles with the colour of each; ``left`` is the room for labels beside the
    first column and ``gap`` that between columns, in inches.
    """
    columns = min(len(heads), 3)
    rows = -(-len(heads) // columns)
    wide = (WIDTH - 2 * MARGIN - left - gap * (columns - 1)) / columns
    texts = [wrap(plain(head, 44), wide, 10, "bold") for head, _ in heads]
    up = height + 0.7 + 0.18 * max(text.count("\n") + 1 for text in texts)
    frame = canvas(title, source, up * rows, key)
    made = []
    for i, (text, (_, colour)) in enumerate(zip(texts, heads, strict=True)):
        row, column = divmod(i, columns)
        bottom = up * (rows - row - 1) + 0.5
        made.append(frame.axes(left + (wide + gap) * column, bottom, wide, height))
        made[-1].set_title(text, size=10, weight="bold", loc="left", color=colour)
    return frame.figure, made


def _key_places(key: dict[str, Look], room: float) -> list[tuple[int, float, str]]:
    """Row, inches from the left, and shown name of each entry of the key."""
    places, row, left = [], 0, 0.0
    for name in key:
        shown = plain(name, 32)
        width = width_of(shown, 9) + 0.65
        if left + width > room and left > 0:
            row, left = row + 1, 0.0
        places.append((row, left, shown))
        left += width
    return places


def inches_wide(axes: Axes) -> float:
    """Width of axes in inches."""
    return axes.get_position().width * WIDTH


def room_for(names: Sequence[str]) -> float:
    """Inches to leave free to the right of lines for their names."""
    return 0.4 + min(max(width_of(plain(name, 44), 9) for name in names), 2.1)


End = tuple[float, float, str, Look]
"""Where a line ends, its name and its look."""


def name_line_ends(axes: Axes, ends: Sequence[End], right: float = 1.0, limit: int = 0) -> None:
    """Write names beside the right ends of lines, moved apart where they meet.

    Call it when the limits of the axes are final, with `room_for` the names to the right of the
    share ``right`` of the axes. ``limit``: most characters of a name, if not as many
    as their number allows.
    """
    wide = inches_wide(axes)
    tall = wide * axes.bbox.height / axes.bbox.width
    low, high = axes.get_ylim()
    limit = limit or (44 if len(ends) <= 6 else 26)
    labels = [wrap(plain(name, limit), 2.1, 9) for _, _, name, _ in ends]
    heights = [0.16 * (t.count("\n") + 1) / tall for t in labels]
    at = [(y - low) / (high - low) for _, y, _, _ in ends]
    order = sorted(range(len(ends)), key=lambda i: at[i])
    if order:  # nothing below the bottom
        at[order[0]] = max(at[order[0]], heights[order[0]] / 2)
    for place, higher in pairwise(order):
        at[higher] = max(at[higher], at[place] + (heights[place] + heights[higher]) / 2)
    ceiling = 1.0
    for i in reversed(order):  # pushed over the top: back down, as far as needed
        at[i] = min(at[i], ceiling - heights[i] / 2)
        ceiling = at[i] - heights[i] / 2
    right += 0.25 / wide
    for (x, y, _, look), text, height in zip(ends, labels, at, strict=True):
        axes.annotate(
            text, (x, y), (right, height), "data", "axes fraction",
            va="center", size=9, color=look.ink, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.5, "ls": ":", "relpos": (0, 0.5)},
        )  # fmt: skip


_ROUND = re.compile(r"\.0+(?!\d)|(?<=\.\d)0+(?!\d)")
"""Decimals that say nothing."""


def units(axis: Axis, unit: str) -> None:
    """Tick labels in a unit: shares as per cent, dollars in k or M, thousands separators."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    unit = unit.removesuffix("/year") if unit == "USD/year" else unit
    steps = [1, 3, 6, 10] if unit == "months" else [1, 2, 2.5, 5, 10]
    most = min(max(int(inches_wide(axis.axes) * 1.6), 3), 8) if axis is axis.axes.xaxis else 6
    axis.set_major_locator(MaxNLocator(most, steps=steps, integer=unit not in ("share", "")))
    if unit == "USD":
        large = max(map(abs, axis.get_view_interval()))
        axis.set_major_formatter(
            FuncFormatter(lambda value, _: _ROUND.sub("", number(value, unit, like=large)))
        )
        return
    factor, after = (100, " %") if unit == "share" else (1, "")
    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value * factor:,.10g}{after}".replace("-", "−"))
    )
