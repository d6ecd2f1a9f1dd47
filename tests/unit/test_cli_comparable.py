"""Hospitals of other sizes and other counted days are not compared: every command says so first."""

import shlex
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, main
from sim.scenario.load import shipped_file

GENERALIST = shlex.quote(str(shipped_file("generalist.yaml")))
PRICE = "vendors.generalist.price.usd_per_hour"
TOTALS = {
    "hospital.scale": ("hospital: {scale: 0.5}", "1", "0.5"),
    "hospital.inpatient.claims_per_year": (
        "hospital: {inpatient: {claims_per_year: 1000}}",
        "",
        "1000",
    ),
    "hospital.outpatient.claims_per_year": (
        "hospital: {outpatient: {claims_per_year: 1000}}",
        "",
        "1000",
    ),
    "horizon_days": ("horizon_days: 600", "", "600"),
    "kpi_from_days": ("kpi_from_days: 200", "", "200"),
    "kpi_until_days": ("kpi_until_days: 100", "", "100"),
}
"""Each with what a file writes of it, the generalist's value where it is plain, and the other."""
COMMANDS = {
    "compare": "compare {a} {b}",
    "rfp": "rfp {a} {b}",
    "select": "select {a} {b} --indifference 1",
    "ablate": "ablate {a} {b}",
    "breakeven": f"breakeven {{a}} {{b}} --vary {PRICE}=10:40",
    "sensitivity": f"sensitivity {{a}} {{b}} --factor {PRICE}=10:40",
}


def refused(words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of a command that ends before anything is simulated."""
    assert main([*shlex.split(words), "--quiet"]) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == ""
    return " ".join(err.split())


def other(folder: Path, text: str) -> Path:
    """A scenario that differs from the generalist in one field."""
    path = folder / "other.yaml"
    path.write_text(f"extends: {GENERALIST}\nname: other\n{text}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("field", TOTALS)
def test_each_field_of_size_is_named_with_both_values(
    field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, one, two = TOTALS[field]
    said = refused(f"compare {GENERALIST} {other(tmp_path, text)}", capsys)
    assert f"cannot be compared: {field} is {one}" in said
    assert f" in one and {two} in the other, and so are their totals; " in said
    option = "--scale X" if field == "hospital.scale" else f"--set {field}=X"
    assert said.endswith(f"{option} sets one for all")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_compares_refuses_another_size(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = other(tmp_path, TOTALS["hospital.scale"][0])
    said = refused(COMMANDS[command].format(a=GENERALIST, b=path), capsys)
    assert "cannot be compared: hospital.scale is 1 in one and 0.5 in the other" in said


def test_no_sweep_goes_over_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(f"sweep {GENERALIST} --vary hospital.scale=0.01,0.02", capsys)
    assert "point 1 and point 2 cannot be compared: hospital.scale is 0.01 in one" in said
    said = refused(f"sweep {GENERALIST} --vary horizon_days=545,600", capsys)
    assert "horizon_days is 545 in one and 600 in the other" in said


def test_no_sensitivity_goes_over_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(f"sensitivity {GENERALIST} --factor hospital.scale=0.01:0.02", capsys)
    assert "the size of the model, and no property of what is modelled" in said
