"""A slip in the list of what there is to give is taken back with one press; what a colleague changed since stays."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from tests.desk.conftest import Browser, TestClock
from tests.support.clocks import HandClock
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing, found, newcomer, settle

from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.ways_out import ConsulateDay, Destination, WayOut
from leeward.office import ways_back, ways_out
from leeward.office.casework_base import tonight
from leeward.office.session import Session


def day(session: Session, days: int) -> str:
    return (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=days)).isoformat()


def bus(session: Session, weeks: int = 1) -> list[str]:
    return ways_out.add_ways(
        session, WayOut(id="", country="Norland", day=day(session, 3), seats=4), weeks=weeks
    )


def press(browser: Browser) -> str:
    page = browser.get("/journeys/ways").text
    key = re.search(r'name="key" value="([a-z2-7]+-\d+)"', page)
    assert key is not None
    return browser.post("/journeys/ways/back", {"key": key[1]}).text


def test_seats_withdrawals_and_whole_series_go_back(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    (way,) = bus(session)
    clock.pass_minutes(1)
    browser.post(f"/journeys/ways/{way}/seats", {"seats": "40"})
    assert "4 became 40" in browser.get("/journeys/ways").text
    assert "It is as it was before." in press(browser)
    assert session.find(WayOut)[0].seats == 4
    press(browser)  # and that again
    assert session.find(WayOut)[0].seats == 40
    clock.pass_minutes(1)
    browser.post(f"/journeys/ways/{way}/withdraw")
    press(browser)
    assert not session.find(WayOut)[0].withdrawn_at
    ways_out.set_appointments(session, "LT", day(session, 2), 3, weeks=5)
    clock.pass_minutes(1)
    ways_out.set_appointments(session, "LT", day(session, 2), 0, weeks=5)
    assert "5 numbers were changed" in browser.get("/journeys/ways").text
    press(browser)
    assert {one.slots for one in session.find(ConsulateDay)} == {3}
    clock.pass_minutes(1)
    country = ways_out.set_country(session, "LT")
    ways_out.close_country(session, country)
    press(browser)
    assert not session.find(Destination)[0].closed_at


def test_what_was_added_by_mistake_is_withdrawn_and_a_press_on_an_old_page_does_nothing(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    bus(session, weeks=6)
    old = ways_back.last_slip(session)
    assert old is not None
    press(browser)
    assert all(one.withdrawn_at for one in session.find(WayOut))
    clock.pass_minutes(1)
    assert browser.post("/journeys/ways/back", {"key": old.key}).status_code == 409
    assert browser.post("/journeys/ways/back", {"key": "9" * 15}).status_code == 409
    assert browser.post("/journeys/ways/back", {"key": "<b>"}).status_code == 409
    clock.pass_minutes(25 * 60)
    assert ways_back.last_slip(session) is None


def test_what_a_colleague_changed_since_stays(tmp_path: Path) -> None:
    relay, clock = RelaySimulator(), HandClock()
    anna = found(tmp_path / "anna", relay.door(), clock=clock)
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator", clock=clock)
    with closing(anna, boris):
        settle(anna, boris)
        first, second = bus(anna.session, weeks=2)
        settle(anna, boris)
        clock.ms += 60_000
        ways_out.set_seats(anna.session, first, 9)
        settle(anna, boris)
        assert ways_back.last_slip(boris.session) is None
        clock.ms += 60_000
        ways_out.set_seats(boris.session, first, 5)
        settle(anna, boris)
        slip = ways_back.last_slip(anna.session)
        assert slip is not None
        assert [one.record_id for one in slip.steps] == [second]  # what she added, and he did not touch
        mine = ways_back.last_slip(boris.session)
        assert mine is not None
        ways_back.take_back(boris.session, mine.key)
        there = boris.session.get(WayOut, first)
        assert there is not None
        assert there.seats == 9
        with pytest.raises(RuleBroken):
            ways_back.take_back(anna.session, "")
