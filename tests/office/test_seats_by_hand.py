"""Journeys and visas booked by hand take what plans take, give it back when they end, and are refused what is gone."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from leeward.domain.cases.case import Person
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.papers import VisaApplication
from leeward.domain.relocation.ways_out import ConsulateDay, Seat, Slot, WayOut, consulate_day_id
from leeward.ledger.model import put
from leeward.office import casework_closing, erasing, seats, slots, ways_out
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.erasing_reach import reach_of
from leeward.office.relocation_journeys import (
    add_visa,
    book_by_way,
    book_journey,
    break_off,
    go_on,
    set_leg,
    set_visa,
)
from leeward.office.session import Session
from leeward.office.ways_out import giving


def day(session: Session, number: int) -> str:
    return (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=number)).isoformat()


def noon_of(iso: str) -> int:
    return int(dt.datetime.combine(dt.date.fromisoformat(iso), dt.time(12)).astimezone().timestamp() * 1000)


def way(session: Session, count: int, ahead: int = 5) -> str:
    made = WayOut(
        id="", country="Norland", day=day(session, ahead), leaves="21:40", seats=count, cost_cents=70
    )
    return ways_out.add_ways(session, made)[0]


def case(session: Session, name: str = "Elm", *, beds: int = 1) -> str:
    made = open_case(session, "", pseudonym=name).case_id
    if beds > 1:
        there = session.vault.get(made)
        assert there is not None
        session.commit(there.compartment, put("case", made, beds=beds))
    return made


def free(session: Session, way_id: str) -> int:
    return next(one.free for one in giving(session).ways if one.way.id == way_id)


def slots_free(session: Session, ahead: int = 3) -> int:
    return next(
        one.free
        for those in giving(session).days.values()
        for one in those
        if one.day.day == day(session, ahead)
    )


def test_a_journey_by_hand_takes_as_many_seats_as_go_and_the_ride_of_the_list(session: Session) -> None:
    bus = way(session, 4)
    family = case(session, beds=3)
    book_by_way(session, family, bus)
    assert free(session, bus) == 1
    [journey] = session.find(Journey)
    assert (journey.destination, journey.way_out_id) == ("Norland", bus)
    [leg] = session.find(Leg)
    assert (leg.to_town, leg.cost_cents, leg.departs > session.now()) == ("Norland", 70, True)
    [seat] = session.find(Seat)
    assert (seat.people, seat.compartment) == (3, session.compartment_of("beds"))


def test_who_of_the_family_travels_counts_even_if_one_bed_is_enough(session: Session) -> None:
    bus = way(session, 4)
    mother = case(session)
    home = session.vault.get(mother)
    assert home is not None
    for relation, travels in (("child", True), ("brother", False)):
        one = Person(id=session.make_id(), case_id=mother, relation=relation, travels=travels)
        session.save_new(home.compartment, one)
    book_by_way(session, mother, bus)
    assert free(session, bus) == 2


def test_what_is_gone_is_refused_and_nothing_is_written_but_it_can_be_given_all_the_same(
    session: Session,
) -> None:
    bus = way(session, 1)
    first, second = case(session), case(session, "Oak")
    book_by_way(session, first, bus)
    with pytest.raises(RuleBroken, match="0 seats to Norland"):
        book_by_way(session, second, bus)
    assert [one.case_id for one in session.find(Journey)] == [first]
    assert [one.case_id for one in session.find(Seat)] == [first]
    assert ways_out.needs_now(session) == []
    book_by_way(session, second, bus, all_the_same=True)
    assert [need.href for need in ways_out.needs_now(session)] == [f"/journeys/ways#seat-{bus}"]


def test_a_withdrawn_way_out_has_no_seat_and_a_wrong_number_is_refused(session: Session) -> None:
    bus, elm = way(session, 9), case(session)
    with pytest.raises(OutOfRange):
        seats.take(session, elm, bus, 0)
    ways_out.withdraw(session, bus)
    with pytest.raises(RuleBroken):
        book_by_way(session, elm, bus)
    assert seats.to_choose(session) == []


def test_what_does_not_fit_together_takes_no_seat(session: Session) -> None:
    bus, elm = way(session, 1), case(session)
    backwards = Leg(id="", to_town="Norland", departs=session.now() + 10, arrives=session.now())
    with pytest.raises(RuleBroken):
        book_by_way(session, elm, bus, [backwards])
    assert session.find(Seat) == []


@pytest.mark.parametrize("how", ["leg", "button", "closing"])
def test_broken_off_in_any_way_its_seats_are_free_at_once(session: Session, how: str) -> None:
    bus, elm = way(session, 1), case(session)
    journey = book_by_way(session, elm, bus)
    if how == "leg":
        set_leg(session, session.find(Leg)[0].id, "aborted")
    elif how == "button":
        break_off(session, journey)
    else:
        casework_closing.settle(session, elm, "journeys")
    assert free(session, bus) == 1
    assert {one.state for one in session.find(Leg)} == {"aborted"}
    book_by_way(session, case(session, "Oak"), bus)


@pytest.mark.parametrize("how", ["leg", "button"])
def test_taken_back_it_takes_its_seats_again_or_is_refused(session: Session, how: str) -> None:
    bus, elm = way(session, 1), case(session)
    journey = book_by_way(session, elm, bus)
    leg = session.find(Leg)[0].id

    def back() -> None:
        set_leg(session, leg, "planned") if how == "leg" else go_on(session, journey)

    break_off(session, journey)
    back()
    assert free(session, bus) == 0
    assert session.find(Journey)[0].standing
    assert {one.state for one in session.find(Leg)} == {"planned"}
    break_off(session, journey)
    book_by_way(session, case(session, "Oak"), bus)
    with pytest.raises(RuleBroken):
        back()
    there = session.get(Journey, journey)
    assert there is not None
    assert there.state == "aborted"


def test_seats_stay_while_another_journey_of_theirs_needs_them(session: Session) -> None:
    bus, elm = way(session, 2), case(session)
    first, second = book_by_way(session, elm, bus), book_by_way(session, elm, bus)
    assert free(session, bus) == 1  # the same person, booked twice
    break_off(session, first)
    assert free(session, bus) == 1
    break_off(session, second)
    assert free(session, bus) == 2


def test_how_many_go_can_be_changed_within_what_is_free(session: Session) -> None:
    bus, elm = way(session, 3), case(session)
    journey = book_by_way(session, elm, bus, people=2)
    seats.set_people(session, journey, 3)
    assert free(session, bus) == 0
    with pytest.raises(RuleBroken, match="3 seats"):
        seats.set_people(session, journey, 4)
    seats.set_people(session, journey, 1)
    assert free(session, bus) == 2
    ways_out.set_seats(session, bus, 0)  # fewer can always be held, whatever became of the list
    seats.set_people(session, journey, 1)
    break_off(session, journey)
    with pytest.raises(RuleBroken, match="not planned any more"):
        seats.set_people(session, journey, 1)


def test_today_says_what_a_desk_that_stopped_half_way_left_behind(session: Session) -> None:
    bus, elm, oak = way(session, 3), case(session), case(session, "Oak")
    seats.take(session, elm, bus, 2)  # and then the computer stopped
    [need] = seats.needs_now(session)
    assert need.href == f"/people/{elm}?tab=journey#seats"
    assert [(one.id, people) for one, people in seats.idle_of(session, elm)] == [(bus, 2)]
    seats.give_back(session, elm, {bus})
    journey = book_journey(session, oak, "Norland", [Leg(id="", to_town="Norland")])
    there = session.vault.get(journey)
    assert there is not None
    session.commit(there.compartment, put("journey", journey, way_out_id=bus))
    [need] = seats.needs_now(session)
    assert "holds no seat" in str(need.what)
    seats.set_people(session, journey, 1)
    assert seats.needs_now(session) == []


def test_who_arrives_on_the_day_they_left_leaves_nothing_to_mend(session: Session) -> None:
    bus, elm = way(session, 1, ahead=0), case(session)
    book_by_way(session, elm, bus)
    for state in ("under-way", "arrived"):
        set_leg(session, session.find(Leg)[0].id, state)
    assert seats.needs_now(session) == []
    assert free(session, bus) == 0


def consulate(session: Session, count: int, ahead: int = 3, country: str = "LT") -> None:
    at = day(session, ahead)
    one = ConsulateDay(id=consulate_day_id(country, at), country=country, day=at, slots=count)
    session.save_new(session.compartment_of("beds"), one)


def test_an_appointment_by_hand_takes_one_of_the_list_however_the_country_is_written(
    session: Session,
) -> None:
    consulate(session, 2)
    elm, oak, ash = case(session), case(session, "Oak"), case(session, "Ash")
    at = noon_of(day(session, 3))
    visa = add_visa(session, elm, country="Литва", stage="appointment", appointment=at)
    add_visa(session, oak, country="Lithuania", stage="asked", appointment=at)
    assert slots_free(session) == 0
    with pytest.raises(RuleBroken, match="0 appointments of LT"):
        add_visa(session, ash, country="LT", stage="asked", appointment=at)
    assert len(session.find(VisaApplication)) == 2
    add_visa(session, ash, country="LT", stage="asked", appointment=at, own=True)
    assert ways_out.needs_now(session) == []
    set_visa(session, visa, stage="refused")
    assert slots_free(session) == 1
    set_visa(session, visa, stage="appointment")
    assert slots_free(session) == 0


def test_another_day_frees_the_first_and_a_day_that_nobody_listed_takes_nothing(session: Session) -> None:
    consulate(session, 1)
    consulate(session, 1, ahead=10)
    visa = add_visa(session, case(session), country="LT", stage="asked", appointment=noon_of(day(session, 3)))
    set_visa(session, visa, appointment=noon_of(day(session, 10)))
    assert (slots_free(session), slots_free(session, 10)) == (1, 0)
    set_visa(session, visa, appointment=noon_of(day(session, 4)))
    assert (slots_free(session), slots_free(session, 10)) == (1, 1)
    assert [one for one in session.find(Slot) if not one.released_at] == []
    assert slots.needs_now(session) == []


def test_each_of_a_family_with_a_visa_of_their_own_takes_one_and_what_a_plan_gave_is_no_extra(
    session: Session,
) -> None:
    consulate(session, 3)
    elm, at = case(session, beds=2), noon_of(day(session, 3))
    planned = Slot(id=session.make_id(), country="LT", day=day(session, 3), case_id=elm, people=2)
    session.save_new(session.compartment_of("beds"), planned)
    for _ in range(2):
        add_visa(session, elm, country="LT", stage="appointment", appointment=at, people=1)
    assert slots_free(session) == 1
    with pytest.raises(RuleBroken):
        add_visa(session, case(session, "Oak"), country="LT", stage="asked", appointment=at, people=2)


def test_who_saves_a_visa_without_touching_the_appointment_is_never_refused(session: Session) -> None:
    consulate(session, 1)
    at = noon_of(day(session, 3))
    visa = add_visa(session, case(session), country="LT", stage="asked", appointment=at)
    add_visa(session, case(session, "Oak"), country="LT", stage="asked", appointment=at, all_the_same=True)
    assert len(ways_out.needs_now(session)) == 1
    set_visa(session, visa, people=1, letters="two")
    there = session.get(VisaApplication, visa)
    assert there is not None
    assert there.letters == "two"


def test_an_appointment_held_for_no_visa_stands_on_today_and_is_given_back(session: Session) -> None:
    consulate(session, 1)
    elm = case(session)
    slot = Slot(id=session.make_id(), country="LT", day=day(session, 3), case_id=elm)
    session.save_new(session.compartment_of("beds"), slot)
    assert "no visa needs it" in str(slots.needs_now(session)[0].what)
    slots.give_back_idle(session, elm)
    assert slots.needs_now(session) == []
    assert slots_free(session) == 1


def test_erasing_a_person_reaches_what_they_hold(session: Session) -> None:
    consulate(session, 1)
    bus, elm, oak = way(session, 2), case(session), case(session, "Oak")
    for one in (elm, oak):
        book_by_way(session, one, bus)
    add_visa(session, elm, country="LT", stage="asked", appointment=noon_of(day(session, 3)))
    reach = reach_of(session, erasing.draft(session, case_id=elm))
    beds = reach.records[session.compartment_of("beds")]
    assert sorted(beds.values()) == ["seat", "slot"]
    theirs = {one.id for kind in (Seat, Slot) for one in session.find(kind, case_id=elm)}
    assert set(beds) == theirs


def test_nothing_among_the_beds_says_more_than_ids_and_numbers(session: Session) -> None:
    consulate(session, 1)
    bus, elm = way(session, 1), case(session, "Juniper")
    book_by_way(session, elm, bus, why="Her brother waits at the station.")
    add_visa(session, elm, country="LT", stage="asked", appointment=noon_of(day(session, 3)), letters="two")
    for kind in (Seat, Slot, Stay):
        for one in session.find(kind):
            assert not {"Juniper", "brother", "two"} & set(str(msgspec.to_builtins(one)).split())
            assert set(session.vault.get(one.id).fields) <= {  # type: ignore[union-attr]
                "way_out_id",
                "case_id",
                "visa_id",
                "country",
                "day",
                "people",
            }
