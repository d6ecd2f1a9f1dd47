"""Writes the tables of docs/ that studies, the verification book and sums on paper give.

What studies found is kept in results/reference/ (`docs/studies.py` runs them again); the tables of
the pages, between `<!-- table: NAME -->` and `<!-- end -->`, are written from there.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from docs.studies import AI, MACHINES, MARKS, ROOT, TRAPS, VENDORS, kept, read
from sim.model.rules import DAYS_PER_YEAR
from sim.report.scorecard import cells
from sim.scenario.load import load, shipped_file
from sim.scenario.schema import Scenario
from sim.study.scorecard import CLAIMS, TESTED, Row, judge
from sim.study.statistics import Interval, mean_interval
from tests import mean_field
from tests.book import figure as number
from tests.book import pages_rows

# --- words ----------------------------------------------------------------------------------------


def said(value: float, digits: int, *, sign: bool = False) -> str:
    """A number with a real minus, to tens or hundreds for negative digits; zero has no sign."""
    text = f"{round(value, digits):{'+' if sign else ''},.{max(digits, 0)}f}"
    nothing = not float(text.replace(",", ""))
    return (text.lstrip("+-") if nothing else text).replace("-", "−")


def within(at: Interval, factor: float, digits: int, *, sign: bool = False) -> str:
    """A mean and its interval."""
    mean, low, high = (said(x * factor, digits, sign=sign) for x in (at.mean, at.low, at.high))
    if math.isnan(at.low):
        return f"{mean} (no interval)"
    return f"{mean} ({low} to {high})"


def plus_minus(row: dict[str, str]) -> str:
    """A difference ± half its interval: points, or thousands of USD; a plain 0 is exact."""
    mean, low, high = (float(row[c] or math.nan) for c in ("difference", "ci_low", "ci_high"))
    factor, digits = (1e-3, 0) if row["unit"].startswith("USD") else (100.0, 2)
    if mean == low == high == 0:
        return "0"
    return f"{said(factor * mean, digits, sign=True)} ± {factor * (high - low) / 2:.{digits}f}"


# --- tables ---------------------------------------------------------------------------------------

COLUMNS = (
    "claims.first_pass_payment_rate",
    "denials.initial_rate",
    "quality.coding_accuracy",
    "denials.final_rate",
    "money.net_revenue_realisation",
    "money.net_value_usd",
)
LEVERS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "workflow",
        (
            ("hold_and_query", "hold and query (`quality.hold_and_query_share`)", "0.05 → 0.62"),
            (
                "realtime_review",
                "real-time review (`quality.realtime_review_share`)",
                "0 → 0.40 (as in `medcentral`)",
            ),
            (
                "front_end_catch",
                "front-end catch (`quality.catch_share`, REG / DATA / AUTH)",
                "0.30 / 0.50 / 0.10 → 0.82 / 0.85 / 0.75",
            ),
            ("feedback_loop", "feedback loop (`feedback`)", "none → every 14 days"),
            (
                "more_checks",
                "checks (`quality.qa_sample_share`, detection, enrichment)",
                "3 %, 0.55, 1 → 12 %, 0.80, 2",
            ),
            ("denials_worked", "denials worked (`denials.worked_share`)", "0.88 → 0.98"),
            ("better_odds", "odds of winning (`denials.win_multiplier`)", "0.95 → 1.05"),
            ("denial_work", "both of these", ""),
            (
                "high_threshold",
                "threshold (`denials.threshold_usd`)",
                "25 → 500 (both vendors have 25)",
            ),
            (
                "order_by_value",
                "order of work of the two denial teams (`teams.*.discipline`)",
                "`fifo` → `value`",
            ),
            ("narrow_scope", "narrow scope (`scope`)", "all → `coding_and_denials`"),
        ),
    ),
    (
        "machines",
        (
            ("ai_black_box", "black box (`configs/ai_black_box.yaml`)", "none → 60 % of charts"),
            (
                "reviewed_machine",
                "human in the loop (`ai` of `configs/ai_human_in_the_loop.yaml`)",
                "none → all charts pre-read",
            ),
        ),
    ),
    (
        "people",
        (
            ("certifications", "certifications (`certification_mix`)", "15 → 100 % certified"),
            (
                "quick_learning",
                "speed of learning (`learning.*_per_month`)",
                "0.20, 0.22 → 0.35, 0.35",
            ),
            (
                "keeping_up",
                "keeping up (`forgetting_per_month`, `retraining`)",
                "0.020, 40 % → 0.010, 90 %",
            ),
            (
                "able_newcomers",
                "knowledge of newcomers (`entry_knowledge`)",
                "0.10, 0.05 → 0.55, 0.20",
            ),
            ("less_turnover", "turnover (`turnover.annual_rate`)", "0.39 → 0.30"),
            ("calm_occupancy", "planned occupancy (`target_occupancy`)", "0.92 → 0.85"),
        ),
    ),
    (
        "price",
        (
            ("dear_hours", "per hour (`price.usd_per_hour`)", "22 → 42 USD"),
            ("price_per_claim", "per claim (`price.usd_per_claim`) instead", "7 USD"),
            (
                "share_of_collections",
                "share of collections (`price.share_of_collections`) instead",
                "0.5 %",
            ),
        ),
    ),
)


def levers() -> Iterator[Sequence[str]]:
    """What each lever does alone."""
    found = {(row["scenario"], row["kpi"]): row for row in read("levers_comparison")}
    shipped = {row["kpi"]: float(row["mean"]) for row in read("levers_summary")}
    *rates, value = (shipped[kpi] for kpi in COLUMNS)
    told = [f"{said(100 * rate, 1)} %" for rate in rates]
    yield ("*as shipped*", "", *told, said(value / 1e3, 0))
    for part, members in LEVERS:
        yield (f"**{part}**", *[""] * (1 + len(COLUMNS)))
        for name, words, change in members:
            yield (words, change, *(plus_minus(found[name, kpi]) for kpi in COLUMNS))


def assessed() -> Iterator[Sequence[str]]:
    """What the assessment of a new vendor changes."""
    for name, words, where in (
        ("assessed", "specialist assessed, 2027 (its delay keeps the generalist)", "medcentral"),
        (
            "assessed_stays",
            "generalist assessed, 2025 (its delay keeps the hospital's own people)",
            "medcentral_stays",
        ),
    ):
        found = {row["kpi"]: row for row in read(name)}
        window = f"KPI window of `{where}`"
        yield (words, window, *(plus_minus(found[kpi]) for kpi in COLUMNS))


def scorecard() -> Iterator[Sequence[str]]:
    """Every claim, as the scorecard printed it."""
    found = {row["claim"]: row for row in read("scorecard")}
    for claim in CLAIMS:
        row = found[claim.key]
        if claim.kind != TESTED:
            yield claim.words, claim.because, "", "", row["verdict"]
            continue
        mean, low, high = (float(row[c] or math.nan) for c in ("value", "ci_low", "ci_high"))
        at = Interval(int(row["n"]), mean, math.nan, low, high)
        target, shown, ends, _ = cells(Row(claim, at, row["verdict"]))
        assert row["verdict"] == judge(claim, at), claim.key
        bold = row["verdict"] if row["verdict"] == "in range" else f"**{row['verdict']}**"
        yield claim.words, claim.reading, target, f"{shown} ({ends})" if ends else shown, bold


def matrix() -> Iterator[Sequence[str]]:
    """The main effect of moving each of the five functions."""
    for row in read("matrix"):
        mean, low, high = (float(row[f"net_value{c}"]) for c in ("_usd", "_ci_low", "_ci_high"))
        large = abs(mean) >= 1e6
        step = 1e5 if large else 10 ** math.floor(math.log10((high - low) / 4))
        ends = [round(x / step) * step for x in (mean, low, high)]
        told = [said(x / 1e6, 1) if large else said(x, 0) for x in ends]
        plus = "+" if mean > 0 else ""
        unit = " M" if large else ""
        advice = {"yes": ": agrees", "no": ": disagrees"}.get(row["agrees"], "")
        names = {"specialized": "specialised"}
        says = (names.get(row[c], row[c]) for c in ("model_says", "article_says"))
        model, article = says
        yield (
            row["function"],
            f"{plus}{told[0]}{unit} ({told[1]} to {told[2]})",
            said(float(row["fees_usd"]), -3),
            model,
            article + advice,
        )


Point = dict[str, dict[str, str]]


RATE = "vendors.typical_generalist.turnover.annual_rate"


def swept(name: str) -> dict[str, Point]:
    """The points of a sweep over turnover, by rate, then by KPI."""
    points: dict[str, Point] = defaultdict(dict)
    for row in read(name):
        points[row[RATE]][row["kpi"]] = row
    return points


def gap(point: Point, kpi: str, factor: float, digits: int) -> str:
    """How a point of a sweep differs from the first, with its interval."""
    mean, low, high = (
        float(point[kpi][f"difference{end}"] or math.nan) for end in ("", "_ci_low", "_ci_high")
    )
    return within(Interval(0, mean, math.nan, low, high), factor, digits, sign=True)


Columns = Sequence[tuple[str, float, int, str]]
LOST: Columns = (
    ("quality.coding_accuracy", 100, 1, " %"),
    ("denials.initial_rate", 100, 1, " %"),
    ("money.leakage", 100, 1, " %"),
)


def by_rate(name: str, columns: Columns) -> Iterator[Sequence[str]]:
    """A row for each turnover, and the difference of the last from the first."""
    points = swept(name)
    rates = [f"{100 * float(rate):.0f}" for rate in points]
    for rate, point in zip(rates, points.values(), strict=True):
        yield (
            f"{rate} %",
            *(
                said(float(point[kpi]["mean"]) * factor, digits) + unit
                for kpi, factor, digits, unit in columns
            ),
        )
    last = list(points.values())[-1]
    gaps = (gap(last, kpi, factor, digits) for kpi, factor, digits, _ in columns)
    yield (f"{rates[0]} → {rates[-1]} %", *gaps)


def trap_planned() -> Iterator[Sequence[str]]:
    """Turnover with people planned for it, and the loop on."""
    return by_rate(
        "trap_on_planned_overtime_sweep",
        (
            *LOST,
            ("people.turnover", 100, 0, " %"),
            ("people.mean_knowledge", 100, 1, " %"),
            ("vendor.margin_usd", 1e-3, 0, ""),
        ),
    )


def trap_fixed() -> Iterator[Sequence[str]]:
    """Turnover with the same headcount for all, and the loop on."""
    return by_rate(
        "trap_on_fixed_overtime",
        (
            *LOST,
            ("people.turnover", 100, 0, " %"),
            ("people.occupancy", 100, 1, " %"),
            ("work.wait_days.coding_outpatient", 1, 1, ""),
        ),
    )


def trap() -> Iterator[Sequence[str]]:
    """What eight times the turnover costs: loop, people and hours in turn."""
    for name in TRAPS:
        _, loop, people, hours = name.split("_")
        last = list(swept(trap_table(name)).values())[-1]
        yield (
            f"{loop}, {people}, {hours}",
            *(gap(last, kpi, factor, digits) for kpi, factor, digits, _ in LOST),
            gap(last, "vendor.margin_usd", 1e-3, 0),
            gap(last, "money.net_value_usd", 1e-6, 1),
        )


def trap_table(name: str) -> str:
    """What the table of a sweep of the trap is called."""
    return kept(name, "sweep.csv").stem


def per_leaver() -> Iterator[Sequence[str]]:
    """What one more leaver costs, by where it is counted: thousands of USD."""
    for name in TRAPS:
        _, loop, people, hours = name.split("_")
        if hours == "regular":
            continue
        first, *_, last = swept(trap_table(name)).values()
        leavers = [
            float(point["people.turnover_cost_usd_per_year"]["mean"])
            / float(point["people.turnover_cost_usd_per_leaver"]["mean"])
            for point in (first, last)
        ]
        more = leavers[1] - leavers[0]
        booked = float(last["people.turnover_cost_usd_per_leaver"]["mean"]) / 1e3
        costs = (
            -float(last[kpi]["difference"]) / more / 1e3
            for kpi in ("vendor.margin_usd", "money.net_value_usd")
        )
        margin, net = costs
        yield f"{loop}, {people}", said(booked, 1), said(margin, 1), said(net, 0)


def ai() -> Iterator[Sequence[str]]:
    """The two-by-two of machines, and the difference of the differences, pair by pair."""
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in read("ai"):
        values[row["scenario"], row["kpi"]].append(float(row["value"]))
    for kpi, words, factor, digits in MACHINES:
        four = [np.array(values[name, kpi]) for name in AI]
        twice = (four[3] - four[2]) - (four[1] - four[0])
        means = [within(mean_interval(v), factor, digits) for v in (*four, twice)]
        yield (words, *means)


def people() -> Iterator[Sequence[str]]:
    """Rows of the verification book on knowledge, leaving and age, in the units of the page."""
    rows = pages_rows()

    def pair(what: str, factor: float, digits: int) -> tuple[str, str]:
        """Theory and program of one row."""
        row = rows["People", what]
        theory, found = (said(factor * number(x), digits) for x in (row.theory, row.found))
        return theory, found

    def pairs(words: Iterable[str], factor: float, digits: int) -> tuple[str, str]:
        """The same of several, one theory said once."""
        theory, found = zip(*(pair(what, factor, digits) for what in words), strict=True)
        return " / ".join(dict.fromkeys(theory)), " / ".join(found)

    def level(part: str, shape: float, forgetting: float) -> tuple[str, str]:
        """A mean level of knowledge."""
        what = f"Mean {part} knowledge: 195% turnover, shape {shape}, forgetting {forgetting}"
        return pair(what, 1, 3)

    formula = "Whitt 2006, mean knowledge `p∞ − (p∞−p₀)θ/(θ+μ)`"
    always = "200 people always at work, θ 1.95 a year, μ 12 a year, 2 years"
    yield formula, always, *level("domain", 1.0, 0.0)
    yield "the same with forgetting, `(μ+θp₀)/(μ+λ+θ)`", "λ 4.8 a year", *level("domain", 1.0, 0.4)
    early = "the same with early attrition, `∫p(t)(1−F)/E[T]`"
    yield early, "shape 0.7", *level("domain", 0.7, 0.0)
    yield "client part", "μ 6 a year", *level("client", 1.0, 0.0)
    shapes, year = (0.6, 0.8, 1.0), DAYS_PER_YEAR
    for rate in (20, 80):
        left = (f"Separations in two years, {rate}% a year, shape {shape}" for shape in shapes)
        head = "separations per head and year", "500 people, shape 0.6 / 0.8 / 1.0"
        yield *(head if rate == 20 else ("", "")), *pairs(left, year / 731 / 500, 3)
    age = (f"Mean days since hire on day 731, 80% a year, shape {shape}" for shape in shapes)
    yield (
        "mean age `E[T](1+CV²)/2`, years, after two years",
        "rate 0.8, shape 0.6 / 0.8 / 1.0",
        *pairs(age, 1 / year, 2),
    )
    for words, setting, what, spans, heads in (
        (
            "a team of newcomers, leavers per head and year (renewal equation)",
            "rate 0.39, shape 0.6: month 1 / months 2–3 / rest of the year / second year",
            "500 newcomers",
            (0, 30, 90, 365, 730),
            500,
        ),
        (
            "a team that doubles at once, leavers per head and year",
            "the next 90 days / the 18 months after",
            "A team that doubles on day 91",
            (91, 181, 731),
            1000,
        ),
    ):
        told = [
            pair(f"{what}: leavers from day {start} to {end}", year / (end - start) / heads, 2)
            for start, end in itertools.pairwise(spans)
        ]
        yield words, setting, *(" / ".join(column) for column in zip(*told, strict=True))


SHARES = {
    "accuracy": "coding accuracy",
    "rejection": "rejected first",
    "denial": "denied first",
    "rfi": "asked first (RFI)",
    "first_pass": "paid on first pass",
    "final_denial": "finally denied, of dollars",
    "under_coding": "under-coding, of dollars",
    "cdi_gap": "documentation gap, of dollars",
}
"""Shares that the mean field gives, in the words of its page."""


def of_vendor(name: str) -> Scenario:
    """A shipped scenario; the specialist's meetings have done what they can."""
    return mean_field.after_all_meetings(load(shipped_file(f"{name}.yaml")).scenario)


def mean_field_ample() -> Iterator[Sequence[str]]:
    """Rows of the verification book: theory, run, and their distance in standard errors."""
    rows = pages_rows()
    for key, words in SHARES.items():
        cells = [words]
        for vendor in VENDORS:
            row = rows["Mean field", f"{vendor}: `{mean_field.KPI[key]}`"]
            theory, found = float(row.theory), float(row.found)
            error = float(row.interval.removeprefix("± ")) / mean_field.WIDTH
            z = said((found - theory) / error, 1)
            cells += [f"{100 * theory:.2f}", f"{100 * found:.2f}", z]
        yield cells


def mean_field_steps() -> Iterator[Sequence[str]]:
    """From the published check to the mean field of this model."""
    for vendor in VENDORS:
        for i, step in enumerate(mean_field.steps(of_vendor(vendor))):
            name = {"in_house": "in-house", "specialized": "specialised, with feedback"}
            bold = f"**{name.get(vendor, vendor)}**, " if i == 0 else ""
            values = (step.rejection, step.denial, step.rfi, step.first_pass, step.final_denial)
            yield bold + step.words, *("" if v != v else f"{100 * v:.2f}" for v in values)


def mean_field_knowledge() -> Iterator[Sequence[str]]:
    """Settled knowledge of coders: published, and in this model."""
    for vendor in VENDORS:
        model = of_vendor(vendor)
        pairs = zip(
            mean_field.published_knowledge(model), mean_field.coders_knowledge(model), strict=True
        )
        yield vendor.replace("_", "-"), *(f"{v:.3f}" for pair in pairs for v in pair)


def mean_field_learning() -> Iterator[Sequence[str]]:
    """The mean field at the knowledge and pressure that coders had in the runs, and the runs."""
    shares: dict[tuple[str, str], list[float]] = defaultdict(list)
    for row in read("mean_field_kpis"):
        shares[row["scenario"], row["kpi"]].append(float(row["value"]))
    teams = {(row["scenario"], row["team"]): row for row in read("mean_field_coders")}
    on_paper = {}
    for vendor in VENDORS:
        model = load(shipped_file(f"{vendor}.yaml")).scenario
        settings = {"inpatient": model.hospital.inpatient, "outpatient": model.hospital.outpatient}
        rows = {s: teams[vendor, team] for s, team in mean_field.CODERS.items()}
        claims = [settings[s].claims_per_year for s in rows]
        domain, client, penalty = (
            float(np.average([float(row[column]) for row in rows.values()], weights=claims))
            for column in ("knowledge_domain", "knowledge_client", "penalty")
        )
        mixes = {s: {mark: float(row[mark]) for mark in MARKS} for s, row in rows.items()}
        met = mean_field.with_source_defects(model, mean_field.defects_left(model))
        on_paper[vendor] = mean_field.MeanField(met, domain, client, mixes, penalty).answers()
    for key, words in list(SHARES.items())[:6]:
        pairs = (
            (getattr(on_paper[v], key), float(np.mean(shares[v, mean_field.KPI[key]])))
            for v in VENDORS
        )
        yield words, *(f"{100 * value:.1f}" for pair in pairs for value in pair)


TABLES: dict[str, tuple[str, Callable[[], Iterator[Sequence[str]]]]] = {
    "levers": ("levers.md", levers),
    "assessed": ("levers.md", assessed),
    "scorecard": ("scorecard.md", scorecard),
    "matrix": ("scenarios/five_functions.md", matrix),
    "trap": ("turnover_trap.md", trap),
    "trap_planned": ("turnover_trap.md", trap_planned),
    "trap_fixed": ("turnover_trap.md", trap_fixed),
    "per_leaver": ("turnover_trap.md", per_leaver),
    "ai": ("scenarios/ai.md", ai),
    "people": ("people.md", people),
    "ample": ("mean_field.md", mean_field_ample),
    "steps": ("mean_field.md", mean_field_steps),
    "settled": ("mean_field.md", mean_field_knowledge),
    "learning": ("mean_field.md", mean_field_learning),
}
"""Page and rows of each table; its heads stand in the page."""


def filled(page: str, text: str) -> str:
    """A page whose tables say what the reference tables say."""
    for name, (where, rows) in TABLES.items():
        if where == page:
            pattern = rf"(<!-- table: {name} -->\n\|.*\n\|[-:| ]+\n)(?:\|.*\n)*(<!-- end -->)"
            match = re.search(pattern, text)
            assert match, f"{page}: no table {name}"
            body = "".join(f"| {' | '.join(row)} |\n" for row in rows())
            text = text[: match.start()] + match[1] + body + match[2] + text[match.end() :]
    return text


def main() -> None:
    """Fill the pages."""
    for page in sorted({page for page, _ in TABLES.values()}):
        path = ROOT / "docs" / page
        path.write_text(filled(page, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
