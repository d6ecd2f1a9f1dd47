"""Pages that say what theory and sums on paper give."""

from __future__ import annotations

from statistics import fmean

import numpy as np
from scipy import stats

from docs.figures import mean_field_learning, said
from docs.studies import ROOT, TEAMS, VENDORS, read
from sim.model.codes import CATEGORIES, SKILLS
from sim.model.feedback import FeedbackLoop, expected_left
from sim.model.kernel.rows import Kind
from sim.model.rules import LEARNING
from sim.scenario.load import load
from tests import mean_field
from tests.book import figure, pages_rows
from tests.docs.quotes.sources import Quotes, book, page, published, shipped, vendor
from tests.oracles.test_mean_field import CLIENT, DOMAIN
from tests.oracles.test_people import KS_LIMIT
from tests.people import LOOK_EVERY_DAYS
from tests.scenarios import world_of


def settled_under(law: str) -> float:
    """Mean knowledge of a thousand outpatient coders of the generalist who open under a law."""
    options = (f"people.learning_law={law}", "teams.coding_outpatient.headcount=1000")
    world = world_of(load(ROOT / "configs" / "article" / "generalist.yaml", options).scenario)
    [team] = (team for team in world.teams if team.name == "coding_outpatient")
    team.open_doors()
    return fmean(agent.row.knowledge[SKILLS.index("coding_outpatient")] for agent in team.agents)


@page("people.md")
def people() -> Quotes:
    pairs = [
        book(f"Knowledge of {team}: specialists, then one cross-trained pool") for team in TEAMS
    ]
    special, general = zip(*pairs, strict=True)
    right = book("Coding accuracy: specialists, then one cross-trained pool")
    yield (
        f"know {min(general):.2f}–{max(general):.2f} of each skill instead of "
        f"{min(special):.2f}–{max(special):.2f}, and code {100 * right[1]:.1f} % of claims right "
        f"instead of {100 * right[0]:.1f} %"
    )
    known = book("Knowledge at 10, 30 and 80 % turnover")
    accurate = [100 * x for x in book("Coding accuracy at 10, 30 and 80 % turnover")]
    yield "turnover 10, 30 and 80 %: knowledge {:.2f}, {:.2f}, {:.2f}".format(*known)
    yield "accuracy {:.1f}, {:.1f} and {:.1f} %".format(*accurate)
    assert round(2 * (accurate[0] - accurate[1])) == 4
    yield "Twenty points of turnover cost two points of accuracy"
    assert round(accurate[1] - accurate[2]) == 3
    yield "fifty more another three"
    model = shipped("generalist")
    plateau, *power = (settled_under(law) for law in LEARNING)
    yield (
        f"settles near {plateau:.2f} under `exponential`, and between {min(power):.2f} and "
        f"{max(power):.2f} under the three power laws"
    )
    gaps = []
    for part, forgetting, entry, rate in (
        ("domain", 0.0, 0.1, 12.0),
        ("client", 0.0, 0.05, 6.0),
        ("domain", 4.8, 0.1, 12.0),
    ):
        what = f"Mean {part} knowledge: 195% turnover, shape 1.0, forgetting {forgetting / 12:.1f}"
        formula = (rate + 1.95 * entry) / (rate + forgetting + 1.95)
        gaps.append(abs(figure(pages_rows()["People", what].theory) - formula))
    yield f"moves the closed form by {fmean(gaps):.3f}"
    yield f"D√n reaches {KS_LIMIT:g}"
    yield f"looks into the office {1 / LOOK_EVERY_DAYS:.0f} times a day"
    shapes = sorted(vendor(name).turnover.shape for name in VENDORS)
    yield f"It holds the {shapes[0]:g} to {shapes[-1]:g} of the shipped vendors"
    yield f"`novice_slowdown` of {model.people.novice_slowdown:g}"


@page("mean_field.md")
def mean_field_page() -> Quotes:
    model = shipped("generalist")
    yield f"domain knowledge {DOMAIN} and client knowledge {CLIENT}"
    yield f"REG, AUTH and DOC × {mean_field.FEEDBACK_LIMIT}"
    assert {c.name for c in model.categories if c.feedback} == {"REG", "AUTH", "DOC"}
    chance = 2.0 * float(stats.norm.sf(mean_field.WIDTH))
    yield f"five standard errors, which chance exceeds in one of {1e-6 / chance:.1f} million"
    check, unlate, lenient, once, first, settled = mean_field.steps(model)
    yield (
        f"gave {100 * check.denial:.0f} % denials and {100 * check.first_pass:.0f} % first-pass "
        f"payment as a sum of odds give {100 * settled.denial:.1f} % and "
        f"{100 * settled.first_pass:.0f} %"
    )
    parts = [
        100 * (one.denial - other.denial)
        for one, other in ((once, first), (lenient, once), (check, unlate), (unlate, lenient))
    ]
    yield (
        "{:.1f} points go by precedence (rejection before denial before request, see "
        "decisions.md), {:.1f} by double counting, {:.1f} by late filing and {:.1f} by stringency"
    ).format(*parts)
    domain, client = mean_field.published_knowledge(model)
    penalty = mean_field.pressed(model, model.vendors[0].target_occupancy)
    field = mean_field.as_written(model, domain, client, penalty)
    inpatient, outpatient = model.hospital.inpatient, model.hospital.outpatient
    part = inpatient.claims_per_year / (inpatient.claims_per_year + outpatient.claims_per_year)
    lost = part * (
        field.accuracy("inpatient", inpatient) - field.accuracy("outpatient", outpatient)
    )
    yield f"(accuracy to the power {inpatient.accuracy_exponent:g})"
    yield f"They are {100 * part:.0f} % of claims: {said(100 * lost, 1)} points of accuracy"
    doc = next(c for c in model.categories if c.name == "DOC")
    won = sum(p.claims_share * mean_field.win_odds(model, p, domain)["DOC"] for p in model.payers)
    able = model.denials.knowledge_floor + (1.0 - model.denials.knowledge_floor) * domain
    once_only = doc.recovery_share * model.vendors[0].denials.win_multiplier * able
    yield (
        f"a DOC denial is won in {100 * won:.0f} % of cases where one try at reduced odds would "
        f"give {100 * once_only:.0f} %"
    )
    answers = field.answers()
    yield f"bring nothing ({100 * answers.final_denial:.0f} % of the generalist's dollars)"
    counted = mean_field.uncounted_losses(model, check.accuracy)
    both = answers.under_coding + answers.cdi_gap
    yield f"come to {100 * both:.1f} % where the published check has {100 * counted:.1f} %"
    stake = next(c.stake_share for c in model.categories if c.name == "DUP")
    yield f"A duplicate denial withholds {100 * stake:.0f} % of the payment"
    rows = {words: [float(x) for x in figures] for words, *figures in mean_field_learning()}
    paper, runs = (rows["coding accuracy"][i::2] for i in (0, 1))
    off = [run - on_paper for on_paper, run in zip(paper, runs, strict=True)]
    assert min(off) > 0
    yield f"Accuracy is up to {max(off):.1f} points higher"
    rate = {row["kpi"]: 100 * float(row["mean"]) for row in read("levers_summary")}
    every = rate["denials.initial_with_duplicates_rate"]
    yield (
        f"For the generalist the first adds {every - rate['denials.first_answer_rate']:.1f} points "
        f"and the second takes {every - rate['denials.initial_rate']:.1f}"
    )
    paper, runs = (rows["finally denied, of dollars"][i::2] for i in (0, 1))
    less = [on_paper - run for on_paper, run in zip(paper, runs, strict=True)]
    assert less[0] > less[1] > 0.5 > less[2] >= 0
    yield (
        "Final denials are lower because the small ones are left**, "
        "by {:.1f}, {:.1f} and {:.1f} points"
    ).format(*less)
    assert vendor("specialized").denials.worked_share == 0.98
    yield "The specialised vendor leaves few"
    yield from feedback_left()


def feedback_left() -> Quotes:
    """What meetings leave: on paper, where nothing comes back, and with what does."""
    model = shipped("specialized")
    feedback = model.vendors[0].feedback
    assert feedback is not None
    assert feedback.relapse_half_life_days == 365
    yield "comes back with a half-life of a year"
    left = mean_field.defects_left_on(model.vendors[0], np.array([180.0]))[0]
    yield f"On paper about {left:.2f} of the avoidable defects are left six months after the start"
    kinds = [Kind(0, 1.0) for _ in CATEGORIES]
    loop = FeedbackLoop(model, kinds)
    for day in range(181):
        for kind in kinds:
            kind.denials_seen = 1
        loop.run(day, {"specialized"})
    yield (
        f"of a limit of {mean_field.FEEDBACK_LIMIT}; with what comes back, "
        f"{loop.left[CATEGORIES.index('REG')]:.2f}"
    )
    planned = expected_left(model, {"specialized"})
    assert planned["REG"] == planned["AUTH"] == planned["DOC"]
    yield (
        f"the mean field has {mean_field.defects_left(model):.2f} on average, the model's own plan "
        f"{planned['REG']:.2f}"
    )


@page("parameters.md")
def parameters() -> Quotes:
    for name, words in (
        ("in_house", "in-house"),
        ("generalist", "generalist"),
        ("specialized", "specialised, with meetings"),
    ):
        check = published(name)
        cells = (
            check.accuracy,
            check.first_pass,
            check.denial,
            check.rejection,
            check.rfi,
            check.final_denial,
            check.leakage,
        )
        yield f"| {words} | {' | '.join(f'{100 * x:.1f}' for x in cells)} |"
