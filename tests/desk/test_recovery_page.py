"""Safety, coming back: agreeing, taking one's words out, the rehearsal, backups, and what Today says about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.desk.conftest import TestClock

from leeward.domain.recovery import WordsShown
from leeward.office import backups, recovery, recovery_view
from leeward.office.recovery_escrow import share_out
from leeward.office.session import Session
from leeward.seal.shares import read_keys

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desk.conftest import Browser

HERE = "/safety/recovery"
PASS = "test words"


@pytest.fixture
def alone(session: Session) -> Session:
    """A team of one whose desk has drawn words."""
    share_out(session, 100)
    return session


def agree(browser: Browser, session: Session) -> None:
    assert "Agreed." in browser.post(f"{HERE}/propose", {"needed": "1", "member": session.member_id}).text


def sheets(page: str) -> list[str]:
    return [
        " ".join(re.findall(r"<li>([a-z]+)</li>", one))
        for one in re.findall(r"<ol>(.*?)</ol>", page, re.DOTALL)
    ]


def test_the_page_is_reached_from_safety_and_says_what_is_not_covered(
    browser: Browser, alone: Session
) -> None:
    assert f'href="{HERE}"' in browser.get("/safety").text
    assert "nothing that this desk holds would come back" in browser.get(HERE).text


def test_words_come_out_only_with_the_passphrase_and_as_an_entry(browser: Browser, alone: Session) -> None:
    key = recovery.own_key(alone)
    wrong = browser.post(f"{HERE}/words", {"passphrase": "not them", "how": "screen"})
    assert wrong.status_code == 409
    assert sheets(wrong.text) == []
    assert alone.find(WordsShown) == []
    page = browser.post(f"{HERE}/words", {"passphrase": PASS, "how": "screen"})
    assert read_keys(sheets(page.text)) == [key]
    assert [one.by for one in alone.find(WordsShown)] == [alone.member_id]
    assert "no-store" in page.headers["cache-control"]


def test_any_two_of_three_sheets_are_enough_and_a_sheet_says_nothing_about_the_team(
    browser: Browser, alone: Session
) -> None:
    agree(browser, alone)
    page = browser.post(f"{HERE}/words", {"passphrase": PASS, "how": "sheets"}).text
    found = sheets(page)
    assert len(found) == 3
    key = recovery.own_key(alone)
    assert all(read_keys([one for one in found if one != left]) == [key] for left in found)
    printed = page.split("<article", 1)[1]
    assert not any(word in printed for word in ("Harbour", "Mila", "eeward", "http"))


def test_a_team_of_one_agrees_and_today_asks_for_the_paper_and_then_for_a_rehearsal(
    browser: Browser, alone: Session, clock: TestClock
) -> None:
    assert recovery_view.needs_now(alone) == []
    agree(browser, alone)
    assert [need.href for need in recovery_view.needs_now(alone)] == [f"{HERE}#words"]
    browser.post(f"{HERE}/words", {"passphrase": PASS, "how": "sheet"})
    assert recovery_view.needs_now(alone) == []
    clock.pass_minutes(31 * 24 * 60)
    assert [need.href for need in recovery_view.needs_now(alone)] == [f"{HERE}#rehearse"]
    assert "It is a month since you tried" in browser.get("/").text


def test_what_cannot_be_agreed_on_is_refused_with_a_sentence(browser: Browser, alone: Session) -> None:
    for fields in (
        {"needed": "2", "member": alone.member_id},
        {"needed": "1"},
        {"needed": "1", "member": "x"},
    ):
        answer = browser.post(f"{HERE}/propose", fields)
        assert answer.status_code == 409
        assert "Nothing was changed." in answer.text
    assert recovery.agreed(alone) is None


def test_a_rehearsal_begins_only_with_the_right_words(browser: Browser, alone: Session) -> None:
    agree(browser, alone)
    refused = browser.post(f"{HERE}/rehearse", {"words": "one two three"})
    assert refused.status_code == 409
    assert "A sheet has twenty words, and 3 words are here." in refused.text
    key = recovery.own_key(alone)
    assert key is not None
    assert "It has begun." in browser.post(f"{HERE}/rehearse", {"words": key.words().upper()}).text


def test_backups_are_set_up_made_and_stopped(browser: Browser, alone: Session, tmp_path: Path) -> None:
    agree(browser, alone)
    refused = browser.post(f"{HERE}/backups", {"place": "somewhere", "hours": "24", "keep": "7"})
    assert refused.status_code == 409
    there = tmp_path / "stick"
    there.mkdir()
    browser.post(f"{HERE}/backups", {"place": str(there), "hours": "24", "keep": "7", "secret": " s "})
    assert "read again" in browser.post(f"{HERE}/backup-now").text
    assert len(list(there.iterdir())) == 1
    assert " s " not in browser.get(HERE).text
    browser.post(f"{HERE}/backups/stop")
    assert backups.settings(alone) is None


def test_other_words_open_what_is_shared_out_from_then_on(browser: Browser, alone: Session) -> None:
    agree(browser, alone)
    share_out(alone, 100)
    old, before = recovery.own_key(alone), recovery.circle_now(alone)
    browser.post(f"{HERE}/renew")
    now = recovery.circle_now(alone)
    assert recovery.own_key(alone) != old
    assert before is not None
    assert now is not None
    assert now.name != before.name


def test_the_words_have_the_lock_in_reach_and_go_from_the_screen_with_it(
    browser: Browser, alone: Session
) -> None:
    assert recovery.own_key(alone)
    page = browser.post(f"{HERE}/words", {"passphrase": PASS, "how": "screen"}).text
    assert sheets(page)
    assert 'action="/lock"' in page
    assert "data-lock" in page
    assert "/built/desk.js" in page, "it empties the page when the desk locks by itself"
