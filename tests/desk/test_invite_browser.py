"""Two people on a call: one at the desk in a browser, one with `leeward join` in a terminal, over a real relay."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.desk.conftest import Served
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.teams import found, real_relay

from leeward.office.relay import set_relay, use_relay
from leeward.office.session import Session
from leeward.office.sync import Syncer
from leeward.office.team import members
from leeward.seal.wordlists import words_of
from leeward.sync.client import RelayClient

pytestmark = pytest.mark.browser
PASSPHRASE = "six words that nobody would guess"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Session, Served, str]]:
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(real_relay(tmp_path / "relay"))
        founder = found(tmp_path / "anna", None)  # type: ignore[arg-type]
        stack.enter_context(founder.session.vault)
        relay = RelayClient(address)
        set_relay(founder.session.vault, address)
        use_relay(founder.session.vault, relay)
        syncer = Syncer(founder.session, relay)
        served = Served(founder.session, syncer)
        syncer.start()
        stack.callback(syncer.stop)
        stack.callback(served.stop)
        stack.callback(served.desk.state.inviting.stop)
        yield founder.session, served, address


def code_on(page: Page) -> str:
    return " ".join(page.locator("p.code b").all_inner_texts())


def start_join(folder: Path, address: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "leeward.cli.main", "join", str(folder), "--relay", address),
            *("--name", "Timur", "--passphrase-file", "-"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    )
    assert child.stdin is not None
    child.stdin.write(PASSPHRASE + "\n")
    child.stdin.flush()
    return child


def read_until(child: subprocess.Popen[str], words: str) -> list[str]:
    assert child.stdout is not None
    lines = []
    for line in child.stdout:
        lines.append(line.strip())
        if words in line:
            return lines
    raise AssertionError("\n".join(lines))


def sound(page: Page, browsing: Browsing) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert not overflows(page)
        assert find_barriers(page) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    assert browsing.complaints == []


def test_a_call_of_two_from_the_first_click_to_an_open_desk(
    desk: tuple[Session, Served, str], browsing: Browsing, tmp_path: Path
) -> None:
    session, served, address = desk
    with start_join(tmp_path / "timur", address) as child:
        read_until(child, "Asking the relay")
        page = browsing.page(served.desk.address(), lang="en", width=1280, height=900)
        page.goto(f"http://127.0.0.1:{served.port}/safety/invite?role=documenter")
        sound(page, browsing)
        began = time.monotonic()
        page.get_by_role("button", name="Make the code").click()
        expect(page.locator("p.code b").nth(3)).to_be_visible()
        assert child.stdin is not None
        child.stdin.write(code_on(page) + "\n")
        child.stdin.flush()
        lines = read_until(child, "Read these three words")
        words = lines[-3].split()
        expect(page.locator("#compare p.code")).to_be_visible()
        machine = time.monotonic() - began
        assert code_on(page).split() == words
        sound(page, browsing)
        began = time.monotonic()
        page.get_by_role("button", name="Yes, the same words").click()
        child.stdin.write("yes\n")
        child.stdin.flush()
        lines = read_until(child, "Open your desk")
        machine += time.monotonic() - began
        expect(page.get_by_text("holds everything that you ticked")).to_be_visible()
        sound(page, browsing)
        assert child.wait(20) == 0
    assert {"- the team itself", "- the record"} == {line for line in lines if line.startswith("- ")}
    assert "That is everything that was granted." in lines
    assert machine < 30  # a second or two on a quiet machine; the rest of the two minutes is for people
    assert {one.name for one in members(session)} == {"Anna", "Timur"}


def test_a_wrong_word_is_told_on_both_sides_and_a_new_code_goes_on(
    desk: tuple[Session, Served, str], browsing: Browsing, tmp_path: Path
) -> None:
    _, served, address = desk
    page = browsing.page(served.desk.address(), lang="en", width=390, height=844)
    page.goto(f"http://127.0.0.1:{served.port}/safety/invite")
    page.get_by_role("button", name="Make the code").click()
    expect(page.locator("p.code b").nth(3)).to_be_visible()
    with start_join(tmp_path / "timur", address) as child:
        assert child.stdin is not None
        child.stdin.write(code_on(page).rsplit(" ", 1)[0] + f" {words_of('en')[0]}\n")
        child.stdin.flush()
        read_until(child, "is not the one that was said")
        expect(page.get_by_text("tried to guess them")).to_be_visible()
        sound(page, browsing)
        page.get_by_role("button", name="Make a new code").click()
        expect(page.locator("p.code b").nth(3)).to_be_visible()
        child.stdin.write(code_on(page) + "\n")
        child.stdin.flush()
        read_until(child, "Read these three words")
        child.stdin.write("no\n")  # the newcomer says so too, and joins nobody
        child.stdin.close()
        read_until(child, "Nothing was joined")
        assert child.wait(20) == 3
