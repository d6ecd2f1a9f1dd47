"""Today's stock: claims of before the run are drawn from its lines and put in their places.

As many as are written, with ages spread over their band and amounts that add up to what is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from sim.model.claims import Batch, Chunk, Columns, Defects, Floats, Ints, Uniforms
from sim.model.codes import CATEGORIES, QUEUES, SETTING_ROWS, SETTINGS, Visit
from sim.model.histories import Histories
from sim.model.openers import at_scale
from sim.model.pending import AWAITED, Errands, Part
from sim.model.world import World
from sim.scenario.state import AtPayers, OpenWork
from sim.scenario.stock import at_payers, open_work

STOCK_ROW = 1 << 21
"""First of the rows of luck that are the stock's: beyond those of all days of service."""
OPEN_WORK, AWAY, CHARTS = range(3)
"""The parts of the stock, by row of luck."""
NONE = np.empty(0, np.int64)
SEEN = Visit.BOOKED | Visit.AUTHORISED | Visit.TOOK_PLACE


def take_over_stock(world: World) -> Ints:
    """Put everything that is there at the start into its place.

    Gives the cents that had been paid before the run on each claim, in the order of their numbers.
    """
    state = world.scenario.state
    if state is None:
        return NONE
    histories, stock = Histories(world), Stock(world)
    part = stock.of_open_work([line.said for line in open_work(state)])
    numbers = stock.add(OPEN_WORK, *histories.of_open_work(part))
    world.engine.stand(numbers, part.place, -part.days)
    stock.add(AWAY, *histories.of_away(stock.of_away([line.said for line in at_payers(state)])))
    stock.add(CHARTS, *histories.of_charts(stock.of_charts()))
    return np.concatenate(stock.paid_before)


class Stock:
    """Draws claims for lines, and gives them rows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._payers = [payer.name for payer in world.scenario.payers]
        self.paid_before: list[Ints] = []

    def add(self, row: int, columns: Columns, errands: Sequence[Errands]) -> range:
        """Give claims their rows, and put down what happens to them."""
        count = len(columns["day"])
        key = np.arange(count) + (STOCK_ROW + row) * SETTING_ROWS
        nothing = Defects(NONE, NONE, np.empty(0), np.empty(0))
        chunk = Chunk(0, [0, count], {"key": key, **columns}, nothing)
        numbers = self._world.engine.add(Batch(chunk, 0, STOCK_ROW + row, 0, count))
        for some in errands:
            self._world.engine.put_down(
                some.what, numbers.start + some.claims, some.days, some.values
            )
        self.paid_before.append(columns.get("paid_cents", np.zeros(count, np.int64)))
        return numbers

    def of_open_work(self, lines: Sequence[OpenWork]) -> Part:
        """Claims of lines of open work."""
        bands = [(line.age_from_days, line.age_to_days) for line in lines]
        places = [QUEUES.index(line.queue) for line in lines]
        settings = [
            line.queue.removeprefix("coding_") if line.queue.startswith("coding_") else line.setting
            for line in lines
        ]
        kinds = [CATEGORIES.index(line.category) if line.category else -1 for line in lines]
        return self._part(OPEN_WORK, lines, bands, places, settings, kinds)

    def of_away(self, lines: Sequence[AtPayers]) -> Part:
        """Claims of lines of what waits for others."""
        start = self._world.scenario.start
        bands = [((start - line.to_date).days, (start - line.from_date).days) for line in lines]
        places = [AWAITED.index(line.awaiting) for line in lines]
        settings, kinds = [line.setting for line in lines], [-1] * len(lines)
        return self._part(AWAY, lines, bands, places, settings, kinds)

    def of_charts(self) -> Part:
        """Claims of the last services before the run, whose charts are not complete yet.

        Nobody has written them: as many as come on such days.
        """
        world = self._world
        cells = [
            (ago, setting, world.arrivals.payers_before(ago, setting))
            for ago in range(1, world.scenario.hospital.chart_ready_days + 1)
            for setting in range(len(SETTINGS))
        ]
        counts = [len(payers) for _, _, payers in cells]
        payers = np.concatenate([NONE, *(payers for *_, payers in cells)])
        days, settings = (
            np.repeat(np.array([cell[i] for cell in cells], np.int64), counts) for i in (0, 1)
        )
        columns, source = self._attributes(CHARTS, payers, settings)
        luck = self._luck(CHARTS, len(payers))
        kinds = np.full(len(payers), -1)
        return Part(columns, source, kinds, days, kinds, kinds, columns["expected"], luck)

    def _part(
        self,
        row: int,
        lines: Sequence[OpenWork] | Sequence[AtPayers],
        bands: Sequence[tuple[int, int]],
        places: Sequence[int],
        settings: Sequence[str | None],
        kinds: Sequence[int],
    ) -> Part:
        """Claims of some lines: as many as each says, with ages of its band, and its amount."""
        written = [line.count for line in lines]
        counts = at_scale(self._world.scenario, written)
        total, luck = sum(counts), self._luck(row, sum(counts))
        u = luck("line", 2)

        def spread(values: Sequence[int]) -> Ints:
            return np.repeat(np.array(values, np.int64), counts)

        least, most = (spread([band[i] for band in bands]) for i in (0, 1))
        days = least + np.floor(u[:, 0] * (most - least + 1)).astype(np.int64)
        payers = spread([self._payers.index(line.payer) for line in lines])
        said = spread([SETTINGS.index(s) if s else -1 for s in settings])
        mixed = (u[:, 1] >= self._inpatient_share()).astype(np.int64)
        columns, source = self._attributes(row, payers, np.where(said >= 0, said, mixed))
        cents = [
            round(line.amount_usd * 100.0 * count / line.count) if line.count else 0
            for line, count in zip(lines, counts, strict=True)
        ]
        starts = [0, *accumulate(counts)]
        open_cents = np.empty(total, np.int64)
        for start, end, usd in zip(starts, starts[1:], cents, strict=False):
            open_cents[start:end] = shared(usd, columns["expected"][start:end])
        levels = spread([(line.level or 0) - 1 for line in lines])
        return Part(columns, source, spread(places), days, spread(kinds), levels, open_cents, luck)

    def _inpatient_share(self) -> float:
        hospital = self._world.scenario.hospital
        both = [s.claims_per_year for s in (hospital.inpatient, hospital.outpatient)]
        return both[0] / sum(both) if sum(both) else 0.5

    def _luck(self, row: int, count: int) -> Uniforms:
        draws = self._world.draws
        return lambda purpose, columns: draws.uniforms(f"stock.{purpose}", row, count, columns)

    def _attributes(self, row: int, payers: Ints, settings: Ints) -> tuple[Columns, Ints]:
        """What claims come with, and masks of the defects that the hospital has left in them."""
        world, count = self._world, len(payers)
        out: Columns = {}
        source = np.zeros(count, np.int64)
        for setting in range(len(SETTINGS)):
            rows = np.flatnonzero(settings == setting)

            def uniforms(purpose: str, columns: int, rows: Ints = rows) -> Floats:
                return world.draws.uniforms(purpose, STOCK_ROW + row, count, columns)[rows]

            drawn, defects = world.source.attributes(setting, payers[rows], uniforms)
            source[rows] = defects.left(0, len(rows), world.feedback.left)
            for name, column in drawn.items():
                out.setdefault(name, np.zeros(count, column.dtype))[rows] = column
        out["visit"] |= SEEN
        return out, source


def shared(cents: int, weights: Ints) -> Ints:
    """Whole cents, at least one for each, that add up to an amount, in proportion to weights."""
    count = len(weights)
    if not count:
        return NONE
    below = np.cumsum(weights)
    upto = np.floor(below / below[-1] * max(0, cents - count)).astype(np.int64)
    upto[-1] = max(0, cents - count)
    whole: Ints = upto + 1
    whole[1:] -= upto[:-1]
    return whole
