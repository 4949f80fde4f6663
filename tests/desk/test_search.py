from __future__ import annotations

from typing import TYPE_CHECKING

from leeward.office import intake
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser


def test_words_are_found_in_any_form_with_an_exact_count(browser: Browser, session: Session) -> None:
    for text in ("его задержали у моста", "задержан брат", "просто вопрос"):
        intake.log_call(session, text)
    page = browser.get("/search?q=задержание").text
    assert "задержали" in page or "задержан" in page
    page = browser.get("/search?q=задержан").text
    assert "2 found" in page


def test_nothing_found_says_what_to_try(browser: Browser) -> None:
    assert "Try fewer words" in browser.get("/search?q=нетакогослова").text


def test_violence_is_folded_in_what_is_found(browser: Browser, session: Session) -> None:
    contact = intake.log_call(session, "били трубами")
    [letter] = intake.conversation(session, contact).letters
    intake.mark_violent(session, letter.id, violent=True)
    page = browser.get("/search?q=трубами").text
    assert "May describe violence. Unfold" in page


def test_drafts_and_keys_are_never_found(browser: Browser, session: Session) -> None:
    contact = intake.log_call(session, "звонок")
    intake.save_draft(session, contact, "тайныйчерновик")
    assert "0 found" in browser.get("/search?q=тайныйчерновик").text


def test_odd_questions_are_survived(browser: Browser) -> None:
    for question in ("%22%22", "*", "a AND", "%00", "NEAR(", "q" * 299, "-", "%D0%B0:%D0%B1", "'"):
        assert browser.get(f"/search?q={question}").status_code == 200
    assert browser.get("/search?q=" + "q" * 301).status_code == 404
    assert browser.get("/search?q=a&after=x").status_code == 200
