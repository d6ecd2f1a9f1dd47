"""The answer of `rfp`: bids ranked four ways, where price misleads, what is left to vendors."""

from __future__ import annotations

import math

from sim.record.kpis import kpi as kpi_of
from sim.report.answer import (
    Answer,
    Cell,
    Panel,
    Part,
    Series,
    Table,
    chart,
    estimated,
    measured,
    words,
)
from sim.report.fields import unit_of
from sim.report.headline import Study
from sim.report.notes import unknown
from sim.report.study import aside, assembled
from sim.report.words import inside, interval, number, plain, sentence
from sim.study.rfp import CRITERIA, MARGIN, Place, Ranking, Reversal

HEADS = {
    "price": "Price per transaction",
    "realisation": "Net revenue realised",
    "net_value": "Net value",
    "defensibility": "Audit takebacks",
}
RULE = (
    "Each criterion ranks by its mean. All pairs of bids by all criteria are one family: a bid is "
    "clearly ahead where Holm's adjusted p is below 5 %."
)


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


def answer(ranking: Ranking, study: Study) -> Answer:
    """The answer of a request for proposals."""
    text = _reversals(ranking) or [
        "No reversal is clear: no bid is clearly cheaper and clearly worse than another."
    ]
    text += _winners_curse(ranking)
    found = finding(ranking)
    picture = chart("rank_reversal", found, [_ranks(ranking, study)])
    own = Part("own", found, (_table(ranking), *_margins(ranking)), (picture,), tuple(text))
    title, question = (
        f"{len(study.names)} bids, ranked four ways",
        "Which bid is best, and does price tell?",
    )
    facts = {"ranks": {c: [p.bid for p in places] for c, places in ranking.places.items()}}
    every = [own, *aside(study)]
    return assembled("rfp", study.result, title, question, f"{found}.", RULE, every, facts=facts)


def _place(ranking: Ranking, criterion: str, bid: str) -> Place:
    return next(p for p in ranking.places[criterion] if p.bid == bid)


def _cell(place: Place, criterion: str) -> Cell:
    """Rank and mean of a bid by a criterion."""
    kpi = CRITERIA[criterion]
    if not place.at.n:
        return words(unknown(kpi))
    shown = measured(place.at, unit_of(kpi))
    tied = "" if place.clear is not False else " ="
    return Cell(f"{place.rank}. {shown.text}{tied}", shown.values, shown.unit)


def _table(ranking: Ranking) -> Table:
    """A row per bid: rank and value by each criterion."""
    rows = []
    for first in ranking.places["price"]:
        cells = (_cell(_place(ranking, c, first.bid), c) for c in CRITERIA)
        trail = words("yes" if ranking.trail.get(first.bid) else "no")
        rows.append((words(plain(first.bid, 30)), *cells, trail))
    note = "= : not clearly before the next of that column. Trail: each code traces to the note."
    return Table("rfp", "", ("Bid", *HEADS.values(), "Trail"), tuple(rows), note)


def _margins(ranking: Ranking) -> list[Table]:
    """What each bid leaves its vendor, if that is known of any."""
    unit = unit_of(MARGIN)
    rows = tuple(
        (words(plain(bid, 30)), *estimated(at, unit))
        if at.n
        else (words(plain(bid, 30)), words(unknown(MARGIN)), words(""))
        for bid, at in ranking.margins.items()
    )
    heads = ("Bid", "Vendor's margin a year", "95 % interval")
    known = any(at.n for at in ranking.margins.values())
    return [Table("margins", "", heads, rows, bars=1)] if known else []


def _winners_curse(ranking: Ranking) -> list[str]:
    """A line where the bid that wins on price loses money at it."""
    if not ranking.winners_curse:
        return []
    winner = ranking.places["price"][0].bid
    at = ranking.margins[winner]
    mean, ends = interval(at.mean, at.low, at.high, unit_of(MARGIN))
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
        who = f"{plain(cheaper)} costs {saved} less a transaction than {plain(better)}"
        lines.append(f"{who}, which is ahead in {worse}.")
    return lines


def _apart(reversal: Reversal) -> str:
    """How far the better bid is ahead, with its interval."""
    gap, unit = reversal.gap, unit_of(CRITERIA[reversal.criterion])
    return "{} ({})".format(*interval(gap.mean, gap.low, gap.high, unit, difference=True))


def _ranks(ranking: Ranking, study: Study) -> Panel:
    """The rank of each bid by each criterion: the darker, the further ahead."""
    series = []
    for bid in study.names:
        places = {criterion: _place(ranking, criterion, bid) for criterion in CRITERIA}
        texts = tuple(_cell(place, criterion).text for criterion, place in places.items())
        ahead = (float(len(study.names) - p.rank) if p.at.n else math.nan for p in places.values())
        series.append(Series(study.shown[bid], tuple(ahead), texts=texts))
    heads = (f"{head} ({kpi_of(CRITERIA[c]).better} is better)" for c, head in HEADS.items())
    return Panel("", tuple(heads), tuple(series), "")
