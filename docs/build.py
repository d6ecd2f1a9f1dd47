"""Writes what is derived: JSON Schema, scenario reference, KPI reference, data dictionary."""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from sim.record.kpi import Kpi
from sim.record.kpis import FAMILIES, KPIS

ROOT = Path(__file__).resolve().parent.parent
PARTS = {
    "claims": "Claims and first answers",
    "denials": "Denials",
    "appeals": "Appeals",
    "quality": "Quality of coding",
    "money": "Money",
    "audit": "Audits",
    "visits": "Visits (scenarios with a front end)",
    "work": "Work and queues",
    "people": "People",
    "vendor": "The vendor's own account",
    "contract": "Contracts (scenarios with a `contract`)",
}
KPI_HEAD = """# KPI reference

Written by `make docs` from the registry in `sim/record/kpis.py`; do not edit.

Each key figure has one definition, used by every table, chart and report. `run` writes them per
replication to `kpis.csv` and with intervals to `summary.csv`, `compare` their paired differences to
`comparison.csv`; the names are those that `--target`, `--kpi` and the studies take.

- *Form*: a **ratio of totals** divides sums over the KPI window within a replication; a **total**
  is a sum, told per year and for the whole hospital, whatever the length of the window and the
  scale of the run; a **mean** averages ratios. Means and intervals are then taken over
  replications, so that a ratio is never a mean of single claims' ratios.
- *Better*: the direction that counts as an improvement; a dash where neither does.
- *Matters from*: the difference below which a planner would not care. Comparisons use it to tell
  "different" from "different enough"; 0 where any difference counts.
- **Bold** names are headlines: they stand in the first table of a comparison.
- *Free of scale*: **yes** where a scaled-down hospital gives the same within 1 % on average, or a
  total in proportion, as tests over scales 0.1, 0.3 and 1 hold; **no** where waits of small teams
  are in it. Reports of a scaled-down hospital name the latter among their headlines.
- A `*` stands for a cause, category or queue, of which there is a figure each.
- A figure that has nothing to divide by in a run (denials of a hospital without claims) is empty.

"""


def kpi_reference() -> str:
    """The registry as tables, one for each family."""
    each = [replace(kpi, name=f"{kpi.name}*") for kpi in FAMILIES.values()]
    return KPI_HEAD + "\n".join(_kpi_tables([*KPIS.values(), *each]))


def _kpi_tables(kpis: list[Kpi]) -> Iterator[str]:
    order = list(PARTS)
    kpis.sort(key=lambda kpi: order.index(kpi.name.split(".")[0]))
    for family, members in groupby(kpis, key=lambda kpi: kpi.name.split(".")[0]):
        yield f"## {PARTS[family]}\n"
        yield "| KPI | Unit | Better | Form | Matters from | Free of scale | Definition |"
        yield "|---|---|---|---|---:|---|---|"
        for kpi in members:
            name = f"**`{kpi.name}`**" if kpi.headline else f"`{kpi.name}`"
            better = kpi.better if kpi.better in ("higher", "lower") else "–"
            free = "yes" if kpi.scale_free else "no"
            yield (
                f"| {name} | {kpi.unit} | {better} | {kpi.form} | {kpi.smallest_difference:g} "
                f"| {free} | {kpi.definition.replace('|', '/')} |"
            )
        yield ""


DICTIONARY_HEAD = """# Data dictionary

Written by `make docs` from `docs/columns.toml`; do not edit.

Every file that is written, and every column of every table. Tables are CSV: UTF-8, lines ended by
LF, a point for the decimal, an empty cell where a value is not known, and an apostrophe before text
that a spreadsheet would take for a formula. The same study gives the same bytes.

- A study of one scenario has all its files in one folder; of several, each has the tables of its
  replications in a folder of its own below it.
- *of the figure*: the unit stands in the row, or belongs to the key figure ([KPIs](kpis.md)).
- Money and people of tables by week and month are *at the scale of the run*: a hospital of half the
  size has half of them.
- A column in angle brackets stands for any number of columns.

"""


def columns() -> dict[str, Any]:
    """What `docs/columns.toml` says."""
    return tomllib.loads((ROOT / "docs" / "columns.toml").read_text("utf-8"))


def data_dictionary() -> str:
    """Every file with its columns, and what each means."""
    said = columns()
    return DICTIONARY_HEAD + "\n".join(_dictionary(said))


def _dictionary(said: dict[str, Any]) -> Iterator[str]:
    for name, file in said["files"].items():
        yield f"## {name}\n"
        yield f"{file['what']} Written by {file['from']}.\n"
        yield "| Column | Type | Unit | Meaning |"
        yield "|---|---|---|---|"
        for column in file["columns"]:
            told = file.get("own", {}).get(column) or said["shared"][column]
            kind, unit, meaning = (part.strip() for part in told.split("|", 2))
            yield f"| `{column}` | {kind} | {unit or '–'} | {meaning} |"
        yield ""
    yield "## Files that are no tables\n"
    yield "| File | What it is |"
    yield "|---|---|"
    for name, what in said["other"].items():
        yield f"| `{name}` | {what} |"
    yield ""


def main() -> None:
    """Let the command write two files, and write the others."""
    for options, target in (((), "configs/schema.json"), (("--reference",), "docs/scenario.md")):
        text = subprocess.run(
            [sys.executable, "-m", "sim", "schema", *options],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        (ROOT / target).write_text(text, encoding="utf-8")
    (ROOT / "docs" / "kpis.md").write_text(kpi_reference(), encoding="utf-8")
    (ROOT / "docs" / "data_dictionary.md").write_text(data_dictionary(), encoding="utf-8")


if __name__ == "__main__":
    main()
