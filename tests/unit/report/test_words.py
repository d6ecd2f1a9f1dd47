"""Names that are safe to print, and numbers with the digits they have earned."""

import math
from decimal import Decimal

import numpy as np
import pytest

from sim.report.words import contrast, interval, label, number, plain, row_form, spelt


@pytest.mark.parametrize(
    ("value", "unit", "se", "shown"),
    [
        (0.14032, "share", 0.0012, "14.0 %"),  # the first digit of 0.12 points is a decimal
        (0.14032, "share", 0.012, "14 %"),
        (0.14032, "share", 0.00001, "14.0 %"),  # never more than one decimal
        (0.0042, "share", 0.0001, "0.42 %"),  # unless it is below 1 %
        (0.14032, "share", math.nan, "14.0 %"),  # one replication
        (0.385, "1/year", 0.02, "38 % a year"),
        (551.2e6, "USD", 2.3e6, "$551M"),
        (37.24e6, "USD", 0.31e6, "$37.2M"),
        (1.234e9, "USD", 2e7, "$1.23B"),
        (440_300.0, "USD", 1_200.0, "$440K"),
        (13_454.0, "USD", 130.0, "$13,500"),
        (2.0831, "USD", 0.02, "$2.08"),
        (-2.75e6, "USD", 0.02e6, "−$2.75M"),
        (51.93, "days", 0.2, "51.9 days"),
        (8_617.0, "items", 340.0, "8,600 items"),
        (0.0, "share", 0.0, "0 %"),
        (12.5, "items/hour", 0.3, "12.5 items per hour"),
        (math.nan, "share", 0.1, "n/a"),
    ],
)
def test_a_number_ends_where_its_noise_begins(
    value: float, unit: str, se: float, shown: str
) -> None:
    assert number(value, unit, se) == shown


def test_a_difference_and_its_interval_have_the_same_unit_and_digits() -> None:
    assert interval(-0.0891, -0.0961, -0.0821, "share", difference=True) == (
        "−8.9 pts",
        "−9.6 to −8.2",
    )
    assert interval(37.24e6, 34.1e6, 40.38e6, "USD", difference=True) == ("+$37M", "+34 to +40")
    assert interval(0.4e6, -0.9e6, 1.7e6, "USD", difference=True) == ("+$0.4M", "−0.9 to +1.7")
    assert interval(0.0, 0.0, 0.0, "USD", difference=True) == ("$0", "0 to 0")
    assert interval(0.14, math.nan, math.nan, "share") == ("14.0 %", "")


@pytest.mark.parametrize("seed", range(200))
def test_printed_differences_are_those_of_the_printed_values(seed: int) -> None:
    """By hand: read the texts back, subtract; a tenth of a point or so never goes missing."""
    rng = np.random.default_rng(seed)
    unit = ("share", "USD", "days")[seed % 3]
    size = {"share": 0.3, "USD": 10.0 ** rng.uniform(1, 9), "days": 60.0}[unit]
    values = (size * (1 + 0.1 * rng.normal(size=3))).tolist()
    gaps = [value - values[0] for value in values[1:]]
    form = row_form(unit, values, gaps, abs(gaps[0]) * 10.0 ** rng.uniform(-3, 0))
    base, *others = (_read(form.text(value, bare=True)) for value in values)
    for own, gap in zip(others, gaps, strict=True):
        printed = form.text(form.apart_of(values[0], values[1 + others.index(own)]), bare=True)
        assert _read(printed) == own - base
        step = Decimal(10) ** -form.digits
        assert abs(_read(form.text(gap, bare=True)) - (own - base)) <= step
        assert not printed.startswith("−0.0") or _read(printed) != 0


def _read(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace(",", ""))


def test_a_part_is_written_in_the_unit_of_its_whole() -> None:
    assert number(820_000.0, "USD", like=551e6) == "$0.8M"
    assert number(90_000.0, "USD", like=20.6e6) == "$0.09M"
    assert number(551e6, "USD", like=551e6) == "$551.0M"


def test_a_name_is_one_line_and_keeps_both_ends() -> None:
    assert plain("two\nlines\t\x1b[31mred") == "two lines [31mred"
    long = "Vendor with a very long descriptive name indeed, variant 12"
    assert len(plain(long, 30)) <= 30
    assert plain(long, 30).startswith("Vendor with")
    assert plain(long, 30).endswith("variant 12")
    assert plain("\u202e\u2067") == "(no name)"  # direction marks alone would reverse the sentence
    assert plain("ספק אלפא") == "\u2068ספק אלפא\u2069"
    assert plain("$x_1$ <b>&amp; = 5") == "$x_1$ <b>&amp; = 5"


@pytest.mark.parametrize(
    ("kpi", "said"),
    [
        ("denials.initial_rate", "Initial denial rate"),
        ("work.wait_days.denials_clinical", "Wait days, clinical denials"),
        ("work.wait_days.cdi_query", "Wait days, CDI queries"),
        ("money.loss_usd.timely_filing", "Filed too late"),
        ("money.average_revenue_per_case", "Average revenue per case"),
    ],
)
def test_every_kpi_has_a_label(kpi: str, said: str) -> None:
    assert label(kpi) == said


def test_a_finding_names_the_scenarios_in_plain_english() -> None:
    values, said = {"a": 0.14, "b": 0.05, "c": 0.09}, {"a": "14 %", "b": "5 %", "c": "9 %"}
    two = {"a": 0.14, "b": 0.05}
    assert contrast({"a": 0.14}, said, "denied") == "A: 14 % denied"
    assert contrast(two, said, "denied") == "B: 5 % denied, against 14 % for a"
    assert contrast(two, {"a": "5 %", "b": "5 %"}, "denied") == "5 % denied for both a and b"
    assert contrast(values, said, "denied") == "From 5 % (b) to 14 % (a) denied"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plan B", "Plan B"),
        ("方案 2", "U+65B9U+6848 2"),
        ("launch \U0001f680", "launch [rocket]"),
        ("계획", "gyehoeg"),
        ("कम", "kama"),
        ("Größe", "Größe"),
    ],
)
def test_letters_that_no_font_has_are_spelt(text: str, shown: str) -> None:
    assert spelt(text, lambda letter: letter in "Größe") == shown


def test_names_that_are_put_together_read_as_words_and_paths_stay() -> None:
    assert plain("in_house with all of night_shift") == "in house with all of night shift"
    assert plain("specialised: prior_auth, ar") == "specialised: prior auth, ar"
    assert plain("people.annual_rate") == "people.annual_rate"


def test_an_interval_without_width_claims_no_cents() -> None:
    shown = interval(88_424.2, 88_424.2 - 1e-9, 88_424.2 + 1e-9, "USD", difference=True)
    assert shown == ("+$88,424", "+88,424 to +88,424")
