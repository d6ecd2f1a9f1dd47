"""Sentences of the pages say what their sources say, and no number stands there unlooked-at."""

from __future__ import annotations

import re
from functools import cache

import pytest

from docs.studies import ROOT
from tests.docs.quotes import MODULES
from tests.docs.quotes.sources import PAGES, prose

GENERATED = ("data_dictionary.md", "kpis.md", "scenario.md", "validation.md", "verification.md")
"""Pages that are written whole by the code; `test_generated.py` and the book look after them."""
TABLED = ("parameters.md",)
"""Values with their sources; `test_parameters.py` compares them with the shipped files."""
MEASURED_HERE = ("performance.md",)
"""Times and memory of the machine that the page names."""
ELSEWHERE = {"people.md": r"## Against real people.*?## Not modelled"}
"""Parts that another test looks up: this one `tests/backtests/test_bank_newcomers.py`."""

ANYWHERE = (
    r"```.*?```",
    r"<!-- table: .*?<!-- end -->",
    r"<!-- demo table.*?<!-- end of demo table -->",
    r"`[^`]*`",  # names, options, formulas
    r"\]\([^)]*\)",  # where links lead
    r"(?:#+ |\*\*)\d+(?:\.\d)? ",  # chapters
    r"(?<=[ |])\d\. (?=[A-Z*])",  # steps
    r"\b[A-Z][a-zé]+(?: (?:et al\.|& [A-Z]\w+))?,? \(?(?:19|20)\d\d\b",  # citations
    r"\b(?:CO-29|CARC 22|BSD-[23]|Python 3\.11)\b",
    r"\b95 % (?:interval|band|of samples)",
    r"[Ss]cales? 0\.[0-9]+",
    r"\b(?:5|10|20) replications",
    r"seed 7",
)
"""What never holds a result: code and tables (looked after elsewhere), names, settings."""

GIVEN: dict[str, tuple[str, ...]] = {
    "../README.md": ("835 and 837 files", "a 400-bed hospital", "on 2 cores"),
    "breakeven.md": ("limit at about 1 %", "searching up to 300 %", "5x5 unless said otherwise"),
    "calibration.md": (
        # What was before a value changed.
        "0.355 / 0.452 / 0.258 (REG, DATA, AUTH) | 0.4675 / 0.595 / 0.34",
        "from about −25 % (one run) to −18 %",
        "| 250,000 USD |",
        "250,000 USD for outsourcers, 0 in",
        # Published figures.
        "65–75 / 88–95 %",
        "80–85 / 96–99 %",
        "14 ± 1 %",
        "5 ± 1 %",
        "−4 ± 1 %",
        "+9 ± 1.5 %",
        "within 90 days",
        "−12 ± 3 %",
        "−15 to −20 %",
        "near 11.8 % (Kodiak)",
        "near 2.8 % (Kodiak)",
        "The published 14 %",
        "The published story has 14 %",
        # How it is read.
        "mean over 20 replications (10 for",
        "with 10.",
        "after 18 months the",
        "missed at month 18",
    ),
    "decisions.md": (
        "by 4 to 7 points in a year",
        "a spread of 7 points",
        "88 % would leave",
        "odds above 1",
        "below 1 a team of 19 does not become one of 1.9",
        "wrong in coding. The alternative",
        "at 1 the generalist",
        "owns 2⁴⁰ steps",
        # Measured when the choice was made.
        "variance of row means 1.19 times",
        "13 MB, imported",
        "where 8,000 were hoped for",
        "by a translator of 500 lines",
        "0.6 to 0.8 s | 0.9 to 1.2 s",
        "2 to 3 s | 21 to 24 s",
        "under 0.1 s | 1 s",
        "60 KB, and a C compiler",
        "| 208 MB |",
        "60 KB of its 470 KB",
        "some 150 lines: neighbours",
        "400 replications, 20 studies",
        "ended 1.9 above the bottom",
        "default sampler 8.6",
        "a start 155 above it",
        "it costs 37 MB",
    ),
    "howto/own_arrivals.md": ("with count 0.", "of 180 days"),
    "howto/own_data.md": ("| 837 and 835 files |", "835 and 837 files are read together"),
    "howto/own_vendor.md": ("add up to 1.", "below 1: most leave early"),
    "howto/spring.md": (
        "We have 34 people (22 uncertified, 9 CPC, 3 CCS)",
        "of a 250-bed hospital. In a year 42 %",
        "raise wages by 8 %",
        "45 inpatient claims",
        "and 400 outpatient claims",
        "what 34 people can code",
        "with which 42 % leave",
        "of which 0.5 to 3 are published",
    ),
    "howto/reading_intervals.md": (
        "at 95 % each",
        "in the table is 5 %",
        "within 2 % of the mean",
        "√(1 + 1/n)",
        "with 19 or more",
        "28 + 25 g²",
        "90 to 97 %",
        "93 to 98 %",
        "83 to 91 %",
        "at 99 %",
        "1 200",
        "settles on day 210, but services count from day 180",
    ),
    "levers.md": (
        "among 60 that were truly nothing",
        "A plain 0 is",
        "A threshold** of 500 USD",
        "at 85 %.",
        "± half the 95 %",
    ),
    "mean_field.md": ("weight below 1", "are cut at 1.", "shape below 1"),
    "model.md": ("13(1), 55–67",),
    "people.md": ("tenure 0,", "with probability 1e-6", "With shape below 1"),
    "scenarios/in_house.md": (
        "(84 to 153 published)",
        "near 11.8 % of dollars",
        "near 2.8 % (Kodiak 2024",
    ),
    "scenarios/market_average.md": ("12 % lower denials", "15 to 20 % less"),
    "scenarios/medcentral.md": ("A 400-bed hospital",),
    "scorecard.md": ("14 % denials eighteen months",),
    "sensitivity.md": (
        "each value 20 % up and down",
        "at most 20:",
        "takes all of them, some 150 for",
        "2 k + 1",
        "(k + 1) × trajectories (10)",
        "(k + 2) × base sample (64,",
        "±20 % of a well-known value",
        "of 20 fields without effect",
        "scores exactly 0.",
        "Shares above 1 or below 0",
    ),
    "studies.md": (
        "Intervals are 95 %",
        "below 5 %",
        "asked for (95 %)",
        "(100) end first",
        "at 95 % for all together",
        "for itself at 95 %",
    ),
    "turnover_trap.md": (
        "From 10 to 80 % a year",
        "between 10 and 80 %",
        "39 % vendor",
        "going from 15 to 80 %",
        "correlation of −0.15",
    ),
    "tutorial.md": ("180 beds", "400-bed hospital", "add up to 1."),
}
"""Numbers that are no results: citations, inputs told in words, definitions, history."""


@cache
def quotes(name: str) -> tuple[str, ...]:
    """What a page must say."""
    return tuple(dict.fromkeys(words for quote in PAGES.get(name, []) for words in quote()))


def path_of(name: str) -> str:
    return name.removeprefix("../") if name.startswith("../") else f"docs/{name}"


def test_every_page_with_quotes_exists() -> None:
    assert len(PAGES) > 15
    assert len(MODULES) == 5
    for name in PAGES:
        assert (ROOT / path_of(name)).is_file(), name


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_its_sources_say(name: str) -> None:
    text = prose(name)
    missing = [words for words in quotes(name) if words not in text]
    assert missing == [], f"{path_of(name)} should say so"


def pages() -> list[str]:
    names = [str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")]
    left_out = {*GENERATED, *TABLED, *MEASURED_HERE}
    return ["../README.md", *sorted(set(names) - left_out)]


@pytest.mark.parametrize("name", pages())
def test_every_number_of_a_page_is_looked_up_or_given(name: str) -> None:
    text = prose(name)
    if name in ELSEWHERE:
        text, found = re.subn(ELSEWHERE[name], " ", text)
        assert found == 1
    for words in sorted(quotes(name), key=len, reverse=True):
        text = text.replace(words, " § ")
    for words in GIVEN.get(name, ()):
        assert words in text, f"{path_of(name)} no longer holds {words!r}"
        text = text.replace(words, " § ")
    for pattern in ANYWHERE:
        text = re.sub(pattern, " § ", text)
    left = [text[max(0, m.start() - 40) : m.end() + 20] for m in re.finditer(r"(?<![\w.])\d", text)]
    assert left == [], f"{path_of(name)}: say where these numbers come from, in tests/docs/quotes/"
