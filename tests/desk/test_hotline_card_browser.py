"""The page's card in a real browser: at a desk and on a telephone, in the longer language."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.desk.conftest import Served
from tests.desk.test_hotline_card import cut_off, team
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.teams import settle

from leeward.office.hotline_page import renewal

if TYPE_CHECKING:
    from tests.support.teams import Desk

pytestmark = pytest.mark.browser
__all__ = ["team"]


@pytest.mark.parametrize("lang", ["ru"])
def test_a_draft_is_confirmed_at_the_desk_and_on_a_telephone(
    team: tuple[Desk, Desk, Desk],
    browsing: Browsing,
    lang: str,
) -> None:
    anna, boris, clara = team
    renewal.make(anna.session, by_hand=True)
    settle(anna, boris, clara)
    cut_off(anna, boris, clara)
    renewal.draft(boris.session)
    settle(boris, anna)
    served = Served(anna.session, language=lang)
    try:
        for width in (1280, 390):
            page = browsing.page(served.desk.address(), lang=lang, width=width, height=900)
            page.goto(f"http://127.0.0.1:{served.port}/safety/hotline#card")
            expect(page.locator("#card form[action$=confirm]")).to_be_visible()
            assert not overflows(page)
            assert not find_barriers(page)
            if folder := os.environ.get("PICTURES"):
                page.screenshot(path=Path(folder) / f"card-{lang}-{width}.png")
        page.locator("#card form[action$=confirm] button").click()
        expect(page.locator("#card form[action$=confirm]")).to_have_count(0)
        expect(page.locator("#card #letters")).to_be_attached()
    finally:
        served.stop()
