"""Checks that need more than one field of a scenario; each problem names the path it is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import log, prod
from pathlib import Path
from typing import get_args

from sim.scenario.contract_checks import contract_checks
from sim.scenario.daily_counts import CountsError, read_daily_counts
from sim.scenario.fields import CategoryName, FrontQueue, QueueName
from sim.scenario.finding import Problem, Steps, nearest
from sim.scenario.people_checks import opening_certifications, people_checks, written_heads
from sim.scenario.plugins import used
from sim.scenario.public_holidays import public_holidays, why_no_state, why_unknown
from sim.scenario.routing import routing_checks
from sim.scenario.schema import Scenario, Team
from sim.scenario.site import Site
from sim.scenario.stock import state_checks
from sim.scenario.timeline import (
    ClassStart,
    FeedbackStart,
    LeaveSeason,
    PayerSlow,
    ProgrammeStart,
    Staffing,
    VendorSwitch,
    Volume,
    Wage,
)
from sim.scenario.vendor import Vendor

TOLERANCE = 1e-6
LONGEST_LEAD_DAYS = 365
LONGEST_WAIT_DAYS = 3650
"""Longest that payers and audits take; the windows that they give are bounded alike."""
MOST_CLAIMS, MOST_PERSON_DAYS = 50_000_000, 100_000_000
"""What a run may have to hold: some gigabytes; the shipped hospital has 350,000 claims a year."""
MOST_OF_A_DAY = 1_000_000
"""Claims of a day and setting: the model keeps numbers for so many."""
FIRST_REPLY_MARGIN_DAYS = 30
"""Shortest span of counted services that gives a month's worth of every rate."""


def cross_checks(scenario: Scenario) -> list[Problem]:
    """Everything in a field-wise valid scenario that does not fit together."""
    return [
        *_plugins(scenario),
        *_dates(scenario),
        *_calendar(scenario),
        *_size(scenario),
        *_names(scenario),
        *_payers(scenario),
        *_categories(scenario),
        *_front_end(scenario),
        *_vendors(scenario),
        *_teams(scenario),
        *_sites(scenario),
        *_timeline(scenario),
        *_leaving(scenario),
        *people_checks(scenario),
        *state_checks(scenario),
        *contract_checks(scenario),
        *_arrivals(scenario),
    ]


def _sums_to_one(values: dict[Steps, float], path: Steps, what: str) -> Iterator[Problem]:
    total = sum(values.values())
    if abs(total - 1.0) > TOLERANCE:
        yield path, f"{what} must sum to 1 (they sum to {total:.6g})", list(values)


def _plugins(s: Scenario) -> Iterator[Problem]:
    for path, plugin in used(s):
        if isinstance(error := plugin.loaded, Exception):
            yield path, f"{plugin.what} cannot be loaded: {type(error).__name__}: {error}"


def _dates(s: Scenario) -> Iterator[Problem]:
    left = s.horizon_days - s.kpi_until_days - s.kpi_from_days
    if left < FIRST_REPLY_MARGIN_DAYS:
        yield (
            ("horizon_days",),
            f"too short for the KPIs: services count from day {s.kpi_from_days} "
            f"(kpi_from_days) to {s.kpi_until_days} days before the end (kpi_until_days), which "
            f"leaves {left} days; at least {FIRST_REPLY_MARGIN_DAYS} are needed, that is "
            f"horizon_days >= {s.kpi_from_days + s.kpi_until_days + FIRST_REPLY_MARGIN_DAYS}",
        )


def _calendar(s: Scenario) -> Iterator[Problem]:
    last = s.start + timedelta(s.horizon_days - 1)
    why = why_unknown(s.calendar.country, s.start.year, last.year)
    if why:
        yield ("calendar", "country"), why


def _size(s: Scenario) -> Iterator[Problem]:
    hospital = s.hospital
    yearly = (hospital.inpatient.claims_per_year + hospital.outpatient.claims_per_year) / 365.25
    surge = prod(max(1.0, e.factor) for e in s.timeline if isinstance(e, Volume))
    claims = yearly * hospital.scale * s.horizon_days * surge
    heads = [written_heads(s, t) or 0 for t in s.teams]
    heads += [e.headcount for e in s.timeline if isinstance(e, Staffing)]
    heads += [e.heads for e in s.timeline if isinstance(e, ClassStart)]
    days = sum(heads) * hospital.scale * s.horizon_days
    months, cv = hospital.arrivals.month_profile, hospital.arrivals.day_cv
    season = max(months) * len(months) / sum(months)
    peak = max(
        x.claims_per_year
        / 365.25
        * max(x.weekday_profile)
        * 7
        / max(sum(x.weekday_profile), 1e-300)
        for x in (hospital.inpatient, hospital.outpatient)
    )
    for found, what, most in (
        (claims, "claims", MOST_CLAIMS),
        (
            peak * season * hospital.scale * surge * (1 + 10 * cv),
            "claims of one setting on its busiest day",
            MOST_OF_A_DAY,
        ),
        (days, "days of people", MOST_PERSON_DAYS),
    ):
        if found > most:
            text = f"the run would have {found:,.0f} {what}, more than a computer can hold"
            yield ("hospital", "scale"), f"{text}; allowed: {most:,} (scale, volumes, horizon_days)"


def _names(s: Scenario) -> Iterator[Problem]:
    lists: dict[str, list[str]] = {
        "payers": [p.name for p in s.payers],
        "categories": [str(c.name) for c in s.categories],
        "queues": [str(q.name) for q in s.queues],
        "certifications": [c.name for c in s.certifications],
        "vendors": [v.name for v in s.vendors],
        "teams": [t.name for t in s.teams],
        "sites": [site.name for site in s.sites],
        "contract": [c.name for c in s.contract],
    }
    for section, names in lists.items():
        seen: set[str] = set()
        for i, name in enumerate(names):
            if name in seen:
                yield (section, i, "name"), f"{name!r} stands in {section} twice"
            seen.add(name)
    front = get_args(FrontQueue)
    needed = [q for q in get_args(QueueName) if q not in front or s.hospital.front_end]
    for section, all_of in (("categories", get_args(CategoryName)), ("queues", needed)):
        missing = [n for n in all_of if n not in lists[section]]
        if missing:
            yield (section,), f"missing: {', '.join(missing)}"
    for i, queue in enumerate(s.queues):
        if queue.name in front and not s.hospital.front_end:
            yield ("queues", i), f"queue {queue.name!r} needs hospital.front_end"


def _payers(s: Scenario) -> Iterator[Problem]:
    shares: dict[Steps, float] = {
        ("payers", i, "claims_share"): p.claims_share for i, p in enumerate(s.payers)
    }
    yield from _sums_to_one(shares, ("payers",), "claims_share values")
    for i, payer in enumerate(s.payers):
        low, mode, high = payer.reply_days
        if not 0 < low <= mode <= high <= LONGEST_WAIT_DAYS:
            order = f"0 < minimum <= mode <= maximum <= {LONGEST_WAIT_DAYS}"
            yield ("payers", i, "reply_days"), f"must be {order}"
        first, last = payer.records_decision_days
        if not 0 < first <= last <= LONGEST_WAIT_DAYS:
            order = f"0 < first <= last <= {LONGEST_WAIT_DAYS}"
            yield ("payers", i, "records_decision_days"), f"must be {order}"
    first, last = s.hospital.audit_lag_days
    if not 0 <= first <= last <= LONGEST_WAIT_DAYS:
        order = f"0 <= earliest <= latest <= {LONGEST_WAIT_DAYS}"
        yield ("hospital", "audit_lag_days"), f"must be {order}"
    for setting in ("inpatient", "outpatient"):
        profile = getattr(s.hospital, setting).weekday_profile
        if max(profile) <= 0:
            yield ("hospital", setting, "weekday_profile"), "needs a value above 0"


def _categories(s: Scenario) -> Iterator[Problem]:
    for i, c in enumerate(s.categories):
        if c.reject_share + c.deny_share + c.rfi_share > 1.0 + TOLERANCE:
            yield (("categories", i), "reject_share + deny_share + rfi_share must not exceed 1")


def _front_end(s: Scenario) -> Iterator[Problem]:
    front = s.hospital.front_end
    if front is None:
        return
    path = ("hospital", "front_end")
    low, mode, high = front.lead_days
    if not 1 <= low <= mode <= high <= LONGEST_LEAD_DAYS:
        yield (
            (*path, "lead_days"),
            f"must be 1 <= minimum <= mode <= maximum <= {LONGEST_LEAD_DAYS}",
        )
    first, last = front.auth_decision_days
    if not 0 <= first <= last <= LONGEST_LEAD_DAYS:
        yield (
            (*path, "auth_decision_days"),
            f"must be 0 <= earliest <= latest <= {LONGEST_LEAD_DAYS}",
        )
    if s.hospital.arrivals.within_day != "batch":
        where = ("hospital", "arrivals", "within_day")
        yield where, 'must be "batch" where the hospital has a front end: visits go by whole days'


def _mix(s: Scenario, mix: dict[str, float], path: Steps) -> Iterator[Problem]:
    known = [c.name for c in s.certifications]
    for name in mix:
        if name not in known:
            yield (*path, name), nearest(name, known)
    yield from _sums_to_one({(*path, name): part for name, part in mix.items()}, path, "shares")


def _vendors(s: Scenario) -> Iterator[Problem]:
    for i, vendor in enumerate(s.vendors):
        yield from _mix(s, vendor.certification_mix, ("vendors", i, "certification_mix"))
        known = [c.name for c in s.certifications]
        for j, programme in enumerate(vendor.programmes):
            for end in ("from_certification", "to_certification"):
                if getattr(programme, end) not in known:
                    path = ("vendors", i, "programmes", j, end)
                    yield path, nearest(getattr(programme, end), known)
    for i, c in enumerate(s.certifications):
        if c.accuracy_floor > c.accuracy_ceiling:
            yield ("certifications", i), "accuracy_floor must not exceed accuracy_ceiling"


def _teams(s: Scenario) -> Iterator[Problem]:
    vendors = {v.name: v for v in s.vendors}
    openers = {c.name: c.opens for c in s.certifications}
    able: dict[str, bool] = {q.name: False for q in s.queues}
    disciplines: dict[str, str] = {}
    ahead: dict[str, bool] = {}
    written = [opening_certifications(s, team) for team in s.teams]
    for i, team in enumerate(s.teams):
        if team.vendor not in vendors:
            yield ("teams", i, "vendor"), nearest(team.vendor, list(vendors))
            continue
        if team.certification_mix is not None:
            yield from _mix(s, team.certification_mix, ("teams", i, "certification_mix"))
        held = _held(team, vendors[team.vendor])
        held += [name for people in written for name in people.get(team.name, ())]
        for j, queue in enumerate(team.queues):
            if queue not in able:
                yield ("teams", i, "queues", j), nearest(queue, list(able))
            elif any(openers.get(c) == "all" or queue in openers.get(c, ()) for c in held):
                able[queue] = True
            if disciplines.setdefault(queue, team.discipline) != team.discipline:
                yield (
                    ("teams", i, "discipline"),
                    f"teams that share queue {queue!r} must use one discipline "
                    f"({disciplines[queue]!r} stands above)",
                )
            if ahead.setdefault(queue, team.returned_first) != team.returned_first:
                yield (
                    ("teams", i, "returned_first"),
                    f"teams that share queue {queue!r} must agree on it "
                    f"({str(ahead[queue]).lower()} stands above)",
                )
        if len(set(team.queues)) < len(team.queues):
            yield ("teams", i, "queues"), "a queue stands in the list twice"
    yield from routing_checks(s)
    served: set[str] = {q for t in s.teams for q in t.queues}
    for name, can in able.items():
        if name not in served:
            yield ("teams",), f"nobody serves queue {name!r}; add it to the queues of a team"
        elif not can:
            yield (
                ("teams",),
                f"nobody who serves queue {name!r} holds a certification that opens it",
            )


def _sites(s: Scenario) -> Iterator[Problem]:
    """Known places, certifications and sites; shifts that make up a team, and can be longer."""
    last = s.start + timedelta(s.horizon_days - 1)
    for i, site in enumerate(s.sites):
        path: Steps = ("sites", i)
        if why := why_unknown(site.country, s.start.year, last.year):
            yield (*path, "country"), why
        elif site.state is not None and (why := why_no_state(site.country, site.state)):
            yield (*path, "state"), why
        else:
            yield from _idle_shifts(s.start, site, path)
        known = [c.name for c in s.certifications]
        for name in site.wages:
            if name not in known:
                yield (*path, "wages", name), nearest(name, known)
        for j, shift in enumerate(site.shifts):
            if shift in site.shifts[:j]:
                yield (*path, "shifts", j), "the same shift stands in the list twice"
        shares: dict[Steps, float] = {
            (*path, "shifts", j, "people_share"): shift.people_share
            for j, shift in enumerate(site.shifts)
        }
        yield from _sums_to_one(shares, (*path, "shifts"), "people_share values")
    sites = {site.name: site for site in s.sites}
    for i, team in enumerate(s.teams):
        if team.site is not None and team.site not in sites:
            yield ("teams", i, "site"), _no_site(team.site, list(sites))
        elif team.overtime is not None:
            at = sites[team.site].shifts if team.site is not None else (s.calendar,)
            worked = {day for hours in at for day in hours.workdays}
            if not worked & set(team.overtime.days):
                shown = ", ".join(map(str, sorted(worked)))
                yield ("teams", i, "overtime", "days"), f"no shift begins then; worked: {shown}"


def _idle_shifts(start: date, site: Site, path: Steps) -> Iterator[Problem]:
    """Shifts that never begin in the year by which plans and practice go."""
    year = [start + timedelta(day) for day in range(365)]
    holidays = public_holidays(site.country, start.year, year[-1].year, site.state)
    open_on = {day.weekday() for day in year if day not in holidays and day not in site.closed_days}
    for j, shift in enumerate(site.shifts):
        if not open_on & set(shift.workdays):
            yield (*path, "shifts", j, "workdays"), "the site is closed on all of them for a year"


def _no_site(name: str, known: list[str]) -> str:
    return nearest(name, known) if known else f"unknown name {name!r}: there are no sites"


def _held(team: Team, vendor: Vendor) -> list[str]:
    mix = team.certification_mix or vendor.certification_mix
    return [name for name, part in mix.items() if part > 0]


def _timeline(s: Scenario) -> Iterator[Problem]:
    """Dates within the run, names that exist, one switch of a team a day, and what it refers to."""
    teams, vendors = [t.name for t in s.teams], {v.name: v for v in s.vendors}
    payers, sites = [p.name for p in s.payers], [site.name for site in s.sites]
    switched: set[tuple[str, object]] = set()
    for i, event in enumerate(s.timeline):
        path = ("timeline", i)
        last = s.start + timedelta(s.horizon_days)
        if not s.start <= event.on < last:
            yield (*path, "on"), f"{event.on} lies outside the run ({s.start} to {last})"
        for field, known in (("team", teams), ("vendor", list(vendors)), ("to", list(vendors))):
            name = getattr(event, field, None)
            if field == "to" and not isinstance(event, VendorSwitch):
                continue  # a certification
            if name is not None and name not in known:
                yield (*path, field), nearest(name, known)
        site = getattr(event, "site", None)
        if site is not None and site not in sites:
            yield (*path, "site"), _no_site(site, sites)
        for field, known in (("teams", teams), ("payers", payers)):
            names = getattr(event, field, "all")
            for j, name in enumerate(() if names == "all" else names):
                if name not in known:
                    yield (*path, field, j), nearest(name, known)
        if isinstance(event, VendorSwitch):
            if event.on <= s.start:
                yield (*path, "on"), "a switch must come after the start; write the vendor instead"
            named = teams if event.teams == "all" else event.teams
            twice = ", ".join(repr(name) for name in named if (name, event.on) in switched)
            if twice:
                yield (*path, "on"), f"switched twice on {event.on}: team {twice}"
            switched |= {(name, event.on) for name in named}
        until = event.until if isinstance(event, Volume | PayerSlow) else None
        if until is not None and until <= event.on:
            yield (*path, "until"), f"must come after {event.on}"
        vendor = vendors.get(getattr(event, "vendor", ""))
        if isinstance(event, FeedbackStart) and vendor and vendor.feedback is None:
            yield (*path, "vendor"), f"vendor {event.vendor!r} has no feedback loop to start"
        if isinstance(event, ProgrammeStart) and vendor:
            known = [p.name for p in vendor.programmes]
            if event.programme not in known:
                yield (*path, "programme"), nearest(event.programme, known)


def _leaving(s: Scenario) -> Iterator[Problem]:
    """Who leaves and what they are paid: events that say whom they hit, quits that die down."""
    certifications = [c.name for c in s.certifications]
    for i, event in enumerate(s.timeline):
        path: Steps = ("timeline", i)
        if isinstance(event, Wage | LeaveSeason) and (event.vendor is None) == (event.team is None):
            yield path, "write either a vendor or a team"
        if isinstance(event, Wage) and (event.factor is None) == (event.usd_per_hour is None):
            yield path, "write either a factor or usd_per_hour"
        name = getattr(event, "certification", None)
        if name is not None and name not in certifications:
            yield (*path, "certification"), nearest(name, certifications)
        if isinstance(event, LeaveSeason):
            if event.until is not None and event.until <= event.on:
                yield (*path, "until"), f"must come after {event.on}"
            if len(set(event.months)) < len(event.months):
                yield (*path, "months"), "a month stands in the list twice"
    for i, vendor in enumerate(s.vendors):
        hiring, turnover = vendor.hiring, vendor.turnover
        if hiring.dismiss_below_accuracy > 0.0 and not hiring.probation_days:
            where = ("vendors", i, "hiring", "dismiss_below_accuracy")
            yield where, "needs hiring.probation_days, after which newcomers are judged"
        if hiring.dropout_share > 0.0 and not hiring.classroom_days:
            where = ("vendors", i, "hiring", "dropout_share")
            yield where, "needs hiring.classroom_days: nobody can leave a class that takes no time"
        strain, usual = s.people.strain, turnover.reference_occupancy
        rested = strain.occupancy_weight * (usual - strain.reference_occupancy)
        if 1.0 + strain.exhaustion_hazard * rested <= 0.0:
            yield (
                ("vendors", i, "turnover", "reference_occupancy"),
                "leaves people so rested that nobody would quit there; 1 + people.strain."
                "exhaustion_hazard × occupancy_weight × (this − people.strain.reference_occupancy) "
                "must be above 0",
            )
        lasting_years = turnover.contagion_half_life_days / log(2.0) / 365.25
        followers = turnover.annual_rate * turnover.contagion_hazard * lasting_years
        if followers >= 1.0:
            yield (
                ("vendors", i, "turnover", "contagion_hazard"),
                f"each quit would bring {followers:.3g} others, so that quits never died down; "
                "annual_rate × contagion_hazard × contagion_half_life_days / 365.25 / ln 2 must "
                "be below 1",
            )


def _arrivals(s: Scenario) -> Iterator[Problem]:
    file, hours = s.hospital.arrivals.file, s.hospital.arrivals.hour_profile
    if hours is not None:
        where: Steps = ("hospital", "arrivals", "hour_profile")
        if s.hospital.arrivals.within_day != "continuous":
            yield (where, "has no effect on batches at midnight; say within_day: continuous")
        elif not any(hours):
            yield where, "is 0 in every hour: nothing would come"
    if file is None:
        return
    path: Steps = ("hospital", "arrivals", "file")
    try:
        counts = read_daily_counts(Path(file), [p.name for p in s.payers])
    except CountsError as error:
        yield path, str(error)
        return
    most = max(sum(cell.values()) for cell in counts.values())
    if most > MOST_OF_A_DAY:
        yield path, f"{file}: {most:,} claims of a day and setting; allowed: {MOST_OF_A_DAY:,}"
    days = [day for day, _ in counts]
    end = s.start + timedelta(s.horizon_days - 1)
    if min(days) > s.start or max(days) < end:
        yield (
            path,
            f"{file}: covers {min(days)} to {max(days)}, but the run goes from {s.start} to {end}",
        )
