"""The office all hands share: queues, what is due on which day, and who waits for work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import simpy

from sim.model.agents import Agent
from sim.model.calendar import WorkCalendar
from sim.model.claims import CLOSED, READY, SKILLS, SUBMITTED, Claim
from sim.model.ledger import Ledger
from sim.model.queues import WorkQueue
from sim.model.terms import Terms
from sim.scenario.schema import Scenario

Errand = Callable[[Claim, int, Any], None]


class Office:
    """Queues with their idle agents, and the agenda of dated errands.

    An errand is a call `errand(claim, day, value)` made on the morning of its day, before work
    starts; a day's errands run in the order in which they were put down.
    """

    def __init__(
        self, env: simpy.Environment, scenario: Scenario, calendar: WorkCalendar, ledger: Ledger
    ) -> None:
        self.env = env
        self.calendar = calendar
        self.ledger = ledger
        self.horizon = scenario.horizon_days
        self.outbox: defaultdict[int, list[Claim]] = defaultdict(list)
        """Claims that go out with the file of the night after each day."""
        self.agenda: defaultdict[int, list[tuple[Errand, Claim, Any]]] = defaultdict(list)
        self.queues: dict[str, WorkQueue] = {
            str(q.name): WorkQueue(i, q.name, SKILLS.index(q.skill), q.minutes)
            for i, q in enumerate(scenario.queues)
        }
        self._due_days = {str(q.name): q.due_days for q in scenario.queues}
        self._hold_days = scenario.hospital.bill_hold_days
        serving = {q: [t for t in scenario.teams if q in t.queues] for q in self.queues}
        self._discipline: dict[str, str] = {q: str(teams[0].discipline) if teams else "fifo"
                            for q, teams in serving.items()}  # fmt: skip
        # Dicts as ordered sets: the agent idle longest is woken first.
        self._idle: dict[str, dict[Agent, None]] = {q: {} for q in self.queues}
        self.lapse: Errand
        """What happens to a claim whose deadline passes; set by the payer's desk."""
        self.terms: dict[str, Terms] = {}
        """Terms of the vendor that answers for each queue (the first team that serves it)."""

    def on(self, day: int, errand: Errand, claim: Claim, value: Any = None) -> None:
        """Put an errand down for a day; what lies past the horizon never happens."""
        if day < self.horizon:
            self.agenda[day].append((errand, claim, value))

    def run_errands(self, day: int) -> None:
        """Run the errands of a day."""
        for errand, claim, value in self.agenda.pop(day, ()):
            errand(claim, day, value)

    def enqueue(self, name: str, claim: Claim, due: int | None = None, chance: float = 1.0) -> None:
        """Let a claim wait in a queue, and wake an idle agent for it.

        `due` is the day that the `deadline` discipline looks at; `chance` the win odds that the
        `value` discipline multiplies the expected money with.
        """
        now = self.env.now
        queue = self.queues[name]
        discipline = self._discipline[name]
        if discipline == "fifo":
            key = now
        elif discipline == "deadline":
            key = float(due if due is not None else int(now) + self._due_days[name])
        elif discipline == "value":
            key = -claim.expected * chance / queue.minutes
        else:
            key = queue.minutes / max(chance, 1e-6)
        queue.put(claim, key, now)
        if self._idle[name]:
            self.wake(name)

    def wait(self, agent: Agent) -> None:
        """An agent without work waits at all the queues it may work."""
        for queue in agent.queues:
            self._idle[queue.name][agent] = None

    def stop_waiting(self, agent: Agent) -> None:
        """An agent no longer waits anywhere (also where a certificate since lost let them)."""
        for idle in self._idle.values():
            idle.pop(agent, None)
        agent.idle = None

    def rouse(self, agent: Agent) -> None:
        """Let an agent who waits look again at what there is."""
        event = agent.idle
        if event is not None:
            self.stop_waiting(agent)
            event.succeed()

    def wake(self, name: str) -> None:
        """Wake the agent who has been idle longest at a queue, if there is one."""
        idle = self._idle[name]
        if idle:
            self.rouse(next(iter(idle)))

    def pass_on(self, agent: Agent) -> None:
        """An agent who cannot come wakes another in their stead, where work waits."""
        for queue in agent.queues:
            if queue.level:
                self.wake(queue.name)

    def hand_back(
        self, queue: WorkQueue, entry: tuple[float, int, float, Claim], taken: float
    ) -> None:
        """Take work back from an agent who leaves in the middle of it.

        If the claim has gone on meanwhile (the payer has answered, the visit has taken place or
        been lost), this work is over.
        """
        claim = entry[3]
        elsewhere = claim.ticket
        queue.give_back(entry, taken, self.env.now)
        visit = claim.visit
        too_late = (
            claim.stage == CLOSED
            or (queue.name == "follow_up" and claim.stage != SUBMITTED)
            or (queue.name == "prior_auth" and (visit is None or visit.took_place))
        )
        if elsewhere >= 0 or too_late:
            queue.drop(claim, self.env.now)
            claim.ticket = elsewhere
        elif claim.lapsed_ticket == entry[1]:  # the deadline passed while it was in hand
            self.lapse(claim, int(self.env.now), entry[1])
        else:
            self.wake(queue.name)

    def withdraw(self, claim: Claim) -> None:
        """Take a claim out of the queue it waits in, if it waits."""
        if claim.ticket >= 0:
            for queue in self.queues.values():
                if queue.waiting(claim):
                    queue.drop(claim, self.env.now)
                    return

    def ready(self, claim: Claim, today: int) -> None:
        """A claim may go out: with tonight's file, or that of the day on which its hold ends."""
        claim.stage = READY
        hold_ends = claim.day + self._hold_days
        self.outbox[hold_ends if hold_ends > today else today].append(claim)
