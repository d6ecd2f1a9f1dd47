"""Teams at work: who is employed, what they can do, what they take up and how it goes."""

from __future__ import annotations

from math import exp, log

import simpy

from sim.model import rules
from sim.model.agents import Agent, Knowing
from sim.model.calendar import WorkCalendar
from sim.model.claims import Claim
from sim.model.draws import Draws
from sim.model.office import Office
from sim.model.personnel import Personnel, Process
from sim.model.queues import best_queue
from sim.model.settled import Settled
from sim.model.terms import Terms
from sim.model.timeline import Stint
from sim.model.work import Desks
from sim.model.working_time import WorkingTime
from sim.record.record import CONTRACT_END
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Price

OCCUPANCY_MEMORY = 0.75
"""Weight of the past in the smoothed weekly occupancy: a memory of about four weeks."""
LEAST_PRODUCTIVE = 0.05
"""Part of the time that even the most distracted agent has for work."""


class Team:
    """Agents of one vendor who share some queues. Times are days since the start."""

    def __init__(
        self, scenario: Scenario, stint: Stint, office: Office, desks: Desks, draws: Draws,
        full_time: float, shares: dict[int, float],
    ) -> None:  # fmt: skip
        team = stint.team
        vendor = next(v for v in scenario.vendors if v.name == team.vendor)
        people, learning = scenario.people, vendor.learning
        self.name = team.name
        self.key = stint.key
        self.is_open = False
        self.vendor = vendor
        self.terms = Terms(scenario, vendor)
        self.knowing = Knowing(
            people.learning_law,
            learning.domain_per_month * (vendor.ai.skill_formation if vendor.ai else 1.0),
            learning.client_per_month,
            learning.forgetting_per_month, people.power_exponent, people.incompressible_share,
            people.total_forgetting_months,
        )  # fmt: skip
        self.env = office.env
        self._office = office
        self._calendar: WorkCalendar = office.calendar
        self._draws = draws
        self._people = people
        self._hiring = vendor.hiring
        self.price = vendor.price
        self._first = stint.employs == 0
        self._settled = Settled(scenario, vendor, self.knowing, shares)
        self._absence_share = scenario.calendar.absence_share
        self._certifications = {c.name: c for c in scenario.certifications}
        self._mix = team.certification_mix or vendor.certification_mix
        self.queues = [office.queues[name] for name in team.queues]
        self._steps = {office.queues[name].index: desks.steps[name] for name in team.queues}
        self.plan, self.hours_share = rules.whole_agents(full_time, scenario.hospital.scale)
        self.time = WorkingTime(
            office.calendar, office.horizon, self.hours_share, team.overtime, vendor.hiring
        )
        self.agents: list[Agent] = []
        self.employed: list[Agent] = []
        self.occupancy = vendor.target_occupancy
        self.penalty = 0.0
        self.playbook = 0.0
        self._leavers_minutes = 0.0
        self._seen_busy = 0.0
        self._seen_productive = 0.0
        self.personnel = Personnel(scenario, self)

    @property
    def busy_minutes(self) -> float:
        """Minutes of finished work of everyone ever employed."""
        return self._leavers_minutes + sum(a.busy_minutes for a in self.employed)

    # --- joining and leaving ------------------------------------------------------------------

    def take_over(self) -> None:
        """Answer for the queues from now on, and charge the transition."""
        self.is_open = True
        self._charge_transition(self.price)
        for queue in self.queues:
            held = self._office.terms.get(queue.name)
            if held is None or not self._first:
                self._office.terms[queue.name] = self.terms

    def close(self) -> None:
        """Hand the queues over: everyone leaves, and nobody is hired any more."""
        self.is_open = False
        self.plan = 0
        self.personnel.stop()
        for agent in list(self.employed):
            self.dismiss(agent, CONTRACT_END)

    def charge(self, price: Price) -> None:
        """Go over to a new price, and charge its transition."""
        self.price = price
        self._charge_transition(price)
        self.terms.charge(price)
        for agent in self.employed:
            self._set_rate(agent)

    def _charge_transition(self, price: Price) -> None:
        day = int(self.env.now)
        self._office.ledger.transitions[self.vendor.name, day] = price.transition_usd

    def open_doors(self, ready: float = 0.0) -> None:
        """Employ the first team: a stationary mix of tenures, or the go-live team.

        People of a vendor who takes over later stand at their desks from `ready` on, and do not
        know this hospital unless the go-live team is said to.
        """
        start = self.vendor.go_live_knowledge
        now = self.env.now
        self.playbook = self._settled.client(0.0, 1e9) if self._first else 0.0
        for _ in range(self.plan):
            agent = self._new_agent()
            age = 0.0
            if start is None:
                luck = self._draws.generator(f"hire.{self.key}.age", agent.number)
                age = self.personnel.stationary_age(float(luck.random()))
                worked = max(0.0, age - self._hiring.classroom_days) / rules.DAYS_PER_MONTH
                for skill, level in self._settled.domain(worked).items():
                    agent.knowledge[skill] = level
                agent.client = self._settled.client(self._entry_client(), worked)
                agent.ready_at = now + max(0.0, self._hiring.classroom_days - age)
                agent.newcomer = True
                if not self._first:
                    agent.client = self.vendor.entry_knowledge.client
            else:
                agent.knowledge = [start.domain] * len(agent.knowledge)
                agent.client = start.client
            agent.ready_at = max(agent.ready_at, ready)
            agent.producing = agent.ready_at <= now
            agent.hired = now - age
            agent.reviewed_age = age
            agent.clear_hazard = self.personnel.hazard(age)
            agent.threshold += agent.clear_hazard
        if self.employed:
            self.playbook = sum(a.client for a in self.employed) / len(self.employed)
        self._set_penalty()
        for agent in self.employed:
            agent.process = self.env.process(self._career(agent))
        self.personnel.review(first=True)

    def _entry_client(self) -> float:
        """Client knowledge of a newcomer: the vendor's own start, raised by the playbook."""
        own = self.vendor.entry_knowledge.client
        return own + self.vendor.conformance * max(0.0, self.playbook - own)

    def _new_agent(self) -> Agent:
        """Employ somebody, with everything a hire brings drawn from the hire's own rows."""
        agent = Agent(self, len(self.agents), self.env.now)
        luck = self._draws.generator(f"hire.{self.key}", agent.number)
        u_certification, u_threshold = luck.random(2)
        sigma = self._people.speed_sigma
        agent.speed = exp(sigma * luck.standard_normal() - sigma * sigma / 2.0)
        agent.threshold = -log(1.0 - u_threshold)
        agent.entry_certification = self._drawn_certification(float(u_certification))
        self.certify(agent, agent.entry_certification)
        agent.knowledge = [self.vendor.entry_knowledge.domain] * len(agent.knowledge)
        agent.client = self._entry_client()
        absent = self._draws.generator(f"absence.{self.key}", agent.number)
        agent.absent = (absent.random(self._office.horizon + 1) < self._absence_share).tolist()
        agent.month_minutes = (
            self._calendar.productive_minutes(self.hours_share)
            * self._calendar.workdays_per_year / 12.0
        )  # fmt: skip
        self.agents.append(agent)
        self.employed.append(agent)
        return agent

    def employ_newcomer(self) -> Agent:
        """Employ somebody who goes to the classroom first."""
        agent = self._new_agent()
        agent.newcomer = True
        agent.ready_at = self.env.now + self._hiring.classroom_days
        agent.process = self.env.process(self._career(agent))
        return agent

    def dismiss(self, agent: Agent, reason: str) -> None:
        """End an agent's career now: what they had in hand goes back, what they knew leaves too."""
        now = self.env.now
        agent.left = now
        agent.reason = reason
        agent.catch_up(now)
        self.employed.remove(agent)
        self._leavers_minutes += agent.busy_minutes
        if agent.producing:  # the playbook follows what leavers knew, a head at a time
            self.playbook += (agent.client - self.playbook) / max(1, self.plan)
        if agent.nesting:
            self._end_nesting(agent)
        for other in self.employed:
            if other.mentor is agent:
                other.mentor = None
                self._assign_mentor(other)
        if agent.process.is_alive:
            agent.process.interrupt(reason)

    def _drawn_certification(self, u: float) -> str:
        for name, part in self._mix.items():
            u -= part
            if u < 0:
                return name
        return next(name for name in reversed(self._mix) if self._mix[name] > 0)

    def certify(self, agent: Agent, name: str) -> None:
        """Give an agent a certification: accuracy, wage, and the queues it opens."""
        level = self._certifications[name]
        self._office.pass_on(agent)  # they may have been called to work they can no longer do
        agent.certification = name
        agent.floor = level.accuracy_floor
        agent.span = level.accuracy_ceiling - level.accuracy_floor
        agent.queues = [q for q in self.queues if level.opens == "all" or q.name in level.opens]
        agent.one_queue = len(agent.queues) == 1
        agent.wage = level.wage_usd_per_hour
        self._set_rate(agent)
        hours_per_year = self._calendar.workdays_per_year * self._calendar.shift_length * 24.0
        agent.education_share = level.education_hours_per_year / hours_per_year
        self._set_pace(agent)
        self._office.rouse(agent)

    def _set_rate(self, agent: Agent) -> None:
        price = self.price.usd_per_hour
        level = self._certifications[agent.certification]
        agent.rate = level.billed_usd_per_hour if isinstance(price, str) else price

    def set_study(self, agent: Agent, hours_per_week: float) -> None:
        """Paid study beside work, hours a week of a full-time job."""
        weekly = self._calendar.shift_length * 24.0 * self._calendar.workdays_per_year / 52.0
        agent.study_share = hours_per_week / weekly
        self._set_pace(agent)

    def programme_luck(self, agent: Agent) -> tuple[float, float]:
        """Uniforms that decide enrolling in and passing a programme."""
        u = self._draws.generator(f"programme.{self.key}", agent.number).random(2)
        return float(u[0]), float(u[1])

    def _set_pace(self, agent: Agent) -> None:
        """Clock time that a productive minute takes: breaks, education and pupils stretch it."""
        away = agent.education_share + agent.study_share
        away += self._hiring.mentor_share * agent.pupils
        productive = self._calendar.productive_share * max(LEAST_PRODUCTIVE, 1.0 - away)
        agent.productive_share = productive
        agent.clock_per_minute = 1.0 / (1440.0 * productive)

    # --- a career -----------------------------------------------------------------------------

    def _career(self, agent: Agent) -> Process:
        """Class, nesting, work; ends when the agent is told to leave."""
        env = self.env
        try:
            if agent.ready_at > env.now:
                yield env.timeout(agent.ready_at - env.now)
            self._start_producing(agent)
            yield from self._work(agent)
        except simpy.Interrupt:
            self._office.stop_waiting(agent)
            if agent.in_hand is not None:
                queue, entry, taken = agent.in_hand
                agent.in_hand = None
                if not queue.drawn:
                    entry[3].visits -= 1
                self._office.hand_back(queue, entry, taken)
            else:  # they may have been called to work that waits
                self._office.pass_on(agent)

    def _start_producing(self, agent: Agent) -> None:
        agent.producing = True
        supervised = self._hiring.classroom_days + self._hiring.nesting_days
        nest_until = agent.hired + supervised
        if agent.newcomer and nest_until > self.env.now:
            agent.nesting = True
            self._assign_mentor(agent)
            self.env.process(self._nest(agent, nest_until))

    def _assign_mentor(self, pupil: Agent) -> None:
        """The colleague with fewest pupils, and of those the one who knows most, takes a pupil."""
        seniors = [a for a in self.employed if a.producing and not a.nesting and a is not pupil]
        if seniors:
            mentor = min(seniors, key=lambda a: (a.pupils, -a.client, a.number))
            mentor.pupils += 1
            self._set_pace(mentor)
            pupil.mentor = mentor

    def _nest(self, agent: Agent, until: float) -> Process:
        yield self.env.timeout(until - self.env.now)
        if agent.nesting:
            self._end_nesting(agent)

    def _end_nesting(self, agent: Agent) -> None:
        agent.nesting = False
        mentor, agent.mentor = agent.mentor, None
        if mentor is not None:
            mentor.pupils -= 1
            self._set_pace(mentor)

    def _work(self, agent: Agent) -> Process:
        """Take the best item, work it for its time, hand it on; wait when there is none."""
        env, office, terms = self.env, self._office, agent.terms
        slow, steps, timeout = self._people.novice_slowdown, self._steps, env.timeout
        time = self.time
        woken = False
        now = env.now  # kept in step with the clock by the same sums, which is quicker than to ask
        while True:
            if now >= agent.shift_end:
                pause = time.next_duty(agent, now) - now
                if pause > 0.0:
                    if int(now + pause) > int(now):  # not today: whoever is here should know
                        office.pass_on(agent)
                    yield timeout(pause)
                    now += pause
                    continue
            queue = agent.queues[0] if agent.one_queue else best_queue(agent.queues)
            if queue is None or not queue.level:
                agent.idle = event = env.event()
                office.wait(agent)
                yield event
                now = env.now
                woken = not agent.one_queue
                continue
            entry = queue.take(now)
            if woken:  # perhaps for a claim in another queue
                woken = False
                office.pass_on(agent)
            claim: Claim = entry[3]
            skill = queue.skill
            minutes = claim.minutes if queue.drawn else claim.start_visit() * queue.minutes
            minutes *= agent.speed * (1.0 + slow * (1.0 - agent.knowledge[skill]))
            minutes *= terms.pace_nesting if agent.nesting else terms.pace
            agent.in_hand = (queue, entry, now)
            days = minutes * agent.clock_per_minute
            if now + days > agent.shift_end:
                days = time.carry_over(agent, now, days) - now
            yield timeout(days)
            agent.in_hand = None
            agent.items += 1
            agent.busy_minutes += minutes
            queue.finished += 1
            queue.wait_days += now - entry[2]
            claim.touches += 1
            now += days
            steps[queue.index](agent, claim, now)
            agent.practise(skill, minutes, now)

    # --- day by day, week by week -------------------------------------------------------------

    def daily(self, day: int) -> None:
        """Count the day's hours, and charge them."""
        self._office.ledger.fees_usd[day] += self.time.count(day, self.employed, self.price)

    def bill(self, usd: float) -> None:
        """Charge a cost to the hospital today."""
        day = int(self.env.now)
        if day < self._office.horizon:
            self._office.ledger.fees_usd[day] += usd

    def review(self) -> None:
        """The weekly look at occupancy, people and overtime."""
        busy, productive = self.busy_minutes, self.time.productive_minutes - self._seen_productive
        if productive > 0:
            week = min(1.0, (busy - self._seen_busy) / productive)
            self.occupancy += (1.0 - OCCUPANCY_MEMORY) * (week - self.occupancy)
        self._seen_busy, self._seen_productive = busy, self.time.productive_minutes
        self._set_penalty()
        self.personnel.review()
        self.time.plan_overtime(self.queues, len(self.employed))

    def _set_penalty(self) -> None:
        self.penalty = self._people.pressure_accuracy * rules.pressure(
            self.occupancy, self._people.pressure_threshold
        )

    # --- rule changes -------------------------------------------------------------------------

    def policy_change(self, skills: list[int], client: bool, obsolete: float) -> None:
        """Part of what everyone knows no longer holds; those here are retrained after a delay."""
        for agent in self.employed:
            agent.scale_knowledge(skills, client, 1.0 - obsolete)
        taught = self.vendor.retraining.effectiveness_share
        if taught > 0 and obsolete < 1.0:
            restored = (1.0 - obsolete * (1.0 - taught)) / (1.0 - obsolete)
            self.env.process(self._retrain(list(self.employed), skills, client, restored))

    def _retrain(
        self, agents: list[Agent], skills: list[int], client: bool, factor: float
    ) -> Process:
        yield self.env.timeout(self.vendor.retraining.delay_days)
        for agent in agents:
            if agent.left is None:
                agent.scale_knowledge(skills, client, factor)
