"""What one desk could know of a relay's lies, kept without any of the code that is to notice them.

An honest relay has one list for each box, which only grows. A witness stands at a desk's door, hears every answer,
and says which contradict what that desk was told before: those its desk must name by itself. Two witnesses compared
say which pasts cannot both be true: those the two desks must name once a word of one has reached the other.

A delay that ended before anybody asked who knew better contradicts nothing, and is no lie here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from leeward.sync.listing import Listing


@dataclass
class Past:
    """What a desk was shown of a box, or promised: which item under which number, and how many there are at least."""

    items: dict[int, bytes] = field(default_factory=dict)
    top: int = 0


class Witness:
    """Of one door."""

    def __init__(self) -> None:
        self.pasts: dict[str, Past] = {}
        self.contradicted: dict[str, set[str]] = {}  # box -> how; its desk must have named something there

    def copy(self) -> Witness:
        """Return one that heard the same so far."""
        made = Witness()
        made.pasts = {box: Past(dict(past.items), past.top) for box, past in self.pasts.items()}
        made.contradicted = {box: set(how) for box, how in self.contradicted.items()}
        return made

    def promised(self, box: str, number: int, item: str, sealed: bytes) -> None:
        """Hear that an item is kept under a number."""
        past = self.pasts.setdefault(box, Past())
        known = past.items.get(number)
        if known is not None and known != _name(item, sealed):
            self._caught(box, "promise")
        past.items[number] = _name(item, sealed)
        past.top = max(past.top, number)

    def shown(self, box: str, after: int, answer: Listing) -> None:
        """Hear what is said to come after a number."""
        past = self.pasts.get(box)
        if past is None:
            past = self.pasts[box] = Past()
        if not answer.items and answer.last == after == past.top:
            return  # nothing new, as it should be
        numbers = [item.number for item in answer.items]
        how = set()
        if answer.last < past.top or answer.last < max(numbers, default=0):
            how.add("fewer")
        if numbers != list(range(after + 1, after + 1 + len(numbers))):
            how.add("order")
        if not numbers and answer.last > after:
            how.add("nothing")
        names = {item.number: _name(item.id, item.untrusted_sealed) for item in answer.items}
        if any(past.items.get(number, name) != name for number, name in names.items()):
            how.add("other")
        for one in how:
            self._caught(box, one)
        if how & {"fewer", "other"}:  # the desk may begin anew: only this answer counts from here
            past.items.clear()
            past.top = 0
        if "order" not in how:
            past.items.update(names)
        past.top = max(past.top, answer.last)

    def _caught(self, box: str, how: str) -> None:
        self.contradicted.setdefault(box, set()).add(how)


def different(one: Witness, other: Witness) -> set[str]:
    """Return the boxes of which two desks were shown pasts that cannot both be true."""
    found = set()
    for box in one.pasts.keys() & other.pasts.keys():
        mine, theirs = one.pasts[box].items, other.pasts[box].items
        if any(mine[number] != theirs[number] for number in mine.keys() & theirs.keys()):
            found.add(box)
    return found


@lru_cache(4096)
def _name(item: str, sealed: bytes) -> bytes:
    return hashlib.sha256(item.encode() + sealed).digest()[:16]
