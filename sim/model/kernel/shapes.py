"""Shapes of the fields of rows: whole numbers that fit into 32 bits, and lists of fixed length."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from sim.model.codes import CATEGORIES, MAX_LEVELS, MAX_QUEUES, SETTINGS, SKILLS, WAIT_BINS

Short = Annotated[int, "int32_t"]
"""A whole number that fits into 32 bits: most of what a claim holds, of which there are many."""


class Sized(NamedTuple):
    """Marks a list of fixed length in an annotation."""

    length: int


BySetting = Annotated[list[float], Sized(len(SETTINGS))]
BySkill = Annotated[list[float], Sized(len(SKILLS))]
ByCategory = Annotated[list[float], Sized(len(CATEGORIES))]
ByLevel = Annotated[list[int], Sized(MAX_LEVELS)]
PayersBySetting = Annotated[list[int], Sized(len(SETTINGS))]
"""By setting, a bit for each payer; there are no more payers than bits of a 64-bit number."""
ByQueue = Annotated[list[int], Sized(MAX_QUEUES)]
ByWait = Annotated[list[int], Sized(WAIT_BINS)]
"""Finished items by how long they waited (`rules.wait_bin`)."""
Worked = Annotated[list[float], Sized(3)]
"""How much of what comes back is taken up: the most, the half-way cents, the steepness."""
ByTask = Annotated[list[float], Sized(3)]
"""By queue of the front end."""
