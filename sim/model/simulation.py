"""One replication: lets the days of a world pass, and returns the record."""

from __future__ import annotations

import gc
from collections.abc import Callable

import numpy as np

from sim.model import AUTO, rules
from sim.model.arrivals import times_of_day
from sim.model.claims import Batch
from sim.model.engine import Process
from sim.model.engines import maker
from sim.model.observe import Observer
from sim.model.personnel import REVIEW_DAYS
from sim.model.stock import take_over_stock
from sim.model.timeline import Timeline
from sim.model.world import World
from sim.record.record import Record
from sim.scenario.schema import Scenario


def run(scenario: Scenario, replication: int, engine: str = AUTO, *, log: bool = False) -> Record:
    """Simulate one replication of a scenario. Pure: the same arguments give the same record.

    So do all engines: `engine` is one of `sim.model.ENGINES`. With `log`, the record holds what
    happened event by event besides.
    """
    world = World(scenario, replication, maker(engine, scenario))
    world.state.house.logs = int(log)
    return Simulation(world).run()


class Simulation:
    """The clock that drives a world: every day's business, and a look around every week."""

    def __init__(self, world: World, look: Callable[[int], None] | None = None) -> None:
        """`look` is called every morning, before anything happens."""
        self.world = world
        self._look = look
        self._scenario = world.scenario
        self._engine = world.engine
        self._timeline = Timeline(world)
        self._observer = Observer(world)
        self._waiting: dict[int, list[range]] = {}
        """Charts that are not complete yet, by the day on which they will be."""
        self._planned: dict[int, list[tuple[range, Batch]]] = {}
        """Visits to come, by the day for which they were planned first."""
        self._expected_until = 0
        """Services before this day have been drawn."""

    def run(self) -> Record:
        """Open the doors and let the days pass."""
        env = self._engine.env
        self._open()
        env.process(self._days())
        if self._scenario.hospital.arrivals.within_day == "continuous":
            env.process(self._trickle())
        collecting = gc.isenabled()
        gc.disable()  # nothing here is garbage before the end; full collections would cost a third
        try:
            self._engine.run(self._scenario.horizon_days)
            self._count_time()
            self._observer.close()
            if self._scenario.drain_days:
                for team in self.world.teams:
                    team.freeze()
                env.process(self._drain())
                self._engine.run(self._scenario.end_days)
            return self._observer.record()
        finally:
            self._engine.close()
            if collecting:
                gc.enable()

    def _open(self) -> None:
        """Employ the first teams, and give them what is there, before anything else happens."""
        for stint, team in zip(self.world.stints, self.world.teams, strict=True):
            if stint.employs == 0 and stint.opens == 0:
                team.open_doors()
                team.take_over()
        self._observer.open(take_over_stock(self.world))

    def _days(self) -> Process:
        """Every morning: last night's file, today's mail, charts to code, and the calendar."""
        world, engine, hospital = self.world, self._engine, self._scenario.hospital
        front = hospital.front_end
        batch = hospital.arrivals.within_day == "batch"
        for day in range(self._scenario.horizon_days):
            if self._look is not None:
                self._look(day)
            self._count_time()
            self._observer.day(day)
            if day and day % REVIEW_DAYS == 0:
                self._observer.week(day)
            self._timeline.run(day)
            if day and day % REVIEW_DAYS == 0:
                for team in world.teams:
                    if team.employed or team.is_open:
                        team.review()
            world.feedback.run(day, self._see_denials())
            engine.receive_file(day)
            if front is not None:
                self._expect(day, front.lead_days[2])
                self._serve(day)
            engine.run_errands(day)
            if batch and front is None:
                self._draw(day)
                for claims in self._waiting.pop(day, ()):
                    engine.admit(claims)
            self._manage_vendors(day)
            yield engine.env.timeout(1.0)

    def _drain(self) -> Process:
        """The days after the run: those who are there finish what is open, and nothing comes in."""
        engine, scenario = self._engine, self._scenario
        for day in range(scenario.horizon_days, scenario.end_days):
            engine.receive_file(day)
            engine.run_errands(day)
            for claims in self._waiting.pop(day, ()):
                engine.admit(claims)
            yield engine.env.timeout(1.0)

    def _count_time(self) -> None:
        """Count, and charge, everybody's time up to now."""
        for team in self.world.teams:
            team.roster.count_time()

    def _see_denials(self) -> set[str]:
        """Vendors who work denials now, and so have something to tell the hospital."""
        return {
            team.vendor.name for team in self.world.teams if team.is_open and team.works_denials
        }

    def _draw(self, day: int) -> None:
        """Draw the claims of a day of service, whose charts will be complete some days later."""
        world = self.world
        ready = day + self._scenario.hospital.chart_ready_days
        self._waiting[ready] = [self._add(drawn) for drawn in world.source.day_claims(day)]

    def _add(self, drawn: Batch) -> range:
        """Give claims of today's service their rows, with their defects."""
        numbers = self._engine.add(drawn)
        self._engine.mark(numbers, drawn.defects(self.world.feedback.left))
        return numbers

    def _expect(self, today: int, longest_lead_days: int) -> None:
        """Draw the claims of all services that somebody may ask for before the next workday.

        Those after the end of the run are asked for as well, as if it went on.
        """
        world, engine = self.world, self._engine
        until = world.calendar.next_workday(today + 1) + longest_lead_days
        for day in range(self._expected_until, until):
            planned = [(engine.add(drawn), drawn) for drawn in world.source.day_claims(day)]
            self._planned[day] = planned
            if planned:
                engine.expect(range(planned[0][0].start, planned[-1][0].stop))
        self._expected_until = until

    def _serve(self, day: int) -> None:
        """Give the visits planned for today their defects, as far as meetings have left any."""
        for numbers, drawn in self._planned.pop(day, ()):
            self._engine.mark(numbers, drawn.defects(self.world.feedback.left))

    def _manage_vendors(self, day: int) -> None:
        """Book the hospital's own people who manage the vendors in place."""
        rates = {
            t.vendor.name: t.price.management_usd_per_year for t in self.world.teams if t.is_open
        }
        yearly = sum(rates.values()) * self._scenario.hospital.scale
        self.world.ledger.hospital_cost(day, yearly / rules.DAYS_PER_YEAR)

    def _trickle(self) -> Process:
        """Charts that come at independent times of the day."""
        env, engine = self._engine.env, self._engine
        profile = self._scenario.hospital.arrivals.hour_profile
        for day in range(self._scenario.horizon_days):
            self._draw(day)
            today = [c for claims in self._waiting.pop(day, ()) for c in claims]
            times = self.world.draws.uniforms("arrivals.time", day, len(today), 1)[:, 0]
            times = times if profile is None else times_of_day(times, profile)
            for i in np.argsort(times, kind="stable").tolist():
                at = day + float(times[i])
                if at > env.now:
                    yield env.timeout(at - env.now)
                engine.admit(range(today[i], today[i] + 1))
            if day + 1 > env.now:
                yield env.timeout(day + 1 - env.now)
