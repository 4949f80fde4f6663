"""Casework in a real browser: nothing wider than its window, no barrier that axe can find, no complaint."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.desk.conftest import Served, TestClock
from tests.desk.scene import act_out
from tests.support.browser import Browsing, find_barriers, overflows

from leeward.office.session import Session


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "ru")])
def test_the_pages_of_casework_fit_and_can_be_read_by_everyone(
    session: Session, clock: TestClock, browsing: Browsing, width: int, scheme: str, language: str
) -> None:
    ids = act_out(session, clock)
    served = Served(session, language=language)
    try:
        page = browsing.page(
            served.desk.address(),
            width=width,
            height=844,
            lang=language,
            scheme="dark" if scheme == "dark" else "light",
        )
        juniper = f"/people/{ids['Juniper']}"
        for address in (
            "/people",
            "/people/open",
            *(f"{juniper}?tab={tab}" for tab in ("story", "work", "journey", "consent", "history")),
            f"/people/{ids['Heather']}?tab=work",
            "/places",
            f"/places/{ids['Harbour 4']}",
            "/places/new",
            "/places/exposed",
            "/journeys",
            f"/journeys/new?case={ids['Birch']}",
        ):
            page.goto(f"http://127.0.0.1:{served.port}{address}", wait_until="domcontentloaded")
            assert not overflows(page), address
            assert find_barriers(page) == [], address
    finally:
        browsing.close()
        served.stop()
    assert [told for told in browsing.complaints if "/built/" not in told and "404" not in told] == []


@pytest.mark.browser
def test_with_the_keyboard_alone_a_task_is_promised_and_done(
    session: Session, clock: TestClock, browsing: Browsing
) -> None:
    ids = act_out(session, clock)
    served = Served(session)
    try:
        page = browsing.page(served.desk.address(), width=1280, height=800, lang="en")
        page.goto(f"http://127.0.0.1:{served.port}/people/{ids['Larch']}?tab=work&add=task")
        expect(
            page.locator("#fold-task input[name=title]")
        ).to_be_focused()  # the focus comes a moment after the page
        page.keyboard.type("Ring the consulate")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Ring the consulate")
        row = page.locator("li", has_text="Ring the consulate").first
        row.get_by_role("button", name="Done", exact=True).first.press("Enter")
        page.wait_for_selector("text=It can be taken back under")
    finally:
        browsing.close()
        served.stop()


@pytest.mark.browser
def test_typing_narrows_the_list_at_once(session: Session, clock: TestClock, browsing: Browsing) -> None:
    act_out(session, clock)
    served = Served(session)
    try:
        page = browsing.page(served.desk.address(), width=1280, height=800, lang="en")
        page.goto(f"http://127.0.0.1:{served.port}/people")
        page.locator("[data-filter=people]").press_sequentially("HARBOUR 4")
        page.wait_for_function("document.querySelectorAll('tr[data-row]:not([hidden])').length === 2")
        assert sorted(row.inner_text().split()[0] for row in page.locator("tr[data-row]:visible").all()) == [
            "Aspen",
            "Elm",
        ]
    finally:
        browsing.close()
        served.stop()
