"""What is set by convention beside a fit, since no extract says it."""

from __future__ import annotations

from sim.calibrate.evidence import Fit
from sim.scenario.vendor import Vendor

USUAL = (
    "convention: people left as they do at the vendor's usual occupancy, which is taken to be its "
    "target"
)


def at_usual_occupancy(vendor: Vendor, source: str, leavers: int, draws: int) -> Fit:
    """Where a fitted rate of turnover holds: what was observed is not to be pressed upon again."""
    usual = vendor.target_occupancy
    return Fit(
        f"vendors.{vendor.name}.turnover.reference_occupancy",
        "share",
        source,
        USUAL,
        "B",
        leavers,
        "leavers",
        usual,
        usual,
        usual,
        draws=[usual] * draws,
    )
