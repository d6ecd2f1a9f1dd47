"""One replication: builds the world of a scenario, lets the days pass, and returns the record."""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from sim.model import rules
from sim.model.calendar import WorkCalendar
from sim.model.claims import Claim, ClaimSource
from sim.model.draws import Draws
from sim.model.expectations import full_time_needed, practice_shares, yearly_minutes
from sim.model.feedback import FeedbackLoop
from sim.model.front_end import FrontDesk
from sim.model.ledger import Ledger
from sim.model.observe import Observer
from sim.model.office import Office
from sim.model.payer import PayerDesk
from sim.model.personnel import REVIEW_DAYS
from sim.model.timeline import Stint, Timeline, stints
from sim.model.work import Desks
from sim.model.workforce import Team
from sim.record.record import Record
from sim.scenario.schema import Scenario

Process = Generator[simpy.Event, Any, None]


def run(scenario: Scenario, replication: int) -> Record:
    """Simulate one replication of a scenario. Pure: the same arguments give the same record."""
    return World(scenario, replication).run()


class World:
    """The parts of one replication and the clock that drives them."""

    def __init__(self, scenario: Scenario, replication: int) -> None:
        self.scenario = scenario
        self.env = simpy.Environment()
        self.draws = Draws(scenario.seed, replication)
        self.calendar = WorkCalendar(scenario.calendar, scenario.start, scenario.horizon_days)
        self.ledger = Ledger(scenario.horizon_days)
        self.office = Office(self.env, scenario, self.calendar, self.ledger)
        self.claims: list[Claim] = []
        self.payer = PayerDesk(scenario, self.office)
        self.desks = Desks(scenario, self.office, self.payer, self.draws)
        self.front: FrontDesk | None = None
        if scenario.hospital.front_end is not None:
            self.front = FrontDesk(scenario, self.office, self.payer, self.draws, self.desks.admit)
            self.desks.steps.update(self.front.steps)
        self.source = ClaimSource(scenario, self.calendar, self.draws)
        self.stints = stints(scenario, self.calendar, self.draws)
        self.teams = [self._team(stint) for stint in self.stints]
        self.feedback = FeedbackLoop(scenario, self.payer)
        self.timeline = Timeline(self)
        self.observer = Observer(self)

    def _team(self, stint: Stint) -> Team:
        """A team for one stint, sized for the work that the vendors of that time leave it."""
        now = tuple(
            s.team
            for s in self.stints
            if s.opens <= stint.opens and (s.closes is None or s.closes > stint.opens)
        )
        era = self.scenario.model_copy(update={"teams": now})
        minutes = yearly_minutes(era)
        full_time = full_time_needed(era, stint.team, self.calendar, minutes)
        shares = practice_shares(era, stint.team.queues, minutes)
        return Team(self.scenario, stint, self.office, self.desks, self.draws, full_time, shares)

    def run(self) -> Record:
        """Open the doors and let the days pass."""
        self._open()
        self.env.process(self._days())
        if self.scenario.hospital.arrivals.within_day == "continuous":
            self.env.process(self._trickle())
        collecting = gc.isenabled()
        gc.disable()  # nothing here is garbage before the end; full collections would cost a third
        try:
            self.env.run(until=self.scenario.horizon_days)
            record = self.observer.record()
            self._let_go()
        finally:
            if collecting:
                gc.enable()
        return record

    def _let_go(self) -> None:
        """Drop the claims: the world is a circle of references that would keep them for long."""
        self.claims.clear()
        self.office.agenda.clear()
        self.office.outbox.clear()
        for queue in self.office.queues.values():
            queue.heap.clear()

    def _days(self) -> Process:
        """Every morning: last night's file, today's mail, charts to code, and the calendar."""
        env, office = self.env, self.office
        ready = self.scenario.hospital.chart_ready_days
        batch = self.scenario.hospital.arrivals.within_day == "batch"
        horizon = self.scenario.horizon_days
        waiting: dict[int, list[Claim]] = {}
        for day in range(horizon):
            if day and day % REVIEW_DAYS == 0:
                self.observer.week(day)
            self.timeline.run(day)
            if day and day % REVIEW_DAYS == 0:
                for team in self.teams:
                    if team.employed or team.is_open:
                        team.review()
            self.feedback.run(day, self._see_denials())
            self.payer.receive_file(day)
            if self.front is not None:
                self._expect(self.front, day)
            office.run_errands(day)
            if batch and self.front is None:
                today = self.source.day_claims(day, self.feedback.left)
                self.claims += today
                waiting[day + ready] = today
                for claim in waiting.pop(day, ()):
                    self.desks.admit(claim)
            for team in self.teams:
                team.daily(day)
            self._manage_vendors(day)
            yield env.timeout(1.0)

    def _see_denials(self) -> set[str]:
        """Vendors who work denials now, and so have something to tell the hospital."""
        return {
            team.vendor.name
            for team in self.teams
            if team.is_open and any(q.name.startswith("denials") for q in team.queues)
        }

    def _expect(self, front: FrontDesk, today: int) -> None:
        """Draw the claims of services as far ahead as somebody may ask for one today."""
        ahead = today + front.longest_lead_days
        for day in range(0 if today == 0 else ahead, ahead + 1):
            if day < self.scenario.horizon_days:
                claims = self.source.day_claims(day, self.feedback.left)
                self.claims += claims
                front.expect(claims, day)

    def _manage_vendors(self, day: int) -> None:
        """Book the hospital's own people who manage the vendors in place."""
        rates = {t.vendor.name: t.price.management_usd_per_year for t in self.teams if t.is_open}
        yearly = sum(rates.values()) * self.scenario.hospital.scale
        self.ledger.hospital_usd[day] += yearly / rules.DAYS_PER_YEAR

    def _trickle(self) -> Process:
        """Charts that come at independent uniform times of the day."""
        env, ready = self.env, self.scenario.hospital.chart_ready_days
        waiting: dict[int, list[Claim]] = {}
        for day in range(self.scenario.horizon_days):
            waiting[day + ready] = self.source.day_claims(day, self.feedback.left)
            self.claims += waiting[day + ready]
            today = waiting.pop(day, [])
            times = self.draws.uniforms("arrivals.time", day, len(today), 1)[:, 0]
            for i in np.argsort(times, kind="stable").tolist():
                at = day + float(times[i])
                if at > env.now:
                    yield env.timeout(at - env.now)
                self.desks.admit(today[i])
            if day + 1 > env.now:
                yield env.timeout(day + 1 - env.now)

    def _open(self) -> None:
        """Employ the first teams, before anything else happens."""
        for stint, team in zip(self.stints, self.teams, strict=True):
            if stint.employs == 0 and stint.opens == 0:
                team.open_doors()
                team.take_over()
