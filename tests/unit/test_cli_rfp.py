"""`denialloop rfp`: rankings, ties and reversals of bids whose values are known."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.record.record import Outcome
from sim.scenario.load import shipped_configs, shipped_file
from sim.scenario.schema import Scenario
from sim.study import replicate

CONFIGS = shipped_configs()
BIDS = ("generalist", "in_house", "specialized")
# Price, realisation, net value, takebacks; two bids realise the same but for luck.
WORTH = {
    "generalist": (5.0, 0.90, 100.0, 0.004),
    "in_house": (8.0, 0.95, 110.0, 0.004),
    "specialized": (11.0, 0.95, 120.0, 0.001),
}


def fake(scenario: Scenario, replication: int) -> Outcome:
    """The worth of a bid with luck that all share, and a little of its own in realisation."""
    price, realised, net, takeback = WORTH[scenario.name]
    luck = (replication % 5 - 2) / 10
    own = (0.002 if scenario.name == "in_house" else -0.002) * (1 if replication % 2 else -1)
    return Outcome(
        {
            "money.cost_per_transaction": price + luck,
            "money.net_revenue_realisation": realised + own + luck / 100,
            "money.net_value_usd": net + 10 * luck,
            "audit.takeback": takeback,
        },
        {"monthly": {"x": [1]}},
    )


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(replicate, "run_study", partial(replicate.run_study, simulate=fake))


def with_margins(margins: dict[str, float], scenario: Scenario, replication: int) -> Outcome:
    """The same, with what each bid leaves its vendor, give or take 10."""
    plain = fake(scenario, replication)
    own = {"vendor.margin_usd": margins[scenario.name] + 5 * (replication % 5 - 2)}
    return Outcome(plain.kpis | own, plain.tables)


def rfp(*words: str) -> int:
    bids = [str(shipped_file(f"{bid}.yaml")) for bid in BIDS]
    return main(["rfp", *bids, "--replications", "10", "--workers", "1", *words])


def rows(file: str) -> list[dict[str, str]]:
    folder = Path("results/generalist_vs_in_house_vs_specialized_rfp")
    return list(csv.DictReader((folder / file).read_text(encoding="utf-8").splitlines()))


def test_bids_are_ranked_by_each_criterion(capsys: pytest.CaptureFixture[str]) -> None:
    assert rfp() == FINE
    said = capsys.readouterr().out
    found = rows("rfp.csv")
    ranks = {
        criterion: [row["bid"] for row in found if row["criterion"] == criterion]
        for criterion in ("price", "net_value", "defensibility")
    }
    assert ranks == {
        "price": ["generalist", "in_house", "specialized"],
        "net_value": ["specialized", "in_house", "generalist"],
        "defensibility": ["specialized", "generalist", "in_house"],
    }
    first = {row["criterion"]: row for row in found if row["rank"] == "1"}
    assert first["price"]["clearly_before_next"] == "yes"
    assert first["realisation"]["clearly_before_next"] == "no"
    assert float(first["price"]["first_share"]) == 1.0
    assert float(first["realisation"]["first_share"]) == 0.5
    assert float(first["price"]["first_ci_low"]) == pytest.approx(0.7225, abs=1e-3)  # Wilson
    assert "Generalist is cheapest per transaction and number 3 by net value" in said
    assert max(map(len, said.splitlines()[:-2])) <= 100


def test_reversals_are_the_pairs_that_price_orders_wrongly() -> None:
    assert rfp("--quiet") == FINE
    pairs = {(r["criterion"], r["cheaper"], r["better"]) for r in rows("reversals.csv")}
    assert pairs == {
        ("realisation", "generalist", "in_house"),
        ("realisation", "generalist", "specialized"),
        ("net_value", "generalist", "in_house"),
        ("net_value", "generalist", "specialized"),
        ("net_value", "in_house", "specialized"),
        ("defensibility", "generalist", "specialized"),
        ("defensibility", "in_house", "specialized"),
    }
    dearer = next(r for r in rows("reversals.csv") if r["better"] == "specialized")
    assert float(dearer["price_difference"]) == pytest.approx(6.0)


def test_of_equal_takebacks_the_one_with_a_trail_comes_first() -> None:
    options = ["--set", "vendors.in_house.denials.evidence_trail=true"]
    files = [str(CONFIGS / "in_house.yaml")]
    assert (
        main(["rfp", str(shipped_file("generalist.yaml")), *files, "--quiet", *options])
        == BAD_INPUT
    )
    trail = Path("trail.yaml")
    trail.write_text(
        f"extends: {CONFIGS / 'in_house.yaml'}\nvendors:\n"
        "  - {name: in_house, denials: {evidence_trail: true}}\n"
    )
    bids = [str(shipped_file("generalist.yaml")), str(trail)]
    assert (
        main(["rfp", *bids, "--replications", "4", "--workers", "1", "--out", "t", "--quiet"])
        == FINE
    )
    found = list(csv.DictReader(Path("t/rfp.csv").read_text(encoding="utf-8").splitlines()))
    order = [row["bid"] for row in found if row["criterion"] == "defensibility"]
    assert order == ["in_house", "generalist"]
    assert [r["evidence_trail"] for r in found if r["criterion"] == "price"] == ["no", "yes"]


CURSE = "wins on price and loses money"


def test_no_margin_is_told_where_none_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert rfp() == FINE
    said = capsys.readouterr().out
    assert "margin" not in said
    assert all(row["n"] == "0" for row in rows("margins.csv"))


@pytest.mark.parametrize(
    ("generalist", "specialized", "cursed"),
    [(-50.0, 70.0, True), (-1.0, 70.0, False), (50.0, -70.0, False)],
)
def test_a_winner_by_price_that_clearly_loses_money_is_told(
    generalist: float,
    specialized: float,
    cursed: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    margins = {"generalist": generalist, "in_house": 5.0, "specialized": specialized}
    simulate = partial(with_margins, margins)
    monkeypatch.setattr(replicate, "run_study", partial(replicate.run_study, simulate=simulate))
    assert rfp() == FINE
    said = " ".join(capsys.readouterr().out.split())
    assert "Vendor's margin" in said
    assert (CURSE in said) == cursed
    found = {row["bid"]: row for row in rows("margins.csv")}
    for bid, margin in margins.items():
        assert float(found[bid]["mean"]) == pytest.approx(margin)
        # Ten values, two each of -10, -5, 0, 5 and 10: t(0.975, 9) · sqrt(500/9)/sqrt(10).
        half = 2.2622 * (500 / 9) ** 0.5 / 10**0.5
        assert float(found[bid]["ci_low"]) == pytest.approx(margin - half, abs=1e-3)


def test_one_bid_is_no_request_for_proposals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rfp", str(shipped_file("generalist.yaml"))]) == BAD_INPUT
    assert "2 to 12 bids" in capsys.readouterr().err
    assert not Path("results").exists()
