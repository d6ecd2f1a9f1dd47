"""Who is employed in a team: hiring, certificates, pace and pay, mentors, and what leavers take."""

from __future__ import annotations

import simpy

from sim.model import rules
from sim.model.account import Account
from sim.model.arithmetic import log, power
from sim.model.careers import Career, mean_level
from sim.model.codes import QUEUES
from sim.model.draws import Draws
from sim.model.engine import Engine, Process
from sim.model.kernel.knowledge import knowledge_at, learned
from sim.model.kernel.work import spent_minutes
from sim.model.ledger import Ledger
from sim.model.pay import Pay
from sim.model.settled import Settled
from sim.model.stints import Stint
from sim.model.working_time import WorkingTime
from sim.model.workplaces import Workplace
from sim.scenario.schema import Scenario
from sim.scenario.timeline import Wage
from sim.scenario.vendor import Price, Vendor

LEAST_GUIDED = 1e-9
"""Least worth of practice, so that a month of it has an end."""


class Roster:
    """The people of one team under one vendor. Times are days since the start.

    `plan` is how many there should be, `hours_share` the part of a shift that each works, `time`
    their counted hours, `occupancy` how busy they have been of late, `playbook` the
    client knowledge that is written down for newcomers.
    """

    def __init__(
        self, scenario: Scenario, stint: Stint, crew: int, engine: Engine, workplace: Workplace,
        ledger: Ledger, draws: Draws, heads: tuple[int, float], shares: dict[int, float],
    ) -> None:  # fmt: skip
        team = stint.team
        self.vendor: Vendor = next(v for v in scenario.vendors if v.name == team.vendor)
        self.env = engine.env
        self.key = stint.key
        self.team = team.name
        self.price = self.vendor.price
        self.queues = [engine.state.queues[QUEUES.index(name)] for name in team.queues]
        self.agents: list[Career] = []
        self.employed: list[Career] = []
        self.occupancy = self.vendor.target_occupancy
        self.playbook = 0.0
        self._engine = engine
        self.crew = crew
        self._opens = float(stint.opens)
        self._closes = stint.closes
        self._classes: dict[int, int] = {}
        """People who began a class, by the day on which it began."""
        self._workplace = workplace
        self._on_shift = [0] * len(workplace.calendars)
        """People employed on each shift."""
        self._draws = draws
        self._hiring = self.vendor.hiring
        self._end = scenario.end_days
        self._playbook_time_share = scenario.people.playbook_time_share
        self._speed_sigma = scenario.people.speed_sigma
        self._shares = shares
        self._skills = sorted(shares)
        self._shadowing_share = scenario.people.shadowing_share
        self._absence_share = scenario.calendar.absence_share
        self._certifications = {c.name: c for c in scenario.certifications}
        self._overtime_days = team.overtime.days if team.overtime else ()
        self._mix = team.certification_mix or self.vendor.certification_mix
        self.pay = Pay(scenario, self._mix, workplace.wages)
        row = engine.state.crews[crew]
        self.plan, self.hours_share = heads
        row.hours_share = self.hours_share
        costs = workplace.costs or self.vendor.costs
        self.account = Account(costs, row, ledger, scenario.horizon_days)
        self.settled = Settled(scenario, self.vendor, row, shares)
        self.time = WorkingTime(workplace, row, team.overtime, self._hiring, self.account)

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
        """Minutes that everyone ever employed has worked by now."""
        return sum(map(self.worked_minutes, self.agents))

    def worked_minutes(self, agent: Career) -> float:
        """Minutes that an agent has worked by now, what is in hand included."""
        return agent.row.busy_minutes + spent_minutes(agent.row, self.env.now)

    def knowledge_of(self, agent: Career) -> float:
        """Mean domain knowledge of the team's skills, as somebody last used them."""
        return mean_level(agent.row, self._skills)

    def count_time(self) -> None:
        """Count everybody's time up to now."""
        for agent in self.employed:
            self._count(agent)
        self.account.fetch(self.env.now)

    def _count(self, agent: Career, until: float = 0.0) -> None:
        self.time.count(agent, self.price, max(until, self.env.now))

    # --- joining ------------------------------------------------------------------------------

    def entry_client(self) -> float:
        """Client knowledge of a newcomer: the vendor's own start, raised by the playbook."""
        own = self.vendor.entry_knowledge.client
        return own + self.vendor.conformance * max(0.0, self.playbook - own)

    def employ(self) -> Career:
        """Employ somebody, with everything a hire brings drawn from the hire's own rows."""
        number, now = len(self.agents), self.env.now
        u_certification, u_threshold, u_speed = self._draws.one_row(f"hire.{self.key}", number, 3)
        away = self._draws.uniforms(f"absence.{self.key}", number, self._end + 1, 1)[:, 0]
        absent = (away < self._absence_share).tolist()
        shift = self._workplace.missing(self._on_shift, self.plan)
        calendar = self._workplace.calendars[shift]
        row = self._engine.employ(self.crew, calendar.begin_no_shift(absent))
        row.shift_start, row.shift_days = calendar.shift_start, calendar.shift_length
        row.overtime_weekdays = calendar.bits_of(self._overtime_days)
        agent = Career(row, number, now, absent, calendar)
        row.speed = rules.lognormal(u_speed, self._speed_sigma)
        row.client_seen = now
        row.client = self.entry_client()
        for skill in range(len(row.knowledge)):
            row.knowledge[skill] = self.vendor.entry_knowledge.domain
            row.seen[skill] = now
        row.month_minutes = self._month_minutes(agent)
        agent.threshold = -log(1.0 - u_threshold)
        agent.entry_certification = self._drawn_certification(u_certification)
        self.certify(agent, agent.entry_certification)
        self.agents.append(agent)
        self.employed.append(agent)
        self._on_shift[shift] += 1
        return agent

    def _month_minutes(self, agent: Career) -> float:
        """Productive minutes of a month of full-time work."""
        calendar = agent.calendar
        return calendar.productive_minutes(self.hours_share) * calendar.workdays_per_year / 12.0

    def employ_newcomer(self) -> Career:
        """Employ somebody who goes to the classroom first."""
        agent = self.employ()
        agent.newcomer = True
        standing = self.pay.standing(agent.certification, self.env.now)
        better = power(standing, self._hiring.pay_elasticity_of_quality)
        for skill, level in enumerate(agent.row.knowledge):
            agent.row.knowledge[skill] = min(1.0, level * better)
        self._attend_class(agent)
        self.prepare(agent, self._hiring.classroom_days)
        self.begin(agent)
        return agent

    def bring_back(self, agent: Career, former: Career) -> None:
        """A newcomer is somebody who was here before: what they have not forgotten comes along."""
        row, now = agent.row, self.env.now
        self.certify(agent, former.certification)
        agent.entry_certification = former.certification
        domain, client = knowledge_at(self._engine.state.crews[self.crew], former.row, now)
        for skill, level in enumerate(domain):
            row.knowledge[skill] = max(row.knowledge[skill], level)
        row.client = max(row.client, client)
        row.speed = former.row.speed

    def _attend_class(self, agent: Career) -> None:
        """Let somebody begin a class, and teach another one if those that begin today are full."""
        today = int(self.env.now)
        before = self._classes.get(today, 0)
        self._classes[today] = before + 1
        full = self._hiring.class_every_days > 0 and before % self._hiring.class_size == 0
        if before == 0 or full:
            ends = today + self._hiring.classroom_days
            for day in range(today, ends if self._closes is None else min(ends, self._closes)):
                if agent.calendar.is_workday[day]:
                    self.account.teach(day, self.hours_share)

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
        levels.sort(key=lambda c: (c.accuracy_ceiling, c.accuracy_floor, c.name))
        for level in levels:
            u -= self._mix[level.name]
            if u < 0:
                return level.name
        return levels[-1].name

    # --- a career -----------------------------------------------------------------------------

    def begin(self, agent: Career) -> None:
        """Let a career take its course."""
        agent.process = self.env.process(self._career(agent))

    def _career(self, agent: Career) -> Process:
        """Class, nesting, work; ends when the agent is told to leave."""
        env = self.env
        try:
            if agent.ready_at > env.now:
                yield env.timeout(agent.ready_at - env.now)
            self._start_producing(agent)
            yield from self._engine.work(agent.row)
        except simpy.Interrupt:
            self._engine.leave(agent.row)

    def _start_producing(self, agent: Career) -> None:
        self._count(agent)
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
        self._guide(pupil)

    def _guide(self, pupil: Career) -> None:
        """Practice is worth less to a pupil whose mentor knows little, or who has none."""
        known = self.knowledge_of(pupil.mentor) if pupil.mentor else 0.0
        worth = 1.0 - self._hiring.mentor_knowledge_effect * (1.0 - known)
        pupil.row.month_minutes = self._month_minutes(pupil) / max(worth, LEAST_GUIDED)

    def _nest(self, agent: Career, until: float) -> Process:
        yield self.env.timeout(until - self.env.now)
        if agent.row.nesting:
            self._end_nesting(agent)

    def _end_nesting(self, agent: Career) -> None:
        agent.row.nesting = 0
        agent.row.month_minutes = self._month_minutes(agent)
        mentor, agent.mentor = agent.mentor, None
        if mentor is not None:
            self._teach(mentor, -1)

    def _teach(self, mentor: Career, more: int) -> None:
        """Give a mentor more pupils, or fewer."""
        self._count(mentor)
        mentor.pupils += more
        self._set_pace(mentor)

    def dismiss(self, agent: Career, reason: str) -> None:
        """End an agent's career now: what they had in hand goes back, what they knew leaves too."""
        now = self.env.now
        agent.left = now
        agent.reason = reason
        agent.row.gone = 1
        self._count(agent)
        self.employed.remove(agent)
        self._on_shift[self._workplace.calendars.index(agent.calendar)] -= 1
        if agent.producing:  # the playbook follows what leavers knew, a head at a time
            _, client = knowledge_at(self._engine.state.crews[self.crew], agent.row, now)
            self.playbook += (client - self.playbook) / max(1, self.plan)
        if agent.row.nesting:
            self._end_nesting(agent)
        for other in self.employed:
            if other.mentor is agent:
                other.mentor = None
                if self._hiring.mentor_replaced:
                    self._assign_mentor(other)
                else:
                    self._guide(other)
        if agent.process.is_alive:
            agent.process.interrupt(reason)

    # --- certificates, pay and pace -----------------------------------------------------------

    def certify(self, agent: Career, name: str) -> None:
        """Give an agent a certification: accuracy, wage, and the queues it opens."""
        level, row = self._certifications[name], agent.row
        self._count(agent)
        # They may have been called to work they can no longer do, and look again at what there is.
        self._engine.pass_on(row)
        self._engine.rouse(row)
        agent.certification = name
        row.floor = level.accuracy_floor
        row.span = level.accuracy_ceiling - level.accuracy_floor
        opened = [
            q.index for q in self.queues if level.opens == "all" or QUEUES[q.index] in level.opens
        ]
        for i, queue in enumerate(opened):
            row.queues[i] = queue
        row.n_queues = len(opened)
        agent.wage = self.pay.wage(name)
        self._set_rate(agent)
        calendar = agent.calendar
        hours_per_year = calendar.workdays_per_year * calendar.shift_length * 24.0
        agent.education_share = level.education_hours_per_year / hours_per_year
        self._set_pace(agent)

    def charge(self, price: Price) -> None:
        """Bill everybody at another price from now on."""
        self.count_time()
        self.price = price
        for agent in self.employed:
            self._set_rate(agent)

    def change_pay(self, event: Wage) -> None:
        """Pay everybody another wage from now on."""
        self.count_time()
        self.pay.change(event)
        for agent in self.employed:
            agent.wage = self.pay.wage(agent.certification)

    def _set_rate(self, agent: Career) -> None:
        price = self.price.usd_per_hour
        level = self._certifications[agent.certification]
        agent.rate = level.billed_usd_per_hour if isinstance(price, str) else price

    def set_study(self, agent: Career, hours_per_week: float) -> None:
        """Paid study beside work, hours a week of a full-time job."""
        calendar = agent.calendar
        weekly = calendar.shift_length * 24.0 * calendar.workdays_per_year / 52.0
        agent.study_share = hours_per_week / weekly
        self._set_pace(agent)

    def programme_luck(self, agent: Career) -> tuple[float, float]:
        """Uniforms that decide enrolling in and passing a programme."""
        u_enrol, u_pass = self._draws.one_row(f"programme.{self.key}", agent.number, 2)
        return u_enrol, u_pass

    def age_luck(self, agent: Career) -> float:
        """The uniform that decides how long somebody of the opening team has been there."""
        return self._draws.one_row(f"hire.{self.key}.age", agent.number, 1)[0]

    def luck(self, purpose: str, row: int, count: int) -> list[float]:
        """Uniforms of this team for a purpose, a row for each person, vacancy or day."""
        return self._draws.one_row(f"{purpose}.{self.key}", row, count)

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
        productive = self._productive_share(agent)
        row.clock_per_minute = 1.0 / (1440.0 * productive)
        until = row.hand_until if row.hand_queue >= 0 else 0.0
        if until > int(self.env.now) + 1:  # what comes after midnight belongs to another day
            self.env.process(self._change_pace(agent, until))
        else:
            self._count(agent, until)
            agent.productive_share = productive

    def _change_pace(self, agent: Career, at: float) -> Process:
        """Count by another pace from a moment on."""
        yield self.env.timeout(at - self.env.now)
        if agent.left is None:
            self._count(agent)
            agent.productive_share = self._productive_share(agent)

    def _productive_share(self, agent: Career) -> float:
        """Part of an agent's time at the desk that breaks, education and pupils leave."""
        away = agent.education_share + agent.study_share
        away += self.vendor.conformance * self._playbook_time_share
        away += self._hiring.mentor_share * agent.pupils
        return agent.calendar.productive_share * max(rules.LEAST_PRODUCTIVE, 1.0 - away)

    def bear(self, item: str, usd: float) -> None:
        """Book a cost of a full-time agent's training, and bill it where the hospital bears it."""
        day, usd = int(self.env.now), usd * self.hours_share
        self.account.book(item, day, usd)
        if self.price.bills_training:
            self.account.charge(day, usd)
