"""Two circles of one person: two desks that were apart imported the same sheet, and each made a circle for the row.

Keys cannot be merged: who reads the one need not read the other. So nothing is moved and nothing is erased; what only
repeats the other is not shown.

1. Twins are circles of one kind that hold the same case (or legal identity, or address), by its id. Ids are derived
   from the row with the team's secret, so only an import makes them; whoever copies a circle can read it already.
2. A circle is not shown while the other holds, or held and replaced, all that it holds. If both do, the one with the
   smaller id is shown: so every desk that has both shows the same one.
3. What one of them was told and the other was not is never hidden: then both are shown, and a person settles it.
4. It is reckoned anew whenever something changed; a hidden circle is not forgotten, and is erased with the person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import permutations
from typing import TypeAlias
from weakref import WeakKeyDictionary

import msgspec

from leeward.ledger.model import Note
from leeward.ledger.store.many import ever_set
from leeward.ledger.store.vault import Vault

_HEADS = {
    "case": "case",
    "identity": "identity",
    "place_address": "address",
}  # kind of record to kind of circle
_APART = frozenset({"access", "rekey", "opening", "escrowed"})  # what a circle says of itself
_OF_IMPORT = frozenset(
    {
        "pseudonym", "coordinator_id", "opened_at", "stage_since", "risk_since", "closed_at", "requested_at",
        "happened_at", "done_at",
    }
)  # fmt: skip
"""What depends on when and at which desk a row was imported: it makes no difference here."""

_SQL = (
    "SELECT r.id, c.id FROM record r JOIN compartment c ON c.no = r.compartment"
    " WHERE r.kind = (SELECT no FROM kind WHERE name=?) AND c.kind = ? AND r.id IN"
    " (SELECT id FROM record WHERE kind = (SELECT no FROM kind WHERE name=?) GROUP BY id HAVING count(*) > 1)"
    " ORDER BY r.id, c.id"
)


_STATES = (
    "SELECT c.id, max(r.changed), count(*) FROM record r JOIN compartment c ON c.no = r.compartment"
    " GROUP BY r.compartment"
)
_FEW = 20  # circles that are read one by one

_State: TypeAlias = tuple[int, int]
_Content: TypeAlias = Mapping[str, Mapping[str, object]]


class _Seen(msgspec.Struct):
    """What was reckoned last: for which state of the vault, and of each pair for which states of the two."""

    generation: int
    hidden: frozenset[str]
    judged: dict[tuple[str, str], tuple[_State, _State, bool]]


_seen: WeakKeyDictionary[Vault, _Seen] = WeakKeyDictionary()


def hidden(vault: Vault) -> frozenset[str]:
    """Return the circles that only repeat another one (2)."""
    seen, generation = _seen.get(vault), vault.generation
    if seen is None or seen.generation != generation:  # 4
        groups = [circles for kind in _HEADS for circles in twins(vault, kind).values()]
        judged = seen.judged if seen is not None else {}
        gone = _repeating(vault, groups, judged) if groups else frozenset()
        seen = _seen[vault] = _Seen(generation, gone, judged)
    return seen.hidden


def twins(vault: Vault, kind: str) -> Mapping[str, list[str]]:
    """Return the circles that hold the same record of a kind, by its id (1)."""
    if len(vault.compartments(_HEADS[kind])) < 2:
        return {}
    found: dict[str, list[str]] = {}
    for record, circle in vault.database.ask(_SQL, (kind, _HEADS[kind], kind)):
        found.setdefault(str(record), []).append(str(circle))
    return {record: circles for record, circles in found.items() if len(circles) > 1}


def circles_with(vault: Vault, kind: str, record_id: str) -> list[str]:
    """Return every circle here that holds this record at its place, hidden ones among them."""
    held = {one.id for one in vault.compartments(_HEADS[kind])}
    return [one.compartment for one in vault.find(kind) if one.id == record_id and one.compartment in held]


def _repeating(
    vault: Vault, groups: list[list[str]], judged: dict[tuple[str, str], tuple[_State, _State, bool]]
) -> frozenset[str]:
    states = {
        str(circle): (int(changed), int(count)) for circle, changed, count in vault.database.ask(_STATES)
    }
    pairs = [
        (one, other) for circles in groups for one, other in permutations(sorted(circles, reverse=True), 2)
    ]
    new = [pair for pair in pairs if judged.get(pair, ())[:2] != (states[pair[0]], states[pair[1]])]
    contents = _contents(vault, {circle for pair in new for circle in pair})
    for one, other in new:
        within = _within(contents[one], contents[other], partial(ever_set, vault.database, other))
        judged[one, other] = (states[one], states[other], within)
    gone: set[str] = set()
    for one, other in pairs:  # the larger ids are asked first
        if judged[one, other][2] and other not in gone:
            gone.add(one)
    return frozenset(gone)


def _contents(vault: Vault, circles: AbstractSet[str]) -> Mapping[str, _Content]:
    """Return what these circles hold: for each record its fields."""
    found: dict[str, dict[str, Mapping[str, object]]] = {circle: {} for circle in circles}
    for kind in (one for one in vault.kinds() if circles and one not in _APART):
        places = sorted(circles) if len(circles) <= _FEW else [None]
        for place in places:
            for record in vault.find(kind, compartment=place):
                if record.compartment in found:
                    found[record.compartment][record.id] = {"kind": kind, **record.fields}
    return found


def _within(
    small: _Content, large: _Content, ever: Callable[[], AbstractSet[tuple[str, str, bytes]]]
) -> bool:
    """Tell whether the one holds nothing that the other does not hold, or did not hold and replace (2, 3)."""
    if not small.keys() <= large.keys():
        return False
    differing = [
        (record, field, value)
        for record, fields in small.items()
        for field, value in fields.items()
        if field not in _OF_IMPORT and not _told(value, large[record].get(field))
    ]
    if not differing:
        return True
    before = ever()
    return all(
        not isinstance(value, tuple) and (record, field, msgspec.msgpack.encode(value)) in before
        for record, field, value in differing
    )


def _told(value: object, other: object) -> bool:
    """Tell whether a value says nothing beyond another: equal, or a set or notes of which all are in the other."""
    if isinstance(value, tuple) and isinstance(other, tuple):
        return all(any(_same(one, two) for two in other) for one in value)
    return value == other


def _same(one: object, other: object) -> bool:
    if isinstance(one, Note) and isinstance(other, Note):
        return (one.value, one.at, one.by) == (other.value, other.at, other.by)
    return one == other
