"""The desk locks by itself when nobody is there or the computer slept, and keeps what was typed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from leeward.desk.watch import Watch
from leeward.office import computer
from leeward.office.session import Session

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from tests.desk.conftest import Browser, Served

MINUTE = 60.0


class Hands:
    """Two clocks that a test sets."""

    def __init__(self) -> None:
        self.monotonic = time.monotonic()
        self.wall = time.time()

    def pass_seconds(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += seconds

    def watch(self, server: Served, patience: float = 0) -> Watch:
        return Watch(
            server.desk.state, monotonic=lambda: self.monotonic, wall=lambda: self.wall, patience=patience
        )

    def idle(self, watch: Watch, minutes: float) -> bool:
        """Let time pass in steps as short as looks are; tell whether the desk locked meanwhile."""
        for _ in range(int(minutes * 6)):
            self.pass_seconds(10)
            if watch.look():
                return True
        return False


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_it_locks_after_a_quarter_of_an_hour_without_anybody(
    browser: Browser, server: Served, hands: Hands
) -> None:
    watch = hands.watch(server)
    browser.get("/")
    assert not hands.idle(watch, 14.5)
    assert not server.locked.is_set()
    assert hands.idle(watch, 1)
    assert server.locked.is_set()


def test_only_what_a_person_does_counts(browser: Browser, server: Served) -> None:
    state = server.desk.state

    def counts(method: str, path: str, **headers: str) -> bool:
        state.person_at = before = time.monotonic() - 5
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "POST":
            headers |= {"origin": browser.origin, "sec-fetch-site": "same-origin"}
            headers["content-type"] = "application/x-www-form-urlencoded"
        browser.client.request(method, path, headers=headers)
        return state.person_at != before

    assert counts("GET", "/")
    assert counts("GET", "/people", sec_fetch_dest="document")
    assert counts("POST", "/safety/here")
    assert counts("POST", "/language")
    assert not counts("GET", "/", leeward_live="1"), "a page that looks again"
    assert not counts("GET", "/", leeward_live="1", sec_fetch_dest="document")
    assert not counts("GET", "/static/desk.css", sec_fetch_dest="style")
    assert not counts("GET", "/people", sec_fetch_dest="image"), (
        "pictures that strangers sent come by themselves"
    )
    assert not counts("POST", "/safety/typed"), "what is handed over at the end"
    browser.client.cookies.clear()
    assert not counts("GET", "/"), "somebody who was not let in"


def test_the_live_channel_keeps_no_desk_open(browser: Browser, server: Served, hands: Hands) -> None:
    watch = hands.watch(server, patience=3)
    got = threading.Event()

    def listen() -> None:
        headers = {"accept": "text/event-stream", "sec-fetch-site": "same-origin"}
        with browser.client.stream("GET", "/events", headers=headers, timeout=20) as answer:
            for line in answer.iter_lines():
                if line == "event: leave":
                    got.set()

    listening = threading.Thread(target=listen)
    listening.start()
    try:
        deadline = time.monotonic() + 10
        while not server.desk.state.bell._waiting and time.monotonic() < deadline:
            time.sleep(0.02)
        assert hands.idle(watch, 16)
    finally:
        server.desk.state.bell.close()
        listening.join()
    assert got.is_set(), "the open page was told before"
    assert server.locked.is_set()


@pytest.mark.parametrize(("monotonic", "wall"), [(0.3, 3600), (0.3, 25), (3600, 3600), (45, 0)])
def test_it_locks_when_the_computer_slept(
    browser: Browser, server: Served, hands: Hands, monotonic: float, wall: float
) -> None:
    watch = hands.watch(server)
    browser.get("/")
    assert not watch.look()
    hands.monotonic += monotonic
    hands.wall += wall
    assert watch.look()
    assert server.locked.is_set()


@pytest.mark.parametrize(("monotonic", "wall"), [(0.3, -3600), (5, 5), (0.3, 8), (10, 0)])
def test_a_clock_set_right_or_a_slow_moment_is_no_sleep(
    server: Served, hands: Hands, monotonic: float, wall: float
) -> None:
    watch = hands.watch(server)
    hands.monotonic += monotonic
    hands.wall += wall
    assert not watch.look()


def test_the_time_is_set_on_the_page_or_by_the_command(
    browser: Browser, session: Session, server: Served, hands: Hands
) -> None:
    assert 'value="15"' in browser.get("/safety/computer").text
    for wrong in ("1", "241", "x"):
        assert browser.post("/safety/computer/lock", {"minutes": wrong}).status_code == 409
    assert "It holds from now on." in browser.post("/safety/computer/lock", {"minutes": "5"}).text
    assert computer.lock_after(session) == 5
    watch = hands.watch(server)
    assert not hands.idle(watch, 4.5)
    server.desk.state.lock_after = 30
    assert not hands.idle(watch, 20)
    server.desk.state.lock_after = 0
    assert watch.look()


def test_what_was_typed_is_kept_shown_and_let_go(browser: Browser, session: Session) -> None:
    long = "Заметка. " * 3000
    given = [("place", "/people?tab=x"), ("label", "Note"), ("text", long), ("label", ""), ("text", "  ")]
    browser.post("/safety/typed", given)
    browser.post("/safety/typed", given)
    [one] = computer.typed_left(session)
    assert (one.place, one.label, one.text) == ("/people?tab=x", "Note", long.strip())
    assert "1 text was typed and not sent" in browser.get("/").text
    page = browser.get("/safety/typed").text
    assert long.strip() in page
    assert 'href="/people?tab=x"' in page
    assert "Let go of." in browser.post("/safety/typed/forget").text
    assert "typed and not sent" not in browser.get("/").text


@pytest.mark.parametrize(
    "place", ["//evil.example/x", "https://evil.example", "/\\evil.example", "", "javascript:1"]
)
def test_what_is_handed_over_leads_nowhere_else(browser: Browser, session: Session, place: str) -> None:
    browser.post("/safety/typed", [("place", place), ("label", "<b>"), ("text", "<script>")])
    [one] = computer.typed_left(session)
    assert one.place == "/"
    assert "<script>" not in browser.get("/safety/typed").text.replace('<script src="/built', "")


def test_no_more_is_kept_than_a_page_can_show(session: Session) -> None:
    for number in range(60):
        computer.leave_typed(session, "/", [("", f"text {number}")])
    kept = [one.text for one in computer.typed_left(session)]
    assert kept == [f"text {number}" for number in range(10, 60)]


def test_a_watch_that_breaks_locks(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_folder: object) -> bool:
        raise ValueError

    monkeypatch.setattr("leeward.desk.watch.is_gone", broken)
    watch = Watch(server.desk.state)
    watch.start()
    assert server.locked.wait(5)
    watch.stop()


@pytest.mark.browser
def test_a_browser_hands_over_what_was_typed_and_goes_blank(
    session: Session, server: Served, chromium: Chromium
) -> None:
    page = chromium.new_page()
    page.goto(server.desk.address())
    page.goto(f"http://127.0.0.1:{server.port}/safety/computer")
    page.locator("input[name=old]").fill("a passphrase half typed")
    page.locator("#burn-form summary").click()
    page.locator("input[name=word]").fill("bur")
    deadline = time.monotonic() + 10
    while not server.desk.state.bell._waiting and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    server.desk.state.person_at = time.monotonic() - 16 * MINUTE
    watch = Watch(server.desk.state)
    locking = threading.Thread(target=watch.look)
    locking.start()
    page.wait_for_function("() => document.body.childElementCount === 0")
    locking.join()
    assert server.locked.is_set()
    [one] = computer.typed_left(session)
    assert one.text == "bur", "and no passphrase"
    page.close()


@pytest.mark.browser
def test_moving_at_an_open_page_is_being_there(server: Served, chromium: Chromium) -> None:
    page = chromium.new_page()
    page.goto(server.desk.address())
    server.desk.state.person_at = before = time.monotonic() - 5 * MINUTE
    with page.expect_request("**/safety/here"):
        page.mouse.move(200, 200)
        page.mouse.move(210, 210)
    deadline = time.monotonic() + 5
    while server.desk.state.person_at == before and time.monotonic() < deadline:
        page.wait_for_timeout(20)
    assert server.desk.state.person_at != before
    page.close()


@pytest.mark.browser
def test_the_lock_key_keeps_what_was_typed_too(session: Session, server: Served, chromium: Chromium) -> None:
    context = chromium.new_context()
    page, other = context.new_page(), context.new_page()
    page.goto(server.desk.address())
    for window, words in ((page, "half a word"), (other, "in another window")):
        window.goto(f"http://127.0.0.1:{server.port}/safety/computer")
        window.locator("#burn-form summary").click()
        window.locator("input[name=word]").fill(words)
    deadline = time.monotonic() + 10
    while len(server.desk.state.bell._waiting) < 2 and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    page.keyboard.press("Control+l")
    page.wait_for_selector("text=Locked")
    other.wait_for_function("() => document.body.childElementCount === 0")
    assert server.locked.wait(5)
    assert {one.text for one in computer.typed_left(session)} == {"half a word", "in another window"}
    context.close()
