"""Booking by a way out of the list, on the pages: the seats it takes, the refusal, the way back."""

from __future__ import annotations

import datetime as dt

from tests.desk.conftest import Browser

from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.papers import MedicalAppointment, VisaApplication
from leeward.domain.relocation.ways_out import Seat, Slot, WayOut
from leeward.office import seats, ways_out
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.relocation_journeys import add_record
from leeward.office.session import Session


def day(session: Session, days: int) -> str:
    return (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=days)).isoformat()


def scene(session: Session) -> tuple[str, str, str]:
    (way,) = ways_out.add_ways(
        session, WayOut(id="", country="LT", mode="bus", day=day(session, 5), leaves="21:40", seats=1)
    )
    juniper, aspen = (open_case(session, "", pseudonym=name).case_id for name in ("Juniper", "Aspen"))
    return way, juniper, aspen


def standing(session: Session) -> set[str]:
    return {one.case_id for one in session.find(Journey) if one.standing}


def test_a_journey_names_its_way_out_and_the_list_shows_who_holds_the_seat(
    session: Session, browser: Browser
) -> None:
    way, juniper, aspen = scene(session)
    assert f"/journeys/new?way={way}" in browser.get("/journeys/ways").text
    form = browser.get(f"/journeys/new?way={way}&case={juniper}").text
    assert f'value="{way}" selected' in form
    assert "Lithuania, bus · 1 free" in form
    along = {"companion1": session.member_id, "handover1": "Ilse, Vilnius", "ticket1": "AB 12"}
    browser.post("/journeys/new", {"case": juniper, "way": way, "people": "1", **along})
    (leg,) = session.find(Leg)
    assert (leg.to_town, leg.companion_id, leg.handover, leg.ticket, leg.mode) == (
        "LT",
        session.member_id,
        "Ilse, Vilnius",
        "AB 12",
        "bus",
    )
    page = browser.get(f"/people/{juniper}?tab=journey").text
    assert "1 seat is held" in page
    shown = browser.get("/journeys/ways").text
    assert f"/people/{juniper}?tab=journey#seats" in shown
    assert "1 of 1 seat taken" in shown
    refused = browser.post("/journeys/new", {"case": aspen, "way": way})
    assert refused.status_code == 409
    assert "0 seats to LT are free" in refused.text
    assert standing(session) == {juniper}
    browser.post("/journeys/new", {"case": aspen, "way": way, "all_the_same": "1"})
    assert "Seats to LT: 1, given to 2" in browser.get("/").text


def test_breaking_off_frees_the_seat_and_can_be_taken_back(session: Session, browser: Browser) -> None:
    way, juniper, aspen = scene(session)
    browser.post("/journeys/new", {"case": juniper, "way": way})
    journey = session.find(Journey)[0].id
    page = browser.post(f"/people/{juniper}/journeys/{journey}/off").text
    assert "its seats are free" in page
    browser.post("/journeys/new", {"case": aspen, "way": way})
    assert browser.post(f"/people/{juniper}/journeys/{journey}/on").status_code == 409
    other = next(one.id for one in session.find(Journey) if one.case_id == aspen)
    browser.post(f"/people/{aspen}/journeys/{other}/off")
    browser.post(f"/people/{juniper}/journeys/{journey}/on")
    assert standing(session) == {juniper}
    assert browser.post(f"/people/{juniper}/journeys/{journey}/people", {"people": "2"}).status_code == 409
    browser.post(f"/people/{juniper}/journeys/{journey}/people", {"people": "2", "all_the_same": "1"})
    assert max(one.people for one in session.find(Seat) if not one.released_at) == 2


def test_what_is_held_for_nothing_is_shown_and_given_back_with_one_press(
    session: Session, browser: Browser
) -> None:
    way, juniper, _aspen = scene(session)
    seats.take(session, juniper, way, 1)
    assert "no journey needs them" in browser.get("/").text
    page = browser.get(f"/people/{juniper}?tab=journey").text
    assert "Held, and nothing needs it:" in page
    page = browser.post(f"/people/{juniper}/seats-back").text
    assert "Held, and nothing needs it:" not in page
    assert "no journey needs them" not in browser.get("/").text


def test_a_visa_takes_an_appointment_of_the_list_or_says_that_it_is_their_own(
    session: Session, browser: Browser
) -> None:
    _way, juniper, aspen = scene(session)
    ways_out.set_appointments(session, "LT", day(session, 3), 1)
    fields = {"country": "Lithuania", "stage": "asked", "appointment": f"{day(session, 3)}T09:30"}
    page = browser.post(f"/people/{juniper}/visa", fields).text
    assert "takes 1 of our appointments" in page
    assert "0 of 1 free" in browser.get("/journeys/ways").text
    refused = browser.post(f"/people/{aspen}/visa", fields)
    assert refused.status_code == 409
    assert "they have it by themselves" in refused.text
    page = browser.post(f"/people/{aspen}/visa", {**fields, "own": "1"}).text
    assert "an appointment of their own" in page
    (visa,) = [one for one in session.find(VisaApplication) if one.case_id == juniper]
    moved = {"stage": "asked", "appointment": f"{day(session, 4)}T09:30", "people": "1"}
    browser.post(f"/people/{juniper}/visas/{visa.id}/set", moved)
    assert "1 of 1 free" in browser.get("/journeys/ways").text
    assert all(one.released_at for one in session.find(Slot))


def test_visits_and_medicines_stand_once_where_the_work_is_done(session: Session, browser: Browser) -> None:
    _way, juniper, _aspen = scene(session)
    add_record(session, MedicalAppointment, juniper, at=session.now() + 1, where="green door clinic")
    journey = browser.get(f"/people/{juniper}?tab=journey").text
    assert "1 visit ahead, 0 medicines" in journey
    assert 'href="?tab=work#health"' in journey
    main = journey[journey.index('id="doctors"') :]
    assert 'id="fold-visit"' not in main
    assert "/visits/" not in journey
    assert "green door clinic" in browser.get(f"/people/{juniper}?tab=work").text
    came_back = browser.post(f"/people/{juniper}/visit", {"at": f"{day(session, 2)}T10:00", "where": "other"})
    assert "other" in came_back.text
    assert "tab=work" in str(came_back.url)
