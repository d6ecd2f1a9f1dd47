"""What the writer of a number that is none probably meant: a comma, a percent sign, a unit."""

from __future__ import annotations

import re
from decimal import Decimal

MOST_FOR_PERCENT = 20
"""A field whose values may be larger than this is no share or rate, and nobody means per cent."""

_PLAIN = r"[-+]?\d+(?:[.,]\d+)?"
_PERCENT = re.compile(rf"({_PLAIN})\s*(?:%|percent|per cent|pct)", re.IGNORECASE)
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[,'_ \u00a0\u202f]\d{3})+(?:\.\d+)?")
_MONEY = re.compile(rf"(?:[$€£]|USD|EUR)\s*(\S.*)|({_PLAIN})\s*(?:[$€£]|USD|EUR)", re.IGNORECASE)
_WITH_UNIT = re.compile(rf"({_PLAIN})\s*([A-Za-z][\w /]*)")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)")
_COUNTS = re.compile(r"\d+(?:\s*/\s*\d+)+")
_SPLIT = re.compile(r"(\d+),$")


def number_meant(text: str, highest: float | None = None) -> str:
    """The advice `write 0.42` for `42 %` and the like; empty if nothing is known to be meant.

    `highest` is the largest number allowed, which tells 1.5 from 1,500.
    """
    text = text.strip()
    if money := _MONEY.fullmatch(text):
        text = money[1] or money[2]
    if percent := _PERCENT.fullmatch(text):
        if highest is not None and highest > MOST_FOR_PERCENT:
            return ""
        return f"write {_written(Decimal(percent[1].replace(',', '.')) / 100)}"
    if _GROUPED.fullmatch(text):
        whole = Decimal(re.sub(r"[,'_\s]", "", text))
        if "," not in text or highest is None or whole <= highest:
            return f"write {_written(whole)}"
    if re.fullmatch(_PLAIN, text):
        return f"write {_written(Decimal(text.replace(',', '.')))}"
    if counts := _COUNTS.fullmatch(text):
        return _shares(counts[0])
    if clock := _CLOCK.fullmatch(text):
        return f"write {_written(int(clock[1]) + Decimal(clock[2]) / 60)}"
    if unit := _WITH_UNIT.fullmatch(text):
        return f"write {_written(Decimal(unit[1].replace(',', '.')))}, without the unit"
    return ""


def percent_meant(value: float, highest: float | None) -> str:
    """The advice `write 0.42 for 42 %` for a number above 1 where at most 1 is allowed."""
    if highest != 1 or not 1 < value <= 100:
        return ""
    return f"write {_written(Decimal(str(value)) / 100)} for {value:g} %"


def decimal_comma(before: str, after: str) -> str:
    """The advice `write 0.06` where `before` a comma and `after` it stand the parts of a number."""
    whole = _SPLIT.search(before)
    if not whole or not after.isascii() or not after.isdigit():
        return ""
    point = f"write {whole[1]}.{after}, with a point, if this is one number"
    thousands = len(after) == 3 and len(whole[1]) <= 3 and not whole[1].startswith("0")
    return f"{point}, or {whole[1]}{after} for thousands" if thousands else point


def _shares(counts: str) -> str:
    parts = [int(part) for part in counts.split("/")]
    total = sum(parts)
    if not total:
        return ""
    if len(parts) == 2 and parts[1]:
        return f"write {parts[0] / parts[1]:.6g}"
    listed = ", ".join(f"{part / total:.3f}".rstrip("0").rstrip(".") for part in parts)
    return f"write a number for each name: {counts} is {listed} of {total}"


def _written(value: Decimal) -> str:
    """A number as a scenario may write it."""
    text = f"{value:.12f}".rstrip("0").rstrip(".")
    return text or "0"
