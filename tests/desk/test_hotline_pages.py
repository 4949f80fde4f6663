"""Our intake page at the desk: questions, the gate, the alarm, the offline form, letters brought another way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
from tests.support.reporter import CHANCE, Reporter
from tests.support.tampering import serve_page

from leeward.domain.intake import Letter
from leeward.office.hotline_page import alarms, gate, questionnaire, watch
from leeward.office.hotline_page.keeper import open_visit
from leeward.office.session import Session
from leeward.office.team import hotline_of
from leeward.sync.port import hash_of_token
from leeward.wire.envelope import print_envelope, print_envelope_text
from leeward.wire.turn import Make, Post, Turn, print_turn

if TYPE_CHECKING:
    from tests.desk.conftest import Browser

HOME = "/safety/hotline"
QUESTIONS = f"{HOME}/questions"


def raw(browser: Browser, path: str, content: bytes) -> httpx.Response:
    headers = {
        "content-type": "application/octet-stream",
        "origin": browser.origin,
        "sec-fetch-site": "same-origin",
    }
    return browser.client.post(path, content=content, headers=headers)


def letter(session: Session, text: str) -> bytes:
    reporter, hotline = Reporter(session), hotline_of(session)
    makes = tuple(
        Make(bytes.fromhex(way.box), hash_of_token(way.read), hash_of_token(way.write))
        for way in (reporter.way, reporter.alarm_way)
    )
    sealed = reporter.first(text, path="offline")
    post = Post(bytes.fromhex(hotline.box), bytes.fromhex(hotline.write), CHANCE.draw(16), sealed)
    return print_envelope([print_turn(Turn(makes=makes, post=post))])


def test_questions_are_written_ordered_and_published(browser: Browser, session: Session) -> None:
    assert "The page asks nothing but the free text" in browser.get(QUESTIONS).text
    for ru, en in (("Где вы спите?", "Where do you sleep?"), ("Вас сколько?", "How many are you?")):
        browser.post(f"{QUESTIONS}/add")
        one = questionnaire.questions(session)[-1]
        page = browser.post(f"{QUESTIONS}/{one.id}", {"text-ru": ru, "text-en": en}).text
    assert "Changed here, and not on the page yet" in page
    first, second = questionnaire.questions(session)
    assert not first.required
    browser.post(f"{QUESTIONS}/{second.id}/move", {"to": "up"})
    browser.post(f"{QUESTIONS}/{first.id}", {"text-ru": "Где вы спите?", "text-en": "", "required": "1"})
    page = browser.post(f"{QUESTIONS}/publish").text
    assert "Version 1 is signed." in page
    assert "not in: en" in page
    card = browser.get("/safety/card").json()
    assert [one["id"] for one in card["questions"]["list"]] == [second.id, first.id]
    assert card["questions"]["list"][1] == {"id": first.id, "required": True, "text": {"ru": "Где вы спите?"}}
    browser.post(f"{QUESTIONS}/{second.id}/drop")
    assert "Version 2 is signed." in browser.post(f"{QUESTIONS}/publish").text
    assert "How many are you?" in browser.get(QUESTIONS).text  # in the history of versions


def test_the_gate_says_what_happens_and_shows_how_it_stands(browser: Browser, session: Session) -> None:
    assert "Everybody can write." in browser.get(HOME).text
    page = browser.post(f"{HOME}/gate", {"to": "known"}).text
    assert "Only people with words can write to us" in page
    assert "The relay has not heard this yet." in page
    assert gate.gate_of(session).known_only
    assert "Only people with words can write to us now." in browser.get("/inbox").text
    assert "Everybody can write." in browser.post(f"{HOME}/gate", {"to": "open"}).text
    assert "Only people with words" not in browser.get("/inbox").text


def test_a_page_that_differs_is_loud_on_today_safety_and_here(browser: Browser, session: Session) -> None:
    with serve_page(watch.our_cards(session)[0]) as served:
        browser.post(f"{HOME}/settings", {"address": served.address, "minutes": "25"})
        watch.look_at_everything(session, lambda language: open_visit(session, language))
        page = browser.get(HOME).text
        assert "The intake page is ours" in page
        served.change = lambda url, _headers, body: (
            body + b"<script>1</script>" if url == "/?lang=ru" else None
        )
        watch.look_at_everything(session, lambda language: open_visit(session, language))
    [alarm] = alarms.open_alarms(session)
    assert "The intake page is not ours" in browser.get("/").text
    assert "The intake page differs from ours" in browser.get("/safety").text
    page = browser.get(HOME).text
    assert "Take the page down" in page
    assert "/?lang=ru" in page
    kept = browser.get(f"{HOME}/found/{alarm.id}")
    assert kept.content.endswith(b"<script>1</script>")
    assert kept.headers["content-disposition"].startswith("attachment")
    assert browser.post(f"{HOME}/settle", {"alarm": alarm.id, "why": ""}).status_code == 409
    page = browser.post(f"{HOME}/settle", {"alarm": alarm.id, "why": "Server taken down, built anew."}).text
    assert "Server taken down, built anew." in page
    assert "The intake page is not ours" not in browser.get("/").text


def test_the_offline_form_is_made_once_and_known_again(browser: Browser) -> None:
    page = browser.post(f"{HOME}/form").text
    assert "The form is made and signed." in page
    first, second = browser.get(f"{HOME}/form").content, browser.get(f"{HOME}/form").content
    assert first == second
    assert raw(browser, f"{HOME}/form/check", first).status_code == 201
    assert "It is ours, whole, signed at Mila&#39;s computer." in browser.get(HOME).text
    changed = raw(browser, f"{HOME}/form/check", first.replace(b"h1", b"h2", 1))
    assert changed.status_code == 409
    assert "one byte of it was changed" in changed.text


def test_letters_come_in_as_files_and_as_text_once(browser: Browser, session: Session) -> None:
    envelope = letter(session, "Нас двое.")
    assert raw(browser, f"{HOME}/envelope", envelope).status_code == 201
    page = browser.post(f"{HOME}/letter", {"text": "Hello,\n" + print_envelope_text(envelope)}).text
    assert "This letter is here already." in page
    assert [one.text for one in session.find(Letter)] == ["Нас двое."]
    assert "Нас двое." in browser.get("/inbox").text
    refused = raw(browser, f"{HOME}/envelope", b"MZ not an envelope")
    assert refused.status_code == 409
    assert "no envelope" in refused.text
    assert browser.post(f"{HOME}/letter", {"text": "BEGIN"}).status_code == 409


def test_the_texts_for_the_website_carry_the_hash(browser: Browser, session: Session) -> None:
    ours = watch.our_page(session)
    assert ours is not None
    page = browser.get(HOME).text
    assert ours.whole in page
    assert re.sub(r"(.{8})(?!$)", r"\1 ", ours.whole) in page
