"""Who leaves a team, who is hired for it, and who is put through a certification programme."""

from __future__ import annotations

from math import inf

from sim.model import rules
from sim.model.arithmetic import power
from sim.model.careers import Career
from sim.model.departures import Departures
from sim.model.engine import Process
from sim.model.expectations import expected_separations_per_year
from sim.model.freezes import Freezes
from sim.model.leads import TeamLeads
from sim.model.retention import Retention
from sim.model.returners import Returners
from sim.model.roster import Roster
from sim.model.strain import TeamStrain
from sim.model.trainers import TeamTrainers
from sim.scenario.persons import Person
from sim.scenario.schema import Scenario
from sim.scenario.timeline import ProgrammeStart
from sim.scenario.vendor import Programme

REVIEW_DAYS = 7
MOST_TRIES = 64
"""Searches of which the first that has lasted long enough stands for one under way."""
ENDLESS_DAYS = 36525.0
"""Tenure of a team that nobody ever leaves, met for ever: long enough to know all there is."""


class Personnel:
    """Turnover and hiring of one team, reviewed weekly.

    Each agent brings a threshold of cumulative hazard, drawn at hire; they leave when theirs is
    reached. The hazard is Weibull in tenure, its scale solved from the separation rate that the
    scenario states, and runs faster or slower with pressure and exhaustion (`TeamStrain`), with
    programmes, and with what else keeps people or drives them away (`Retention`).
    """

    def __init__(
        self, scenario: Scenario, roster: Roster, strain: TeamStrain, leads: TeamLeads
    ) -> None:
        vendor = roster.vendor
        self._roster = roster
        self._strain = strain
        self._leads = leads
        roster.employer = self
        self._freezes = Freezes(scenario, roster.name)
        self._env = roster.env
        self._vendor = vendor
        self._hiring = vendor.hiring
        self._turnover = vendor.turnover
        self._people = scenario.people
        self.retention = Retention(scenario, roster)
        self.departures = Departures(roster)
        self._returners = Returners(roster)
        self._trainers = TeamTrainers(roster)
        later = {
            (e.vendor, e.programme) for e in scenario.timeline if isinstance(e, ProgrammeStart)
        }
        self._started = {
            p.name: -inf for p in vendor.programmes if (vendor.name, p.name) not in later
        }
        """When each programme that has begun did: those without a date have always been."""
        self._stopped = False
        self._called_off = 0
        self.pipeline = 0
        self.opened: list[float] = []
        """When each position was opened for which people have been sought."""
        self._vacancies = 0
        self.recruited = 0.0
        self.programme_usd = 0.0
        self._class_places: dict[int, int] = {}
        self._next_review = self._env.now + REVIEW_DAYS - self._env.now % REVIEW_DAYS
        rate, shape = self._turnover.annual_rate, self._turnover.shape
        self.scale_days = rules.tenure_scale_days(rate, shape) if rate > 0 else inf
        self.expected_rate = expected_separations_per_year(scenario, vendor)
        """Separations per mean headcount and year at the target occupancy."""

    def start_programme(self, name: str) -> None:
        """Let a certification programme begin."""
        self._started.setdefault(name, self._env.now)

    def stop(self) -> None:
        """Nobody is hired, and nobody leaves of their own accord, any more."""
        self._stopped = True
        self._leads.stop()

    @property
    def staying(self) -> list[Career]:
        """Everybody employed who has not given notice: the others are being replaced already."""
        return [agent for agent in self._roster.employed if not agent.on_notice]

    def replan(self, people: float) -> None:
        """Go over to another plan: lay off who is too many, look for who is missing."""
        roster = self._roster
        headcount = roster.whole("staffing", people)
        roster.plan = headcount
        staying = self.staying
        surplus = len(staying) + self.pipeline - headcount
        called_off = max(0, min(surplus, self.pipeline))
        self.pipeline -= called_off
        self._called_off += called_off
        newest = sorted(staying, key=lambda a: a.newest_first)
        for agent in newest[: max(0, surplus - called_off)]:
            roster.dismiss(agent, "layoff")
        for _ in range(-surplus):
            self._open_vacancy()

    def hazard(self, tenure_days: float) -> float:
        """Cumulative hazard of quitting by a tenure, at the occupancy of reference."""
        if self.scale_days == inf:
            return 0.0
        return rules.cumulative_hazard(tenure_days, self.scale_days, self._turnover.shape)

    def stationary_age(self, agent: Career) -> float:
        """Tenure (days) of somebody met at random in a team that has been there for ever.

        A hazard that has always been f times as high shortens Weibull tenures by f^(1/shape).
        """
        if self.expected_rate <= 0.0:
            return ENDLESS_DAYS
        shape, u = self._turnover.shape, self._roster.luck.age(agent)
        scale_days = rules.tenure_scale_days(self.expected_rate, shape)
        usual = rules.stationary_age_days(u, scale_days, shape)
        longer = power(self.retention.of_old(agent), -1.0 / shape)
        return min(usual * longer, max(usual, ENDLESS_DAYS))

    def review(self, first: bool = False) -> None:
        """The weekly look at who will leave, who is missing and who enrols."""
        now = self._env.now
        self._next_review = now + REVIEW_DAYS - (now % REVIEW_DAYS if first else 0.0)
        self.retention.review()
        for agent in list(self._roster.employed):
            self.expose(agent)
            self._enrol(agent)
        self._fill_up()

    # --- leaving ------------------------------------------------------------------------------

    def expose(self, agent: Career) -> None:
        """Run an agent's hazard up to the next review; if the threshold is met, plan the exit."""
        if self.scale_days == inf or agent.leaving:
            return
        driven = self.retention.factor(agent, self._next_review) * self._leads.hazard_factor
        pace = agent.hazard_factor * self._strain.hazard_factor(agent) * driven
        before, after = agent.reviewed_hazard, self.hazard(self._next_review - agent.hired)
        gained = pace * (after - before)
        if pace > 0 and agent.clear_hazard + gained >= agent.threshold:
            at_hazard = before + (agent.threshold - agent.clear_hazard) / pace
            tenure = rules.tenure_at_hazard(at_hazard, self.scale_days, self._turnover.shape)
            agent.leaving = True
            # Or, where hiring takes no time, one could follow another without end on one day.
            soonest = agent.hired + 1.0 if driven > 1.0 else 0.0
            self._env.process(self._quit(agent, max(self._env.now, soonest, agent.hired + tenure)))
        agent.clear_hazard += gained
        agent.reviewed_hazard = after

    def _quit(self, agent: Career, at: float) -> Process:
        yield self._env.timeout(at - self._env.now)
        yield from agent.employer.give_notice(agent)

    def give_notice(self, agent: Career) -> Process:
        """Somebody has decided to quit: they go when notice is over, and leave a place behind."""
        if not self._is_here(agent):
            return
        self.retention.note_quit()
        if self._turnover.notice_days:
            self._replace(agent)
            agent.on_notice = True
            yield self._env.timeout(self._turnover.notice_days)
            if not self._is_here(agent):
                return
        self._roster.dismiss(agent, "quit")
        self._returners.note(agent)
        self._replace(agent)

    def _is_here(self, agent: Career) -> bool:
        """Whether somebody is employed, and the team goes on."""
        return agent.left is None and not self._stopped

    def part_with(self, agent: Career, reason: str, from_bench: bool = False) -> None:
        """Let somebody go who has not decided to leave, and have them replaced."""
        if agent.on_notice or not self._is_here(agent):
            return
        self._roster.dismiss(agent, reason)
        if from_bench:
            self._open_vacancy(0.0)
        else:
            self._replace(agent)

    def count(self, agent: Career, until: float = 0.0) -> None:
        """Count, and charge, somebody's time up to now, or to a time that may lie ahead."""
        self._roster.count(agent, until)

    def shock(self, kind: str, share: float) -> None:
        """Lose part of the team today: laid off, the newest; walking out, the likeliest to go."""
        roster = self._roster
        here = self.staying if kind == "layoff" else roster.employed
        count = roster.whole("shock", share * len(here))
        if kind == "layoff":
            leavers = sorted(here, key=lambda a: a.newest_first)[:count]
            roster.plan = max(0, roster.plan - count)
        else:
            ranked = sorted(here, key=lambda a: (a.threshold - a.clear_hazard, a.number))
            leavers = ranked[:count]
        for agent in leavers:
            roster.dismiss(agent, kind)
            if kind != "layoff":
                self._replace(agent)

    # --- hiring -------------------------------------------------------------------------------

    def _replace(self, leaver: Career) -> None:
        """Look for somebody in a leaver's place, as soon as they have told that they leave."""
        if self._hiring.policy == "replace_on_exit" and not leaver.on_notice:
            self._open_vacancy()

    def _fill_up(self) -> None:
        """Hire-up-to (Gans & Zhou 2002): compare people and pipeline with the plan."""
        target = self._roster.plan
        if self._hiring.policy == "hire_ahead":
            ahead = self._hiring.time_to_fill_days + self._hiring.classroom_days
            leavers = self.expected_rate * target * ahead / rules.DAYS_PER_YEAR
            # One draw for the run: a new one each week would hire up to the highest of them.
            target += rules.whole(leavers, self._roster.luck.hiring_ahead)
        elif self._hiring.policy != "hire_up_to":
            return
        for _ in range(target - len(self.staying) - self.pipeline):
            self._open_vacancy()

    def _open_vacancy(self, search_days: float | None = None) -> None:
        if self._hiring.policy == "freeze":
            return
        self.pipeline += 1
        self._vacancies += 1
        self.opened.append(self._env.now)
        self._env.process(self._hire(self._search() if search_days is None else search_days))

    def seek(self, people: int, days: float, *, still: bool, person: Person | None) -> None:
        """Positions have been open when the run begins: search for so many days, or what is left.

        `still` says that `days` are those for which they have been open.
        """
        for _ in range(people):
            self.pipeline += 1
            self._vacancies += 1
            self.opened.append(self._env.now - days if still else self._env.now)
            left = max(0.0, self._search(days) - days) if still else days
            self._env.process(self._hire(left, person))

    def _search(self, open_days: float = 0.0) -> float:
        """Days that it takes to fill a vacancy: one that opens now, or has been open so long."""
        hiring, offered = self._hiring, 1.0
        if hiring.pay_elasticity_of_fill:
            offer = self._roster.pay.offer(float(self._env.now))
            offered = power(offer, -hiring.pay_elasticity_of_fill)
        factors = [1.0]
        if hiring.time_to_fill_cv:
            sigma = rules.lognormal_sigma(hiring.time_to_fill_cv)
            tries = MOST_TRIES if open_days else 1
            luck = self._roster.luck.row("time_to_fill", self._vacancies, tries)
            factors = [rules.lognormal(u, sigma) for u in luck]
        drawn = (hiring.time_to_fill_days * factor * offered for factor in factors)
        return min(next((days for days in drawn if days > open_days), open_days), ENDLESS_DAYS)

    def _hire(self, search_days: float, person: Person | None = None) -> Process:
        """Fill a vacancy: search, wait for a class and for who teaches it, employ."""
        env = self._env
        yield env.timeout(search_days + self._freezes.rest_days(env.now, search_days))
        while True:
            start = self._class_start()
            if start > env.now:
                yield env.timeout(start - env.now)
            if self._called_off:
                self._called_off -= 1
                return
            if self._stopped:
                self.pipeline -= 1
                return
            at = self._trainers.admit(float(env.now))
            if at <= env.now:
                break
            yield env.timeout(at - env.now + self._freezes.rest_days(at, 0.0))
        self.pipeline -= 1
        self.recruit(person)

    def recruit(self, person: Person | None = None) -> Career:
        """Let somebody start in the classroom now, at the cost of recruiting them."""
        self.recruited += self._roster.hours_share
        self._roster.bear("recruiting_usd", self._people.recruiting_usd)
        return self._join(person)

    def _join(self, person: Person | None = None) -> Career:
        """A newcomer begins, who may have been here before, unless it is said who they are."""
        agent = self._roster.employ_newcomer(person)
        if person is None:
            self._returners.welcome(agent)
        self.expose(agent)
        self.departures.begin(agent)
        return agent

    def _class_start(self) -> float:
        """Start of the next class with a free place."""
        every, now = self._hiring.class_every_days, float(self._env.now)
        if every == 0:
            return now
        slot = -int(-now // every)
        while self._class_places.get(slot, 0) >= self._hiring.class_size or self._freezes.on(
            slot * every
        ):
            slot += 1
        self._class_places[slot] = self._class_places.get(slot, 0) + 1
        return float(slot * every)

    # --- certification ------------------------------------------------------------------------

    def look_back(self, agent: Career, tenure_days: float, written: bool = False) -> None:
        """Put somebody of the opening team where programmes that have begun would have them now.

        Whose present certificate is `written` holds that, and has tried in vain what is over.
        """
        now, programme = self._env.now, self._open_to(agent, tenure_days)
        if programme is None:
            return
        began = max(now - tenure_days + programme.after_days, self._started[programme.name])
        if began < now:
            days = began + programme.months * rules.DAYS_PER_MONTH - now
            if written and days <= 0.0:
                agent.programme = True
            else:
                self._try(agent, programme, max(0.0, days))

    def _enrol(self, agent: Career) -> None:
        """Put an agent through the first programme they qualify for; each tries once."""
        programme = self._open_to(agent, self._env.now - agent.hired)
        if programme is None or not agent.producing:
            return
        if self._try(agent, programme, programme.months * rules.DAYS_PER_MONTH):
            self.programme_usd += programme.cost_usd * self._roster.hours_share
            self._roster.bear("programmes_usd", programme.cost_usd)

    def _open_to(self, agent: Career, tenure_days: float) -> Programme | None:
        """The first programme that somebody may enrol in who has not tried one yet."""
        if agent.programme:
            return None
        for programme in self._vendor.programmes:
            if (
                programme.name in self._started
                and agent.certification == programme.from_certification
                and tenure_days >= programme.after_days
            ):
                return programme
        return None

    def _try(self, agent: Career, programme: Programme, days: float) -> bool:
        """Let somebody decide on a programme with so many days to go; gives whether they enrol."""
        agent.programme = True
        u_enrol, u_pass = self._roster.luck.of(agent, "programme", 2)
        if u_enrol >= programme.enrol_share:
            return False
        passes = u_pass < programme.pass_share
        if days > 0.0:
            self._env.process(self._study(agent, programme, days, passes))
        elif passes:
            self.award(agent, programme)
        return True

    def _study(self, agent: Career, programme: Programme, days: float, passes: bool) -> Process:
        self._roster.pace.study(agent, programme.study_hours_per_week)
        yield self._env.timeout(days)
        if agent.left is None:
            self._roster.pace.study(agent, 0.0)
            # They may hold another certificate by now.
            if passes and agent.certification == programme.from_certification:
                agent.employer.award(agent, programme)

    def award(self, agent: Career, programme: Programme) -> None:
        """Give somebody what a programme that they passed brings."""
        self._roster.certify(agent, programme.to_certification)
        agent.hazard_factor = programme.hazard_multiplier
