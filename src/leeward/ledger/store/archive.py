"""Held segments as they were signed, to be offered again, exported, or checked: the database keeps their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import apsw
import msgspec

from leeward.ledger.segment import join_entries, parse_segment, print_segment
from leeward.ledger.store.database import Database
from leeward.ledger.store.keyring import Keyring
from leeward.seal.keys import Recipient


class HeldSegment(msgspec.Struct, frozen=True):
    """One segment: whose, its number in the device's chain, its plain bytes, and whom they are sealed to."""

    device: str
    number: int
    entries: int
    head: bytes
    plain: bytes
    recipient: Recipient


def read_segments(
    database: Database, ring: Keyring, compartment_id: str, beyond: Mapping[str, int]
) -> Iterator[HeldSegment]:
    """Yield all segments of a compartment, each device's in order of its chain, `beyond` a number of a device's."""
    place = ring.number(compartment_id)
    identities = ring.identities(compartment_id)
    after: tuple[str, int] = ("", 0)
    while True:
        with database.reading(brief=True) as connection:
            row: Any = connection.execute(
                "SELECT device, number, first, entries, head, signature FROM segment"
                " WHERE compartment=? AND (device, number) > (?, ?) ORDER BY device, number LIMIT 1",
                (place, *after),
            ).fetchone()
            if row is None:
                return
            device, number, first, entries, head, signature = row
            if number <= beyond.get(device, 0):
                after = (device, beyond[device])
                continue
            body = held_body(connection, place, device, first, entries)
        plain = print_segment(bytes(head), bytes(signature), body)
        recipient = identities[parse_segment(plain).head.epoch].recipient()
        yield HeldSegment(device, number, entries, bytes(head), plain, recipient)
        after = (device, number)


def held_body(connection: apsw.Connection, place: int, device: str, first: int, entries: int) -> bytes:
    """Return the body of a held segment, put together from the chunks that hold its entries."""
    bodies = [body for _, body in held_chunks(connection, place, device, first, entries)]
    return bodies[0] if len(bodies) == 1 else join_entries([body[1:] for body in bodies])


def held_chunks(
    connection: apsw.Connection, place: int, device: str, first: int, entries: int
) -> list[tuple[int, bytes]]:
    """Return the chunks that hold a segment's entries, with their numbers: one, or for our own one for each entry."""
    rows: Any = connection.execute(
        "SELECT no, body FROM chunk WHERE compartment=? AND device=? AND first>=? AND first<? ORDER BY first",
        (place, device, first, first + entries),
    )
    return [(int(no), bytes(body)) for no, body in rows]
