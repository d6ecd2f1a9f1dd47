"""What the work that has come in during a week needs: minutes, and full-time people at desks.

The volume is what really came to the queues in that week and replication: dated volumes, seasons,
payers' answers and a stock that is put in the queues are all in it, each when it comes. What people
need for it is what plans expect of a settled team (`staffing.desks_of`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.model.calendar import WorkCalendar
from sim.model.codes import SETTINGS
from sim.model.flows import coding_time, yearly_minutes
from sim.model.rules import DAYS_PER_YEAR
from sim.model.staffing import Desks, desks_of, full_time_needed
from sim.model.visits import drafts_left
from sim.model.workplaces import Workplace, workplaces
from sim.scenario.schema import Scenario, Team


class Needed(NamedTuple):
    """Items that came to a team, hours that they take, and full-time people needed at desks."""

    volume: float
    workload_hours: float
    required: float


@dataclass(frozen=True, slots=True)
class Demand:
    """What items mean for the team of one stint, at the scale of the items."""

    desks: Desks
    item_minutes: dict[str, float]
    """Standard minutes of an item of each queue, machines' help taken off."""
    workplace: Workplace

    def of(self, items: Mapping[str, float], first_day: int, end_day: int) -> Needed:
        """What so many items need within some days, in which somebody full-time is there.

        They are by kind of work; those of a queue that several teams share are divided evenly.
        Where the days hold no shift nobody can do them then.
        """
        mine = {queue: items[queue] / self.desks.serving[queue] for queue in self.item_minutes}
        standard = sum(count * self.item_minutes[queue] for queue, count in mine.items())
        productive = self.workplace.productive_minutes_between(first_day, end_day)
        required = self.desks.needed(standard, productive) if productive > 0.0 else 0.0
        return Needed(sum(mine.values()), self.desks.minutes(standard) / 60.0, required)


def demand_of(
    scenario: Scenario, team: Team, workplace: Workplace, minutes: dict[str, float]
) -> Demand:
    """What items mean for a team; `minutes` are the year's standard minutes by queue."""
    vendor = next(v for v in scenario.vendors if v.name == team.vendor)
    coded = {f"coding_{setting}": coding_time(vendor, setting) for setting in SETTINGS}
    each = {
        str(q.name): q.minutes * coded.get(str(q.name), 1.0) * drafts_left(vendor, str(q.name))
        for q in scenario.queues
        if q.name in team.queues
    }
    front = scenario.hospital.front_end
    if front is not None and "prior_auth" in each:  # who argues with the payer has no draft
        whole = next(q.minutes for q in scenario.queues if q.name == "prior_auth")
        argued = front.auth_refused_share
        each["prior_auth"] = (each["prior_auth"] + whole * argued) / (1.0 + argued)
    return Demand(desks_of(scenario, team, workplace, minutes), each, workplace)


class Staffing(NamedTuple):
    """A team as it is planned, and as the year's work would have it, at scale 1.

    `load` are the people whom the work keeps busy all their productive time, `item_minutes` what an
    item takes them on average, `minutes_per_day` their productive minutes of a day of the calendar.
    """

    planned: float
    needed: float
    load: float
    item_minutes: float
    minutes_per_day: float


def staffing(scenario: Scenario) -> list[Staffing]:
    """The staffing of each team on the first day, in their order."""
    calendar = WorkCalendar(scenario.calendar, scenario.start, scenario.end_days)
    places, minutes = workplaces(scenario, calendar), yearly_minutes(scenario)
    return [_staffed(scenario, team, places[team.site], minutes) for team in scenario.teams]


def _staffed(
    scenario: Scenario, team: Team, workplace: Workplace, minutes: dict[str, float]
) -> Staffing:
    auto = team.model_copy(update={"headcount": "auto"})
    planned, needed = (full_time_needed(scenario, t, workplace, minutes) for t in (team, auto))
    demand = demand_of(scenario, team, workplace, minutes)
    shared = demand.desks.shared_out(minutes)
    mine = {q: shared[q] for q in demand.item_minutes}
    items = sum(work / demand.item_minutes[q] for q, work in mine.items())
    work, productive = (
        demand.desks.minutes(sum(mine.values())),
        workplace.productive_minutes_per_year,
    )
    load = demand.desks.needed(sum(mine.values()), productive) * demand.desks.target_occupancy
    return Staffing(
        planned,
        needed,
        load,
        work / items if items else 0.0,
        (work / load if load else productive) / DAYS_PER_YEAR,
    )
