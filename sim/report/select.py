"""What a selection says: one sentence with its guarantee, and the printed table."""

from __future__ import annotations

from sim.record.kpis import kpi as kpi_of
from sim.report.published import published_text
from sim.report.terminal import printed, table, wrapped
from sim.report.words import inside, interval, label, number, plain, sentence
from sim.study.compare import CAVEAT
from sim.study.overload import OVERLOADED
from sim.study.select import Chosen

WORDS = {"yes": "left", "no": "dropped", OVERLOADED: OVERLOADED}


def finding(chosen: Chosen) -> str:
    """Which scenario is chosen and with what guarantee, or which are left."""
    unit, what = kpi_of(chosen.kpi).unit, inside(label(chosen.kpi))
    lead = number(chosen.indifference, unit)
    sure = f"{100 * chosen.confidence:g} %"
    if not chosen.survivors:
        return f"No verdict on {what}"
    if len(chosen.survivors) == 1:
        [best] = chosen.survivors
        if len(chosen.overloaded) == len(chosen.result.names) - 1:
            return f"No verdict on {what}: only {plain(best)} keeps up with its work"
        return sentence(
            f"{plain(best)} is the best by {what}: chosen with a chance of at least {sure} of "
            f"being right, if the best leads by {lead} or more"
        )
    if chosen.equal:
        names = " and ".join(plain(name) for name in chosen.survivors)
        return sentence(
            f"{names} are the best by {what} and come out the same in every replication"
        )
    names = ", ".join(plain(name) for name in chosen.survivors)
    return sentence(
        f"not decided after {chosen.replications} replications: the best by {what} is among "
        f"{names}, with a chance of at least {sure}"
    )


def text(chosen: Chosen, colour: bool) -> str:
    """A row per scenario: whether it is left, its replications and its mean."""
    unit = kpi_of(chosen.kpi).unit
    rows = [
        (plain(name, 40), WORDS[chosen.standing_of(name)], str(at.n),
         *interval(at.mean, at.low, at.high, unit))
        for name, at in chosen.standing()
    ]  # fmt: skip
    heads = ("", "replications", label(chosen.kpi), "95 % interval")
    procedure = f"Kim and Nelson's procedure under common random numbers. {CAVEAT}"
    note = f"{procedure}\n{wrapped(published_text([chosen.kpi]))}".rstrip()
    return printed([table(heads, rows)], note, colour=colour)
