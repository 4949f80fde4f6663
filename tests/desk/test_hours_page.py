"""When colleagues can work, as a page on Safety; the planner reads it."""

from __future__ import annotations

from tests.desk.conftest import Browser

from leeward.domain.money import Hours, hours_id
from leeward.office.session import Session


def test_a_week_free_days_and_how_many_cases(session: Session, browser: Browser) -> None:
    me = session.member_id
    assert 'href="/safety/hours"' in browser.get("/safety").text
    assert "nobody has said it yet" in browser.get("/safety/hours").text
    fields = {f"day-{number}": "6" for number in range(5)}
    fields |= {"escorts": "1", "most": "9", "free": "2026-04-09\n2026-04-10, 2020-01-01"}
    page = browser.post(f"/safety/hours/{me}", fields).text
    there = session.get(Hours, hours_id(me))
    assert there is not None
    assert there.week == (360, 360, 360, 360, 360, 0, 0)
    assert (there.escorts, there.most_cases) == (True, 9)
    assert there.free_days == ("2026-04-09", "2026-04-10")
    assert "30 hours a week" in page
    browser.post(f"/safety/hours/{me}", {**fields, "free": ""})
    there = session.get(Hours, hours_id(me))
    assert there is not None
    assert there.free_days == ()


def test_what_fits_into_no_week_is_refused(session: Session, browser: Browser) -> None:
    me = session.member_id
    for wrong in ({"day-0": "25"}, {"day-0": "-1"}, {"free": "tomorrow"}, {"most": "0"}):
        assert browser.post(f"/safety/hours/{me}", wrong).status_code == 409, wrong
    assert browser.post("/safety/hours/nobody", {"day-0": "4"}).status_code in {404, 409}
    assert session.find(Hours) == []
