"""Today's stock as written: lines or CSV files, and what contradicts its date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.scenario.load import ScenarioError, load
from sim.scenario.stock import at_payers, open_work
from sim.study.store import content_hash, content_of
from tests.today import AT_PAYERS, OPEN_WORK, SIZE, START, today

DENIAL = {
    "queue": "denials_technical",
    "payer": "commercial",
    "age_from_days": 0,
    "age_to_days": 30,
    "count": 2,
    "amount_usd": 100,
}
SENT = {
    "payer": "commercial",
    "from_date": "2025-02-01",
    "to_date": "2025-03-01",
    "count": 2,
    "amount_usd": 100,
}
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "of another day": (
        {"as_of": "2025-03-02"},
        "state.as_of:",
        "is 2025-03-02, but the run starts on 2025-03-03",
    ),
    "unknown payer": (
        {"open_work": [{**DENIAL, "payer": "comercial"}]},
        "state.open_work.0.payer:",
        'did you mean "commercial"?',
    ),
    "unknown queue": (
        {"open_work": [{**DENIAL, "queue": "denials"}]},
        "state.open_work.0.queue:",
        'did you mean "denials_clinical"?',
    ),
    "a queue that nobody serves": (
        {"open_work": [{**DENIAL, "queue": "transcription"}]},
        "state.open_work.0.queue:",
        "no team serves 'transcription'",
    ),
    "visits to come": (
        {"open_work": [{**DENIAL, "queue": "scheduling"}]},
        "state.open_work.0.queue:",
        "'scheduling' cannot be part of the stock",
    ),
    "ages below nothing": (
        {"open_work": [{**DENIAL, "age_from_days": -1}]},
        "state.open_work.0.age_from_days:",
        "greater than or equal to 0",
    ),
    "ages in the wrong order": (
        {"open_work": [{**DENIAL, "age_from_days": 31}]},
        "state.open_work.0.age_to_days:",
        "is 30, below age_from_days (31)",
    ),
    "unsubmitted past the filing limit": (
        {"open_work": [{**DENIAL, "queue": "coding_outpatient", "age_to_days": 180}]},
        "state.open_work.0.age_to_days:",
        "180 days unsubmitted is past what payer 'commercial' allows (filing_limit_days)",
    ),
    "unanswered past its window": (
        {"open_work": [{**DENIAL, "age_to_days": 121}]},
        "state.open_work.0.age_to_days:",
        "allowed: up to 120",
    ),
    "a level of what is not appealed": (
        {"open_work": [{**DENIAL, "level": 1}]},
        "state.open_work.0.level:",
        "only denials_clinical and appeals have one",
    ),
    "a level that a payer does not have": (
        {"open_work": [{**DENIAL, "queue": "denials_clinical", "level": 4}]},
        "state.open_work.0.level:",
        "is 4, but payer 'commercial' has 3 appeal_levels",
    ),
    "unappealed past the window of its level": (
        {"open_work": [{**DENIAL, "queue": "denials_clinical", "level": 2, "age_to_days": 61}]},
        "state.open_work.0.age_to_days:",
        "allowed: up to 60",
    ),
    "a category of another path": (
        {"open_work": [{**DENIAL, "category": "DOC"}]},
        "state.open_work.0.category:",
        "denials for DOC are worked in 'denials_clinical'",
    ),
    "a category where there is none": (
        {"open_work": [{**DENIAL, "queue": "follow_up", "category": "DOC"}]},
        "state.open_work.0.category:",
        "only edits, records",
    ),
    "inpatients among outpatients": (
        {"open_work": [{**DENIAL, "queue": "coding_outpatient", "setting": "inpatient"}]},
        "state.open_work.0.setting:",
        "must be outpatient",
    ),
    "claims for nothing": (
        {"open_work": [{**DENIAL, "amount_usd": 0.01}]},
        "state.open_work.0.amount_usd:",
        "a cent or more for each of 2 claims",
    ),
    "an amount of no claims": (
        {"open_work": [{**DENIAL, "count": 0}]},
        "state.open_work.0.amount_usd:",
        "is 100, but count is 0",
    ),
    "sent tomorrow": (
        {"at_payers": [{**SENT, "to_date": "2025-03-04"}]},
        "state.at_payers.0.to_date:",
        "2025-03-04 lies after the date of the stock; allowed: up to 2025-03-03",
    ),
    "sent before it was sent": (
        {"at_payers": [{**SENT, "to_date": "2025-01-04"}]},
        "state.at_payers.0.to_date:",
        "is 2025-01-04, before from_date",
    ),
    "sent to nobody": (
        {"at_payers": [{**SENT, "payer": "x"}]},
        "state.at_payers.0.payer:",
        "unknown name 'x'",
    ),
    "more than a run can hold": (
        {"at_payers": [{**SENT, "count": 1_000_000, "amount_usd": 1e6}, SENT]},
        "state:",
        "a run can begin with up to 1,000,000",
    ),
    "a position of no team": (
        {"requisitions": [{"team": "a/r", "days_open": 1}]},
        "state.requisitions.0.team:",
        "unknown name 'a/r'",
    ),
    "a position without a date": (
        {"requisitions": [{"team": "ar"}]},
        "state.requisitions.0:",
        "write either expected_start or days_open",
    ),
    "a position of yesterday": (
        {"requisitions": [{"team": "ar", "expected_start": "2025-03-02"}]},
        "state.requisitions.0.expected_start:",
        "is over; allowed: from 2025-03-03 on",
    ),
    "a certificate that nobody knows": (
        {"requisitions": [{"team": "ar", "days_open": 1, "certification": "CPCC"}]},
        "state.requisitions.0.certification:",
        'did you mean "CPC"?',
    ),
    "a class to come": (
        {"classes": [{"team": "ar", "people": 3, "started": "2025-03-10"}]},
        "state.classes.0.started:",
        "lies after the date of the stock",
    ),
    "a class that is over": (
        {"classes": [{"team": "ar", "people": 3, "started": "2024-03-10"}]},
        "state.classes.0.started:",
        "its people are part of the team",
    ),
    "a class of unknown certificates": (
        {"classes": [{"team": "ar", "people": {"CPCC": 3}, "started": "2025-03-03"}]},
        "state.classes.0.people.CPCC:",
        'did you mean "CPC"?',
    ),
}


@pytest.mark.parametrize(("state", "where", "what"), REFUSED.values(), ids=REFUSED)
def test_what_contradicts_its_date_is_refused(state: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ScenarioError) as error:
        today(**{"open_work": [], "at_payers": [], **state})
    [line] = str(error.value).splitlines()
    assert where in line
    assert what in line


def test_a_payer_without_appeals_has_none_open() -> None:
    line = {**DENIAL, "queue": "denials_clinical"}
    with pytest.raises(ScenarioError, match="payer 'commercial' has no appeal_levels"):
        today("payers.commercial.appeal_levels=[]", open_work=[line], at_payers=[])


def csv(path: Path, lines: list[dict[str, Any]]) -> str:
    columns = list(lines[0])
    rows = [columns, *([str(line[c]) for c in columns] for line in lines)]
    path.write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    return str(path)


def test_files_say_the_same_as_lines(tmp_path: Path) -> None:
    written = today()
    read = today(
        open_work=csv(tmp_path / "w.csv", OPEN_WORK), at_payers=csv(tmp_path / "p.csv", AT_PAYERS)
    )
    assert written.state is not None
    assert read.state is not None
    for lines in (open_work, at_payers):
        one, other = ([each.said for each in lines(s)] for s in (written.state, read.state))
        assert one == other
        assert len(one) > 5


def test_a_file_lies_beside_the_scenario_and_counts_by_what_it_says(tmp_path: Path) -> None:
    csv(tmp_path / "stock.csv", OPEN_WORK)
    said = [
        f"extends: generalist.yaml\nstart: {START}",
        *(f"{k}: {v}" for k, v in SIZE.items()),
        f"state: {{as_of: {START}, open_work: stock.csv}}\n",
    ]
    (tmp_path / "today.yaml").write_text("\n".join(said), encoding="utf-8")
    scene = load(tmp_path / "today.yaml").scenario
    assert scene.state is not None
    assert scene.state.open_work == str(tmp_path / "stock.csv")
    before = content_hash(content_of(scene))
    csv(tmp_path / "stock.csv", OPEN_WORK[:-1])
    assert content_hash(content_of(scene)) != before


SPOILT = {
    "no file": (None, "cannot be read: No such file"),
    "an unknown column": ("queue,payer,amount", "stock.csv:1: amount: unknown name 'amount'"),
    "a column twice": ("queue,queue", "stock.csv:1: queue: stands in the header twice"),
    "a column less": (
        "queue,payer,age_from_days,age_to_days,count",
        "stock.csv:1: the header lacks amount_usd",
    ),
    "a cell less": (
        "queue,payer,age_from_days,age_to_days,count,amount_usd\nedits,medicare,0,1,2",
        "stock.csv:2: 5 cells instead of 6",
    ),
    "half a claim": (
        "queue,payer,age_from_days,age_to_days,count,amount_usd\nedits,medicare,0,1,2.5,9",
        "stock.csv:2: count: should be a valid integer",
    ),
    "an age below nothing": (
        "queue,payer,age_from_days,age_to_days,count,amount_usd\nedits,medicare,-3,1,2,9",
        "stock.csv:2: age_from_days: should be greater than or equal to 0 (got '-3')",
    ),
    "an unknown payer": (
        "queue,payer,age_from_days,age_to_days,count,amount_usd\n\nedits,medicair,0,1,2,9",
        "stock.csv:3: payer: unknown name 'medicair'",
    ),
    "an empty cell": (
        "queue,payer,age_from_days,age_to_days,count,amount_usd\nedits,medicare,0,1,,9",
        "stock.csv:2: count: Field required",
    ),
}


@pytest.mark.parametrize(("text", "what"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_file_is_refused_by_line(tmp_path: Path, text: str | None, what: str) -> None:
    path = tmp_path / "stock.csv"
    if text is not None:
        path.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        today(open_work=str(path), at_payers=[])
    [line] = str(error.value).splitlines()
    assert "state.open_work:" in line
    assert what in line
