"""Who is employed in a team: hiring, certificates, pace and pay, mentors, and what leavers take."""

from __future__ import annotations

import simpy

from sim.model import rules
from sim.model.arithmetic import log
from sim.model.calendar import WorkCalendar
from sim.model.careers import Career, Employer
from sim.model.codes import QUEUES
from sim.model.draws import Draws
from sim.model.engine import Engine, Process
from sim.model.kernel.knowledge import knowledge_at, learned
from sim.model.kernel.work import spent_minutes
from sim.model.ledger import Ledger
from sim.model.settled import Settled
from sim.model.stints import Stint
from sim.model.working_time import WorkingTime
from sim.scenario.persons import Person
from sim.scenario.schema import Scenario
from sim.scenario.vendor import Price, Vendor


class Roster:
    """The people of one team under one vendor. Times are days since the start.

    `plan` is how many there should be, `hours_share` the part of a shift that each works full-time,
    `time` their counted hours, `occupancy` how busy they have been of late, `playbook` the
    client knowledge that is written down for newcomers.
    """

    def __init__(
        self, scenario: Scenario, stint: Stint, crew: int, engine: Engine, calendar: WorkCalendar,
        ledger: Ledger, draws: Draws, heads: tuple[int, float], shares: dict[int, float],
    ) -> None:  # fmt: skip
        team = stint.team
        self.vendor: Vendor = next(v for v in scenario.vendors if v.name == team.vendor)
        self.env = engine.env
        self.key = stint.key
        self.name = team.name
        self.price = self.vendor.price
        self.queues = [engine.state.queues[QUEUES.index(name)] for name in team.queues]
        self._all_queues = {
            t.name: [engine.state.queues[QUEUES.index(name)] for name in t.queues]
            for t in scenario.teams
        }
        self.employer: Employer
        self._hired = 0
        self.carried_minutes: float = 0
        """Worked here by those who have gone over to other teams, less what others brought."""
        self.agents: list[Career] = []
        self.employed: list[Career] = []
        self.occupancy = self.vendor.target_occupancy
        self.playbook = 0.0
        self._engine = engine
        self.crew = crew
        self._opens = float(stint.opens)
        self._calendar = calendar
        self._ledger = ledger
        self._draws = draws
        self._hiring = self.vendor.hiring
        self._end = scenario.end_days
        self._playbook_time_share = scenario.people.playbook_time_share
        self._speed_sigma = scenario.people.speed_sigma
        self._shares = shares
        self._shadowing_share = scenario.people.shadowing_share
        self._absence_share = scenario.calendar.absence_share
        self._certifications = {c.name: c for c in scenario.certifications}
        self._mix = team.certification_mix or self.vendor.certification_mix
        row = engine.state.crews[crew]
        self.plan, self.hours_share = heads
        self.settled = Settled(scenario, self.vendor, row, shares)
        self.time = WorkingTime(calendar, row, team.overtime, self._hiring, ledger)

    def usd_per_busy_minute(self) -> float:
        """What a minute at work costs at the target occupancy: what is billed for those here."""
        here = self.employed
        if not here:
            return 0.0
        present = 1.0 - self._absence_share
        productive = sum(a.productive_share for a in here) / len(here) * present
        rate = sum(a.rate for a in here) / len(here)
        return rate / 60.0 / productive / self.vendor.target_occupancy

    @property
    def busy_minutes(self) -> float:
        """Minutes that everyone ever employed has worked here by now."""
        return sum(map(self.worked_minutes, self.agents)) + self.carried_minutes

    def worked_minutes(self, agent: Career) -> float:
        """Minutes that an agent has worked by now, what is in hand included."""
        return agent.row.busy_minutes + spent_minutes(agent.row, self.env.now)

    def count_time(self) -> None:
        """Count everybody's time up to now."""
        for agent in self.employed:
            self.count(agent)

    def count(self, agent: Career, until: float = 0.0) -> None:
        """Count somebody's time up to now, or to a time that may lie ahead."""
        self.time.count(agent, self.price, max(until, self.env.now))

    def fte(self, agent: Career) -> float:
        """Part of full time that somebody works."""
        return agent.row.hours_share / self.hours_share

    @property
    def full_time(self) -> float:
        """Everybody employed, in people who work full-time."""
        return sum(self.fte(agent) for agent in self.employed)

    # --- joining ------------------------------------------------------------------------------

    def entry_client(self) -> float:
        """Client knowledge of a newcomer: the vendor's own start, raised by the playbook."""
        own = self.vendor.entry_knowledge.client
        return own + self.vendor.conformance * max(0.0, self.playbook - own)

    def employ(self, person: Person | None = None) -> Career:
        """Employ somebody, with everything a hire brings drawn from the hire's own rows.

        What is written of a person stands in place of what is drawn.
        """
        number, now = self._hired, self.env.now
        self._hired += 1
        u_certification, u_threshold, u_speed = self._draws.one_row(f"hire.{self.key}", number, 3)
        away = self._draws.uniforms(f"absence.{self.key}", number, self._end + 1, 1)[:, 0]
        absent = (away < self._absence_share).tolist()
        row = self._engine.employ(self.crew, absent)
        label = f"{self.name}-{number}"
        agent = Career(row, self.employer, self.key, label, number, now, absent)
        row.hours_share = self.hours_share * person.fte if person else self.hours_share
        row.speed = rules.lognormal(u_speed, self._speed_sigma)
        row.client_seen = now
        row.client = self.entry_client()
        for skill in range(len(row.knowledge)):
            row.knowledge[skill] = self.vendor.entry_knowledge.domain
            row.seen[skill] = now
        row.month_minutes = (
            self._calendar.productive_minutes(self.hours_share)
            * self._calendar.workdays_per_year / 12.0
        )  # fmt: skip
        agent.threshold = -log(1.0 - u_threshold)
        agent.entry_certification = self._drawn_certification(u_certification)
        if person:
            agent.entry_certification, agent.also = person.certification, person.also
        self.certify(agent, agent.entry_certification)
        self.agents.append(agent)
        self.employed.append(agent)
        return agent

    def employ_newcomer(self, person: Person | None = None) -> Career:
        """Employ somebody who goes to the classroom first."""
        agent = self.employ(person)
        agent.newcomer = True
        self.prepare(agent, self._hiring.classroom_days)
        self.begin(agent)
        return agent

    def prepare(self, agent: Career, class_days: float) -> None:
        """Send somebody to class, and then to their desk: not before the team opens.

        Until then they watch the team that does the work now.
        """
        taught = self.env.now + class_days
        agent.ready_at = max(taught, self._opens)
        agent.shadow_days = agent.ready_at - taught

    def _drawn_certification(self, u: float) -> str:
        """The certification at a quantile of the mix, which goes from the least able to the best.

        So a better mix never brings a worse certificate with the same luck.
        """
        levels = [self._certifications[name] for name, part in self._mix.items() if part > 0]
        levels.sort(key=lambda c: c.rank)
        for level in levels:
            u -= self._mix[level.name]
            if u < 0:
                return level.name
        return levels[-1].name

    # --- a career -----------------------------------------------------------------------------

    def begin(self, agent: Career) -> None:
        """Let a career take its course."""
        agent.process = self.env.process(self._career(agent, agent.ready_at))

    def send_away(self, agent: Career, days: int) -> None:
        """Send somebody on leave: unpaid, what they have in hand goes back, and they come back."""
        self.count(agent)
        agent.producing = False
        self.give_pupils_away(agent)
        agent.counted_until = self.env.now + days
        agent.process.interrupt("leave of absence")
        agent.process = self.env.process(self._career(agent, agent.counted_until, back=True))

    def _career(self, agent: Career, at: float, back: bool = False) -> Process:
        """Class, nesting, work, or work again; ends when the agent is told to leave."""
        env = self.env
        try:
            if at > env.now:
                yield env.timeout(at - env.now)
            if back:
                agent.producing = True
            else:
                self._start_producing(agent)
            yield from self._engine.work(agent.row)
        except simpy.Interrupt:
            self._engine.leave(agent.row)

    def _start_producing(self, agent: Career) -> None:
        agent.employer.count(agent)
        self._shadow(agent)
        agent.producing = True
        supervised = self._hiring.classroom_days + self._hiring.nesting_days
        nest_until = agent.hired + supervised
        if agent.newcomer and nest_until > self.env.now:
            agent.row.nesting = 1
            self._assign_mentor(agent)
            self.env.process(self._nest(agent, nest_until))

    def _shadow(self, agent: Career) -> None:
        """Learn from having watched another team: a share of what working had taught."""
        if agent.shadow_days <= 0.0:
            return
        crew, row, now = self._engine.state.crews[self.crew], agent.row, self.env.now
        months = agent.shadow_days / rules.DAYS_PER_MONTH
        practice = months * self.vendor.target_occupancy * self._shadowing_share
        domain, client = knowledge_at(crew, row, now)
        for skill, part in self._shares.items():
            row.knowledge[skill] = learned(crew, domain[skill], practice * part, crew.domain_rate)
            row.seen[skill] = now
        row.client = learned(crew, client, practice, crew.client_rate)
        row.client_seen = now

    def _assign_mentor(self, pupil: Career) -> None:
        """The colleague with fewest pupils, and of those the one who knows most, takes a pupil."""
        seniors = [a for a in self.employed if a.producing and not a.row.nesting and a is not pupil]
        if seniors:
            mentor = min(seniors, key=lambda a: (a.pupils, -a.client, a.number))
            self._teach(mentor, 1)
            pupil.mentor = mentor

    def _nest(self, agent: Career, until: float) -> Process:
        yield self.env.timeout(until - self.env.now)
        if agent.row.nesting:
            self._end_nesting(agent)

    def _end_nesting(self, agent: Career) -> None:
        agent.row.nesting = 0
        mentor, agent.mentor = agent.mentor, None
        if mentor is not None:
            self._teach(mentor, -1)

    def _teach(self, mentor: Career, more: int) -> None:
        """Give a mentor more pupils, or fewer."""
        mentor.employer.count(mentor)
        mentor.pupils += more
        self._set_pace(mentor)

    def give_pupils_away(self, mentor: Career) -> None:
        """Others take the pupils of a mentor who is needed elsewhere, or away."""
        for pupil in self.employed:
            if pupil.mentor is mentor:
                self._teach(mentor, -1)
                pupil.mentor = None
                self._assign_mentor(pupil)

    def dismiss(self, agent: Career, reason: str) -> None:
        """End an agent's career now: what they had in hand goes back, what they knew leaves too."""
        now = self.env.now
        agent.left = now
        agent.reason = reason
        agent.row.gone = 1
        self.count(agent)
        self.employed.remove(agent)
        if agent.producing:  # the playbook follows what leavers knew, a head at a time
            _, client = knowledge_at(self._engine.state.crews[self.crew], agent.row, now)
            self.playbook += (client - self.playbook) / max(1, self.plan)
        if agent.row.nesting:
            self._end_nesting(agent)
        for other in self.employed:
            if other.mentor is agent:
                other.mentor = None
                self._assign_mentor(other)
        if agent.process.is_alive:
            agent.process.interrupt(reason)

    # --- certificates, pay and pace -----------------------------------------------------------

    def certify(self, agent: Career, name: str) -> None:
        """Give an agent a certification: accuracy, wage, and the queues it opens."""
        level, row = self._certifications[name], agent.row
        agent.employer.count(agent)
        agent.certification = name
        row.floor = level.accuracy_floor
        row.span = level.accuracy_ceiling - level.accuracy_floor
        self.open_queues(agent)
        agent.wage = level.wage_usd_per_hour
        self.set_rate(agent)
        hours_per_year = self._calendar.workdays_per_year * self._calendar.shift_length * 24.0
        agent.education_share = level.education_hours_per_year / hours_per_year / self.fte(agent)
        self._set_pace(agent)

    def opens_work_to(self, agent: Career) -> bool:
        """Whether somebody's certificate opens a queue of the team."""
        opens = self._certifications[agent.certification].opens
        return any(opens == "all" or QUEUES[q.index] in opens for q in self.queues)

    def open_queues(self, agent: Career) -> None:
        """Let somebody work what their certificate opens, here and in teams that they help out."""
        row = agent.row
        # They may have been called to work they can no longer do, and look again at what there is.
        self._engine.pass_on(row)
        self._engine.rouse(row)
        opens = self._certifications[agent.certification].opens
        offered = [self.queues, *(self._all_queues[team] for team in agent.also)]
        numbers = dict.fromkeys(q.index for queues in offered for q in queues)
        opened = [q for q in numbers if opens == "all" or QUEUES[q] in opens]
        for i, queue in enumerate(opened):
            row.queues[i] = queue
        row.n_queues = len(opened)

    def withdraw_from(self, team: str) -> None:
        """Nobody helps out in another team any more: it has gone over to another vendor."""
        for agent in self.employed:
            if team in agent.also:
                agent.also = tuple(name for name in agent.also if name != team)
                self.open_queues(agent)

    def charge(self, price: Price) -> None:
        """Bill everybody at another price from now on."""
        self.count_time()
        self.price = price
        for agent in self.employed:
            self.set_rate(agent)

    def set_rate(self, agent: Career) -> None:
        """Bill somebody at the present price."""
        price = self.price.usd_per_hour
        level = self._certifications[agent.certification]
        agent.rate = level.billed_usd_per_hour if isinstance(price, str) else price

    def set_study(self, agent: Career, hours_per_week: float) -> None:
        """Paid study beside work, hours a week of a full-time job."""
        weekly = self._calendar.shift_length * 24.0 * self._calendar.workdays_per_year / 52.0
        agent.study_share = hours_per_week / weekly
        self._set_pace(agent)

    def programme_luck(self, agent: Career) -> tuple[float, float]:
        """Uniforms that decide enrolling in and passing a programme."""
        u_enrol, u_pass = self._draws.one_row(f"programme.{agent.key}", agent.number, 2)
        return u_enrol, u_pass

    def age_luck(self, agent: Career) -> float:
        """The uniform that decides how long somebody of the opening team has been there."""
        return self._draws.one_row(f"hire.{self.key}.age", agent.number, 1)[0]

    @property
    def hiring_luck(self) -> float:
        """The uniform by which a plan's part of a head is hired ahead or not."""
        return self._draws.one_row(f"hire_ahead.{self.key}", 0, 1)[0]

    def whole(self, purpose: str, people: float) -> int:
        """A whole number of people, drawn for the day, whose mean is `people`."""
        [u] = self._draws.one_row(f"{purpose}.{self.key}", int(self.env.now), 1)
        return rules.whole(people, u)

    def _set_pace(self, agent: Career) -> None:
        """Clock time that a productive minute takes: breaks, education and pupils stretch it.

        What is in hand goes on as it was begun until it is done or the shift ends.
        """
        row = agent.row
        agent.employer.count(agent, row.hand_until if row.hand_queue >= 0 else 0.0)
        away = agent.education_share + agent.study_share
        away += self.vendor.conformance * self._playbook_time_share
        away += self._hiring.mentor_share * agent.pupils
        productive = self._calendar.productive_share * max(rules.LEAST_PRODUCTIVE, 1.0 - away)
        agent.productive_share = productive
        row.clock_per_minute = 1.0 / (1440.0 * productive)

    def bear(self, usd: float) -> None:
        """Bill a cost of a full-time agent's training to the hospital, where it bears that."""
        if self.price.bills_training:
            self._ledger.fee(int(self.env.now), usd * self.hours_share)
