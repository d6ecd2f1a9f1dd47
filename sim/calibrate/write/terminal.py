"""What was found, as lines for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from sim.calibrate.evidence import Fit
from sim.calibrate.write.scenario_file import flow


def fits_text(fits: Sequence[Fit]) -> str:
    """A line or two per field: value and interval, or why it keeps its default; then warnings."""
    lines = []
    for fit in fits:
        if fit.value is None:
            lines.append(f"{fit.path}: kept at its default: {fit.reason} ({fit.source})")
            continue
        value = flow(fit.value).removeprefix("!replace ")
        if value.startswith("[{"):  # lines are read in the file
            value = f"{value.count('{'):,} in calibrated.yaml"
        interval = ""
        if isinstance(fit.low, int | float) and isinstance(fit.high, int | float):
            interval = f" (95 % {fit.low:.3g} to {fit.high:.3g})"
        lines.append(f"{fit.path}: {value}{interval}, n = {fit.n:,} {fit.n_of}, grade {fit.grade}")
        lines += [f"  warning: {warning}" for warning in fit.warnings]
    fitted = sum(fit.value is not None for fit in fits)
    lines.append(f"{fitted} fields fitted, {len(fits) - fitted} refused.")
    return "\n".join(lines)
