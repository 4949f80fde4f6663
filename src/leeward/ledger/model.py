"""The shapes every layer above the ledger speaks: a Change goes in, a Record comes out.

A record is what changes add up to. Four operations exist, and a field keeps to one family of them:

    SET      one value; the latest write wins, earlier ones stay in the history; writes that had not seen each
             other are both kept, and the record shows a conflict until somebody settles it
    ADD,     a set of values; an addition that a removal had not seen survives it
    REMOVE
    APPEND   notes; nothing is ever replaced

Values are what MessagePack can carry. Moments are integers (milliseconds, UTC). Field names ending in `_id` hold
the id of another record and are indexed; those ending in `_ids` are sets of such ids, indexed too.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

Value: TypeAlias = Any
"""None, bool, int, float, str, bytes, or a list or dict (str keys) of these."""


class Op(enum.IntEnum):
    """What a change does to its field."""

    SET = 0
    ADD = 1
    REMOVE = 2
    APPEND = 3


class Dot(msgspec.Struct, array_like=True, frozen=True, order=True):
    """Names one entry for ever: the `count`-th (from 1) of a device in a compartment."""

    device: str
    count: int


class Change(msgspec.Struct, array_like=True, frozen=True):
    """One change of one field of one record.

    `over` names the entries whose writes this one replaces or removes: exactly those its author had before their
    eyes. The vault fills it in at commit; use cases leave it empty.
    """

    record: str
    kind: str
    field: str
    op: Op
    value: Value
    over: tuple[Dot, ...] = ()


class Candidate(msgspec.Struct, frozen=True):
    """One of several values of a field that were written without sight of each other."""

    value: Value
    dot: Dot
    at: int  # the author's clock, milliseconds
    by: str  # member id


class Note(msgspec.Struct, frozen=True):
    """One appended text or structured remark, with who and when."""

    value: Value
    at: int
    by: str  # member id


class Record(msgspec.Struct, frozen=True):
    """What is known under one id: per field the winning value (SET), a sorted tuple (ADD), or notes (APPEND)."""

    id: str
    kind: str
    compartment: str
    fields: Mapping[str, Value]
    conflicts: Mapping[str, tuple[Candidate, ...]]  # only fields with more than one different live value
    created_at: int
    created_by: str  # member id
    changed_at: int
    changed_by: str


class Revision(msgspec.Struct, frozen=True):
    """One line of a record's history: what one entry did to one field."""

    dot: Dot
    at: int
    by: str  # member id
    device: str
    field: str
    op: Op
    value: Value


def put(kind: str, record: str, /, **fields: Value) -> tuple[Change, ...]:
    """Set fields of a record (made if new)."""
    return tuple(Change(record, kind, field, Op.SET, value) for field, value in fields.items())


def add(kind: str, record: str, field: str, *values: Value) -> tuple[Change, ...]:
    """Add values to a set."""
    return tuple(Change(record, kind, field, Op.ADD, value) for value in values)


def remove(kind: str, record: str, field: str, *values: Value) -> tuple[Change, ...]:
    """Take values out of a set."""
    return tuple(Change(record, kind, field, Op.REMOVE, value) for value in values)


def note(kind: str, record: str, field: str, value: Value) -> tuple[Change, ...]:
    """Append to notes; sentences of two people are both kept."""
    return (Change(record, kind, field, Op.APPEND, value),)
