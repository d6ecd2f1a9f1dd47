"""Who leads a vendor's agents, how leads come and go, and what a team lacks without one."""

from __future__ import annotations

from sim.scenario.fields import Model, lever, share, uncertainty


class Leads(Model):
    """Team leads of a vendor; whoever leaves is followed by the longest-serving agent."""

    span_of_control: int = lever(
        "Agents for each lead; a rest of them has a lead who leads people of other teams, too",
        "people",
        "B5",
        ge=1,
        le=1000,
        default=15,
    )
    leave_per_year: float = uncertainty(
        "Rate at which leads leave, whatever their tenure",
        "1/year",
        "assumption",
        ge=0,
        le=10,
        default=0.0,
    )
    time_to_promote_days: int = lever(
        "Days that the people of a lead who has left have none, until an agent is promoted",
        "days",
        "assumption",
        ge=0,
        le=730,
        default=0,
    )
    unled_accuracy: float = share(
        "Accuracy lost, times the part of the team that has no lead",
        "assumption",
        "uncertainty",
        default=0.0,
    )
    unled_hazard: float = uncertainty(
        "Relative rise of the quitting hazard, times the part of the team that has no lead",
        "1/share",
        "assumption",
        ge=0,
        le=10,
        default=0.0,
    )
