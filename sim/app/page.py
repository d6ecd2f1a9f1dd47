"""The page itself, which Streamlit runs from top to bottom whenever something is touched.

It holds no simulation and no statistics: commands do the work beside it, and it shows what they
have kept.
"""

from __future__ import annotations

import html
import os
from datetime import date
from pathlib import Path

import streamlit as st

from sim.app import jobs
from sim.app.desk import CALIBRATED, FORECAST, LIVE, STUDY, Desk, Turned, desk
from sim.app.levers import CHANGES, Change, Lever, dated, levers, told
from sim.commands.app import FOLDER, SCENARIO
from sim.model.demand import staffing
from sim.report.answer import Answer, Part, Table, parse
from sim.scenario.checked import Scenario, load
from sim.scenario.layers import MAPPING, shipped_configs
from sim.scenario.problems import ScenarioError
from sim.study.tables import ANSWER

SHOWN = (
    "typical_generalist",
    "typical_specialist",
    "in_house",
    "five_functions_generalist",
    "medcentral",
)
"""Shipped scenarios to begin with."""
MIME = {
    "report.html": "text/html",
    "workbook.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "deck.pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
LEVEL, ASKED = "level", "asked"
"""Of the session: how sharp the quick answer under way is, and what it was asked about."""


def main() -> None:
    """Lay the page out."""
    st.set_page_config(page_title="denialloop", layout="wide")
    st.title("denialloop")
    mine = _desk()
    with st.sidebar:
        _choose(mine)
        steps = st.container()
        try:
            base = mine.base
        except ScenarioError as error:
            st.error(_told(error))
            st.stop()
        values = _turn(base, mine)
        mine.turn(Turned(mine.now.base, values, mine.now.events))
        with steps:
            _steps_back(mine)
    quick, full, weeks, people = st.tabs(
        ["Quick answer", "Comparison", "Weeks to come", "Dated changes"]
    )
    with people:
        _changes(base, mine)
    try:
        file = mine.written()
    except ScenarioError as error:
        st.error(_told(error))
        st.stop()
    with quick:
        _live(mine, file)
    with full:
        _study(mine, file)
    with weeks:
        _forecast(mine, file)
    with st.sidebar:
        st.download_button(
            "Save the what-if as YAML",
            file.read_bytes(),
            file.name,
            "application/yaml",
            on_click="ignore",
        )


def _desk() -> Desk:
    """The desk that the address names; a new one gets an address."""
    found = desk(Path(os.environ[FOLDER]), st.query_params.get("desk", ""), os.environ[SCENARIO])
    st.query_params["desk"] = found.folder.name
    found.keep()
    return found


# --- the sidebar ----------------------------------------------------------------------------------


def _choose(mine: Desk) -> None:
    """The scenario that is turned: a shipped one, or a file of one's own."""
    own = sorted(mine.folder.glob("own/*.yaml"))
    paths = [str(shipped_configs() / f"{name}.yaml") for name in SHOWN] + [str(f) for f in own]
    if mine.now.base not in paths:
        paths.insert(0, mine.now.base)
    chosen = st.selectbox(
        "Scenario", paths, paths.index(mine.now.base), format_func=lambda path: Path(path).stem
    )
    if chosen != mine.now.base:
        mine.turn(Turned(chosen))
        st.rerun()
    with st.expander("A file of your own"):
        sent = st.file_uploader(
            "Scenario (YAML) or filled-in workbook", type=["yaml", "yml", "xlsx"]
        )
        if sent is not None and st.button("Take this file"):
            _take(mine, sent.name, sent.getvalue())
        _calibration(mine)


def _steps_back(mine: Desk) -> None:
    """One step back, and all of them."""
    back, again = st.columns(2)
    if back.button("Undo", disabled=not mine.before, width="stretch"):
        mine.undo()
        _forget_sliders()
        st.rerun()
    if again.button("As it was", disabled=not mine.now.changed, width="stretch"):
        mine.turn(Turned(mine.now.base))
        _forget_sliders()
        st.rerun()


def _take(mine: Desk, name: str, content: bytes) -> None:
    """A file that was sent: a scenario is checked like any file, a workbook calibrated."""
    folder = mine.folder / "own"
    folder.mkdir(parents=True, exist_ok=True)
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in Path(name).stem)[:60] or "own"
    if name.lower().endswith(".xlsx"):
        (folder / f"{safe}.xlsx").write_bytes(content)
        words = ["calibrate", str(folder / f"{safe}.xlsx"), "--base", mine.now.base]
        jobs.start(
            mine.folder / CALIBRATED, [*words, "--out", str(mine.folder / CALIBRATED / "out")]
        )
        return
    new = folder / f"{safe}.new.yaml"
    new.write_bytes(content)
    try:
        _ = load(new).model
    except ScenarioError as error:
        st.error(_plain(str(error).replace(str(new), name)))
        new.unlink()
        return
    new.replace(folder / f"{safe}.yaml")
    mine.turn(Turned(str(folder / f"{safe}.yaml")))
    _forget_sliders()
    st.rerun()


@st.fragment(run_every=1.0)
def _calibration(mine: Desk) -> None:
    """How the calibration of a workbook is; what it wrote can be chosen then."""
    how = jobs.state(mine.folder / CALIBRATED)
    made = mine.folder / CALIBRATED / "out" / "calibrated.yaml"
    if how.word == "running":
        st.info("Reading the workbook …")
    elif how.word == "failed":
        st.error(_plain(how.message))
    elif made.exists() and st.button("Use what was read", disabled=mine.now.base == str(made)):
        mine.turn(Turned(str(made)))
        _forget_sliders()
        st.rerun(scope="app")


def _turn(base: Scenario, mine: Desk) -> dict[str, float]:
    """The sliders; gives what differs from the scenario."""
    planned = {
        team.name: staffed.planned
        for team, staffed in zip(base.model.teams, staffing(base.model), strict=True)
    }
    values: dict[str, float] = {}
    group = ""
    for lever in levers(base, planned):
        if lever.group != group:
            group = lever.group
            st.subheader(group)
        value = _slider(lever, float(mine.now.values.get(lever.path, lever.value)))
        if value != lever.value:
            values[lever.path] = value
    return values


def _slider(lever: Lever, at: float) -> float:
    key = f"lever:{lever.path}"
    if lever.whole:
        whole = st.slider(lever.label, int(lever.low), int(lever.high), int(at), key=key)
        return float(whole)
    return float(st.slider(lever.label, lever.low, lever.high, at, 0.01, key=key))


def _forget_sliders() -> None:
    """Let the sliders begin anew from what is on the desk."""
    for key in [key for key in st.session_state if str(key).startswith("lever:")]:
        del st.session_state[key]


# --- dated changes --------------------------------------------------------------------------------


def _changes(base: Scenario, mine: Desk) -> None:
    """Classes, certifications, moves, wages: what happens on a date."""
    st.write("What happens on a date, beside what the scenario has:")
    for i, event in enumerate(mine.now.events):
        row, out = st.columns([6, 1])
        row.text(told(event))
        if out.button("Remove", key=f"remove{i}"):
            left = tuple(e for j, e in enumerate(mine.now.events) if j != i)
            mine.turn(Turned(mine.now.base, mine.now.values, left))
            st.rerun()
    kind = st.selectbox("Change", CHANGES, format_func=lambda change: change.label)
    event = _asked(base, kind)
    if st.button("Add this change", type="primary"):
        later = Turned(mine.now.base, mine.now.values, (*mine.now.events, event))
        try:
            Desk(mine.folder, later).written("trial")
        except ScenarioError as error:
            st.error(_told(error))
            return
        mine.turn(later)
        st.rerun()


def _asked(base: Scenario, kind: Change) -> dict[str, object]:
    """The event that the fields of a kind of change describe."""
    teams = [str(team.name) for team in base.model.teams]
    others = {
        "certification": [str(c.name) for c in base.model.certifications],
        "to team": teams,
        "vendor": [str(v.name) for v in base.model.vendors],
    }
    when, many, where, whither = st.columns(4)
    last = base.model.start.toordinal() + base.model.horizon_days - 1
    on: date = when.date_input(
        "On", base.model.start, min_value=base.model.start, max_value=date.fromordinal(last)
    )
    number = float(
        many.number_input(kind.number.capitalize(), value=10, step=1, key=f"n:{kind.kind}")
    )
    team = where.selectbox("Team", teams) if kind.team else ""
    other = whither.selectbox(kind.other.capitalize(), others[kind.other]) if kind.other else ""
    return dated(kind, on, number, team, other)


# --- answers --------------------------------------------------------------------------------------


def _live(mine: Desk, file: Path) -> None:
    """The answer at a small size, which sharpens as long as nothing is turned."""
    if not mine.now.changed:
        st.info("Turn something on the left: what it does is told here within some seconds.")
        if jobs.state(mine.folder / LIVE).word == "none":
            _ask(mine, [mine.now.base], 0)  # so that the first answer waits for one side only
        return
    asked = file.read_text(encoding="utf-8")
    if st.session_state.get(ASKED) != asked:
        st.session_state[ASKED], st.session_state[LEVEL] = asked, 0
        _ask(mine, [mine.now.base, str(file)], 0)
    _sharpen(mine, file)


def _ask(mine: Desk, files: list[str], level: int) -> None:
    """Start a quick answer of some sharpness; what was simulated before is used again."""
    scale, sizes = mine.size()
    folder = mine.folder / LIVE
    words = ["compare" if len(files) > 1 else "run", *files, "--scale", str(scale)]
    words += ["--replications", str(sizes[level]), "--formats", "none"]
    jobs.start(folder, [*words, "--out", str(folder / "out")], at_once=True)


@st.fragment(run_every=0.5)
def _sharpen(mine: Desk, file: Path) -> None:
    """Show how far the quick answer is, and start the next, sharper one when it is there."""
    how = jobs.state(mine.folder / LIVE)
    scale, sizes = mine.size()
    level = st.session_state[LEVEL]
    if how.word == "failed":
        st.error(_plain(how.message))
        return
    if how.word == "fine" and level + 1 < len(sizes):
        st.session_state[LEVEL] = level + 1
        _ask(mine, [mine.now.base, str(file)], level + 1)
    if level > 0 or how.word == "fine":
        shown = sizes[level if how.word == "fine" else level - 1]
        st.caption(
            f"At {round(100 * scale)} % of the hospital; {shown} replications of each. "
            "The next tab compares the whole of it."
        )
        _answer(mine.folder / LIVE / "out", ("options", "headline"))
    else:
        st.progress(how.share, "Simulating …")


def _study(mine: Desk, file: Path) -> None:
    """The comparison at full size, with its reports."""
    folder = mine.folder / STUDY
    count, go, keep = st.columns([2, 1, 1], vertical_alignment="bottom")
    replications = count.number_input("Replications", 2, 1000, 10)
    others = [mine.folder / f"{name}.yaml" for name in mine.aside]
    if go.button("Run the comparison", type="primary"):
        files = [str(path) for path in (*([file] if mine.now.changed else []), *others)]
        if files:
            words = ["compare", mine.now.base, *files, "--replications", str(replications)]
        else:
            words = ["run", mine.now.base, "--replications", str(replications)]
        jobs.start(folder, [*words, "--out", str(folder / "out")])
        st.rerun()
    if keep.button("Add to the comparison", disabled=not mine.now.changed):
        st.toast(f"Kept as {mine.put_aside()}")
    if mine.aside:
        st.caption(f"Compared as well: {', '.join(mine.aside)}")
    _running(folder)


def _forecast(mine: Desk, file: Path) -> None:
    """Backlog, people and cash by week."""
    folder = mine.folder / FORECAST
    weeks = st.slider("Weeks", 4, 52, 26)
    if st.button("Forecast", type="primary"):
        words = ["forecast", str(file), "--weeks", str(weeks), "--out", str(folder / "out")]
        jobs.start(folder, words)
        st.rerun()
    _running(folder)


@st.fragment(run_every=1.0)
def _running(folder: Path) -> None:
    """How far a command is, with a button that cancels it; then what it found."""
    how = jobs.state(folder)
    if how.word == "running":
        what = f"{how.done} of {how.total} {how.what} {how.message}" if how.total else "Starting …"
        st.progress(how.share, what)
        if st.button("Cancel", key=f"cancel:{folder}"):
            jobs.cancel(folder)
    elif how.word == "stopped":
        st.info("Cancelled; what was finished is kept, and used next time.")
    elif how.word == "failed":
        st.error(_plain(how.message))
    if how.word == "fine":
        _found(folder / "out")


def _found(out: Path) -> None:
    """The report of a study, and its files."""
    columns = st.columns(len(MIME))
    for column, (name, mime) in zip(columns, MIME.items(), strict=True):
        if (out / name).exists():
            content = (out / name).read_bytes()
            key = f"{out}/{name}"
            column.download_button(name, content, name, mime, key=key, on_click="ignore")
    if (out / "report.html").exists():
        st.iframe(out / "report.html", height=1600)
    else:
        _answer(out, ())


def _answer(folder: Path, roles: tuple[str, ...]) -> None:
    """What a command found: its sentence, and the tables of some parts, or of all."""
    kept = folder / ANSWER
    if not kept.exists():
        return
    answer: Answer = parse(kept.read_text(encoding="utf-8"))
    for warning in answer.warnings:
        st.warning(_plain(warning))
    st.html(f"<h3>{html.escape(answer.finding)}</h3>")
    parts: list[Part] = [p for p in answer.ordered if not roles or p.role in roles]
    for part in parts:
        for table in part.tables:
            st.html(_table(table))


def _table(table: Table) -> str:
    """A table as HTML; every text is text."""
    heads = "".join(f"<th style='text-align:left'>{html.escape(head)}</th>" for head in table.heads)
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell.text)}</td>" for cell in row) + "</tr>"
        for row in table.rows
    )
    return f"<table style='width:100%'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _told(error: ScenarioError) -> str:
    """What is wrong with what was turned, which stands in no file."""
    return _plain(str(error).replace(f"{MAPPING}: ", ""))


def _plain(text: str) -> str:
    """A text in which Markdown sees nothing of its own."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!$~|<>:" else c for c in text)


main()
