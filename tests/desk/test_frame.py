from __future__ import annotations

import json
import threading
from pathlib import Path

import httpx
import pytest
from tests.desk.conftest import Browser, Served
from tests.support.relay_simulator import RelaySimulator

from leeward.base.say import Moment, say
from leeward.desk import frame
from leeward.desk.forms import Form, clean
from leeward.domain.errors import OutOfRange
from leeward.office import intake
from leeward.office.session import Session
from leeward.office.sync import Syncer, SyncState

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_ten_places_are_there_and_lead_somewhere(browser: Browser) -> None:
    page = browser.get("/").text
    for place in frame.PLACES:
        assert f'href="{place.href}"' in page
        assert browser.get(place.href).status_code == 200


def test_keys_of_places_differ() -> None:
    keys = [place.key for place in frame.PLACES]
    assert len(set(keys)) == len(keys) == 10


def test_the_window_title_says_nothing_more_than_the_name(browser: Browser) -> None:
    for path in ("/", "/inbox", "/safety", "/search?q=x"):
        assert "<title>Leeward</title>" in browser.get(path).text


def test_no_page_has_inline_style_or_script(browser: Browser, session: Session) -> None:
    intake.log_call(session, "звонок")
    for path in ("/", "/inbox", "/safety", "/keys", "/search?q=звонок", "/inbox/call"):
        page = browser.get(path).text
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


def test_every_icon_is_in_the_list_that_the_build_reads() -> None:
    listed = set(json.loads((ROOT / "web" / "desk" / "icons.json").read_text("utf-8")))
    assert {place.icon for place in frame.PLACES} <= listed
    for name in listed:
        assert (ROOT / "node_modules" / "lucide-static" / "icons" / f"{name}.svg").is_file()


def test_the_language_is_switched_and_kept(browser: Browser) -> None:
    page = browser.post("/language", {"language": "ru", "back": "/inbox"}).text
    assert "Обращений пока нет" in page
    assert 'lang="ru"' in page
    assert "Сегодня" in browser.get("/").text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", ""])
def test_switching_never_leads_away(browser: Browser, back: str) -> None:
    assert browser.post("/language", {"language": "ru", "back": back}).url.path == "/"


def test_before_a_choice_the_browser_decides(browser: Browser) -> None:
    browser.server.desk.state.language = ""
    assert "Сегодня" in browser.get("/", **{"accept-language": "de, ru;q=0.8, en;q=0.3"}).text
    assert "Today" in browser.get("/", **{"accept-language": "de;q=x, fr"}).text


def test_a_page_is_told_within_two_seconds_that_something_came(browser: Browser, session: Session) -> None:
    rung = threading.Event()

    def listen() -> None:
        headers = {"accept": "text/event-stream", "sec-fetch-site": "same-origin"}
        with browser.client.stream("GET", "/events", headers=headers) as stream:
            for line in stream.iter_lines():
                if line.startswith("retry"):
                    ready.set()
                if line.startswith("data"):
                    rung.set()
                    return

    ready = threading.Event()
    thread = threading.Thread(target=listen)
    thread.start()
    assert ready.wait(5)
    intake.log_call(session, "звонок")
    assert rung.wait(2)
    thread.join()


def test_a_page_is_told_when_the_relay_goes_away(session: Session) -> None:
    syncer = Syncer(session, RelaySimulator().door())  # not started: its state is set by hand
    served = Served(session, syncer)
    opened = Browser(served)
    rung = threading.Event()

    def listen() -> None:
        headers = {"accept": "text/event-stream", "sec-fetch-site": "same-origin"}
        with opened.client.stream("GET", "/events", headers=headers) as stream:
            for line in stream.iter_lines():
                if line.startswith("retry"):
                    ready.set()
                if line.startswith("data"):
                    rung.set()
                    return

    ready = threading.Event()
    thread = threading.Thread(target=listen)
    try:
        assert "The relay has not been asked yet." in opened.get("/").text
        thread.start()
        assert ready.wait(5)
        away = say("Saved here. Waiting for the relay since {time}.", time=Moment(session.now()))
        syncer._state = SyncState(waiting_since=session.now(), message=away)
        assert rung.wait(3)
        assert "Waiting for the relay since 21:17." in opened.get("/").text
    finally:
        served.stop()
        thread.join()
        opened.client.close()


def test_a_page_that_does_not_exist_is_told_in_words(browser: Browser) -> None:
    answer = browser.get("/nothing/here")
    assert answer.status_code == 404
    assert "There is no such page." in answer.text


def test_keys_are_all_listed(browser: Browser) -> None:
    page = browser.get("/keys").text
    for word in ("search", "lock", "ask a vetting question", "Journeys"):
        assert word in page


def test_a_closed_desk_lets_nobody_in(browser: Browser) -> None:
    browser.server.desk.keyring.forget_all()
    assert browser.client.get("/").status_code == 403


def test_forms_refuse_with_sentences() -> None:
    form = Form(
        [("n", "x"), ("long", "я" * 300), ("day", "2017-02-30"), ("when", "soon"), ("ok", " a \x00\u202e b ")]
    )
    assert form.line("ok") == "a b"
    assert form.number("nothing", 0, 1) is None
    for refused in (
        lambda: form.number("n", 0, 9),
        lambda: form.line("long"),
        lambda: form.day("day"),
        lambda: form.moment("when"),
    ):
        with pytest.raises(OutOfRange) as told:
            refused()
        assert told.value.kept
        assert told.value.next_step


def test_clean_keeps_lines_and_letters_of_every_script() -> None:
    assert clean("а\r\nб\rв", 10) == "а\nб\nв"
    assert clean("e\u0301", 10) == "é"


def test_streams_end_when_the_desk_closes(browser: Browser) -> None:
    ended = threading.Event()

    def listen() -> None:
        headers = {"accept": "text/event-stream", "sec-fetch-site": "same-origin"}
        try:
            with browser.client.stream("GET", "/events", headers=headers) as stream:
                for line in stream.iter_lines():
                    if line.startswith("retry"):
                        ready.set()
        except httpx.HTTPError:
            pass
        ended.set()

    ready = threading.Event()
    thread = threading.Thread(target=listen)
    thread.start()
    assert ready.wait(5)
    browser.server.desk.close()
    assert ended.wait(3)
    thread.join()
