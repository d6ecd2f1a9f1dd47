"""What a study prints: narrow enough, honest about its intervals, safe for any name."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len

from sim.report import terminal
from sim.report.answer import Cell, Table, words
from sim.report.headline import Study as Seen
from sim.report.study import answer
from sim.study.compare import CAVEAT, compare
from sim.study.replicate import StudyResult

TWO = ("generalist", "specialised")
Study = Callable[..., StudyResult]


def shown(result: StudyResult, *, colour: bool = False) -> str:
    """A study as a terminal shows it."""
    return terminal.text(answer(Seen(result, compare(result))), colour=colour)


def finding(result: StudyResult) -> str:
    """Its one sentence."""
    return answer(Seen(result, compare(result))).finding


@pytest.mark.parametrize("count", [2, 4, 12])
def test_a_comparison_has_a_block_per_scenario_within_80_columns(study: Study, count: int) -> None:
    names = tuple(f"a scenario with quite a long name, number {i}" for i in range(count))
    text = shown(study(names, 3, 3))
    assert max(map(cell_len, text.splitlines())) <= 80
    blocks = count - 1 if count <= 4 else 1
    assert text.count("\n Initial denial rate") == blocks + (count == 2)  # with what is published
    assert CAVEAT in text
    assert "\x1b" not in text


@pytest.mark.parametrize("ends", ["+1.1 to +1.2", "+29,000 to +55", "+29,000 to +55,000"])
@pytest.mark.parametrize("verdict", ["need about 141 more", "no difference that matters"])
@pytest.mark.parametrize("name", ["b", "transformation", "a_name_that_is_very_long"])
def test_a_number_is_never_cut(ends: str, verdict: str, name: str) -> None:
    heads = ("Headline measures", "generalist", name, "Difference", "95 % interval", "Verdict")
    cells = [Cell(text, (1.0,)) for text in ("$13,600", "$13,700", "+$42,000")]
    row = (words("Average revenue per case"), *cells, Cell(ends, (1.0, 2.0)), words(verdict))
    lines = terminal.printed(Table("t", "", heads, (row,))).splitlines()
    assert max(map(len, lines)) <= 80
    for text in (*(cell.text for cell in cells), ends):
        assert any(text in line for line in lines)
    assert any(word in " ".join(lines) for word in ("+141 runs", "same"))


def test_printed_numbers_agree_with_the_study(study: Study) -> None:
    result = study(TWO, 20, 3)
    rows = compare(result)
    text = shown(result)
    [line, _] = [line for line in text.splitlines() if line.startswith(" Initial denial rate")]
    base, own = (
        np.mean([o.kpis["denials.initial_rate"] for o in result.outcomes[n].values()]) for n in TWO
    )
    [row] = [row for row in rows if row.kpi.name == "denials.initial_rate"]
    assert f"{base:.2%}".replace("%", " %") in line
    assert f"{own:.2%}".replace("%", " %") in line
    assert f"−{100 * (base - own):.2f} pts" in line
    assert f"−{-100 * row.difference.low:.2f} to −{-100 * row.difference.high:.2f}" in line
    assert line.endswith("better")


def test_a_single_scenario_has_means_and_intervals(study: Study) -> None:
    text = shown(study(TWO[:1], 20, 3))
    [line] = [line for line in text.splitlines() if "Net value" in line]
    assert "$" in line
    assert "M " in line
    assert " to " in line
    assert "% a year" not in text
    assert "Turnover, per year" in text


def test_one_replication_prints_means_without_intervals(study: Study) -> None:
    result = study(TWO, 1, 3)
    text = shown(result)
    [line, _] = [line for line in text.splitlines() if line.startswith(" Initial denial rate")]
    assert " to " not in line
    assert "nan" not in text + finding(result) + shown(study(TWO[:1], 1, 3))


def test_the_headline_is_one_sentence_with_its_interval(study: Study) -> None:
    result = study(TWO, 20, 3)
    text = finding(result)
    assert text.startswith("Specialised: 4.")
    assert " % of claims initially denied, 9." in text
    assert "at full size" in text
    assert "(95 % interval −9." in text
    assert text.endswith(".")
    assert "\n" not in text


def test_the_headline_claims_no_difference_that_is_not_there(study: Study) -> None:
    result = study(TWO, 5, 3)
    result.outcomes["specialised"].clear()
    result.outcomes["specialised"].update(result.outcomes["generalist"])
    text = finding(result)
    assert "for generalist (no difference)" in text
    assert "more" not in text
    assert "less" not in text


def test_the_headline_of_many_is_about_the_best(study: Study) -> None:
    result = study(("a", "b", "c", "d"), 5, 3)
    text = finding(result)
    assert text.startswith("Best of 3 alternatives by net value: d: 4.")


@pytest.mark.parametrize(
    "name", ["[bold]x[/bold]", "\x1b[31mred\x07", ":smile: [/]", "ספק", "🚀 仕事"]
)
def test_names_cannot_format_the_terminal(study: Study, name: str) -> None:
    result = study(("base", name), 2, 3)
    text = shown(result)
    assert "\x1b" not in text
    assert "\x07" not in text
    plain = name.replace("\x1b", " ").replace("\x07", " ").strip()
    assert plain[:12] in text  # a longer name goes on in the next line
    assert max(map(cell_len, text.splitlines())) <= 80


def test_colour_needs_a_terminal_and_yields_to_no_color(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = study(TWO, 5, 3)
    assert "\x1b[32mbetter" in shown(result, colour=True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert not terminal.wants_colour()  # pytest captures: not a terminal
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert terminal.wants_colour()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.wants_colour()


def test_totals_of_different_periods_come_with_a_warning(study: Study) -> None:
    same = study(TWO, 3, 3)
    assert "Careful" not in shown(same)
    said = {**same.scenarios, TWO[1]: {**same.scenarios[TWO[1]], "horizon_days": 1095}}
    assert "Careful: the scenarios count different periods" in shown(replace(same, scenarios=said))


def test_a_loop_that_only_one_scenario_has_comes_with_a_warning(study: Study) -> None:
    """`different` compares what the scenarios say of strain, whatever its size."""
    same = study(TWO, 3, 3)
    for gain in ("corner_exponent", "exhaustion_hazard"):
        strained = {**same.scenarios[TWO[1]], "people": {"strain": {gain: 0.4}}}
        calm = {**same.scenarios[TWO[0]], "people": {"strain": {gain: 0.0}}}
        one = replace(same, scenarios={TWO[0]: calm, TWO[1]: strained})
        text = " ".join(shown(one).split())
        assert "the loop of pressure (people.strain) is on in specialised and off in" in text
        both = replace(same, scenarios={TWO[0]: strained, TWO[1]: strained})
        assert "loop of pressure" not in shown(both)
