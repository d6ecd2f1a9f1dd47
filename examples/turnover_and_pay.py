"""What may a lower turnover cost: the vendor's margin, and what wages could take of it.

Whoever halves turnover saves recruiting and training, and needs fewer people. This script runs the
typical generalist at four rates and says by how much its wages could rise before that is gone.
"""

import os

import sim

SCALE = float(os.environ.get("SCALE", 1.0))
RATE = "vendors.typical_generalist.turnover.annual_rate"


def main() -> None:
    """Print a line for each turnover."""
    study = sim.sweep(
        "typical_generalist",
        {RATE: [0.6, 0.39, 0.2, 0.1]},
        scale=SCALE,
        replications=10 if SCALE == 1.0 else 2,
    )
    first = study.scenarios[0]
    before = study.figure("vendor.margin_usd", first).value
    for name in study.scenarios:
        margin = study.figure("vendor.margin_usd", name).value
        wages = study.figure("people.wages_usd", name).value
        print(
            f"{name}: margin {margin:,.0f} USD a year; wages could be "
            f"{(margin - before) / wages:+.1%} before it earns less than at {first}"
        )


if __name__ == "__main__":
    main()
