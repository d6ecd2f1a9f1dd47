"""What has happened to claims of before the run: as it is on average where nobody has written it.

Defects are those that coders leave, and replies and decisions those that have not come yet. Days of
before the run count as its first day, but for the day of service.
"""

from __future__ import annotations

import numpy as np

from sim.model import rules
from sim.model.claims import BITS, Columns, Floats, Ints
from sim.model.codes import CATEGORIES, NOBODY, SETTINGS, Defect, Errand, First, Flag, Queue, Stage
from sim.model.flows import coded_charts
from sim.model.pending import (
    APPEAL,
    BILL_HOLD,
    CORRECTION,
    PHYSICIAN,
    RECORDS,
    REPLY,
    Bools,
    Errands,
    Part,
    Pending,
    set_flags,
)
from sim.model.world import World

UNCODED = (Queue.TRANSCRIPTION, Queue.CODING_INPATIENT, Queue.CODING_OUTPATIENT)
DENIALS = (Queue.DENIALS_TECHNICAL, Queue.DENIALS_CLINICAL)
FATES = ("reject_mask", "deny_mask", "asked_mask")


class Histories:
    """Gives claims their past, in columns by the field of a claim."""

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._scenario = scenario
        hospital = scenario.hospital
        self._ready = hospital.chart_ready_days
        self._sent = max(hospital.chart_ready_days, hospital.bill_hold_days) + 1
        """Days from the service until a claim is with its payer, if nothing delays it."""
        charts = coded_charts(scenario)
        self._left = np.array([[charts[s][0][c] for c in CATEGORIES] for s in SETTINGS])
        by_name = {str(c.name): c for c in scenario.categories}
        kinds = [by_name[name] for name in CATEGORIES]
        self._reject, self._deny, self._rfi = (
            np.array([getattr(c, f"{fate}_share") for c in kinds])
            for fate in ("reject", "deny", "rfi")
        )
        self._clinical = np.array([c.path == "clinical" for c in kinds])
        self._stake = np.array([c.stake_share or 1.0 for c in kinds])
        self._coders = [self._coders_of(setting) for setting in range(len(SETTINGS))]
        untouched = 1.0 - np.minimum(1.0, self._left) * self._reject
        self._sent_back: Floats = 1.0 - untouched.prod(axis=1)
        """Part of the claims that payers' front ends send back, by setting."""
        self._pending = Pending(world, self._sent_back)

    def _coders_of(self, setting: int) -> Ints:
        """Agents who may have coded charts of a setting: the team's, else anybody."""
        state = self._world.state
        crew = state.queues[Queue.CODING_INPATIENT + setting].crew
        everybody = [agent.index for agent in state.agents]
        own = [agent.index for agent in state.agents if agent.crew == crew]
        return np.array(own or everybody or [NOBODY], np.int64)

    # --- open work ----------------------------------------------------------------------------

    def of_open_work(self, part: Part) -> tuple[Columns, list[Errands]]:
        """The past of claims that wait in queues, and when payers answer those they have."""
        place, luck = part.place, part.luck("open", 4)
        uncoded = np.isin(place, UNCODED)
        out = self._coded(part, ~uncoded)
        out["stage"] = np.full(len(place), Stage.WAITING)
        query, edits = place == Queue.CDI_QUERY, place == Queue.EDITS
        self._weaken(out, query, luck[:, 0])
        out["stage"][query] = Stage.QUERIED
        rejected = edits & ((part.category >= 0) | (luck[:, 0] < self._rejected_share(out)))
        out["flags"][edits & ~rejected] |= Flag.SCRUBBER_EDIT
        self._find(out, part, rejected, 0, luck[:, 1])
        records, denied = place == Queue.RECORDS, np.isin(place, DENIALS)
        self._find(out, part, records, 2, luck[:, 1])
        for queue in DENIALS:
            mine = place == queue
            out["denied_for"][mine] = self._find(out, part, mine, 1, luck[:, 1], queue)[mine]
        silent, short = place == Queue.FOLLOW_UP, place == Queue.UNDERPAYMENTS
        for who, stage, first in (
            (rejected, Stage.REJECTED, First.REJECTED),
            (records, Stage.ASKED, First.ASKED),
            (denied, Stage.DENIED, First.DENIED),
            (short, Stage.PAID, First.PAID),
        ):
            out["stage"][who], out["first_outcome"][who] = stage, first
        self._submit(out, rejected | records | denied | short | silent)
        out["flags"][records | denied | short] |= Flag.ADJUDICATED
        out["stage"][silent] = Stage.SUBMITTED
        after = self._scenario.denials.follow_up_after_days
        before = np.where(place == Queue.TRANSCRIPTION, 0, self._ready)
        before[rejected] = self._sent + 1
        before[records | denied | short] = self._sent + out["reply_days"][records | denied | short]
        before[silent] = self._sent + after
        out["day"] = -part.days - before
        self._pay_before(out, part, denied)
        self._fall_short(out, part, short)
        appeals = place == Queue.DENIALS_CLINICAL
        out["appeal_level"] = self._pending.levels(out, part, appeals, luck[:, 2], decided=False)
        late = self._pending.late_replies(out, silent, part.days + after, luck[:, 2:])
        return out, [late]

    def _rejected_share(self, out: Columns) -> Floats:
        """Part of the edits that payers' front ends have sent back, by claim."""
        scrubbed = self._scenario.hospital.scrubber_edit_share
        share: Floats = self._sent_back / np.maximum(scrubbed + self._sent_back, 1e-300)
        return share[out["setting"]]

    def _pay_before(self, out: Columns, part: Part, denied: Bools) -> None:
        """What is not at stake in a denial was paid when it came."""
        stake = self._stake[out["denied_for"]]
        whole = np.rint(part.open_cents / stake).astype(np.int64)
        out["expected"] = np.where(denied, whole, part.open_cents)
        out["paid_cents"] = out["expected"] - part.open_cents

    def _fall_short(self, out: Columns, part: Part, short: Bools) -> None:
        """Paid short: what is missing is open."""
        shares = np.array([p.short_pay_payment_share or 1.0 for p in self._scenario.payers])
        whole = np.rint(part.open_cents / shares[out["payer"]]).astype(np.int64)
        out["expected"][short] = whole[short]
        out["paid_cents"][short] = (whole - part.open_cents)[short]
        out["short_cents"] = np.where(short, part.open_cents, 0)
        out["closed_day"] = np.where(short, 0, -1)

    # --- what waits for others ----------------------------------------------------------------

    def of_away(self, part: Part) -> tuple[Columns, list[Errands]]:
        """The past of claims that wait for others, and when they hear from them."""
        place, luck = part.place, part.luck("away", 4)
        out = self._coded(part, np.ones(len(place), bool))
        out["stage"] = np.full(len(place), Stage.WAITING)
        before = np.full(len(place), self._sent)
        reply, held = place == REPLY, place == BILL_HOLD
        asked, denied = place == RECORDS, (place == CORRECTION) | (place == APPEAL)
        self._find(out, part, asked, 2, luck[:, 0])
        for awaited, queue in ((CORRECTION, DENIALS[0]), (APPEAL, DENIALS[1])):
            mine = place == awaited
            out["denied_for"][mine] = self._find(out, part, mine, 1, luck[:, 0], queue)[mine]
        back = self._pending.sent_back(out, reply, part.days)
        self._submit(out, (reply | asked | denied) & ~back)
        out["submitted_day"][back] = out["first_day"][back] = 0
        out["stage"][reply] = Stage.SUBMITTED
        out["stage"][asked], out["first_outcome"][asked] = Stage.ASKED, First.ASKED
        out["stage"][denied], out["first_outcome"][denied] = Stage.DENIED, First.DENIED
        out["flags"][asked | denied] |= Flag.ADJUDICATED
        out["flags"][denied] |= Flag.APPEALED
        before[asked | denied] += out["reply_days"][asked | denied]
        before[held] = 0
        set_flags(out, held, 0, Flag.SCRUBBER_EDIT)
        query = place == PHYSICIAN
        self._weaken(out, query, luck[:, 0])
        out["stage"][query] = Stage.QUERIED
        before[query] = self._ready
        out["day"] = -part.days - before
        self._pay_before(out, part, denied)
        out["appeal_level"] = self._pending.levels(
            out, part, place == APPEAL, luck[:, 3], decided=True
        )
        nothing = np.zeros(len(place), np.int64)
        errands = [
            self._pending.on(back, Errand.REJECTED, nothing),
            *self._pending.replies(out, reply & ~back, part.days, luck),
            self._pending.records(out, part, asked, luck),
            *self._pending.decisions(out, part, denied, luck[:, 1]),
            self._pending.answers(part, query, luck[:, 1]),
            Errands(np.flatnonzero(held), Errand.ANSWER, nothing[held], nothing[held]),
        ]
        return out, errands

    # --- charts that are not complete ---------------------------------------------------------

    def of_charts(self, part: Part) -> tuple[Columns, list[Errands]]:
        """The past of claims whose services were a few days ago, and when their charts are due."""
        out = {**part.columns, "defects": part.source, "day": -part.days}
        out["expected"] = part.open_cents
        everybody = np.arange(len(part.days))
        due = self._ready - part.days
        return out, [Errands(everybody, Errand.HAND_OVER, due, 0 * part.days)]

    # --- what they have in common -------------------------------------------------------------

    def _coded(self, part: Part, coded: Bools) -> Columns:
        """What claims come with, and what the coders of those that are coded have left in them."""
        out, luck = dict(part.columns), part.luck("coded", 2)
        setting, count = out["setting"], len(coded)
        left = rules.masks(part.luck("defects", len(CATEGORIES)) < self._left[setting])
        out["defects"] = np.where(coded, left, part.source)
        out["flags"] = np.where(coded, out["flags"] & ~Flag.CDI_GAP, out["flags"])
        out["wrong"] = np.where(coded, (left & Defect.CODE) // Defect.CODE, -1)
        crews = np.array(
            [
                self._world.state.queues[Queue.CODING_INPATIENT + s].crew
                for s in range(len(SETTINGS))
            ]
        )
        bits = np.array([self._world.state.terms[crew].bill_bit for crew in crews])
        coders = np.full(count, NOBODY)
        for s, able in enumerate(self._coders):
            mine = coded & (setting == s)
            coders[mine] = able[(luck[mine, 0] * len(able)).astype(np.int64)]
        out["coder"] = coders
        out["crew"] = np.where(coded, crews[setting], NOBODY)
        out["billed"] = np.where(coded, bits[setting], 0)
        for name, value in (
            ("submitted_day", -1),
            ("first_day", -1),
            ("first_outcome", First.NONE_YET),
            ("denied_for", -1),
        ):
            out[name] = np.full(count, value)
        return out

    def _submit(self, out: Columns, who: Bools) -> None:
        """They went out before the run, and payers' front ends took them."""
        out["submitted_day"][who] = out["first_day"][who] = 0
        rejected = (out["stage"] == Stage.REJECTED) & who
        kept = np.where(rejected, -1, ~out["reject_mask"])
        out["defects"] = np.where(who, out["defects"] & kept, out["defects"])
        set_flags(out, who, 0, Flag.NO_REPLY | Flag.SCRUBBER_EDIT)

    def _weaken(self, out: Columns, who: Bools, luck: Floats) -> None:
        """Notes about which somebody asks are weak, or leave a gap."""
        gaps = np.array(
            [getattr(self._scenario.hospital, name).cdi_gap_share for name in SETTINGS]
        )[out["setting"]]
        doc = self._left[:, CATEGORIES.index("DOC")][out["setting"]]
        weak = who & (luck * (doc + gaps) < doc)
        out["defects"][weak] |= Defect.DOC
        set_flags(out, who & ~weak, Flag.CDI_GAP)

    def _find(
        self, out: Columns, part: Part, who: Bools, fate: int, luck: Floats, queue: int = -1
    ) -> Ints:
        """What they were rejected, denied or asked for (`FATES`): as written, else as it is mixed.

        Nothing else that would be found stands before it. Gives the category of each.
        """
        weights = (self._reject, self._deny, self._rfi)[fate] * self._left
        weights = weights[out["setting"]]
        if fate == 1:
            stringency = np.array([p.stringency for p in self._scenario.payers])[out["payer"]]
            share = np.minimum(self._deny * stringency[:, None], 1.0 - self._reject - self._rfi)
            weights = share * self._left[out["setting"]]
        if queue >= 0:
            path = self._clinical == (queue == Queue.DENIALS_CLINICAL)
            weights = np.where(path, weights, 0.0)
            weights = np.where(weights.sum(axis=1, keepdims=True) > 0.0, weights, path * 1.0)
        weights = np.where(weights.sum(axis=1, keepdims=True) > 0.0, weights, 1.0)
        below = np.cumsum(weights, axis=1)
        drawn = (below <= luck[:, None] * below[:, -1:]).sum(axis=1)
        category = np.where(part.category >= 0, part.category, np.minimum(drawn, len(BITS) - 1))
        bit, others = BITS[category], [name for i, name in enumerate(FATES) if i != fate]
        out[FATES[fate]] = np.where(who, out[FATES[fate]] | bit, out[FATES[fate]])
        for name in others:
            out[name] = np.where(who, out[name] & ~bit, out[name])
        stands = out["deny_mask"] | Defect.TIMELY | (out["reject_mask"] if fate else 0)
        found = out["defects"] & ~stands | bit
        out["defects"] = np.where(who, found, out["defects"])
        return category
