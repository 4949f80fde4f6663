"""The page of channels: set up by typing once, tried, shown in words, forgotten; and what of it comes to Today."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.desk.conftest import Browser, Served
from tests.support.certificates import make_certificate
from tests.support.dovecot import PASSWORD, Post, dovecot
from tests.support.signal_cli import ACCOUNT, signal_daemon
from tests.support.smtp import Sending, smtp_server

from leeward.desk.pages.channels import AFTERS, SECURITIES
from leeward.domain.intake import Contact
from leeward.office import intake
from leeward.office.channels import settings
from leeward.office.channels.email_write import SUBJECTS
from leeward.office.session import Session

LETTER = b"From: somebody@example.org\r\nMessage-ID: <a@example.org>\r\nSubject: Hello\r\n\r\nHelp me\r\n"
SOMEBODY = "0a1b2c3d-0000-4000-8000-00000000000a"


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Post, Sending]]:
    pair = make_certificate(tmp_path)
    with dovecot(pair) as post, smtp_server(pair) as sending:
        yield post, sending


def until(found: Callable[[], object], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def typed(post: Post, sending: Sending, **other: str) -> dict[str, str]:
    return {
        "address": "hotline@example.net",
        "user": post.user,
        "password": PASSWORD,
        "imap_host": "127.0.0.1",
        "imap_port": str(post.imaps),
        "imap_security": "tls",
        "smtp_host": "127.0.0.1",
        "smtp_port": str(sending.port),
        "smtp_security": "starttls",
        "after": "mark",
        "certificate": post.certificate,
        **other,
    }


def test_before_anything_is_set_up_the_page_says_what_a_channel_costs(browser: Browser) -> None:
    page = browser.get("/channels").text
    assert "Not sealed on the way" in page
    assert "not set up" in page
    assert "/inbox/call" in page


def test_a_mailbox_is_typed_once_and_letters_and_answers_travel(
    browser: Browser, server: Served, session: Session, servers: tuple[Post, Sending]
) -> None:
    post, sending = servers
    post.deliver(LETTER)
    page = browser.post("/channels/email", typed(post, sending)).text
    assert "Kept on this desk, sealed" in page
    assert PASSWORD not in page
    until(lambda: session.find(Contact))
    contact = session.find(Contact)[0]
    shown = browser.get(f"/inbox/{contact.id}").text
    assert "Help me" in shown
    assert "not sealed on the way: both providers can read it" in shown
    browser.post(f"/inbox/{contact.id}/answer", {"text": "We have read it."})
    until(lambda: sending.letters)
    until(lambda: "handed over" in browser.get(f"/inbox/{contact.id}").text)
    until(lambda: "It works; last looked at" in browser.get("/channels").text)
    found = browser.post("/channels/email/check").text
    assert "Both servers answer, and know the password." in found
    assert PASSWORD not in found
    server.desk.state.channels.stop()


def test_a_wrong_password_stands_still_in_words_and_another_one_mends_it(
    browser: Browser, server: Served, session: Session, servers: tuple[Post, Sending]
) -> None:
    post, sending = servers
    browser.post("/channels/email", typed(post, sending, password="wrong-one"))
    until(lambda: "does not take this user and password" in browser.get("/channels").text)
    page = browser.get("/channels").text
    assert "standing still" in page
    assert "wrong-one" not in page
    browser.post("/channels/email", typed(post, sending))
    until(lambda: "It works; last looked at" in browser.get("/channels").text)
    again = browser.post("/channels/email", typed(post, sending, password="", subject="Harbour")).text
    assert "Kept on this desk" in again
    kept = settings.load_settings(session)["email"]
    assert isinstance(kept, settings.EmailSettings)
    assert (kept.password, kept.subject) == (PASSWORD, "Harbour")
    assert "Forgotten on this desk" in browser.post("/channels/email/forget").text
    assert settings.load_settings(session) == {}
    server.desk.state.channels.stop()


def test_what_cannot_be_right_comes_back_to_be_mended_without_the_password(
    browser: Browser, session: Session
) -> None:
    fields = {
        "address": "nonsense",
        "user": "u",
        "password": "secret-typed",
        "imap_host": "mail.example.org",
        "smtp_host": "mail.example.org",
    }
    page = browser.client.post(
        "/channels/email",
        data=fields,
        headers={"origin": browser.origin, "sec-fetch-site": "same-origin"},
    )
    assert page.status_code == 409
    assert "is not an e-mail address" in page.text
    assert 'value="mail.example.org"' in page.text
    assert "secret-typed" not in page.text
    bare = {**fields, "address": "a@example.org", "imap_security": "none"}
    answer = browser.client.post(
        "/channels/email", data=bare, headers={"origin": browser.origin, "sec-fetch-site": "same-origin"}
    )
    assert "Without TLS, everybody on the way" in answer.text
    assert settings.load_settings(session) == {}


def test_signal_is_set_up_tried_and_a_changed_number_is_told_everywhere(
    browser: Browser, server: Served, session: Session, tmp_path: Path
) -> None:
    (tmp_path / "s").mkdir()
    with signal_daemon(tmp_path / "s") as daemon:
        browser.post("/channels/signal", {"account": ACCOUNT, "socket": str(daemon.path)})
        daemon.arrive(SOMEBODY, "Help me")
        until(lambda: session.find(Contact))
        contact = session.find(Contact)[0]
        until(lambda: session.vault.find("safety-number"))
        number = daemon.change_key(SOMEBODY)
        daemon.arrive(SOMEBODY, "It is me", later=1)
        until(lambda: number in browser.get("/channels").text)
        assert "The safety number of" in browser.get("/").text
        intake.answer(session, contact.id, "Where are you?")
        until(lambda: "Answers that did not go out" in browser.get("/channels").text)
        browser.post(f"/channels/compare/{contact.id}")
        until(lambda: daemon.sent)
        until(lambda: "Answers that did not go out" not in browser.get("/channels").text)
        assert "signal-cli 0.13.18 answers for" in browser.post("/channels/signal/check").text
        server.desk.state.channels.stop()


def test_a_desk_without_the_hotlines_key_says_so(
    browser: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.vault, "compartments", lambda _=None: [])
    assert "does not hold the hotline" in browser.get("/channels").text


def test_every_choice_of_the_form_is_one_that_the_settings_know() -> None:
    assert {code for code, _ in SECURITIES} == set(settings.SECURITIES)
    assert {code for code, _ in AFTERS} == set(settings.AFTERS)
    assert set(SUBJECTS) == {"ru", "en"}
