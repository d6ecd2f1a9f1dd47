"""What the hospital and its payers are like: volumes, money, defects, replies."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import CategoryName, Model, constant, lever, share, uncertainty
from sim.scenario.front_end import FrontEnd


class Setting(Model):
    """Claims of one setting (inpatient or outpatient)."""

    claims_per_year: float = uncertainty(
        "Claims of this setting at scale 1", "claims/year", "H1", ge=0, le=5000000.0
    )
    payment_mean_usd: float = uncertainty(
        "Mean contractual payment of a perfectly documented, coded and timely claim",
        "USD",
        "H1",
        gt=0,
        le=10000000.0,
    )
    payment_cv: float = uncertainty(
        "Coefficient of variation of the payment (lognormal)", "ratio", "H1", ge=0, le=10
    )
    weekday_profile: tuple[Annotated[float, Field(ge=0, le=1e9)], ...] = uncertainty(
        "Relative volume Monday to Sunday; only ratios matter",
        "relative",
        "assumption",
        min_length=7,
        max_length=7,
    )
    accuracy_exponent: float = constant(
        "Claim accuracy = agent accuracy to this power (charts with more codes err more)",
        "exponent",
        "H3 check script",
        gt=0,
        le=10,
    )
    cc_share: float = share(
        "Claims whose payment depends on a secondary diagnosis or an equivalent code",
        "D1, H1",
        "uncertainty",
    )
    under_coding_missed_share: float = share(
        "Under-coding errors on such claims that miss the paying code",
        "H3 check script",
        "uncertainty",
    )
    under_coding_payment_share: float = share(
        "Part of the payment lost when the paying code is missed", "H1", "uncertainty"
    )
    over_coding_payment_share: float = share(
        "Part by which an over-coded claim is overpaid", "assumption", "uncertainty"
    )
    cdi_gap_share: float = share(
        "Claims with a complication present but under-documented", "H1", "uncertainty"
    )
    cdi_gap_payment_share: float = share(
        "Part of the payment lost to such a gap", "H1", "uncertainty"
    )
    audit_selected_share: float = share(
        "Paid claims drawn for a post-payment audit", "H1, A5", "uncertainty"
    )
    audit_finding_share: float = share(
        "Audited claims with a code or a note that does not bear them out in which it is found",
        "H1",
        "uncertainty",
    )
    audit_takeback_share: float = share(
        "Part of the payment taken back on a code that the chart does not bear out",
        "H1",
        "uncertainty",
    )
    audit_note_takeback_share: float = share(
        "Part of the payment taken back on a weak note that the payer had not noticed",
        "A5, assumption",
        "uncertainty",
        default=0.0,
    )


class Arrivals(Model):
    """How claims arrive: drawn day by day, or replayed from a file of daily counts."""

    month_profile: tuple[Annotated[float, Field(gt=0, le=1e9)], ...] = uncertainty(
        "Relative volume of the months January to December, whatever their number of days; only "
        "ratios matter",
        "relative",
        "assumption",
        min_length=12,
        max_length=12,
    )
    day_cv: float = uncertainty(
        "Coefficient of variation of the gamma factor that multiplies a day's expected count; 0"
        " gives Poisson counts",
        "ratio",
        "I, real logs",
        ge=0,
        le=3,
    )
    within_day: Literal["batch", "continuous"] = constant(
        "`batch`: a day's charts are released together at midnight; `continuous`: at "
        "independent times of the day, uniform unless there is an `hour_profile`",
        "-",
        "assumption",
    )
    hour_profile: tuple[Annotated[float, Field(ge=0, le=1e9)], ...] | None = uncertainty(
        "Relative volume of the 24 hours of a day from midnight on, where `within_day` is "
        "`continuous`; only ratios matter",
        "relative",
        "assumption",
        min_length=24,
        max_length=24,
        default=None,
    )
    file: str | None = uncertainty(
        "CSV of daily counts to replay (columns date, setting, payer, count), instead of drawing; "
        "the counts are those of scale 1",
        "path",
        "assumption",
        path=True,
        default=None,
    )


class NarrowScope(Model):
    """What the hospital does itself where a vendor's scope leaves it the front end."""

    vendor_influence_share: float = share(
        "Part of the vendor's own catching and holding that still reaches", "H3", "uncertainty"
    )
    catch_share: dict[Literal["REG", "DATA", "AUTH"], Annotated[float, Field(ge=0, le=1)]] = (
        uncertainty("Source defects that the hospital's staff catch", "share", "H2, H3")
    )
    hold_and_query_share: float = share(
        "Weak notes that the hospital's staff hold and query", "H2", "uncertainty"
    )


class Hospital(Model):
    """The provider: volumes, money, documentation."""

    name: str = constant("Name used in reports", "-", "assumption", min_length=1, max_length=120)
    scale: float = uncertainty(
        "Size of the hospital relative to the volumes written here",
        "ratio",
        "assumption",
        ge=0.0001,
        le=20,
    )
    inpatient: Setting
    outpatient: Setting
    arrivals: Arrivals
    narrow_scope: NarrowScope
    chart_ready_days: int = constant(
        "Days from service until the chart can be coded", "days", "A4", ge=0, le=60
    )
    bill_hold_days: int = constant(
        "Minimum days from service to submission", "days", "H1", ge=0, le=60
    )
    scrubber_edit_share: float = share(
        "Claims stopped by the scrubber for a cosmetic edit that no payer would have minded",
        "H2 (edits on 20 % of claims)",
        "uncertainty",
    )
    query_answered_share: float = share(
        "Documentation queries that the physician answers", "D1", "uncertainty"
    )
    query_resolved_share: float = share(
        "Answered queries that mend the documentation", "D1", "uncertainty"
    )
    realtime_resolved_share: float = share(
        "Weak notes mended when they are reviewed while the patient is in the house",
        "assumption",
        "uncertainty",
    )
    query_response_median_days: float = uncertainty(
        "Median days until the physician answers, or the query is given up",
        "days",
        "D1",
        gt=0,
        le=60,
    )
    query_response_sigma: float = uncertainty(
        "Sigma of the log of the response time", "log", "assumption", ge=0, le=3
    )
    query_physician_usd: float = uncertainty(
        "Physician time spent on one query", "USD", "assumption", ge=0, le=10000.0
    )
    audit_defended_share: float = share(
        "Part of the dollars of audit findings that is won back where the vendor has an evidence "
        "trail",
        "A5, assumption",
        "uncertainty",
        default=0.0,
    )
    audit_lag_days: tuple[int, int] = uncertainty(
        "Earliest and latest day after payment on which an audit takes money back", "days", "A5"
    )
    front_end: FrontEnd | None = constant(
        "Booking, prior authorisation and transcription; left out, their work is not modelled and "
        "their errors are part of `categories.*.incidence`",
        "-",
        "D5",
        default=None,
    )
    cost_of_capital_per_year: float = uncertainty(
        "Yearly cost of money tied up in receivables", "share/year", "assumption", ge=0, le=1
    )


class AppealLevel(Model):
    """One level of appeal."""

    file_within_days: int = constant(
        "Days from the denial until the right lapses", "days", "A4", ge=1, le=3650
    )
    decision_days: int = constant("Days until the payer decides", "days", "A4", ge=1, le=3650)


class Payer(Model):
    """A payer class."""

    name: str = constant("Name of the payer class", "-", "assumption", min_length=1, max_length=60)
    claims_share: float = share("Part of all claims", "H1", "uncertainty")
    reply_days: tuple[float, float, float] = uncertainty(
        "Minimum, mode and maximum of the triangular reply time to a clean claim", "days", "A4, H1"
    )
    payment_multiplier: float = uncertainty(
        "Contractual payment of its claims, over that of the setting; the mean over payers is what "
        "comes out, not made 1 again",
        "ratio",
        "assumption",
        ge=0.01,
        le=10,
        default=1.0,
    )
    stringency: float = uncertainty(
        "Multiplier on the odds shares of denial of every residual defect",
        "ratio",
        "A1, H1",
        ge=0,
        le=5,
    )
    no_reply_share: float = share(
        "First submissions that vanish without a reply", "assumption", "uncertainty"
    )
    short_pay_share: float = share(
        "Paid claims that are paid short of contract", "A4", "uncertainty"
    )
    short_pay_payment_share: float = share(
        "Part of the payment that is missing then", "A4", "uncertainty"
    )
    filing_limit_days: int = constant(
        "Days from service to first submission", "days", "A4", ge=1, le=3650
    )
    corrected_claim_window_days: int = constant(
        "Days from a denial in which a corrected claim is accepted", "days", "A4", ge=1, le=3650
    )
    corrected_claim_reply_days: int = constant(
        "Days until a corrected claim is decided", "days", "A4", ge=1, le=365
    )
    records_window_days: int = constant(
        "Days to answer a request for information", "days", "A4", ge=1, le=365
    )
    records_decision_days: tuple[float, float] = uncertainty(
        "Range of days until a request for information is decided", "days", "A2"
    )
    appeal_levels: tuple[AppealLevel, ...] = constant(
        "Levels of appeal, first to last", "-", "A4", max_length=6
    )


class Category(Model):
    """A kind of defect and what payers do with it."""

    name: CategoryName = constant("Defect category", "-", "model")
    label: str = constant("Plain words", "-", "assumption", max_length=80)
    carc: tuple[str, ...] = constant("Adjustment codes that carry it", "-", "A2", unordered=True)
    path: Literal["technical", "clinical"] = constant("Who works the denial", "-", "A2, H2")
    incidence: float = share(
        "Claims that have the defect before anyone works on them", "H1", "uncertainty"
    )
    dollar_weight: float = uncertainty(
        "Mean payment of claims with the defect over the mean of all claims",
        "ratio",
        "H1",
        gt=0,
        le=5,
    )
    reject_share: float = share("Residual defects rejected at the front end", "H1", "constant")
    deny_share: float = share("Residual defects denied at stringency 1", "H1", "uncertainty")
    rfi_share: float = share(
        "Residual defects that draw a request for information", "H1", "uncertainty"
    )
    stake_share: float = share(
        "Part of the payment that such a denial withholds; the rest is paid at once",
        "H1",
        "constant",
    )
    recovery_share: float = share(
        "Denials recovered when worked with full knowledge through every level",
        "A2, H2",
        "uncertainty",
    )
    feedback: bool = constant(
        "Whether meetings with the hospital can remove the defect at its source", "-", "D2"
    )


class Denials(Model):
    """How well worked denials and requests are won, for every vendor alike."""

    knowledge_floor: float = share(
        "Win odds at zero knowledge over win odds at full knowledge", "H2", "constant"
    )
    level_factor: float = share(
        "Win odds of each further level over the level before", "I", "uncertainty"
    )
    win_cap: float = share("Upper limit of any win probability", "H3 check script", "constant")
    worked_most_share: float = share(
        "Largest part of denials and requests that anybody takes up, however much is at stake "
        "(more where a vendor's `worked_share` is more)",
        "assumption",
        "uncertainty",
        default=0.99,
    )
    worked_steepness: float = uncertainty(
        "How sharply the amount at stake decides whether a denial is taken up: power of the amount "
        "in the odds; 0, whatever the amount",
        "exponent",
        "assumption",
        ge=0,
        le=10,
        default=2.0,
    )
    records_recovery_share: float = share(
        "Answered requests for information that are paid", "A2", "uncertainty"
    )
    correction_share: float = share(
        "Rejected claims mended in one go at full knowledge", "assumption", "uncertainty"
    )
    follow_up_after_days: int = lever(
        "Days of silence after which a claim is followed up", "days", "H2", ge=1, le=365
    )
    short_pay_noticed_share: float = share(
        "Short payments noticed at posting", "assumption", "uncertainty"
    )
    short_pay_recovery_share: float = share(
        "Worked short payments recovered at full knowledge", "assumption", "uncertainty"
    )
