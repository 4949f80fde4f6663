"""Tonight's list in a real browser: it fits, everyone can read it, and one press starts what is ticked."""

from __future__ import annotations

import pytest
from tests.desk.conftest import Served, TestClock
from tests.desk.scene import act_out
from tests.support.browser import Browsing, find_barriers, overflows

from leeward.domain.cases.work import Task
from leeward.office.session import Session


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "ru")])
def test_the_list_fits_and_one_press_starts_what_is_ticked(
    session: Session, clock: TestClock, browsing: Browsing, width: int, scheme: str, language: str
) -> None:
    ids = act_out(session, clock)
    served = Served(session, language=language)
    here = f"http://127.0.0.1:{served.port}/safety/taken"
    try:
        page = browsing.page(
            served.desk.address(),
            width=width,
            height=844,
            lang=language,
            scheme="dark" if scheme == "dark" else "light",
        )
        for address in (here, f"{here}?case={ids['Willow']}&drill=1", f"{here}?case={ids['Willow']}"):
            page.goto(address, wait_until="domcontentloaded")
            assert not overflows(page), address
            assert find_barriers(page) == [], address
        page.locator('input[name="line"]').first.uncheck()
        ticked = page.locator('input[name="line"]:checked').count()
        page.locator('input[name="why"]').fill("Nobody answered.")
        page.locator("#start button").click()
        page.wait_for_url("**/safety/taken?case=*")
        page.locator('form[action="/safety/taken/done"]').first.wait_for()
        assert sum(bool(one.step) for one in session.find(Task)) == ticked > 2
        assert find_barriers(page) == []
        assert not overflows(page)
    finally:
        browsing.close()
        served.stop()
    assert [told for told in browsing.complaints if "/built/" not in told and "404" not in told] == []
