"""What there is to give, as a page: seats by day, countries, appointments."""

from __future__ import annotations

import datetime as dt

from tests.desk.conftest import Browser

from leeward.domain.relocation.ways_out import ConsulateDay, Destination, Seat, WayOut
from leeward.office.casework_base import tonight
from leeward.office.session import Session


def day(session: Session, days: int) -> str:
    return (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=days)).isoformat()


def test_one_form_writes_a_way_out_for_many_weeks(session: Session, browser: Browser) -> None:
    assert "No way out is written down yet." in browser.get("/journeys/ways").text
    page = browser.post(
        "/journeys/ways",
        {
            "country": "Norland",
            "mode": "bus",
            "seats": "4",
            "day": day(session, 3),
            "leaves": "21:40",
            "weeks": "3",
            "cost": "70,50",
            "escort": "1",
            "escort_hours": "5",
        },
    ).text
    made = sorted(session.find(WayOut), key=lambda one: one.day)
    assert [one.day for one in made] == [day(session, 3), day(session, 10), day(session, 17)]
    assert {(one.seats, one.cost_cents, one.escort_minutes, one.leaves) for one in made} == {
        (4, 7050, 300, "21:40")
    }
    assert "12 seats can be given" in page
    session.save_new(
        session.compartment_of("beds"), Seat(id=session.make_id(), way_out_id=made[0].id, case_id="c")
    )
    page = browser.post(f"/journeys/ways/{made[1].id}/withdraw").text
    assert "7 seats can be given" in page
    assert "1 of 4 seats taken" in page
    assert "withdrawn" in page
    browser.post(f"/journeys/ways/{made[1].id}/restore")
    assert "11 seats can be given" in browser.get("/journeys/ways").text


def test_countries_and_appointments(session: Session, browser: Browser) -> None:
    browser.post(
        "/journeys/ways/country",
        {"country": "LT", "lead": "12", "passport": "90", "fee": "60", "source": "their site"},
    )
    (there,) = session.find(Destination)
    assert (there.lead_days, there.passport_days, there.fee_cents, there.valid_days) == (12, 90, 6000, 90)
    fields = {"country": "LT", "day": day(session, 2), "slots": "2", "weeks": "4"}
    page = browser.post("/journeys/ways/appointments", fields).text
    assert len(session.find(ConsulateDay)) == 4
    assert "Lithuania" in page
    assert "2 of 2 free" in page
    browser.post("/journeys/ways/appointments", {**fields, "slots": "0", "weeks": "1"})
    assert "0 of 0 free" in browser.get("/journeys/ways").text
    browser.post(f"/journeys/ways/{there.id}/close")
    assert "closed" in browser.get("/journeys/ways").text


def test_what_does_not_fit_is_refused_and_nothing_is_written(session: Session, browser: Browser) -> None:
    good = {"country": "Norland", "day": day(session, 3), "seats": "2"}
    for wrong in ({"seats": "0"}, {"weeks": "900"}, {"cost": "-4"}, {"leaves": "25:00"}, {"country": " "}):
        assert browser.post("/journeys/ways", {**good, **wrong}).status_code == 409, wrong
    assert session.find(WayOut) == []


def test_given_twice_stands_on_today(session: Session, browser: Browser) -> None:
    circle = session.compartment_of("beds")
    way = WayOut(id=session.make_id(), country="Norland", day=day(session, 4), seats=1)
    session.save_new(circle, way)
    for case in ("one", "two"):
        session.save_new(circle, Seat(id=session.make_id(), way_out_id=way.id, case_id=case))
    assert "Seats to Norland: 1, given to 2" in browser.get("/").text
    assert "given too often" in browser.get("/journeys/ways").text
    browser.post(f"/journeys/ways/{way.id}/seats", {"seats": "2"})
    assert "given to 2" not in browser.get("/").text
