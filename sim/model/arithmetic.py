"""The functions beyond + − × ÷ that results rest on."""

from __future__ import annotations

from math import exp, log, log1p

__all__ = ["exp", "log", "log1p"]
