"""A plan accepted in part gives nothing that others still hold; what was given twice breaks no plan."""

from __future__ import annotations

import threading

import msgspec
from tests.office.test_planning import accepted, asked, beds, case, day, norland, proposed

from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.overbooked import seats_taken
from leeward.domain.relocation.ways_out import Seat, Slot, VisaRules, WayOut, visa_rules_id
from leeward.ledger.model import put
from leeward.office import relocation, seats, ways_out
from leeward.office.casework_open import open_case
from leeward.office.planning.accept import accept
from leeward.office.relocation_journeys import book_by_way, set_leg
from leeward.office.session import Session
from leeward.plan.instance import Fixed


def scene(session: Session) -> tuple[str, str, str, str]:
    """Two people, no visa needed, one seat each on two days; the first seat is held by hand."""
    relocation.add_place(session, "Harbour 1", 2)
    beds(session, VisaRules(id=visa_rules_id("Tamrak"), passport="Tamrak", table={"Estmark": "free"}))
    near, far = (
        ways_out.add_ways(session, WayOut(id="", country="Estmark", day=day(session, ahead), seats=1))[0]
        for ahead in (5, 12)
    )
    juniper, aspen = case(session, "Juniper", risk="low"), case(session, "Aspen", risk="extreme")
    book_by_way(session, juniper, near)
    return near, far, juniper, aspen


def test_whose_seat_is_still_held_by_another_is_left_out_with_the_reason(session: Session) -> None:
    near, far, juniper, aspen = scene(session)
    question = asked(session, by_hand={aspen: Fixed(departure=near)})
    proposal = proposed(question)
    assert {one.id: one.departure for one in proposal.parties} == {juniper: far, aspen: near}
    result = accept(session, question, proposal, [aspen])  # and not the line that would free the seat
    assert result.written == ()
    assert "others hold it" in str(result.refused[0].why)
    assert {one.case_id for one in session.find(Journey) if one.standing} == {juniper}
    assert ways_out.needs_now(session) == []
    result = accepted(session, question, proposal)
    assert set(result.written) == {juniper, aspen}
    assert {one.way_out_id: one.case_id for one in session.find(Journey) if one.standing} == {
        near: aspen,
        far: juniper,
    }
    assert seats_taken(session.find(Seat)) == {near: 1, far: 1}
    assert {one.state for one in session.find(Leg) if one.case_id == juniper} == {"aborted", "planned"}


def test_a_bed_refused_keeps_the_seat_from_the_next(session: Session) -> None:
    near, _far, juniper, aspen = scene(session)
    question = asked(session, by_hand={aspen: Fixed(departure=near)})
    proposal = proposed(question)
    place = question.instance.places[0].id
    relocation.place_in(
        session, open_case(session, "", pseudonym="Elm", risk="low").case_id, place, day(session, 0)
    )
    for other in session.find(Seat):
        assert other.case_id == juniper
    result = accepted(session, question, proposal)
    assert {one.case_id for one in result.refused} == {juniper, aspen}  # who has no bed gives no seat back
    assert all(people <= 1 for people in seats_taken(session.find(Seat)).values())


def test_an_appointment_that_another_holds_is_left_out(session: Session) -> None:
    relocation.add_place(session, "Harbour 1", 2)
    case(session, "Juniper")
    norland(session, slots=1)
    question = asked(session)
    proposal = proposed(question)
    beds(
        session,
        Slot(id=session.make_id(), country="Norland", day=day(session, 3), case_id=session.make_id()),
    )
    result = accepted(session, question, proposal)
    assert result.written == ()
    assert "No appointment is left" in str(result.refused[0].why)
    assert ways_out.needs_now(session) == []


def test_two_tickets_for_one_seat_are_shown_and_do_not_stop_the_planner(session: Session) -> None:
    near, _far, _juniper, aspen = scene(session)
    book_by_way(session, aspen, near, all_the_same=True)
    for leg in session.find(Leg):
        set_leg(session, leg.id, "booked", ticket="AB 1")
    assert len(ways_out.needs_now(session)) == 1
    question = asked(session)
    assert next(one.seats for one in question.instance.departures if one.id == near) == 2
    assert {one.departure for one in proposed(question).parties} == {near}


def test_more_people_than_seats_were_held_for_are_taken_with_the_plan(session: Session) -> None:
    near, _far, juniper, _aspen = scene(session)
    ways_out.set_seats(session, near, 5)
    there = session.vault.get(juniper)
    assert there is not None
    session.commit(there.compartment, put("case", juniper, beds=2))
    question = asked(session, by_hand={juniper: Fixed(departure=near)})
    accept(session, question, proposed(question), [juniper])
    assert seats.held(session, juniper) == {near: 2}
    assert len([one for one in session.find(Journey) if one.standing]) == 1


def test_one_desk_in_two_windows_gives_the_last_seat_once(session: Session) -> None:
    (way,) = ways_out.add_ways(session, WayOut(id="", country="Estmark", day=day(session, 5), seats=1))
    cases = [open_case(session, "", pseudonym="Elm").case_id for _ in range(4)]
    refused: list[str] = []
    ready = threading.Barrier(len(cases))

    def book(who: str) -> None:
        ready.wait(10)
        try:
            book_by_way(session, who, way)
        except RuleBroken:
            refused.append(who)

    threads = [threading.Thread(target=book, args=(one,)) for one in cases]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(refused) == 3
    assert seats_taken(session.find(Seat)) == {way: 1}
    assert [one.case_id for one in session.find(Journey)] == [one for one in cases if one not in refused]


def test_a_seat_with_a_number_that_is_none_neither_frees_nor_fills(session: Session) -> None:
    (way,) = ways_out.add_ways(session, WayOut(id="", country="Estmark", day=day(session, 5), seats=1))
    elm = open_case(session, "", pseudonym="Elm").case_id
    for people in (-5, 0):  # as another program may have written it
        beds(session, Seat(id=session.make_id(), way_out_id=way, case_id=elm, people=people))
    book_by_way(session, elm, way)
    assert seats_taken(session.find(Seat)) == {way: 1}
    assert msgspec.structs.asdict(ways_out.giving(session).ways[0])["taken"] == 1
