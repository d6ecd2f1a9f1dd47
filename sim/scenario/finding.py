"""What a check over several fields finds: the path that it is about, and the words for it."""

from __future__ import annotations

from difflib import get_close_matches

Steps = tuple[str | int, ...]
Problem = tuple[Steps, str] | tuple[Steps, str, list[Steps]]
"""The path that a problem is about, what is wrong, and the paths of values that are so together."""


def nearest(name: str, known: list[str]) -> str:
    """That a name is not known, which are, and which of them was probably meant."""
    close = get_close_matches(name, known, 1, 0.5)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return f"unknown name {name!r}; allowed: {', '.join(known)}{hint}"
