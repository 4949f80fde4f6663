"""Instances and plans as plain dictionaries, for the checker, and plans made by hand as the planner's own."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from leeward.plan.answer import Plan
from leeward.plan.instance import Instance, Way
from leeward.plan.lacks import Lack, Thing
from leeward.plan.reading import read_instance

Json = dict[str, Any]


def instance_of(plain: Json) -> Instance:
    """Return an instance, read as strictly as one from outside."""
    return read_instance(json.dumps(plain).encode())


def plan_of(plain: Json) -> Plan:
    """Return a plan made by hand."""
    return msgspec.convert(plain, Plan)


def plain_instance(instance: Instance) -> Json:
    """Return an instance as the checker takes it."""
    return dict(json.loads(msgspec.json.encode(instance)))


def plain_line(party: str, way: Way) -> Json:
    """Return a way as a line of a plan."""
    return {"id": party, **dict(json.loads(msgspec.json.encode(way)))}


def plain_plan(ways: dict[str, Way]) -> Json:
    """Return ways as a plan that says nothing of itself."""
    return {"parties": [plain_line(party, way) for party, way in ways.items()]}


def all_limits(instance: Instance, parties: tuple[str, ...]) -> list[Lack]:
    """Return every limit and rule that can be left out, by days: written out here once more."""
    days = range(instance.nights)
    found = [
        Lack(thing=Thing.BEDS, place=one.id, first=day, last=day) for one in instance.places for day in days
    ]
    found += [
        Lack(thing=Thing.SLOTS, country=one.id, first=day, last=day)
        for one in instance.countries
        for day in days
    ]
    found += [
        Lack(thing=Thing.MINUTES, member=one.id, first=day, last=day)
        for one in instance.members
        for day in days
    ]
    found += [Lack(thing=Thing.STATE, place=one.id) for one in instance.places if one.state != "clean"]
    found += [Lack(thing=Thing.MONEY, line=one.id) for one in instance.lines]
    for thing in (Thing.SEATS, Thing.TOGETHER):
        found += [Lack(thing=thing, departure=one.id) for one in instance.departures]
    found += [Lack(thing=Thing.APART, party=one, other=other) for one, other in instance.apart]
    for thing in (Thing.READY, Thing.PASSPORT, Thing.AVOID, Thing.NEEDS):
        found += [Lack(thing=thing, party=name) for name in parties]
    parts = ("departure", "not_departures", "visa", "stays", "places", "not_places", "escort", "visa_escort")
    found += [Lack(thing=Thing.FIXED, party=name, word=part) for name in parties for part in parts]
    return found
