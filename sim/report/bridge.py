"""What the difference in net value between two scenarios is made of, cause by cause."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sim.report.answer import HEAT, Chart, Panel, Series, chart
from sim.report.headline import VALUE, Study
from sim.report.words import inside, label, sentence

COSTS = (
    "money.fees_usd",
    "money.left_work_usd",
    "money.hospital_usd",
    "money.one_off_usd",
    "money.breach_expected_usd",
)
"""What is paid for the work, besides what is lost."""
ELSE, SUM = "All else", "Net value"


def causes(study: Study, name: str) -> dict[str, float]:
    """What the difference in net value from the baseline is made of, in USD a year.

    Losses avoided and costs saved count as gains; together they are the difference. Causes of less
    than a hundredth of the largest are put together.
    """

    def gap(kpi: str) -> float:
        value = study.gap(kpi, name).value
        return value if math.isfinite(value) else 0.0

    losses = study.rows.parts("money.loss_usd", name, study.base)
    found = {label(f"money.loss_usd.{cause}"): -row.value for cause, row in losses.items()}
    found["Still open"] = -gap("money.open_usd")
    found["Expected payment"] = gap("money.expected_usd")
    found |= {label(kpi): -gap(kpi) for kpi in COSTS}
    found["Care saved by lost visits"] = gap("money.care_saved_usd")
    found = {cause: value for cause, value in found.items() if math.isfinite(value)}
    found["Capital in receivables"] = gap(VALUE) - math.fsum(found.values())
    most = max(map(abs, found.values()), default=0.0)
    large = {c: v for c, v in found.items() if abs(v) >= 0.01 * most}
    small = math.fsum(v for c, v in found.items() if c not in large)
    order = dict(sorted(large.items(), key=lambda item: -item[1]))
    return {**order, ELSE: small} if small else order


def printed_causes(study: Study, name: str) -> tuple[dict[str, float], list[str]]:
    """Causes and their sum, and how they are written: what is printed adds up to the last digit."""
    found, form = causes(study, name), study.form(VALUE)
    step = form.divisor * 10.0**-form.digits
    wanted = round(study.apart(VALUE, name).value / step)
    low = {c: math.floor(v / step) for c, v in found.items()}
    rests = sorted(found, key=lambda c: low[c] - found[c] / step)
    for i in range(wanted - sum(low.values())):  # the largest remainders first
        low[rests[i % len(rests)]] += 1
    made = {c: low[c] * step for c in found} | {SUM: wanted * step}
    return made, [form.text(value, gap=True) for value in made.values()]


def bridge(study: Study) -> Chart | None:
    """From the baseline to each alternative, cause by cause."""
    losses = "money.loss_usd"
    names = [n for n in study.names[1:] if study.rows.parts(losses, n, study.base)]
    names = [n for n in names if study.judged(n) and study.gap(VALUE, n).n]
    if not names:
        return None
    made = {name: printed_causes(study, name) for name in names}
    lead, base = study.lead if study.lead in made else names[0], study.shown[study.base]
    title = _bridge_title(study, lead, *made[lead])
    if len(names) <= 2:
        panels = []
        for name, (found, texts) in made.items():
            who = f"{study.shown[name]} less {base}"
            series = Series(who, tuple(found.values()), texts=tuple(texts), of=name)
            panels.append(Panel(sentence(who), tuple(found), (series,), "USD", "Net value a year"))
        return chart("bridge", title, panels, base=base)
    lines = dict.fromkeys(c for found, _ in made.values() for c in found if c not in (ELSE, SUM))
    rows = []
    for cause in (*lines, ELSE, SUM):
        values = tuple(found.get(cause, math.nan) for found, _ in made.values())
        said = [dict(zip(f, texts, strict=True)).get(cause, "–") for f, texts in made.values()]
        rows.append(Series(cause, values, texts=tuple(said)))
    panel = Panel("", tuple(study.shown[name] for name in names), tuple(rows), "USD")
    return chart("bridge", title, [panel], shape=HEAT, base=base)


def _bridge_title(study: Study, name: str, found: Mapping[str, float], texts: list[str]) -> str:
    said = dict(zip(found, texts, strict=True))
    order = sorted((c for c in found if c not in (SUM, ELSE)), key=lambda c: -abs(found[c]))
    most = " and ".join(f"{inside(c)} ({said[c]})" for c in order[:2])
    doubt = study.doubt(VALUE, name)
    who = f"{study.shown[name]} against {study.shown[study.base]}"
    text = f"{who}: {said[SUM]} of net value a year, most of it {most}"
    return sentence(f"{text} ({doubt})" if doubt else text)
