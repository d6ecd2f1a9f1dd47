"""What happened in a replication, as files: right, readable, the same from both engines."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import sim
from sim.calibrate.read.columns import recognise
from sim.calibrate.read.event_log import Log, read_text_log
from sim.calibrate.read.xes import read_xes
from sim.cli import BAD_INPUT, FINE, main
from sim.model import COMPILED, SIMPY, engines
from sim.model.simulation import run
from sim.record import events as tables
from sim.record.record import Record
from sim.scenario.load import shipped_file
from sim.study import export as exports
from tests.digests import digests
from tests.scenarios import scenario

SHOCK = (
    "timeline=!replace [{kind: attrition_shock, on: 2025-02-12, team: coding_outpatient, "
    "share: 1.0}]"
)
"""Somebody leaves in the middle of a chart."""
SCENE = scenario("generalist", SHOCK, "drain_days=60", scale=0.01, days=90, first=20, last=30)
EVENTS = ("events.csv", "lifecycle.csv", "events.xes.gz", "events.ocel.json")
XES = "{http://www.xes-standard.org/}"
AS_OF = date(2026, 12, 31)


@pytest.fixture(scope="module")
def record() -> Record:
    return run(SCENE, 0, SIMPY, log=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export")
    exports.export(SCENE, out, ("claims", "events", "agents"), engine=SIMPY)
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_log_changes_nothing(record: Record) -> None:
    plain = run(SCENE, 0, SIMPY)
    assert plain.log is None
    assert digests(plain) == digests(record)


@pytest.mark.skipif(engines.choose().name != COMPILED, reason="no compiled engine here")
def test_both_engines_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    exports.export(SCENE, tmp_path, ("claims", "events", "agents"), engine=COMPILED)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted([*EVENTS, "claims.csv", "agents.csv", "export.json"])
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_every_finished_item_is_an_event(record: Record, folder: Path) -> None:
    """As many as the queues count until the end of the run; what is finished later comes after."""
    told = Counter(
        row["activity"]
        for row in rows(folder / "events.csv")
        if row["resource"] and row["end_time"] < "2025-04-01"
    )
    counted: Counter[str] = Counter()
    for queue, finished in zip(record.queues["queue"], record.queues["finished"], strict=True):
        counted[queue] += finished
    assert told == {queue: n for queue, n in counted.items() if n}
    items = Counter(row["resource"] for row in rows(folder / "events.csv") if row["resource"])
    for who in rows(folder / "agents.csv"):  # what agents count is what they did within the run
        assert items[who["resource"]] >= int(who["items"])


def test_claims_tell_what_the_events_tell(record: Record, folder: Path) -> None:
    claims = {row["claim_id"]: row for row in rows(folder / "claims.csv")}
    assert len(claims) == len(record.claims["key"])
    last: dict[str, dict[str, str]] = {}
    first: dict[str, str] = {}
    for row in rows(folder / "events.csv"):
        if row["activity"] in ("paid", "written_off"):
            last[row["case_id"]] = row
        elif row["activity"] == "submitted":
            first.setdefault(row["case_id"], row["end_time"][:10])
    silent = 0
    for name, claim in claims.items():
        assert claim["submitted_on"] == first.get(name, "")
        if claim["stage"] not in ("paid", "closed"):
            assert float(claim["open_usd"]) > 0
        elif claim["waits_in"]:  # only a short payment may still be chased
            assert (claim["stage"], claim["waits_in"]) == ("paid", "underpayments")
        elif name not in last:  # nobody answered in time, which is found out at the end
            assert claim["loss_cause"] == "timely_filing"
            silent += 1
        else:
            end = {"paid": "paid", "closed": "written_off"}[claim["stage"]]
            assert last[name]["activity"] == end
            assert claim["closed_on"] == last[name]["end_time"][:10]
            assert claim["loss_cause"] == last[name]["outcome"]
    assert silent < 0.01 * len(claims)
    total = sum(float(claim["paid_usd"]) for claim in claims.values())
    assert total == pytest.approx(record.claims["paid_cents"].sum() / 100, abs=0.01)


def test_nobody_works_on_two_things_at_once_or_off_duty(record: Record) -> None:
    log = record.log
    assert log is not None
    spells = np.flatnonzero(log.what < tables.FIRST_HAPPENING)
    begun, ended = log.times[spells, 2], log.times[spells, 3]
    assert (begun <= ended).all()
    shift_start, shift_end = 8 / 24, 17 / 24  # eight hours and a break, by the shipped calendar
    assert (begun % 1 >= shift_start - 1e-9).all()
    assert (ended % 1 <= shift_end + 1e-9).all()
    for agent in np.unique(log.agent[spells]):
        mine = np.flatnonzero(log.agent[spells] == agent)
        order = mine[np.argsort(begun[mine], kind="stable")]
        assert (ended[order][:-1] <= begun[order][1:] + 1e-9).all()


def test_items_begin_and_end_once_and_pause_in_between(record: Record) -> None:
    """As the standard lifecycle of XES has it: schedule, start, (suspend, resume), complete."""
    columns = tables.lifecycle_table(record)
    seen: dict[tuple[Any, ...], list[str]] = {}
    for case, activity, who, _, transition in zip(
        *(column.tolist() for column in columns.values()), strict=True
    ):
        if who:
            seen.setdefault((case, activity, who), []).append(transition)
    aborted = 0
    for transitions in seen.values():
        state = "out"
        for transition in transitions:
            allowed = {
                "out": ("start",),
                "in": ("suspend", "complete", "ate_abort"),
                "paused": ("resume", "ate_abort"),
            }[state]
            assert transition in allowed, transitions
            state = {"start": "in", "resume": "in", "suspend": "paused"}.get(transition, "out")
            aborted += transition == "ate_abort"
    assert aborted, "somebody left with work in hand"
    minutes = tables.events_table(record)["worked_minutes"]
    assert np.nanmin(minutes) > 0


def logs(folder: Path) -> dict[str, Log]:
    """The three forms, as `denialloop calibrate` reads them."""
    found = {}
    for name in ("events.csv", "lifecycle.csv"):
        with (folder / name).open(encoding="utf-8") as file:
            header = next(csv.reader(file))
        kind = recognise(header)
        assert kind is not None
        assert kind.kind == "events"
        found[name] = read_text_log(folder / name, 0, kind, AS_OF, "")
    return found | {"events.xes.gz": read_xes(folder / "events.xes.gz", AS_OF)}


def test_what_was_exported_is_read_back(record: Record, folder: Path) -> None:
    columns = tables.events_table(record)
    people = {who for who in columns["resource"].tolist() if who}
    for log in logs(folder).values():
        assert len(log) == len(columns["case_id"])
        assert log.timed
        assert not log.dropped
        assert log.case.max() + 1 == len(np.unique(columns["case_id"]))
        assert log.resource.max() + 1 == len(people)
        read = Counter(log.activities[i] for i in log.activity.tolist())
        assert read == Counter(columns["activity"].tolist())
        seconds = (columns["end_time"] - columns["start_time"]).astype(float).sum()
        assert (log.end - log.start).sum() == pytest.approx(seconds)


def test_xes_keeps_to_its_standard(folder: Path, record: Record) -> None:
    """IEEE 1849: order of parts, declared extensions, global attributes, moments in order."""
    log = ElementTree.fromstring(gzip.decompress((folder / "events.xes.gz").read_bytes()))
    assert log.tag == f"{XES}log"
    assert log.attrib["xes.version"] == "1849-2016"
    order = ["extension", "global", "classifier", "string", "trace"]
    tags = [part.tag.removeprefix(XES) for part in log]
    assert list(dict.fromkeys(tags)) == order
    assert [order.index(tag) for tag in tags] == sorted(order.index(tag) for tag in tags)
    prefixes = {part.attrib["prefix"] for part in log.iter(f"{XES}extension")}
    events = 0
    for trace in log.iter(f"{XES}trace"):
        before = datetime.min
        for event in trace.iter(f"{XES}event"):
            told = {part.attrib["key"]: part.attrib["value"] for part in event}
            assert len(told) == len(event), "no key twice"
            assert {"concept:name", "time:timestamp", "lifecycle:transition"} <= told.keys()
            assert {key.partition(":")[0] for key in told} <= prefixes
            now = datetime.fromisoformat(told["time:timestamp"]).replace(tzinfo=None)
            assert now >= before
            before = now
            events += 1
    assert events == len(tables.lifecycle_table(record)["case_id"])


def test_ocel_keeps_to_its_standard(folder: Path, record: Record) -> None:
    """OCEL 2.0: declared types and attributes, unique names, relations to objects that exist."""
    told = json.loads((folder / "events.ocel.json").read_text("utf-8"))
    assert list(told) == ["objectTypes", "eventTypes", "objects", "events"]
    checks = {
        "string": lambda value: isinstance(value, str),
        "float": lambda value: isinstance(value, float),
        "time": lambda value: datetime.fromisoformat(value).tzinfo is not None,
    }
    names = [each["id"] for each in (*told["objects"], *told["events"])]
    assert len(set(names)) == len(names)
    objects = {each["id"] for each in told["objects"]}
    for types, each_of in (("objectTypes", "objects"), ("eventTypes", "events")):
        known = {t["name"]: {a["name"]: a["type"] for a in t["attributes"]} for t in told[types]}
        for each in told[each_of]:
            for attribute in each["attributes"]:
                assert checks[known[each["type"]][attribute["name"]]](attribute["value"])
                assert types == "eventTypes" or "time" in attribute
            for relation in each["relationships"]:
                assert relation["objectId"] in objects
                assert relation["qualifier"]
    assert len(told["events"]) == len(tables.events_table(record)["case_id"])
    assert all(checks["time"](event["time"]) for event in told["events"])


def test_parquet_keeps_types(tmp_path: Path, record: Record) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    exports.export(SCENE, tmp_path, ("claims.parquet",), engine=SIMPY)
    table = parquet.read_table(tmp_path / "claims.parquet")
    types = {field.name: str(field.type) for field in table.schema}
    assert types["claim_id"] == "int64"
    assert types["appealed"] == "bool"
    assert types["submitted_on"].startswith("date")
    assert types["paid_usd"] == "double"
    assert table.num_rows == len(record.claims["key"])
    never = (record.claims["first_day"] < 0).sum()
    assert table.column("submitted_on").null_count == never


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("agnts", "there is no export 'agnts'; did you mean \"agents\"?"),
        ("events.xml", "there is no export 'events.xml'; did you mean \"events.xes\"?"),
    ],
)
def test_a_wrong_name_is_told_before_anything_runs(
    name: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", str(shipped_file("generalist.yaml")), "--out", str(tmp_path / "out")]
    assert main([*words, "--export", f"claims,{name}"]) == BAD_INPUT
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_parquet_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"claims\.parquet needs pyarrow: pip install"):
        exports.wanted(["claims.parquet", "events"])
    assert exports.wanted(["agents", "claims"]) == ("claims.csv", "agents.csv")


def test_commands_and_library_write_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = {"hospital.scale": 0.005, "kpi_from_days": 10, "kpi_until_days": 20, "horizon_days": 60}
    file = str(shipped_file("generalist.yaml"))
    options = [word for path, value in small.items() for word in ("--set", f"{path}={value}")]
    words = ["--replications", "1", "--workers", "1", "--formats", "none"]
    out = tmp_path / "out"
    asked = ["--out", str(out), "--export", "claims,events.xes"]
    assert main(["compare", file, file, *options, *words, *asked]) == FINE
    assert "What happened in replication 0 of" in capsys.readouterr().out
    made = sorted(path.parent for path in out.rglob("export.json"))
    assert len(made) == 2
    scene = sim.load(file)
    for path, value in small.items():
        scene = scene.set(path, value)
    study = sim.run(scene, replications=1, workers=1, progress=False)
    stale = tmp_path / "own" / "agents.csv"
    stale.parent.mkdir()
    stale.write_text("of another export")
    written = study.export(tmp_path / "own", "claims", "events.xes")
    assert not stale.exists()
    assert [path.name for path in written] == ["claims.csv", "events.xes.gz"]
    for path in written:
        assert path.read_bytes() == (made[0] / path.name).read_bytes()
    with pytest.raises(ValueError, match="there is no scenario 'other'"):
        study.export(tmp_path / "own", scenario="other")
