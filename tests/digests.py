"""Digests of records: equal exactly where every number of every table is."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import numpy as np

from sim.record.record import Record

TABLES = (
    "claims",
    "days",
    "weeks",
    "queues",
    "cohorts",
    "agents",
    "careers",
    "totals",
    "facts",
    "accounts",
    "stock",
)


def digests(record: Record) -> dict[str, str]:
    """A digest of each table of a record."""
    facts = asdict(record.facts)
    return {name: _digest(facts if name == "facts" else getattr(record, name)) for name in TABLES}


def _digest(value: Any) -> str:
    digest = hashlib.sha256()
    _add(digest, value)
    return digest.hexdigest()[:16]


def _add(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        digest.update(value.dtype.str.encode() + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, dict):
        for key, item in value.items():
            digest.update(str(key).encode())
            _add(digest, item)
    elif isinstance(value, list | tuple):
        for item in value:
            _add(digest, item)
    elif isinstance(value, float):
        digest.update(value.hex().encode())
    else:
        digest.update(repr(value).encode())
