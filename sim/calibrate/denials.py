"""First denials by payer and category to incidence and stringency.

Only the product incidence × what is not caught × what the payer denies is seen. By convention the
catches and the payers' shares stay as the base has them, and stringency is relative to the class
called commercial, or else the largest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibrate.courses import Paired
from sim.calibrate.evidence import Fit, refused
from sim.calibrate.fit.numbers import DRAWS, Floats, generator
from sim.calibrate.read.claim_files import asks, denial_reason
from sim.model import rules
from sim.model.codes import CATEGORIES, SEVERITY, SKILLS
from sim.model.expectations import settled_team
from sim.model.flows import coded_charts, serving_teams
from sim.scenario.schema import Scenario

FEWEST_DENIED = 100
REFERENCE = "commercial"
MOST_STRINGENCY = 5.0
ROUNDS = 40


@dataclass(frozen=True)
class Observed:
    """First answers: claims answered by payer, and of these denied by category."""

    payers: list[str]
    categories: list[str]
    answered: Floats
    denied: Floats
    """Payers × categories; requests for records and reasons of no category are not in it."""
    asked: Floats
    unknown: int
    """Denials whose reason belongs to no category."""

    @property
    def rate(self) -> Floats:
        """Denied of answered, by payer."""
        return np.asarray(self.denied.sum(axis=1) / np.maximum(self.answered, 1.0))

    @property
    def mix(self) -> Floats:
        """Part of each category in the denials."""
        return np.asarray(self.denied.sum(axis=0) / max(float(self.denied.sum()), 1.0))

    def notes(self) -> list[str]:
        """The rates, in words."""
        found = [
            f"{name}: {self.rate[i]:.1%} of {self.answered[i]:,.0f} first answers deny, "
            f"{self.asked[i] / self.answered[i]:.1%} ask for records"
            for i, name in enumerate(self.payers)
            if self.answered[i] > 0
        ]
        if self.unknown:
            found.append(
                f"{self.unknown:,} denials have a reason of no category; `carc` of a category, or "
                "words: category in --map, says which"
            )
        return found


def category_of(base: Scenario) -> dict[str, str]:
    """Category by adjustment reason code."""
    return {code: str(c.name) for c in base.categories for code in c.carc}


def observed(paired: Paired, base: Scenario) -> Observed:
    """Count the first answers."""
    payers = [p.name for p in base.payers]
    names = [str(c.name) for c in base.categories]
    codes = category_of(base)
    answered, asked = np.zeros(len(payers)), np.zeros(len(payers))
    denied = np.zeros((len(payers), len(names)))
    unknown = 0
    for course in paired.courses.values():
        first = course.first
        if first is None or course.payer not in payers:
            continue
        row = payers.index(course.payer)
        answered[row] += 1
        reason = denial_reason(first)
        if not reason:
            continue
        if asks(first):
            asked[row] += 1
        elif reason in codes:
            denied[row, names.index(codes[reason])] += 1
        else:
            unknown += 1
    return Observed(payers, names, answered, denied, asked, unknown)


def fit_denials(seen: Observed, source: str, base: Scenario) -> list[Fit]:
    """Incidences and stringencies; both only as far as the convention goes."""
    total = int(seen.denied.sum())
    if total < FEWEST_DENIED:
        why = f"needs {FEWEST_DENIED} denials of known categories, there are {total}"
        return [refused("categories.*.incidence", source, why)]
    reference = _reference(seen)
    expected = expected_of(base)
    value = _solve(seen.denied, seen.answered, reference, expected)
    rng = generator(12)
    drawn = [
        _solve(rng.poisson(seen.denied).astype(float), seen.answered, reference, expected)
        for _ in range(DRAWS)
    ]
    fits = []
    for i, name in enumerate(seen.payers):
        if i == reference or seen.denied[i].sum() < FEWEST_DENIED:
            continue
        again = [min(float(d[0][i]), MOST_STRINGENCY) for d in drawn]
        low, high = np.quantile(again, (0.025, 0.975))
        fits.append(
            Fit(
                f"payers.{name}.stringency",
                "ratio",
                source,
                f"denial rate over that of {seen.payers[reference]} (1 by convention)",
                "C",
                int(seen.denied[i].sum()),
                "denials",
                min(float(value[0][i]), MOST_STRINGENCY),
                float(low),
                float(high),
                draws=again,
            )
        )
    return fits + _incidences(seen, value[1], [d[1] for d in drawn], source, base)


def _incidences(
    seen: Observed, ratio: Floats, drawn: list[Floats], source: str, base: Scenario
) -> list[Fit]:
    fits = []
    for i, category in enumerate(base.categories):
        count = int(seen.denied[:, i].sum())
        if category.incidence <= 0 or count < FEWEST_DENIED or not np.isfinite(ratio[i]):
            continue  # what the people at work cause, or too few to tell
        again = [min(category.incidence * float(d[i]), 1.0) for d in drawn]
        low, high = np.quantile(again, (0.025, 0.975))
        method = (
            f"base × {ratio[i]:.2f}, so that expected first denials match; conditional on catches, "
            "deny shares and silence of the base"
        )
        fits.append(
            Fit(
                f"categories.{category.name}.incidence",
                "share",
                source,
                method,
                "C",
                count,
                "denials",
                min(category.incidence * float(ratio[i]), 1.0),
                float(low),
                float(high),
                draws=again,
            )
        )
    return fits


def _reference(seen: Observed) -> int:
    if REFERENCE in seen.payers:
        index = seen.payers.index(REFERENCE)
        if seen.denied[index].sum() >= FEWEST_DENIED:
            return index
    return int(np.argmax(seen.denied.sum(axis=1)))


def _solve(
    denied: Floats, answered: Floats, reference: int, expected: Expected
) -> tuple[Floats, Floats]:
    """Stringency by payer, and what each category's incidence is to be multiplied by.

    A claim is denied for the gravest of its defects: what is seen of the others is made up for by
    the claims that the graver ones have taken. What a payer cannot deny more of is left out.
    """
    part = denied / np.maximum(answered, 1.0)[:, None]
    graver = np.zeros_like(part)
    for place, category in enumerate(expected.order):
        graver[:, category] = part[:, expected.order[:place]].sum(axis=1)
    odds = part / np.maximum(1.0 - graver, 1e-9)
    weight = answered / max(float(answered.sum()), 1.0)
    stringency, ratio = np.ones(len(answered)), np.ones(len(expected.left))
    for _ in range(ROUNDS):
        share = np.minimum(expected.deny[None, :] * stringency[:, None], expected.most[None, :])
        bottom = (weight[:, None] * share).sum(axis=0) * expected.left
        top = (weight[:, None] * odds).sum(axis=0)
        ratio = np.divide(top, bottom, out=np.ones_like(top), where=bottom > 0)
        whole = (ratio * expected.left * share).sum(axis=1)
        moved = stringency * odds.sum(axis=1) / np.maximum(whole, 1e-12)
        stringency = np.clip(moved / max(float(moved[reference]), 1e-12), 0.0, MOST_STRINGENCY)
    return stringency, ratio


@dataclass(frozen=True)
class Expected:
    """Defects that the base expects in a claim, what payers do with them, the gravest first."""

    left: Floats
    deny: Floats
    most: Floats
    """Part that can be denied at all."""
    order: list[int]


def expected_of(base: Scenario) -> Expected:
    """Defects left in a claim, averaged over both settings, by category."""
    left, hospital = coded_charts(base), base.hospital
    volume = {s: getattr(hospital, s).claims_per_year for s in ("inpatient", "outpatient")}
    total = sum(volume.values()) or 1.0
    names = [str(c.name) for c in base.categories]
    return Expected(
        np.array([sum(volume[s] / total * left[s][0][n] for s in volume) for n in names]),
        np.array([c.deny_share for c in base.categories]),
        np.array([1.0 - c.reject_share - c.rfi_share for c in base.categories]),
        [names.index(CATEGORIES[i]) for i in SEVERITY if CATEGORIES[i] in names],
    )


def win_share(base: Scenario, path: str) -> float:
    """What a worked denial is won with, over full knowledge: the vendor's odds and knowledge."""
    serving = serving_teams(base)
    team = serving.get(f"denials_{path}")
    if team is None:
        return 1.0
    vendor = next(v for v in base.vendors if v.name == team.vendor)
    skill = SKILLS.index("clinical" if path == "clinical" else "billing")
    domain, _ = settled_team(base, vendor, {skill: 1.0})
    known = rules.known(domain[skill], base.denials.knowledge_floor)
    return float(vendor.denials.win_multiplier * np.mean(known))
