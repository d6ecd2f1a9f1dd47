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

from sim.model.arithmetic import normal_quantiles

ROW_BITS = 40
"""2^40 steps of the counter are reserved for one row; far more than any row can use."""
WORD = (1 << 64) - 1


def spawn_key(purpose: str, replication: int) -> tuple[int, int, int]:
    """Key of a stream: two words of a stable hash of the purpose, and the replication."""
    digest = hashlib.sha256(purpose.encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big"), replication


class Stream:
    """The numbers of one purpose, by row. Its two words of `key` say which they are.

    Counter-based (Philox): rows at distances of a power of two are independent, as those of a
    congruential generator that jumps ahead are not.
    """

    def __init__(self, seed: int, replication: int, purpose: str) -> None:
        entropy = np.random.SeedSequence(seed, spawn_key=spawn_key(purpose, replication))
        self._bits = np.random.Philox(entropy)
        self._generator = np.random.Generator(self._bits)
        self._counter = np.zeros(4, np.uint64)
        state: Any = self._bits.state
        self.key: NDArray[np.uint64] = state["state"]["key"]
        self._origin = state | {"state": {"counter": self._counter, "key": self.key}}

    def at(self, row: int) -> np.random.Generator:
        """A generator standing at the start of a row; use it before the next call."""
        self._counter[0] = row << ROW_BITS & WORD
        self._counter[1] = row >> (64 - ROW_BITS)
        self._bits.state = self._origin
        return self._generator


class Draws:
    """The random tables of one replication of a study with one seed."""

    def __init__(self, seed: int, replication: int) -> None:
        self._seed = seed
        self._replication = replication
        self._streams: dict[str, Stream] = {}

    def stream(self, purpose: str) -> Stream:
        """The numbers of a purpose."""
        if purpose not in self._streams:
            self._streams[purpose] = Stream(self._seed, self._replication, purpose)
        return self._streams[purpose]

    def count(self, purpose: str, row: int, mean: float) -> int:
        """A Poisson number of a row."""
        return int(self.stream(purpose).at(row).poisson(mean))

    def gamma(self, purpose: str, row: int, cv: float) -> float:
        """A gamma number of a row, of mean 1 and this coefficient of variation."""
        shape = 1.0 / (cv * cv)
        return float(self.stream(purpose).at(row).gamma(shape, 1.0 / shape))

    def uniforms(self, purpose: str, row: int, count: int, columns: int) -> NDArray[np.float64]:
        """`count` × `columns` uniforms of a row; the first rows stay when `count` grows."""
        return self.stream(purpose).at(row).random((count, columns))

    def fill(self, purpose: str, row: int, out: NDArray[np.float64]) -> None:
        """Fill a table with uniforms of a row, as `uniforms` gives them."""
        self.stream(purpose).at(row).random(out=out)

    def one_row(self, purpose: str, row: int, columns: int) -> list[float]:
        """Some uniforms of a row, as plain numbers."""
        luck: list[float] = self.stream(purpose).at(row).random(columns).tolist()
        return luck

    def normals(self, purpose: str, row: int, count: int) -> NDArray[np.float64]:
        """`count` standard normals of a row, by inversion of its uniforms."""
        return normal_quantiles(self.stream(purpose).at(row).random(count))
