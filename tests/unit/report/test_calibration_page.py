"""The page of a calibration shows what was fitted, refused, kept and is still to be asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.calibrate.evidence import Fit, Picture, Source, refused
from sim.report.calibration import page, picture
from tests.extracts import calibrated, people_rows, staff, write_csv

CURVE = Picture("Share still there", "days", "share", ([1, 2], [0.9, 0.8]), ([1, 2], [0.9, 0.7]))
BARS = Picture("Mix", "", "share", ([0, 1], [0.3, 0.7]), ([0, 1], [0.4, 0.6]), ["none", "CPC"])
ABOUT = {"program": "denialloop", "as_of": "2025-06-30", "base": "b.yaml", "vendor": "v"}


def test_what_is_known_and_what_is_not() -> None:
    fits = [
        Fit(
            "vendors.v.turnover.annual_rate",
            "1/year",
            "<staff>.csv",
            "by hand",
            "A",
            30,
            "leavers",
            0.4,
            0.3,
            0.5,
            ("a short window",),
            picture=CURVE,
        ),
        refused("vendors.v.turnover.shape", "<staff>.csv", "needs 10 leavers"),
    ]
    told = page(
        fits,
        [Source("<staff>.csv", "people", "0" * 64, 70, "rows", {"without a hire date": 2})],
        [{"field": "people.speed_sigma", "value": 0.15, "low": 0.05, "high": 0.3}],
        ABOUT,
    )
    for words in (
        "0.3 to 0.5",
        "a short window",
        "needs 10 leavers",
        "2 dropped without a hire",
        "people.speed_sigma",
        "the denial work list",
        "&lt;staff&gt;.csv",
    ):
        assert words in told, words
    assert "a table of people with hire" not in told
    assert "<staff>" not in told
    assert not re.search(r'(?:src|href)="(?!data:)', told), "nothing is fetched"


@pytest.mark.parametrize("drawn", [CURVE, BARS])
def test_a_picture_is_the_same_every_time(drawn: Picture) -> None:
    first = picture(drawn)
    assert first.startswith("data:image/svg+xml;base64,")
    assert picture(drawn) == first


def test_a_calibration_writes_its_page(tmp_path: Path) -> None:
    assert calibrated(tmp_path, write_csv(tmp_path / "staff.csv", people_rows(staff()))) == 0
    told = (tmp_path / "out" / "fit.html").read_text()
    assert told.count("<figure>") == 2
    assert "What to ask for next" in told
