"""What pressure and long hours do to people: corners cut, standards eroded, exhaustion."""

from __future__ import annotations

from sim.scenario.fields import Model, constant, share, uncertainty


class Strain(Model):
    """The loop of Oliva & Sterman 2001, and exhaustion as a stock; each gain of 0 is its switch."""

    corner_exponent: float = uncertainty(
        "How far corners are cut: where more waits than can be done in time, touch time is the "
        "standard times pressure to the power of minus this; pressure is the pace that would do "
        "what waits within its queue's days, over the pace that the people there have; 0 cuts none",
        "exponent",
        "C",
        ge=0,
        le=2,
        default=0.0,
    )
    least_touch_share: float = uncertainty(
        "Least part of the written touch time in which work can be done",
        "share",
        "assumption",
        gt=0,
        le=1,
        default=0.6,
    )
    corner_errors: float = uncertainty(
        "Accuracy lost per part of the written touch time that is left out",
        "share/share",
        "assumption",
        ge=0,
        le=5,
        default=0.3,
    )
    corner_checks: float = share(
        "How far checks, and holding weak notes for a query, follow the touch time that is taken: "
        "0, not at all; 1, in proportion",
        "assumption",
        "uncertainty",
        default=1.0,
    )
    erosion_days: float = uncertainty(
        "Days in which what is done becomes the standard, downwards; 0: the standard holds",
        "days",
        "C",
        ge=0,
        le=3650,
        default=0.0,
    )
    recovery_days: float = uncertainty(
        "Days in which an eroded standard comes back while nothing presses; 0: never",
        "days",
        "C",
        ge=0,
        le=36500,
        default=0.0,
    )
    reference_hours_per_week: float = constant(
        "Working hours, overtime included, that leave nobody exhausted",
        "hours/week",
        "assumption",
        ge=1,
        le=168,
        default=40.0,
    )
    reference_occupancy: float = uncertainty(
        "Occupancy that leaves nobody exhausted", "share", "B5", gt=0, le=1, default=0.85
    )
    occupancy_weight: float = uncertainty(
        "How much a rise of the occupancy by 1 exhausts, over working hours that double",
        "ratio",
        "assumption",
        ge=0,
        le=10,
        default=1.0,
    )
    build_days: float = uncertainty(
        "Days in which exhaustion follows a load that has risen",
        "days",
        "assumption",
        ge=1,
        le=3650,
        default=30.0,
    )
    rest_days: float = uncertainty(
        "Days in which exhaustion follows a load that has fallen",
        "days",
        "assumption",
        ge=1,
        le=3650,
        default=120.0,
    )
    exhaustion_hazard: float = uncertainty(
        "Relative rise of the quitting hazard per unit of exhaustion: 1 is what twice the working "
        "hours of reference bring in the end; who is less exhausted than at the vendor's occupancy "
        "of reference quits less",
        "1/unit",
        "assumption",
        ge=0,
        le=50,
        default=0.0,
    )
    exhaustion_accuracy: float = uncertainty(
        "Accuracy lost per unit of a team's mean exhaustion",
        "share/unit",
        "assumption",
        ge=0,
        le=5,
        default=0.0,
    )
    exhaustion_slowdown: float = uncertainty(
        "Relative rise of touch times per unit of a team's mean exhaustion",
        "1/unit",
        "assumption",
        ge=0,
        le=10,
        default=0.0,
    )
