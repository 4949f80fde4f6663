"""A missed sign of life rises on an open desk by itself, by the real clock, and the pages fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.desk.conftest import Served, TestClock
from tests.desk.scene import act_out
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, found, newcomer, settle

from leeward.base.ports import SystemClock
from leeward.domain.cases.checkins import CheckIn, CheckInState
from leeward.domain.intake import Contact
from leeward.office import casework_checkins
from leeward.office.casework_open import open_case
from leeward.office.intake import take_in
from leeward.office.session import Session

MINUTE = 60_000

pytestmark = pytest.mark.browser


def test_it_rises_on_every_entitled_desk_without_a_click_and_goes_from_all(
    tmp_path: Path, browsing: Browsing
) -> None:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door(), name="Anna", role="coordinator", clock=SystemClock())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", clock=SystemClock())
    desks: list[Desk] = [anna, boris]
    settle(*desks)
    me, other = anna.session.member_id, boris.session.member_id
    who = open_case(anna.session, "", pseudonym="Juniper", member_ids=[me, other]).case_id
    settle(*desks)
    served = [Served(one.session) for one in desks]
    try:
        pages = [browsing.page(one.desk.address()) for one in served]
        pages[1].goto(f"http://127.0.0.1:{served[1].port}/safety", wait_until="domcontentloaded")
        due = anna.session.now() + 5_000
        casework_checkins.schedule_check_ins(anna.session, who, due, grace=0)
        settle(*desks)
        expect(pages[0].get_by_text("Juniper was to give a sign of life")).to_be_visible(timeout=MINUTE)
        assert 0 <= anna.session.now() - due < MINUTE
        expect(pages[1].get_by_text("1 sign of life is missing")).to_be_visible(timeout=MINUTE)
        pages[0].get_by_role("button", name="They are safe").click()
        expect(pages[0].get_by_text("They are safe. It is noted")).to_be_visible(timeout=MINUTE)
        settle(*desks)
        expect(pages[1].get_by_text("1 sign of life is missing")).to_be_hidden(timeout=MINUTE)
    finally:
        browsing.close()
        for one in served:
            one.stop()
        for desk in desks:
            desk.close()


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "ru")])
def test_the_pages_fit_and_everybody_can_read_them(
    session: Session, clock: TestClock, browsing: Browsing, width: int, scheme: str, language: str
) -> None:
    who = act_out(session, clock)["Willow"]
    casework_checkins.schedule_check_ins(session, who, clock.ms, grace=15 * MINUTE)
    clock.pass_minutes(20)
    served = Served(session, language=language)
    here = f"http://127.0.0.1:{served.port}"
    try:
        page = browsing.page(
            served.desk.address(),
            width=width,
            height=844,
            lang=language,
            scheme="dark" if scheme == "dark" else "light",
        )
        for address in ("/", f"/people/{who}?tab=work", f"/safety/ladder?case={who}", "/inbox/call"):
            page.goto(here + address, wait_until="domcontentloaded")
            assert not overflows(page), address
            assert find_barriers(page) == [], address
    finally:
        browsing.close()
        served.stop()


def test_a_call_is_a_sign_of_life_in_two_keys(session: Session, clock: TestClock, browsing: Browsing) -> None:
    take_in(session, item_id(), Reporter(session).first("Помогите."))
    who = open_case(session, session.find(Contact)[0].id, pseudonym="Juniper").case_id
    clock.pass_minutes(1)
    (check,) = casework_checkins.schedule_check_ins(session, who, clock.ms, grace=0)
    clock.pass_minutes(1)
    served = Served(session)
    try:
        page = browsing.page(served.desk.address())
        page.goto(f"http://127.0.0.1:{served.port}/inbox/call", wait_until="load")
        expect(page.locator("textarea[data-send]")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Written down as a sign of life.")).to_be_visible(timeout=MINUTE)
        found = session.get(CheckIn, check)
        assert found is not None
        assert found.state(clock.ms) == CheckInState.ANSWERED
    finally:
        browsing.close()
        served.stop()
