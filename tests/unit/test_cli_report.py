"""`denialloop report`: it rebuilds what `compare` wrote, and refuses what it cannot."""

import json
import shutil
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, FINE, main
from sim.report import build, pdf
from sim.scenario.load import shipped_configs

TINY = [
    *("--scale", "0.01", "--replications", "2", "--workers", "1", "--set", "horizon_days=150"),
    *("--set", "kpi_from_days=30", "--set", "kpi_until_days=60"),
]
REPORTS = ("report.html", "workbook.xlsx", "deck.pptx")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small comparison, run once; the charts beside its tables take long, and are left out."""
    folder = tmp_path_factory.mktemp("study") / "small"
    files = [str(shipped_configs() / f"{name}.yaml") for name in ("generalist", "specialized")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "write_charts", lambda *_, **__: None)
        assert main(["compare", *files, *TINY, "--out", str(folder), "--quiet"]) == FINE
    return folder


@pytest.fixture
def study(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, called `small` among the results of the current folder."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(finished, Path("results/small"))


def test_what_compare_wrote_is_rebuilt_to_the_byte(study: Path, capsys: Capture) -> None:
    before = {name: (study / name).read_bytes() for name in REPORTS}
    for name in REPORTS:
        (study / name).unlink()
    assert main(["report", "small"]) == FINE
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("Specialized: ")
    assert out[1:] == [f"Wrote results/small/{name}" for name in REPORTS]
    assert {name: (study / name).read_bytes() for name in REPORTS} == before
    html = before["report.html"].decode()
    assert html.count('class="holds"') >= 6
    assert "FAILS<" not in html
    assert str(study.resolve()) not in html


def test_formats_can_be_switched_off(study: Path, capsys: Capture) -> None:
    for name in REPORTS:
        (study / name).unlink()
    assert main(["report", str(study), "--formats", "xlsx", "--json"]) == FINE
    said = json.loads(capsys.readouterr().out)
    assert said["files"] == ["results/small/workbook.xlsx"]
    assert said["found"].startswith("Specialized: ")
    assert [name for name in REPORTS if (study / name).exists()] == ["workbook.xlsx"]


def test_the_nearest_name_is_suggested(study: Path, capsys: Capture) -> None:
    assert main(["report", "smal"]) == BAD_INPUT
    assert 'did you mean "small"?' in capsys.readouterr().err
    assert main(["report", "results/small/generalist"]) == BAD_INPUT
    assert "holds no finished study (no ledger.sqlite)" in capsys.readouterr().err


def test_a_bad_brand_stops_before_anything_is_simulated(study: Path, capsys: Capture) -> None:
    Path("brand.yaml").write_text("accent: blue\n")
    words = ["--brand", "brand.yaml"]
    assert main(["report", "small", *words]) == BAD_INPUT
    assert "brand.yaml:1:9: accent: must be a colour" in capsys.readouterr().err
    generalist = str(shipped_configs() / "generalist.yaml")
    assert main(["run", generalist, "--out", "new", *words]) == BAD_INPUT
    assert not Path("new").exists()


def test_without_a_browser_there_is_no_pdf(
    study: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",))
    assert main(["report", "small", "--pdf"]) == BAD_INPUT
    assert "--pdf needs a browser on the path" in capsys.readouterr().err
    assert main(["report", "small", "--pdf", "--formats", "pptx"]) == BAD_INPUT
    assert "leave html among the --formats" in capsys.readouterr().err


def test_a_browser_prints_the_page(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Path("browser.sh").resolve()
    browser.write_text(
        '#!/bin/sh\nfor word; do case "$word" in --print-to-pdf=*)\n'
        'echo "%PDF $word" > "${word#--print-to-pdf=}";; esac; done\n'
        'case "$word" in file://*/report.html) exit 0;; *) exit 1;; esac\n'
    )
    browser.chmod(0o755)
    monkeypatch.setattr(pdf, "BROWSERS", (str(browser),))
    assert main(["report", "small", "--pdf", "--formats", "html"]) == FINE
    assert (study / "report.pdf").read_text().startswith("%PDF")
