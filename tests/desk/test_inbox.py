from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.reporter import Reporter, item_id

from leeward.office import intake
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, TestClock

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %}",
    "\u202eevil\u202c",
    "x\x00\x1b[31m",
    "%(num)s {who} %s",
    "я" * 10_000,
]


@pytest.fixture
def contact(session: Session, clock: TestClock) -> str:
    intake.take_in(session, item_id(), Reporter(session).first("меня отпустили вчера, телефон у них"))
    clock.pass_minutes(200)
    return intake.queue(session)[0].contact.id


def test_an_empty_inbox_says_what_will_come(browser: Browser) -> None:
    page = browser.get("/inbox").text
    assert "No reports yet" in page
    assert "within seconds" in page


def test_a_report_is_there_with_how_long_it_waits(browser: Browser, contact: str) -> None:
    page = browser.get("/inbox").text
    assert "1 person waits for an answer" in page
    assert "The longest for 3 hours." in page
    assert "меня отпустили вчера" in page


def test_an_answer_is_sealed_and_the_waiting_ends(browser: Browser, contact: str) -> None:
    page = browser.post(f"/inbox/{contact}/answer", {"text": "Мы прочитали."}).text
    assert "It goes by itself" in page
    assert "Мы прочитали." in page
    assert "Nobody waits for an answer" in page
    assert "It goes by itself" not in browser.get(f"/inbox/{contact}").text


def test_a_draft_comes_back(browser: Browser, contact: str) -> None:
    assert browser.post(f"/inbox/{contact}/draft", {"text": "Мы чит"}).status_code == 204
    assert "Мы чит</textarea>" in browser.get(f"/inbox/{contact}").text


def test_an_empty_answer_is_refused_with_words_and_nothing_is_lost(browser: Browser, contact: str) -> None:
    answer = browser.post(f"/inbox/{contact}/answer", {"text": " "})
    assert answer.status_code == 409
    assert "There is nothing to send yet." in answer.text


def test_one_press_judges_and_the_same_press_takes_it_back(
    session: Session, browser: Browser, contact: str
) -> None:
    browser.post(f"/inbox/{contact}/triage", {"urgency": "immediate"})
    assert intake.require_contact(session, contact).urgency == "immediate"
    browser.post(f"/inbox/{contact}/triage", {"urgency": "immediate"})
    assert intake.require_contact(session, contact).urgency == ""


def test_the_alarm_stands_on_top_with_what_to_do(session: Session, browser: Browser) -> None:
    reporter = Reporter(session)
    intake.take_in(session, item_id(), reporter.first("раз"))
    intake.take_in(session, item_id(), reporter.again("где вы?", alarm=True))
    contact = intake.queue(session)[0].contact.id
    page = browser.get("/inbox").text
    assert "1 person used the alarm form" in page
    assert "Write as if to a stranger" in page
    assert "Treat them as captured" in page
    assert "used the alarm form at 21:17" in browser.get("/").text
    page = browser.post(f"/inbox/{contact}/alarm").text
    assert "You act on this alarm." in page
    assert "Mila took it up at 21:17" in page
    assert "Written under force: the alarm form" in page


def test_facts_checks_and_a_grade_are_written_by_their_forms(
    session: Session, browser: Browser, contact: str
) -> None:
    browser.post(
        f"/inbox/{contact}/facts", [("needs", "shelter"), ("needs", "phone"), ("safe_when", "до 8:00")]
    )
    browser.post(f"/inbox/{contact}/check", {"text": "Что за мостом?", "ask": "1"})
    [check] = intake.conversation(session, contact).checks
    assert intake.draft_of(session, contact) == "Что за мостом?"
    browser.post(f"/inbox/check/{check.id}", {"outcome": "holds", "answer": "рынок"})
    page = browser.post(f"/inbox/{contact}/vetting", {"grade": "verified", "reason": "Сходится."}).text
    assert "до 8:00" in page
    assert "a phone · a bed" in page.replace("\n", " ")
    assert "1 question asked" in page
    assert "Waits for a second reader" in page
    browser.post(f"/inbox/{contact}/doubt", {"reason": "Спрашивает только адреса."})
    assert intake.require_contact(session, contact).vetting == "doubtful"


def test_what_cannot_be_chosen_is_refused(browser: Browser, contact: str) -> None:
    assert browser.post(f"/inbox/{contact}/triage", {"urgency": "purple"}).status_code == 409
    assert browser.post(f"/inbox/{contact}/facts", {"safe_device": "purple"}).status_code == 409


def test_a_call_becomes_a_contact(browser: Browser) -> None:
    page = browser.post(
        "/inbox/call", {"text": "Просит кровать", "channel": "phone", "urgency": "urgent"}
    ).text
    assert "Written down." in page
    assert "Просит кровать" in page
    assert "They left no words to answer with" in page


def test_a_message_is_folded_when_somebody_says_that_it_describes_violence(
    session: Session, browser: Browser, contact: str
) -> None:
    [letter] = intake.conversation(session, contact).letters
    page = browser.post(f"/inbox/message/{letter.id}/violent", {"violent": "yes"}).text
    assert "Describes violence. Unfold" in page
    assert "Folded: describes violence" in page
    assert "Its first line is folded." in browser.get("/").text


def test_something_unreadable_is_shown_and_put_aside(
    session: Session, browser: Browser, contact: str
) -> None:
    intake.take_in(session, item_id(), b"not a sealed file")
    assert "Unreadable" in browser.get("/inbox").text
    [kept] = intake.damaged(session)
    assert "Unreadable" not in browser.post(f"/inbox/unreadable/{kept.id}").text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_as_words(session: Session, browser: Browser, text: str) -> None:
    intake.take_in(session, item_id(), Reporter(session).first(text))
    browser.post("/inbox/call", {"text": text})
    for contact in [line.contact.id for line in intake.queue(session)]:
        intake.save_draft(session, contact, text)
        for field in ("safe_where", "place_told", "safe_note"):
            browser.post(f"/inbox/{contact}/facts", {field: text[:200]})
        page = browser.get(f"/inbox/{contact}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\u202e" not in page
        assert "\x1b" not in page
    assert browser.get("/").status_code == 200


def test_nobody_is_found_under_a_made_up_id(browser: Browser) -> None:
    for path in ("/inbox/zzz", "/inbox/" + "a" * 26, "/inbox/file/zzz/0"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "Nothing was changed." in answer.text
