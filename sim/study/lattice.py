"""Local search on a lattice of whole numbers under common random numbers.

Points are compared at equal numbers of replications, few at first: all neighbours of the best point
so far (one step along one axis), then further along the direction in which they improve, for as
long as it does (as R-SPLINE's line search; Wang, Pasupathy and Schmeiser 2013). Where no neighbour
is better the point is a local optimum at so many replications; then the leaders get twice as many,
and the search goes on from the best of them. A lattice small enough is looked at whole. What comes
out is a local optimum as far as it was looked at; nothing is promised of what was not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

Point = tuple[int, ...]
"""A place on each axis."""
Score = tuple[float, float]
"""How far from feasible, and the loss: the smaller is better, the first before the second."""
Measure = Callable[[Sequence[Point], int], Sequence[Score]]
"""Scores of points at so many replications; those already had cost nothing."""
LEADERS = 5
"""Points that get more replications when the best has no better neighbour."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Replications per point at first and at most, and of all points together."""

    first: int = 4
    most: int = 32
    budget: int = 400


@dataclass
class Searched:
    """What was looked at: the score of each point, and its replications; and how it ended.

    `whole` says that every point was looked at, `spent` counts the replications.
    """

    scores: dict[Point, Score] = field(default_factory=dict)
    replications: dict[Point, int] = field(default_factory=dict)
    spent: int = 0
    whole: bool = False
    ended: str = ""

    def best(self, count: int) -> list[Point]:
        """The leaders: of all points, those with most replications decide as the others do."""
        return sorted(self.scores, key=lambda p: (self.scores[p], p))[:count]


@dataclass
class _Search:
    measure: Measure
    sizes: Sequence[int]
    effort: Effort
    seen: Searched
    tell: Callable[[str], None]

    def look(self, points: Sequence[Point], n: int) -> bool:
        """Have points at n replications; False, and nothing done, where the budget ends."""
        wanted = [p for p in dict.fromkeys(points) if self.seen.replications.get(p, 0) < n]
        cost = sum(n - self.seen.replications.get(p, 0) for p in wanted)
        if self.seen.spent + cost > self.effort.budget:
            return False
        if wanted:
            for point, score in zip(wanted, self.measure(wanted, n), strict=True):
                self.seen.scores[point], self.seen.replications[point] = score, n
            self.seen.spent += cost
        return True

    def neighbours(self, point: Point) -> list[Point]:
        """Points one step away along one axis."""
        moved = [
            (*point[:i], x + by, *point[i + 1 :]) for i, x in enumerate(point) for by in (-1, 1)
        ]
        return [p for p in moved if self.clipped(p) == p]

    def descend(self, at: Point, n: int) -> tuple[Point, bool]:
        """Go down from a point at n replications; where it ends, and whether the budget did."""
        scores = self.seen.scores
        while True:
            around = self.neighbours(at)
            if not self.look([at, *around], n):
                return at, True
            here = scores[at]
            better = [p for p in around if scores[p] < here]
            if not better:
                return at, False
            best = min(better, key=lambda p: (scores[p], p))
            way, step = self.direction(at, better), 1
            while True:  # further along, as long as that helps
                ahead = self.clipped([x + step * d for x, d in zip(at, way, strict=True)])
                if ahead == best or not self.look([ahead], n) or not scores[ahead] < scores[best]:
                    break
                best, step = ahead, 2 * step
            self.tell(f"{len(scores)} points, {self.seen.spent} replications")
            at = best

    def direction(self, at: Point, better: Sequence[Point]) -> list[int]:
        """On each axis the better of the two steps that improve, if one does."""
        way, reached = [0] * len(at), [(float("inf"), float("inf"))] * len(at)
        for point in better:
            [axis] = [i for i, (a, b) in enumerate(zip(at, point, strict=True)) if a != b]
            if self.seen.scores[point] < reached[axis]:
                reached[axis], way[axis] = self.seen.scores[point], point[axis] - at[axis]
        return way

    def clipped(self, point: Sequence[int]) -> Point:
        """The nearest point of the lattice."""
        return tuple(min(size - 1, max(0, x)) for x, size in zip(point, self.sizes, strict=True))


def search(
    sizes: Sequence[int],
    measure: Measure,
    starts: Sequence[Point],
    effort: Effort,
    *,
    seen: Searched | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Searched:
    """Look for the point of least score, from the best of some starts; `sizes` are those of axes.

    A search that is given what another has `seen` has its scores measured anew (they may be of
    another question), but pays nothing for replications that are there.
    """
    seen = seen or Searched()
    looking = _Search(measure, sizes, effort, seen, tell)
    n = effort.first
    if prod(sizes) * n <= effort.budget - seen.spent and prod(sizes) <= effort.budget // 4:
        looking.look(list(product(*map(range, sizes))), n)
        seen.whole = True
    if not looking.look(starts, n):
        seen.ended = "the budget ended at the start"
        return seen
    at = min(starts if not seen.whole else seen.scores, key=lambda p: (seen.scores[p], p))
    while True:
        at, broke = looking.descend(at, n)
        if broke:
            seen.ended = "the budget of the search ended"
            return seen
        if n >= effort.most:
            seen.ended = f"no neighbour is better at {n} replications"
            return seen
        n = min(effort.most, 2 * n)
        leaders = [at, *(p for p in seen.best(LEADERS) if p != at)][:LEADERS]
        if not looking.look(leaders, n):
            seen.ended = "the budget of the search ended"
            return seen
        at = min(leaders, key=lambda p: (seen.scores[p], p))
