"""Random numbers as tables keyed by purpose, replication and row; nothing else draws.

A purpose ("claim.defects", "hire.coding") names its own stream, and a row (a day, a hire) its own
block in that stream, so the numbers of a row never depend on what else was drawn, by whom or in
which order. Two scenarios read the same row for the same claim: common random numbers by identity.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROW_STRIDE = 1 << 40
"""Steps of the counter reserved for one row; far more than any row can use."""


def spawn_key(purpose: str, replication: int) -> tuple[int, int, int]:
    """Key of a stream: two words of a stable hash of the purpose, and the replication."""
    digest = hashlib.sha256(purpose.encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big"), replication


class Draws:
    """The random tables of one replication of a study with one seed."""

    def __init__(self, seed: int, replication: int) -> None:
        self._seed = seed
        self._replication = replication
        self._streams: dict[str, tuple[np.random.Philox, Any]] = {}

    def generator(self, purpose: str, row: int) -> np.random.Generator:
        """A generator standing at the start of a row of a purpose; use it before the next call."""
        if purpose not in self._streams:
            key = spawn_key(purpose, self._replication)
            # Counter-based: rows at distances of a power of two are independent, as those of a
            # congruential generator that jumps ahead are not.
            bits = np.random.Philox(np.random.SeedSequence(self._seed, spawn_key=key))
            self._streams[purpose] = bits, bits.state
        bits, origin = self._streams[purpose]
        bits.state = origin
        bits.advance(row * ROW_STRIDE)
        return np.random.Generator(bits)

    def uniforms(self, purpose: str, row: int, count: int, columns: int) -> NDArray[np.float64]:
        """`count` × `columns` uniforms of a row; the first rows stay when `count` grows."""
        return self.generator(purpose, row).random((count, columns))

    def normals(self, purpose: str, row: int, count: int) -> NDArray[np.float64]:
        """`count` standard normals of a row; the first ones stay when `count` grows."""
        return self.generator(purpose, row).standard_normal(count)
