"""Event logs and daily counts: forms of files, what is refused, and what a real log says."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.calibrate.evidence import Fit
from sim.calibrate.fit.residual import fit_stays
from sim.calibrate.practice import Practice
from sim.calibrate.problems import InputError
from sim.calibrate.read.event_log import EPOCH, Log, read_text_log
from sim.calibrate.read.mapping import OwnNames
from sim.calibrate.read.xes import read_xes
from sim.calibrate.sources import recognise
from sim.calibrate.work import staff_of, stays_of
from sim.cli import BAD_INPUT, FINE
from sim.scenario.load import load, shipped_configs
from tests.extracts import AS_OF, calibrated, work_log, write_csv

GENERALIST_MULTIPLIER = 0.85
HEAD = ["case_id", "activity", "resource", "start_time", "end_time"]


def clock(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def log_rows(log: Log, written: str = "%Y-%m-%dT%H:%M:%S") -> list[list[str]]:
    return [
        [
            f"C{c}",
            log.activities[a],
            f"Zhao {r}",
            clock(s).strftime(written),
            clock(e).strftime(written),
        ]
        for c, a, r, s, e in zip(
            log.case, log.activity, log.resource, log.start, log.end, strict=True
        )
    ]


def told(folder: Path) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads((folder / "out" / "evidence.json").read_text())["fields"]
    return fields


def test_a_log_says_what_was_put_in(tmp_path: Path) -> None:
    log = work_log(3, a_day=2)
    path = write_csv(tmp_path / "log.csv", [HEAD, *log_rows(log)])
    assert calibrated(tmp_path, path) == FINE
    fields = told(tmp_path)
    assert "seen: " in fields["people.novice_slowdown"]["method"]
    for queue, activity in (("coding_inpatient", 0), ("follow_up", 3)):
        field = fields[f"queues.{queue}.minutes"]
        settled = float(field["method"].rpartition("÷ ")[2].split()[0])
        seen = field["value"] * GENERALIST_MULTIPLIER * settled
        # Logs of 1 + 0.4 · activity, people's 0.3 and items' 1.0, cut off at four hours.
        assert seen == pytest.approx(np.exp(1 + 0.4 * activity + 0.045 + 0.5), rel=0.12)
        assert "of their sittings" in field["method"]
    assert fields["people.speed_sigma"]["low"] < 0.3 < fields["people.speed_sigma"]["high"]
    written = b"".join(p.read_bytes() for p in (tmp_path / "out").iterdir())
    assert b"Zhao" not in written


def test_forms_of_one_log_say_the_same(tmp_path: Path) -> None:
    log = work_log(4, veterans=15, newcomers=5, a_day=1)
    rows = log_rows(log)
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(
        gzip.compress("\n".join(",".join(row) for row in [HEAD, *rows]).encode("utf-8"))
    )
    american = log_rows(log, "%m/%d/%Y %I:%M:%S %p")
    named = ["Claim Number", "Task", "User ID", "Started", "Finished"]
    moments = [
        [case, activity, who, when, transition]
        for case, activity, who, start, end in rows
        for when, transition in ((start, "start"), (end, "complete"))
    ]
    files = [
        write_csv(tmp_path / "a.csv", [HEAD, *rows]),
        packed,
        write_csv(tmp_path / "c.txt", [named, *american], delimiter=";", encoding="utf-16"),
        write_csv(
            tmp_path / "d.csv",
            [
                [
                    "case:concept:name",
                    "concept:name",
                    "org:resource",
                    "time:timestamp",
                    "lifecycle:transition",
                ],
                *moments,
            ],
        ),
        xes(tmp_path / "e.xes", rows),
    ]
    first = None
    for path in files:
        assert calibrated(tmp_path, path) == FINE
        found = {p: (f["value"], f["n"]) for p, f in told(tmp_path).items()}
        first = first or found
        assert found == first, path.name
        assert found["queues.edits.minutes"][0]


def xes(path: Path, rows: list[list[str]]) -> Path:
    """A log in XES, a trace for each case."""
    traces = "".join(
        f'<trace><string key="concept:name" value="{case}"/>'
        + "".join(
            f'<event><string key="concept:name" value="{activity}"/>'
            f'<string key="org:resource" value="{who}"/>'
            f'<string key="lifecycle:transition" value="{word}"/>'
            f'<date key="time:timestamp" value="{when}.000+00:00"/></event>'
            for when, word in ((start, "start"), (end, "complete"))
        )
        + "</trace>"
        for case, activity, who, start, end in rows
    )
    path.write_text(f'<?xml version="1.0"?>\n<log>{traces}</log>', encoding="utf-8")
    return path


def test_entities_of_xes_are_never_looked_up(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xes"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">'
        '<!ENTITY c SYSTEM "file:///etc/hostname">]><log><trace>&b;&c;</trace></log>'
    )
    with pytest.raises(InputError, match="document type"):
        read_xes(path, AS_OF)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<log><trace>", "not well-formed XML"),
        ("<log>" * 200, "deep"),
        ("<log></log>", "cannot be used"),
    ],
)
def test_broken_xes(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xes"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_xes(path, AS_OF)


def test_a_packed_log_that_is_cut_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = log_rows(work_log(4, veterans=15, newcomers=5))
    whole = gzip.compress("\n".join(",".join(row) for row in [HEAD, *rows]).encode())
    (tmp_path / "a.csv.gz").write_bytes(whole[: len(whole) // 2])
    assert calibrated(tmp_path, tmp_path / "a.csv.gz") == BAD_INPUT
    assert "cut off or broken" in capsys.readouterr().err


def test_few_newcomers_are_refused(tmp_path: Path) -> None:
    rows = log_rows(work_log(5, veterans=40, newcomers=12))
    assert calibrated(tmp_path, write_csv(tmp_path / "log.csv", [HEAD, *rows])) == FINE
    field = told(tmp_path)["people.novice_slowdown"]
    assert field["status"] == "refused"
    assert field["reason"].startswith("needs 15 newcomers, there are 1")


def test_own_words_for_queues(tmp_path: Path) -> None:
    log = work_log(6, a_day=1)
    log.activities[:] = ["Code IP", "Code OP", "Fix edit", "Call payer"]
    path = write_csv(tmp_path / "log.csv", [HEAD, *log_rows(log)])
    assert calibrated(tmp_path, path) == FINE
    assert told(tmp_path)["queues.*.minutes"]["status"] == "refused"
    names = tmp_path / "names.yaml"
    names.write_text("words: {queue: {Code IP: coding_inpatient, Call payer: follow_up}}\n")
    assert calibrated(tmp_path, path, "--map", names) == FINE
    assert "queues.follow_up.minutes" in told(tmp_path)
    assert "queues.edits.minutes" not in told(tmp_path)


def test_terms_of_the_scenario_give_back_what_is_seen() -> None:
    practice = Practice(entry=0.1, forgetting=0.02, per_month=0.86)
    slowdown, learning = practice.terms(0.4, 0.25)
    rate = learning * practice.per_month
    settled = rate / (rate + practice.forgetting)
    first, last = 1 + slowdown * (1 - practice.entry), 1 + slowdown * (1 - settled)
    assert first / last - 1 == pytest.approx(0.4)
    assert rate + practice.forgetting == pytest.approx(0.25)
    assert practice.settled_slowdown(slowdown, learning) == pytest.approx(last)


def test_the_bank_of_2016(shared_data: Path, tmp_path: Path) -> None:
    """What the log of BPI Challenge 2017 says: rate, shape, slowdown, learning rate, in seconds."""
    path = shared_data / "eventlogs_4tu_noncommercial" / "bpic2017_w.csv.gz"
    words = ("--vendor", "in_house")
    begun = time.process_time()
    assert calibrated(tmp_path, path, *words, base="checks/bank_newcomers.yaml") == FINE
    assert time.process_time() - begun < 20  # 4 s on an idle core
    fields = told(tmp_path)
    rate = fields["vendors.in_house.turnover.annual_rate"]
    assert rate["value"] == pytest.approx(0.62, abs=0.02)
    assert rate["low"] < 0.52 < rate["high"]
    assert fields["vendors.in_house.turnover.shape"]["value"] == pytest.approx(1.0, abs=0.05)
    assert fields["people.novice_slowdown"]["value"] == pytest.approx(0.97, abs=0.05)
    vendor = load(shipped_configs() / "checks" / "bank_newcomers.yaml").scenario.vendors[0]
    practice = vendor.target_occupancy * 0.94
    learning = fields[f"vendors.{vendor.name}.learning.domain_per_month"]["value"] * practice
    assert learning == pytest.approx(0.78, abs=0.05)
    assert fields["people.speed_sigma"]["value"] == pytest.approx(0.485, abs=0.03)


def test_leaving_out_who_did_little_makes_turnover_lower(shared_data: Path) -> None:
    """Those with 200 items and more stayed longer than others; early leavers are not among them."""
    path = shared_data / "eventlogs_4tu_noncommercial" / "bpic2017_w.csv.gz"
    [extract] = recognise([path], OwnNames())
    assert extract.found is not None
    log = read_text_log(path, extract.header, extract.found, AS_OF, "")
    many, everybody = (
        fit_stays(stays_of(staff_of(log, least_items=least))).rate.value for least in (200, 1)
    )
    assert many == pytest.approx(0.55, abs=0.02)
    assert everybody == pytest.approx(0.62, abs=0.02)


@pytest.mark.parametrize("name", ["hospital_billing_100k.csv.gz"])
def test_arrivals_of_an_anonymised_log_are_refused(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "eventlogs_4tu_noncommercial" / name
    assert calibrated(tmp_path, path) == FINE
    fields = told(tmp_path)
    assert all(field["status"] == "refused" for field in fields.values())
    assert "weekdays are alike" in fields["hospital.arrivals.day_cv"]["reason"]


def daily_rows(days: int = 800, seed: int = 1) -> list[list[str]]:
    """Counts by setting and day in a long table, as a hospital's system gives them."""
    rng = np.random.default_rng(seed)
    start = AS_OF - timedelta(days=days)
    rows = [["Date of Service", "Patient Class", "Charts"]]
    for i in range(days):
        day = start + timedelta(days=i)
        for setting, mean in (("IP", 50.0), ("OP", 900.0 if day.weekday() < 5 else 200.0)):
            expected = mean * (1 + 0.1 * (day.month == 1)) * rng.gamma(100, 0.01)
            rows.append([day.isoformat(), setting, str(rng.poisson(expected))])
    return rows


def test_daily_counts(tmp_path: Path) -> None:
    rows = daily_rows()
    # Fewer inpatients come at weekends; were all days alike, the dates would pass for shifted.
    for row in rows[1:]:
        if row[1] == "IP" and date.fromisoformat(row[0]).weekday() >= 5:
            row[2] = str(int(int(row[2]) * 0.7))
    assert calibrated(tmp_path, write_csv(tmp_path / "counts.csv", rows)) == FINE
    fields = told(tmp_path)
    cv = fields["hospital.arrivals.day_cv"]
    assert cv["low"] <= 0.10 <= cv["high"]
    yearly = fields["hospital.outpatient.claims_per_year"]
    assert yearly["value"] == pytest.approx(
        (5 * 900 + 2 * 200) / 7 * 365.25 * (1 + 0.1 / 12), rel=0.03
    )
    weekdays = fields["hospital.outpatient.weekday_profile"]["value"]
    assert np.mean(weekdays[:5]) / np.mean(weekdays[5:]) == pytest.approx(4.5, rel=0.1)
    months = fields["hospital.arrivals.month_profile"]["value"]
    assert months[0] == max(months)


def test_counts_of_few_weeks_are_refused(tmp_path: Path) -> None:
    assert calibrated(tmp_path, write_csv(tmp_path / "counts.csv", daily_rows(60))) == FINE
    assert "needs 13 weeks" in told(tmp_path)["hospital.arrivals.day_cv"]["reason"]


def test_what_is_no_count_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = daily_rows(60)
    rows[7][2] = "many"
    assert calibrated(tmp_path, write_csv(tmp_path / "counts.csv", rows)) == BAD_INPUT
    said = capsys.readouterr().err
    assert "counts.csv, row 8, column Charts: text of the form 'aaaa' is no count" in said


def test_better_evidence_wins(tmp_path: Path) -> None:
    from sim.calibrate.calibration import best_of

    log = Fit("a.b", "", "log.csv", "", "B", value=1.0)
    table = Fit("a.b", "", "staff.csv", "", "A", value=2.0)
    kept = {fit.source: fit for fit in best_of([log, table])}
    assert kept["staff.csv"].value == 2.0
    assert kept["log.csv"].reason == "staff.csv says it better"
    few, many = replace(log, n=10), replace(log, n=20, n_of="days", source="more.csv")
    kept = {fit.source: fit for fit in best_of([few, many])}
    assert kept["more.csv"].value == 1.0
    assert kept["log.csv"].reason == "more.csv says it with more (20 days)"
