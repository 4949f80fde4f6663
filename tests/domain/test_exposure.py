"""The rules of domain/relocation/exposure, each broken once."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.say import Message, say
from leeward.domain.cases.case import Case, Person
from leeward.domain.relocation.exposure import (
    STEPS,
    How,
    Incident,
    Line,
    due_within,
    in_order,
    incident_id,
    is_worse,
    mark_for,
    owner_for,
    task_id,
)
from leeward.domain.relocation.exposure_known import (
    HOW,
    UNKNOWN,
    Colleague,
    House,
    Known,
    Reason,
    Relative,
    Ride,
    Someone,
    Subject,
    Way,
)
from leeward.domain.relocation.exposure_lines import lines_of
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.places import Place
from leeward.domain.typed import Note

HOUR = 3_600_000
NOW = 1000 * HOUR + 123_456
JUNIPER = Case(
    id="juniper", compartment="circle-juniper", pseudonym="Juniper", coordinator_id="anna", deputy_id="boris"
)
LARCH = Case(id="larch", compartment="circle-larch", pseudonym="Larch", coordinator_id="anna")
SUBJECT = Subject("case", "juniper", "circle-juniper", JUNIPER.called, "/people/juniper")


def known(**more: Any) -> Known:
    told = Known(SUBJECT, NOW, "team", frozenset({"anna", "boris"}), JUNIPER)
    return msgspec.structs.replace(told, **more)


def house(name: str, way: Way, people: int, keeper: str = "") -> House:
    return House(Place(id=name, code_name=name, keeper_id=keeper), Reason(way), people)


def ride(name: str, departs: int, state: str = "booked", arrives: int = 0) -> Ride:
    leg = Leg(id=name, case_id="juniper", to_town=name, departs=departs, arrives=arrives, state=state)
    return Ride(leg, JUNIPER, Reason(Way.OWN))


def values(message: Message) -> list[str]:
    found = [message.text]
    for value in message.values.values():
        found += values(value) if isinstance(value, Message) else [str(value)]
    return found


# 1 ------------------------------------------------------------------------------------------------------------------


def test_a_thing_known_in_many_ways_is_one_line_and_the_surest_way_counts() -> None:
    ways = [Way.TO_COME, Way.SLEEPS, Way.SLEPT]
    (line,) = lines_of(known(houses=tuple(house("Harbour", way, 2) for way in ways)))
    assert line.how == How.NOW
    assert "has a bed there now" in str(line.why)
    assert line.mark == "exposed"


# 2 ------------------------------------------------------------------------------------------------------------------


def test_who_sleeps_where_it_is_surely_known_moves_first() -> None:
    houses = (
        house("empty", Way.SLEEPS, 0),
        house("perhaps", Way.TO_COME, 9),
        house("few", Way.SLEEPS, 1),
        house("many", Way.SLEEPS, 4),
        house("unseen", Way.SLEPT, UNKNOWN),
    )
    lines = lines_of(known(houses=houses, rides=(ride("M.", NOW + HOUR),)))
    assert [line.about_id for line in lines] == ["many", "few", "unseen", "perhaps", "empty", "M."]


def test_steps_stand_in_one_order_and_what_is_due_sooner_comes_first() -> None:
    rides = (ride("late", NOW + 9 * HOUR), ride("soon", NOW + HOUR // 2))
    told = known(
        rides=rides,
        people=(Someone(LARCH, Reason(Way.SHARED, place="Harbour")),),
        relatives=(Relative(Person(id="mother", relation="mother"), JUNIPER),),
        houses=(house("Harbour", Way.SLEEPS, 1),),
        words=True,
        ladder=(("lawyer", 0), ("public", 0)),
    )
    lines = lines_of(told)
    order = [STEPS.index(line.step) for line in lines]
    assert order == sorted(order)
    assert [line.about_id for line in lines if line.step == "ride"] == ["soon", "late"]


def test_of_many_who_are_warned_those_at_the_highest_risk_come_first() -> None:
    people = tuple(
        Someone(Case(id=risk, compartment="c", risk=risk), Reason(Way.READ))
        for risk in ("low", "extreme", "of a newer desk", "high")
    )
    found = lines_of(known(people=people))
    assert [line.about_id for line in found] == ["extreme", "high", "low", "of a newer desk"]


lines = st.builds(
    Line,
    step=st.sampled_from([*STEPS, "of a newer desk"]),
    about_id=st.sampled_from("abcd"),
    circle=st.just("c"),
    do=st.just(say("do")),
    why=st.just(say("why")),
    due=st.integers(0, 9),
    how=st.sampled_from(How),
    people=st.integers(0, 3),
)


@given(st.lists(lines, max_size=12), st.randoms())
def test_the_order_never_depends_on_what_was_found_first(found: list[Line], chance: Any) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    keys = [line.key for line in in_order(found)]
    assert keys == [line.key for line in in_order(shuffled)]
    assert len(keys) == len(set(keys)) == len({line.key for line in found})


# 3 ------------------------------------------------------------------------------------------------------------------


def test_places_are_marked_by_how_surely_they_were_known_and_never_made_cleaner() -> None:
    assert {way: mark_for(how) for way, how in HOW.items()}[Way.SLEPT] == "exposed"
    assert mark_for(How.PERHAPS) == mark_for(How.TOLD) == "doubtful"
    assert not is_worse("doubtful", "exposed")
    assert not is_worse("doubtful", "doubtful")
    assert not is_worse("clean", "doubtful")
    assert not is_worse("nonsense", "clean")
    assert is_worse("exposed", "doubtful")
    assert is_worse("doubtful", "of a newer desk")


# 4 ------------------------------------------------------------------------------------------------------------------


def test_a_line_of_the_teams_circle_never_names_whom_it_is_about() -> None:
    told = known(
        houses=tuple(house(f"H{way}", way, 2) for way in Way),
        rides=(ride("M.", NOW + HOUR),),
        people=(Someone(LARCH, Reason(Way.SHARED, place="H")),),
        guests=(Someone(LARCH, Reason(Way.HAPPENED)),),
        colleagues=(Colleague("boris", "Boris", "circle-juniper", Reason(Way.WAITS), "juniper"),),
        words=True,
        ladder=(("lawyer", 0), ("public", 0)),
        unfrozen=JUNIPER,
    )
    found = lines_of(told)
    assert {line.circle for line in found} == {"team", "circle-juniper", "circle-larch"}
    for line in found:
        if line.circle == "team":
            assert not {"pseudonym/Juniper", "pseudonym/Larch"} & set(values(line.do))
            assert line.case_id == ""
        if line.case_id:
            assert line.circle == f"circle-{line.case_id}"


# 5 ------------------------------------------------------------------------------------------------------------------


def test_whoever_is_taken_is_asked_nothing_and_told_nothing() -> None:
    anna = Subject("member", "anna", "team", say("Anna"), "/safety", member_ids=frozenset({"anna"}))
    told = known(
        subject=anna,
        own=None,
        houses=(house("Harbour", Way.KEEPS, 1, keeper="anna"),),
        people=(Someone(JUNIPER, Reason(Way.READ)), Someone(LARCH, Reason(Way.READ))),
        colleagues=tuple(
            Colleague(one, one, "team", Reason(Way.TEAM)) for one in ("anna", "boris", "somebody who left")
        ),
    )
    found = lines_of(told)
    assert {line.owner_id for line in found} == {"", "boris"}
    assert [line.about_id for line in found if line.step == "colleagues"] == ["boris"]
    assert owner_for(["", "gone", "anna", "boris"], {"anna"}, {"anna", "boris"}) == "boris"
    assert owner_for(["anna"], {"anna"}, {"anna"}) == ""


# 6 ------------------------------------------------------------------------------------------------------------------


@given(st.sampled_from([*STEPS, "x"]), st.integers(0, 10**13), st.integers(0, 10**13))
def test_nothing_is_due_in_the_past_or_after_what_it_should_prevent(step: str, now: int, before: int) -> None:
    due = due_within(step, now, before=before)
    assert due > now
    if now < before:
        assert due <= before
    assert due == before or due % HOUR == 0


def test_two_desks_within_one_hour_say_the_same_time_and_the_same_task() -> None:
    early, late = 1000 * HOUR + 1, 1001 * HOUR - 1
    told = known(houses=(house("Harbour", Way.SLEEPS, 1),), words=True, ladder=(("lawyer", 0),))
    one = lines_of(msgspec.structs.replace(told, now=early))
    other = lines_of(msgspec.structs.replace(told, now=late))
    assert one == other
    name = incident_id("case", "juniper", "salt")
    assert [task_id(name, 0, line) for line in one] == [task_id(name, 0, line) for line in other]
    assert task_id(name, 1, one[0]) != task_id(name, 0, one[0])
    assert incident_id("case", "juniper") != name


def test_what_has_begun_is_reached_and_what_is_over_or_far_off_is_no_line() -> None:
    rides = (
        ride("under way", NOW - HOUR, "under-way", NOW + HOUR // 4),
        ride("arrived", NOW - HOUR, "arrived"),
        ride("broken off", NOW + HOUR, "aborted"),
        ride("next month", NOW + 700 * HOUR),
        ride("no day yet", 0, "planned"),
    )
    found = {line.about_id: line for line in lines_of(known(rides=rides))}
    assert set(found) == {"under way", "no day yet"}
    assert found["under way"].due == NOW + HOUR // 4


# Incidents ----------------------------------------------------------------------------------------------------------


def test_the_last_turn_says_whether_a_list_is_worked_on() -> None:
    start, end = Note({"does": "start"}, 1, "anna"), Note({"does": "end"}, 2, "boris")
    odd = Note(["what is this"], 3, "x")

    def turns(*notes: Note) -> Incident:
        return Incident(id="i", turns=notes)

    assert not turns().running
    assert not turns(odd).running
    assert turns(start, odd).running
    assert not turns(start, end).running
    assert turns(start, end, start).starts == [start]
    assert turns(start, end, start).round == 1
    assert turns(start, start).starts == [start, start]


def test_a_journey_of_many_legs_is_one_line_about_the_next() -> None:
    rides = [ride("second", NOW + 9 * HOUR), ride("first", NOW + HOUR), ride("gone", NOW - HOUR, "arrived")]
    one_way = tuple(
        msgspec.structs.replace(one, leg=msgspec.structs.replace(one.leg, journey_id="way")) for one in rides
    )
    assert [line.about_id for line in lines_of(known(rides=one_way))] == ["first"]
