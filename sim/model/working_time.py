"""A team's working time: overtime, and the hours that are paid for."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from sim.model.account import Account
from sim.model.careers import Career
from sim.model.kernel.rows import Crew, WorkQueue
from sim.model.kernel.work import overtime_days
from sim.model.workplaces import Workplace
from sim.scenario.schema import Overtime
from sim.scenario.turnover import Hiring
from sim.scenario.vendor import Price


class WorkingTime:
    """Overtime and counted hours of a team. Times are days since the start.

    Everybody's time is counted up to now whenever something about it changes, and every night, so
    that busy ≤ productive ≤ scheduled ≤ paid in any span of time. `shadowing` says that the team
    watches another at work, which is billed in full.
    """

    def __init__(
        self,
        workplace: Workplace,
        crew: Crew,
        overtime: Overtime | None,
        hiring: Hiring,
        account: Account,
    ) -> None:
        self._workplace = workplace
        self._crew = crew
        self._overtime = overtime
        self._multiplier = overtime.pay_multiplier if overtime else 1.0
        self._mentor_share = hiring.mentor_share
        self._account = account
        self.shadowing = False
        self.productive_minutes = 0.0
        self.paid_hours = 0.0
        self.scheduled_hours = 0.0
        self.billed_hours = 0.0
        self.wages_usd = 0.0
        self.training_usd = 0.0
        """Wages in the classroom, and of mentors for the time they give."""
        self.desk_usd = 0.0
        """What was billed by the hour, the classroom not counted."""
        self._longest = 0.0
        """The most by which a shift is longer by now: to ask the compiled engine's rows is dear."""

    def count_all(self, agents: Sequence[Career], price: Price, until: float) -> None:
        """Count everybody's time up to now. It is asked for every night: days off can wait."""
        last, count, seats = ceil(until) - 1, self.count, self._account.has_seats
        for agent in agents:
            calendar = agent.calendar
            ends = calendar.shift_start + agent.shift_days + self._longest
            if calendar.is_workday[last] or ends > 1.0 or seats:
                count(agent, price, until)

    def count(self, agent: Career, price: Price, until: float) -> None:
        """Count an agent's paid, billed and productive time up to a moment, and charge it."""
        start = agent.counted_until
        if start >= until:
            return
        agent.counted_until = until
        calendar, seats = agent.calendar, self._account.has_seats
        worked = calendar.is_workday
        # A shift that is long, or begins late, may end on the day after.
        into_tomorrow = calendar.shift_start + agent.shift_days + self._longest > 1.0
        while start < until:
            day = int(start)
            end = min(until, day + 1.0)
            if into_tomorrow and day > 0 and worked[day - 1]:
                self._count_shift(agent, price, day - 1, start, end)
            if worked[day]:
                self._count_shift(agent, price, day, start, end)
            if seats:
                self._account.seat(day, (end - start) * agent.hours_share)
            start = end

    def _count_shift(
        self, agent: Career, price: Price, begun: int, start: float, end: float
    ) -> None:
        """Count what of the shift begun on a workday lies within a span of time of one day."""
        first, regular, last = self._ends(agent, begun)
        from_here = max(start, first)
        hours = 24.0 * max(0.0, min(end, regular) - from_here)
        extra = 24.0 * max(0.0, min(end, last) - max(start, regular)) if last > regular else 0.0
        if hours > 0.0 or extra > 0.0:
            self._book(agent, price, begun, int(start), hours, extra)
            if self._workplace.night_premium_share > 0.0:
                works_longer = agent.producing and not agent.absent[begun]
                ends = min(end, last if works_longer else regular)
                self._pay_for_nights(agent, int(start), from_here, ends)

    def _ends(self, agent: Career, begun: int) -> tuple[float, float, float]:
        """When a shift begun on a workday begins, and ends without and with overtime."""
        first = begun + agent.calendar.shift_start
        regular = first + agent.shift_days
        if self._longest == 0.0:
            return first, regular, regular
        longer = overtime_days(self._crew, agent.row, begun)
        return first, regular, min(first + 1.0, regular + longer)

    def _book(
        self, agent: Career, price: Price, begun: int, day: int, regular: float, extra: float
    ) -> None:
        """Book hours of a shift on a day; nobody works overtime who is not at the desk."""
        here = agent.producing and not agent.absent[begun]
        hours = regular + (extra if here else 0.0)
        pay = regular + (extra * self._multiplier if here else 0.0)
        self.paid_hours += hours
        self.wages_usd += pay * agent.wage
        self._account.pay(day, hours, pay * agent.wage)
        if agent.producing:
            self.scheduled_hours += hours
            self.training_usd += pay * agent.wage * self._mentor_share * agent.pupils
            self.desk_usd += pay * agent.rate
        elif not self.shadowing:
            self.training_usd += pay * agent.wage
        if agent.producing or price.bills_training or self.shadowing:
            self.billed_hours += hours
            self._account.charge(day, pay * agent.rate)
        if here:
            productive = hours * 60.0 * agent.productive_share
            agent.productive_minutes += productive
            self.productive_minutes += productive

    def _pay_for_nights(self, agent: Career, day: int, begins: float, ends: float) -> None:
        """Pay what hours of a shift, overtime included, earn at night."""
        hours = self._workplace.night_hours(begins, ends)
        usd = hours * self._workplace.night_premium_share * agent.wage
        self.wages_usd += usd
        self._account.pay(day, 0.0, usd)
        if agent.producing:
            self.training_usd += usd * self._mentor_share * agent.pupils
        elif not self.shadowing:
            self.training_usd += usd

    def plan_overtime(
        self, day: int, queues: Sequence[WorkQueue], people: float, hours_share: float
    ) -> None:
        """Lengthen shifts where more days of work wait than the team puts up with.

        For a week, from tomorrow on: today's shift may have begun. `people` work `hours_share` of
        a shift; who works less than that is a part of one of them, and has as much overtime.
        """
        if self._overtime is None:
            return
        crew = self._crew
        a_day = self._workplace.productive_minutes(hours_share) * max(1.0, people)
        backlog = sum(q.level * q.minutes for q in queues) / a_day
        longer = self._overtime.hours_per_day * hours_share / 24.0
        crew.overtime_before, crew.overtime_from = crew.overtime_days, day + 1
        crew.overtime_days = longer if backlog > self._overtime.backlog_days else 0.0
        self._longest = max(crew.overtime_before, crew.overtime_days)

    def end_overtime(self) -> None:
        """Nobody works longer from now on."""
        self._crew.overtime_before = self._crew.overtime_days = self._longest = 0.0
