"""Scores by hand, and what is refused of what was observed."""

from __future__ import annotations

import math
from datetime import date, timedelta
from pathlib import Path

import pytest

from sim.study import StudyError
from sim.study.forecast import BACKLOG, FILE, Forecast
from sim.study.score import observed, pinball, read_forecast, scores, table
from sim.study.tables import write_csv

START = date(2025, 3, 3)


def week(number: int) -> date:
    return START + timedelta(7 * number)


def told(part: str = "edits") -> list[Forecast]:
    """Four weeks of 10, 20 and 40 items."""
    return [
        Forecast(
            BACKLOG,
            "x",
            "",
            part,
            f"{week(w)}/{week(w) + timedelta(6)}",
            "items",
            23.0,
            math.nan,
            math.nan,
            40,
            10.0,
            20.0,
            40.0,
        )
        for w in range(4)
    ]


def seen(path: Path, values: dict[int, float], part: str = "edits") -> Path:
    lines = ["date,quantity,part,value"]
    lines += [f"{week(w) + timedelta(3)},{BACKLOG},{part},{v}" for w, v in values.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_pinball_by_hand() -> None:
    """Of 50: 0.1 · 40, 0.5 · 30, 0.9 · 10; of 5: 0.9 · 5, 0.5 · 15, 0.1 · 35; each a third."""
    assert pinball((10, 20, 40), 50) == pytest.approx((4 + 15 + 9) / 3)
    assert pinball((10, 20, 40), 5) == pytest.approx((4.5 + 7.5 + 3.5) / 3)
    assert pinball((7, 7, 7), 7) == 0


def test_a_score_by_hand(tmp_path: Path) -> None:
    """In the band: 10 and 30, not 50. The six weeks before: 0 to 50, so 5, 25 and 45."""
    before = {-1 - i: 10.0 * i for i in range(6)}
    path = seen(tmp_path / "o.csv", {**before, 0: 10, 1: 30, 2: 50, 9: 1})
    found = scores(told(), observed(path, told()))
    [score] = found.scores
    assert (score.quantity, score.part, score.n) == (BACKLOG, "edits", 3)
    assert score.coverage == pytest.approx(2 / 3)
    assert score.bias == pytest.approx(20 - 30)
    losses = [pinball((10, 20, 40), y) for y in (10, 30, 50)]
    assert score.pinball == pytest.approx(sum(losses) / 3)
    naive = [pinball((5, 25, 45), y) for y in (10, 30, 50)]
    assert score.naive_pinball == pytest.approx(sum(naive) / 3)
    assert found.unused == 1, "the week after the forecast"


def test_without_six_weeks_there_is_no_naive(tmp_path: Path) -> None:
    path = seen(tmp_path / "o.csv", {-2: 4, -1: 5, 0: 10})
    [score] = scores(told(), observed(path, told())).scores
    assert math.isnan(score.naive_pinball)


def test_parts_are_told_together_first(tmp_path: Path) -> None:
    rows = told() + told("records")
    path = seen(tmp_path / "o.csv", {0: 10})
    more = path.read_text() + f"{week(0)},{BACKLOG},records,99\n"
    path.write_text(more, encoding="utf-8")
    whole, edits, records = scores(rows, observed(path, rows)).scores
    assert (whole.part, whole.n, whole.coverage) == ("all parts", 2, 0.5)
    assert (edits.coverage, records.coverage) == (1.0, 0.0)
    assert table(scores(rows, observed(path, rows)))[0][:2] == ("quantity", "part")


def test_a_kept_forecast_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_csv(tmp_path / FILE, Forecast._fields, told())
    for read, was in zip(read_forecast(tmp_path), told(), strict=True):
        assert read[:7] + read[9:] == was[:7] + was[9:]
        assert math.isnan(read.low)


REFUSED = {
    "other columns": ("date,quantity,value\n", "o.csv:1: the header must be date,quantity,part"),
    "an unknown quantity": (
        f"date,quantity,part,value\n{START},work.backlogs,edits,1",
        "o.csv:2: quantity: unknown",
    ),
    "an unknown part": (f"date,quantity,part,value\n{START},{BACKLOG},edit,1", 'mean "edits"?'),
    "no date": (f"week,quantity,part,value\n3,{BACKLOG},edits,1", "o.csv:2: week: '3' is not a"),
    "no number": (
        f"date,quantity,part,value\n{START},{BACKLOG},edits,many",
        "value: 'many' is not a number",
    ),
    "a week twice": (
        f"date,quantity,part,value\n{START},{BACKLOG},edits,1\n2025-03-09,{BACKLOG},edits,1",
        "o.csv:3: this week, quantity and part stand in the file already",
    ),
    "a cell less": (f"date,quantity,part,value\n{START},{BACKLOG},1", "3 cells instead of 4"),
    "nothing": ("date,quantity,part,value\n", "nothing observed"),
}


@pytest.mark.parametrize(("text", "what"), REFUSED.values(), ids=REFUSED)
def test_what_was_observed_is_read_strictly(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "o.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        observed(path, told())
    assert what in str(error.value)
    assert error.value.exit_code == 2


def test_nothing_in_common_is_said(tmp_path: Path) -> None:
    path = seen(tmp_path / "o.csv", {-3: 1})
    with pytest.raises(StudyError, match="lies within the forecast") as error:
        scores(told(), observed(path, told()))
    assert error.value.exit_code == 2


@pytest.mark.parametrize("text", [None, "quantity,part\nx,y\n"])
def test_a_folder_without_a_forecast_is_said(tmp_path: Path, text: str | None) -> None:
    if text:
        (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_forecast(tmp_path)
    assert error.value.exit_code == 2
