"""What the sentences of the pages must say: fragments worked out from what they quote.

Sources are the kept tables of results/reference/, the verification book, the shipped scenarios, and
sums on paper. `test_sentences.py` looks every fragment up in its page.
"""

from __future__ import annotations

from tests.docs.quotes import levers, project, scenarios, studies, theory

MODULES = (levers, project, scenarios, studies, theory)
"""Importing them fills the register, `tests.docs.quotes.sources.PAGES`."""
