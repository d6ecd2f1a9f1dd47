"""835 and 837 files to fields of payers, payments and recovery."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from sim.calibrate.courses import Course, Paired, pair
from sim.calibrate.denials import category_of, fit_denials, observed, win_share
from sim.calibrate.evidence import Fit, Picture, Value, refused, shares
from sim.calibrate.fit import remits
from sim.calibrate.fit.numbers import DRAWS, Floats, generator
from sim.calibrate.fit.shares import draw_share, mix, share
from sim.calibrate.read.claim_files import ClaimFiles, asks, denial_reason
from sim.scenario.schema import Scenario

SILENT_DAYS = 90
"""A claim unanswered for so long has vanished."""
FEWEST_SHARES, FEWEST_LAGS, FEWEST_SILENT = 300, 200, 1_000
FEWEST_PAID = {"inpatient": 500, "outpatient": 2_000}
FEWEST_WORKED = 100


def fit_claims(
    files: ClaimFiles, source: str, base: Scenario, words: Mapping[str, str], as_of: date
) -> tuple[list[Fit], list[str]]:
    """What the files say, and notes on what was seen on the way."""
    paired = pair(files, base, words, as_of)
    fits = [
        *_shares(paired, source, base),
        *_replies(paired, source, base),
        *_payments(paired, source),
        *_recovery(paired, source, base),
    ]
    seen = observed(paired, base)
    fits += fit_denials(seen, source, base)
    return fits, [*seen.notes(), *_notes(paired, files)]


def _notes(paired: Paired, files: ClaimFiles) -> list[str]:
    found = []
    if paired.by_code:
        found.append(
            f"{paired.by_code:,} claims: class of the payer by filing code only, which cannot tell "
            "every plan; words: payer in --map says better"
        )
    if paired.unplaced:
        found.append(f"{paired.unplaced:,} claims of payers of no class are left out")
    if files.takebacks:
        found.append(f"{files.takebacks:,} adjustments outside claims (PLB) are not used")
    for name, problems in files.problems.items():
        shown = [f"{name}, segment {number}: {text}" for number, text in problems.found[:20]]
        found += shown
        if problems.total > len(shown):
            found.append(f"{name}: {problems.total - len(shown):,} more")
    return found


def _shares(paired: Paired, source: str, base: Scenario) -> list[Fit]:
    names = [p.name for p in base.payers]
    counts = Counter(c.payer for c in paired.courses.values() if c.payer)
    n = sum(counts.values())
    if n < FEWEST_SHARES:
        why = f"needs {FEWEST_SHARES} claims, there are {n}"
        return [refused("payers.*.claims_share", source, why)]
    found, weights = mix([float(counts[name]) for name in names])
    drawn = generator(7).dirichlet(weights, DRAWS)
    again = [shares(dict(zip(names, row, strict=True))) for row in drawn.tolist()]
    value = shares({name: e.value for name, e in zip(names, found, strict=True)})
    return [
        Fit(
            f"payers.{name}.claims_share",
            "share",
            source,
            "counts of claims, Dirichlet(1)",
            "B",
            n,
            "claims",
            value[name],
            e.low,
            e.high,
            draws=[row[name] for row in again],
            group="claims_share",
        )
        for name, e in zip(names, found, strict=True)
    ]


def lags_of(courses: Sequence[Course], end: int) -> remits.Lags:
    """Days from submission to the first answer, of claims that were not sent again before it."""
    days, seen = [], []
    for course in courses:
        first = course.first
        if not course.sent or course.silent_then:
            continue
        if first is not None and first.day >= course.sent:
            days.append(first.day - course.sent)
            seen.append(True)
        elif end > course.sent:
            days.append(min(end - course.sent, SILENT_DAYS))
            seen.append(False)
    return remits.Lags(np.array(days, float), np.array(seen, bool))


def silent_of(courses: Sequence[Course], end: int) -> tuple[int, int]:
    """Claims that had no answer in time, of all those that are old enough to tell."""
    old = [c for c in courses if c.sent and c.sent + SILENT_DAYS <= end]
    heard = sum(
        c.first is not None and c.first.day - c.sent <= SILENT_DAYS and not c.silent_then
        for c in old
    )
    return len(old) - heard, len(old)


def _replies(paired: Paired, source: str, base: Scenario) -> list[Fit]:
    fits: list[Fit] = []
    by_payer: defaultdict[str, list[Course]] = defaultdict(list)
    for course in paired.courses.values():
        by_payer[course.payer].append(course)
    for i, payer in enumerate(base.payers):
        path, courses = f"payers.{payer.name}", by_payer[payer.name]
        if not paired.with_submissions:
            why = "needs the claims as sent (837) beside the answers"
            fits.append(refused(f"{path}.reply_days", source, why))
            continue
        lags = lags_of(courses, paired.end)
        if lags.seen.sum() < FEWEST_LAGS:
            why = f"needs {FEWEST_LAGS} answered claims, there are {int(lags.seen.sum())}"
            fits.append(refused(f"{path}.reply_days", source, why))
        else:
            fits.append(_reply_days(path, lags, source, generator(8, i)))
        silent, old = silent_of(courses, paired.end)
        if old < FEWEST_SILENT:
            why = f"needs {FEWEST_SILENT} claims of {SILENT_DAYS} days or older, there are {old}"
            fits.append(refused(f"{path}.no_reply_share", source, why))
        else:
            found = share(silent, old)
            fits.append(
                Fit(
                    f"{path}.no_reply_share",
                    "share",
                    source,
                    f"unanswered after {SILENT_DAYS} days, or sent again before an answer",
                    "B",
                    old,
                    "claims",
                    found.value,
                    found.low,
                    found.high,
                    draws=draw_share(silent, old, DRAWS, generator(9, i)).tolist(),
                )
            )
    return fits


def _reply_days(path: str, lags: remits.Lags, source: str, rng: np.random.Generator) -> Fit:
    found = remits.fit_triangle(lags)
    n = len(lags.days)
    draws: list[Value] = []
    small = lags if n <= 2000 else lags.take(rng.integers(0, n, 2000))
    # Resamples of at most 2,000 spread more than those of all by the root of what was left out.
    shrink = np.sqrt(len(small.days) / n)
    centre = np.array(found.ends)
    for _ in range(DRAWS):
        again = remits.fit_triangle(small.take(rng.integers(0, len(small.days), len(small.days))))
        draws.append(_ordered(centre + (np.array(again.ends) - centre) * shrink))
    low, high = np.quantile(np.array(draws), (0.025, 0.975), axis=0)
    told: tuple[str, ...] = ()
    if found.distance > remits.WORST_TRIANGLE:
        told = (
            f"the lags are no triangle (distance {found.distance:.2f}): weekly payment runs or two "
            "kinds of answers; what is written is the nearest",
        )
    days, came = remits.kaplan_meier(lags)
    line = np.linspace(0, float(days.max()) * 1.1, 80)
    picture = Picture(
        f"Share answered: {path.partition('.')[2]}",
        "days since it was sent",
        "share",
        ((days + remits.HALF_DAY).tolist(), (came / came[-1]).tolist()),
        (line.tolist(), remits.triangle_cdf(line, centre).tolist()),
    )
    return Fit(
        f"{path}.reply_days",
        "days",
        source,
        "Kaplan-Meier from submission to first answer, nearest triangle of its quantiles "
        "(effective lag: payment runs are in it)",
        "B",
        int(lags.seen.sum()),
        "answers",
        _ordered(centre),
        low.round(1).tolist(),
        high.round(1).tolist(),
        told,
        draws,
        picture,
    )


def _ordered(ends: Floats) -> list[float]:
    """Minimum, mode and maximum to a tenth of a day, in their order."""
    return [float(x) for x in np.sort(np.maximum(ends, 0.0).round(1))]


def _payments(paired: Paired, source: str) -> list[Fit]:
    """Mean and variation of what paid claims were contracted to bring, by setting."""
    fits: list[Fit] = []
    for i, setting in enumerate(FEWEST_PAID):
        path = f"hospital.{setting}.payment_mean_usd"
        paid, allowed = _allowed(
            [c for c in paired.courses.values() if c.inpatient == (setting == "inpatient")]
        )
        if paid < FEWEST_PAID[setting]:
            why = f"needs {FEWEST_PAID[setting]:,} paid claims, there are {paid:,}"
            fits.append(refused(path, source, why))
            continue
        rng = generator(10, i)
        rows = [allowed[rng.integers(0, len(allowed), len(allowed))] for _ in range(DRAWS)]
        means = [float(row.mean()) for row in rows]
        cvs = [min(float(row.std() / row.mean()), 10.0) for row in rows]
        top = np.sort(allowed)[-max(len(allowed) // 100, 1) :].sum() / allowed.sum()
        method = (
            "allowed (paid + patient's part) of claims paid at once, of the others their charge × "
            f"the payer's ratio; top 1 % hold {top:.0%}"
        )
        for name, unit, value, drawn in (
            ("payment_mean_usd", "USD", float(allowed.mean()), means),
            ("payment_cv", "ratio", min(float(allowed.std() / allowed.mean()), 10.0), cvs),
        ):
            low, high = np.quantile(drawn, (0.025, 0.975))
            fits.append(
                Fit(
                    f"hospital.{setting}.{name}",
                    unit,
                    source,
                    method,
                    "B",
                    paid,
                    "paid claims",
                    value,
                    float(low),
                    float(high),
                    draws=drawn,
                )
            )
    return fits


def _allowed(courses: Sequence[Course]) -> tuple[int, Floats]:
    """How many claims were paid at once, and what each answered claim was contracted to bring.

    Denied claims are the larger ones: leaving them out would make the mean too low.
    """
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    amounts: list[float] = []
    for course in courses:
        first = course.first
        if first is not None and first.paid > 0 and first.charge > 0:
            amounts.append(first.paid + first.patient_part)
            sums[course.payer][0] += amounts[-1]
            sums[course.payer][1] += first.charge
    paid = len(amounts)
    for course in courses:
        first = course.first
        if first is not None and first.paid <= 0 < first.charge and first.status != "22":
            allowed, charged = sums[course.payer]
            if charged > 0:
                amounts.append(first.charge * allowed / charged)
    return paid, np.array(amounts)


def recovery_lags(courses: Sequence[Course], end: int) -> tuple[remits.Lags, int]:
    """Days from a denial that was worked to its payment, and how many are old enough to tell.

    Worked is what was sent again, or answered again.
    """
    days, seen, mature = [], [], 0
    for course in courses:
        first = course.first
        if first is None or not first.day or not denial_reason(first) or asks(first):
            continue
        worked = course.again > first.day or len(course.answers) > 1
        if not worked:
            continue
        paid = [a.day for a in course.answers[1:] if a.paid > 0]
        mature += first.day + remits.MATURE_DAYS <= end
        days.append(float((paid[0] if paid else end) - first.day))
        seen.append(bool(paid))
    return remits.Lags(np.array(days, float), np.array(seen, bool)), mature


def _recovery(paired: Paired, source: str, base: Scenario) -> list[Fit]:
    """Recovery by category, for the vendor's knowledge and odds as they are written."""
    codes = category_of(base)
    by_category: defaultdict[str, list[Course]] = defaultdict(list)
    for course in paired.courses.values():
        if (first := course.first) is not None and (reason := denial_reason(first)):
            by_category[codes.get(reason, "")].append(course)
    fits: list[Fit] = []
    for i, category in enumerate(base.categories):
        path = f"categories.{category.name}.recovery_share"
        lags, mature = recovery_lags(by_category[category.name], paired.end)
        if mature < FEWEST_WORKED:
            if len(lags.days):
                why = (
                    f"needs {FEWEST_WORKED} worked denials followed for {remits.MATURE_DAYS} days, "
                    f"there are {mature}"
                )
                fits.append(refused(path, source, why))
            continue
        odds = win_share(base, category.path)
        rng, n = generator(11, i), len(lags.days)
        drawn = [
            min(remits.won(lags.take(rng.integers(0, n, n))) / odds, 1.0) for _ in range(DRAWS)
        ]
        low, high = np.quantile(drawn, (0.025, 0.975))
        value = remits.won(lags)
        fits.append(
            Fit(
                path,
                "share",
                source,
                f"Kaplan-Meier of payment after a worked denial, {value:.3f}, ÷ {odds:.3f} for the "
                "vendor's odds and knowledge",
                "B",
                n,
                "worked denials",
                min(value / odds, 1.0),
                float(low),
                float(high),
                draws=drawn,
            )
        )
    return fits
