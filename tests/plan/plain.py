"""Instances and plans as plain dictionaries, for the checker, and plans made by hand as the planner's own."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from leeward.plan.answer import Plan
from leeward.plan.instance import Instance, Way
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
