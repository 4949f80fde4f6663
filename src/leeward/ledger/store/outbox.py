"""What is to be pushed: our entries, packed once into signed and sealed segments, kept until the relay has them.

A segment's number, its head and its sealed bytes are written in one transaction, so that a crash at any point leaves
either entries still to be packed or the same bytes to be offered again: nothing is lost, nothing is doubled.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from leeward.base.ports import Chance
from leeward.ledger.accept import PURPOSE
from leeward.ledger.entry import hash_body, parse_entries
from leeward.ledger.errors import UnknownCompartment
from leeward.ledger.segment import (
    BODY_MOST,
    ENTRIES_MOST,
    FIRST_PREVIOUS,
    VERSION,
    Head,
    join_entries,
    print_head,
    print_segment,
)
from leeward.ledger.store.database import Database
from leeward.ledger.store.keyring import Compartment, Keyring, recipient_of
from leeward.ledger.store.writing import own_count
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind

_UNPACKED = (
    "SELECT p.no, p.packed FROM compartment p"
    " WHERE (SELECT max(c.first) FROM chunk c WHERE c.compartment=p.no AND c.device=?) > p.packed"
)


class Outgoing(msgspec.Struct, frozen=True):
    """One sealed segment for a compartment's box; `item` is its id there."""

    item: str
    compartment: str
    box: str
    write: str
    sealed: bytes


class Outbox:
    """Packs and keeps."""

    def __init__(self, database: Database, ring: Keyring, chance: Chance) -> None:
        self._database = database
        self._ring = ring
        self._chance = chance
        self._written = 0  # how often something was written that may have to go out
        self._idle_at = -1  # for which of these it is known that nothing waits

    def note_written(self) -> None:
        """Hear that entries may have been written, by a transaction that has ended: `outgoing` looks again."""
        self._written += 1

    def outgoing(self) -> list[Outgoing]:
        """Pack what is not packed, and return all that was not sent, oldest first."""
        written = self._written  # before it is looked: what is written meanwhile is looked for the next time
        if written == self._idle_at:
            return []
        places = self._unpacked()
        for compartment in self._ring.compartments() if places else ():
            with contextlib.suppress(UnknownCompartment):  # forgotten meanwhile
                more = self._ring.number(compartment.id) in places
                while more:
                    with self._database.writing() as writer:
                        more = self._pack(writer, compartment)
        rows = self._database.ask("SELECT item, compartment, sealed FROM outbox ORDER BY compartment, number")
        found = []
        for item, place, sealed in rows:
            with contextlib.suppress(UnknownCompartment):  # forgotten meanwhile
                compartment = self._ring.compartment(self._ring.name(place))
                found.append(Outgoing(item, compartment.id, compartment.box, compartment.write, sealed))
        if not rows:
            self._idle_at = written
        return found

    def drop(self, writer: apsw.Connection, items: Sequence[str]) -> None:
        """Forget items that the relay has taken, with the writer's transaction."""
        writer.executemany("DELETE FROM outbox WHERE item=?", [(item,) for item in items])

    def rename(self, outgoing: Outgoing) -> Outgoing:
        """Give an item another id: its own is taken, by other bytes."""
        renamed = msgspec.structs.replace(outgoing, item=self._chance.draw(16).hex())
        with self._database.writing() as writer:
            writer.execute("UPDATE outbox SET item=? WHERE item=?", (renamed.item, outgoing.item))
        return renamed

    def unsent(self) -> int:
        """Return how many of our entries the relay has not taken."""
        total = self._database.ask("SELECT coalesce(sum(entries), 0) FROM outbox")
        return int(total[0][0]) + sum(self._unpacked().values())

    def _unpacked(self) -> dict[int, int]:
        """Return how many of our entries are in no segment yet, of each compartment where there are any."""
        device = self._ring.device.id
        rows = self._database.ask(_UNPACKED, (device,))
        return {int(place): self._last(place, device) - int(packed) for place, packed in rows}

    def _last(self, place: int, device: str) -> int:
        with self._database.reading(brief=True) as connection:
            return own_count(connection, place, device)

    def _pack(self, writer: apsw.Connection, compartment: Compartment) -> bool:
        """Pack what one segment takes; tell whether there is more."""
        place = self._ring.number(compartment.id)
        device = self._ring.device
        row: Any = writer.execute("SELECT packed FROM compartment WHERE no=?", (place,)).fetchone()
        first = int(row[0]) + 1
        entries = _entries_from(writer, place, device.id, first)
        if not entries:
            return False  # somebody else packed it meanwhile
        body = join_entries(entries)
        link: Any = writer.execute(
            "SELECT number, head_hash FROM chain WHERE compartment=? AND device=?", (place, device.id)
        ).fetchone()
        number, previous = (link[0] + 1, bytes(link[1])) if link else (1, FIRST_PREVIOUS)
        seen: Any = writer.execute(
            "SELECT device, number, head_hash FROM chain WHERE compartment=? AND device<>?",
            (place, device.id),
        ).fetchall()
        head = Head(
            VERSION,
            compartment.id,
            compartment.epoch,
            device.id,
            number,
            previous,
            hash_body(parse_entries(body)),
            first,
            len(entries),
            {name: (held, bytes(digest)) for name, held, digest in seen},
        )
        head_bytes = print_head(head)
        signature = device.signing_key.sign(PURPOSE, head_bytes)
        plain = print_segment(head_bytes, signature, body)
        sealed = seal(Kind.SEGMENT, plain, recipient_of(self._ring, compartment.id))
        last = first + len(entries) - 1
        writer.execute(
            "INSERT INTO segment VALUES (?,?,?,?,?,?,?)",
            (place, device.id, number, first, len(entries), head_bytes, signature),
        )
        writer.execute(
            "INSERT OR REPLACE INTO chain VALUES (?,?,?,?,?)",
            (place, device.id, number, hashlib.sha256(head_bytes).digest(), last),
        )
        writer.execute("UPDATE compartment SET packed=? WHERE no=?", (last, place))
        writer.execute(
            "INSERT INTO outbox VALUES (?,?,?,?,?)",
            (self._chance.draw(16).hex(), place, number, len(entries), sealed),
        )
        return last < own_count(writer, place, device.id)


def _entries_from(writer: apsw.Connection, place: int, device: str, first: int) -> list[bytes]:
    """Return our printed entries from a count on, as many as one segment takes. Each is in a chunk of its own."""
    entries: list[bytes] = []
    size = 0
    for (body,) in writer.execute(
        "SELECT body FROM chunk WHERE compartment=? AND device=? AND first>=? ORDER BY first LIMIT ?",
        (place, device, first, ENTRIES_MOST),
    ):
        entry = bytes(body)[1:]  # without the array header of one
        if entries and size + len(entry) > BODY_MOST:
            break
        entries.append(entry)
        size += len(entry)
    return entries
