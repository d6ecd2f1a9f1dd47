"""Identifiers to numbers: salted, hashed, and then counted, so that no name is ever kept.

The salt is drawn anew in each process and never written, so a hash cannot be looked up.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

_SALT = secrets.token_bytes(16)


class Numbers:
    """Numbers of identifiers by the order in which they first come; None has the number −1."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, identifier: object) -> int:
        """The number of an identifier."""
        if identifier is None or identifier == "":
            return -1
        text = str(identifier).encode("utf-8", "surrogatepass")
        digest = hashlib.blake2b(text, digest_size=12, key=_SALT).digest()
        return self._known.setdefault(digest, len(self._known))

    def all_of(self, identifiers: Iterable[object]) -> list[int]:
        """The numbers of many."""
        return [self.of(identifier) for identifier in identifiers]
