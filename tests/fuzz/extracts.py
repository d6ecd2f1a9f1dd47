"""Extracts that somebody has sat on: bytes changed, cut, doubled, swapped."""

from __future__ import annotations

import random

from sim.calibrate.problems import InputError
from sim.calibrate.read.claim_files import ClaimFiles, read_text_into
from sim.calibrate.read.identity import Numbers
from sim.calibrate.read.x12 import Problems

SPOILERS = "*~:^|\n\0 ,;\"'<>&ISA9é\ufeff"


def spoilt(text: str, rng: random.Random) -> str:
    """A text with one to eight mistakes in it."""
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(max(len(text), 1))
        kind = rng.randrange(5)
        span = rng.randrange(1, 40)
        if kind == 0:
            text = text[:at] + rng.choice(SPOILERS) + text[at + 1 :]
        elif kind == 1:
            text = text[:at] + text[at + span :]
        elif kind == 2:
            text = text[:at] + text[at : at + span] * rng.randint(2, 4) + text[at + span :]
        elif kind == 3:
            text = text[:at]
        else:
            text = text.replace(rng.choice("*~:"), rng.choice(SPOILERS), rng.randint(1, 50))
    return text


def read_spoilt_x12(text: str, seed: int) -> ClaimFiles | None:
    """A spoilt text read; only `InputError` may end it."""
    found = ClaimFiles()
    try:
        read_text_into(spoilt(text, random.Random(seed)), found, Numbers(), Problems())
    except InputError:
        return None
    return found
