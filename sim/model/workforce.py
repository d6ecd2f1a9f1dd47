"""Teams: a contract for some queues, and the people who fulfil it, day by day and week by week."""

from __future__ import annotations

from collections.abc import Sequence

from sim.model import rules
from sim.model.careers import Career
from sim.model.codes import SKILLS, Queue
from sim.model.draws import Draws
from sim.model.engine import Engine, Process
from sim.model.leads import TeamLeads
from sim.model.ledger import Ledger
from sim.model.openers import Opener, Shares, in_class, sought
from sim.model.personnel import Personnel
from sim.model.roster import Roster
from sim.model.stints import Stint
from sim.model.strain import TeamStrain
from sim.model.terms import charge
from sim.model.workplaces import Workplace
from sim.record.record import CONTRACT_END
from sim.scenario.persons import Person
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Price

DENIALS = (Queue.DENIALS_TECHNICAL, Queue.DENIALS_CLINICAL)
OCCUPANCY_MEMORY = 0.75
"""Weight of the past in the smoothed weekly occupancy: a memory of about four weeks."""


class Team:
    """Agents of one vendor who share some queues. Times are days since the start."""

    def __init__(
        self,
        scenario: Scenario,
        stint: Stint,
        crew: int,
        engine: Engine,
        workplace: Workplace,
        ledger: Ledger,
        draws: Draws,
        heads: tuple[int, float],
        shares: Shares,
        openers: Sequence[Opener],
    ) -> None:
        self.roster = Roster(scenario, stint, crew, engine, workplace, ledger, draws, heads, shares)
        self.vendor = self.roster.vendor
        self._crew = engine.state.crews[crew]
        self._terms = engine.state.terms[crew]
        self.leads = TeamLeads(self.roster)
        self.strain = TeamStrain(
            scenario, self.vendor, self._crew, self._terms, workplace, heads[1], self.leads
        )
        self.personnel = Personnel(scenario, self.roster, self.strain, self.leads)
        self.name = stint.team.name
        self.key = stint.key
        self.queues = self.roster.queues
        self.is_open = False
        self._env = engine.env
        self._ledger = ledger
        self._scenario = scenario
        self._start = scenario.start
        self._first = stint.opens == 0
        self._stint = stint
        self._openers = openers
        self._written = isinstance(stint.team.headcount, dict)
        self._crew_number = crew
        self._kinds = engine.state.queues
        self.time = self.roster.time
        self._seen_busy = 0.0
        self._seen_productive = 0.0

    @property
    def agents(self) -> list[Career]:
        """Everybody ever employed."""
        return self.roster.agents

    @property
    def employed(self) -> list[Career]:
        """Everybody employed now."""
        return self.roster.employed

    @property
    def price(self) -> Price:
        """What the vendor charges now."""
        return self.roster.price

    @property
    def works_denials(self) -> bool:
        """Whether denials are among the team's work."""
        return any(q.kind in DENIALS for q in self.queues)

    # --- the contract -------------------------------------------------------------------------

    def take_over(self) -> None:
        """Answer for the queues from now on, and charge the team's part of the transition."""
        self.roster.count_time()
        self.time.shadowing = False
        self.is_open = True
        usd = self.price.transition_usd / self._stint.teams_of_vendor
        self._ledger.transitions.append((int(self._env.now), usd))
        kinds = [self._kinds[queue.kind] for queue in self.queues]
        for queue in (*self.queues, *(kind for kind in kinds if kind.crew < 0)):
            if queue.crew < 0 or not self._first:
                queue.crew = self._crew_number

    def close(self) -> None:
        """Hand the queues over: everyone leaves, and nobody is hired any more."""
        self.is_open = False
        self.roster.plan = 0
        self.personnel.stop()
        for agent in list(self.employed):
            self.roster.dismiss(agent, CONTRACT_END)

    def freeze(self) -> None:
        """The run is over: whoever is here stays, and works normal hours."""
        self.personnel.stop()
        self.time.end_overtime()

    def charge(self, price: Price) -> None:
        """Go over to a new price."""
        self.roster.charge(price)
        charge(self._terms, price)

    def open_doors(self) -> None:
        """Employ the first team: a stationary mix of tenures, or the go-live team.

        People of a vendor who takes over later do not know this hospital unless the go-live team
        is said to, and watch those who do the work now until they stand at their desks.
        """
        roster, now = self.roster, self._env.now
        self.time.shadowing = self._stint.opens > now
        roster.playbook = roster.settled.client(0.0, 1e9) if self._first else 0.0
        ages = []
        everybody: Sequence[Opener | None] = self._openers or [None] * roster.plan
        if self._first:
            everybody = [*everybody, *self._expect()]
        for opener in everybody:
            agent = roster.employ(opener.person if opener else None)
            age = self._place(agent, opener)
            ages.append(age)
            agent.producing = agent.ready_at <= now
            agent.hired = now - age
            agent.clear_hazard = agent.reviewed_hazard = self.personnel.hazard(age)
            agent.threshold += agent.clear_hazard
            self.personnel.look_back(agent, age, self._written)
            if opener is not None and opener.in_class:
                self.personnel.departures.begin(agent)
            else:
                self.personnel.departures.follow(agent)
        if self.employed:
            roster.playbook = sum(a.client for a in self.employed) / len(self.employed)
        self.leads.open(self._first and self.vendor.go_live_knowledge is None)
        self.strain.open(self.employed, ages, roster.occupancy)
        for agent in self.employed:
            roster.begin(agent)
        self.personnel.review(first=True)

    def _expect(self) -> Sequence[Opener]:
        """Plan with those whom today's stock has on their way; gives who is in class."""
        roster = self.roster
        taught = in_class(self._scenario, self.name, roster.hours_share)
        roster.plan += len(taught)
        for line, people in sought(self._scenario, self.name, roster.hours_share):
            roster.plan += people
            days = (
                float(line.days_open)
                if line.days_open is not None
                else float(((line.expected_start or self._start) - self._start).days)
            )
            person = Person(line.certification) if line.certification else None
            self.personnel.seek(people, days, still=line.days_open is not None, person=person)
        return taught

    def _place(self, agent: Career, opener: Opener | None) -> float:
        """Give somebody of the first team what they know; gives their tenure so far (days)."""
        person = opener.person if opener else None
        age = self._tenure(agent, person)
        self._teach_opener(agent, age, opener)
        if person:
            for skill, level in person.knowledge.items():
                agent.row.knowledge[SKILLS.index(skill)] = level
            if person.client is not None:
                agent.row.client = person.client
        return age

    def _tenure(self, agent: Career, person: Person | None) -> float:
        """Days for which somebody of the first team has been there: as written, or drawn."""
        if person and person.hired:
            return float((self._start - person.hired).days)
        if self.vendor.go_live_knowledge is not None:
            return 0.0
        return self.personnel.stationary_age(agent)

    def _teach_opener(self, agent: Career, age: float, opener: Opener | None) -> None:
        """Give somebody of the first team what go-live or their tenure says, and their desk."""
        start, roster, row = self.vendor.go_live_knowledge, self.roster, agent.row
        if opener is not None and opener.in_class:
            agent.newcomer = True
            roster.attend_class(agent, self.vendor.hiring.classroom_days - age)
            return
        if start is not None:
            for skill in range(len(row.knowledge)):
                row.knowledge[skill] = start.domain
            row.client = start.client
            roster.prepare(agent, 0.0)
            return
        classroom = self.vendor.hiring.classroom_days
        worked = max(0.0, age - classroom) / rules.DAYS_PER_MONTH
        fte, shares = (opener.person.fte, opener.shares) if opener else (1.0, None)
        for skill, level in roster.settled.domain(worked, fte, shares).items():
            row.knowledge[skill] = level
        row.client = roster.settled.client(roster.entry_client(), worked, fte)
        roster.prepare(agent, max(0.0, classroom - age))
        agent.newcomer = True
        if not self._first:
            row.client = self.vendor.entry_knowledge.client

    # --- day by day, week by week -------------------------------------------------------------

    def review(self) -> None:
        """The weekly look at occupancy, people and overtime."""
        roster, time = self.roster, self.time
        busy, productive = roster.busy_minutes, time.productive_minutes - self._seen_productive
        if productive > 0:
            week = min(1.0, (busy - self._seen_busy) / productive)
            roster.occupancy += (1.0 - OCCUPANCY_MEMORY) * (week - roster.occupancy)
        self._seen_busy, self._seen_productive = busy, time.productive_minutes
        self.leads.review()
        self.strain.week(self.employed, roster.full_time, self.queues, roster.occupancy)
        self.personnel.review()
        time.plan_overtime(int(self._env.now), self.queues, roster.full_time, roster.hours_share)

    # --- rule changes -------------------------------------------------------------------------

    def policy_change(self, skills: list[int], client: bool, obsolete: float) -> None:
        """Part of what everyone knows, and of what is written down, no longer holds.

        Those who are here are retrained after a delay, and playbooks are mended then.
        """
        for agent in self.employed:
            agent.scale_knowledge(self._crew, skills, client, 1.0 - obsolete)
        if client:
            self.roster.playbook *= 1.0 - obsolete
        taught = self.vendor.retraining.effectiveness_share
        if taught > 0 and obsolete < 1.0:
            restored = (1.0 - obsolete * (1.0 - taught)) / (1.0 - obsolete)
            self._env.process(self._retrain(list(self.employed), skills, client, restored))

    def _retrain(
        self, agents: list[Career], skills: list[int], client: bool, factor: float
    ) -> Process:
        yield self._env.timeout(self.vendor.retraining.delay_days)
        if client:
            self.roster.playbook *= factor
        for agent in agents:
            if agent.left is None:
                agent.scale_knowledge(self._crew, skills, client, factor)
