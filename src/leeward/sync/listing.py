"""What a relay lists of a box (protocol 4.1), read piece by piece within limits.

For each item: number (8 bytes, big-endian), item id (16), length (4, big-endian), the item.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leeward.base.limits import ITEM_MOST, PAGE_ITEMS_MOST
from leeward.sync.errors import RelayNonsense

_HEADER = 8 + 16 + 4
LISTING_MOST = 32 * 1024 * 1024  # bytes of one answer that are read; the rest is asked for again


@dataclass(frozen=True, slots=True)
class Item:
    """One item as a relay tells it. Nothing in it is to be believed yet."""

    number: int
    id: str  # 32 hex
    untrusted_sealed: bytes


@dataclass(frozen=True, slots=True)
class Listing:
    """Some items of a box and `last`, the number of its last one, as the relay claims.

    `cut` says that reading stopped at our own limit, so that items missing at the end mean nothing.
    """

    items: tuple[Item, ...]
    last: int
    cut: bool = False


def read_listing(
    untrusted_chunks: Iterable[bytes], last: int, *, items_most: int = PAGE_ITEMS_MOST
) -> Listing:
    """Return the items in these bytes; RelayNonsense if they are no listing. Reads at most LISTING_MOST."""
    items: list[Item] = []
    buffer = bytearray()
    taken = 0
    for chunk in untrusted_chunks:
        buffer += chunk
        used = 0
        while (item := _one(buffer, used)) is not None:
            items.append(item)
            used += _HEADER + len(item.untrusted_sealed)
            if len(items) > items_most:
                raise RelayNonsense("more items than were asked for")
        del buffer[:used]
        taken += used
        if taken >= LISTING_MOST:
            return Listing(tuple(items), last, cut=True)
    if buffer:
        raise RelayNonsense("a listing that breaks off")
    return Listing(tuple(items), last)


def _one(buffer: bytearray, start: int) -> Item | None:
    if len(buffer) - start < _HEADER:
        return None
    length = int.from_bytes(buffer[start + 24 : start + _HEADER], "big")
    if length > ITEM_MOST:
        raise RelayNonsense("an item larger than any")
    end = start + _HEADER + length
    if len(buffer) < end:
        return None
    number = int.from_bytes(buffer[start : start + 8], "big")
    if not 1 <= number < 1 << 63:
        raise RelayNonsense("an item with an impossible number")
    return Item(number, buffer[start + 8 : start + 24].hex(), bytes(buffer[start + _HEADER : end]))
