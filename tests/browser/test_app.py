"""The page of `denialloop app` in a real browser, where Streamlit, Playwright and Chromium are.

make app                                    # brings Streamlit; then, for the browser:
.venv/bin/python -m pip install playwright  # and Chromium, such as Debian's
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 120_000
SPRING = str(ROOT / "examples" / "spring.yaml")

pytest.importorskip("streamlit", reason="Streamlit is not installed: make app brings it")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page that begins with the floor of spring."""
    port, out = free_port(), tmp_path_factory.mktemp("app")
    words = [sys.executable, "-m", "sim", "app", SPRING, "--no-browser", "--port", str(port)]
    server = subprocess.Popen([*words, "--out", str(out)], cwd=ROOT)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.2)
    yield f"http://127.0.0.1:{port}"
    server.send_signal(2)
    server.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    made = browser.new_page(viewport={"width": 1280, "height": 1000})
    made.asked_for = []
    made.on("request", lambda request: made.asked_for.append(request.url))
    made.set_default_timeout(PATIENCE_MS)
    made.goto(address)
    made.get_by_text("Turnover and hiring").wait_for()
    yield made
    hosts = {re.sub(r"^\w+://([^/]*).*", r"\1", url) for url in made.asked_for if "://" in url}
    assert hosts == {address.removeprefix("http://")}, "nothing is asked of another machine"
    made.close()


def test_a_slider_answers_and_a_reload_finds_it_again(page: Any) -> None:
    slider = page.get_by_role("slider", name="Days in the classroom")
    slider.focus()
    page.keyboard.press("End")
    page.get_by_text("replications of each").first.wait_for()
    assert page.get_by_text("Net value").count() > 0
    page.reload()
    again = page.get_by_role("slider", name="Days in the classroom")
    again.wait_for()
    assert again.evaluate("e => e.value || e.getAttribute('aria-valuenow')") == "90"
    page.get_by_role("button", name="As it was").click()
    page.get_by_text("Turn something on the left").wait_for()


def test_the_question_of_spring_needs_no_keyboard_but_for_numbers(page: Any) -> None:
    """A class of ten, ten certified, wages of 8 per cent more, five moved: then the comparison."""
    page.get_by_role("tab", name="Dated changes").click()
    for kind, asked, number in (
        ("A class starts", "People who start", 10),
        ("People are certified", "People", 4),
        ("Wages change", "Percent more", 8),
        ("People move to another team", "People", 5),
    ):
        page.get_by_role("combobox", name="Change").click()
        page.get_by_role("option", name=kind).click()
        if kind == "People move to another team":
            page.get_by_role("combobox", name="To team").wait_for()
        field = page.get_by_role("spinbutton", name=asked, exact=True)
        field.fill(str(number))
        field.press("Enter")
        if kind == "People are certified":
            page.get_by_role("combobox", name="Certification").click()
            page.get_by_role("option", name="CPC").click()
        if kind == "People move to another team":
            page.get_by_role("combobox", name="To team").click()
            page.get_by_role("option", name="denials").click()
            page.get_by_role("combobox", name="Team", exact=True).click()
            page.get_by_role("option", name="ar").click()
        page.get_by_role("button", name="Add this change").click()
        page.get_by_text(f"{kind[0].lower()}{kind[1:]},").first.wait_for()
    page.get_by_role("tab", name="Comparison").click()
    page.get_by_role("spinbutton", name="Replications").fill("2")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Run the comparison").click()
    page.get_by_role("button", name="report.html").wait_for()
    with page.expect_download() as found:
        page.get_by_role("button", name="workbook.xlsx").click()
    assert Path(found.value.path()).read_bytes()[:2] == b"PK"
    with page.expect_download() as found:
        page.get_by_role("button", name="Save the what-if").click()
    said = Path(found.value.path()).read_text()
    assert [kind in said for kind in ("class", "certify", "wage", "transfer")] == [True] * 4


def test_a_file_that_is_none_is_refused_in_a_line(page: Any, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("extends: typical_generalist.yaml\nnmae: x\n")
    page.get_by_text("A file of your own").click()
    page.locator("input[type=file]").set_input_files(str(wrong))
    page.get_by_role("button", name="Take this file").click()
    page.get_by_text('did you mean "name"').wait_for()
    assert page.get_by_text("Traceback").count() == 0


def test_a_comparison_can_be_cancelled(page: Any) -> None:
    page.get_by_role("tab", name="Comparison").click()
    page.get_by_role("spinbutton", name="Replications").fill("900")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Run the comparison").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("what was finished is kept").wait_for()


def test_a_telephone_shows_it_without_scrolling_sideways(browser: Any, address: str) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 800})
    phone.goto(address)
    phone.get_by_text("Turn something on the left").wait_for(timeout=PATIENCE_MS)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()


def test_the_page_is_for_this_machine_only(address: str) -> None:
    """Of the addresses of this machine, only that of itself answers."""
    port = int(address.rpartition(":")[2])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    for other in others - {"127.0.0.1", "::1"}:
        with socket.socket(socket.AF_INET6 if ":" in other else socket.AF_INET) as probe:
            probe.settimeout(1)
            assert probe.connect_ex((other, port)) != 0, other
