"""Two desks that book by hand while apart: what is taken beyond what there is, Today says."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.clocks import HandClock
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.journeys import Journey
from leeward.domain.relocation.overbooked import seats_taken, slots_taken
from leeward.domain.relocation.papers import VisaApplication
from leeward.domain.relocation.ways_out import ConsulateDay, Seat, Slot, WayOut
from leeward.office import seats, ways_out
from leeward.office.casework_base import NotForThisDesk, tonight
from leeward.office.casework_open import open_case
from leeward.office.conflicts import list_conflicts
from leeward.office.planning.gather import gather as question_of
from leeward.office.relocation_journeys import add_visa, book_by_way, break_off, go_on, set_visa
from leeward.office.session import Session
from leeward.office.today import gather


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Desk]]:
    folder, relay, clock = tmp_path_factory.mktemp("by-hand"), RelaySimulator(), HandClock()
    anna = found(folder / "anna", relay.door(), clock=clock)
    boris = newcomer(folder / "boris", anna, relay.door(), name="Boris", role="coordinator", clock=clock)
    with closing(anna, boris):
        settle(anna, boris)
        yield anna, boris


def ahead(session: Session, days: int) -> str:
    return (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=days)).isoformat()


def noon_of(iso: str) -> int:
    return int(dt.datetime.combine(dt.date.fromisoformat(iso), dt.time(12)).astimezone().timestamp() * 1000)


def lines(session: Session) -> set[str]:
    day = gather(session)
    return {need.href for need in [*day.needs, *day.others, *day.later]}


_ACT = st.tuples(
    st.integers(0, 1),
    st.sampled_from(["book", "book", "off", "on", "people", "visa", "visa-off", "meet"]),
    st.integers(0, 2),
    st.integers(1, 2),
)


def _do(session: Session, what: str, case: str, people: int, way: str, at: int) -> None:
    journeys = [one for one in session.find(Journey, case_id=case) if one.way_out_id == way]
    visas = session.find(VisaApplication, case_id=case)
    if what == "book":
        book_by_way(session, case, way, people=people)
    elif what == "visa":
        add_visa(session, case, country="Norland", stage="asked", appointment=at, people=people)
    elif what == "visa-off" and visas:
        set_visa(session, visas[0].id, stage="dropped")
    elif what == "off" and journeys:
        break_off(session, journeys[0].id)
    elif what == "on" and journeys:
        go_on(session, journeys[0].id)
    elif what == "people" and journeys:
        seats.set_people(session, journeys[0].id, people)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(_ACT, min_size=3, max_size=10))
def test_never_more_taken_than_there_is_without_todays_word(
    desks: tuple[Desk, Desk], acts: list[tuple[int, str, int, int]]
) -> None:
    anna, boris = desks
    session = anna.session
    both = [boris.session.member_id]
    cases = [open_case(session, "", pseudonym="Elm", member_ids=both).case_id for _ in range(3)]
    country = f"Norland {session.make_id()[:6]}"
    (way,) = ways_out.add_ways(session, WayOut(id="", country=country, day=ahead(session, 9), seats=2))
    ways_out.set_appointments(session, "Norland", ahead(session, 4), 2)
    settle(anna, boris)
    for who, what, number, people in acts:
        if what == "meet":
            settle(anna, boris, rounds=1)
            continue
        with contextlib.suppress(RuleBroken):
            _do(desks[who].session, what, cases[number], people, way, noon_of(ahead(session, 4)))
    settle(anna, boris)
    for desk in (anna.session, boris.session):
        told = lines(desk)
        taken = seats_taken(desk.find(Seat)).get(way, 0)
        assert (f"/journeys/ways#seat-{way}" in told) == (taken > 2)
        [day] = [one for one in desk.find(ConsulateDay) if one.country == "Norland"]
        given_away = slots_taken(desk.find(Slot)).get(day.id, 0)
        assert (f"/journeys/ways#slot-{day.id}" in told) == (given_away > day.slots)
        for case in cases:
            needs = any(one.standing for one in desk.find(Journey, case_id=case) if one.way_out_id == way)
            holds = way in seats.held(desk, case)
            if needs != holds:
                assert f"/people/{case}?tab=journey#seats" in told
        assert not [one for one in list_conflicts(desk) if one.record.kind in {"seat", "slot"}]
    for visa in [one for one in session.find(VisaApplication) if one.going_on]:
        set_visa(session, visa.id, stage="dropped")  # the next example begins with both appointments free
    settle(anna, boris)


def test_broken_off_where_the_list_is_not_open_it_stands_on_today_where_it_is(
    desks: tuple[Desk, Desk], tmp_path_factory: pytest.TempPathFactory
) -> None:
    anna, _boris = desks
    session = anna.session
    nina = newcomer(
        tmp_path_factory.mktemp("nina"), anna, anna.relay, name="Nina", role="documenter", clock=HandClock()
    )
    with closing(nina):
        case = open_case(session, "", pseudonym="Oak", member_ids=[nina.session.member_id]).case_id
        (way,) = ways_out.add_ways(session, WayOut(id="", country="Estmark", day=ahead(session, 9), seats=1))
        journey = book_by_way(session, case, way)
        settle(anna, nina)
        assert seats.to_choose(nina.session) == []
        assert nina.session.get(WayOut, way) is None
        with pytest.raises(NotForThisDesk):
            book_by_way(nina.session, case, way)
        break_off(nina.session, journey)
        settle(anna, nina)
        assert lines(nina.session) & {f"/people/{case}?tab=journey#seats"} == set()
        assert f"/people/{case}?tab=journey#seats" in lines(session)
        seats.give_back(session, case, {way})
        assert f"/people/{case}?tab=journey#seats" not in lines(session)
        assert way not in seats.held(session, case)


def test_the_planner_sees_what_was_booked_by_hand_also_of_cases_it_cannot_read(
    desks: tuple[Desk, Desk],
) -> None:
    anna, boris = desks
    hers, his = anna.session, boris.session
    (way,) = ways_out.add_ways(hers, WayOut(id="", country="Estmark", day=ahead(hers, 9), seats=3))
    settle(anna, boris)
    closed = open_case(his, "", pseudonym="Ash").case_id
    book_by_way(his, closed, way, people=2)
    settle(anna, boris)

    def seats_of(session: Session) -> int:
        return next(one.seats for one in question_of(session).instance.departures if one.id == way)

    assert closed not in question_of(hers).cases
    assert seats_of(hers) == 1
    assert (
        seats_of(his) == 3
    )  # a journey that is planned can be moved by a plan, so it competes for its own seats
    [party] = [one for one in question_of(his).instance.parties if one.id == closed]
    assert party.promised is not None
    assert party.promised.departure == way
    break_off(his, his.find(Journey, case_id=closed)[0].id)
    settle(anna, boris)
    assert seats_of(hers) == 3
