"""What a user would hold of a simulated hospital: its people, its counts and its remittances."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sim.calibrate.read.event_log import Log
from sim.model.codes import First
from sim.model.kernel.knowledge import practise
from sim.model.kernel.rows import Agent
from sim.model.simulation import Simulation
from sim.record.record import Record
from sim.scenario.schema import Scenario
from tests.extracts import write_csv
from tests.scenarios import replaced, world_of

FILING = {
    "medicare": "MA",
    "medicare_advantage": "16",
    "commercial": "CI",
    "managed_medicaid": "HM",
    "medicaid": "MC",
    "other": "ZZ",
}


def people(record: Record, scenario: Scenario, folder: Path) -> Path:
    """The table of people: everybody who was there at any time of the run."""
    start, agents = scenario.start, record.agents
    rows = [["Employee ID", "Hire Date", "Term Date", "Credential"]]
    for who, hired, left, held in zip(
        agents["agent"],
        agents["hired_day"],
        agents["left"],
        agents["entry_certification"],
        strict=True,
    ):
        rows.append([who, str(start + timedelta(days=int(np.floor(hired)))), left, held])
    return write_csv(folder / "people.csv", rows)


def counts(record: Record, scenario: Scenario, folder: Path) -> Path:
    """Daily counts by setting and payer, days without claims included."""
    claims, facts = record.claims, record.facts
    found = Counter(
        zip(
            claims["day"].tolist(),
            claims["setting"].tolist(),
            claims["payer"].tolist(),
            strict=True,
        )
    )
    rows: list[list[object]] = [["Date", "Setting", "Payer", "Count"]]
    for day in range(facts.horizon_days):
        for s, setting in enumerate(facts.settings):
            for p, payer in enumerate(facts.payers):
                on = scenario.start + timedelta(days=day)
                rows.append([on.isoformat(), setting, payer, found.get((day, s, p), 0)])
    return write_csv(folder / "counts.csv", rows)


def remittances(record: Record, scenario: Scenario, folder: Path) -> Path:
    """An 835 for each payer and day, of the first adjudication of each claim."""
    claims, facts = record.claims, record.facts
    code = [
        c.carc[0] for c in sorted(scenario.categories, key=lambda c: facts.categories.index(c.name))
    ]
    by_day: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for i in np.flatnonzero(claims["adjudicated"]):
        money = claims["expected"][i] / 100
        category, bill = claims["denied_for"][i], "11" if claims["setting"][i] == 0 else "13"
        reason = "45"
        if category >= 0:
            reason = code[category]
        elif claims["first_outcome"][i] == First.ASKED:
            reason = "252"
        paid = money if reason == "45" else 0.0
        payer = facts.payers[claims["payer"][i]]
        by_day[int(claims["closed_day"][i]), int(claims["payer"][i])].append(
            f"CLP*C{i}*{1 if paid else 4}*{2.5 * money:.2f}*{paid:.2f}**{FILING[payer]}*9*{bill}*1~"
            f"CAS*CO*{reason}*{2.5 * money - paid:.2f}~"
        )
    text = []
    for k, ((day, payer), lines) in enumerate(sorted(by_day.items())):
        on: date = scenario.start + timedelta(days=max(day, 0))
        text.append(
            f"ST*835*{k:05}~BPR*I*1*C*ACH************{on:%Y%m%d}~N1*PR*{facts.payers[payer]}~"
            f"{''.join(lines)}SE*{4 + 2 * len(lines)}*{k:05}~"
        )
    path = folder / "paid.835"
    path.write_text("".join(text))
    return path


def work_log(scenario: Scenario, replication: int, activity: str) -> Log:
    """Every item that the people of a run have done, as a log of starts and ends of work.

    The run is watched where people practise: once for each item, when it is done.
    """
    rows: list[tuple[int, float, float]] = []

    def noting(agent: Agent, skill: int, months: float) -> None:
        now = float(world.engine.env.now)
        if now < scenario.horizon_days:  # after it nobody joins or leaves, and work runs out
            begun = now * 86_400 - months * agent.month_minutes * 60
            rows.append((agent.index, begun, now * 86_400))
        practise(agent, skill, months)

    world = world_of(scenario, replication)
    with replaced(practise, noting):
        Simulation(world).run()
    person, start, end = (np.array(column) for column in zip(*rows, strict=True))
    begin = (scenario.start - date(1970, 1, 1)).days * 86_400.0
    case = np.arange(len(rows))
    return Log(
        case,
        np.zeros(len(rows), np.int64),
        person.astype(np.int64),
        begin + start,
        begin + end,
        [activity],
        True,
    )
