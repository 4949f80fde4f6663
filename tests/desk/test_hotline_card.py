"""The page's card at the desk: what to do after a cut, in words and buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.office.cutoff import make_new_keys, put_out
from leeward.office.hotline_page import renewal
from leeward.office.team import hotline_of

if TYPE_CHECKING:
    from tests.desk.conftest import Browser

PAGE = "/safety/hotline"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[tuple[Desk, Desk, Desk]]:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris")
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara")
    settle(anna, boris, clara)
    with closing(anna, boris, clara):
        yield anna, boris, clara


@pytest.fixture
def session(team: tuple[Desk, Desk, Desk]) -> object:
    """Anna's, so that `browser` is at her desk."""
    return team[0].session


def cut_off(desk: Desk, colleague: Desk, lost: Desk) -> None:
    put_out(desk.session, [lost.device_id])
    desk.sync()
    while make_new_keys(desk.session, 9):
        pass
    settle(desk, colleague)


def test_a_page_of_before_this_is_given_a_card_by_hand_and_then_names_the_team(
    team: tuple[Desk, Desk, Desk], browser: Browser
) -> None:
    anna, _, _ = team
    assert "does not name two people" in browser.get(PAGE).text
    before = hotline_of(anna.session)
    assert "Save it under Safety" in browser.post(f"{PAGE}/card/hand").text
    assert hotline_of(anna.session).box != before.box
    assert "does not name two people" not in browser.get(PAGE).text
    assert '"heirs"' in browser.get("/safety/card").text
    state = renewal.standing(anna.session)
    assert state is not None
    assert state.two


def test_after_a_cut_a_colleagues_draft_is_confirmed_with_one_press(
    team: tuple[Desk, Desk, Desk], browser: Browser
) -> None:
    anna, boris, clara = team
    browser.post(f"{PAGE}/card/hand")
    settle(anna, boris, clara)
    cut_off(anna, boris, clara)
    assert "The page needs a new card" in browser.get("/").text
    assert f"{PAGE}#card" in browser.get("/safety").text
    assert "Make the new card" in browser.get(PAGE).text
    draft = renewal.draft(boris.session)  # at Boris's: so the letters change
    settle(boris, anna)
    assert "Confirm the page&#39;s new card" in browser.get("/").text
    page = browser.get(PAGE).text
    assert "its letters will be" in page
    assert draft.id in page
    after = browser.post(f"{PAGE}/card/confirm", {"card": draft.id}).text
    assert "Confirmed." in after
    assert "Reports are sealed to the newest key" in after
    assert "new letters to compare" in after
    assert hotline_of(anna.session).box == draft.box
    assert "needs a new card" not in browser.get("/").text


def test_the_own_draft_shows_no_button_and_cannot_be_confirmed(
    team: tuple[Desk, Desk, Desk], browser: Browser
) -> None:
    anna, boris, clara = team
    browser.post(f"{PAGE}/card/hand")
    settle(anna, boris, clara)
    cut_off(anna, boris, clara)
    page = browser.post(f"{PAGE}/card/draft").text
    assert "waits for a second person" in page
    assert not re.search("card/confirm", page)
    state = renewal.standing(anna.session)
    assert state is not None
    assert state.draft is not None
    for named in (state.draft.id, "", "x", "../team"):
        assert browser.post(f"{PAGE}/card/confirm", {"card": named}).status_code == 409


def test_two_alone_are_told_to_hand_the_card_over(team: tuple[Desk, Desk, Desk], browser: Browser) -> None:
    anna, boris, clara = team
    cut_off(anna, boris, clara)  # the card of the founding names nobody
    page = browser.get(PAGE).text
    assert "must be handed to the relay" in page
    assert browser.post(f"{PAGE}/card/draft").status_code == 409
