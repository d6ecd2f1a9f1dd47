"""Workforce and turnover simulator for outsourced hospital claims work."""

__version__ = "0.1.0.dev0"
