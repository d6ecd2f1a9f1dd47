"""What a decision matrix says: one sentence, the printed table, two charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.record import Table
from sim.report.charts import Chart, View, standard_error
from sim.report.terminal import printed, table
from sim.report.words import inside, interval, label, number, plain, sentence
from sim.study.compare import CAVEAT
from sim.study.matrix import ADVICE, NAMES, Assignment, Matrix, Row, name_of
from sim.study.overload import OVERLOADED
from sim.study.replicate import StudyResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FUNCTION_LABELS = {
    "scheduling": "Patient scheduling",
    "prior_auth": "Prior authorisation",
    "transcription": "Transcription",
    "claims_denials": "Claims and denials",
    "ar": "Accounts receivable",
}
SHORT = {
    "scheduling": "scheduling",
    "prior_auth": "authorisation",
    "transcription": "transcription",
    "claims_denials": "claims",
    "ar": "receivables",
}
AGREES = {True: "agrees", False: "disagrees", None: "open"}
NET, FEES = "money.net_value_usd", "money.fees_usd"


def finding(matrix: Matrix) -> str:
    """Which functions pay at which vendor, and how the article fares."""
    first, second = map(plain, matrix.vendors)
    if not matrix.standing:
        return f"No verdict on {inside(label(NET))}"
    gains = [inside(FUNCTION_LABELS[r.function]) for r in matrix.rows if r.second]
    losses = [inside(FUNCTION_LABELS[r.function]) for r in matrix.rows if r.second is False]
    parts = [
        f"{_listed(names)} {'pays' if len(names) == 1 else 'pay'} at {vendor}"
        for names, vendor in ((gains, second), (losses, first))
        if names
    ]
    agreeing = sum(row.agrees is True for row in matrix.rows)
    against = sum(row.agrees is False for row in matrix.rows)
    said = "; ".join(parts) or "no function clearly pays at either vendor"
    article = f"the article's column holds in {agreeing} of {len(matrix.rows)} rows"
    return sentence(f"{said}; {article}" + (f", fails in {against}" if against else ""))


def spoken(assignment: Assignment, vendors: tuple[str, str]) -> str:
    """An assignment in words: what the second vendor has."""
    given = [name for name, second in zip(NAMES, assignment, strict=True) if second]
    if len(given) in (0, len(NAMES)):
        return sentence(f"all {plain(vendors[bool(given)])}")
    return sentence(f"{plain(vendors[1])}: {', '.join(SHORT[name] for name in given)}")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def reason(row: Row, vendors: tuple[str, str]) -> str:
    """Why a function pays or does not: what revenue gives, and what fees take."""
    second = plain(vendors[1])
    if not row.pairs:
        return "no verdict, since either end of each move is overloaded"
    se = standard_error(row.net)
    gain = number(abs(row.revenue), "USD", se)
    fees = row.effects[FEES].mean
    cost = number(abs(fees), "USD", standard_error(row.effects[FEES]))
    more = "more" if row.revenue >= 0 else "less"
    charge = "less" if fees >= 0 else "more"
    return f"{second} brings {gain} {more} revenue and charges {cost} {charge}"


def text(matrix: Matrix, colour: bool) -> str:
    """A row per function, and the best assignments."""
    rows = []
    for row in matrix.rows:
        net = row.net
        shown, ends = interval(net.mean, net.low, net.high, "USD", difference=True)
        unclear = "unclear" if row.pairs else OVERLOADED
        says = unclear if row.second is None else plain(matrix.vendors[row.second], 16)
        told = (plain(matrix.vendors[ADVICE[row.function]], 16), AGREES[row.agrees])
        rows.append((FUNCTION_LABELS[row.function], shown, ends, says, *told))
    heads = ("net value", "95 % interval", "model says", "article says", "")
    best = [
        (
            spoken(assignment, matrix.vendors),
            number(worth.mean, "USD", standard_error(gap) if gap.sd else standard_error(worth)),
            "" if i == 0 else interval(gap.mean, gap.low, gap.high, "USD", difference=True)[0],
            f"{100 * share:.0f} %",
        )
        for i, (assignment, worth, gap, share) in enumerate(matrix.standing[:5])
    ]
    why = "\n".join(
        f"{FUNCTION_LABELS[row.function]}: {reason(row, matrix.vendors)}." for row in matrix.rows
    )
    first, second = map(plain, matrix.vendors)
    left = f" that keep up with their work; {len(matrix.overloaded)} do not"
    note = (
        f"Net value: main effect of moving the function from {first} to {second}, over the 16 "
        f"assignments of the others{', less the overloaded' * bool(matrix.overloaded)}; "
        f"money a year.\n{why}\nthe best is one of {len(matrix.contenders)} of the "
        f"{len(matrix.standing)} assignments{left * bool(matrix.overloaded)} (95 % for all "
        f"together). {CAVEAT}"
    )
    standing = table(("net value", "behind", "best in"), best)
    return printed([table(heads, rows), standing], note, colour=colour)


def charts(result: StudyResult, matrix: Matrix, scale: float) -> list[Chart]:
    """The heat map of functions, and the assignments in order."""
    parts = {"revenue": [r.revenue for r in matrix.rows],
             "fees": [r.effects[FEES].mean for r in matrix.rows],
             "net_value": [r.net.mean for r in matrix.rows],
             "ci_low": [r.net.low for r in matrix.rows],
             "ci_high": [r.net.high for r in matrix.rows]}  # fmt: skip
    data: Table = {"function": [r.function for r in matrix.rows], **parts}
    title = finding(matrix)
    order = matrix.standing
    ranked: Table = {
        "assignment": [name_of(a, matrix.vendors) for a, *_ in order],
        "net_value": [worth.mean for _, worth, _, _ in order],
        "behind_best": [gap.mean for _, _, gap, _ in order],
        "ci_low": [gap.low for _, _, gap, _ in order],
        "ci_high": [gap.high for _, _, gap, _ in order],
    }
    advised = tuple(ADVICE[name] for name in NAMES)
    rank = next((i for i, (a, *_) in enumerate(order, 1) if a == advised), None)
    if matrix.best is None:
        return []
    leader = spoken(matrix.best, matrix.vendors)
    article = OVERLOADED if rank is None else f"number {rank} of {len(order)}"
    led = f"{leader} leads; the article's choice is {article}"
    return [
        Chart("matrix", title, f"Main effect of each function. {title}.", data,
              lambda: _heat_map(result, matrix, scale, title)),
        Chart("assignments", led, f"All 32 assignments by net value. {led}.", ranked,
              lambda: _standing(result, matrix, scale, led)),
    ]  # fmt: skip


def _heat_map(result: StudyResult, matrix: Matrix, scale: float, title: str) -> Figure:
    from matplotlib.colors import LinearSegmentedColormap, SymLogNorm

    from sim.report import style

    view = View(result, scale)
    first, second = map(plain, matrix.vendors)
    moved = f"Main effect of moving a function from {first} to {second}"
    note = f"{moved}, with 95 % interval; USD a year"
    height, left = 0.62 * len(matrix.rows), 1.9
    frame = style.canvas(title, view.source(note), height + 0.45)
    axes = frame.axes(left, 0.1, style.WIDTH - 2 * style.MARGIN - left, height)
    columns = ("Revenue and other", "Fees", "Net value", "The model says", "The article says")
    grid = [(r.revenue, r.effects[FEES].mean, r.net.mean) for r in matrix.rows]
    most = max(abs(x) for row in grid for x in row) or 1.0
    colours = LinearSegmentedColormap.from_list("gain", [style.WORSE, "white", style.BETTER])
    axes.imshow(grid, cmap=colours, norm=SymLogNorm(most / 30, vmin=-most, vmax=most), alpha=0.55,
                aspect="auto", extent=(-0.5, 2.5, len(grid) - 0.5, -0.5))  # fmt: skip
    axes.set(xlim=(-0.5, 4.5), ylim=(len(grid) - 0.5, -0.5))
    axes.grid(visible=False)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.set_xticks(range(5), columns)
    axes.set_yticks(range(len(grid)), [FUNCTION_LABELS[r.function] for r in matrix.rows])
    for y, row in enumerate(matrix.rows):
        net = row.net
        shown, ends = interval(net.mean, net.low, net.high, "USD", difference=True)
        fees = row.effects[FEES]
        cells = (
            interval(row.revenue, row.revenue - net.mean + net.low,
                     row.revenue - net.mean + net.high, "USD", difference=True)[0],
            interval(fees.mean, fees.low, fees.high, "USD", difference=True)[0],
            f"{shown}\n{ends}",
            "no clear\ndifference" if row.second is None else plain(matrix.vendors[row.second]),
            f"{plain(matrix.vendors[ADVICE[row.function]])}\n({AGREES[row.agrees]})",
        )  # fmt: skip
        for x, said in enumerate(cells):
            axes.text(x, y, said, ha="center", va="center", size=8.5, color=style.INK)
    return frame.figure


def _standing(result: StudyResult, matrix: Matrix, scale: float, title: str) -> Figure:
    from sim.report import style

    view = View(result, scale)
    note = "Paired difference from the best, with 95 % interval; ● all not clearly worse"
    height, left = 0.19 * len(matrix.standing), 4.2
    frame = style.canvas(title, view.source(note), height + 0.7)
    axes = frame.axes(left, 0.55, style.WIDTH - 2 * style.MARGIN - left, height)
    contenders = set(matrix.contenders)
    advised = tuple(ADVICE[name] for name in NAMES)
    for y, (assignment, _, gap, _) in enumerate(matrix.standing):
        held = assignment in contenders
        ink = style.BETTER if held else style.GREY
        if gap.high > gap.low:
            axes.plot((gap.low, gap.high), (y, y), color=ink, lw=1.6)
        axes.plot(gap.mean, y, "o", ms=5, mec=ink, mfc=ink if held else "white")
    names = [spoken(a, matrix.vendors) for a, *_ in matrix.standing]
    marked = [f"{name}  (the article)" if a == advised else name
              for name, (a, *_) in zip(names, matrix.standing, strict=True)]  # fmt: skip
    axes.set_yticks(range(len(marked)), marked, size=7.5)
    axes.set_ylim(len(marked) - 0.5, -0.5)
    style.units(axes.xaxis, "USD")
    axes.set_xlabel(f"{label(NET)} behind the best, a year")
    return frame.figure
