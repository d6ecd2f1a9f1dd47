"""Claims that are there when a run begins take their places."""

from __future__ import annotations

from sim.model.codes import NO_DUE, Queue, VisitTask
from sim.model.kernel.coding import pre_read
from sim.model.kernel.front import let_wait
from sim.model.kernel.payer import await_answer, take_up
from sim.model.kernel.ports import Objects
from sim.model.kernel.queueing import enqueue, lane
from sim.model.kernel.rows import Claim


def stand(s: Objects, q: int, claim: Claim, since: float) -> None:
    """A claim has waited in a queue since a day before the run; what it is due for runs on."""
    if q == Queue.RECORDS:
        window = s.payers[claim.payer].records_window_days
        await_answer(s, q, claim, since, window, 1.0)
        return
    if q == Queue.DENIALS_TECHNICAL or q == Queue.DENIALS_CLINICAL:
        take_up(s, claim, since, claim.denied_for)
        return
    if q == Queue.TRANSCRIPTION:
        let_wait(s, q, claim, VisitTask.NOTE, since)
        return
    terms = s.terms[lane(s, q, claim).crew]
    if (q == Queue.CODING_INPATIENT or q == Queue.CODING_OUTPATIENT) and terms.machine:
        pre_read(s, claim, terms)
    enqueue(s, q, claim, since, NO_DUE, 1.0)
