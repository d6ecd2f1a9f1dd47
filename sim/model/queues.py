"""Where claims wait for an agent: one queue per kind of work, with its own state statistics."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import get_args

from sim.model.claims import Claim
from sim.scenario.fields import FrontQueue


class WorkQueue:
    """Claims that wait for one kind of work, best key first; ties in order of arrival.

    A claim's ticket says which entry is its current one, so that an entry of a claim that was
    taken away (deadline passed, answer came) is skipped when it surfaces. All state changes go
    through `put`, `take` and `drop`, which keep the time integral of the number waiting.
    """

    __slots__ = (
        "area", "arrived", "changed", "drawn", "finished", "heap", "index", "level", "minutes",
        "name", "skill", "taken", "tickets", "wait_days",
    )  # fmt: skip

    def __init__(self, index: int, name: str, skill: int, minutes: float) -> None:
        self.index = index
        self.name = name
        self.skill = skill
        self.drawn = name.startswith("coding") or name in get_args(FrontQueue)
        """Whether the touch time of an item is drawn with its claim (`Claim.minutes`)."""
        self.minutes = minutes
        self.heap: list[tuple[float, int, float, Claim]] = []
        self.tickets = 0
        self.level = 0
        self.area = 0.0
        self.changed = 0.0
        self.arrived = 0
        self.taken = 0
        self.finished = 0
        self.wait_days = 0.0

    def put(self, claim: Claim, key: float, now: float) -> None:
        """Let a claim wait under a key (smaller is taken sooner)."""
        self.area += self.level * (now - self.changed)
        self.changed = now
        self.level += 1
        self.arrived += 1
        # Tickets are unique over all queues, so that an old entry never matches a new visit.
        self.tickets += 1
        claim.ticket = self.tickets * 16 + self.index
        heappush(self.heap, (key, claim.ticket, now, claim))

    def head(self) -> float:
        """Key of the best live entry; infinity when nobody waits."""
        heap = self.heap
        while heap:
            entry = heap[0]
            if entry[3].ticket == entry[1]:
                return entry[0]
            heappop(heap)
        return float("inf")

    def take(self, now: float) -> tuple[float, int, float, Claim]:
        """Take the best live entry; there must be one (`level` above 0)."""
        heap = self.heap
        entry = heappop(heap)
        while entry[3].ticket != entry[1]:
            entry = heappop(heap)
        self.area += self.level * (now - self.changed)
        self.changed = now
        self.level -= 1
        self.taken += 1
        claim = entry[3]
        claim.ticket = -1
        return entry

    def give_back(self, entry: tuple[float, int, float, Claim], taken: float, now: float) -> None:
        """Put an entry taken at `taken` back where it was, as when its agent walks out.

        The time in hand does not count as waiting.
        """
        key, ticket, since, claim = entry
        self.area += self.level * (now - self.changed)
        self.changed = now
        self.level += 1
        self.taken -= 1
        claim.ticket = ticket
        heappush(self.heap, (key, ticket, since + now - taken, claim))

    def drop(self, claim: Claim, now: float) -> None:
        """Take a waiting claim away without working it."""
        self.area += self.level * (now - self.changed)
        self.changed = now
        self.level -= 1
        claim.ticket = -1

    def waiting(self, claim: Claim) -> bool:
        """Whether the claim waits in this queue."""
        return claim.ticket >= 0 and claim.ticket % 16 == self.index

    def ages(self, now: float) -> list[float]:
        """Days that each waiting claim has waited, in no order."""
        return [now - entry[2] for entry in self.heap if entry[3].ticket == entry[1]]


def best_queue(queues: list[WorkQueue]) -> WorkQueue | None:
    """The queue whose best entry should be worked next; none if nobody waits."""
    best, best_key = None, float("inf")
    for queue in queues:
        if queue.level:
            key = queue.head()
            if key < best_key:
                best, best_key = queue, key
    return best
