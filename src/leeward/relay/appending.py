"""Appending items to boxes: all that wait at one moment, with one statement for many of them.

A statement more costs the writer a hand-over of Python's interpreter lock, which the event loop seldom gives back at
once; that, not SQLite, is what appends one by one spend their time on. So:

1. Every append has its token checked and its outcome told by itself; a refused one takes part in no statement.
2. An item whose id is taken makes the whole statement fail without a trace; then each of them is appended alone.
3. Few and small at a time (STRETCH_MOST, STRETCH_BYTES): a statement that SQLite keeps ready also keeps what it wrote.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from leeward.relay import rows
from leeward.relay.store import Appended
from leeward.wire.errors import KnownOnly, NoSuchBox, Refused

STRETCH_MOST = 32
STRETCH_BYTES = 256 * 1024

_ROW = "(?, ?, ?, ?, ?, ?, ?)"
_COLUMNS = 7


@dataclass(frozen=True, slots=True)
class Append:
    """One item to be put at the end of a box; a job of relay/group_commit.py."""

    box: bytes
    write_token: bytes
    item: bytes
    sealed: bytes
    day: int

    def __call__(self, connection: sqlite3.Connection) -> Appended:
        """Append this one alone; see BoxStore.append."""
        return rows.append(connection, self.box, self.write_token, self.item, self.sealed, self.day)

    @staticmethod
    def run_all(connection: sqlite3.Connection, appends: Sequence[Append]) -> list[Appended | Refused]:
        """Append all of them in order, and return for each where it stands or why it was refused."""
        outcomes: list[Appended | Refused] = []
        for stretch in _stretches(appends):
            try:
                outcomes += _in_one(connection, stretch)
            except sqlite3.IntegrityError:  # 2
                outcomes += [_alone(connection, append) for append in stretch]
        return outcomes


def _stretches(appends: Sequence[Append]) -> Iterator[list[Append]]:
    """Rule 3; an item larger than that is a stretch of its own."""
    stretch: list[Append] = []
    size = 0
    for append in appends:
        if stretch and (len(stretch) == STRETCH_MOST or size + len(append.sealed) > STRETCH_BYTES):
            yield stretch
            stretch, size = [], 0
        stretch.append(append)
        size += len(append.sealed)
    if stretch:
        yield stretch


def _in_one(connection: sqlite3.Connection, stretch: list[Append]) -> list[Appended | Refused]:
    outcomes: list[Appended | Refused] = []
    found: dict[bytes, rows.BoxRow | None] = {}
    last: dict[bytes, int] = {}
    values: list[object] = []
    for append in stretch:
        box = append.box
        if box not in found:
            found[box] = rows.find_box(connection, box)
        row = found[box]
        if not rows.is_right(row.write_hash if row else None, append.write_token) or row is None:
            outcomes.append(NoSuchBox())  # 1
            continue
        if row.gate != rows.GATE_NEVER:
            outcomes.append(KnownOnly())  # 1
            continue
        last[box] = number = last.get(box, row.last) + 1
        values += rows.item_values(box, number, append.item, append.day, append.sealed, row.mail)
        outcomes.append(Appended(number, made=True))
    if last:
        connection.execute(_insert(len(values) // _COLUMNS), values)
    for box, number in last.items():
        row = found[box]
        if row is not None:
            rows.set_last(connection, box, row, number, stretch[-1].day)
    return outcomes


def _alone(connection: sqlite3.Connection, append: Append) -> Appended | Refused:
    try:
        return append(connection)
    except Refused as refusal:
        return refusal


@cache
def _insert(count: int) -> str:
    return f"{rows.INSERT_ITEM} {', '.join([_ROW] * count)}"
