"""Every block of docs/api.md runs, one after the other, and so does every example."""

from __future__ import annotations

import ast
import json
import re
import runpy
from pathlib import Path

import pytest

from docs.studies import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def test_every_block_of_the_page_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    assert len(blocks) >= 5
    for number, block in enumerate(blocks):
        exec(compile(block, f"docs/api.md, block {number}", "exec"), names)
    said = capsys.readouterr().out
    assert 'did you mean "annual_rate"' in said
    assert (tmp_path / "happened" / "events.csv").exists()
    assert "('annual_rate=0.1', 'annual_rate=0.8')" in said


def test_every_cell_of_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a notebook runs them: what the last line of a cell is, is shown."""
    monkeypatch.setenv("SCALE", "0.01")
    book = json.loads((ROOT / "examples" / "two_bidders.ipynb").read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    cells = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert len(cells) == 4
    for cell in cells:
        *lines, last = ast.parse(cell).body
        exec(compile(ast.Module(lines, []), "cell", "exec"), names)
        assert isinstance(last, ast.Expr)
        assert repr(eval(compile(ast.Expression(last.value), "cell", "eval"), names))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_runs(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCALE", "0.005")
    runpy.run_path(str(path), run_name="__main__")
    assert len(capsys.readouterr().out.splitlines()) >= 2
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert f"`{path.name}`" in readme
