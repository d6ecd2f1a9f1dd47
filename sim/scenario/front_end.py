"""What comes before a chart: visits that are booked, authorised and dictated."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.fields import Model, lever, share, uncertainty


class FrontSetting(Model):
    """Which visits of one setting need which work."""

    scheduled_share: float = share(
        "Visits that are booked ahead; the others walk in or come as emergencies",
        "D5",
        "uncertainty",
    )
    prior_auth_share: float = share(
        "Booked visits that need a prior authorisation", "D5, H2", "uncertainty"
    )
    dictated_share: float = share("Visits whose notes are transcribed", "D5", "uncertainty")


class FrontEnd(Model):
    """Booking, prior authorisation and transcription, linked to the claim that follows.

    Errors of an agent at a front-end task: its complexity times what the agent's certification,
    knowledge and pressure leave wrong in coding.
    """

    inpatient: FrontSetting
    outpatient: FrontSetting
    lead_days: tuple[int, int, int] = uncertainty(
        "Minimum, mode and maximum of the triangular time from the request to the service",
        "days",
        "D5",
    )
    patience_mean_days: float = uncertainty(
        "Mean patience of a request that nobody has booked yet (exponential, whole days)",
        "days",
        "D5",
        gt=0,
        le=365,
    )
    call_again_share: float = share(
        "Patients whose visit was lost for want of a booking who call again, once",
        "assumption",
        "uncertainty",
        default=0.0,
    )
    call_again_days: int = uncertainty(
        "Days until they do", "days", "assumption", ge=1, le=365, default=7
    )
    care_cost_share: float = share(
        "Part of a visit's payment that its care would have cost; a lost visit saves it",
        "D5",
        "uncertainty",
    )
    auth_decision_days: tuple[int, int] = uncertainty(
        "Earliest and latest day on which a payer answers a request for authorisation", "days", "D5"
    )
    auth_refused_share: float = share("Requests that the payer refuses", "D5", "uncertainty")
    peer_to_peer_won_share: float = share(
        "Refusals overturned from physician to physician, prepared with full knowledge",
        "A3",
        "uncertainty",
    )
    postponed_share: float = share(
        "Visits put off when their authorisation is not there; the others take place without it",
        "D5",
        "lever",
    )
    postponed_days: int = lever(
        "Days by which such a visit is put off, once", "days", "D5", ge=1, le=180
    )
    other_sources_share: dict[
        Literal["REG", "AUTH", "DOC"], Annotated[float, Field(ge=0, le=1)]
    ] = uncertainty(
        "Part of `categories.*.incidence` that does not come from booking, authorisation or "
        "transcription",
        "share",
        "D5",
    )
    scheduling_complexity: float = share(
        "Errors in booking (wrong coverage, wrong person) over errors in coding", "H4", "constant"
    )
    prior_auth_complexity: float = share(
        "Errors in authorisations (wrong service, wrong dates) over errors in coding",
        "H4",
        "constant",
    )
    transcription_complexity: float = share(
        "Errors in transcripts that leave a documentation gap, over errors in coding",
        "H4",
        "constant",
    )
