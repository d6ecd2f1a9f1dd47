"""How pictures look: the one style, a colour per scenario, letters, lines of text, ticks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, filterwarnings

from sim.report.words import bound, number, right_to_left, spelt
from sim.study import StudyError

if TYPE_CHECKING:  # matplotlib is imported by what draws, and only when it draws
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

# Okabe and Ito's colours, without those that are lost on white or on dark paper: yellow and black.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#767676")
INK, GREY, RULE = "#222222", "#666666", "#e6e6e6"
BETTER, WORSE = "#1B7837", "#762A83"  # told apart by shape and words too
TINTS = {"loss": "#8A8A8A", "gain": BETTER, "worse": WORSE, "total": "#3C4043", "grey": "#8A8A8A"}
"""Colours of series that are of no scenario."""
OTHER_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Malgun Gothic",
    "Noto Sans CJK KR",
    "Noto Sans Devanagari",
    "Nirmala UI",
    "Noto Sans Thai",
    "Noto Sans Arabic",
    "Noto Emoji",
    "Segoe UI Symbol",
    "Arial Unicode MS",
)
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
    "grid.color": RULE,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "ytick.left": False,
    "savefig.dpi": 150,
    "axes.titley": 1.0,  # where it is in any case, without a search for what may be in its way
    "text.hinting": "none",  # half the time, and at this size nobody sees it
    "svg.fonttype": "none",  # text that can be found, copied and read aloud
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


def over(colour: str) -> str:
    """Black or white, whichever can be read on a colour: its contrast is at least 4.5 (WCAG 2)."""
    red, green, blue = (
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in _shares(colour)
    )
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#FFFFFF"


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
    """Leave no letter in a figure that would be drawn as a box; names of ticks are so already."""
    own = (t for a in figure.axes for t in (*a.texts, a.xaxis.label, a.yaxis.label))
    for text in (*figure.texts, *own):
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


def inches_wide(axes: Axes) -> float:
    """Width of axes in inches."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return float(axes.get_position().width * figure.get_figwidth())


_ROUND = re.compile(r"\.0+(?!\d)|(?<=\.\d)0+(?!\d)")
"""Decimals that say nothing."""


def units(axis: Axis, unit: str) -> None:
    """Tick labels in a unit: shares as per cent, dollars in k or M, thousands separators."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    unit = {"USD/year": "USD", "1/year": "share"}.get(unit, unit)
    steps = [1, 3, 6, 10] if unit == "months" else [1, 2, 2.5, 5, 10]
    axes = axis.axes
    most = min(max(int(inches_wide(axes) * 1.4), 2), 7) if axis is axes.xaxis else 5
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
