"""The studies that docs/ quotes: `python -m docs.studies [NAME ...]` runs them again.

A study is a command of denialloop. What it found is kept in results/reference/, from where
`docs/figures.py` writes the tables of the pages, and where tests look sentences up. A chart of it
that a page shows is copied to docs/images/; pictures.csv there says what each was drawn of.
"""

from __future__ import annotations

import csv
import hashlib
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.model.workforce import OCCUPANCY_MEMORY
from sim.report.published import PUBLISHED
from sim.scenario.load import load
from tests import mean_field

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "results" / "reference"
IMAGES = ROOT / "docs" / "images"
TRAP_KPIS = " ".join(
    f"--kpi {kpi}"
    for kpi in (
        "quality.coding_accuracy",
        "denials.initial_rate",
        "money.leakage",
        "people.turnover",
        "people.turnover_cost_usd_per_year",
        "people.turnover_cost_usd_per_leaver",
        "people.mean_knowledge",
        "people.occupancy",
        "vendor.margin_usd",
        "money.net_value_usd",
        "work.backlog_days.denials_clinical",
        "work.wait_days.coding_outpatient",
    )
)
TRAP = (
    "sweep configs/typical_generalist.yaml --replications 20 "
    f"--vary vendors.typical_generalist.turnover.annual_rate=0.1,0.2,0.39,0.6,0.8 {TRAP_KPIS}"
)
VENDORS = ("generalist", "in_house", "specialized")
MARKS = ("none", "CPC", "CCS", "RHIT", "RN")
TEAMS = {"coding_inpatient": 8, "coding_outpatient": 22, "billing": 13, "clinical": 16, "ar": 9}
"""Teams of the shipped vendors, and how many the typical generalist plans at full size."""
REGULAR_HOURS = " ".join(f"--set teams.{team}.overtime=null" for team in TEAMS)
LOOP = {
    "off": " ".join(
        f"--set people.strain.{gain}=0"
        for gain in (
            "corner_exponent",
            "exhaustion_hazard",
            "exhaustion_accuracy",
            "exhaustion_slowdown",
        )
    ),
    "on": "",
}
PEOPLE = {
    "planned": "",
    "fixed": " ".join(f"--set teams.{team}.headcount={n}" for team, n in TEAMS.items()),
}
HOURS = {"overtime": "", "regular": REGULAR_HOURS}
TRAPS = {
    f"trap_{loop}_{people}_{hours}": " ".join((TRAP, LOOP[loop], PEOPLE[people], HOURS[hours]))
    for loop in LOOP
    for people in PEOPLE
    for hours in HOURS
}
"""The turnover trap: without and with its loop, people planned for it or not, overtime or not."""
CASE = "configs/medcentral_stays.yaml configs/medcentral.yaml"
AVERAGE = (
    "configs/article/market_average_generalist.yaml configs/article/market_average_specialized.yaml"
)
FULL = "configs/article/generalist.yaml configs/article/specialized.yaml"
TYPICAL = "configs/typical_generalist.yaml configs/typical_specialist.yaml"
PRICE = "--vary vendors.specialized.price.usd_per_hour"
LEAVERS = "--vary vendors.specialized.turnover.annual_rate"
AI = (
    "ai_black_box",
    "ai_black_box_payer_ai",
    "ai_human_in_the_loop",
    "ai_human_in_the_loop_payer_ai",
)

MACHINES: tuple[tuple[str, str, float, int], ...] = (
    ("denials.initial_rate", "initial denials, %", 100, 1),
    ("denials.final_rate", "finally denied, % of dollars", 100, 2),
    ("denials.overturned_rate", "denials overturned, %", 100, 1),
    ("audit.takeback", "taken back, % of dollars", 100, 3),
    ("money.leakage", "leakage, %", 100, 2),
    ("quality.coding_accuracy", "coding accuracy, %", 100, 1),
    ("money.net_value_usd", "net value, M USD", 1e-6, 2),
)
"""Rows of the two-by-two of machines."""
HEADLINES = (
    "claims.first_pass_payment_rate",
    "claims.rejection_rate",
    "claims.rfi_rate",
    "denials.final_rate",
    "denials.initial_rate",
    "money.average_revenue_per_case",
    "money.days_in_ar",
    "money.expected_usd",
    "money.fees_usd",
    "money.net_revenue_realisation",
    "money.net_value_usd",
    "money.open_usd",
    "money.tco",
    "people.exhaustion",
    "people.mean_knowledge",
    "people.occupancy",
    "people.touch_share",
    "people.turnover",
    "people.turnover_expected",
    "quality.coding_accuracy",
    "audit.takeback",
    "vendor.margin_usd",
    "vendor.margin_share",
    *PUBLISHED,
)
"""KPIs of the tables that `make demo` prints, and that the page on its bidders tells."""
MONTHLY = ("denials.initial_rate", "money.net_revenue_realisation", "money.inpatient_realisation")
TRAP_CORRELATED = (
    "people.turnover",
    "quality.coding_accuracy",
    "money.net_revenue_realisation",
    "money.net_value_usd",
)
KEPT = (
    "claims.",
    "denials.",
    "quality.",
    "money.",
    "people.",
    "audit.",
    "appeals.",
    "vendor.",
    "work.days_to_submission",
    "work.wait_days.coding_outpatient",
    "work.backlog_days.denials_clinical",
)
"""KPIs that are kept of a table of means, by how their names begin."""
LEFT_OUT = ("baseline", "relative", "p_adjusted", "sd", "month_start")


class Study(NamedTuple):
    """A command of denialloop, the tables kept of its folder, the KPIs kept of its replications.

    `picture`: a chart of it, without its ending, and the name that it has in docs/images/.
    """

    command: str
    tables: tuple[str, ...]
    kpis: tuple[str, ...] = ()
    picture: tuple[str, str] | None = None


STUDIES: dict[str, Study] = {
    "demo": Study(
        f"compare {TYPICAL} --replications 20", ("kpis.csv",), HEADLINES, ("course", "denials")
    ),
    "article": Study(f"compare {FULL} --replications 20", ("kpis.csv",), HEADLINES),
    "in_house": Study("run configs/in_house.yaml --replications 20", ("summary.csv",)),
    "in_house_generalist": Study(
        "compare configs/in_house.yaml configs/article/generalist.yaml --replications 20",
        ("kpis.csv",),
        ("money.net_revenue_realisation",),
    ),
    "market_average": Study(
        f"compare {AVERAGE} --replications 20",
        ("kpis.csv",),
        ("denials.initial_rate", "money.leakage", "money.fees_usd", "money.expected_usd"),
    ),
    "scorecard": Study("scorecard", ("scorecard.csv",)),
    "levers": Study(
        "compare configs/article/generalist.yaml configs/levers/*.yaml configs/ai_black_box.yaml",
        ("comparison.csv", "summary.csv", "coders.csv"),
    ),
    "assessed": Study(
        "compare configs/medcentral.yaml configs/medcentral_assessed.yaml", ("comparison.csv",)
    ),
    "assessed_stays": Study(
        "compare configs/medcentral_stays.yaml configs/medcentral_stays_assessed.yaml",
        ("comparison.csv",),
    ),
    "medcentral": Study(
        f"compare {CASE}",
        ("medcentral_stays/monthly.csv", "medcentral/monthly.csv", "payback.csv"),
        MONTHLY,
    ),
    "medcentral_regular_hours": Study(
        f"compare {CASE} {REGULAR_HOURS}", ("medcentral/monthly.csv", "overload.csv"), MONTHLY
    ),
    "ablation": Study(
        f"ablate {FULL} --replications 5 --shapley",
        ("ablation.csv", "shapley.csv"),
        picture=("ablation_money_net_value_usd", "ablation"),
    ),
    "matrix": Study("matrix", ("matrix.csv", "assignments.csv"), picture=("matrix", "matrix")),
    "functions": Study(
        "compare configs/five_functions_generalist.yaml configs/five_functions_specialized.yaml "
        "configs/hybrid.yaml",
        ("kpis.csv", "payback.csv"),
        ("denials.initial_rate", "money.net_value_usd", "visits.lost_visit"),
    ),
    "mean_field": Study(
        "compare configs/article/generalist.yaml configs/in_house.yaml "
        "configs/article/specialized.yaml --replications 4",
        ("kpis.csv", "coders.csv"),
        tuple(mean_field.KPI.values()),
    ),
    **{
        name: Study(
            command,
            ("sweep.csv", "kpis.csv") if name == "trap_on_planned_overtime" else ("sweep.csv",),
            TRAP_CORRELATED,
            ("sweep", "turnover_trap") if name == "trap_on_fixed_overtime" else None,
        )
        for name, command in TRAPS.items()
    },
    "rotation": Study(
        "compare configs/medcentral_stays.yaml configs/article/a_team_stays.yaml "
        "configs/article/a_team_rotates.yaml",
        ("medcentral_stays/monthly.csv", "a_team_stays/monthly.csv", "a_team_rotates/monthly.csv"),
        MONTHLY,
    ),
    "ablation_typical": Study(
        f"ablate {TYPICAL} --replications 5 --shapley", ("ablation.csv", "shapley.csv")
    ),
    "breakeven_typical_price": Study(
        f"breakeven {TYPICAL} --vary vendors.typical_specialist.price.usd_per_hour=40:400 "
        "--replications 20",
        ("breakeven.csv",),
    ),
    "breakeven_typical_turnover": Study(
        f"breakeven {TYPICAL} --vary vendors.typical_specialist.turnover.annual_rate=0.3:6 "
        "--replications 20",
        ("breakeven.csv",),
    ),
    "ai": Study(
        f"compare {' '.join(f'configs/{name}.yaml' for name in AI)}",
        ("kpis.csv",),
        tuple(kpi for kpi, *_ in MACHINES),
    ),
    "breakeven_price": Study(
        f"breakeven {AVERAGE} {PRICE}=30:90 --replications 20",
        ("breakeven.csv",),
        picture=("breakeven", "breakeven"),
    ),
    "breakeven_price_7": Study(
        f"breakeven {AVERAGE} {PRICE}=30:90 --replications 20 --seed 7", ("breakeven.csv",)
    ),
    "breakeven_turnover": Study(
        f"breakeven {AVERAGE} {LEAVERS}=0.3:1.5 --replications 20", ("breakeven.csv",)
    ),
    "breakeven_wide": Study(
        f"breakeven {AVERAGE} {LEAVERS}=0.3:3 --replications 5", ("breakeven.csv",)
    ),
    "breakeven_wide_7": Study(
        f"breakeven {AVERAGE} {LEAVERS}=0.3:3 --replications 5 --seed 7", ("breakeven.csv",)
    ),
    "breakeven_map": Study(
        f"breakeven {AVERAGE} --replications 5 --grid 5x4 {PRICE}=30:110 "
        "--vary vendors.specialized.entry_knowledge.domain=0.1:0.7",
        ("map.csv",),
        picture=("map", "map"),
    ),
    "breakeven_full_turnover": Study(
        f"breakeven {FULL} {LEAVERS}=0.3:6 --replications 5", ("breakeven.csv",)
    ),
    "breakeven_full_turnover_7": Study(
        f"breakeven {FULL} {LEAVERS}=0.3:6 --replications 5 --seed 7", ("breakeven.csv",)
    ),
    "breakeven_full_price": Study(
        f"breakeven {FULL} {PRICE}=40:400 --replications 5", ("breakeven.csv",)
    ),
    "breakeven_full_price_7": Study(
        f"breakeven {FULL} {PRICE}=40:400 --replications 5 --seed 7", ("breakeven.csv",)
    ),
}
"""Studies by name, at full size."""


def measure(names: Sequence[str]) -> None:
    """Run studies again, and keep their tables and pictures."""
    for name in names:
        study = STUDIES[name]
        words = [name for word in shlex.split(study.command) for name in _expanded(word)]
        folder = ROOT / "results" / "figures" / name
        formats = []
        if words[0] in ("run", "compare", "scorecard"):
            formats = ["--formats", "html" if study.picture else "none"]
        options = ["--out", str(folder), *formats]
        subprocess.run([sys.executable, "-m", "sim", *words, *options], cwd=ROOT, check=True)
        if "coders.csv" in study.tables:
            scenarios = [ROOT / word for word in words if word.endswith(".yaml")]
            write(folder / "coders.csv", list(coders(folder, scenarios)))
        for table in study.tables:
            keep(folder / table, kept(name, table), study.kpis)
        if study.picture:
            chart, picture = study.picture
            shutil.copy(folder / "charts" / f"{chart}.png", IMAGES / f"{picture}.png")
            enter(picture, tables_digest(name))


def tables_digest(study: str) -> str:
    """What the kept tables of a study are known by."""
    files = [kept(study, table) for table in STUDIES[study].tables]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def picture_digest(picture: str) -> str:
    """What a picture of docs/images/ is known by."""
    return hashlib.sha256((IMAGES / f"{picture}.png").read_bytes()).hexdigest()


def enter(picture: str, drawn_of: str) -> None:
    """Note, beside the pictures, what one was drawn of (a digest)."""
    file = IMAGES / "pictures.csv"
    known = {row["picture"]: row for row in table(file)} if file.exists() else {}
    row = {"picture": picture, "png_sha256": picture_digest(picture), "drawn_of_sha256": drawn_of}
    write(file, [one for _, one in sorted({**known, picture: row}.items())])


def _expanded(word: str) -> list[str]:
    if "*" not in word:
        return [word]
    return [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(word))]


def kept(study: str, table: str) -> Path:
    """Where a table of a study is kept."""
    alone = len(STUDIES[study].tables) == 1 or table == f"{study}.csv"
    return REFERENCE / (f"{study}.csv" if alone else f"{study}_{table.replace('/', '_')}")


def keep(source: Path, target: Path, quoted: Sequence[str]) -> None:
    """Copy a table, without the KPIs that no page quotes; of a summary, the first scenario."""
    rows = table(source)
    if source.name == "summary.csv":
        rows = [row for row in rows if row["scenario"] == rows[0]["scenario"]]
    if "replication" in rows[0]:
        rows = [row for row in rows if row["kpi"] in quoted]
    elif "kpi" in rows[0]:
        rows = [row for row in rows if row["kpi"].startswith(KEPT)]
    write(target, rows)


def write(target: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write a table, without the columns that no page quotes."""
    with target.open("w", encoding="utf-8", newline="") as file:
        columns = [column for column in rows[0] if column not in LEFT_OUT]
        out = csv.DictWriter(file, columns, lineterminator="\n", extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)


def coders(folder: Path, scenarios: Sequence[Path]) -> Iterator[dict[str, str]]:
    """What the coding teams of a study's scenarios were like over the weeks that count.

    A row per scenario and team: mean knowledge, mean occupancy and mean pressure as agents feel it
    (smoothed as in the model), and the part of the items done under each certification.
    """
    for model in sorted((load(file).scenario for file in scenarios), key=lambda one: one.name):
        name = model.name
        until = model.horizon_days - model.kpi_until_days
        means: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        felt: dict[tuple[str, str], float] = {}
        for row in table(folder / name / "people.csv"):
            team = row["team"]
            if team not in mean_field.CODERS.values():
                continue
            one = team, row["replication"]
            week, occupancy = int(row["week"]), float(row["occupancy"])
            past = felt.get(one, model.vendors[0].target_occupancy)
            felt[one] = past + (1.0 - OCCUPANCY_MEMORY) * (min(1.0, occupancy) - past)
            if model.kpi_from_days <= 7 * week < until:
                for column in ("knowledge_domain", "knowledge_client", "occupancy"):
                    means[team][column].append(float(row[column]))
                means[team]["penalty"].append(mean_field.pressed(model, felt[one]))
        items: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MARKS, 0))
        for row in table(folder / name / "agents.csv"):
            items[row["team"]][row["certification"]] += int(row["items"])
        for team, columns in means.items():
            total = sum(items[team].values())
            values = {column: float(np.mean(of_one)) for column, of_one in columns.items()}
            values |= {mark: done / total for mark, done in items[team].items()}
            yield {"scenario": name, "team": team, **{k: f"{v:.6f}" for k, v in values.items()}}


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(name: str) -> list[dict[str, str]]:
    """The rows of a reference table."""
    return table(REFERENCE / f"{name}.csv")


if __name__ == "__main__":
    measure(sys.argv[1:] or list(STUDIES))
