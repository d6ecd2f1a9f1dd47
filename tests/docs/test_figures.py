"""Tables and sentences of docs/ that quote studies say what the reference tables say."""

from __future__ import annotations

import csv
import itertools
import re
from pathlib import Path

import pytest

from sim.cli import COMMANDS
from tests.docs.test_generated import page, script

ROOT = Path(__file__).resolve().parents[2]
FIGURES = script("figures")


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "results" / "reference" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def prose(name: str) -> str:
    """A page with its line breaks taken out."""
    return " ".join(page(name).split())


@pytest.mark.parametrize("name", sorted({name for name, _ in FIGURES.TABLES.values()}))
def test_the_tables_of_a_page_are_those_of_the_studies(name: str) -> None:
    assert page(name) == FIGURES.filled(name, page(name)), f"docs/{name}: make docs"


def test_every_study_is_a_command_and_its_tables_are_kept() -> None:
    for name, (command, tables) in FIGURES.STUDIES.items():
        assert command.split()[0] in COMMANDS
        for table in tables:
            assert rows(FIGURES.kept(name, table).stem), name
    for pattern in re.findall(r"\S*\*\S*", FIGURES.STUDIES["levers"][0]):
        assert len(list(ROOT.glob(pattern))) == 21


def test_every_difference_in_the_text_on_levers_is_one_of_the_study() -> None:
    """A figure with ± stands in some row of the comparison, in points or thousands or as it is."""
    known = set()
    for row in itertools.chain(rows("levers_comparison"), rows("assessed"), rows("assessed_stays")):
        mean, low, high = (float(row[c]) for c in ("difference", "ci_low", "ci_high"))
        for factor, digits in itertools.product((1.0, 100.0, 1e-3), (0, 1, 2)):
            half = factor * (high - low) / 2
            known.add(f"{FIGURES.said(factor * mean, digits, sign=True)} ± {half:.{digits}f}")
    said = re.findall(r"[+−]?[\d.,]+ ± [\d.]+", prose("levers.md"))
    assert len(said) > 100
    assert [figure for figure in said if figure not in known] == []


def test_the_scorecard_is_counted_right() -> None:
    verdicts = [row["verdict"] for row in rows("scorecard")]
    count = verdicts.count
    tested = len(verdicts) - count("given") - count("not testable")
    assert (
        f"{tested} of {len(verdicts)} claims are tested. **{count('in range')} are in range, "
        f"{count('near')} near, {count('out')} out**; {count('given')} are inputs and prove "
        f"nothing, {count('not testable')} have no mechanism"
    ) in prose("scorecard.md")
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert (
        f"{count('in range')} of {tested} in range, {count('near')} near, {count('out')} out"
        in (readme)
    )


@pytest.mark.parametrize(
    ("study", "form"),
    [
        ("breakeven_price", "{:.1f} USD an hour ({:.1f} to {:.1f})"),
        ("breakeven_turnover", "{:.0%} a year ({:.0%} to {:.0%})"),
    ],
)
def test_break_evens_are_those_found(study: str, form: str) -> None:
    [row] = rows(study)
    said = form.format(*(float(row[column]) for column in ("root", "ci_low", "ci_high")))
    low = said.replace("%", " %").replace(" % to", " to")
    assert low in prose("breakeven.md"), low


def test_what_each_attribute_is_worth_is_what_was_found() -> None:
    text = prose("studies.md")
    for row in rows("ablation_shapley"):
        name = {"denials": "denial work"}.get(row["family"], row["family"])
        mean, low, high = (float(row[c]) / 1e6 for c in ("value", "ci_low", "ci_high"))
        told = [f"{x:.2f}".replace("-", "−") for x in (mean, low, high)]
        words = "terms, mostly the price," if name == "terms" else name
        assert f"{words} {told[0]} M ({told[1]} to {told[2]})" in text, name
    alone = {row["group"]: float(row["alone"]) for row in rows("ablation")}
    for group, words, digits in (
        ("denial work", "denial work (", 2), ("certification", "certification (", 1),
        ("feedback loop", "feedback (", 2), ("quality checks", "checks (", 2),
        ("hold and query", "hold-and-query (", 2),
    ):  # fmt: skip
        assert f"{words}{alone[group] / 1e6:.{digits}f} M)" in text, group


def test_the_best_assignment_of_functions_is_the_one_named() -> None:
    found = {row["assignment"]: row for row in rows("matrix_assignments")}
    best, *_ = found
    text = prose("scenarios/five_functions.md")
    assert best == "specialized: scheduling, prior_auth, claims_denials"
    assert "Best of all is scheduling, authorisation and claims with the specialist" in text
    article = found["specialized: prior_auth, claims_denials, ar"]
    behind = [-float(article[c]) for c in ("behind_best_usd", "behind_ci_high", "behind_ci_low")]
    told = "{:,.0f} USD ({:,.0f} to {:,.0f})".format(*(round(x, -3) for x in behind))
    assert f"number {article['rank']} of {len(found)}, {told} behind" in text


def test_every_shipped_scenario_is_named_on_a_page() -> None:
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "docs" / "scenarios").glob("*.md"))
    for path in (ROOT / "configs").glob("*.yaml"):
        if path.stem not in ("base", "front_end"):
            assert re.search(rf"\b{path.stem}\b", pages), path.name
    for path in (ROOT / "configs" / "levers").glob("*.yaml"):
        levers = {name for _, members in FIGURES.LEVERS for name, *_ in members}
        assert path.stem in levers, path.name
