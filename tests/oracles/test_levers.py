"""What a vendor does differently moves what it should, in the direction that it should.

Both sides of each comparison meet the same claims and the same luck (common random numbers), so a
direction is not a matter of chance: two replications suffice.
"""

from __future__ import annotations

import pytest

from sim.model.codes import First
from sim.model.simulation import run
from sim.record.kpis import outcome
from sim.scenario.schema import Scenario
from tests.book import Book
from tests.digests import digests
from tests.scenarios import PAYERS, faultless, scenario

PART = "Levers"
SIZE = {"scale": 0.04, "days": 300, "first": 60, "last": 90}
G = "vendors.generalist"
AI = (
    "{mode: %s, alone_share: {inpatient: %s, outpatient: %s}, "
    "alone_accuracy: {inpatient: 0.62, outpatient: 0.84}, "
    "suggestion_accuracy: {inpatient: 0.62, outpatient: 0.84}, unsupported_share: 0.3, "
    "alone_time_share: 0.05, time_saved_share: 0.25, reviewer_catch_share: 0.8, "
    "bias_above_share: 0.95, biased_catch_share: 0.6, skill_formation: 1.0}"
)


def kpis(config: Scenario) -> dict[str, float]:
    """Mean KPIs of two replications."""
    runs = [outcome(run(config, r)).kpis for r in range(2)]
    return {name: sum(k[name] for k in runs) / 2 for name in runs[0]}


@pytest.fixture(scope="module")
def plain() -> dict[str, float]:
    """The generalist as shipped."""
    return kpis(scenario("generalist", **SIZE))


LEVERS = {
    "hold and query": (
        [f"{G}.quality.hold_and_query_share=0.62"],
        [("denials.category.DOC", -1), ("money.leakage.cdi_gap", -1), ("claims.rfi_rate", -1)],
    ),
    "noticing that takes skill": (
        [
            f"{G}.quality.hold_and_query_share=0.62",
            "people.notice_by_skill_share=1",
            *(
                f"certifications.{c}.accuracy_{end}=0.5"
                for c in ("none", "CPC", "CCS", "RHIT", "RN")
                for end in ("floor", "ceiling")
            ),
        ],
        [("denials.category.DOC", -1)],
    ),
    "real-time review": (
        [f"{G}.quality.realtime_review_share=0.6"],
        [("denials.category.DOC", -1), ("money.leakage.cdi_gap", -1)],
    ),
    "quality checks": (
        [f"{G}.quality.qa_sample_share=0.3", f"{G}.quality.qa_detection_share=0.8"],
        [("quality.coding_accuracy", 1), ("denials.category.CODE", -1)],
    ),
    "front-end catch": (
        [f"{G}.quality.catch_share={{REG: 0.82, DATA: 0.85, AUTH: 0.75}}"],
        [
            ("denials.category.REG", -1),
            ("denials.category.AUTH", -1),
            ("claims.rejection_rate", -1),
            ("claims.first_pass_payment_rate", 1),
        ],
    ),
    "feedback": (
        [f"{G}.feedback={{every_days: 14, closes_share: 0.3, floor_share: 0.45}}"],
        [("denials.category.REG", -1), ("denials.category.DOC", -1), ("denials.initial_rate", -1)],
    ),
    "denials worked": (
        [f"{G}.denials.worked_share=1"],
        [("money.leakage.not_worked", -1), ("denials.final_rate", -1)],
    ),
    "win odds": (
        [f"{G}.denials.win_multiplier=1.3"],
        [("money.leakage.final_denial", -1), ("denials.overturned_rate", 1)],
    ),
    "threshold": ([f"{G}.denials.threshold_usd=2000"], [("money.leakage.not_worked", 1)]),
    "narrow scope": (
        [
            f"{G}.scope=coding_and_denials",
            "hospital.narrow_scope.catch_share={REG: 0.9, DATA: 0.9, AUTH: 0.9}",
        ],
        [("denials.category.REG", -1)],
    ),
    "machine alone": (
        [f"{G}.ai=" + AI % ("black_box", 1, 1)],
        [
            ("denials.category.DOC", 1),
            ("denials.category.REG", 1),
            ("audit.takeback", 1),
            ("people.headcount", -1),
        ],
    ),
    "machine with a human": (
        [f"{G}.ai=" + AI % ("human_in_the_loop", 0, 0)],
        [("quality.coding_accuracy", 1), ("people.headcount", -1)],
    ),
    "payers' machine": (
        [
            "timeline=[{kind: payer_ai, on: 2025-01-02, found_share: 0.2, false_share: 0.02, "
            "contest_share: 0.35, contest_with_trail_share: 0.75}]"
        ],
        [("denials.initial_rate", 1), ("denials.category.PAYER", 1), ("money.leakage", 1)],
    ),
}


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_moves_its_kpis(book: Book, lever: str, plain: dict[str, float]) -> None:
    overrides, moves = LEVERS[lever]
    moved = kpis(scenario("generalist", *overrides, **SIZE))
    for name, sign in moves:
        pair = plain[name], moved[name]
        book.ordered(f"{lever}: `{name}` without, then with", pair, sign > 0, "docs/levers.md")


OFF = {
    "review": [f"{G}.quality.realtime_review_share=0"],
    "machine": [f"{G}.ai=null"],
    "compliance": [f"{G}.compliance=null"],
    "volume": ["timeline=[{kind: volume, on: 2025-03-01, factor: 1}]"],
    "payers' machine": [
        "timeline=[{kind: payer_ai, on: 2025-03-01, found_share: 0, false_share: 0, "
        "contest_share: 0.3, contest_with_trail_share: 0.7}]"
    ],
    "feedback": [f"{G}.feedback=null"],
    "programme": [f"{G}.programmes=[]"],
    "front end": ["hospital.front_end=null"],
    "drafts": [f"{G}.drafts={{}}"],
    "noticing by skill": ["people.notice_by_skill_share=0"],
}
MONEY_OF_COMPLIANCE = {
    "money.net_value_usd",
    "money.tco",
    "money.tco_with_revenue",
    "money.breach_expected_usd",
    "money.breach_drawn_usd",
}


@pytest.mark.parametrize("lever", OFF)
def test_a_lever_that_is_off_might_as_well_not_be_there(book: Book, lever: str) -> None:
    small = {"scale": 0.02, "days": 200}
    absent = outcome(run(scenario("generalist", **small), 0))
    off = outcome(run(scenario("generalist", *OFF[lever], **small), 0))
    ignored = MONEY_OF_COMPLIANCE if lever == "compliance" else set()
    for name, value in absent.kpis.items():
        if name not in ignored:
            assert repr(off.kpis[name]) == repr(value), name
    assert repr(off.tables) == repr(absent.tables)
    same = len(absent.kpis.keys() - ignored)
    book.holds(f"KPIs with {lever} at zero", "same as without", same, "identity")


def test_vendors_equal_but_for_name_and_price_differ_in_money_only() -> None:
    small = {"scale": 0.02, "days": 200}
    cheap = outcome(run(scenario("generalist", **small), 0))
    dear = outcome(run(scenario("generalist", f"{G}.price.usd_per_hour=44", **small), 0))
    paid = {
        "money.fees_usd",
        "money.left_work_usd",
        "money.net_value_usd",
        "money.tco",
        "money.tco_with_revenue",
        "money.cost_per_transaction",
        "money.cost_to_collect",
        "vendor.margin_usd",
        "vendor.margin_share",
    }
    differ = {n for n, v in cheap.kpis.items() if repr(v) != repr(dear.kpis[n])}
    assert differ == paid
    assert dear.kpis["money.fees_usd"] == pytest.approx(2 * cheap.kpis["money.fees_usd"])


def test_vendors_equal_but_for_their_names_differ_in_nothing_but_their_luck_with_breaches() -> None:
    plain = scenario("generalist", scale=0.02, days=200)
    [vendor] = plain.vendors
    renamed = plain.model_copy(
        update={
            "vendors": (vendor.model_copy(update={"name": "other"}),),
            "teams": tuple(t.model_copy(update={"vendor": "other"}) for t in plain.teams),
        }
    )
    one, two = (outcome(run(s, 0)) for s in (plain, renamed))
    differ = {n for n, v in one.kpis.items() if repr(v) != repr(two.kpis[n])}
    assert differ <= {"money.breach_drawn_usd"}
    for name in ("monthly", "queues", "money", "people"):
        assert repr(one.tables[name]) == repr(two.tables[name])


@pytest.mark.parametrize("name", ["", "five_functions_"])
def test_a_shock_of_the_hospital_hits_all_vendors_alike(name: str) -> None:
    surge = "timeline=[{kind: volume, on: 2025-03-01, until: 2025-05-01, factor: 1.5}]"
    small = {"scale": 0.02, "days": 160}
    records = [
        run(scenario(f"{name}{v}", surge, **small), 0).claims
        for v in ("generalist", "specialized", "in_house")
    ]
    first, *others = records
    for other in others:
        for column in ("key", "day", "expected", "payer", "setting"):
            assert first[column].tolist() == other[column].tolist()
    surged = ((first["day"] >= 59) & (first["day"] < 120)).sum() / 61
    usual = (first["day"] < 59).sum() / 59
    assert surged > 1.3 * usual


def test_an_evidence_trail_wins_against_a_payers_machine() -> None:
    machine = (
        "timeline=[{kind: payer_ai, on: 2025-01-02, found_share: 0.5, false_share: 0.05, "
        "contest_share: 0.2, contest_with_trail_share: 0.9}]"
    )
    without = kpis(scenario("generalist", machine, **SIZE))
    with_trail = kpis(scenario("generalist", machine, f"{G}.denials.evidence_trail=true", **SIZE))
    assert with_trail["denials.final_rate"] < without["denials.final_rate"]
    assert with_trail["denials.initial_rate"] == pytest.approx(
        without["denials.initial_rate"], abs=0.01
    )


def machines(*events: tuple[str, float]) -> list[str]:
    """Payers' machines that find nothing, and deny a part of the clean claims of some payers."""
    lines = ", ".join(
        f"{{kind: payer_ai, on: 2025-01-02, payers: [{payer}], found_share: 0, "
        f"false_share: {share}, contest_share: 0.3, contest_with_trail_share: 0.7}}"
        for payer, share in events
    )
    return [f"timeline=[{lines}]", *faultless("generalist"), "hospital.scrubber_edit_share=0"]


def test_each_machine_denies_what_it_was_said_to() -> None:
    """Two payers with a machine each, in a world without a fault: each denies its own share."""
    given = {"commercial": 0.3, "medicare": 0.05}
    scene = scenario("generalist", *machines(*given.items()), scale=0.1, days=120, last=20)
    claims = run(scene, 0).claims
    answered = claims["first_outcome"] != First.NONE_YET
    for payer, share in given.items():
        mine = answered & (claims["payer"] == PAYERS.index(payer))
        denied = int((mine & (claims["first_outcome"] == First.DENIED)).sum())
        count = int(mine.sum())
        # Five standard errors: exceeded by chance once in two million times.
        within = 5 * (share * (1 - share) / count) ** 0.5
        assert denied / count == pytest.approx(share, abs=within), payer


def test_the_order_of_machines_in_the_file_does_not_matter() -> None:
    events = [("commercial", 0.3), ("medicare", 0.05)]
    one, other = (
        run(scenario("generalist", *machines(*order), days=120, last=20), 0)
        for order in (events, events[::-1])
    )
    assert digests(one) == digests(other)
