"""What a ranking of bids says: one sentence, the printed table, the bump chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.record.kpis import kpi as kpi_of
from sim.record.record import Table
from sim.report.charts import Chart, View
from sim.report.overload import unknown
from sim.report.terminal import printed, table, wrapped
from sim.report.words import inside, interval, number, plain, sentence
from sim.study.compare import CAVEAT
from sim.study.replicate import StudyResult
from sim.study.rfp import CRITERIA, MARGIN, Place, Ranking, Reversal

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table as Printed

HEADS = {
    "price": "Price per transaction",
    "realisation": "Net revenue realisation",
    "net_value": "Net value",
    "defensibility": "Audit takebacks",
}


def finding(ranking: Ranking) -> str:
    """Whether the cheapest bid is also the best one."""
    cheapest, best = (ranking.places[c][0].bid for c in ("price", "net_value"))
    if not ranking.places["net_value"][0].at.n:
        return "No verdict on price and net value"
    if cheapest == best:
        return sentence(f"{plain(best)} is cheapest per transaction and has the highest net value")
    clear = any(
        (r.criterion, r.cheaper, r.better) == ("net_value", cheapest, best)
        for r in ranking.reversals
    )
    said = "has the highest net value" if clear else "has the highest net value, not clearly"
    last = next(p.rank for p in ranking.places["net_value"] if p.bid == cheapest)
    return sentence(
        f"{plain(cheapest)} is cheapest per transaction and number {last} by net value; "
        f"{plain(best)} {said}"
    )


def value(place: Place, criterion: str) -> str:
    """The mean of a bid by a criterion."""
    se = place.at.sd / place.at.n**0.5 if place.at.n else float("nan")
    return number(place.at.mean, kpi_of(CRITERIA[criterion]).unit, se)


def text(ranking: Ranking, colour: bool) -> str:
    """A row per bid: rank and value by each criterion; the reversals below."""
    rows = []
    for first in ranking.places["price"]:
        row = [plain(first.bid, 30)]
        for criterion in CRITERIA:
            place = next(p for p in ranking.places[criterion] if p.bid == first.bid)
            tied = "" if place.clear is not False else " ="
            said = (
                f"{place.rank}. {value(place, criterion)}{tied}"
                if place.at.n
                else unknown(CRITERIA[criterion])
            )
            row.append(said)
        rows.append((*row, "yes" if ranking.trail.get(first.bid) else "no"))
    told = _reversals(ranking) or [
        "No reversal is clear: no bid is clearly cheaper and clearly worse than another."
    ]
    told += [wrapped(line).rstrip() for line in _winners_curse(ranking)]
    mark = "= : not clearly before the next of that column. Trail: each code traces to the note."
    note = "\n".join([*told, f"{mark} {CAVEAT}"])
    heads = (*HEADS.values(), "trail")
    return printed([table(heads, rows), *_margins(ranking)], note, colour=colour)


def _margins(ranking: Ranking) -> list[Printed]:
    """What each bid leaves its vendor, if that is known of any."""
    unit = kpi_of(MARGIN).unit
    rows = [
        (plain(bid, 30), *interval(at.mean, at.low, at.high, unit))
        if at.n
        else (plain(bid, 30), unknown(MARGIN), "")
        for bid, at in ranking.margins.items()
    ]
    known = any(at.n for at in ranking.margins.values())
    return [table(("Vendor's margin", "95 % interval"), rows)] if known else []


def _winners_curse(ranking: Ranking) -> list[str]:
    """A line where the bid that wins on price loses money at it."""
    if not ranking.winners_curse:
        return []
    winner = ranking.places["price"][0].bid
    at, unit = ranking.margins[winner], kpi_of(MARGIN).unit
    mean, ends = interval(at.mean, at.low, at.high, unit)
    return [
        f"{plain(winner)} wins on price and loses money at it: its margin is {mean} ({ends}). "
        "Such a winner may save on people, ask for more, or give up (winner's curse)."
    ]


def _reversals(ranking: Ranking) -> list[str]:
    """A line for each pair of bids that price orders the wrong way."""
    pairs: dict[tuple[str, str], list[Reversal]] = {}
    for reversal in ranking.reversals:
        pairs.setdefault((reversal.cheaper, reversal.better), []).append(reversal)
    lines = []
    for (cheaper, better), found in pairs.items():
        price = found[0].price
        saved = number(price.mean, "USD", price.sd / price.n**0.5)
        worse = ", ".join(f"{inside(HEADS[r.criterion])} {_apart(r)}" for r in found)
        lines.append(f"{plain(cheaper)} costs {saved} less a transaction than {plain(better)}, "
                     f"which is ahead in {worse}.")  # fmt: skip
    return lines


def _apart(reversal: Reversal) -> str:
    """How far the better bid is ahead, with its interval."""
    gap, unit = reversal.gap, kpi_of(CRITERIA[reversal.criterion]).unit
    return "{} ({})".format(*interval(gap.mean, gap.low, gap.high, unit, difference=True))


def chart(result: StudyResult, ranking: Ranking, scale: float) -> Chart:
    """The rank of each bid by each criterion, joined by lines."""
    data: Table = {c: [] for c in ("criterion", "bid", "rank", "mean", "ci_low", "ci_high")}
    for criterion, places in ranking.places.items():
        for p in places:
            row = (criterion, p.bid, p.rank, p.at.mean, p.at.low, p.at.high)
            for column, cell in zip(data.values(), row, strict=True):
                column.append(cell)
    title = finding(ranking)
    return Chart(
        name="rank_reversal",
        title=title,
        alt=f"Rank of each bid by price, realisation, net value and takebacks. {title}.",
        data=data,
        draw=lambda: _draw(View(result, scale), ranking, title),
    )


def _draw(view: View, ranking: Ranking, title: str) -> Figure:
    from sim.report import style

    bids, looks = view.names, view.looks
    note = "Ranks by mean; a ring: not clearly before the next; overloaded bids have none by money"
    if all(p.at.n for places in ranking.places.values() for p in places):
        note = "Ranks by mean; a ring: not clearly before the next"
    height, beside = 0.55 * len(bids) + 0.3, style.room_for([plain(bid, 30) for bid in bids])
    frame = style.canvas(title, view.source(note), height + 0.75)
    wide = style.WIDTH - 2 * style.MARGIN - 2 * beside
    axes = frame.axes(beside, 0.2, wide, height)
    axes.set(xlim=(-0.35, len(CRITERIA) - 0.65), ylim=(len(bids) + 0.5, 0.5))
    heads = [style.wrap(HEADS[c], wide / (len(CRITERIA) - 0.3) - 0.15, 9) for c in CRITERIA]
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xticks(range(len(CRITERIA)), heads)
    axes.set_yticks([])
    for bid in bids:
        places = [next(p for p in ranking.places[c] if p.bid == bid) for c in CRITERIA]
        look = looks[bid]
        ranks = [p.rank for p in places]
        axes.plot(range(len(ranks)), ranks, color=look.colour, lw=2.2, ls=look.line, zorder=1)
        for x, (criterion, place) in enumerate(zip(CRITERIA, places, strict=True)):
            axes.plot(x, place.rank, "o", ms=9, mfc=look.colour, mec="white", zorder=2)
            if place.clear is False:
                axes.plot(x, place.rank, "o", ms=14, mfc="none", mec=style.GREY, zorder=2)
            said = value(place, criterion) if place.at.n else unknown(CRITERIA[criterion])
            axes.text(x, place.rank + 0.27, said, ha="center", va="center",
                      size=8, color=style.GREY,
                      bbox={"fc": "white", "ec": "none", "pad": 0.8})  # fmt: skip
        ends: tuple[tuple[float, int, str], ...] = (
            (-0.09, ranks[0], "right"), (len(ranks) - 0.91, ranks[-1], "left"),
        )  # fmt: skip
        for end, rank, side in ends:
            axes.text(
                end,
                rank,
                plain(bid, 30),
                ha=side,
                va="center",
                size=9,
                color=look.ink,
                clip_on=False,
            )
    return frame.figure
