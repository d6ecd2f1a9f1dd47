"""What the data dictionary says of the tables in a folder."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from docs.build import columns


@cache
def patterns() -> dict[str, list[re.Pattern[str]]]:
    """The header that each file may have, by its name without folders; a name may have several."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for name, file in columns()["files"].items():
        parts = ["[^,]+(,[^,]+)*?" if c.startswith("<") else re.escape(c) for c in file["columns"]]
        found.setdefault(Path(name).name, []).append(re.compile(",".join(parts)))
    return found


def unexplained(folder: Path) -> list[str]:
    """Tables below a folder whose header is not the one that the dictionary gives them."""
    wrong = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header = ",".join(next(csv.reader(file)))
        name = "*.csv" if path.parent.name == "charts" else path.name
        if not any(pattern.fullmatch(header) for pattern in patterns().get(name, [])):
            wrong.append(f"{path.relative_to(folder)}: {header}")
    return wrong
