"""What others have yet to say about claims of before the run, and when: drawn as not said yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from sim.model import rules
from sim.model.arithmetic import exps, normal_quantiles
from sim.model.claims import Columns, Floats, Ints, Uniforms
from sim.model.codes import QUEUES, Errand, Flag, Queue, Skill
from sim.model.expectations import settled_team
from sim.model.flows import serving_teams
from sim.model.silence import later
from sim.model.world import World
from sim.scenario.hospital import Payer
from sim.scenario.state import Awaited
from sim.scenario.vendor import Vendor

Bools = NDArray[np.bool_]
AWAITED: tuple[str, ...] = get_args(Awaited)
REPLY, RECORDS, CORRECTION, APPEAL, PHYSICIAN, BILL_HOLD = range(len(AWAITED))
TECHNICAL, CLINICAL = Queue.DENIALS_TECHNICAL, Queue.DENIALS_CLINICAL
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
    them, `place` their queue or what they wait for, `days` since when, `category` and `level` (of
    appeal, from 0 on) those that are written, or −1; `open_cents` is what may still be paid. `luck`
    gives uniforms for a purpose.
    """

    columns: Columns
    source: Ints
    place: Ints
    days: Ints
    category: Ints
    level: Ints
    open_cents: Ints
    luck: Uniforms


class Pending:
    """Errands of what waits for others; `sent_back_share` is what front ends reject, by setting."""

    def __init__(self, world: World, sent_back_share: Floats) -> None:
        self._world = world
        self._scenario = scenario = world.scenario
        self._sent_back_share = sent_back_share
        self._idle = 0
        """Days off just before the run: what was due on them comes on its first workday."""
        weekday = scenario.start.weekday()
        while (weekday - self._idle - 1) % 7 not in scenario.calendar.workdays:
            self._idle += 1
        vendors, serving = {v.name: v for v in scenario.vendors}, serving_teams(scenario)
        self._fighting: dict[int, tuple[Vendor, float]] = {}
        """Who works denials, and what they know of them, by queue."""
        for queue, skill in ((TECHNICAL, Skill.BILLING), (CLINICAL, Skill.CLINICAL)):
            vendor = vendors[serving[QUEUES[queue]].vendor]
            domain, _ = settled_team(scenario, vendor, {skill: 1.0})
            self._fighting[queue] = vendor, domain[skill]

    def sent_back(self, out: Columns, who: Bools, days: Ints) -> Bools:
        """Those that payers' front ends have not seen yet, and will send back."""
        found: Bools = who & (days <= 1 + self._idle) & ((out["defects"] & out["reject_mask"]) != 0)
        return found

    def replies(self, out: Columns, who: Bools, days: Ints, luck: Floats) -> list[Errands]:
        """When payers answer claims that were sent so many days ago; some they never got.

        Some of them were sent again. Silence that has lasted long enough has been asked about: what
        is still out then is answered late.
        """
        after = self._scenario.denials.follow_up_after_days
        silent = days <= after + self._idle
        lost_share, again_share = self._kinds(out, days, silent)
        lost = who & (luck[:, 0] < lost_share)
        again = who & ~lost & (luck[:, 0] < lost_share + again_share)
        set_flags(out, lost, Flag.NO_REPLY)
        answers, late = self._answers(out, who & ~lost, again, days, luck[:, 1])
        return [answers, self.on(silent & (lost | late), Errand.SILENT, after - days)]

    def late_replies(self, out: Columns, who: Bools, days: Ints, luck: Floats) -> Errands:
        """When payers answer claims whose follow-up waits; some they never got."""
        lost_share, _ = self._kinds(out, days, who)
        lost = who & (luck[:, 0] < lost_share)
        set_flags(out, lost, Flag.NO_REPLY)
        return self._answers(out, who & ~lost, who & False, days, luck[:, 1])[0]

    def _answers(
        self, out: Columns, who: Bools, again: Bools, days: Ints, luck: Floats
    ) -> tuple[Errands, Bools]:
        """When payers answer some claims, and who falls silent before; `again` were sent again."""
        lag = np.zeros(len(days), np.int64)
        for i, payer in enumerate(self._scenario.payers):
            mine = np.flatnonzero(who & (out["payer"] == i))
            since = self._unanswered(payer, days[mine])
            drawn = rules.triangular(1.0 - since * (1.0 - luck[mine]), *payer.reply_days)
            usual = np.maximum(1, np.rint(drawn)).astype(np.int64)
            lag[mine] = np.where(again[mine], payer.corrected_claim_reply_days, usual)
        out["reply_days"] = np.where(who, lag, out["reply_days"])
        late = lag > self._scenario.denials.follow_up_after_days
        return self.on(who, Errand.REPLY, lag - days, late.astype(np.int64)), late

    def _unanswered(self, payer: Payer, days: Ints) -> Floats:
        """Part of a payer's replies that have not come after so many days."""
        return np.array([later(payer.reply_days, d - self._idle - 0.5) for d in days.tolist()])

    def _kinds(self, out: Columns, days: Ints, may_be_lost: Bools) -> tuple[Floats, Floats]:
        """Of claims with their payers for so many days: the parts never answered, and sent again.

        What front ends have sent back is sent again; so is what payers never got, once somebody has
        asked. They are mixed as those that still wait are on average.
        """
        lost_share, again_share = np.zeros(len(days)), np.zeros(len(days))
        for i, payer in enumerate(self._scenario.payers):
            mine = np.flatnonzero(out["payer"] == i)
            back, never = self._sent_back_share[out["setting"][mine]], payer.no_reply_share
            due = days[mine] - self._idle <= payer.corrected_claim_reply_days
            first = (1.0 - back) * (1.0 - never) * self._unanswered(payer, days[mine])
            again = (back * (1.0 - never) + never) * due
            lost = never * may_be_lost[mine]
            total = first + again + lost
            known, total = total > 0.0, np.maximum(total, 1e-300)
            lost_share[mine] = np.where(known, lost / total, may_be_lost[mine])
            again_share[mine] = again / total
        return lost_share, again_share

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

    def levels(self, out: Columns, part: Part, who: Bools, luck: Floats, *, decided: bool) -> Ints:
        """The level of appeals that wait: to be written, or to be `decided`.

        Where none is told levels are mixed as they are on average, of those at which so long a wait
        can be.
        """
        found, days = np.where(who, np.maximum(part.level, 0), 0), part.days
        for i in np.flatnonzero(who & (part.level < 0)).tolist():
            payer, still = self._world.state.payers[out["payer"][i]], 1.0
            longest = payer.decision_days if decided else payer.file_within_days
            waits, weights = int(days[i]) - self._idle, []
            chances = self._chances(CLINICAL, out, i)
            for level, chance in enumerate(chances):
                weights.append(still * (waits <= longest[level]))
                still *= 1.0 - chance
            below = np.cumsum(weights)
            if below[-1] > 0.0:
                found[i] = np.searchsorted(below, luck[i] * below[-1], side="right")
            else:  # longer than at any level
                found[i] = max(range(len(chances)), key=longest.__getitem__)
        return found

    def _chances(self, queue: int, out: Columns, i: int, least: int = 1) -> list[float]:
        """Chances of winning a denial at each level at which it is fought, or the `least` first."""
        denials, payer = self._scenario.denials, self._world.state.payers[out["payer"][i]]
        vendor, known = self._fighting[queue]
        clinical = queue == CLINICAL
        levels = max(least, min(vendor.denials.levels, payer.levels)) if clinical else 1
        return [
            rules.win_chance(
                payer.first_chance[out["denied_for"][i]],
                vendor.denials.win_multiplier,
                known,
                denials.knowledge_floor,
                level,
                denials.level_factor,
                denials.win_cap,
            )
            for level in range(levels)
        ]

    def decisions(self, out: Columns, part: Part, who: Bools, luck: Floats) -> list[Errands]:
        """When payers have decided corrections and appeals, and how."""
        found, payers = [], self._world.state.payers
        for awaited, queue in ((CORRECTION, TECHNICAL), (APPEAL, CLINICAL)):
            mine = np.flatnonzero(who & (part.place == awaited))
            won, lags = [], []
            for i in mine.tolist():
                payer, level = payers[out["payer"][i]], int(out["appeal_level"][i])
                won.append(luck[i] < self._chances(queue, out, i, level + 1)[level])
                lags.append(
                    payer.decision_days[level] if queue == CLINICAL else payer.corrected_reply_days
                )
            days = self._next(np.array(lags, np.int64) - part.days[mine])
            values = 2 * out["denied_for"][mine] + np.array(won, np.int64)
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
