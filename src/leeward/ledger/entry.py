"""One entry: the changes that one person made at one moment. Parsing is strict, and printing gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from leeward.base.say import Message, say
from leeward.ledger.clock import HLC_MOST
from leeward.ledger.errors import BadForm, BadValue
from leeward.ledger.model import Change, Value

DEPTH_MOST = 32  # lists and dicts inside each other
NAME_MOST = 200  # characters of a record id, kind or field
COUNT_MOST = (1 << 53) - 1
_INT_MOST = (1 << 63) - 1
_AT_LEAST, _AT_MOST = (
    -30_610_224_000_000,
    253_370_764_800_000,
)  # years 1000 to 9998; others are in no calendar
_PLAIN = frozenset({type(None), bool, str, bytes, float})


class Entry(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`count` from 1 of its device in its compartment; `hlc` orders writes; `at` is the author's wall clock."""

    count: int
    hlc: int
    at: int
    changes: tuple[Change, ...]


_encoder = msgspec.msgpack.Encoder()
_entry = msgspec.msgpack.Decoder(Entry)
_entries = msgspec.msgpack.Decoder(list[Entry])


def print_entry(entry: Entry) -> bytes:
    """Return the bytes of an entry; BadValue if a value cannot be written down."""
    for change in entry.changes:
        check_value(change.value)
    try:
        return _encoder.encode(entry)
    except (UnicodeEncodeError, OverflowError, RecursionError, TypeError) as error:
        raise _bad_value(say("it holds half of a character or a number beyond 64 bits")) from error


def read_back(value: Value) -> Value:
    """Return a value as every desk will read it (a tuple becomes a list); BadValue if it cannot be written down."""
    if type(value) in _PLAIN and type(value) is not str:
        return value
    check_value(value)
    try:
        return msgspec.msgpack.decode(_encoder.encode(value))
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
        same = _encoder.encode(decoded) == untrusted
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
    for change in entry.changes:
        if not (0 < len(change.record) <= NAME_MOST and 0 < len(change.kind) <= NAME_MOST):
            raise BadForm(say("An entry names a record or kind of no proper length."))
        if not 0 < len(change.field) <= NAME_MOST:
            raise BadForm(say("An entry names a field of no proper length."))
        if type(change.value) not in _PLAIN:
            try:
                check_value(change.value)
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
