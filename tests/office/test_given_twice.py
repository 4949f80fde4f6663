"""Two desks that give beds, seats and appointments while apart: whatever is given too often, both see afterwards."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.clocks import HandClock
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.beds import Apart, Stay
from leeward.domain.relocation.overbooked import overbooked
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.ways_out import ConsulateDay, Seat, Slot, WayOut, consulate_day_id
from leeward.ledger.model import put
from leeward.office import overfull, relocation, ways_out
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.session import Session
from leeward.office.today import gather
from leeward.office.ways_out import giving


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    folder, relay, clock = tmp_path_factory.mktemp("twice"), RelaySimulator(), HandClock()
    anna = found(folder / "anna", relay.door(), clock=clock)
    boris = newcomer(folder / "boris", anna, relay.door(), name="Boris", role="coordinator", clock=clock)
    with closing(anna, boris):
        settle(anna, boris)
        yield anna, boris


_ACT = st.tuples(
    st.integers(0, 1),
    st.sampled_from(["place", "move", "left", "smaller", "way"]),
    st.integers(0, 3),
    st.integers(0, 1),
    st.integers(0, 5),
)


def _do(desk: Session, what: str, case: str, place: str, first: str, way: str) -> None:
    if what == "place":
        relocation.place_in(desk, case, place, first)
    elif what == "move":
        relocation.move(desk, case, place, first)
    elif what == "left":
        relocation.free_beds(desk, case)
    elif what == "smaller":
        there = desk.get(Place, place)
        assert there is not None
        desk.commit(there.compartment, put("place", place, capacity=int(first[-1]) % 2))
    elif next(line.free for line in giving(desk).ways if line.way.id == way):
        desk.save_new(desk.compartment_of("beds"), Seat(id=desk.make_id(), way_out_id=way, case_id=case))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(_ACT, min_size=3, max_size=10))
def test_no_place_is_overfull_and_no_seat_given_twice_unnoticed(
    desks: tuple[Desk, Desk], acts: list[tuple[int, str, int, int, int]]
) -> None:
    anna, boris = desks
    session = anna.session
    night = tonight(session)
    places = [
        relocation.add_place(session, f"Harbour {n}", 1, member_ids=[boris.session.member_id]) for n in (1, 2)
    ]
    cases = [
        open_case(session, "", pseudonym="Elm", member_ids=[boris.session.member_id]).case_id
        for _ in range(4)
    ]
    day = (dt.date.fromisoformat(night) + dt.timedelta(days=9)).isoformat()
    (way,) = ways_out.add_ways(session, WayOut(id="", country="Norland", day=day, seats=1))
    settle(anna, boris)
    for who, what, case, place, ahead in acts:  # apart: no sync between
        first = (dt.date.fromisoformat(night) + dt.timedelta(days=ahead)).isoformat()
        with contextlib.suppress(RuleBroken):
            _do(desks[who].session, what, cases[case], places[place], first, way)
    settle(anna, boris)
    for desk in (anna.session, boris.session):
        hrefs = {need.href for need in gather(desk).needs + gather(desk).others + gather(desk).later}
        board = relocation.board(desk, night, overfull.NIGHTS)
        assert {row.place.id for row in board.rows} >= set(places)
        for place_id in places:
            there = desk.get(Place, place_id)
            assert there is not None
            sleeping = Counter(
                one
                for stay in desk.find(Stay)
                if stay.place_id == place_id
                for one in board.nights
                if stay.covers(one)
            )
            if any(people > there.capacity for people in sleeping.values()):
                assert f"/places/{place_id}" in hrefs
        cases_with = {seat.case_id for seat in desk.find(Seat) if seat.way_out_id == way}
        assert (f"/journeys/ways#seat-{way}" in hrefs) == (len(cases_with) > 1)


def test_two_who_must_not_meet_are_told_of_before_they_do(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    session = anna.session
    place = relocation.add_place(session, "Farm", 4, member_ids=[boris.session.member_id])
    one, two = (
        open_case(session, "", pseudonym="Elm", member_ids=[boris.session.member_id]).case_id
        for _ in range(2)
    )
    session.save_new(session.compartment_of("beds"), Apart(id=session.make_id(), case_ids=(one, two)))
    settle(anna, boris)
    later = (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=3)).isoformat()
    relocation.place_in(session, one, place, later)
    relocation.place_in(boris.session, two, place, later)
    settle(anna, boris)
    for desk in (anna.session, boris.session):
        assert [need.href for need in overfull.needs_now(desk) if str(need.tag) == "Must not meet"] == [
            f"/places/{place}"
        ]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(1, 3), st.booleans()),
        max_size=12,
    ),
    st.integers(0, 5),
)
def test_overbooked_is_what_was_given_beyond_the_room(
    taken: list[tuple[str, str, int, bool]], room: int
) -> None:
    day = "2999-01-02"
    ways = [WayOut(id=one, country="N", day=day, seats=room) for one in "abc"]
    seats = [
        Seat(id=str(number), way_out_id=way, case_id=case, people=people, released_at=int(gone))
        for number, (way, case, people, gone) in enumerate(taken)
    ]
    slots = [
        Slot(id=str(number), country=way.upper(), day=day, case_id=case, people=people, released_at=int(gone))
        for number, (way, case, people, gone) in enumerate(taken)
    ]
    days = [ConsulateDay(id=consulate_day_id(one, day), country=one, day=day, slots=room) for one in "abc"]
    held: dict[tuple[str, str], int] = {}
    for way, case, people, gone in taken:
        if not gone:
            held[way, case] = max(people, held.get((way, case), 0))
    wanted = {way for way in "abc" if sum(n for (one, _), n in held.items() if one == way) > room}
    told = overbooked(ways, seats, days, slots, from_day="2999-01-01")
    assert {one.record_id for one in told if one.kind == "seat"} == wanted
    assert {one.country.casefold() for one in told if one.kind == "slot"} == wanted
    assert overbooked(ways, seats, days, slots, from_day="2999-01-03") == []
