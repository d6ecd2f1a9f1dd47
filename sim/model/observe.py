"""Turns the state of a running world into the rows of a record; changes nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sim.model import staff_tables
from sim.model.agreements import agreements
from sim.model.arithmetic import power
from sim.model.careers import mean_level
from sim.model.claim_columns import claim_columns
from sim.model.codes import CATEGORIES, CAUSES, QUEUES, SETTINGS, STAGES, VISIT_CAUSES
from sim.model.demand import Needed
from sim.model.lanes import lanes_of, waits_of
from sim.model.log_book import log_of
from sim.model.rules import wait_bin, wait_bin_starts
from sim.model.stints import assessment_days, first_assessed, place_of
from sim.model.world import World
from sim.record.record import AGE_BANDS, Facts, Record, Table, add_row

COHORT_DAYS = 28
NOTHING = Needed(0.0, 0.0, 0.0)
OPENING = "opening team"
QUEUE_WEEKS = [
    "week",
    "week_start",
    "queue",
    "opening",
    "arrived",
    "finished",
    "backlog",
    "oldest_days",
    "wait_days",
    "mean_level",
    "days",
    "in_time",
    "missed",
    "busy_minutes",
    "productive_minutes",
]
TEAM_WEEKS = [
    "day",
    "team",
    "plan",
    "employed",
    "producing",
    "pipeline",
    "knowledge",
    "client",
    "certified_share",
    "busy_minutes",
    "productive_minutes",
    "paid_hours",
    "scheduled_hours",
    "billed_hours",
    "annual_rate",
    "exhaustion",
    "touch_share",
    "volume",
    "workload_hours",
    "required",
]
COHORTS = ("day", "date", "cohort", "people", "knowledge_domain", "knowledge_client")


class Observer:
    """Weekly rows of queues and teams, and the record at the end."""

    def __init__(self, world: World) -> None:
        self._world = world
        written = {str(q.name) for q in world.scenario.queues}
        self._names = [name for name in QUEUES if name in written]
        self._queues: Table = {name: [] for name in (*QUEUE_WEEKS, *AGE_BANDS)}
        self._weeks: Table = {name: [] for name in TEAM_WEEKS}
        self._cohorts: Table = {name: [] for name in COHORTS}
        self._last_queue: dict[str, tuple[int, int, float, float, int, int, int]] = {}
        self._last_team: dict[str, tuple[float, ...]] = {}
        self._last_day = 0
        self._last_arrived = [0] * len(world.state.queues)
        self._paid_before: NDArray[np.int64] = np.empty(0, np.int64)
        self._in_window: dict[str, tuple[float, ...]] = {}
        """Busy and productive minutes of each team in the KPI window, and its bill by the hour."""
        self._waits: dict[str, NDArray[np.int64]] = {}
        self._at_end: tuple[Table, dict[str, float]] = {}, {}

    def open(self, paid_before: NDArray[np.int64]) -> None:
        """Note what is there before the first day: cents paid of each claim, and what waits."""
        self._paid_before = paid_before
        for name in self._names:
            lanes = lanes_of(self._world.state.queues, name)
            arrived, level = sum(q.arrived for q in lanes), sum(q.level for q in lanes)
            waited = sum(q.waited_days for q in lanes)
            self._last_queue[name] = (arrived, 0, 0.0, waited, 0, 0, level)
        self._arrived()

    def day(self, day: int) -> None:
        """Note what the teams have worked and billed when the KPI window begins and ends."""
        scenario = self._world.scenario
        begins = day == scenario.kpi_from_days
        if begins:
            self._waits = self._wait_counts()
        if begins or day == scenario.horizon_days - scenario.kpi_until_days:
            for team in self._world.teams:
                seen = team.roster.busy_minutes, team.time.productive_minutes, team.time.desk_usd
                before = self._in_window.get(team.key, (0.0,) * len(seen))
                self._in_window[team.key] = tuple(x - y for x, y in zip(seen, before, strict=True))

    def _wait_counts(self) -> dict[str, NDArray[np.int64]]:
        """Items finished so far, by queue and bin of their wait."""
        queues = self._world.state.queues
        return {n: np.array(waits_of(lanes_of(queues, n))) for n in self._names}

    def close(self) -> None:
        """The run is over: what comes is only the end of what is open."""
        self.day(self._world.scenario.horizon_days)
        before = self._waits
        self._waits = {n: c - before.get(n, 0) for n, c in self._wait_counts().items()}
        self.week(self._world.scenario.horizon_days)
        self._at_end = staff_tables.agents(self._world), self._totals()

    def week(self, day: int) -> None:
        """Write the rows of the week (or part of one) that ends now."""
        if day == self._last_day:
            return
        self._write_queues(day, self._write_teams(day))
        if day % COHORT_DAYS == 0:
            self._write_cohorts(day)
        self._last_day = day

    def _write_teams(self, day: int) -> dict[str, tuple[float, float]]:
        """A row per team; gives the busy and the productive minutes of each queue's teams."""
        minutes: dict[str, tuple[float, float]] = {}
        arrived = self._arrived()
        for team, demand in zip(self._world.teams, self._world.demands, strict=True):
            if not (team.is_open or team.employed):
                continue
            came = {QUEUES[q.kind]: arrived[q.index] for q in team.queues}
            needed = demand.of(came, self._last_day, day) if team.is_open else NOTHING
            people = [a for a in team.employed if a.producing]
            seen = (
                team.roster.busy_minutes,
                team.time.productive_minutes,
                team.time.paid_hours,
                team.time.scheduled_hours,
                team.time.billed_hours,
            )
            before = self._last_team.get(team.key, (0.0,) * len(seen))
            self._last_team[team.key] = seen
            since = [x - y for x, y in zip(seen, before, strict=True)]
            for queue in team.queues:
                busy, productive = minutes.get(QUEUES[queue.kind], (0.0, 0.0))
                minutes[QUEUES[queue.kind]] = busy + since[0], productive + since[1]
            skills, hours = {q.skill for q in team.queues}, team.roster.hours_share
            fte, full_time = team.roster.fte, team.roster.full_time
            planned = team.roster.plan - (len(team.employed) - full_time)  # vacancies are full-time
            row = (
                self._last_day,
                team.name,
                planned * hours,
                full_time * hours,
                sum(map(fte, people)) * hours,
                team.personnel.pipeline * hours,
                sum(mean_level(a.row, skills) * fte(a) for a in people) * hours,
                sum(a.client * fte(a) for a in people) * hours,
                sum(fte(a) for a in people if a.certification != "none") * hours,
                *since,
                team.personnel.expected_rate,
                sum(a.exhaustion * fte(a) for a in people) * hours,
                team.strain.touch_share * sum(map(fte, people)) * hours,
                *needed,
            )
            add_row(self._weeks, row)
        return minutes

    def _arrived(self) -> list[int]:
        """Items that have come to each queue since this was asked last."""
        queues, before = self._world.state.queues, self._last_arrived
        self._last_arrived = [queue.arrived for queue in queues]
        return [now - last for now, last in zip(self._last_arrived, before, strict=True)]

    def _write_queues(self, day: int, minutes: Mapping[str, tuple[float, float]]) -> None:
        """A row per queue, with the minutes of its teams."""
        world, now, span = self._world, float(day), day - self._last_day
        begins = world.calendar.date_of(self._last_day).isoformat()
        for name in self._names:
            lanes = lanes_of(world.state.queues, name)
            area = sum(q.waited_days + q.level * now for q in lanes)
            waits = waits_of(lanes)
            in_time = sum(waits[: wait_bin(lanes[0].due_days)])
            seen = (
                sum(q.arrived for q in lanes),
                sum(waits),
                sum(q.wait_days for q in lanes),
                area,
                in_time,
                sum(q.missed for q in lanes),
                sum(q.level for q in lanes),
            )
            last = self._last_queue[name]
            self._last_queue[name] = seen
            finished = seen[1] - last[1]
            ages = [age for q in lanes for age in world.engine.ages(q, now)]
            row = (
                self._last_day // 7,
                begins,
                name,
                last[6],
                seen[0] - last[0],
                finished,
                seen[6],
                max(ages, default=0.0),
                (seen[2] - last[2]) / finished if finished > 0 else 0.0,
                (area - last[3]) / span,
                span,
                seen[4] - last[4],
                seen[5] - last[5],
                *minutes.get(name, (0.0, 0.0)),
                *_by_age(ages),
            )
            add_row(self._queues, row)

    def _write_cohorts(self, day: int) -> None:
        """Mean knowledge of those hired in the same quarter."""
        calendar = self._world.calendar
        groups: dict[str, list[tuple[float, float]]] = {}
        for team in self._world.teams:
            skills = {q.skill for q in team.queues}
            for agent in team.employed:
                hired = calendar.date_of(max(0, int(agent.hired // 1)))
                label = f"{hired.year} Q{(hired.month + 2) // 3}" if agent.hired >= 0 else OPENING
                level = mean_level(agent.row, skills)
                groups.setdefault(label, []).append((level, agent.client))
        for label in sorted(groups, key=lambda g: (g != OPENING, g)):
            levels = groups[label]
            means = (sum(column) / len(levels) for column in zip(*levels, strict=True))
            add_row(
                self._cohorts, (day, calendar.date_of(day).isoformat(), label, len(levels), *means)
            )

    def record(self) -> Record:
        """The record of the finished run."""
        world, facts = self._world, self._facts()
        horizon = facts.horizon_days
        agents, totals = self._at_end
        days = world.state.days[:horizon]
        claims, stock = claim_columns(
            world.engine, facts.filing_limit_days, horizon, facts.end_days, len(self._paid_before)
        )
        if stock:
            stock["paid_before_cents"] = self._paid_before
        first = claims["first_day"]
        return Record(
            facts=facts,
            claims=claims,
            days={
                "cash_usd": np.array([d.cash_cents for d in days]) / 100.0,
                "fees_usd": np.array([d.fees_usd for d in days]),
                "claim_fees_usd": np.array([d.claim_fees_usd for d in days]),
                "hospital_usd": np.array([d.hospital_usd for d in days]),
                "query_usd": np.array([d.query_usd for d in days]),
                "one_off_usd": self._one_offs(),
                "submitted": np.bincount(first[first >= 0], minlength=horizon)[:horizon].astype(
                    np.float64
                ),
            },
            weeks=self._weeks,
            queues=self._queues,
            cohorts=self._cohorts,
            waits=self._waits,
            agents=agents,
            careers=staff_tables.careers(world),
            totals=totals | self._window_totals(),
            accounts=staff_tables.accounts(world),
            stock=stock,
            log=log_of(world),
        )

    def _facts(self) -> Facts:
        """What analysis must know of the scenario."""
        world, scenario = self._world, self._world.scenario
        horizon = scenario.horizon_days
        calendar = world.calendar
        months = calendar.month_index[:horizon]
        starts: dict[int, str] = {}
        for day, month in enumerate(months):
            starts.setdefault(month, calendar.date_of(day).replace(day=1).isoformat())
        front = scenario.hospital.front_end
        return Facts(
            start=scenario.start.isoformat(),
            scale=scenario.hospital.scale,
            horizon_days=horizon,
            kpi_from_days=scenario.kpi_from_days,
            kpi_until_days=scenario.kpi_until_days,
            end_days=scenario.end_days,
            care_cost_share=front.care_cost_share if front else 0.0,
            payers=tuple(p.name for p in scenario.payers),
            wait_bin_starts=tuple(wait_bin_starts()),
            filing_limit_days=tuple(int(row.filing_limit_days) for row in world.state.payers),
            cost_of_capital_per_year=scenario.hospital.cost_of_capital_per_year,
            settings=SETTINGS,
            stages=STAGES,
            causes=CAUSES if scenario.hospital.front_end else CAUSES[:-VISIT_CAUSES],
            categories=CATEGORIES,
            queues=tuple(self._names),
            month_of_day=tuple(months),
            month_starts=tuple(starts.values()),
            agreements=agreements(scenario, world.stints),
        )

    def _totals(self) -> dict[str, float]:
        world = self._world
        scale = world.scenario.hospital.scale
        return {
            **self._breaches(scale),
            "recruiting_usd": sum(t.personnel.recruited for t in world.teams)
            * world.scenario.people.recruiting_usd,
            "programme_usd": sum(t.personnel.programme_usd for t in world.teams),
            "training_usd": sum(t.time.training_usd for t in world.teams),
            "wages_usd": sum(t.time.wages_usd for t in world.teams),
        }

    def _window_totals(self) -> dict[str, float]:
        """What claims of the KPI window have cost by claim, and the work that they leave behind.

        The latter is the minutes that they took, whenever that was, beyond those that were worked
        in the window, at what a busy minute of the team costs at its target occupancy. Where it is
        the other way round, more was worked in the window than its claims took: that is worth what
        it cost then, and so never more than was billed.
        """
        crews, teams = self._world.state.crews, self._world.teams
        # Who answers for the queues now does what vendors before have left.
        rates = {t.name: t.roster.usd_per_busy_minute() for t in teams if t.is_open}
        left = 0.0
        for team in teams:
            busy, productive, usd = self._in_window.get(team.key, (0.0, 0.0, 0.0))
            minutes = crews[team.roster.crew].window_minutes - busy
            if minutes >= 0.0:
                left += minutes * rates.get(team.name, 0.0)
            else:
                left += minutes * usd / max(busy, productive * team.vendor.target_occupancy)
        return {
            "window_fees_usd": sum(c.window_fees_usd for c in crews),
            "window_query_usd": sum(c.window_query_usd for c in crews),
            "left_work_usd": left,
        }

    def _one_offs(self) -> NDArray[np.float64]:
        """Cost of transitions, and of risk assessments on the day they begin, by day."""
        world, scenario = self._world, self._world.scenario
        profiles = {v.name: v.compliance for v in scenario.vendors}
        charges = list(world.ledger.transitions)
        for vendor, event in first_assessed(scenario).items():
            if p := profiles[vendor]:
                weeks = assessment_days(scenario, vendor, world.draws) / 7.0
                usd = weeks * p.review_hours_per_week * p.review_usd_per_hour
                charges.append((world.calendar.day_of(event.on), usd))
        booked: dict[int, list[float]] = {}
        for day, usd in charges:
            booked.setdefault(day, []).append(usd)
        days = [fsum(booked.get(day, ())) for day in range(scenario.horizon_days)]
        return np.array(days) * scenario.hospital.scale

    def _breaches(self, scale: float) -> dict[str, float]:
        """Cost of breaches: as expected, and as this replication drew them."""
        world = self._world
        scenario, horizon = world.scenario, world.scenario.horizon_days
        expected, drawn = [], []
        for vendor in scenario.vendors:
            profile = vendor.compliance
            spans = [
                (min(s.opens, horizon), min(s.closes or horizon, horizon))
                for s in world.stints
                if s.team.vendor == vendor.name
            ]
            if profile is not None and spans:
                days = max(end for _, end in spans) - min(begin for begin, _ in spans)
                hit = 1.0 - power(1.0 - profile.breach_per_year, days / 365.25)
                expected.append(hit * profile.breach_usd * scale)
                [u] = world.draws.one_row(f"breach.{place_of(scenario, vendor.name)}", 0, 1)
                drawn.append(profile.breach_usd * scale if u < hit else 0.0)
        # Exact sums: they do not hang on the order of the vendors.
        return {"breach_expected_usd": fsum(expected), "breach_drawn_usd": fsum(drawn)}


def _by_age(ages: Sequence[float]) -> list[int]:
    """How many lie in each of the bands of `AGE_BANDS`."""
    ordered = sorted(ages)
    below = [0, *(bisect_left(ordered, end) for end in AGE_BANDS.values())]
    return [b - a for a, b in pairwise(below)]
