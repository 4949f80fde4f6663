"""One form cuts a lost device off: it says what was readable, does it with one press, and tells how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.cases.case import Case, Identity
from leeward.domain.typed import write_new
from leeward.office.cutoff import make_new_keys, put_out
from leeward.office.hotline_page import questionnaire
from leeward.office.safety import gather
from leeward.office.team import grant_case, page_recipient

if TYPE_CHECKING:
    from tests.desk.conftest import Browser


@pytest.fixture
def team(tmp_path: Path) -> Iterator[tuple[Desk, Desk, Desk]]:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator")
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara", role="operator")
    settle(anna, boris, clara)
    vault = anna.vault
    case, sealed, other = (vault.make_compartment(kind).id for kind in ("case", "identity", "case"))
    anna.session.commit(case, write_new(Case(id="c1", pseudonym="Heron")))
    anna.session.commit(sealed, write_new(Identity(id="i1", case_id="c1", legal_name="secret")))
    anna.session.commit(other, write_new(Case(id="c2", pseudonym="Swallow")))
    for circle in (case, sealed):
        grant_case(anna.session, circle, [anna.session.member_id, clara.session.member_id])
    grant_case(anna.session, other, [anna.session.member_id])
    settle(anna, boris, clara)
    with closing(anna, boris, clara):
        yield anna, boris, clara


@pytest.fixture
def session(team: tuple[Desk, Desk, Desk]) -> object:
    """Anna's, so that `browser` is at her desk."""
    return team[0].session


def test_the_form_lists_what_was_readable_and_nothing_else(
    team: tuple[Desk, Desk, Desk], browser: Browser
) -> None:
    _, _, clara = team
    safety = browser.get("/safety").text
    assert f'href="/safety/cut-off?w={clara.device_id}"' in safety
    for named in (clara.device_id, clara.session.member_id):
        page = browser.get(f"/safety/cut-off?w={named}").text
        for words in (
            "The hotline",
            "Beds",
            "The team itself",
            "Heron",
            "Legal identities",
            "Cut it off now",
        ):
            assert words in page
        for words in ("The record", "Swallow", "secret"):
            assert words not in page
    assert "has left" in page


def test_one_press_cuts_off_and_the_page_says_how_far_the_new_keys_are(
    team: tuple[Desk, Desk, Desk], browser: Browser
) -> None:
    anna, boris, clara = team
    page = browser.post("/safety/cut-off", {"device": clara.device_id}).text
    assert "Cut off. New keys are being made." in page
    assert "New keys: 0 of 5 parts." in page
    assert make_new_keys(anna.session, 2)
    assert "New keys: 2 of 5 parts." in browser.get("/safety").text
    while make_new_keys(anna.session, 2):
        pass
    page = browser.get("/safety").text
    assert "All 5 parts that it could read have new keys." in page
    assert "One colleague more has to agree" in page
    assert "1 device was cut off by one person alone" in page
    assert all(clara.session.member_id not in row.open_to for row in gather(anna.session).circles)
    settle(anna, boris, clara)
    put_out(boris.session, [clara.device_id])
    settle(boris, anna)
    assert "One colleague more has to agree" not in browser.get("/safety").text


def test_it_can_be_taken_back(team: tuple[Desk, Desk, Desk], browser: Browser) -> None:
    _, _, clara = team
    browser.post("/safety/cut-off", {"device": clara.device_id})
    page = browser.post("/safety/bring-back", {"device": clara.device_id}).text
    assert "It belongs to the team again" in page
    assert "cut off" not in page.lower().replace("cut-off", "")


def test_what_a_colleague_did_is_shown_with_their_name_and_can_be_agreed_with(
    team: tuple[Desk, Desk, Desk], browser: Browser
) -> None:
    anna, boris, clara = team
    put_out(boris.session, [clara.device_id])
    settle(boris, anna)
    page = browser.get("/safety").text
    assert "Boris" in page
    assert "Confirm the cut" in page
    assert (
        "One colleague more has to agree"
        not in browser.post("/safety/cut-off", {"device": clara.device_id}).text
    )


@pytest.mark.parametrize("named", ["", "x", "a" * 26, "../team"])
def test_who_is_not_there_cannot_be_cut_off(
    team: tuple[Desk, Desk, Desk], browser: Browser, named: str
) -> None:
    assert browser.get(f"/safety/cut-off?w={named}").status_code == 303
    for path in ("/safety/cut-off", "/safety/bring-back"):
        assert browser.post(path, {"device": named}).status_code == 409
    assert browser.post("/safety/cut-off", {"device": team[0].device_id}).status_code == 409
    assert not any(one.removed_at for one in team[0].vault.roster().values())


def test_the_pages_card_stays_until_it_is_handed_over_and_the_page_says_that_its_key_is_old(
    team: tuple[Desk, Desk, Desk],
) -> None:
    anna, _, clara = team
    before = page_recipient(anna.session).string()
    put_out(anna.session, [clara.device_id])
    while make_new_keys(anna.session, 9):
        pass
    seen = gather(anna.session)
    assert seen.card_is_old
    assert seen.faults == []
    assert page_recipient(anna.session).string() == before
    questionnaire.publish(anna.session)  # the same key: the page takes it by itself
    assert page_recipient(anna.session).string() == before
    questionnaire.publish(anna.session, new_key=True)
    assert page_recipient(anna.session).string() != before
    assert not gather(anna.session).card_is_old


def test_a_device_whose_member_nobody_wrote_down_is_shown(
    team: tuple[Desk, Desk, Desk], browser: Browser
) -> None:
    anna, _, _ = team
    names = [line.member.name for line in gather(anna.session).members]
    assert names == ["Anna", "Boris", "Clara"]
    assert browser.get("/safety").text.count("let in by Anna") == 2
