"""The answer of `select`: which scenario is chosen, with what guarantee, or which are left."""

from __future__ import annotations

from sim.report.answer import Answer, Panel, Part, Table, chart, estimated, series_of, words
from sim.report.fields import head_of, unit_of
from sim.report.headline import Study
from sim.report.published import published_text
from sim.report.study import aside, assembled
from sim.report.words import inside, label, number, plain, sentence
from sim.study.overload import OVERLOADED
from sim.study.select import Chosen

WORDS = {"yes": "left", "no": "dropped", OVERLOADED: OVERLOADED}
RULE = (
    "Kim and Nelson's procedure under common random numbers: a scenario is dropped when it is "
    "clearly behind; who is left at the end is the best, if the best leads by the indifference "
    "asked for."
)


def finding(chosen: Chosen) -> str:
    """Which scenario is chosen and with what guarantee, or which are left."""
    what = inside(label(chosen.kpi))
    lead = number(chosen.indifference, unit_of(chosen.kpi))
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


def answer(chosen: Chosen, study: Study) -> Answer:
    """The answer of a selection."""
    unit, standing, found = unit_of(chosen.kpi), chosen.standing(), finding(chosen)
    rows = []
    for name, at in standing:
        first = words(plain(name, 40)), words(WORDS[chosen.standing_of(name)]), words(str(at.n))
        rows.append((*first, *estimated(at, unit)))
    head = head_of(chosen.kpi)
    heads = ("Scenario", "Standing", "Replications", head, "95 % interval")
    note = published_text([chosen.kpi])
    table = Table("selection", "", heads, tuple(rows), note, bars=3)
    texts = [row[3].text for row in rows]
    series = series_of(label(chosen.kpi), [at for _, at in standing], texts=texts)
    panel = Panel("", tuple(plain(name, 40) for name, _ in standing), (series,), unit, head)
    own = Part("own", found, (table,), (chart("selection", found, [panel]),))
    title, facts = f"The best of {len(standing)} scenarios", {"left": list(chosen.survivors)}
    question = f"Which of {len(standing)} scenarios is the best by {inside(label(chosen.kpi))}?"
    every = [own, *aside(study)]
    return assembled(
        "select", chosen.result, title, question, f"{found}.", RULE, every, facts=facts
    )
