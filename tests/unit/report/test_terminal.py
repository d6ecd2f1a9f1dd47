"""What a study prints: narrow enough, honest about its intervals, safe for any name."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len

from sim.report import terminal
from sim.study.compare import CAVEAT, compare
from sim.study.replicate import StudyResult

TWO = ("generalist", "specialised")
Study = Callable[..., StudyResult]


@pytest.mark.parametrize("count", [2, 5, 12])
def test_a_comparison_has_a_block_per_scenario_within_100_columns(study: Study, count: int) -> None:
    names = tuple(f"a scenario with quite a long name, number {i}" for i in range(count))
    result = study(names, 3, 3)
    text = terminal.comparison_text(result, compare(result))
    assert max(map(cell_len, text.splitlines())) <= 100
    blocks = count - 1 + -(-count // 2)  # the latter beside what is published
    assert text.count("\n Initial denial rate") == blocks
    assert text.count(" verdict\n") == count - 1
    assert CAVEAT in text
    assert "\x1b" not in text


def test_names_are_whole_where_the_numbers_leave_room() -> None:
    row = ["Average revenue per case", "$ 192.1 k", "$ 40.2 M", "−7.21 points",
           "+1,150 to +1,290", "better"]  # fmt: skip
    heads = ["generalist", "specialized", "difference", "95 % interval", "verdict"]
    text = terminal.printed([terminal.table(heads, [row])], "", colour=False)
    assert text.splitlines()[1].split() == " ".join(heads).split()
    assert max(map(cell_len, text.splitlines())) <= 100


@pytest.mark.parametrize("ends", ["+1.1 to +1.2", "+29,000 to +55", "+29,000 to +55,000"])
@pytest.mark.parametrize("verdict", ["need about 141 more", "no difference that matters"])
@pytest.mark.parametrize("name", ["b", "transformation", "a_name_that_is_very_long"])
def test_a_verdict_is_never_cut(ends: str, verdict: str, name: str) -> None:
    heads = ("generalist", name, "difference", "95 % interval", "verdict")
    row = ("Average revenue per case", "$ 13,600", "$ 13,700", "+$ 42,000", ends, verdict)
    said = terminal.printed([terminal.table(heads, [row])], "", colour=False)
    lines = said.splitlines()
    assert max(map(len, lines)) <= 100
    body = lines[next(i for i, line in enumerate(lines) if "─" in line) + 1 :]
    end = max(line.rindex(ends) + len(ends) for line in body if ends in line)
    assert " ".join(" ".join(line[end:] for line in body).split()) == verdict


def test_printed_numbers_agree_with_the_study(study: Study) -> None:
    result = study(TWO, 20, 3)
    rows = compare(result)
    text = terminal.comparison_text(result, rows)
    [line, _] = [line for line in text.splitlines() if line.startswith(" Initial denial rate")]
    base, own = (
        np.mean([o.kpis["denials.initial_rate"] for o in result.outcomes[n].values()]) for n in TWO
    )
    [row] = [row for row in rows if row.kpi.name == "denials.initial_rate"]
    assert f"{base:.1%}".replace("%", " %") in line
    assert f"{own:.1%}".replace("%", " %") in line
    assert f"−{100 * (base - own):.2f} points" in line
    assert f"−{-100 * row.difference.low:.2f} to −{-100 * row.difference.high:.2f}" in line
    assert line.endswith("better")


def test_a_single_scenario_has_means_and_intervals(study: Study) -> None:
    text = terminal.run_text(study(TWO[:1], 20, 3))
    [line] = [line for line in text.splitlines() if "Net value" in line]
    assert "$ " in line
    assert " M" in line
    assert " to " in line
    assert "0.38" not in text
    assert "% a year" not in text
    assert "Turnover, per year" in text


def test_one_replication_prints_means_without_intervals(study: Study) -> None:
    result = study(TWO, 1, 3)
    text = terminal.comparison_text(result, compare(result))
    assert " to " not in text.partition("published")[0]
    assert "nan" not in text
    assert "nan" not in terminal.headline(result, compare(result))
    assert "nan" not in terminal.run_text(study(TWO[:1], 1, 3))


def test_the_headline_is_one_sentence_with_its_interval(study: Study) -> None:
    result = study(TWO, 20, 3)
    text = terminal.headline(result, compare(result))
    assert text.startswith(
        "Specialised: 4.4 % of claims initially denied, 9.61 points less than for"
    )
    assert "(95 % interval −9.76 to −9.46)" in text
    assert text.endswith(".")
    assert "\n" not in text


def test_the_headline_claims_no_difference_that_is_not_there(study: Study) -> None:
    result = study(TWO, 5, 3)
    result.outcomes["specialised"].clear()
    result.outcomes["specialised"].update(result.outcomes["generalist"])
    text = terminal.headline(result, compare(result))
    assert "for generalist (no difference)" in text
    assert "more" not in text
    assert "less" not in text


def test_the_headline_of_many_is_about_the_best(study: Study) -> None:
    result = study(("a", "b", "c", "d"), 5, 3)
    text = terminal.headline(result, compare(result))
    assert text.startswith("Best of 3 alternatives by net value: d: 4.")


@pytest.mark.parametrize(
    "name", ["[bold]x[/bold]", "\x1b[31mred\x07", ":smile: [/]", "ספק", "🚀 仕事"]
)
def test_names_cannot_format_the_terminal(study: Study, name: str) -> None:
    result = study(("base", name), 2, 3)
    text = terminal.comparison_text(result, compare(result), colour=False)
    assert "\x1b" not in text
    assert "\x07" not in text
    shown = name.replace("\x1b", " ").replace("\x07", " ").strip()
    assert shown[:12] in text  # a longer name goes on in the next line
    assert max(map(cell_len, text.splitlines())) <= 100


def test_colour_needs_a_terminal_and_yields_to_no_color(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = study(TWO, 5, 3)
    assert "\x1b[32mbetter" in terminal.comparison_text(result, compare(result), colour=True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert not terminal.wants_colour()  # pytest captures: not a terminal
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert terminal.wants_colour()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not terminal.wants_colour()


def test_totals_of_different_periods_come_with_a_warning(study: Study) -> None:
    same = replace(study(TWO, 3, 3), scenarios={name: {"horizon_days": 545} for name in TWO})
    assert "Careful" not in terminal.comparison_text(same, compare(same))
    other = replace(same, scenarios={**same.scenarios, TWO[1]: {"horizon_days": 1095}})
    text = terminal.comparison_text(other, compare(other))
    assert "Careful: the scenarios count different periods" in text
    assert max(map(cell_len, text.splitlines())) <= 100
