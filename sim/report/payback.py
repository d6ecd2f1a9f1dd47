"""When a scenario has paid back, in words."""

import math
from itertools import groupby
from textwrap import wrap

from sim.report.terminal import WIDTH
from sim.report.words import plain, sentence
from sim.study.payback import Payback, paybacks
from sim.study.replicate import StudyResult

NEVER = "not within the run"


def said(payback: Payback, *, ends: bool = False) -> str:
    """From which day the scenario stays ahead on this basis, with the interval if wanted."""
    low, high = payback.interval
    day = f"from day {payback.median:.0f}" if math.isfinite(payback.median) else NEVER
    if not ends or math.isnan(low) or low == high:
        return f"{day} on {payback.basis}"
    last = f"{high:.0f}" if math.isfinite(high) else "beyond the run"
    first = f"{low:.0f}" if math.isfinite(low) else "beyond the run"
    return f"{day} on {payback.basis} (95 % interval {first} to {last})"


def payback_text(result: StudyResult) -> str:
    """A line for each scenario; empty without money by week."""
    lines: list[str] = []
    for name, bases in groupby(paybacks(result), lambda p: p.scenario):
        cash, accrual = bases
        days = f"{said(cash, ends=True)}, {said(accrual, ends=True)}"
        text = f"{sentence(plain(name))} stays ahead of {plain(cash.baseline)}: {days}, "
        lines += wrap(f"{text}counted from {cash.since}.", WIDTH)
    return "".join(f"{line}\n" for line in lines)
