"""Who is employed in a team: hiring, certificates, pace and pay, mentors, and what leavers take."""

from __future__ import annotations

import simpy

from sim.model import rules
from sim.model.account import Account
from sim.model.arithmetic import log, power
from sim.model.careers import Career, Employer, mean_level
from sim.model.codes import QUEUES
from sim.model.draws import Draws
from sim.model.engine import Engine, Process
from sim.model.kernel.knowledge import knowledge_at, learned
from sim.model.kernel.work import spent_minutes
from sim.model.lanes import queues_by_team
from sim.model.ledger import Ledger
from sim.model.mentoring import Mentoring
from sim.model.pace import Pace
from sim.model.pay import Pay
from sim.model.settled import Settled
from sim.model.stints import Stint
from sim.model.team_luck import TeamLuck
from sim.model.working_time import WorkingTime
from sim.model.workplaces import Workplace
from sim.scenario.persons import Person
from sim.scenario.schema import Scenario
from sim.scenario.timeline import Wage
from sim.scenario.vendor import Price, Vendor


class Roster:
    """The people of one team under one vendor. Times are days since the start.

    `plan` is how many there should be, `hours_share` the part of a shift that each works full-time,
    `time` their counted hours, `occupancy` how busy they have been of late, `playbook` the
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
        self.name = team.name
        self.price = self.vendor.price
        self._all_queues = queues_by_team(scenario, engine.state.queues)
        self.queues = self._all_queues[team.name]
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
        self._closes = stint.closes
        self._classes: dict[int, int] = {}
        """People who began a class, by the day on which it began."""
        self.workplace = workplace
        self._on_shift = [0] * len(workplace.calendars)
        """People employed on each shift."""
        self.luck = TeamLuck(draws, stint.key)
        self._hiring = self.vendor.hiring
        self._end = scenario.end_days
        self._speed_sigma = scenario.people.speed_sigma
        self._shares = shares
        self._skills = sorted(shares)
        self._shadowing_share = scenario.people.shadowing_share
        self._absence_share = scenario.calendar.absence_share
        self._certifications = {c.name: c for c in scenario.certifications}
        self._overtime_days = team.overtime.days if team.overtime else ()
        self._mix = team.certification_mix or self.vendor.certification_mix
        self.pay = Pay(scenario, stint, self._mix, workplace.wages)
        row = engine.state.crews[crew]
        self.plan, self.hours_share = heads
        costs = workplace.costs or self.vendor.costs
        self.account = Account(costs, row, ledger, scenario.horizon_days)
        self.settled = Settled(scenario, self.vendor, row, shares)
        self.time = WorkingTime(workplace, row, team.overtime, self._hiring, self.account)
        self.pace = Pace(self.env, scenario, self.vendor)
        self.mentoring = Mentoring(
            self.env,
            self._hiring,
            self.employed,
            self.knowledge_of,
            self._month_minutes,
            self.pace.set,
        )

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

    def knowledge_of(self, agent: Career) -> float:
        """Mean domain knowledge of the team's skills, as somebody last used them."""
        return mean_level(agent.row, self._skills)

    def count_time(self) -> None:
        """Count everybody's time up to now."""
        now = self.env.now
        self.time.count_all(self.employed, self.price, now)
        self.account.fetch(now)

    def count(self, agent: Career, until: float = 0.0) -> None:
        """Count somebody's time up to now, or to a time that may lie ahead."""
        self.time.count(agent, self.price, max(until, self.env.now))

    def fte(self, agent: Career) -> float:
        """Part of full time that somebody works."""
        return agent.hours_share / self.hours_share

    @property
    def full_time(self) -> float:
        """Everybody employed, in people who work full-time."""
        return sum(self.fte(agent) for agent in self.employed)

    @property
    def at_desks(self) -> list[Career]:
        """Those who work on their own now, the longest-serving first."""
        here = [a for a in self.employed if a.producing and not (a.row.nesting or a.on_notice)]
        return sorted(here, key=lambda a: a.longest_first)

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
        u_certification, u_threshold, u_speed = self.luck.of_hire(number)
        absent = self.luck.absent(number, self._end + 1, self._absence_share)
        shift = self.workplace.missing(self._on_shift, self.plan)
        calendar = self.workplace.calendars[shift]
        row = self._engine.employ(self.crew, calendar.begin_no_shift(absent))
        row.shift_start, row.shift_days = calendar.shift_start, calendar.shift_length
        row.overtime_weekdays = calendar.bits_of(self._overtime_days)
        label = f"{self.name}-{number}"
        full = self.hours_share
        row.hours_share = full * person.fte if person else full
        agent = Career(row, self.employer, self.key, label, number, now, absent, calendar, full)
        row.speed = rules.lognormal(u_speed, self._speed_sigma)
        row.client_seen = now
        row.client = self.entry_client()
        for skill in range(len(row.knowledge)):
            row.knowledge[skill] = self.vendor.entry_knowledge.domain
            row.seen[skill] = now
        row.month_minutes = self._month_minutes(agent)
        agent.threshold = -log(1.0 - u_threshold)
        agent.entry_certification = self._drawn_certification(u_certification)
        if person:
            agent.entry_certification = person.certification or agent.entry_certification
            agent.also = person.also
            row.speed = 1.0 / person.speed if person.speed else row.speed
        self.certify(agent, agent.entry_certification)
        self.agents.append(agent)
        self.employed.append(agent)
        self.note_shift(agent, 1)
        return agent

    def note_shift(self, agent: Career, more: int) -> None:
        """Somebody joins those of their shift, or leaves them."""
        self._on_shift[self.workplace.calendars.index(agent.calendar)] += more

    def _month_minutes(self, agent: Career) -> float:
        """Productive minutes of a month of full-time work."""
        calendar = agent.calendar
        return calendar.productive_minutes(self.hours_share) * calendar.workdays_per_year / 12.0

    def employ_newcomer(self, person: Person | None = None) -> Career:
        """Employ somebody who goes to the classroom first."""
        agent = self.employ(person)
        agent.newcomer = True
        standing = self.pay.standing(agent.certification, self.env.now)
        better = power(standing, self._hiring.pay_elasticity_of_quality)
        for skill, level in enumerate(agent.row.knowledge):
            agent.row.knowledge[skill] = min(1.0, level * better)
        self.attend_class(agent, self._hiring.classroom_days)
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

    def attend_class(self, agent: Career, days: float) -> None:
        """Let somebody join a class for so many days, and then go to their desk.

        Another one is taught if those that begin today are full.
        """
        today = int(self.env.now)
        before = self._classes.get(today, 0)
        self._classes[today] = before + 1
        full = self._hiring.class_every_days > 0 and before % self._hiring.class_size == 0
        if before == 0 or full:
            ends = today + int(days)
            for day in range(today, ends if self._closes is None else min(ends, self._closes)):
                if agent.calendar.is_workday[day]:
                    self.account.teach(day, self.hours_share)
        self.prepare(agent, days)

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
        agent.producing, agent.on_leave = False, True
        self.mentoring.give_away(agent)
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
                agent.producing, agent.on_leave = True, False
            else:
                self._start_producing(agent)
            yield from self._engine.work(agent.row)
        except simpy.Interrupt:
            self._engine.leave(agent.row)

    def _start_producing(self, agent: Career) -> None:
        agent.employer.count(agent)
        self._shadow(agent)
        agent.producing = True
        self.mentoring.begin(agent)

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

    def dismiss(self, agent: Career, reason: str) -> None:
        """End an agent's career now: what they had in hand goes back, what they knew leaves too."""
        now = self.env.now
        agent.left = now
        agent.reason = reason
        agent.row.gone = 1
        self.count(agent)
        self.employed.remove(agent)
        self.note_shift(agent, -1)
        if agent.producing:  # the playbook follows what leavers knew, a head at a time
            _, client = knowledge_at(self._engine.state.crews[self.crew], agent.row, now)
            self.playbook += (client - self.playbook) / max(1, self.plan)
        self.mentoring.end(agent)
        self.mentoring.lose(agent)
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
        agent.wage = self.pay.wage(name)
        self.set_rate(agent)
        calendar = agent.calendar
        hours_per_year = calendar.workdays_per_year * calendar.shift_length * 24.0
        agent.education_share = level.education_hours_per_year / hours_per_year / self.fte(agent)
        self.pace.set(agent)

    def opens_work_to(self, agent: Career) -> bool:
        """Whether somebody's certificate opens a queue of the team."""
        opens = self._certifications[agent.certification].opens
        return any(opens == "all" or QUEUES[q.kind] in opens for q in self.queues)

    def open_queues(self, agent: Career) -> None:
        """Let somebody work what their certificate opens, here and in teams that they help out."""
        row = agent.row
        # They may have been called to work they can no longer do, and look again at what there is.
        self._engine.pass_on(row)
        self._engine.rouse(row)
        opens = self._certifications[agent.certification].opens
        offered = [self.queues, *(self._all_queues[team] for team in agent.also)]
        kinds = {q.index: q.kind for queues in offered for q in queues}
        opened = [q for q, kind in kinds.items() if opens == "all" or QUEUES[kind] in opens]
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

    def change_pay(self, event: Wage) -> None:
        """Pay everybody another wage from now on."""
        self.count_time()
        self.pay.change(event)
        for agent in self.employed:
            agent.wage = self.pay.wage(agent.certification)

    def set_rate(self, agent: Career) -> None:
        """Bill somebody at the present price."""
        price = self.price.usd_per_hour
        level = self._certifications[agent.certification]
        agent.rate = level.billed_usd_per_hour if isinstance(price, str) else price

    def whole(self, purpose: str, people: float) -> int:
        """A whole number of people, drawn for today, whose mean is `people`."""
        return self.luck.whole(purpose, people, int(self.env.now))

    def bear(self, item: str, usd: float) -> None:
        """Book a cost of a full-time agent's training, and bill it where the hospital bears it."""
        day, usd = int(self.env.now), usd * self.hours_share
        self.account.book(item, day, usd)
        if self.price.bills_training:
            self.account.charge(day, usd)
