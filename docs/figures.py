"""Fills the tables of docs/ that studies gave; `figures.py run [NAME]` runs these again.

A study is a command of denialloop. What it found is kept in results/reference/, and the tables of
the pages, between `<!-- table: NAME -->` and `<!-- end -->`, are written from there.
"""

from __future__ import annotations

import csv
import math
import re
import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from sim.report.scorecard import cells
from sim.study.scorecard import CLAIMS, TESTED, Row, judge
from sim.study.statistics import Interval, mean_interval

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "results" / "reference"
PAIR = "configs/market_average_generalist.yaml configs/market_average_specialized.yaml"
TURNOVER = "--vary vendors.generalist.turnover.annual_rate=0.1,0.2,0.39,0.6,0.8 --replications 20"
SAME_PEOPLE = " ".join(
    f"--set teams.{team}.headcount={people}"
    for team, people in (("coding_inpatient", 7), ("coding_outpatient", 19), ("billing", 13),
                         ("clinical", 13), ("ar", 9))
)  # fmt: skip
AI = ("ai_black_box", "ai_black_box_payer_ai", "ai_human_in_the_loop",
      "ai_human_in_the_loop_payer_ai")  # fmt: skip

STUDIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "scorecard": ("scorecard", ("scorecard.csv",)),
    "levers": (
        "compare configs/generalist.yaml configs/levers/*.yaml configs/ai_black_box.yaml",
        ("comparison.csv", "summary.csv"),
    ),
    "assessed": (
        "compare configs/medcentral.yaml configs/medcentral_assessed.yaml",
        ("comparison.csv",),
    ),
    "assessed_stays": (
        "compare configs/medcentral_stays.yaml configs/medcentral_stays_assessed.yaml",
        ("comparison.csv",),
    ),
    "ablation": (
        "ablate configs/generalist.yaml configs/specialized.yaml --replications 5 --shapley",
        ("ablation.csv", "shapley.csv"),
    ),
    "matrix": ("matrix", ("matrix.csv", "assignments.csv")),
    "turnover": (f"sweep configs/generalist.yaml {TURNOVER}", ("sweep.csv",)),
    "turnover_same_people": (
        f"sweep configs/generalist.yaml {TURNOVER} {SAME_PEOPLE}",
        ("sweep.csv",),
    ),
    "ai": (f"compare {' '.join(f'configs/{name}.yaml' for name in AI)}", ("kpis.csv",)),
    "breakeven_price": (
        f"breakeven {PAIR} --vary vendors.specialized.price.usd_per_hour=30:90 --replications 20",
        ("breakeven.csv",),
    ),
    "breakeven_turnover": (
        f"breakeven {PAIR} --vary vendors.specialized.turnover.annual_rate=0.3:1.5 "
        "--replications 20",
        ("breakeven.csv",),
    ),
    "breakeven_full_turnover": (
        "breakeven configs/generalist.yaml configs/specialized.yaml --replications 5 "
        "--vary vendors.specialized.turnover.annual_rate=0.3:6",
        ("breakeven.csv",),
    ),
}
"""Command of each study, all at `--scale 0.1`, and the tables of it that are kept."""
KEPT = ("claims.", "denials.", "quality.", "money.", "people.", "audit.", "appeals.",
        "work.wait_days.coding_outpatient", "work.backlog_days.denials_clinical")  # fmt: skip
"""KPIs that are kept of a table of many, by how their names begin."""
MACHINES: tuple[tuple[str, str, float, int], ...] = (
    ("denials.initial_rate", "initial denials, %", 100, 1),
    ("denials.final_rate", "finally denied, % of dollars", 100, 2),
    ("appeals.overturn_rate", "denials overturned, %", 100, 1),
    ("audit.takeback", "taken back, % of dollars", 100, 3),
    ("money.leakage", "leakage, %", 100, 2),
    ("quality.coding_accuracy", "coding accuracy, %", 100, 1),
    ("money.net_value_usd", "net value, M USD", 1e-6, 2),
)
"""Rows of the two-by-two of machines, and all that is kept of its replications."""
LEFT_OUT = ("baseline", "relative", "p_adjusted", "sd")


def measure(names: Sequence[str]) -> None:
    """Run studies again, and keep their tables."""
    for name in names:
        command, tables = STUDIES[name]
        words = [name for word in shlex.split(command) for name in _expanded(word)]
        folder = ROOT / "results" / "figures" / name
        formats = ["--formats", "none"] if words[0] in ("compare", "scorecard") else []
        options = ["--scale", "0.1", "--out", str(folder), *formats]
        subprocess.run([sys.executable, "-m", "sim", *words, *options], cwd=ROOT, check=True)
        for table in tables:
            keep(folder / table, kept(name, table))


def _expanded(word: str) -> list[str]:
    if "*" not in word:
        return [word]
    return [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(word))]


def kept(study: str, table: str) -> Path:
    """Where a table of a study is kept."""
    alone = len(STUDIES[study][1]) == 1 or table == f"{study}.csv"
    return REFERENCE / (f"{study}.csv" if alone else f"{study}_{table}")


def keep(source: Path, target: Path) -> None:
    """Copy a table, without the KPIs that no page quotes; of a summary, the first scenario."""
    quoted = tuple(kpi for kpi, *_ in MACHINES) if source.name == "kpis.csv" else KEPT
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if source.name == "summary.csv":
        rows = [row for row in rows if row["scenario"] == rows[0]["scenario"]]
    with target.open("w", encoding="utf-8", newline="") as file:
        columns = [column for column in rows[0] if column not in LEFT_OUT]
        out = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        out.writeheader()
        out.writerows(row for row in rows if row.get("kpi", KEPT[0]).startswith(quoted))


def read(name: str) -> list[dict[str, str]]:
    """The rows of a reference table."""
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- words ----------------------------------------------------------------------------------------


def said(value: float, digits: int, *, sign: bool = False) -> str:
    """A number with a real minus, to tens or hundreds for negative digits; zero has no sign."""
    text = f"{round(value, digits):{'+' if sign else ''},.{max(digits, 0)}f}"
    nothing = not float(text.replace(",", ""))
    return (text.lstrip("+-") if nothing else text).replace("-", "−")


def within(at: Interval, factor: float, digits: int, *, sign: bool = False) -> str:
    """A mean and its interval."""
    mean, low, high = (said(x * factor, digits, sign=sign) for x in (at.mean, at.low, at.high))
    return f"{mean} ({low} to {high})"


def plus_minus(row: dict[str, str]) -> str:
    """A difference ± half its interval: points, or thousands of USD; a plain 0 is exact."""
    mean, low, high = (float(row[c]) for c in ("difference", "ci_low", "ci_high"))
    factor, digits = (1e-3, 0) if row["unit"] == "USD" else (100.0, 2)
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
    ("workflow", (
        ("hold_and_query", "hold and query (`quality.hold_and_query_share`)", "0.05 → 0.62"),
        ("realtime_review", "real-time review (`quality.realtime_review_share`)",
         "0 → 0.40 (as in `medcentral`)"),
        ("front_end_catch", "front-end catch (`quality.catch_share`, REG / DATA / AUTH)",
         "0.30 / 0.50 / 0.10 → 0.82 / 0.85 / 0.75"),
        ("feedback_loop", "feedback loop (`feedback`)", "none → every 14 days"),
        ("more_checks", "checks (`quality.qa_sample_share`, detection, enrichment)",
         "3 %, 0.55, 1 → 12 %, 0.80, 2"),
        ("denials_worked", "denials worked (`denials.worked_share`)", "0.88 → 0.98"),
        ("better_odds", "odds of winning (`denials.win_multiplier`)", "0.95 → 1.05"),
        ("denial_work", "both of these", ""),
        ("high_threshold", "threshold (`denials.threshold_usd`)",
         "25 → 500 (both vendors have 25)"),
        ("order_by_value", "order of work of the two denial teams (`teams.*.discipline`)",
         "`fifo` → `value`"),
        ("narrow_scope", "narrow scope (`scope`)", "all → `coding_and_denials`"),
    )),
    ("machines", (
        ("ai_black_box", "black box (`configs/ai_black_box.yaml`)", "none → 60 % of charts"),
        ("reviewed_machine", "human in the loop (`ai` of `configs/ai_human_in_the_loop.yaml`)",
         "none → all charts pre-read"),
    )),
    ("people", (
        ("certifications", "certifications (`certification_mix`)", "15 → 100 % certified"),
        ("quick_learning", "speed of learning (`learning.*_per_month`)",
         "0.20, 0.22 → 0.35, 0.35"),
        ("keeping_up", "keeping up (`forgetting_per_month`, `retraining`)",
         "0.020, 40 % → 0.010, 90 %"),
        ("able_newcomers", "knowledge of newcomers (`entry_knowledge`)",
         "0.10, 0.05 → 0.55, 0.20"),
        ("less_turnover", "turnover (`turnover.annual_rate`)", "0.39 → 0.30"),
        ("calm_occupancy", "planned occupancy (`target_occupancy`)", "0.92 → 0.85"),
    )),
    ("price", (
        ("dear_hours", "per hour (`price.usd_per_hour`)", "22 → 42 USD"),
        ("price_per_claim", "per claim (`price.usd_per_claim`) instead", "7 USD"),
        ("share_of_collections", "share of collections (`price.share_of_collections`) instead",
         "0.5 %"),
    )),
)  # fmt: skip


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
        ("assessed_stays", "generalist assessed, 2025 (its delay keeps the hospital's own people)",
         "medcentral_stays"),
    ):  # fmt: skip
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
        yield (row["function"], f"{plus}{told[0]}{unit} ({told[1]} to {told[2]})",
               said(float(row["fees_usd"]), -3), model, article + advice)  # fmt: skip


Point = dict[str, dict[str, str]]


def swept(name: str, columns: Sequence[tuple[str, float, int, str]]) -> Iterator[Sequence[str]]:
    """A row for each turnover, and the difference of the last from the first."""
    points: dict[str, Point] = defaultdict(dict)
    for row in read(name):
        points[row["vendors.generalist.turnover.annual_rate"]][row["kpi"]] = row
    rates = [f"{100 * float(rate):.0f}" for rate in points]
    for rate, point in zip(rates, points.values(), strict=True):
        yield (f"{rate} %", *(said(float(point[kpi]["mean"]) * factor, digits) + unit
                              for kpi, factor, digits, unit in columns))  # fmt: skip
    last, gaps = list(points.values())[-1], []
    for kpi, factor, digits, _ in columns:
        mean, low, high = (
            float(last[kpi][f"difference{end}"]) for end in ("", "_ci_low", "_ci_high")
        )
        at = Interval(0, mean, math.nan, low, high)
        gaps.append(within(at, factor, digits, sign=True))
    yield (f"{rates[0]} → {rates[-1]} %", *gaps)


def turnover() -> Iterator[Sequence[str]]:
    """Turnover with people planned for it."""
    return swept("turnover", (
        ("quality.coding_accuracy", 100, 1, " %"), ("denials.initial_rate", 100, 1, " %"),
        ("money.leakage", 100, 1, " %"), ("people.mean_knowledge", 100, 1, " %"),
        ("people.turnover_cost_usd_per_year", 1, -2, ""),
        ("work.backlog_days.denials_clinical", 1, 1, ""),
    ))  # fmt: skip


def turnover_same_people() -> Iterator[Sequence[str]]:
    """Turnover with the same headcount for all."""
    return swept("turnover_same_people", (
        ("quality.coding_accuracy", 100, 1, " %"), ("denials.initial_rate", 100, 1, " %"),
        ("money.leakage", 100, 1, " %"), ("people.occupancy", 100, 1, " %"),
        ("work.wait_days.coding_outpatient", 1, 1, ""),
        ("work.backlog_days.denials_clinical", 1, 1, ""),
    ))  # fmt: skip


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


TABLES: dict[str, tuple[str, Callable[[], Iterator[Sequence[str]]]]] = {
    "levers": ("levers.md", levers),
    "assessed": ("levers.md", assessed),
    "scorecard": ("scorecard.md", scorecard),
    "matrix": ("scenarios/five_functions.md", matrix),
    "turnover": ("turnover_trap.md", turnover),
    "turnover_same_people": ("turnover_trap.md", turnover_same_people),
    "ai": ("scenarios/ai.md", ai),
}
"""Page and rows of each table; its heads stand in the page."""


def filled(page: str, text: str) -> str:
    """A page whose tables say what the reference tables say."""
    for name, (where, rows) in TABLES.items():
        if where == page:
            body = "\n".join(f"| {' | '.join(row)} |" for row in rows())
            pattern = rf"(<!-- table: {name} -->\n\|.*\n\|[-:| ]+\n)(?:\|.*\n)*(<!-- end -->)"
            text, count = re.subn(pattern, lambda m, b=body: f"{m[1]}{b}\n{m[2]}", text)
            assert count == 1, f"{page}: no table {name}"
    return text


def main() -> None:
    """Fill the pages, after running the studies where `run` asks for it."""
    if sys.argv[1:2] == ["run"]:
        measure(sys.argv[2:] or list(STUDIES))
    for page in sorted({page for page, _ in TABLES.values()}):
        path = ROOT / "docs" / page
        path.write_text(filled(page, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
