"""`denialloop report`: it rebuilds what `compare` wrote, and refuses what it cannot."""

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import BAD_INPUT, FAILED, FINE, main
from sim.report import draw, files, pdf
from sim.report.answer import Chart
from sim.scenario.load import shipped_file
from sim.study import StudyError

TINY = [
    *("--scale", "0.01", "--replications", "2", "--workers", "1", "--set", "horizon_days=150"),
    *("--set", "kpi_from_days=30", "--set", "kpi_until_days=60"),
]
REPORTS = ("report.html", "workbook.xlsx", "deck.pptx")
Capture = pytest.CaptureFixture[str]
FILES = [str(shipped_file(f"{name}.yaml")) for name in ("generalist", "specialized")]
AGAIN = ["compare", *FILES, *TINY, "--out", "results/small"]
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
HEAVY = ("matplotlib", "pptx", "xlsxwriter", "jinja2", "PIL")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small comparison, run once."""
    folder = tmp_path_factory.mktemp("study") / "small"
    assert main(["compare", *FILES, *TINY, "--out", str(folder), "--quiet"]) == FINE
    return folder


@pytest.fixture(autouse=True)
def whole(drawn: None) -> None:
    """Here pictures and reports are real."""


@pytest.fixture
def quickly_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every chart is one dot."""
    monkeypatch.setattr(draw, "files", lambda *_: (SVG, PNG))


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
    generalist = str(shipped_file("generalist.yaml"))
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
        'case "$word" in file://*/report.html|file://*/one_page.html) exit 0;; *) exit 1;; esac\n'
    )
    browser.chmod(0o755)
    monkeypatch.setattr(pdf, "BROWSERS", (str(browser),))
    assert main(["report", "small", "--pdf", "--formats", "html", "--one-page"]) == FINE
    for name in ("report.pdf", "one_page.pdf"):
        assert (study / name).read_text().startswith("%PDF")


# --- what is drawn, and when ----------------------------------------------------------------------


def lying(folder: Path, *suffixes: str) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in suffixes
    }


def test_without_formats_nothing_is_drawn_and_nothing_old_is_left(study: Path) -> None:
    before = lying(study, ".csv")
    (study / "report.pdf").touch()
    mine, theirs = study / "mine.html", study / "charts" / "breakeven.svg"
    for kept in (mine, theirs):
        kept.touch()
    script = (
        "import sys\nfrom sim.cli import main\ncode = main(sys.argv[1:])\n"
        f"sys.exit(code or ' '.join(name for name in {HEAVY} if name in sys.modules) or None)"
    )
    words = [*AGAIN, "--formats", "none", "--quiet"]
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (FINE, "")
    assert lying(study, ".csv") == before
    reports = lying(study, ".html", ".xlsx", ".pptx", ".pdf", ".svg", ".png")
    assert set(reports) == {"mine.html", "charts/breakeven.svg"}


@pytest.mark.usefixtures("quickly_drawn")
def test_only_the_reports_of_the_last_run_are_there(study: Path) -> None:
    assert main([*AGAIN, "--formats", "html", "--quiet"]) == FINE
    assert [name for name in REPORTS if (study / name).exists()] == ["report.html"]
    drawn = lying(study, ".png")
    assert len(drawn) > 10
    assert {Path(name).parent for name in drawn} == {Path("charts")}


def test_each_chart_is_drawn_once(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def counted(chart: Chart, *_: object) -> tuple[bytes, bytes]:
        seen.append(chart.name)
        return SVG, PNG

    monkeypatch.setattr(draw, "files", counted)
    assert main([*AGAIN, "--quiet"]) == FINE
    assert sorted(f"charts/{name}.svg" for name in seen) == list(lying(study, ".svg"))


def test_charts_are_drawn_again_where_that_is_asked_for(study: Path, capsys: Capture) -> None:
    before = lying(study, ".svg", ".png")
    for name in before:
        (study / name).unlink()
    assert main(["report", "small", "--formats", "none", "--charts"]) == FINE
    assert lying(study, ".svg", ".png") == before
    assert "Wrote results/small/charts" in capsys.readouterr().out


def test_the_answer_comes_before_the_drawing(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    said: list[str] = []

    def full(*_: object) -> None:
        said.append(capsys.readouterr().out)
        raise StudyError("the disk is full")

    monkeypatch.setattr(files, "write_pictures", full)
    assert main(AGAIN) == FAILED
    [answer] = said
    assert "Initial denial rate" in answer
    assert "(2 replications, as asked; 4 runs were there before)" in answer
    out, err = capsys.readouterr()
    assert out == ""  # nothing says that everything is there
    assert "the disk is full" in err


@pytest.mark.usefixtures("quickly_drawn")
def test_progress_tells_how_many_charts_are_drawn(study: Path, capsys: Capture) -> None:
    assert main([*AGAIN, "--formats", "pptx"]) == FINE
    lines = [line for line in capsys.readouterr().err.splitlines() if "charts" in line]
    count = len(lying(study, ".svg"))
    assert lines[-1] == f"{count} of {count} charts"
    assert 5 <= len(lines) <= 10
    assert main([*AGAIN, "--formats", "pptx", "--quiet"]) == FINE
    assert capsys.readouterr().err == ""


FEW_CHARTS = """
import sys
from sim.report import draw, files
draw.files = lambda *_: (b"<svg/>", b"")
files._made = lambda *_: b""
from sim.cli import main
sys.exit(main())
"""


def test_a_reader_that_leaves_early_misses_no_report(study: Path) -> None:
    for name in REPORTS:
        (study / name).unlink()
    for missing in ("stdout", "stderr"):
        gone, pipe = os.pipe()
        os.close(gone)
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, missing: pipe}
        words = [sys.executable, "-c", FEW_CHARTS, *AGAIN]
        with subprocess.Popen(words, text=True, **streams) as done:
            os.close(pipe)
            out, err = done.communicate()
        assert "Traceback" not in f"{out}{err}"
        assert "Exception" not in f"{out}{err}"
        assert missing == "stderr" or done.returncode == FINE
        for name in REPORTS:
            (study / name).unlink()


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_stream_is_no_error(study: Path, closed: str) -> None:
    words = [*AGAIN, "--formats", "none"]
    script = f'"$@" {closed}'
    command = ["bash", "-c", script, "bash", sys.executable, "-m", "sim", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == FINE
    assert "Traceback" not in done.stdout + done.stderr


def test_help_may_be_cut_short() -> None:
    gone, pipe = os.pipe()
    os.close(gone)
    with subprocess.Popen(
        [sys.executable, "-m", "sim", "--help"], stdout=pipe, stderr=subprocess.PIPE, text=True
    ) as done:
        os.close(pipe)
        assert done.communicate()[1] == ""
    assert done.returncode == FINE
