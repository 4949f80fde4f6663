"""One entry: the changes that one person made at one moment, in groups that can be erased one by one.

A group is all changes of one record in one entry, and 16 random bytes, its salt. In the place of a group its SHA-256
may stand: then it was erased. What is signed covers the hashes, so a signature holds after an erasure as before, and
nobody can guess from a hash what a group said, since its salt went with it. (protocol 5)

 1. Parsing is strict, and printing gives the same bytes.
 2. The digest of an entry is the same whichever of its groups are erased, and no other entry has it.
 3. A salt is drawn for each group, and never used again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from leeward.base.say import Message, say
from leeward.ledger.clock import HLC_MOST
from leeward.ledger.errors import BadForm, BadValue
from leeward.ledger.model import Change, Dot, Op, Value

DEPTH_MOST = 32  # lists and dicts inside each other
NAME_MOST = 200  # characters of a record id, kind or field
COUNT_MOST = (1 << 53) - 1
SALT_BYTES = 16
HASH_BYTES = 32
_INT_MOST = (1 << 63) - 1
_AT_LEAST, _AT_MOST = (
    -30_610_224_000_000,
    253_370_764_800_000,
)  # years 1000 to 9998; others are in no calendar
_PLAIN = frozenset({type(None), bool, str, bytes, float})


class Part(msgspec.Struct, array_like=True, frozen=True):
    """One change inside a group, which names record and kind."""

    field: str
    op: Op
    value: Value
    over: tuple[Dot, ...]


class Group(msgspec.Struct, array_like=True, frozen=True):
    """All changes of one record in one entry."""

    salt: bytes
    record: str
    kind: str
    parts: tuple[Part, ...]


class Entry(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`count` from 1 of its device in its compartment; `hlc` orders writes; `at` is the author's wall clock.

    `groups` holds the hash of a group where it was erased.
    """

    count: int
    hlc: int
    at: int
    groups: tuple[Group | bytes, ...]

    def changes(self) -> list[Change]:
        """Return the changes that were not erased."""
        return [
            Change(group.record, group.kind, part.field, part.op, part.value, part.over)
            for group in self.groups
            if isinstance(group, Group)
            for part in group.parts
        ]


_encoder = msgspec.msgpack.Encoder()
_print = _encoder.encode
_entry = msgspec.msgpack.Decoder(Entry)
_entries = msgspec.msgpack.Decoder(list[Entry])
_sha256 = hashlib.sha256


def make_groups(changes: Iterable[Change], draw: Callable[[int], bytes]) -> tuple[Group, ...]:
    """Return the groups of an entry's changes; `draw` gives random bytes (3).

    The changes of a record keep their order; where its kind changes within the entry, another group begins.
    """
    newest: dict[str, tuple[str, list[Part]]] = {}
    made: list[tuple[str, str, list[Part]]] = []
    for change in changes:
        part = Part(change.field, change.op, change.value, change.over)
        kind, parts = newest.get(change.record, ("", []))
        if parts and kind == change.kind:
            parts.append(part)
        else:
            newest[change.record] = change.kind, [part]
            made.append((change.record, change.kind, newest[change.record][1]))
    return tuple(Group(draw(SALT_BYTES), record, kind, tuple(parts)) for record, kind, parts in made)


def print_entry(entry: Entry) -> bytes:
    """Return the bytes of an entry; BadValue if a value cannot be written down."""
    for group in entry.groups:
        if isinstance(group, Group):
            for part in group.parts:
                check_value(part.value)
    try:
        return _print(entry)
    except (UnicodeEncodeError, OverflowError, RecursionError, TypeError) as error:
        raise _bad_value(say("it holds half of a character or a number beyond 64 bits")) from error


def digest_of(entry: Entry) -> bytes:
    """Return the SHA-256 of an entry printed with every group erased (2)."""
    hashes = [g if isinstance(g, bytes) else _sha256(_print(g)).digest() for g in entry.groups]
    return _sha256(_print((entry.count, entry.hlc, entry.at, hashes))).digest()


def hash_body(entries: Iterable[Entry]) -> bytes:
    """Return what a head is signed over for its body: the SHA-256 of the digests of its entries in their order."""
    return _sha256(b"".join([digest_of(entry) for entry in entries])).digest()


def erase_groups(entry: Entry, gone: Callable[[str], bool]) -> tuple[Entry, int]:
    """Return an entry without the groups of the records that are to go, and how many these were."""
    groups = tuple(
        _sha256(_print(group)).digest() if isinstance(group, Group) and gone(group.record) else group
        for group in entry.groups
    )
    erased = sum(1 for old, new in zip(entry.groups, groups, strict=True) if old is not new)
    return (msgspec.structs.replace(entry, groups=groups), erased) if erased else (entry, 0)


def is_whole(entries: Sequence[Entry]) -> bool:
    """Tell whether nothing was erased in these entries."""
    return not any(isinstance(group, bytes) for entry in entries for group in entry.groups)


def read_back(value: Value) -> Value:
    """Return a value as every desk will read it (a tuple becomes a list); BadValue if it cannot be written down."""
    if type(value) in _PLAIN and type(value) is not str:
        return value
    check_value(value)
    try:
        return msgspec.msgpack.decode(_print(value))
    except (UnicodeError, OverflowError, RecursionError, TypeError, msgspec.MsgspecError) as error:
        raise _bad_value(say("it holds half of a character or a number beyond 64 bits")) from error


def parse_entry(untrusted: bytes) -> Entry:
    """Return one entry; BadForm unless it is exactly what `print_entry` writes."""
    return _parse(_entry, untrusted, single=True)[0]


def parse_entries(untrusted: bytes) -> list[Entry]:
    """Return the entries of a segment's body; BadForm unless they print back to the same bytes."""
    return _parse(_entries, untrusted, single=False)


def _parse(decoder: msgspec.msgpack.Decoder[Any], untrusted: bytes, *, single: bool) -> list[Entry]:
    try:
        decoded = decoder.decode(untrusted)
        same = _print(decoded) == untrusted
    except (
        msgspec.MsgspecError,
        UnicodeError,
        RecursionError,
        OverflowError,
        ValueError,
        TypeError,
    ) as error:
        raise BadForm(say("Entries of a segment cannot be read.")) from error
    if not same:
        raise BadForm(say("Entries of a segment are not written the one way they must be."))
    entries: list[Entry] = [decoded] if single else decoded
    for entry in entries:
        _check_entry(entry)
    return entries


def _check_entry(entry: Entry) -> None:
    clocks = 0 <= entry.hlc <= HLC_MOST and _AT_LEAST <= entry.at <= _AT_MOST
    if not (clocks and 0 < entry.count <= COUNT_MOST):
        raise BadForm(say("An entry's count or clock is out of range."))
    for group in entry.groups:
        if isinstance(group, Group):
            _check_group(group)
        elif len(group) != HASH_BYTES:
            raise BadForm(say("An entry names an erased part by a hash of no proper length."))


def _check_group(group: Group) -> None:
    if len(group.salt) != SALT_BYTES or not group.parts:
        raise BadForm(say("A part of an entry has no salt of the proper length, or no change."))
    if not (0 < len(group.record) <= NAME_MOST and 0 < len(group.kind) <= NAME_MOST):
        raise BadForm(say("An entry names a record or kind of no proper length."))
    for part in group.parts:
        if not 0 < len(part.field) <= NAME_MOST:
            raise BadForm(say("An entry names a field of no proper length."))
        if type(part.value) not in _PLAIN:
            try:
                check_value(part.value)
            except BadValue as error:
                raise BadForm(say("An entry holds a value of a shape that is not allowed.")) from error


def check_value(value: Value, depth: int = 0) -> None:
    """Raise BadValue unless the value is of the shapes that model.Value names."""
    if type(value) in _PLAIN:
        return
    if isinstance(value, int):
        if not -_INT_MOST - 1 <= value <= _INT_MOST:
            raise _bad_value(say("it holds a number beyond 64 bits"))
    elif isinstance(value, (dict, list, tuple)):
        if depth >= DEPTH_MOST:
            raise _bad_value(say("it is nested too deep"))
        inside: Iterable[Value] = value
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                raise _bad_value(say("a name in it is not text"))
            inside = value.values()
        for inner in inside:
            check_value(inner, depth + 1)
    elif not isinstance(value, (str, bytes, float)):
        raise _bad_value(say("it is of a kind that is not plain data"))


def _bad_value(why: Message) -> BadValue:
    return BadValue(
        say("A value cannot be written down: {why}.", why=why),
        kept=say("Nothing was changed."),
        next_step=say("Type the field again; if it was pasted, paste it as plain text."),
    )
