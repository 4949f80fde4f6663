"""Frames of a listing (protocol 4.1): for each item its number (8 bytes), id (16), length (4), and the item."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from leeward.base.limits import ITEM_MOST
from leeward.wire.errors import ListingDamaged
from leeward.wire.routes import NUMBER_MOST

LISTING_MOST = 8 * 1024 * 1024  # bytes after which a relay ends an answer early; the asker asks again
LAST_HEADER = "Leeward-Last"

_HEADER = struct.Struct(">Q16sI")


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One item of a box, as a relay tells it."""

    number: int
    item: bytes
    sealed: bytes


def print_listing(items: Iterable[ListedItem]) -> bytes:
    """Return the frames of these items."""
    parts: list[bytes] = []
    for one in items:
        parts.append(_HEADER.pack(one.number, one.item, len(one.sealed)))
        parts.append(one.sealed)
    return b"".join(parts)


def parse_listing(untrusted_raw: bytes) -> list[ListedItem]:
    """Return the items; ListingDamaged unless all bytes are frames, numbers rise, and no item is empty or too large."""
    items: list[ListedItem] = []
    at, before = 0, 0
    while at < len(untrusted_raw):
        start = at + _HEADER.size
        if start > len(untrusted_raw):
            raise ListingDamaged
        number, item, length = _HEADER.unpack_from(untrusted_raw, at)
        at = start + length
        if not before < number <= NUMBER_MOST or not 1 <= length <= ITEM_MOST or at > len(untrusted_raw):
            raise ListingDamaged
        items.append(ListedItem(number, item, untrusted_raw[start:at]))
        before = number
    return items
