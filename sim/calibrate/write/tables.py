"""The tables of a calibration: one row per field, the evidence in full, and the joint draws."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sim.calibrate.evidence import Fit, Source, Value, rounded
from sim.calibrate.fit.numbers import DRAWS
from sim.calibrate.write.scenario_file import flow

COLUMNS = (
    "field",
    "value",
    "low",
    "high",
    "unit",
    "n",
    "n_of",
    "source",
    "method",
    "grade",
    "status",
    "warning",
)


def calibration_csv(fits: Sequence[Fit]) -> str:
    """One row per field that the extracts are about, refused ones with the reason."""
    rows = [
        (
            fit.path,
            _text(fit.value),
            _text(fit.low),
            _text(fit.high),
            fit.unit,
            fit.n or "",
            fit.n_of,
            fit.source,
            fit.method,
            fit.grade,
            fit.status,
            "; ".join((*fit.warnings, *filter(None, [fit.reason]))),
        )
        for fit in fits
    ]
    return _csv([COLUMNS, *rows])


def evidence_json(
    fits: Sequence[Fit],
    sources: Sequence[Source],
    defaults: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any],
) -> str:
    """What was read, what was fitted and how, and what stays a default."""
    told = {
        **about,
        "files": [
            {
                "file": s.file,
                "kind": s.kind,
                "sha256": s.sha256,
                "used": s.used,
                "used_of": s.used_of,
                "dropped": dict(s.dropped),
                "notes": list(s.notes),
            }
            for s in sources
        ],
        "fields": rows_for_json(fits),
        "defaults": list(defaults),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def rows_for_json(fits: Sequence[Fit]) -> dict[str, dict[str, Any]]:
    """What is known of each field, by its path; what one file fits, another need not refuse."""
    known = sorted(fits, key=lambda fit: fit.value is not None)
    return {
        fit.path: {
            "status": fit.status,
            "value": _plain(fit.value),
            "low": _plain(fit.low),
            "high": _plain(fit.high),
            "n": fit.n,
            "n_of": fit.n_of,
            "unit": fit.unit,
            "file": fit.source,
            "method": fit.method,
            "grade": fit.grade,
            "warnings": list(fit.warnings),
            "reason": fit.reason,
        }
        for fit in known
    }


def ensemble_csv(fits: Sequence[Fit]) -> str:
    """Joint draws: a column per field as `--set` takes it, a row per draw."""
    drawn = [fit for fit in fits if fit.value is not None and len(fit.draws) == DRAWS]
    rows = [tuple(flow(fit.draws[i]) for fit in drawn) for i in range(DRAWS)]
    return _csv([tuple(fit.path for fit in drawn), *rows]) if drawn else ""


def _plain(value: Value | None) -> Value | None:
    return None if value is None else rounded(value)


def _text(value: Value | None) -> str:
    return "" if value is None else flow(value).removeprefix("!replace ")


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
