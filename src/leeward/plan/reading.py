"""Reads an instance or a plan that came from anywhere, strictly. docs/plan-format.md is the format.

1. It is JSON in UTF-8 of a bounded size, of exactly these fields, in exactly these types.
2. Ids and words are short and plain: letters, digits and . _ : + - only, so that no name slips in.
3. Ids are unique within their kind; people's ids across all parties.
4. What is named exists, except in `promised` and in what is forbidden by hand: those may speak of what is gone.
5. Lists by night or day have exactly one number for each.
6. Every number lies within its bounds (bounds.py), so that no sum of points or cents leaves 64 bits.
"""

from __future__ import annotations

import hashlib
from itertools import chain
from typing import NoReturn

import msgspec

from leeward.plan import answer, instance
from leeward.plan.answer import Plan
from leeward.plan.bounds import BYTES_MOST, check_numbers, check_words
from leeward.plan.errors import BadInstance, BadPlan
from leeward.plan.instance import Instance, Party

_INSTANCES = msgspec.json.Decoder(Instance)
_PLANS = msgspec.json.Decoder(Plan)
_STATES = ("clean", "doubtful", "exposed")


def read_instance(untrusted: bytes) -> Instance:
    """Return the instance; raise BadInstance."""
    if len(untrusted) > BYTES_MOST:
        _refuse(f"it is larger than {BYTES_MOST // 1_000_000} MB")
    try:
        asked = _INSTANCES.decode(untrusted)
    except (msgspec.DecodeError, RecursionError) as fault:  # includes bad UTF-8 and fields that do not fit
        raise _bad(str(fault)) from fault
    check_instance(asked)
    return asked


def check_instance(asked: Instance) -> None:
    """Raise BadInstance if it breaks a rule of the format."""
    if asked.format != instance.FORMAT:
        _refuse(f"its format is {asked.format[:40]!r}, not {instance.FORMAT!r}")
    for fault in chain(check_words(asked), check_numbers(asked)):  # 2, 6
        _refuse(fault)
    _check_ids(asked)
    _check_lists(asked)
    _check_references(asked)


def read_plan(untrusted: bytes) -> Plan:
    """Return the plan, its shape checked; whether it keeps the rules is check.py's question. Raise BadPlan."""
    if len(untrusted) > BYTES_MOST:
        raise _bad_plan(f"it is larger than {BYTES_MOST // 1_000_000} MB")
    try:
        plan = _PLANS.decode(untrusted)
    except (msgspec.DecodeError, RecursionError) as fault:
        raise _bad_plan(str(fault)) from fault
    if plan.format != answer.FORMAT:
        raise _bad_plan(f"its format is {plan.format[:40]!r}, not {answer.FORMAT!r}")
    return plan


def _bad_plan(fault: str) -> BadPlan:
    return BadPlan(
        f"This is not a plan: {fault}.",
        kept="Nothing was changed.",
        next_step="Give the file that leeward plan --json wrote.",
    )


def canonical(asked: Instance) -> bytes:
    """Return the one form of an instance in bytes: every field, keys in order, no spaces."""
    return msgspec.json.encode(asked, order="sorted")


def digest(asked: Instance) -> str:
    """Return the SHA-256 of the canonical form, in hex: what a plan names its instance by."""
    return hashlib.sha256(canonical(asked)).hexdigest()


def write_plan(plan: Plan) -> bytes:
    """Return a plan as JSON."""
    return msgspec.json.encode(plan)


def _bad(fault: str) -> BadInstance:
    return BadInstance(
        f"This is not an instance for the planner: {fault}.",
        kept="Nothing was planned and nothing was changed.",
        next_step="docs/plan-format.md says what each field must be.",
    )


def _refuse(fault: str) -> NoReturn:
    raise _bad(fault)


def _check_ids(asked: Instance) -> None:
    """Rule 3."""
    kinds = {
        "party": [party.id for party in asked.parties],
        "person": [person.id for party in asked.parties for person in party.people],
        "place": [place.id for place in asked.places],
        "country": [country.id for country in asked.countries],
        "departure": [departure.id for departure in asked.departures],
        "member": [member.id for member in asked.members],
        "line": [line.id for line in asked.lines],
    }
    for kind, ids in kinds.items():
        seen: set[str] = set()
        for one in ids:
            if one in seen:
                _refuse(f"two of the kind {kind} have the id {one}")
            seen.add(one)
    pairs = {frozenset(pair) for pair in asked.apart}
    if len(pairs) != len(asked.apart) or any(len(pair) == 1 for pair in pairs):
        _refuse("apart names a pair twice, or a party with itself")


def _check_lists(asked: Instance) -> None:
    """Rule 5."""
    for place in asked.places:
        if len(place.beds) != asked.nights:
            _refuse(f"place {place.id} has beds for {len(place.beds)} nights of {asked.nights}")
        if place.state not in _STATES:
            _refuse(f"place {place.id} is neither clean nor doubtful nor exposed")
    for country in asked.countries:
        if len(country.slots) != asked.nights:
            _refuse(f"country {country.id} has slots for {len(country.slots)} days of {asked.nights}")
    for member in asked.members:
        if len(member.minutes) != asked.nights:
            _refuse(f"member {member.id} has minutes for {len(member.minutes)} days of {asked.nights}")


class _Names:
    """The ids of each kind, to look up what is named elsewhere."""

    def __init__(self, asked: Instance) -> None:
        self._ids = {
            "party": {party.id for party in asked.parties},
            "place": {place.id for place in asked.places},
            "country": {country.id for country in asked.countries},
            "departure": {departure.id for departure in asked.departures},
            "member": {member.id for member in asked.members},
            "budget line": {line.id for line in asked.lines},
        }

    def known(self, kind: str, name: str | None, where: str) -> None:
        if name is not None and name not in self._ids[kind]:
            _refuse(f"{where} names a {kind} {name or '(empty)'} that is not there")


def _check_references(asked: Instance) -> None:
    """Rule 4."""
    names = _Names(asked)
    for pair in asked.apart:
        for one in pair:
            names.known("party", one, "apart")
    for departure in asked.departures:
        names.known("country", departure.country, f"departure {departure.id}")
    costs = [(f"place {one.id}", one.cents, one.line) for one in asked.places]
    costs += [(f"country {one.id}", one.cents, one.line) for one in asked.countries]
    costs += [(f"departure {one.id}", one.cents, one.line) for one in asked.departures]
    for where, cents, line in costs:
        if cents or line:
            names.known("budget line", line, where)
    for party in asked.parties:
        _check_party(party, names)


def _check_party(party: Party, names: _Names) -> None:
    where = f"party {party.id}"
    if not party.people:
        _refuse(f"{where} has no people")
    names.known("place", party.at, where)
    if party.at is not None and party.from_day:
        _refuse(f"{where} sleeps with us on day 0 but is here only from day {party.from_day}")
    for visa in party.visas:
        names.known("country", visa.country, where)
    fixed, where = party.fixed, f"party {party.id}, what is fixed,"
    for place in (*fixed.places, *(stay.place for stay in fixed.stays or ())):
        names.known("place", place, where)
    names.known("departure", fixed.departure, where)
    names.known("country", fixed.visa.country if fixed.visa else None, where)
    names.known("member", fixed.escort, where)
    names.known("member", fixed.visa_escort, where)
