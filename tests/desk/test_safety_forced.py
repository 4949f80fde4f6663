"""Safety, this computer and Opened by force: setting up what another passphrase opens, and hearing of a colleague's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.store.vault import Vault
from leeward.office import beside, letters, opened
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser

HERE = "/safety/computer"
WORDS = "a quiet boat under the bridge"


@pytest.fixture
def waiting(session: Session) -> Session:
    """A session whose entries have reached a relay."""
    for outgoing in session.vault.outgoing():
        session.vault.sent(outgoing.item)
    return session


def test_it_is_set_up_changed_and_forgotten_from_the_page(browser: Browser, waiting: Session) -> None:
    page = browser.get(HERE).text
    assert "A passphrase for when you are forced" in page
    assert page.count('name="circle"') == 3
    record = waiting.vault.compartment_of("record")
    answer = browser.post(f"{HERE}/forced", {"words": WORDS, "again": WORDS, "circle": record, "alone": "1"})
    assert "Kept. It holds from now on." in answer.text
    assert "It would destroy the keys of all the rest here." in answer.text
    assert WORDS not in answer.text
    there = beside.kept(waiting)
    assert there is not None
    assert there.alone
    assert record in there.circles
    answer = browser.post(f"{HERE}/forced/forget")
    assert "No such passphrase opens anything here." in answer.text
    assert beside.kept(waiting) is None


@pytest.mark.parametrize(
    ("words", "again", "told"),
    [
        (WORDS, WORDS + "x", "are not the same"),
        ("short", "short", "too short"),
        ("test words", "test words", "too short"),
    ],
)
def test_a_refusal_is_told_and_the_form_is_open(
    browser: Browser, session: Session, words: str, again: str, told: str
) -> None:
    answer = browser.post(f"{HERE}/forced", {"words": words, "again": again})
    assert answer.status_code == 409
    assert told in answer.text
    assert '<details class="fold" id="forced-form" open>' in answer.text
    assert beside.kept(session) is None


def test_with_unsent_entries_nothing_is_to_be_destroyed(browser: Browser, session: Session) -> None:
    answer = browser.post(f"{HERE}/forced", {"words": WORDS, "again": WORDS, "alone": "1"})
    assert answer.status_code == 409
    assert f"{session.vault.unsent()} entries are nowhere else yet" in answer.text


def test_what_it_opens_shows_the_same_pages(browser: Browser, waiting: Session) -> None:
    browser.post(f"{HERE}/forced", {"words": WORDS, "again": WORDS})
    folder = waiting.vault.folder
    waiting.vault.close()
    with Vault.open(folder, WORDS, clock=SystemClock(), chance=SystemChance()) as vault:
        second = Session(vault, clock=SystemClock(), chance=SystemChance())
        assert opened.needs_now(second) == []
        assert not beside.is_possible(second)
        beside.forget(second)
    with Vault.open(folder, "test words", clock=SystemClock(), chance=SystemChance()) as vault:
        assert vault.device.id == waiting.vault.device.id


def test_a_forced_colleague_is_on_today_with_what_to_do(browser: Browser, session: Session) -> None:
    assert "No colleague" in browser.get(opened.HERE).text
    came = letters.Came("l1", "d", "m" * 26, session.now(), b"\1".ljust(32, b"\0"))
    opened.take(session, came)
    assert "was opened with the alarm passphrase" in browser.get("/").text
    page = browser.get(opened.HERE).text
    assert f'href="/safety/taken?member={"m" * 26}"' in page
    assert f'href="/safety/cut-off?w={"m" * 26}"' in page
    assert browser.get(f"/safety/taken?member={session.member_id}").status_code == 200
    answer = browser.post(f"{opened.HERE}/aside", {"id": "l1"})
    assert "It stays in this list." in answer.text
    assert "alarm passphrase" not in browser.get("/").text


def test_safety_leads_there(browser: Browser) -> None:
    page = browser.get("/safety").text
    assert f'href="{opened.HERE}"' in page
    assert f'href="{HERE}"' in page
