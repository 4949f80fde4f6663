"""Trouble at the desks while the story goes on: a relay that is away or talks nonsense, and hostile words in forms."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect
from tests.story.conftest import Story
from tests.support.story import SOON, Seat

pytestmark = pytest.mark.browser

HOSTILE = "<script>document.title='pwned'</script><img src=x onerror=alert(1)>\"'&{{7*7}}\x07\x1b[2J\u202e\u0000 конец"
LONG = "ы" * 10_000


def test_a_relay_that_is_away_is_said_and_work_goes_on(story: Story) -> None:
    desk, case = story.operator, story["case"]
    foot = desk.page.locator("footer .saved")
    desk.go("/")
    expect(foot).to_contain_text("In step with the relay", timeout=SOON)
    story.stage.kill("relay")
    expect(foot).to_contain_text("Saved here. Waiting for the relay since", timeout=SOON)
    desk.go(f"/people/{case}")
    desk.post(f"/people/{case}/note", text="Записано, пока реле молчало.")
    desk.see("Записано, пока реле молчало.")
    expect(story.coordinator.page.locator("footer .saved")).to_contain_text(
        "Сохранено здесь. Сервер не отвечает с", timeout=SOON
    )
    story.stage.start_relay()
    expect(foot).to_contain_text("In step with the relay", timeout=SOON)
    story.coordinator.wait_for(f"/people/{case}", "Записано, пока реле молчало.")


def test_a_relay_that_talks_nonsense_is_said_and_believed_in_nothing(story: Story) -> None:
    desk, case = story.operator, story["case"]
    foot = desk.page.locator("footer .saved")
    desk.go(f"/people/{case}")
    with story.stage.away("relay", story.stage.start_relay), babbling(story.stage.ports["relay"]):
        desk.post(f"/people/{case}/note", text="Записано, пока реле говорило чепуху.")
        expect(foot).to_have_class(re.compile("late"), timeout=SOON)
        desk.go("/safety")
        desk.see("does not speak as a relay does")
        desk.see("Show it to whoever looks after the relay.")
    expect(foot).to_contain_text("In step with the relay", timeout=40_000)
    story.coordinator.wait_for(f"/people/{case}", "Записано, пока реле говорило чепуху.", seconds=30)


@contextlib.contextmanager
def babbling(port: int) -> Iterator[None]:
    """Answer everything at a port with a web page, as a captive portal or a wrong address would."""

    class Babbler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><h1>Welcome to our guest network</h1>" * 40)

        do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - the names that the library asks for

        def log_message(self, *_args: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Babbler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_hostile_words_are_shown_as_words_in_every_form(story: Story, language: str) -> None:
    case, account = story["case"], story["account"]
    story.operator.speak(language)
    story.documenter.speak(language)
    story.coordinator.speak(language)
    inbox, people, record = story.operator, story.coordinator, story.documenter
    for seat, page, action, field, more in (
        (inbox, "/inbox/call", "/inbox/call", "text", {}),
        (inbox, story["conversation"], "/facts", "place_told", {}),
        (inbox, "/people/open", "/people/open", "pseudonym", {}),
        (people, f"/people/{case}", "/note", "text", {}),
        (people, f"/people/{case}?tab=work", "/task", "title", {}),
        (people, "/places/new", "/places/new", "name", {"beds": 2, "address": HOSTILE}),
        (record, f"/record/accounts/new?case={case}", "/record/accounts", "text", {}),
        (record, f"{account}/code", "/acts", "remark", {"act_type": "torture", "place": HOSTILE}),
        (record, "/record/claims/new", "/record/claims", "en", {"element-what": HOSTILE}),
        (record, "/release/new", "/release", "title", {}),
        (record, "/appeals/new", "/appeals", "new_institution", {"title": HOSTILE}),
    ):
        for typed in (HOSTILE, LONG) if language == "en" else (HOSTILE,):
            seat.go(page)
            seat.post(action, **{field: typed}, **more)
            _is_only_words(seat, typed, (page, field))
    _is_plain_everywhere(story)


def _is_only_words(seat: Seat, typed: str, where: object) -> None:
    page = seat.page
    assert "pwned" not in page.title(), where
    assert page.locator("main script, body > script, img[src=x]").count() == 0, where
    assert "49" not in re.sub(r"\d{3,}|\d+:\d+", "", page.locator("h1").inner_text()), where
    if page.locator("footer.foot").count() == 0:
        # refused: it says so in sentences, and gives back what was typed
        fields = page.locator("main textarea, main input[type=hidden]")
        kept = [field.input_value() for field in fields.all()]
        assert any("конец" in one or one.count("ы") == len(LONG) for one in kept), (
            where,
            page.content()[:800],
        )
        assert len(page.locator("main p").all()) >= 2, where
        return
    for unseen in ("\x07", "\x1b", "\u202e", "\x00"):
        assert unseen not in page.content(), where
    if typed is HOSTILE:
        seat.see("конец")


def _is_plain_everywhere(story: Story) -> None:
    for seat in (story.operator, story.coordinator, story.documenter):
        for place in (
            "/",
            "/inbox",
            "/people",
            "/places",
            "/record",
            "/release",
            "/appeals",
            "/search?q=конец",
        ):
            seat.go(place)
            assert "pwned" not in seat.page.title()
            assert seat.page.locator("main script, img[src=x]").count() == 0, place
            assert not seat.page.evaluate("document.documentElement.scrollWidth > innerWidth"), (
                seat.role,
                place,
            )
