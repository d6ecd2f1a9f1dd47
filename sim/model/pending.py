"""What others have yet to say about claims of before the run, and when: drawn as not said yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sim.model import rules
from sim.model.arithmetic import exps, normal_quantiles
from sim.model.claims import Columns, Floats, Ints, Uniforms
from sim.model.codes import Errand, Flag, Skill
from sim.model.expectations import settled_team
from sim.model.flows import serving_teams
from sim.model.silence import later
from sim.model.world import World
from sim.scenario.hospital import Payer
from sim.scenario.state import Awaited

Bools = NDArray[np.bool_]
AWAITED: tuple[str, ...] = get_args(Awaited)
REPLY, RECORDS, CORRECTION, APPEAL, PHYSICIAN, BILL_HOLD = range(len(AWAITED))
TRIES = 32
"""Answers of a physician of which the first that is late enough stands for one to come."""


class Errands(NamedTuple):
    """Errands of some claims of a part: what, on which day, with which value."""

    claims: Ints
    what: int
    days: Ints
    values: Ints


@dataclass(slots=True, eq=False)
class Part:
    """Claims of a part of the stock, in the order of its lines.

    `columns` holds what they come with, `source` masks of the defects that the hospital left in
    them, `place` their queue or what they wait for, `days` since when, `category` the one that is
    written, or −1; `open_cents` is what may still be paid. `luck` gives uniforms for a purpose.
    """

    columns: Columns
    source: Ints
    place: Ints
    days: Ints
    category: Ints
    open_cents: Ints
    luck: Uniforms


class Pending:
    """Errands of what waits for others."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._scenario = scenario = world.scenario
        self._idle = 0
        """Days off just before the run: what was due on them comes on its first workday."""
        weekday = scenario.start.weekday()
        while (weekday - self._idle - 1) % 7 not in scenario.calendar.workdays:
            self._idle += 1

    def sent_back(self, out: Columns, who: Bools, days: Ints) -> Bools:
        """Those that payers' front ends have not seen yet, and will send back."""
        found: Bools = who & (days <= 1 + self._idle) & ((out["defects"] & out["reject_mask"]) != 0)
        return found

    def replies(self, out: Columns, who: Bools, days: Ints, luck: Floats) -> list[Errands]:
        """When payers answer claims that were sent so many days ago; some they never got."""
        lost = who & (luck[:, 0] < self._lost_share(out, days))
        set_flags(out, lost, Flag.NO_REPLY)
        lag = np.zeros(len(days), np.int64)
        for i, payer in enumerate(self._scenario.payers):
            mine = np.flatnonzero(who & (out["payer"] == i))
            since = self._unanswered(payer, days[mine])
            drawn = rules.triangular(1.0 - since * (1.0 - luck[mine, 1]), *payer.reply_days)
            lag[mine] = np.maximum(1, np.rint(drawn))
        out["reply_days"] = np.where(who, lag, out["reply_days"])
        after = self._scenario.denials.follow_up_after_days
        silent = who & (days <= after + self._idle) & (lost | (lag > after))
        return [
            self.on(who & ~lost, Errand.REPLY, lag - days, (lag > after).astype(np.int64)),
            self.on(silent, Errand.SILENT, after - days),
        ]

    def _unanswered(self, payer: Payer, days: Ints) -> Floats:
        """Part of a payer's replies that have not come after so many days."""
        return np.array([later(payer.reply_days, d - self._idle - 0.5) for d in days.tolist()])

    def _lost_share(self, out: Columns, days: Ints) -> Floats:
        """Part of the claims with their payers for so many days that nobody will answer."""
        share = np.zeros(len(days))
        for i, payer in enumerate(self._scenario.payers):
            mine = np.flatnonzero(out["payer"] == i)
            still = self._unanswered(payer, days[mine])
            lost = payer.no_reply_share
            total = lost + (1.0 - lost) * still
            share[mine] = np.where(total > 0.0, lost / np.where(total > 0.0, total, 1.0), 1.0)
        return share

    def records(self, out: Columns, part: Part, who: Bools, luck: Floats) -> Errands:
        """When payers have read records, and whether these satisfy them."""
        first, last = (
            np.array([p.records_decision_days[i] for p in self._scenario.payers])[out["payer"]]
            for i in (0, 1)
        )
        least = np.minimum(np.maximum(first, part.days - self._idle), last)
        lag = np.rint(least + (last - least) * luck[:, 1]).astype(np.int64)
        won = (luck[:, 2] < self._scenario.denials.records_recovery_share).astype(np.int64)
        return self.on(who, Errand.RECORDS_DECIDED, lag - part.days, won)

    def decisions(self, out: Columns, part: Part, who: Bools, luck: Floats) -> list[Errands]:
        """When payers have decided corrections and first appeals, and how."""
        scenario, state = self._scenario, self._world.state
        vendors, serving = {v.name: v for v in scenario.vendors}, serving_teams(scenario)
        found = []
        for awaited, queue, skill in (
            (CORRECTION, "denials_technical", Skill.BILLING),
            (APPEAL, "denials_clinical", Skill.CLINICAL),
        ):
            mine = np.flatnonzero(who & (part.place == awaited))
            vendor = vendors[serving[queue].vendor]
            domain, _ = settled_team(scenario, vendor, {skill: 1.0})
            category, payer = out["denied_for"][mine], out["payer"][mine]
            won = [
                u
                < rules.win_chance(
                    state.payers[p].first_chance[c],
                    vendor.denials.win_multiplier,
                    domain[skill],
                    scenario.denials.knowledge_floor,
                    0,
                    scenario.denials.level_factor,
                    scenario.denials.win_cap,
                )
                for c, p, u in zip(
                    category.tolist(), payer.tolist(), luck[mine].tolist(), strict=True
                )
            ]
            lags = np.array(
                [
                    row.corrected_reply_days if awaited == CORRECTION else row.decision_days[0]
                    for row in state.payers
                ]
            )
            days = self._next(lags[payer] - part.days[mine])
            values = 2 * category + np.array(won, np.int64)
            found.append(Errands(mine, Errand.DECIDED, days, values))
        return found

    def answers(self, part: Part, who: Bools, luck: Floats) -> Errands:
        """When physicians answer, and whether they mend the notes."""
        hospital = self._scenario.hospital
        lags = np.maximum(
            1,
            np.rint(
                hospital.query_response_median_days
                * exps(hospital.query_response_sigma * normal_quantiles(part.luck("query", TRIES)))
            ),
        )
        late = lags >= np.maximum(part.days, 1)[:, None]
        first = lags[np.arange(len(lags)), late.argmax(axis=1)]
        lag = np.where(late.any(axis=1), first, part.days).astype(np.int64)
        mended = luck < hospital.query_answered_share * hospital.query_resolved_share
        mine = np.flatnonzero(who)
        days = np.maximum(0, lag - part.days)[mine]
        return Errands(mine, Errand.ANSWER, days, mended[mine].astype(np.int64))

    def on(self, who: Bools, what: int, days: Ints, values: Ints | None = None) -> Errands:
        """An errand on the first workday from a day on, or on the first of the run."""
        mine = np.flatnonzero(who)
        due = self._next(days[mine])
        return Errands(mine, what, due, values[mine] if values is not None else 0 * due)

    def _next(self, days: Ints) -> Ints:
        following = np.array(self._world.calendar.following)
        return following[np.clip(days, 0, len(following) - 1)]


def set_flags(out: Columns, who: Bools, bits: int, not_bits: int = 0) -> None:
    """Set and clear flags of some claims."""
    out["flags"] = np.where(who, out["flags"] & ~not_bits | bits, out["flags"])
