"""Where claims wait for an agent, and idle agents for a claim."""

from __future__ import annotations

from math import inf

from sim.model.codes import (
    AHEAD_OF_ALL,
    MAX_QUEUES,
    NO_DUE,
    NOBODY,
    TRIES_BITS,
    Order,
    Queue,
    Stage,
)
from sim.model.kernel.ports import Objects, head, own_key, pop, push, send_out, signal
from sim.model.kernel.rows import Agent, Claim, WorkQueue

# --- claims that wait -----------------------------------------------------------------------------


def lane(s: Objects, q: int, claim: Claim) -> WorkQueue:
    """The queue of a kind of work that a claim would wait in: that of the teams that take it."""
    queue = s.queues[q]
    if queue.next_lane < 0:
        return queue
    cents = claim.short_cents if q == Queue.UNDERPAYMENTS else claim.expected - claim.paid_cents
    n = queue.next_lane
    while n >= 0:
        other = s.queues[n]
        taken = other.takes[claim.setting] >> claim.payer & 1
        if taken and other.cents_from <= cents and cents < other.cents_to:
            return other
        n = other.next_lane
    return queue


def take(s: Objects, queue: WorkQueue, agent: Agent, now: float) -> Claim:
    """Take the best entry of a queue in which somebody waits into an agent's hands."""
    claim = pop(s, queue, agent)
    claim.ticket = -1
    queue.level -= 1
    queue.waited_days += now
    agent.hand_queue = queue.index
    agent.hand_taken = now
    return claim


def drop(queue: WorkQueue, claim: Claim, now: float) -> None:
    """Take a waiting claim away without working it."""
    queue.level -= 1
    queue.waited_days += now
    claim.ticket = -1


def withdraw(s: Objects, claim: Claim, now: float) -> None:
    """Take a claim out of the queue it waits in, if it waits."""
    if claim.ticket >= 0:
        drop(s.queues[claim.ticket % MAX_QUEUES], claim, now)


def miss(s: Objects, claim: Claim, now: float) -> None:
    """Take a claim out of the queue it waits in: nobody came to it in time."""
    if claim.ticket >= 0:
        queue = s.queues[claim.ticket % MAX_QUEUES]
        queue.missed += 1
        drop(queue, claim, now)


def best_queue(s: Objects, agent: Agent) -> int:
    """The queue of an agent whose best entry should be worked next; `NOBODY` if no claim waits."""
    best, best_key = NOBODY, inf
    for i in range(agent.n_queues):
        queue = s.queues[agent.queues[i]]
        if queue.level:
            key = head(s, queue)
            if key < best_key:
                best, best_key = queue.index, key
    return best


def enqueue(s: Objects, q: int, claim: Claim, now: float, due: int, chance: float) -> None:
    """Let a claim wait in a queue, and wake an idle agent for it.

    `due` is the day that the `deadline` order looks at; `chance` the odds of winning that `value`
    multiplies the expected money with. The smallest key is taken first, ties in order of arrival.

    The ticket says which entry is the claim's current one, so that an entry of a claim that was
    taken away (deadline passed, answer came) is skipped when it surfaces. Tickets are unique over
    all queues, so that an old entry never matches a new visit.
    """
    queue = lane(s, q, claim)
    if queue.order == Order.FIFO:
        key = now
    elif queue.order == Order.DEADLINE:
        key = float(due if due != NO_DUE else int(now) + queue.due_days)
    elif queue.order == Order.VALUE:
        key = -claim.expected * chance / queue.minutes
    elif queue.order == Order.EASE:
        key = queue.minutes / max(chance, 1e-6)
    else:
        key = own_key(s, queue, claim, now, due, chance)
    if queue.returned_first and claim.tries >> TRIES_BITS * queue.kind & (1 << TRIES_BITS) - 1:
        key -= AHEAD_OF_ALL
    queue.level += 1
    queue.waited_days -= now
    queue.arrived += 1
    claim.ticket = queue.arrived * MAX_QUEUES + queue.index
    push(s, queue, key, claim.ticket, now, claim)
    if queue.idle_first >= 0:
        rouse(s, s.agents[queue.idle_first], now)


# --- agents who wait ------------------------------------------------------------------------------


def wait(s: Objects, agent: Agent) -> None:
    """An agent without work waits at all the queues they may work, behind who waits there."""
    agent.idle = 1
    for i in range(agent.n_queues):
        queue = s.queues[agent.queues[i]]
        last = queue.idle_last
        agent.before[queue.index] = last
        agent.after[queue.index] = NOBODY
        if last >= 0:
            s.agents[last].after[queue.index] = agent.index
        else:
            queue.idle_first = agent.index
        queue.idle_last = agent.index


def stop_waiting(s: Objects, agent: Agent) -> None:
    """An agent no longer waits anywhere."""
    if agent.idle:
        for i in range(agent.n_queues):
            queue = s.queues[agent.queues[i]]
            before, after = agent.before[queue.index], agent.after[queue.index]
            if before >= 0:
                s.agents[before].after[queue.index] = after
            else:
                queue.idle_first = after
            if after >= 0:
                s.agents[after].before[queue.index] = before
            else:
                queue.idle_last = before
        agent.idle = 0


def rouse(s: Objects, agent: Agent, now: float) -> None:
    """Let an agent who waits look again at what there is."""
    if agent.idle:
        stop_waiting(s, agent)
        signal(s, agent, now)


def wake(s: Objects, queue: WorkQueue, now: float) -> None:
    """Wake the agent who has been idle longest at a queue, if there is one."""
    if queue.idle_first >= 0:
        rouse(s, s.agents[queue.idle_first], now)


def pass_on(s: Objects, agent: Agent, now: float) -> None:
    """An agent who cannot come wakes another in their stead, where work waits."""
    for i in range(agent.n_queues):
        queue = s.queues[agent.queues[i]]
        if queue.level:
            wake(s, queue, now)


# --- what is due later ----------------------------------------------------------------------------


def next_workday(s: Objects, day: int) -> int:
    """First workday on or after a day."""
    return s.days[min(day, len(s.days) - 1)].following


def ready(s: Objects, claim: Claim, today: int) -> None:
    """A claim may go out: with tonight's file, or that of the day on which its hold ends."""
    claim.stage = Stage.READY
    hold_ends = claim.day + s.house.bill_hold_days
    send_out(s, hold_ends if hold_ends > today else today, claim)
