"""A team's working time: overtime, and the hours that are paid for."""

from __future__ import annotations

from collections.abc import Sequence

from sim.model.calendar import WorkCalendar
from sim.model.careers import Career
from sim.model.kernel.rows import Crew, WorkQueue
from sim.scenario.schema import Overtime
from sim.scenario.vendor import Hiring, Price


class WorkingTime:
    """Overtime and counted hours of a team. Times are days since the start."""

    def __init__(
        self, calendar: WorkCalendar, crew: Crew, overtime: Overtime | None, hiring: Hiring
    ) -> None:
        self._calendar = calendar
        self._crew = crew
        self._overtime = overtime
        self._mentor_share = hiring.mentor_share
        self.productive_minutes = 0.0
        self.paid_hours = 0.0
        self.scheduled_hours = 0.0
        self.billed_hours = 0.0
        self.wages_usd = 0.0
        self.training_usd = 0.0
        """Wages in the classroom, and of mentors for the time they give."""

    def count(self, day: int, employed: Sequence[Career], price: Price) -> float:
        """Count a day's paid, billed and productive time of everyone employed; gives the fees."""
        if not self._calendar.is_workday[day]:
            return 0.0
        hours = self._calendar.shift_length * 24.0 * self._crew.hours_share
        extra = self._crew.overtime_days * 24.0
        premium = extra * self._overtime.pay_multiplier if self._overtime else 0.0
        fees = 0.0
        for agent in employed:
            here = agent.producing and not agent.absent[day]
            paid = hours + (premium if here else 0.0)
            self.paid_hours += paid
            self.wages_usd += paid * agent.wage
            if agent.producing:
                self.scheduled_hours += hours + extra
                self.training_usd += paid * agent.wage * self._mentor_share * agent.pupils
            else:
                self.training_usd += paid * agent.wage
            if agent.producing or price.bills_training:
                self.billed_hours += paid
                fees += paid * agent.rate
            if here:
                productive = (hours + extra) * 60.0 * agent.productive_share
                agent.productive_minutes += productive
                self.productive_minutes += productive
        return fees

    def plan_overtime(self, queues: Sequence[WorkQueue], people: int) -> None:
        """Lengthen shifts for a week where more days of work wait than the team puts up with."""
        if self._overtime is None:
            return
        a_day = self._calendar.productive_minutes(self._crew.hours_share) * max(1, people)
        backlog = sum(q.level * q.minutes for q in queues) / a_day
        longer = self._overtime.hours_per_day * self._crew.hours_share / 24.0
        self._crew.overtime_days = longer if backlog > self._overtime.backlog_days else 0.0
