"""The checker finds every broken rule: one valid plan, and each rule broken once."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from tests.plan.checker import check, party_points
from tests.plan.small import answer, line, operation, party

Json = dict[str, Any]
_KINDS = ("parties", "places", "countries", "departures", "members", "lines")
Break = Callable[[dict[str, Json], dict[str, Json], Json], object]


def _find(instance: Json, name: str) -> Json:
    return next(row for kind in _KINDS for row in instance[kind] if row["id"] == name)


def _broken(change: Break) -> list[str]:
    instance, plan = operation(), answer()
    things = {row["id"]: row for kind in _KINDS for row in instance[kind]}
    change(things, {row["id"]: row for row in plan["parties"]}, instance)
    return check(instance, plan)[0]


def test_a_plan_that_keeps_every_rule_passes() -> None:
    wrong, points = check(operation(), answer())
    assert wrong == []
    assert points == sum(_by_hand().values())


def _by_hand() -> dict[str, int]:
    return {
        "p1": 10 * 30 * 8 + 2 * 200,  # eight nights sheltered, leaves one day late, two people
        "p2": 4 * 30 * 8 + 100 + 200,  # one move, one day late
        "p3": 4 * 100 + 4 * 30 * 2,  # a night outside; out of an exposed place is no move
        "p4": 4 * 100 * 2 + 4 * 30 * 9 + 4 * 100 * 5 + 200 * (12 + 5 - 8),
        "p5": 4 * 30 * 6,
    }


def test_points_of_each_party_are_as_counted_by_hand() -> None:
    instance, plan = operation(), answer()
    found = {row["id"]: party_points(instance, _find(instance, row["id"]), row) for row in plan["parties"]}
    assert found == _by_hand()


def _stays(name: str, *stays: tuple[str, int, int]) -> Break:
    return lambda _things, lines, _instance: lines[name].update(stays=line(name, list(stays))["stays"])


def _line(name: str, **changes: Any) -> Break:
    return lambda _things, lines, _instance: lines[name].update(changes)


def _thing(name: str, **changes: Any) -> Break:
    return lambda things, _lines, _instance: things[name].update(changes)


def _fix(name: str, **changes: Any) -> Break:
    return lambda things, _lines, _instance: things[name]["fixed"].update(changes)


def _slots(name: str, day: int, count: int) -> Break:
    def change(things: dict[str, Json], _lines: dict[str, Json], _instance: Json) -> None:
        things[name]["slots"][day] = count

    return change


def _together(_things: dict[str, Json], lines: dict[str, Json], instance: Json) -> None:
    lines["p2"]["stays"] = line("p2", [("h2", 0, 7)])["stays"]
    instance["apart"].append(["p1", "p2"])


BREAKS: list[tuple[str, str, Break]] = [
    ("1", "a hole between two stays", _stays("p2", ("h2", 0, 3), ("h1", 5, 7))),
    ("1", "two places on one night", _stays("p2", ("h2", 0, 5), ("h1", 5, 7))),
    ("1", "out of order", _stays("p2", ("h1", 5, 7), ("h2", 0, 4))),
    ("1", "three stays", _stays("p2", ("h2", 0, 4), ("h1", 5, 6), ("h2", 7, 7))),
    ("1", "one place in two stays", _stays("p2", ("h2", 0, 4), ("h2", 5, 7))),
    ("1", "a stay before the first day", _stays("p4", ("h1", 0, 11))),
    ("1", "the last night missing", _stays("p1", ("h1", 0, 6))),
    ("1", "a night after leaving", _stays("p1", ("h1", 0, 8))),
    ("1", "out of the place where one is", _stays("p2", ("h2", 1, 4), ("h1", 5, 7))),
    ("1", "no stay for one who is housed", _stays("p2")),
    ("1", "a stay without a night", _stays("p3", ("h2", 2, 1))),
    ("1", "a stay beyond the horizon", _stays("p4", ("h2", 3, 12))),
    ("2", "more people than beds", _thing("h1", beds=[3, 3, 3, 3, 3, 3, 2, 3, 3, 3, 3, 3])),
    ("3", "into an exposed place", _stays("p3", ("h3", 0, 2))),
    ("3", "into a doubtful place", _stays("p3", ("h4", 1, 2))),
    ("3", "into a doubtful place later", _stays("p4", ("h2", 3, 7), ("h4", 8, 11))),
    ("4", "a place without a doctor", _thing("h1", has=["steps"])),
    ("5", "two kept apart under one roof", _stays("p4", ("h2", 2, 11))),
    ("5", "two kept apart on one way", _together),
    ("6", "leaving before being ready", _thing("p1", ready_day=9)),
    ("6", "leaving before the first day", _thing("p3", from_day=4, at=None)),
    ("6", "a way that is avoided", _thing("d1", tags=["flight"])),
    ("6", "more people than seats", _thing("d1", seats=2)),
    ("6", "a way beyond the horizon", _thing("d1", day=12)),
    ("7", "a passport that ends", lambda things, *_: things["p1"]["people"][0].update(passport_until=9)),
    ("8", "no visa", _line("p5", visa=None)),
    ("8", "a visa not needed", _line("p3", visa={"country": "GE", "day": 1})),
    ("8", "a visa beside a held one", _line("p2", visa={"country": "LT", "day": 2})),
    ("8", "a visa for elsewhere", _line("p5", visa={"country": "GE", "day": 2})),
    ("8", "a visa without a way", _line("p4", visa={"country": "LT", "day": 2})),
    ("8", "a held visa that ends", lambda things, *_: things["p2"]["visas"][0].update(to=7)),
    ("8", "a held visa that begins later", lambda things, *_: things["p2"]["visas"][0].update({"from": 9})),
    ("8", "before the first day", _thing("p5", from_day=3, at=None)),
    ("8", "not ready in time", _thing("LT", lead_days=5)),
    ("8", "not good any more", _thing("LT", valid_days=0)),
    ("8", "more people than appointments", _slots("LT", 1, 0)),
    ("8", "an appointment beyond the horizon", _line("p5", visa={"country": "LT", "day": 12})),
    ("9", "nobody goes along", _line("p1", escort=None)),
    ("9", "nobody goes along on a way that asks for it", _line("p3", escort=None)),
    ("9", "nobody goes to the appointment", _line("p1", visa_escort=None)),
    ("9", "somebody goes along who is not needed", _line("p2", escort="m1")),
    ("9", "somebody goes to an appointment who is not needed", _line("p5", visa_escort="m1")),
    ("9", "somebody goes along nowhere", _line("p4", escort="m1")),
    ("9", "one who does not escort", _line("p3", escort="m2")),
    ("9", "too many minutes on the way", _thing("m1", minutes=[300] * 9 + [299] * 3)),
    ("9", "too many minutes at the consulate", _thing("m1", minutes=[300, 119] + [300] * 10)),
    ("9", "too many parties at once", _thing("p2", escort=True)),
    ("10", "housing", _thing("housing", cents=50499)),
    ("10", "travel", _thing("travel", cents=99999)),
    ("10", "visas", _thing("visas", cents=11999)),
    ("11", "another way", _fix("p1", departure="d4")),
    ("11", "a way that was ruled out", _fix("p1", not_departures=["d1"])),
    ("11", "a place that was not chosen", _fix("p2", places=["h2"])),
    ("11", "a place that was ruled out", _fix("p2", not_places=["h1"])),
    ("11", "other nights", _fix("p3", stays=[{"place": "h2", "first": 0, "last": 2}])),
    ("11", "another appointment", _fix("p5", visa={"country": "LT", "day": 1})),
    ("11", "another escort", _fix("p3", escort="m2")),
    ("11", "another escort to the appointment", _fix("p1", visa_escort="m2")),
    ("0", "a place nobody knows", _stays("p4", ("h9", 3, 11))),
    ("0", "a party forgotten", lambda _t, _l, instance: instance["parties"].append(party("p9"))),
]


@pytest.mark.parametrize(("rule", "what", "change"), BREAKS, ids=[f"{one[0]}: {one[1]}" for one in BREAKS])
def test_each_rule_broken_once_is_found(rule: str, what: str, change: Break) -> None:
    found = _broken(change)
    assert any(text.startswith(f"{rule}: ") for text in found), (what, found)


def test_a_minute_a_cent_a_bed_less_is_all_it_takes() -> None:
    """Each number stands exactly at its bound: the plan passes with it, so the breaks above are the rule's own."""
    exact = [0, 120, 0, 300, 300, 0, 0, 0, 300, 300, 0, 0]
    assert _broken(_thing("m1", minutes=exact)) == []
    assert _broken(_thing("visas", cents=12000)) == []
    assert _broken(_thing("travel", cents=100000)) == []
    assert _broken(_thing("housing", cents=50500)) == []
    assert _broken(_slots("LT", 1, 1)) == []
    assert _broken(_thing("h1", beds=[2] * 5 + [3] * 3 + [0] * 4)) == []
    assert _broken(_thing("p1", ready_day=8)) == []
    assert _broken(_thing("LT", lead_days=4, valid_days=3)) == []


def test_one_escort_takes_several_parties_for_one_time_of_hers() -> None:
    instance, plan = operation(), answer()
    _find(instance, "p2")["escort"] = True
    _find(instance, "d1")["escort_parties"] = 2
    plan["parties"][1]["escort"] = "m1"
    assert check(instance, plan)[0] == []


def test_days_of_an_escort_beyond_the_horizon_do_not_count() -> None:
    instance, plan = operation(), answer()
    _find(instance, "d1")["escort_days"] = 30
    assert check(instance, plan)[0] == []


def test_what_a_plan_says_of_itself_is_checked() -> None:
    instance, plan = operation(), answer()
    points = check(instance, plan)[1]
    said = {"points": points, "bound": points, "gap": 0.0, "status": "optimal"}
    assert check(instance, {**plan, **said})[0] == []
    for lie in ({"points": points - 1}, {"bound": points + 1}, {"gap": 0.5}, {"status": "perfect"}):
        assert check(instance, {**plan, **said, **lie})[0] != []


def test_each_change_against_what_was_promised_costs_once_a_person() -> None:
    instance, plan = operation(), answer()
    before = check(instance, plan)[1]
    promised = {
        key: deepcopy(plan["parties"][0][key])
        for key in ("stays", "departure", "visa", "escort", "visa_escort")
    }
    for changes, count in (
        ({}, 0),
        ({"escort": None}, 0),
        ({"departure": "d4"}, 1),
        ({"visa": None}, 1),
        ({"visa": {"country": "LT", "day": 2}, "departure": None}, 2),
        ({"stays": [], "departure": None, "visa": None}, 3),
        ({"stays": [{"place": "h1", "first": 5, "last": 6}]}, 0),
    ):
        _find(instance, "p1")["promised"] = {**promised, **changes}
        assert check(instance, plan)[1] - before == 2 * 100 * count
