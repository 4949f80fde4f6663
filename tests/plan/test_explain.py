"""Why a line is as it is: each reason on an instance made for it, and on tiny ones against every way there is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.checker import check, party_points
from tests.plan.plain import Json, instance_of, plain_instance, plain_line, plain_plan, plan_of
from tests.plan.small import country, departure, line, operation, party, place
from tests.plan.tiny import tiny

from leeward.bench.plan_instances import make_instance
from leeward.plan.errors import NoPlan
from leeward.plan.explain import Explainer
from leeward.plan.greedy import greedy
from leeward.plan.naming import Names
from leeward.plan.reasons import Because, Last, Stop, Why
from leeward.plan.telling import tell, tell_housing


def _two(**changes: Any) -> Json:
    """Return an operation of two parties of one, one house, one seat on day 3 and one on day 8, no visa."""
    made = operation()
    made.update(
        parties=[party("p1"), party("p2")],
        apart=[],
        places=[place("h1", 2, cents=0)],
        countries=[country("GE"), country("LT", visa_for=["RU"], slots=[1] * 12)],
        departures=[departure("d1", 3, "GE", 1, cents=0), departure("d2", 8, "GE", 1, cents=0)],
    )
    made.update(changes)
    return made


_FIRST = line("p1", [("h1", 0, 2)], "d1")
_SECOND = line("p2", [("h1", 0, 7)], "d2")


def _why(plain: Json, *lines: Json, who: str = "p2") -> Why:
    plan = {"parties": list(lines)}
    assert check(plain, plan)[0] == []
    return Explainer(instance_of(plain), plan_of(plan)).why(who)


def _said(why: Why) -> list[str]:
    return [str(one) for one in (*tell(why, Names()), *tell_housing(why, Names()))]


def test_seats_and_who_has_them() -> None:
    why = _why(_two(), _FIRST, _SECOND)
    assert why.ahead is not None
    assert (why.rank, why.leaving, why.ahead.kind, why.ahead.departure) == (2, 2, Stop.SEATS, "d1")
    assert why.ahead.holders == ("p1",)
    assert _said(why)[1] == "d1 on day 3 would be better, but its seats are for p1."


def test_those_who_have_it_are_in_greater_danger() -> None:
    plain = _two()
    plain["parties"][0]["people"][0]["risk"] = 8
    why = _why(plain, _FIRST, _SECOND)
    assert why.ahead is not None
    assert why.ahead.because == Because.RISK
    assert _said(why)[2] == "Each of those is in greater danger."


def test_for_those_who_have_it_it_is_the_last_chance() -> None:
    plain = _two()
    plain["parties"][0]["people"][0]["passport_until"] = 6
    why = _why(plain, _FIRST, _SECOND)
    assert why.ahead is not None
    assert why.ahead.because == Because.LAST_CHANCE
    first = _why(plain, _FIRST, _SECOND, who="p1")
    assert first.last_departure == Last.PASSPORT
    assert "good enough for departures until day 4, and this is the last of them" in _said(first)[0]


def test_the_last_appointment_before_the_passport_ends() -> None:
    plain = _two(departures=[departure("d1", 4, "LT", 2, cents=0), departure("d2", 8, "LT", 2, cents=0)])
    plain["countries"][1].update(slots=[1, 1, 0, 0, 1] + [0] * 7)
    plain["parties"][0]["people"][0]["passport_until"] = 7
    first = line("p1", [("h1", 0, 3)], "d1", visa={"country": "LT", "day": 1})
    second = line("p2", [("h1", 0, 3)], "d1", visa={"country": "LT", "day": 0})
    why = _why(plain, first, second, who="p1")
    assert (why.last_slot, why.visa_day) == (Last.PASSPORT, 1)
    assert "the appointment on day 1 is the last before the passport ends" in _said(why)[0]


def test_appointments_and_who_has_them() -> None:
    plain = _two(departures=[departure("d1", 4, "LT", 2, cents=0), departure("d2", 8, "LT", 2, cents=0)])
    plain["countries"][1].update(slots=[1, 0, 0, 0, 1] + [0] * 7)
    first = line("p1", [("h1", 0, 3)], "d1", visa={"country": "LT", "day": 0})
    second = line("p2", [("h1", 0, 7)], "d2", visa={"country": "LT", "day": 4})
    why = _why(plain, first, second)
    assert why.ahead is not None
    assert (why.ahead.kind, why.ahead.holders, why.ahead.day, why.ahead.last) == (Stop.SLOTS, ("p1",), 0, 0)


@pytest.mark.parametrize(
    ("stop", "changes"),
    [
        (Stop.NOT_READY, {"ready_day": 5}),
        (Stop.AVOID, {"avoid": ["flight"]}),
        (Stop.FIXED, {"fixed": {"not_departures": ["d1"]}}),
        (Stop.FIXED, {"fixed": {"departure": "d2"}}),
        (Stop.ESCORT, {"escort": True}),
    ],
)
def test_what_stops_one_alone(stop: Stop, changes: Json) -> None:
    plain = _two(parties=[party("p2")])
    plain["departures"][0]["tags"] = ["flight"]
    plain["members"][0]["minutes"] = [300] * 3 + [0] * 2 + [300] * 7
    fixed = {**plain["parties"][0]["fixed"], **changes.get("fixed", {})}
    plain["parties"][0].update({**changes, "fixed": fixed})
    escort = "m1" if "escort" in changes else None
    why = _why(plain, {**_SECOND, "escort": escort})
    assert why.ahead is not None
    assert (why.ahead.kind, why.ahead.departure) == (stop, "d1")


def test_a_promise_is_not_broken_for_little() -> None:
    plain = _two(parties=[party("p2")])
    plain["weights"]["change"] = 10_000
    plain["parties"][0]["promised"] = {key: _SECOND[key] for key in _SECOND if key != "id"}
    why = _why(plain, _SECOND)
    assert why.ahead is not None
    assert (why.ahead.kind, why.ahead.departure) == (Stop.PROMISED, "d1")


def test_money_that_is_missing() -> None:
    plain = _two(parties=[party("p2")], lines=[{"id": "travel", "cents": 900}, {"id": "housing", "cents": 0}])
    plain["lines"].append({"id": "visas", "cents": 0})
    plain["departures"][0]["cents"] = 1000
    why = _why(plain, _SECOND)
    assert why.ahead is not None
    assert (why.ahead.kind, why.ahead.line, why.ahead.short) == (Stop.MONEY, "travel", 100)


def test_whom_they_must_not_meet() -> None:
    plain = _two(apart=[["p1", "p2"]], places=[place("h1", 2, cents=0), place("h2", 2, cents=0)])
    plain["departures"][0]["seats"] = 2
    why = _why(plain, _FIRST, line("p2", [("h2", 0, 7)], "d2"))
    assert why.ahead is not None
    assert (why.ahead.kind, why.ahead.holders) == (Stop.APART, ("p1",))


def test_a_way_that_nobody_stops_is_said() -> None:
    plain = _two(parties=[party("p2")])
    assert _said(_why(plain, _SECOND))[1].endswith("nothing stops it: this plan can still be improved.")


def test_who_has_the_bed() -> None:
    plain = _two(places=[place("h1", 1, cents=0)])
    why = _why(plain, _FIRST, line("p2", [("h1", 3, 7)], "d2"))
    assert why.housing is not None
    assert (why.housing.kind, why.housing.day, why.housing.last) == (Stop.BEDS, 0, 2)
    assert why.housing.holders == ("p1",)
    assert (
        _said(why)[-1] == "Without a bed until day 3: those that would do are for p1 in the night of day 2."
    )


def test_why_one_moves() -> None:
    plain = _two(places=[place("h1", 1, cents=0), place("h2", 1, cents=0)])
    plain["parties"][0]["from_day"] = plain["parties"][0]["ready_day"] = 4
    plain["departures"][0]["day"] = 6
    lines = line("p1", [("h1", 4, 5)], "d1"), line("p2", [("h1", 0, 3), ("h2", 4, 7)], "d2")
    why = _why(plain, *lines)
    assert why.move is not None
    assert (why.move.kind, why.move.place, why.move.holders) == (Stop.BEDS, "h1", ("p1",))


def lines_with(plain: Json, who: Json, leaves: Json, now: Json) -> Iterator[Json]:
    """Yield every line with which a party could leave so, its nights cut to that day."""
    members: list[str | None] = [None, *(one["id"] for one in plain["members"])]
    visas: list[Json | None] = [None]
    visas += [{"country": leaves["country"], "day": day} for day in range(plain["nights"])]
    stays = [
        {**stay, "last": min(stay["last"], leaves["day"] - 1)}
        for stay in now["stays"]
        if stay["first"] < leaves["day"]
    ]
    alone = [None] if not (who["escort"] or leaves["escort"]) else members
    for visa, along, visitor in product(visas, alone, members if who["escort"] else [None]):
        yield {
            **now,
            "stays": stays,
            "departure": leaves["id"],
            "visa": visa,
            "escort": along,
            "visa_escort": visitor,
        }


def _better(plain: Json, plan: Json, name: str) -> set[str]:
    """Return the earlier departures with which a party would have fewer points, found by trying every way."""
    number = [one["id"] for one in plan["parties"]].index(name)
    who = next(one for one in plain["parties"] if one["id"] == name)
    now = plan["parties"][number]
    days = {one["id"]: one["day"] for one in plain["departures"]}
    points, found, changed = party_points(plain, who, now), set(), deepcopy(plan)
    for leaves in plain["departures"]:
        if leaves["day"] <= days.get(now["departure"], plain["nights"]) and leaves["id"] != now["departure"]:
            for one in lines_with(plain, who, leaves, now):
                changed["parties"][number] = one
                if party_points(plain, who, one) < points and check(plain, changed)[0] == []:
                    found.add(leaves["id"])
    return found


@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_a_better_way_is_stopped_if_and_only_if_it_is_said(seed: int) -> None:
    instance = tiny(seed)
    try:
        plan = greedy(instance)
    except NoPlan:
        return
    plain, explainer = plain_instance(instance), Explainer(instance, plan)
    for why in explainer.all():
        better = _better(plain, plain_plan(explainer.holders.ways), why.party)
        free = why.ahead is not None and why.ahead.kind == Stop.NOTHING
        assert free == bool(better)
        assert not free or (why.ahead is not None and why.ahead.departure in better)


@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_who_is_said_to_have_it_does(seed: int) -> None:
    instance = tiny(seed)
    try:
        plan = greedy(instance)
    except NoPlan:
        return
    explainer = Explainer(instance, plan)
    lines = {one.id: plain_line(one.id, one.way) for one in plan.parties}
    for why in explainer.all():
        assert all("{" not in sentence for sentence in _said(why))
        for reason in (why.ahead, why.housing, why.move):
            if reason is None:
                continue
            assert why.party not in reason.holders
            for holder in reason.holders:
                if reason.kind == Stop.SEATS:
                    assert lines[holder]["departure"] == reason.departure
                if reason.kind == Stop.SLOTS:
                    assert lines[holder]["visa"]["country"] == reason.country


def test_four_hundred_people_are_explained_within_seconds() -> None:
    instance = make_instance(400, 1)
    plan = greedy(instance)
    started = time.process_time()
    assert sum(1 for _ in Explainer(instance, plan).all()) == len(instance.parties)
    assert time.process_time() - started < 5  # half a second on a quiet machine
