"""A study brings scenarios to the same replications, once each, and says how it ended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.study import Interrupted, StudyError
from sim.study.replicate import Progress, StudyResult, run_study
from sim.study.statistics import Precision, mean_interval
from tests.unit.study.toy import Toy, simulate

BASE, MORE = Toy(name="base"), Toy(name="more", effect=0.05)


def study(folder: Path, *toys: Toy, replications: int = 3, **options: object) -> StudyResult:
    arguments = {"workers": 1, "simulate": simulate, **options}
    return run_study(toys, folder, replications=replications, **arguments)


class Counting:
    """The toy simulation, counting how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def __call__(self, toy: Toy, replication: int) -> object:
        self.asked.append((toy.name, replication))
        return simulate(toy, replication)


def test_outcomes_are_those_of_the_simulation(tmp_path: Path) -> None:
    result = study(tmp_path, BASE, MORE)
    assert result.names == ("base", "more")
    for toy in (BASE, MORE):
        assert list(result.outcomes[toy.name]) == [0, 1, 2]
        for replication, outcome in result.outcomes[toy.name].items():
            assert repr(outcome) == repr(simulate(toy, replication))
    assert (result.seed, result.replications, result.failures) == (7, 3, ())
    assert result.stopped_because == "3 replications, as asked"


def test_what_is_in_the_ledger_is_not_done_again(tmp_path: Path) -> None:
    counting = Counting()
    study(tmp_path, BASE, replications=2, simulate=counting)
    extended = study(tmp_path, BASE, MORE, replications=4, simulate=counting)
    assert counting.asked[2:] == [
        ("more", 0),
        ("more", 1),
        ("base", 2),
        ("more", 2),
        ("base", 3),
        ("more", 3),
    ]
    assert extended.reused == 2
    fewer = study(tmp_path, BASE, MORE, replications=3, simulate=counting)
    assert len(counting.asked) == 8
    assert list(fewer.outcomes["more"]) == [0, 1, 2]


@pytest.mark.parametrize("changed", ["scenario", "seed", "code"])
def test_results_of_another_scenario_or_model_are_never_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    study(tmp_path, BASE)
    toy = BASE
    if changed == "code":
        monkeypatch.setattr("sim.study.replicate.code_hash", lambda: "new code")
    else:
        key = {"scenario": "effect", "seed": "seed"}[changed]
        toy = BASE.model_copy(update={key: 1})
    assert study(tmp_path, toy).reused == 0
    assert study(tmp_path, toy).reused == 3


def test_a_copy_under_another_name_is_simulated_once(tmp_path: Path) -> None:
    counting = Counting()
    result = study(tmp_path, BASE, BASE.model_copy(update={"name": "copy"}), simulate=counting)
    assert len(counting.asked) == 3
    assert repr(result.outcomes["copy"]) == repr(result.outcomes["base"])


def test_a_failed_replication_is_told_and_the_rest_go_on(tmp_path: Path) -> None:
    broken = BASE.model_copy(update={"fails_at": (1,)})
    result = study(tmp_path, broken)
    assert list(result.outcomes["base"]) == [0, 2]
    (failure,) = result.failures
    assert (failure.scenario, failure.replication, failure.seed) == ("base", 1, 7)
    assert failure.error == "ValueError: replication 1 cannot be"
    assert failure.traceback.startswith("Traceback")
    counting = Counting()
    again = study(tmp_path, broken, simulate=counting)
    assert counting.asked == [("base", 1)]
    assert len(again.failures) == 1


def test_a_scenario_without_any_outcome_ends_the_study(tmp_path: Path) -> None:
    broken = BASE.model_copy(update={"name": "bad", "fails_at": (0, 1)})
    with pytest.raises(StudyError, match=r"'bad' succeeded; .* seed 7 says") as caught:
        study(tmp_path, BASE, broken, replications=2)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (BASE.model_copy(update={"effect": 1.0}), "same name"),
        (MORE.model_copy(update={"seed": 8}), r"seeds differ \(base: 7, more: 8\)"),
    ],
)
def test_scenarios_that_do_not_go_together_are_refused(
    tmp_path: Path, other: Toy, message: str
) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        study(tmp_path / "new", BASE, other)
    assert caught.value.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_progress_counts_up_and_tells_the_time_left(tmp_path: Path) -> None:
    heard: list[Progress] = []
    study(tmp_path, BASE, MORE, on_progress=heard.append)
    assert [(p.done, p.total) for p in heard] == [(n, 6) for n in range(7)]
    assert heard[0].seconds_left is None
    assert heard[-1].seconds_left == 0
    heard.clear()
    study(tmp_path, BASE, MORE, on_progress=heard.append)
    assert [(p.done, p.total) for p in heard] == [(6, 6)]


def interrupt_at(done: int) -> Callable[[Progress], None]:
    def on_progress(progress: Progress) -> None:
        if progress.done == done:
            raise KeyboardInterrupt

    return on_progress


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interruption_keeps_what_is_finished(tmp_path: Path, workers: int) -> None:
    with pytest.raises(Interrupted, match="stopped after 3 of 8 replications") as caught:
        study(tmp_path, BASE, MORE, replications=4, workers=workers, on_progress=interrupt_at(3))
    assert (caught.value.done, caught.value.total) == (3, 8)
    assert study(tmp_path, BASE, MORE, replications=4).reused == 3


PRECISE = Precision(0.02, kpis=("money.leakage",), absolute={"money.leakage": 0.0})


def test_precision_replicates_until_the_interval_is_narrow(tmp_path: Path) -> None:
    result = study(tmp_path, BASE, MORE, precision=PRECISE)
    assert 15 < result.replications < 100
    for outcomes in result.outcomes.values():
        assert list(outcomes) == list(range(result.replications))
        interval = mean_interval([o.kpis["money.leakage"] for o in outcomes.values()])
        assert (interval.high - interval.low) / 2 <= 0.02 * interval.mean
    assert result.stopped_because.startswith("all 1 KPIs are known to 2 %")


def test_precision_does_not_depend_on_what_was_there(tmp_path: Path) -> None:
    fresh = study(tmp_path / "a", BASE, precision=PRECISE)
    study(tmp_path / "b", BASE, replications=80)
    extended = study(tmp_path / "b", BASE, precision=PRECISE)
    assert repr(extended.outcomes) == repr(fresh.outcomes)


def test_the_cap_ends_a_study_that_does_not_become_precise(tmp_path: Path) -> None:
    kpis = ("money.expected_usd", "denials.initial_rate")
    precision = Precision(1e-6, {"denials.initial_rate": 0.0}, kpis, cap=20)
    result = study(tmp_path, BASE, precision=precision)
    assert result.replications == 20
    assert result.stopped_because == (
        "cap of 20 replications; not yet precise: denials.initial_rate"
    )


def test_a_failed_replication_does_not_stop_the_precision_rule(tmp_path: Path) -> None:
    result = study(tmp_path, BASE.model_copy(update={"fails_at": (3,)}), precision=PRECISE)
    assert len(result.failures) == 1
    assert len(result.outcomes["base"]) == result.replications - 1


def test_an_unknown_kpi_to_be_precise_about_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"'money\.leakge'; did you mean money\.leakage\?"):
        study(tmp_path, BASE, precision=Precision(0.1, kpis=("money.leakge",)))


def test_precision_ends_if_nothing_succeeds(tmp_path: Path) -> None:
    broken = BASE.model_copy(update={"fails_at": tuple(range(50))})
    with pytest.raises(StudyError, match="no replication of 'base' succeeded"):
        study(tmp_path, broken, precision=PRECISE)
