"""What was erased here and must not come back: names of records, hashed, and ids of compartments.

A name is kept as a hash, so that what was erased does not stay behind as a list of whom it was about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import apsw
import msgspec

from leeward.base.say import say
from leeward.ledger.entry import Entry, erase_groups, print_entry
from leeward.ledger.errors import Erased
from leeward.ledger.segment import join_entries

CAME_BACK = "erased.came_back"
"""Device-only: compartment to the epoch in whose box something lay that was erased here; office/erasing_work.py."""


class Tombs:
    """The records of one compartment that were erased here."""

    def __init__(self, connection: apsw.Connection, place: int, compartment_id: str) -> None:
        self._compartment = compartment_id.encode()
        self._names = {
            bytes(name)
            for (name,) in connection.execute("SELECT name FROM erased WHERE compartment=?", (place,))
        }

    def __bool__(self) -> bool:
        return bool(self._names)

    def __contains__(self, record: str) -> bool:
        return bool(self._names) and name_of(self._compartment, record) in self._names

    def refuse(self, records: Iterable[str]) -> None:
        """Raise Erased if one of these was erased."""
        if self._names and any(record in self for record in records):
            raise Erased(
                say("This was erased, for good, and cannot be written to."),
                kept=say("Nothing was changed."),
                next_step=say("If the person comes back to you, begin anew."),
            )

    def redact(self, entries: Sequence[Entry], body: bytes) -> tuple[Sequence[Entry], bytes]:
        """Return entries, and the body of them, without the groups of records that were erased."""
        if not self._names:
            return entries, body
        return redact(entries, body, self.__contains__)[:2]


def redact(
    entries: Sequence[Entry], body: bytes, gone: Callable[[str], bool]
) -> tuple[list[Entry], bytes, int]:
    """Return entries and their body without the groups of some records, and how many groups these were."""
    redacted = [erase_groups(entry, gone) for entry in entries]
    groups = sum(count for _, count in redacted)
    left = [entry for entry, _ in redacted]
    return left, join_entries([print_entry(entry) for entry in left]) if groups else body, groups


def bury(writer: apsw.Connection, place: int, compartment_id: str, records: Iterable[str]) -> None:
    """Note that these records were erased."""
    raw = compartment_id.encode()
    writer.executemany(
        "INSERT OR IGNORE INTO erased VALUES (?,?)", [(place, name_of(raw, record)) for record in records]
    )


def note_came_back(writer: apsw.Connection, compartment_id: str, epoch: int) -> None:
    """Keep among the device's own values that something erased lay whole in the box of a compartment's epoch."""
    row: Any = writer.execute("SELECT value FROM local WHERE key=?", (CAME_BACK,)).fetchone()
    noted = {**(msgspec.msgpack.decode(row[0]) or {} if row else {}), compartment_id: epoch}
    writer.execute("INSERT OR REPLACE INTO local VALUES (?,?)", (CAME_BACK, msgspec.msgpack.encode(noted)))


def name_of(compartment: bytes, record: str) -> bytes:
    """Return under which hash an erased record is remembered."""
    return hashlib.sha256(b"leeward-erased-1 " + compartment + b" " + record.encode()).digest()


def was_forgotten(connection: apsw.Connection, compartment_id: str) -> bool:
    """Tell whether a compartment was dropped from this vault for good."""
    return bool(connection.execute("SELECT 1 FROM forgotten WHERE id=?", (compartment_id,)).fetchall())
