"""What the changes of one record add up to. Pure, and the order in which entries arrive never matters.

1. SET: the writes that live are those that no write names in `over`. The latest of them by (hlc, device, count) is
   shown; if live values differ, the record is in conflict until somebody writes over them.
2. ADD: a value lives while one of its additions is not named by a removal.
3. APPEND: every note lives.
4. What is named in `over` before it arrived is remembered as dead, and never comes to life.
5. A record is created by its earliest and changed by its latest entry, both by (hlc, device, count).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec

from leeward.ledger.model import Candidate, Change, Dot, Note, Op, Record, Value


class Stamp(msgspec.Struct, array_like=True, order=True, frozen=True, gc=False):
    """When an entry was written and by which device; orders entries everywhere alike."""

    hlc: int
    device: str
    count: int
    at: int


class Write(msgspec.Struct, array_like=True, frozen=True):
    """One live write of a field."""

    stamp: Stamp
    value: Value

    def dot(self) -> Dot:
        """Return the name of the entry that wrote it."""
        return Dot(self.stamp.device, self.stamp.count)


Fields: TypeAlias = dict[str, list[Write]]


class State(msgspec.Struct, array_like=True):
    """Everything that later merging of a record needs; one MessagePack blob."""

    kind: str
    first: Stamp
    last: Stamp
    sets: Fields = {}
    adds: Fields = {}
    notes: Fields = {}
    dead: dict[
        str, list[tuple[str, int, bytes]]
    ] = {}  # field: device, count, the value's bytes (b"" for SET)


_encoder = msgspec.msgpack.Encoder()
_canonical = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(State)


def dump_state(state: State) -> bytes:
    """Return the state as bytes."""
    return _encoder.encode(state)


def load_state(raw: bytes) -> State:
    """Return the state that `dump_state` wrote."""
    return _decoder.decode(raw)


def value_key(value: Value) -> bytes:
    """Return bytes that are equal exactly for equal values (1, 1.0 and True all differ)."""
    return _canonical.encode(value)


def live_over(state: State | None, change: Change) -> tuple[Dot, ...]:
    """Return what a change made now has before its eyes: the live writes that it replaces or removes."""
    if state is None or change.op in (Op.ADD, Op.APPEND):
        return ()
    if change.op is Op.SET:
        return tuple(write.dot() for write in state.sets.get(change.field, ()))
    key = value_key(change.value)
    return tuple(w.dot() for w in state.adds.get(change.field, ()) if value_key(w.value) == key)


def live_clock(state: State | None, field: str) -> int:
    """Return the latest clock among a SET field's live writes, 0 if there are none."""
    if state is None:
        return 0
    return max((write.stamp.hlc for write in state.sets.get(field, ())), default=0)


def apply(state: State | None, stamp: Stamp, change: Change) -> State:
    """Return the state with one change of the entry `stamp` taken in; changes `state` itself."""
    if state is None:
        state = State(change.kind, stamp, stamp)
    elif stamp > state.last:
        state.last = stamp
    elif stamp < state.first:
        state.first = stamp
        state.kind = change.kind
    if change.op is Op.SET:
        _set(state, stamp, change)
    elif change.op is Op.ADD:
        _add(state, stamp, change)
    elif change.op is Op.REMOVE:
        _remove(state, change)
    else:
        notes = state.notes.setdefault(change.field, [])
        notes.append(Write(stamp, change.value))
        if len(notes) > 1 and notes[-2].stamp > stamp:
            notes.sort(key=lambda write: write.stamp)
    return state


def _set(state: State, stamp: Stamp, change: Change) -> None:
    field = change.field
    live = state.sets.get(field)
    if change.over:
        kept = []
        found = set()
        over = {(dot.device, dot.count) for dot in change.over}
        for write in live or ():
            dot = (write.stamp.device, write.stamp.count)
            if dot in over:
                found.add(dot)
            else:
                kept.append(write)
        if len(found) < len(over):
            _bury(state, field, [(device, count, b"") for device, count in over - found])
        live = kept
    dead = state.dead.get(field)
    if not dead or not _lies_in(dead, (stamp.device, stamp.count, b"")):
        write = Write(stamp, change.value)
        if live is None:
            live = [write]
        else:
            live.append(write)
    if live:
        state.sets[field] = live
    else:
        state.sets.pop(field, None)


def _add(state: State, stamp: Stamp, change: Change) -> None:
    dead = state.dead.get(change.field)
    if dead and _lies_in(dead, (stamp.device, stamp.count, value_key(change.value))):
        return
    state.adds.setdefault(change.field, []).append(Write(stamp, change.value))


def _remove(state: State, change: Change) -> None:
    key = value_key(change.value)
    over = {(dot.device, dot.count) for dot in change.over}
    found = set()
    kept = []
    for write in state.adds.get(change.field, ()):
        dot = (write.stamp.device, write.stamp.count)
        if dot in over and value_key(write.value) == key:
            found.add(dot)
        else:
            kept.append(write)
    if kept:
        state.adds[change.field] = kept
    else:
        state.adds.pop(change.field, None)
    _bury(state, change.field, [(device, count, key) for device, count in over - found])


def _bury(state: State, field: str, dots: list[tuple[str, int, bytes]]) -> None:
    """Remember what is dead before it came, in order: a segment may name a hundred thousand of them one by one."""
    if dots:
        dead = state.dead.setdefault(field, [])
        for dot in dots:
            if not _lies_in(dead, dot):
                dead.insert(bisect_left(dead, dot), dot)


def _lies_in(dead: Sequence[tuple[str, int, bytes]], dot: tuple[str, int, bytes]) -> bool:
    at = bisect_left(dead, dot)
    return at < len(dead) and dead[at] == dot


def _latest(write: Write) -> Stamp:
    return write.stamp


def in_conflict(state: State) -> list[str]:
    """Return the SET fields that have more than one different live value."""
    return [
        field
        for field, live in state.sets.items()
        if len(live) > 1 and len({value_key(write.value) for write in live}) > 1
    ]


def view(state: State, record: str, compartment: str, member_of: Callable[[str], str]) -> Record:
    """Return the record as people see it; `member_of` names the member behind a device."""
    fields: dict[str, Value] = {}
    for field, live in state.adds.items():
        fields[field] = _sorted_values(live)
    for field, live in state.sets.items():
        fields[field] = (live[0] if len(live) == 1 else max(live, key=_latest)).value
    for field, live in state.notes.items():  # last: whatever a foreign desk sets, notes are never replaced
        fields[field] = tuple(Note(w.value, w.stamp.at, member_of(w.stamp.device)) for w in live)
    conflicts = {
        field: tuple(
            Candidate(w.value, w.dot(), w.stamp.at, member_of(w.stamp.device))
            for w in sorted(state.sets[field], key=_latest, reverse=True)
        )
        for field in in_conflict(state)
    }
    return Record(
        id=record,
        kind=state.kind,
        compartment=compartment,
        fields=fields,
        conflicts=conflicts,
        created_at=state.first.at,
        created_by=member_of(state.first.device),
        changed_at=state.last.at,
        changed_by=member_of(state.last.device),
    )


def _sorted_values(live: Sequence[Write]) -> tuple[Value, ...]:
    unique = {value_key(write.value): write.value for write in live}
    if all(type(value) is str for value in unique.values()):
        return tuple(sorted(unique.values()))
    return tuple(unique[key] for key in sorted(unique))


def references(state: State) -> set[tuple[str, str]]:
    """Return (field, target) for each live text in a field named `*_id` or a set named `*_ids`."""
    found: set[tuple[str, str]] = set()
    for field, live in state.sets.items():
        if field.endswith("_id"):
            shown: Any = (live[0] if len(live) == 1 else max(live, key=_latest)).value
            if isinstance(shown, str) and shown:
                found.add((field, shown))
        elif field.endswith("_ids"):
            shown = (live[0] if len(live) == 1 else max(live, key=_latest)).value
            if isinstance(shown, (list, tuple)):
                found.update((field, each) for each in shown if isinstance(each, str))
    for field, live in state.adds.items():
        if field.endswith("_ids"):
            found.update((field, w.value) for w in live if isinstance(w.value, str))
    return found
