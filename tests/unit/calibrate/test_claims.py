"""835 and 837 files: forms in the field, what is counted, what is noted, what never comes out."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from sim.calibrate.read.claim_files import (
    ClaimFiles,
    asks,
    denial_reason,
    read_claim_files,
    read_text_into,
)
from sim.calibrate.read.identity import Numbers
from sim.calibrate.read.x12 import Problems
from sim.cli import BAD_INPUT, FINE
from sim.scenario.load import load
from tests.extracts import NAMES, calibrated, claim_files

FIELD = {"lfh": (10, 20), "moov": (3, 9), "e8p": (6, 0), "generated": (200, 200)}
"""Answers and claims in the collected files, as other readers count them."""
SENT, PAID = claim_files(400)


def read(*texts: str) -> tuple[ClaimFiles, Problems]:
    found, numbers, problems = ClaimFiles(), Numbers(), Problems()
    for text in texts:
        read_text_into(text, found, numbers, problems)
    return found, problems


@pytest.mark.parametrize("folder", FIELD)
def test_files_of_the_field_are_counted(folder: str, shared_data: Path) -> None:
    paths = [p for p in sorted((shared_data / "x12" / folder).iterdir()) if p.name != "LICENSE"]
    found = read_claim_files(paths)
    assert (len(found.answers), len(found.claims)) == FIELD[folder]


def test_delimiters_come_from_isa_and_may_change_on_the_way() -> None:
    plain, _ = read(SENT, PAID)
    other = PAID.replace("*", "|").replace(":", "^").replace("~", "\n")
    both, problems = read(SENT.replace("~", "~\r\n") + other)
    assert both.claims == plain.claims
    assert both.answers == plain.answers
    assert problems.total <= 4  # the four envelopes that are never closed


def test_a_text_without_isa_is_read_too() -> None:
    plain, _ = read(PAID)
    bare, problems = read(PAID[PAID.index("ST*") :])
    assert bare.answers == plain.answers
    assert not problems.total


def test_an_isa_with_trimmed_elements_gives_its_delimiters() -> None:
    short = "ISA*00**00**ZZ*S*ZZ*R*250630*1200*^*00501*1*0*P*>~" + PAID[PAID.index("GS*") :]
    assert read(short)[0].answers == read(PAID)[0].answers


def test_wrong_counts_are_noted_with_the_segment() -> None:
    text = PAID[PAID.index("ST*") :]
    first = text.index("SE*")
    wrong = text[:first] + "SE*99" + text[text.index("*", first + 3) :]
    _, problems = read(wrong)
    [(segment, said)] = problems.found
    assert segment == text[:first].count("~") + 1
    assert said.startswith("SE counts 99 segments, there are ")


def test_denials_requests_and_contracts_are_told_apart() -> None:
    def answer(*segments: str) -> Any:
        found, _ = read("ST*835*1~BPR*I*1~N1*PR*X~" + "~".join(segments) + "~")
        return found.answers[0]

    contract = answer("CLP*1*1*100*40**CI*9*11", "CAS*CO*45*60")
    denied = answer("CLP*1*4*100*0**CI*9*11", "CAS*CO*45*60**197*40")
    line = answer("CLP*1*1*100*0**CI*9*11", "SVC*HC:1*100*0", "CAS*CO*50*100")
    asked = answer("CLP*1*4*100*0**CI*9*11", "CAS*CO*16*100", "LQ*HE*M127")
    missing = answer("CLP*1*4*100*0**CI*9*11", "CAS*CO*16*100", "LQ*HE*N382")
    deductible = answer("CLP*1*1*100*0*100*CI*9*11", "CAS*PR*1*100")
    back = answer("CLP*1*22*-100*-40**CI*9*11", "CAS*CO*45*-60")
    assert [denial_reason(a) for a in (contract, denied, line, asked, missing)] == [
        "",
        "197",
        "50",
        "16",
        "16",
    ]
    assert [asks(a) for a in (denied, asked, missing)] == [False, True, False]
    assert denial_reason(deductible) == denial_reason(back) == ""


def test_a_folder_of_claim_files(tmp_path: Path) -> None:
    sent, paid = claim_files(12_000)
    folder = tmp_path / "claims"
    folder.mkdir()
    (folder / "a.837").write_text(sent)
    (folder / "b.835").write_text(paid)
    begun = time.process_time()
    assert calibrated(tmp_path, folder) == FINE
    assert time.process_time() - begun < 15  # 3 s on an idle core
    told = json.loads((tmp_path / "out" / "evidence.json").read_text())
    fields = told["fields"]
    low, mode, high = fields["payers.commercial.reply_days"]["value"]
    assert (low, mode, high) == pytest.approx((14, 21, 45), abs=2)
    assert fields["payers.medicare.reply_days"]["value"] == pytest.approx([14, 15, 16], abs=0.5)
    shares = [f["value"] for p, f in fields.items() if p.endswith("claims_share")]
    assert sum(shares) == pytest.approx(1, abs=1e-9)
    assert fields["payers.medicaid.stringency"]["grade"] == "C"
    assert fields["categories.REG.incidence"]["method"].startswith("base × ")
    assert any("first answers deny" in note for note in told["files"][0]["notes"])
    load(tmp_path / "out" / "calibrated.yaml")
    written = b"".join(p.read_bytes() for p in (tmp_path / "out").iterdir())
    for word in (*NAMES, "KX-", "19610203", "JAN"):
        assert word.encode() not in written


def test_own_words_for_payers(tmp_path: Path) -> None:
    for name, text in zip(("a.837", "b.835"), claim_files(2000), strict=True):
        (tmp_path / name).write_text(text)
    names = tmp_path / "names.yaml"
    names.write_text(
        "words: {payer: {Big Health Plan: medicare_advantage, MC: managed_medicaid}}\n"
    )
    words = (tmp_path / "a.837", tmp_path / "b.835", "--map", names)
    assert calibrated(tmp_path, *words) == FINE
    fields = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    assert fields["payers.medicare_advantage.claims_share"]["value"] == pytest.approx(0.5, abs=0.05)
    assert fields["payers.managed_medicaid.claims_share"]["value"] == pytest.approx(0.2, abs=0.05)


def test_answers_alone_say_less(tmp_path: Path) -> None:
    (tmp_path / "b.835").write_text(claim_files(3000)[1])
    assert calibrated(tmp_path, tmp_path / "b.835") == FINE
    fields = json.loads((tmp_path / "out" / "evidence.json").read_text())["fields"]
    assert "(837)" in fields["payers.commercial.reply_days"]["reason"]
    assert fields["payers.commercial.claims_share"]["status"] == "fitted"


def test_nothing_but_envelopes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.x12").write_text("ST*277*0001~BHT*0085*08*1~SE*3*0001~")
    assert calibrated(tmp_path, tmp_path / "a.x12") == BAD_INPUT
    assert "no claim and no answer" in capsys.readouterr().err
