from __future__ import annotations

import threading

import pytest
from tests.support.clocks import HandClock

from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import CheckIn
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.relocation.beds import Apart, Stay, crowded, nights_from, people_on
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.papers import TravelDocument, VisaApplication
from leeward.domain.relocation.places import Place, PlaceAddress
from leeward.domain.today import Urgency
from leeward.office import casework, relocation, relocation_journeys
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.casework_today import beds_tonight, departures, needs_now
from leeward.office.session import Session

HOUR = 3_600_000


def case(session: Session, name: str) -> str:
    return open_case(session, "", pseudonym=name).case_id


def test_many_pages_at_once_never_fill_a_place_beyond_its_beds(session: Session) -> None:
    place = relocation.add_place(session, "Harbour 1", 3)
    cases = [case(session, f"Person {number}") for number in range(8)]
    night = tonight(session)
    refused: list[str] = []
    start = threading.Barrier(8)

    def ask(case_id: str) -> None:
        start.wait()
        try:
            relocation.place_in(session, case_id, place, night)
        except RuleBroken:
            refused.append(case_id)

    threads = [threading.Thread(target=ask, args=(case_id,)) for case_id in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert people_on(place, night, session.find(Stay)) == 3
    assert len(refused) == 5


def test_who_gets_a_bed_is_in_a_safe_place_and_the_bed_names_nobody(session: Session) -> None:
    place = relocation.add_place(session, "Harbour 1", 1)
    juniper = case(session, "Juniper")
    stay_id = relocation.place_in(session, juniper, place, tonight(session))
    found = session.get(Case, juniper)
    stay = session.vault.get(stay_id)
    assert found is not None
    assert stay is not None
    assert found.stage == "safe-place"
    assert stay.compartment == session.compartment_of("beds")
    assert "Juniper" not in str(stay.fields)
    relocation.left(session, stay_id)
    assert relocation.places_for(session, found, tonight(session))


def test_the_address_is_sealed_apart_and_opening_it_is_told(session: Session) -> None:
    place_id = relocation.add_place(session, "Harbour 1", 2, address="Invented Street 5")
    place = session.get(Place, place_id)
    assert place is not None
    assert place.compartment == session.compartment_of("team")
    assert "Invented" not in str(session.vault.get(place_id))
    sealed = session.get(PlaceAddress, place.address_id)
    assert sealed is not None
    assert sealed.compartment == place.address_compartment_id != place.compartment
    with pytest.raises(OutOfRange):
        relocation.open_address(session, place_id, "", "  ")
    assert relocation.open_address(session, place_id, "visit", "a delivery").address == "Invented Street 5"
    place = session.get(Place, place_id)
    assert place is not None
    assert [(note.value, note.by) for note in place.openings] == [({"reason": "visit"}, session.member_id)]


def test_an_exposed_place_says_who_is_there_and_who_knows_and_lets_nobody_in(session: Session) -> None:
    place = relocation.add_place(session, "Harbour 4", 3)
    other = relocation.add_place(session, "Harbour 1", 1)
    aspen, elm = case(session, "Aspen"), case(session, "Elm")
    relocation.place_in(session, aspen, place, tonight(session))
    exposure = relocation.mark_exposed(session, place, "a stranger asked")
    assert [stay.case_id for stay in exposure.stays] == [aspen]
    assert exposure.knows == {session.member_id}
    with pytest.raises(RuleBroken, match="exposed"):
        relocation.place_in(session, elm, place, tonight(session))
    (need,) = [need for need in needs_now(session) if need.urgency == Urgency.EXPOSED]
    assert need.href == f"/places/{place}"
    relocation.move(session, aspen, other, tonight(session))
    assert needs_now(session) == []
    stays = {stay.place_id: stay.state for stay in session.find(Stay)}
    assert stays == {place: "called-off", other: "planned"}


def test_a_move_that_is_refused_leaves_them_where_they_were(session: Session) -> None:
    here, full = relocation.add_place(session, "A", 1), relocation.add_place(session, "B", 1)
    aspen, elm = case(session, "Aspen"), case(session, "Elm")
    relocation.place_in(session, aspen, here, tonight(session))
    relocation.place_in(session, elm, full, tonight(session))
    with pytest.raises(RuleBroken):
        relocation.move(session, aspen, full, tonight(session))
    assert people_on(here, tonight(session), session.find(Stay)) == 1


def test_a_move_next_week_keeps_the_nights_until_then(session: Session) -> None:
    here, there = relocation.add_place(session, "A", 1), relocation.add_place(session, "B", 1)
    aspen = case(session, "Aspen")
    nights = nights_from(tonight(session), 9)
    relocation.place_in(session, aspen, here, nights[0])
    relocation.move(session, aspen, there, nights[5])
    stays = session.find(Stay)
    assert [people_on(here, night, stays) for night in nights] == [1] * 5 + [0] * 4
    assert [people_on(there, night, stays) for night in nights] == [0] * 5 + [1] * 4


def test_two_who_must_not_meet_get_no_common_place(session: Session) -> None:
    place = relocation.add_place(session, "A", 4)
    aspen, elm = case(session, "Aspen"), case(session, "Elm")
    casework.keep_apart(session, aspen, elm, "one village")
    casework.keep_apart(session, elm, aspen, "again")
    assert len(session.find(Apart)) == 1
    assert "village" not in str(session.vault.find("apart"))
    relocation.place_in(session, aspen, place, tonight(session))
    with pytest.raises(RuleBroken, match="must not meet"):
        relocation.place_in(session, elm, place, tonight(session))
    casework.lift_apart(session, elm, aspen)
    relocation.place_in(session, elm, place, tonight(session))


def test_a_lease_that_is_cut_short_shows_who_loses_a_bed(session: Session) -> None:
    place = relocation.add_place(session, "Flat K", 2)
    relocation.place_in(session, case(session, "Elm"), place, tonight(session))
    nights = nights_from(tonight(session), 4)
    relocation.set_place(
        session, place, capacity=2, rent_until=nights[1], swept="", rules="", access=["no-stairs"]
    )
    board = relocation.board(session, nights=4)
    (row,) = board.rows
    assert [(run.number, run.start, run.end) for run in row.without] == [(1, 2, 4)]
    assert row.full_after == 2
    found = session.find(Place)
    assert [one.night for one in crowded({place: found[0]}, nights, session.find(Stay))] == nights[2:]


def test_a_journey_brings_its_check_ins_and_carries_the_stage(session: Session, clock: HandClock) -> None:
    birch = case(session, "Birch")
    legs = [
        Leg(id="", mode="train", to_town="M.", departs=clock.ms + 3 * HOUR, arrives=clock.ms + 9 * HOUR),
        Leg(
            id="", mode="plane", to_town="Norland", departs=clock.ms + 12 * HOUR, arrives=clock.ms + 15 * HOUR
        ),
    ]
    relocation_journeys.book_journey(session, birch, "Norland", legs, check_after=HOUR)
    (view,) = relocation_journeys.journeys_of(session, birch)
    assert [leg.to_town for leg in view.legs] == ["M.", "Norland"]
    assert sorted(one.due for one in session.find(CheckIn, case_id=birch)) == [
        clock.ms + 10 * HOUR,
        clock.ms + 16 * HOUR,
    ]
    assert [one.leg.to_town for one in departures(session)] == ["M.", "Norland"]
    relocation_journeys.set_leg(session, view.legs[0].id, "under-way", ticket="R-1")
    clock.ms += 10 * HOUR
    assert any(str(need.tag) == "Not arrived" for need in needs_now(session))
    relocation_journeys.move_leg(session, view.legs[0].id, clock.ms - 5 * HOUR, clock.ms + HOUR)
    assert min(one.due for one in session.find(CheckIn, case_id=birch)) == clock.ms + 2 * HOUR
    relocation_journeys.set_leg(session, view.legs[0].id, "arrived")
    relocation_journeys.set_leg(session, view.legs[1].id, "arrived")
    found = session.get(Case, birch)
    assert found is not None
    assert found.stage == "arrived"
    assert relocation_journeys.by_stage(session)["arrived"][0].case.id == birch


def test_a_journey_broken_off_calls_its_check_ins_off(session: Session, clock: HandClock) -> None:
    birch = case(session, "Birch")
    legs = [Leg(id="", to_town="M.", departs=clock.ms + HOUR, arrives=clock.ms + 5 * HOUR)]
    relocation_journeys.book_journey(session, birch, "Norland", legs)
    (view,) = relocation_journeys.journeys_of(session, birch)
    relocation_journeys.set_leg(session, view.legs[0].id, "aborted")
    assert [one.called_off_at for one in session.find(CheckIn, case_id=birch)] == [clock.ms]
    assert session.find(Journey)[0].state == "aborted"


def test_legs_that_cannot_be_are_refused_before_anything_is_written(
    session: Session, clock: HandClock
) -> None:
    birch = case(session, "Birch")
    before = session.vault.generation
    legs = [Leg(id="", to_town="M.", departs=clock.ms, arrives=clock.ms - 1)]
    with pytest.raises(RuleBroken):
        relocation_journeys.book_journey(session, birch, "Norland", legs)
    with pytest.raises(OutOfRange):
        relocation_journeys.add_record(session, VisaApplication, birch, country="N" * 10_000)
    with pytest.raises(OutOfRange):
        relocation_journeys.add_record(session, TravelDocument, birch, expires="tomorrow")
    assert session.vault.generation == before


def test_visas_and_papers_that_are_due_reach_today(session: Session, clock: HandClock) -> None:
    birch = case(session, "Birch")
    visa = relocation_journeys.add_record(
        session, VisaApplication, birch, country="Norland", stage="gathering", papers_due="2017-04-01"
    )
    (need,) = needs_now(session)
    assert str(need.what) == "pseudonym/Birch: papers for the visa of Norland"
    relocation_journeys.set_record(session, VisaApplication, visa, stage="submitted", papers_due="")
    assert needs_now(session) == []
    assert beds_tonight(session) == []
