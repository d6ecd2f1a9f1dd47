"""The pages that are made from the code are those that the code makes now."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from sim.model.simulation import run
from sim.record.kpis import kpi, outcome
from tests.scenarios import scenario

ROOT = Path(__file__).resolve().parents[2]


def test_the_kpi_reference_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    page = (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert page == build.kpi_reference(), "docs/kpis.md is out of date: make docs"


def test_the_kpi_reference_has_every_kpi_of_a_run() -> None:
    page = (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
    names = outcome(run(scenario("five_functions_generalist", days=120, last=30), 0)).kpis
    assert len(names) > 90
    for name in names:
        listed = f"`{name}`" in page or f"`{name[: name.rfind('.') + 1]}*`" in page
        assert listed, name
        assert kpi(name).definition
