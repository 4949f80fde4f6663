"""Safety, this computer: what a member does with the vault itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.desk.watch import Watch
from leeward.ledger.errors import NoVault, WrongPassphrase
from leeward.ledger.model import put
from leeward.ledger.store.burn import burn
from leeward.ledger.store.vault import Vault
from leeward.office import computer
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, Served

HERE = "/safety/computer"
OLD, NEW = "test words", "six  new words й and one"  # blanks and accents to the letter


def test_the_page_is_reached_from_safety(browser: Browser) -> None:
    assert f'href="{HERE}"' in browser.get("/safety").text
    page = browser.get(HERE).text
    assert page.count('type="password"') == 5


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"old": OLD, "new": NEW, "again": NEW + "x"}, "are not the same"),
        ({"old": OLD, "new": "short", "again": "short"}, "too short"),
        ({"old": "not the words", "new": NEW, "again": NEW}, "The passphrase is not right."),
        ({}, "too short"),
    ],
)
def test_a_refused_passphrase_is_told_and_never_shown_again(
    browser: Browser, session: Session, fields: dict[str, str], told: str
) -> None:
    answer = browser.post(f"{HERE}/passphrase", fields)
    assert answer.status_code == 409
    assert told in answer.text
    assert not any(f'"{typed}"' in answer.text or f">{typed}<" in answer.text for typed in fields.values())
    assert sorted(file.name for file in (session.vault.folder / "slots").iterdir()) == ["1.age", "2.age"]


def test_the_passphrase_is_changed_to_the_letter(browser: Browser, session: Session) -> None:
    browser.client.timeout = 60  # the real work factor, on a machine that may be busy
    answer = browser.post(f"{HERE}/passphrase", {"old": OLD, "new": NEW, "again": NEW})
    assert "The new passphrase holds." in answer.text
    assert "й and one" not in answer.text
    session.vault.close()
    with pytest.raises(WrongPassphrase):
        Vault.open(session.vault.folder, OLD, clock=SystemClock(), chance=SystemChance())
    Vault.open(session.vault.folder, NEW, clock=SystemClock(), chance=SystemChance()).close()


def test_of_two_changes_from_the_same_passphrase_the_first_holds(session: Session) -> None:
    computer.change_passphrase(session, OLD, NEW, NEW, work_factor=2)
    with pytest.raises(WrongPassphrase):
        computer.change_passphrase(session, OLD, "another " + NEW, "another " + NEW, work_factor=2)
    assert sorted(file.name for file in (session.vault.folder / "slots").iterdir()) == ["1.age", "2.age"]


def test_burning_says_exactly_what_would_be_gone(browser: Browser, session: Session) -> None:
    vault = session.vault
    before = computer.what_burns(session)
    session.commit(vault.compartment_of("record"), put("claim", "r".ljust(26, "a"), text="x"))
    vault.blob_put("a" * 64, b"sealed")
    now = computer.what_burns(session)
    assert (now.records, now.files, now.unsent) == (before.records + 1, 1, before.unsent + 1)
    assert now.circles == len(vault.compartments())
    assert now.colleagues == 0
    page = browser.get(HERE).text
    assert f"{now.circles} circles, {now.records} records, 1 kept piece of a file" in page
    assert f"{now.unsent} entries are nowhere else yet" in page
    assert "No other device of the team could let you in again" in page


@pytest.mark.parametrize("typed", ["", "no", "burn it"])
def test_without_the_word_nothing_burns(
    browser: Browser, session: Session, server: Served, typed: str
) -> None:
    answer = browser.post(f"{HERE}/burn", {"word": typed})
    assert answer.status_code == 409
    assert "nothing was burnt" in answer.text
    assert (session.vault.folder / "slots" / "1.age").exists()
    assert not server.locked.is_set()


@pytest.mark.parametrize("typed", ["BURN", " сжечь "])
def test_with_the_word_the_vault_is_burnt_and_the_desk_ends(
    browser: Browser, session: Session, server: Served, typed: str
) -> None:
    answer = browser.post(f"{HERE}/burn", {"word": typed})
    assert "Burnt" in answer.text
    assert "/static/" not in answer.text
    assert server.locked.wait(5)
    assert not list(session.vault.folder.glob("slots*"))
    session.vault.close()
    with pytest.raises(NoVault):
        Vault.open(session.vault.folder, OLD, clock=SystemClock(), chance=SystemChance())


def test_a_desk_whose_vault_is_burnt_by_another_hand_locks(
    browser: Browser, session: Session, server: Served
) -> None:
    watch = Watch(server.desk.state)
    assert not watch.look()
    watch.start()
    try:
        assert not server.locked.wait(0.6)
        burn(session.vault.folder)
        assert server.locked.wait(5)
    finally:
        watch.stop()
