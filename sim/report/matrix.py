"""The answer of `matrix`: which functions pay at which vendor, and the assignments in order."""

from __future__ import annotations

import math

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
    series_of,
    words,
)
from sim.report.headline import Study, named
from sim.report.study import aside, assembled
from sim.report.words import inside, interval, label, number, plain, sentence
from sim.study.matrix import ADVICE, NAMES, Assignment, Matrix, Row, name_of
from sim.study.overload import OVERLOADED
from sim.study.replicate import StudyResult
from sim.study.statistics import Interval

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
        f"{named(names)} {'pays' if len(names) == 1 else 'pay'} at {vendor}"
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


def reason(row: Row, vendors: tuple[str, str]) -> str:
    """Why a function pays or does not: what revenue gives, and what fees take."""
    second = plain(vendors[1])
    if not row.pairs:
        return "no verdict, since either end of each move is overloaded"
    se = _error(row.net)
    gain = number(abs(row.revenue), "USD", se)
    fees = row.effects[FEES].mean
    cost = number(abs(fees), "USD", _error(row.effects[FEES]))
    more = "more" if row.revenue >= 0 else "less"
    charge = "less" if fees >= 0 else "more"
    return f"{second} brings {gain} {more} revenue and charges {cost} {charge}"


def _error(at: Interval) -> float:
    return at.sd / math.sqrt(at.n) if at.n else math.nan


RULE = (
    "Main effect of moving a function from the first vendor to the second, over the assignments of "
    "the others that keep up with their work; clear after Holm's adjustment over the functions."
)


def answer(result: StudyResult, matrix: Matrix, study: Study) -> Answer:
    """The answer of a matrix, with the study of its most telling assignments."""
    found, vendors = finding(matrix), list(map(plain, matrix.vendors))
    best = name_of(matrix.best, matrix.vendors) if matrix.best else None
    why = [
        f"{FUNCTION_LABELS[row.function]}: {reason(row, matrix.vendors)}." for row in matrix.rows
    ]
    charts = [chart("matrix", found, [_effects(matrix)], base=vendors[0])]
    charts.append(chart("assignments", _leader(matrix), [_standing(matrix)]))
    shown = tuple(charts) if matrix.best is not None else ()
    own = Part("own", found, (_functions(matrix), _assignments(matrix)), shown, tuple(why))
    title = "Which vendor for which function"
    question = f"Which of the five functions pays at {' or '.join(vendors)}?"
    every, facts = [own, *aside(study)], {"best": best}
    return assembled(
        "matrix", result, title, question, f"{found}.", RULE, every, about=study.names, facts=facts
    )


def _says(matrix: Matrix, row: Row) -> str:
    if row.second is None:
        return "unclear" if row.pairs else OVERLOADED
    return plain(matrix.vendors[row.second], 16)


def _functions(matrix: Matrix) -> Table:
    """A row per function: what moving it is worth, what the model and the article say."""
    rows = []
    for row in matrix.rows:
        advice = plain(matrix.vendors[ADVICE[row.function]], 16)
        said = map(words, (_says(matrix, row), advice, AGREES[row.agrees]))
        net = estimated(row.net, "USD", difference=True)
        rows.append((words(FUNCTION_LABELS[row.function]), *net, *said))
    first, second = map(plain, matrix.vendors)
    less = ", less the overloaded" * bool(matrix.overloaded)
    note = f"Net value: main effect of moving the function from {first} to {second}, over the 16 "
    note += f"assignments of the others{less}; money a year."
    heads = ("Function", "Net value", "95 % interval", "Model", "Article", "")
    return Table("matrix", "", heads, tuple(rows), note, bars=1)


def _assignments(matrix: Matrix) -> Table:
    """The best assignments."""
    rows = []
    for i, (assignment, worth, gap, share) in enumerate(matrix.standing[:5]):
        behind = estimated(gap, "USD", difference=True)[0] if i else words("")
        chance = Cell(f"{100 * share:.0f} %", (share,), "share")
        who = words(spoken(assignment, matrix.vendors))
        rows.append((who, measured(worth, "USD"), behind, chance))
    left = f" that keep up with their work; {len(matrix.overloaded)} do not"
    left *= bool(matrix.overloaded)
    note = f"The best is one of {len(matrix.contenders)} of the {len(matrix.standing)} assignments"
    heads = ("Assignment", "Net value", "Behind", "Best in")
    note += f"{left} (95 % for all together)."
    return Table("assignments", "", heads, tuple(rows), note, bars=2)


def _effects(matrix: Matrix) -> Panel:
    """What moving each function does to revenue, fees and net value."""
    series = []
    for row in matrix.rows:
        fees, net = row.effects[FEES], row.net
        off = row.revenue - net.mean
        at = (row.revenue, net.low + off, net.high + off), (fees.mean, fees.low, fees.high)
        said = [interval(*each, "USD", difference=True)[0] for each in at]
        shown, ends = interval(net.mean, net.low, net.high, "USD", difference=True)
        texts = (*said, f"{shown} ({ends})".removesuffix(" ()"))
        name = f"{FUNCTION_LABELS[row.function]}: {_says(matrix, row)}"
        series.append(Series(name, (row.revenue, fees.mean, net.mean), texts=texts))
    return Panel("", ("Revenue and other", "Fees", "Net value"), tuple(series), "USD")


ADVISED = tuple(ADVICE[name] for name in NAMES)


def _leader(matrix: Matrix) -> str:
    order = matrix.standing
    rank = next((i for i, (a, *_) in enumerate(order, 1) if a == ADVISED), None)
    article = OVERLOADED if rank is None else f"number {rank} of {len(order)}"
    best = spoken(matrix.best, matrix.vendors) if matrix.best is not None else "none"
    return f"{best} leads; the article's choice is {article}"


def _standing(matrix: Matrix) -> Panel:
    """All assignments behind the best."""
    held, places = set(matrix.contenders), []
    for assignment, *_ in matrix.standing:
        marks = " (the article)" * (assignment == ADVISED) + " ●" * (assignment in held)
        places.append(spoken(assignment, matrix.vendors) + marks)
    series = series_of("Behind the best", [gap for _, _, gap, _ in matrix.standing])
    return Panel("", tuple(places), (series,), "USD", f"{label(NET)} behind the best, a year")
