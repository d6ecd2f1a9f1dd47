"""A team's working time: overtime, and the hours that are paid for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.model.account import Account
from sim.model.careers import Career
from sim.model.kernel.rows import Crew, WorkQueue
from sim.model.kernel.work import overtime_days
from sim.model.workplaces import Workplace
from sim.scenario.schema import Overtime
from sim.scenario.turnover import Hiring
from sim.scenario.vendor import Price


class Shift(NamedTuple):
    """The shifts of an agent: regular length, and whether overtime may make any longer by now.

    One that is long, or begins late, may end on the day after.

    Looked up once for a span of time: to ask the compiled engine's rows costs as much as ten sums.
    """

    agent: Career
    days: float
    may_be_longer: bool
    may_end_tomorrow: bool


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

    def count(self, agent: Career, price: Price, until: float) -> None:
        """Count an agent's paid, billed and productive time up to a moment, and charge it."""
        start, worked = agent.counted_until, agent.calendar.is_workday
        shift: Shift | None = None
        while start < until:
            day = int(start)
            end = min(until, day + 1.0)
            if worked[day] or (day > 0 and worked[day - 1]):
                shift = shift or self._shift_of(agent)
                for begun in (day - 1, day) if shift.may_end_tomorrow else (day,):
                    if begun >= 0 and worked[begun]:
                        regular, extra = self._on_duty(shift, begun, start, end)
                        if regular > 0.0 or extra > 0.0:
                            self._book(agent, price, begun, day, regular, extra)
                            if self._workplace.night_premium_share > 0.0:
                                self._pay_for_nights(shift, begun, start, end)
            if self._account.has_seats:
                self._account.seat(day, (end - start) * agent.row.hours_share)
            start = end
        agent.counted_until = max(until, agent.counted_until)

    def _shift_of(self, agent: Career) -> Shift:
        calendar, crew = agent.calendar, self._crew
        days = calendar.shift_length * agent.row.hours_share
        extra = max(crew.overtime_before, crew.overtime_days)
        return Shift(agent, days, extra > 0.0, calendar.shift_start + days + extra > 1.0)

    def _ends(self, shift: Shift, begun: int) -> tuple[float, float, float]:
        """When a shift begun on a workday begins, and ends without and with overtime."""
        first = begun + shift.agent.calendar.shift_start
        regular = first + shift.days
        longer = overtime_days(self._crew, shift.agent.row, begun) if shift.may_be_longer else 0.0
        return first, regular, min(first + 1.0, regular + longer)

    def _on_duty(self, shift: Shift, begun: int, start: float, end: float) -> tuple[float, float]:
        """Hours of the shift begun on a workday, regular and overtime, within a span of time."""
        if not shift.may_be_longer:
            first = begun + shift.agent.calendar.shift_start
            return 24.0 * max(0.0, min(end, first + shift.days) - max(start, first)), 0.0
        first, regular, last = self._ends(shift, begun)
        return (
            24.0 * max(0.0, min(end, regular) - max(start, first)),
            24.0 * max(0.0, min(end, last) - max(start, regular)),
        )

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

    def _pay_for_nights(self, shift: Shift, begun: int, start: float, end: float) -> None:
        """Pay what the hours of a shift within a span of time, overtime included, earn at night."""
        agent, (first, regular, last) = shift.agent, self._ends(shift, begun)
        works_longer = agent.producing and not agent.absent[begun]
        hours = self._workplace.night_hours(
            max(start, first), min(end, last if works_longer else regular)
        )
        usd = hours * self._workplace.night_premium_share * agent.wage
        self.wages_usd += usd
        self._account.pay(int(start), 0.0, usd)
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
