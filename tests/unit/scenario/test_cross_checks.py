"""What does not fit together is refused with one line: where it stands, and what is wrong."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from sim.scenario.load import ScenarioError, load, shipped_configs, shipped_file

SUNDAYS = ", ".join(str(date(2023, 1, 1) + timedelta(7 * week)) for week in range(260))
SITE = "sites: [{name: manila, country: PH, shifts: [{start_hour: 8, hours: 8}]}]"
REFUSED = {
    "run too short": (
        "horizon_days: 200",
        "horizon_days:",
        "too short for the KPIs: services count from day 180",
    ),
    "quits that never die down": (
        "vendors: [{name: generalist, turnover: {annual_rate: 1, contagion_hazard: 10, "
        "contagion_half_life_days: 30}}]",
        "vendors.generalist.turnover.contagion_hazard:",
        "each quit would bring 1.18 others",
    ),
    "judged at no time": (
        "vendors: [{name: generalist, hiring: {dismiss_below_accuracy: 0.8}}]",
        "vendors.generalist.hiring.dismiss_below_accuracy:",
        "needs hiring.probation_days",
    ),
    "drop-outs of no class": (
        "vendors: [{name: generalist, hiring: {dropout_share: 0.1, classroom_days: 0}}]",
        "vendors.generalist.hiring.dropout_share:",
        "needs hiring.classroom_days",
    ),
    "payers do not add up": (
        "payers: [{name: medicare, claims_share: 0.5}]",
        "payers:",
        "claims_share values must sum to 1 (they sum to",
    ),
    "replies out of order": (
        "payers: [{name: medicare, reply_days: [20, 10, 30]}]",
        "payers.medicare.reply_days:",
        "must be 0 < minimum <= mode <= maximum",
    ),
    "records decided before they are there": (
        "payers: [{name: medicare, records_decision_days: [60, 30]}]",
        "payers.medicare.records_decision_days:",
        "must be 0 < first <= last",
    ),
    "replies after ten years": (
        "payers: [{name: medicare, reply_days: [1, 2, 3651]}]",
        "payers.medicare.reply_days:",
        "must be 0 < minimum <= mode <= maximum <= 3650",
    ),
    "records decided after ten years": (
        "payers: [{name: medicare, records_decision_days: [30, 1.0e+300]}]",
        "payers.medicare.records_decision_days:",
        "must be 0 < first <= last <= 3650",
    ),
    "audits out of order": (
        "hospital: {audit_lag_days: [700, 30]}",
        "hospital.audit_lag_days:",
        "must be 0 <= earliest <= latest <= 3650",
    ),
    "an audit before the payment": (
        "hospital: {audit_lag_days: [-5, 700]}",
        "hospital.audit_lag_days:",
        "must be 0 <= earliest <= latest <= 3650",
    ),
    "no weekday with services": (
        "hospital: {outpatient: {weekday_profile: [0, 0, 0, 0, 0, 0, 0]}}",
        "hospital.outpatient.weekday_profile:",
        "needs a value above 0",
    ),
    "fewer patients than none": (
        "hospital: {outpatient: {weekday_profile: [1, 1, 1, 1, 1, 1, -1]}}",
        "hospital.outpatient.weekday_profile.6:",
        "should be greater than or equal to 0 (got -1)",
    ),
    "more patients than numbers can add up": (
        "hospital: {outpatient: {weekday_profile: [1.0e+308, 1.0e+308, 1, 1, 1, 1, 1]}}",
        "hospital.outpatient.weekday_profile.0:",
        "should be less than or equal to 1000000000",
    ),
    "a month without patients": (
        "hospital: {arrivals: {month_profile: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}}",
        "hospital.arrivals.month_profile.0:",
        "should be greater than 0 (got 0)",
    ),
    "more claims than a computer can hold": (
        "hospital: {scale: 20, outpatient: {claims_per_year: 5.0e+6}}",
        "hospital.scale:",
        "more than a computer can hold; allowed: 50,000,000",
    ),
    "more claims on one day than there are numbers for": (
        "hospital: {scale: 20, outpatient: {claims_per_year: 5.0e+6, weekday_profile: [1, 0, 0, 0, "
        "0, 0, 0]}}",
        "hospital.scale:",
        "claims of one setting on its busiest day",
    ),
    "more people than a computer can hold": (
        "hospital: {scale: 20}\nteams: [{name: ar, headcount: 100000}]",
        "hospital.scale:",
        "the run would have 1,090,000,000 days of people",
    ),
    "a country in small letters": (
        "calendar: {country: us}",
        "calendar.country:",
        "no country with public holidays is called 'us'; allowed: an ISO 3166 code such as US, DE "
        'or IN, or "none"; did you mean "US"?',
    ),
    "a country that is none": (
        "calendar: {country: XX}",
        "calendar.country:",
        "no country with public holidays is called 'XX'; allowed: an ISO 3166 code",
    ),
    "no holidays, spelt otherwise": (
        "calendar: {country: None}",
        "calendar.country:",
        'did you mean "none"?',
    ),
    "years whose holidays nobody has fixed": (
        "start: 2100-06-01",
        "calendar.country:",
        "the run goes from 2100 to 2101, and not all public holidays of US in these years are "
        "known (they are known from 1777 to 2100)",
    ),
    "years without Indian holidays": (
        "start: 2035-06-01\ncalendar: {country: IN}",
        "calendar.country:",
        "not all public holidays of IN in these years are known",
    ),
    "the first day of all": (
        "start: 0001-01-01",
        "start:",
        "allowed: a date such as 2026-01-31, from 1900-01-01 to 2200-01-01",
    ),
    "the last day of all": (
        "start: 9999-12-31",
        "start:",
        "should be less than or equal to 2200-01-01",
    ),
    "more answers than defects": (
        "categories: [{name: REG, deny_share: 0.9}]",
        "categories.REG:",
        "reject_share + deny_share + rfi_share must not exceed 1",
    ),
    "a certificate that nobody grants": (
        "vendors: [{name: generalist, certification_mix: {none: 0.85, CPX: 0.1, CCS: 0.02, "
        "CPC: 0, RHIT: 0.03}}]",
        "vendors.generalist.certification_mix.CPX:",
        'did you mean "CPC"?',
    ),
    "a mix that does not add up": (
        "vendors: [{name: generalist, certification_mix: {none: 0.5}}]",
        "vendors.generalist.certification_mix:",
        "shares must sum to 1 (they sum to 0.65)",
    ),
    "a mix with a share that another file has written": (
        "vendors: [{name: generalist, certification_mix: {none: 0.88, CPC: 0.1, CCS: 0.02}}]",
        "vendors.generalist.certification_mix:",
        "shares must sum to 1 (they sum to 1.03); inherited: RHIT 0.03 (",
    ),
    "payers with shares that another file has written": (
        "payers: [{name: medicare, claims_share: 0.32}]",
        "payers:",
        "(they sum to 1.1); inherited: medicare_advantage.claims_share 0.22 (",
    ),
    "a programme to nowhere": (
        "vendors: [{name: generalist, programmes: [{name: up, from_certification: none, "
        "to_certification: CPD, months: 6, cost_usd: 1, study_hours_per_week: 1, enrol_share: 1, "
        "pass_share: 1, hazard_multiplier: 1, after_days: 10}]}]",
        "vendors.generalist.programmes.",
        'did you mean "CPC"?',
    ),
    "a floor above the ceiling": (
        "certifications: [{name: CPC, accuracy_floor: 0.99}]",
        "certifications.CPC:",
        "accuracy_floor must not exceed accuracy_ceiling",
    ),
    "a team of nobody's": (
        "teams: [{name: ar, vendor: generalits}]",
        "teams.ar.vendor:",
        'did you mean "generalist"?',
    ),
    "two orders for one queue": (
        "teams: [{name: second, vendor: generalist, queues: [edits], headcount: 1, "
        "discipline: value}]",
        "teams.second.discipline:",
        "teams that share queue 'edits' must use one discipline",
    ),
    "a queue twice": (
        "teams: [{name: ar, queues: [follow_up, follow_up, underpayments]}]",
        "teams.ar.queues:",
        "a queue stands in the list twice",
    ),
    "a queue that nobody serves": (
        "teams: [{name: ar, queues: [follow_up]}]",
        "teams:",
        "nobody serves queue 'underpayments'; add it to the queues of a team",
    ),
    "a queue that nobody may serve": (
        "certifications: [{name: none, opens: [edits]}, {name: CPC, opens: [edits]}, "
        "{name: CCS, opens: [edits]}, {name: RHIT, opens: [edits]}]",
        "teams:",
        "holds a certification that opens it",
    ),
    "a name twice, but for a space": (
        'teams: [{name: "ar ", vendor: generalist, queues: [edits], headcount: 1}]',
        "teams.ar .name:",
        "'ar' stands in teams twice",
    ),
    "a site that is not there": (
        f"{SITE}\nteams: [{{name: ar, site: Manilla}}]",
        "teams.ar.site:",
        "unknown name 'Manilla'; allowed: manila; did you mean \"manila\"?",
    ),
    "a site where there are none": (
        "teams: [{name: ar, site: manila}]",
        "teams.ar.site:",
        "unknown name 'manila': there are no sites",
    ),
    "a switch to a site that is not there": (
        f"{SITE}\ntimeline: [{{kind: vendor_switch, to: generalist, on: 2025-05-05, site: cebu}}]",
        "timeline.0.site:",
        "unknown name 'cebu'; allowed: manila",
    ),
    "a site in no country": (
        SITE.replace("PH", "PX"),
        "sites.manila.country:",
        "no country with public holidays is called 'PX'; allowed: an ISO 3166 code",
    ),
    "a state that is none of the country's": (
        SITE.replace("PH", "US, state: CAL"),
        "sites.manila.state:",
        "no state of US is called 'CAL'; allowed: AK, AL, AR",
    ),
    "a state of a country without": (
        SITE.replace("PH", "PH, state: MNL"),
        "sites.manila.state:",
        "no states of PH with holidays of their own are known; leave it out",
    ),
    "a state of no country": (
        SITE.replace("PH", "none, state: CA"),
        "sites.manila.state:",
        'a state needs a country with public holidays, not "none"',
    ),
    "wages for a certificate that nobody grants": (
        SITE.replace("PH", "PH, wages: {CPX: 9}"),
        "sites.manila.wages.CPX:",
        'did you mean "CPC"?',
    ),
    "shifts that make up no team": (
        SITE.replace("8}", "8, people_share: 0.4}"),
        "sites.manila.shifts:",
        "people_share values must sum to 1 (they sum to 0.4)",
    ),
    "a shift twice": (
        "sites: [{name: manila, shifts: [{start_hour: 8, hours: 8, people_share: 0.5}, "
        "{start_hour: 8, hours: 8, people_share: 0.5}]}]",
        "sites.manila.shifts.1:",
        "the same shift stands in the list twice",
    ),
    "a shift that never begins": (
        SITE.replace("8}", "8, workdays: [6]}").replace("PH", f"PH, closed_days: [{SUNDAYS}]"),
        "sites.manila.shifts.0.workdays:",
        "the site is closed on all of them for a year",
    ),
    "a site twice": (
        'sites: [{name: "a ", shifts: [{start_hour: 8, hours: 8}]}, {name: a, shifts: '
        "[{start_hour: 8, hours: 8}]}]",
        "sites.a.name:",
        "'a' stands in sites twice",
    ),
    "overtime on days off": (
        "teams: [{name: ar, overtime: {days: [5, 6]}}]",
        "teams.ar.overtime.days:",
        "no shift begins then; worked: 0, 1, 2, 3, 4",
    ),
    "overtime on days off at a site": (
        f"{SITE.replace('8}', '8, workdays: [5]}')}\n"
        "teams: [{name: ar, site: manila, overtime: {days: [0, 6]}}]",
        "teams.ar.overtime.days:",
        "no shift begins then; worked: 5",
    ),
    "a queue of a front end that is not there": (
        "queues: [{name: scheduling, skill: scheduling, minutes: 5, minutes_cv: 0.8, due_days: 1}]",
        "queues.scheduling:",
        "queue 'scheduling' needs hospital.front_end",
    ),
}


def refused(folder: Path, content: str, base: str = "generalist") -> str:
    """What is said of a scenario that changes a shipped one."""
    file = folder / "mine.yaml"
    extends = shipped_file(f"{base}.yaml")
    file.write_text(f"extends: {extends}\nname: mine\n{content}\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load(file)
    return str(error.value)


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    content, path, said = REFUSED[case]
    message = refused(tmp_path, content)
    line, *_ = [line for line in message.splitlines() if path in line and said in line]
    assert ".yaml:" in line.partition(path)[0]


@pytest.mark.parametrize(
    ("content", "path", "said"),
    [
        ("lead_days: [5, 3, 9]", "lead_days", "1 <= minimum <= mode <= maximum"),
        ("auth_decision_days: [9, 3]", "auth_decision_days", "0 <= earliest <= latest"),
    ],
)
def test_days_of_the_front_end_come_in_order(
    content: str, path: str, said: str, tmp_path: Path
) -> None:
    front = f"hospital: {{front_end: {{{content}}}}}"
    message = refused(tmp_path, front, "five_functions_generalist")
    assert f"hospital.front_end.{path}: must be {said}" in message


def test_a_base_of_ones_own_may_not_forget_a_queue(tmp_path: Path) -> None:
    lines = (shipped_configs() / "base.yaml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "{name: edits, skill: billing" not in line]
    assert len(kept) == len(lines) - 1
    (tmp_path / "base.yaml").write_text("\n".join(kept), encoding="utf-8")
    (tmp_path / "vendors").symlink_to(shipped_configs() / "vendors")
    (tmp_path / "article").mkdir()
    mine = shutil.copy(shipped_file("generalist.yaml"), tmp_path / "article")
    with pytest.raises(ScenarioError) as error:
        load(mine)
    assert "queues: missing: edits" in str(error.value)
