"""Safety, this computer: what a member does with the vault itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import WrongPassphrase
from leeward.ledger.store.vault import Vault
from leeward.office import computer
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser

HERE = "/safety/computer"
OLD, NEW = "test words", "six  new words й and one"  # blanks and accents to the letter


def test_the_page_is_reached_from_safety(browser: Browser) -> None:
    assert f'href="{HERE}"' in browser.get("/safety").text
    page = browser.get(HERE).text
    assert page.count('type="password"') == 3


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
    assert [file.name for file in (session.vault.folder / "slots").iterdir()] == ["1.age"]


def test_the_passphrase_is_changed_to_the_letter(browser: Browser, session: Session) -> None:
    answer = browser.post(f"{HERE}/passphrase", {"old": OLD, "new": NEW, "again": NEW})
    assert "The new passphrase holds." in answer.text
    assert "six" not in answer.text.lower().replace("six words", "")
    session.vault.close()
    with pytest.raises(WrongPassphrase):
        Vault.open(session.vault.folder, OLD, clock=SystemClock(), chance=SystemChance())
    Vault.open(session.vault.folder, NEW, clock=SystemClock(), chance=SystemChance()).close()


def test_of_two_changes_from_the_same_passphrase_the_first_holds(session: Session) -> None:
    computer.change_passphrase(session, OLD, NEW, NEW, work_factor=2)
    with pytest.raises(WrongPassphrase):
        computer.change_passphrase(session, OLD, "another " + NEW, "another " + NEW, work_factor=2)
    assert [file.name for file in (session.vault.folder / "slots").iterdir()] == ["2.age"]
