"""Fits: plain arrays to estimates with intervals; nothing here knows a file or a scenario."""
