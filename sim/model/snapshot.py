"""The stock of a running world on a morning, as a planner would write it as today's.

Of a claim it is not told what its coders got wrong: a planner does not write that either. What
nobody can bring in any more is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

from sim.model.codes import CATEGORIES, QUEUES, SETTINGS, SKILLS, Decision, Errand, Queue, Stage
from sim.model.histories import DENIALS
from sim.model.kernel.knowledge import knowledge_at
from sim.model.kernel.payer import denied_for
from sim.model.kernel.ports import Objects, decision_luck
from sim.model.kernel.rows import Claim
from sim.model.kernel.work import WANTED
from sim.model.pending import APPEAL, AWAITED, BILL_HOLD, CORRECTION, PHYSICIAN, RECORDS, REPLY
from sim.model.simpy_engine import SimPyEngine
from sim.model.simulation import Simulation
from sim.model.workforce import Team
from sim.model.world import World
from sim.scenario.schema import Scenario
from sim.scenario.stock import NOT_TAKEN, latest_age

SINGLE_DAYS, BAND_DAYS = 7, 7
"""Ages that have a line each, and how many older ones share one."""


class Work(NamedTuple):
    """What lines of open work have in common."""

    queue: str
    payer: str
    setting: str
    category: str
    level: str
    age_from_days: int
    age_to_days: int


class Sent(NamedTuple):
    """What lines of what waits for others have in common."""

    payer: str
    setting: str
    awaiting: str
    level: str
    from_date: str
    to_date: str


@dataclass(slots=True)
class Snapshot:
    """A morning: lines of claims with their number and cents, persons, and open positions.

    `persons` holds, by team, certification, date of hire, full-time share, and knowledge by skill
    and of the client; `requisitions` the days for which positions have been open.
    """

    on: date
    open_work: dict[Work, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    at_payers: dict[Sent, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    persons: dict[str, list[dict[str, str | float]]] = field(default_factory=dict)
    requisitions: dict[str, list[int]] = field(default_factory=dict)


class _SeenError(Exception):
    """The day has come: the rest of the run is not of interest."""


def snapshot(scenario: Scenario, replication: int, on: date) -> Snapshot:
    """What is there on the morning of a day of a replication, before anything happens on it."""
    world = World(scenario, replication, SimPyEngine)
    day = world.calendar.day_of(on)
    if not 0 <= day < scenario.horizon_days:
        raise ValueError(f"{on} lies outside the run")
    taken = Snapshot(on)

    def look(today: int) -> None:
        if today == day:
            _Look(world, day, taken).take()
            raise _SeenError

    with suppress(_SeenError):
        Simulation(world, look).run()
    return taken


class _Look:
    """One look around."""

    def __init__(self, world: World, day: int, into: Snapshot) -> None:
        state = world.state
        assert isinstance(state, Objects)
        self._world, self._state, self._day, self._into = world, state, day, into
        self._payers = world.scenario.payers

    def take(self) -> None:
        """Count everything."""
        busy = set()
        for queue, claim, since in self._waiting():
            self._count_work(queue, claim, since)
            busy.add(claim.index)
        for awaited, claim, sent in self._away(busy):
            self._count_sent(awaited, claim, sent)
        for team in self._world.teams:
            if team.is_open:
                self._count_people(team)

    def _waiting(self) -> Iterator[tuple[int, Claim, float]]:
        """Queue, claim and time of coming of all that waits or is in somebody's hands."""
        state = self._state
        for queue, heap in enumerate(state.heaps):
            for _, ticket, since, claim in sorted(heap, key=lambda entry: entry[:2]):
                if claim.ticket == ticket:
                    yield state.queues[queue].kind, claim, since
        for agent in state.agents:
            if agent.hand_queue >= 0 and not agent.gone:
                claim = state.claims[agent.hand_claim]
                kind = state.queues[agent.hand_queue].kind
                if claim.stage != Stage.CLOSED and WANTED[kind](claim):
                    yield kind, claim, agent.hand_since

    def _away(self, busy: set[int]) -> Iterator[tuple[int, Claim, int]]:
        """What others have: what is awaited, claim, and day since when."""
        state, day = self._state, self._day
        for due in sorted(state.agenda):
            for errand, claim, value in state.agenda[due] if due >= day else ():
                payer = state.payers[claim.payer]
                if errand == Errand.RECORDS_DECIDED:
                    first, last = payer.records_first_day, payer.records_last_day
                    luck = decision_luck(state, claim, Decision.RECORDS_LAG)
                    yield RECORDS, claim, min(due - round(first + (last - first) * luck), day)
                elif errand == Errand.DECIDED and state.kinds[value >> 1].clinical:
                    yield APPEAL, claim, min(due - payer.decision_days[claim.appeal_level], day)
                elif errand == Errand.DECIDED:
                    yield CORRECTION, claim, min(due - payer.corrected_reply_days, day)
                elif errand == Errand.ANSWER and claim.coder >= 0:
                    usual = round(state.house.query_median_days)
                    yield PHYSICIAN, claim, min(due - usual, day - 1)
        for night, claims in sorted(state.outbox.items()):
            for claim in claims:
                if night >= day:
                    yield BILL_HOLD, claim, claim.day
                else:  # it goes out with the file of last night
                    yield REPLY, claim, day
        for claim in state.claims:
            if claim.stage == Stage.SUBMITTED and claim.index not in busy:
                yield REPLY, claim, claim.submitted_day

    def _count_work(self, queue: int, claim: Claim, since: float) -> None:
        name = QUEUES[queue]
        if name in NOT_TAKEN:
            return
        payer = self._payers[claim.payer]
        level = claim.appeal_level + 1 if queue == Queue.DENIALS_CLINICAL else 0
        latest = latest_age(self._world.scenario, name, payer, level or 1)
        age = max(0, ceil(self._day - since - 1e-9))
        if latest is not None and age > latest:
            if queue not in DENIALS:
                return
            age = latest  # at a later level, which may be appealed for longer
        category = CATEGORIES[denied_for(claim)] if queue in DENIALS else ""
        least, most = _band(age)
        most = most if latest is None else min(most, latest)
        at = str(level or "")
        line = Work(name, payer.name, SETTINGS[claim.setting], category, at, least, most)
        open_cents = claim.short_cents if queue == Queue.UNDERPAYMENTS else _open_cents(claim)
        _add(self._into.open_work[line], open_cents)

    def _count_sent(self, awaited: int, claim: Claim, since: int) -> None:
        on = (self._into.on - timedelta(self._day - since)).isoformat()
        payer, setting = self._payers[claim.payer].name, SETTINGS[claim.setting]
        level = str(claim.appeal_level + 1) if awaited == APPEAL else ""
        line = Sent(payer, setting, AWAITED[awaited], level, on, on)
        _add(self._into.at_payers[line], _open_cents(claim))

    def _count_people(self, team: Team) -> None:
        """The persons of a team, and the positions for which people are sought."""
        now = float(self._day)
        rows: list[dict[str, str | float]] = []
        for agent in team.employed:
            crew = self._state.crews[agent.row.crew]
            domain, client = knowledge_at(crew, agent.row, now)
            hired = self._into.on - timedelta(min(ceil(now - agent.hired), 365 * 50))
            rows.append(
                {
                    "certification": agent.certification,
                    "hired": hired.isoformat(),
                    "fte": round(agent.row.hours_share, 4),
                    "also": ";".join(agent.also),
                    "speed": f"{1.0 / agent.row.speed:.6f}",
                    **{f"knowledge_{s}": round(x, 4) for s, x in zip(SKILLS, domain, strict=True)},
                    "knowledge_client": round(client, 4),
                }
            )
        self._into.persons[team.name] = rows
        pipeline = team.personnel.pipeline
        opened = team.personnel.opened[-pipeline:] if pipeline else []
        self._into.requisitions[team.name] = [int(now - at) for at in opened]


def _open_cents(claim: Claim) -> int:
    """What may still be paid."""
    worth = claim.expected - claim.under_cents - claim.cdi_cents + claim.over_cents
    return max(1, worth - claim.paid_cents)


def _add(line: list[int], cents: int) -> None:
    line[0] += 1
    line[1] += cents


def _band(age: int) -> tuple[int, int]:
    """Least and greatest age of the line that an age belongs to."""
    if age <= SINGLE_DAYS:
        return age, age
    least = SINGLE_DAYS + 1 + (age - SINGLE_DAYS - 1) // BAND_DAYS * BAND_DAYS
    return least, least + BAND_DAYS - 1
