"""The verification book covers what it promises, and every row is made by a test that exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.book import PAGE, Book, Row, pages_rows, render

TESTS = PAGE.parents[1] / "tests"
PARTS = (
    "Determinism",
    "Levers",
    "Limits",
    "Mean field",
    "Money",
    "People",
    "Queues",
    "Statistics",
    "Strain",
)
PART = "Queues"


def test_the_book_is_complete() -> None:
    rows = pages_rows()
    assert len(rows) >= 30
    assert tuple(sorted({row.part for row in rows.values()})) == PARTS
    subjects = " ".join(row.what for row in rows.values())
    for subject in (
        "M/M/2",
        "M/M/4",
        "+M",
        "priority",
        "turnover",
        "client knowledge",
        "USD",
        "hash seed",
        "before",
        "Coverage",
    ):
        assert subject in subjects, subject


def test_every_row_agrees_and_names_a_test_that_keeps_it() -> None:
    for row in pages_rows().values():
        assert row.verdict == "agrees"
        assert "book" in (TESTS / row.test).read_text(encoding="utf-8"), row


ROW = Row("Queues", "a|b", "1", "1.02", "± 0.1", "agrees", "paper", "docs/test_verification.py")


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(render([ROW]), encoding="utf-8")
    assert pages_rows(page) == {("Queues", "a|b"): ROW}


@pytest.fixture
def against(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Book:
    """A book whose page holds one row."""
    monkeypatch.setattr("tests.book.pages_rows", lambda: {(ROW.part, ROW.what): ROW})
    return Book(request.node, writing=False)


def test_a_page_that_says_otherwise_fails_the_test(against: Book) -> None:
    against.agrees("a|b", 1.05, 1.0, 0.1, "paper")
    with pytest.raises(AssertionError, match="make verify"):
        against.agrees("a|b", 1.05, 1.1, 0.1, "paper")
    with pytest.raises(AssertionError, match="make verify"):
        against.agrees("a|b", 1.02, 1.0, 0.1, "another paper")
    with pytest.raises(AssertionError, match="no row"):
        against.agrees("c", 1.02, 1.0, 0.1, "paper")


def test_what_lies_outside_its_interval_fails(against: Book) -> None:
    with pytest.raises(AssertionError, match="not 1 ±"):
        against.agrees("a|b", 1.2, 1.0, 0.1, "paper")
    with pytest.raises(AssertionError, match="nothing was looked at"):
        against.holds("a|b", "same", 0, "paper")
    with pytest.raises(AssertionError):
        against.ordered("a|b", (1.0, 1.0), True, "paper")
    with pytest.raises(AssertionError):
        against.at_most("a|b", 1.2, 1.0, 0.1, "paper")
    with pytest.raises(AssertionError):
        against.at_least("a|b", 0.8, 1.0, 0.1, "paper")
    with pytest.raises(AssertionError):
        against.equals("a|b", 1.02, 1.0, "paper")
