"""What an answer of a relay may be, seen from the number a desk has come to. No I/O.

In a box numbers are consecutive from 1 and never change, so after the number N:

 1. `last` is N or more. Less: the relay has gone back to an older state.
 2. Items come oldest first. Otherwise they were put in another order.
 3. Every number is above N, and comes once. Otherwise something is replayed; two items under one number are a fork.
 4. The first number is N+1, and each next one higher by one. A gap: something is withheld, and nothing beyond it
    is taken, so that it is asked for again.
 5. If `last` is above N there is at least one item. Otherwise all of them are withheld.
 6. Mail expires, the oldest first (protocol 4.3): in a box of mail nothing need be left (5), and the first number may
    be higher (4) for who asks for the first time. Any other gap is named, and what follows is taken in all the same:
    who was away for long would wait for ever.
 7. `last` is not below what stands in the same answer. Otherwise it miscounts.

Missing items at the end are no lie by themselves: an answer may end early, and the next question shows it (5).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from leeward.base.say import Message, say
from leeward.sync.listing import Item, Listing


class Lie(enum.StrEnum):
    """What a relay did that an honest one never does."""

    ROLLED_BACK = "rolled-back"
    REORDERED = "reordered"
    REPLAYED = "replayed"
    FORKED = "forked"
    WITHHELD = "withheld"
    DROPPED = "dropped"
    MISCOUNTED = "miscounted"
    TWO_PASTS = "two-pasts"


SAID: dict[Lie, Message] = {
    Lie.ROLLED_BACK: say(
        "The relay has gone back to an older state: it no longer has what it gave out before. "
        "Nothing is lost here, and this desk offers it again what it holds."
    ),
    Lie.REORDERED: say(
        "The relay gave things out in another order than it took them in. They were put back in order; nothing is lost."
    ),
    Lie.REPLAYED: say(
        "The relay gave out again what this desk already had. It was ignored; nothing is lost."
    ),
    Lie.FORKED: say(
        "The relay gave two different things under one number. Neither was taken in; what was here before is unchanged."
    ),
    Lie.WITHHELD: say(
        "The relay holds something back: it says that there is more than it gives. "
        "What is here is genuine, but may not be all."
    ),
    Lie.DROPPED: say(
        "The relay said that it had kept something from this desk, and does not have it. "
        "Nothing is lost here, and this desk offers it again."
    ),
    Lie.MISCOUNTED: say(
        "The relay miscounts: how many things it said there are is not how many there are. Nothing is lost."
    ),
    Lie.TWO_PASTS: say(
        "The relay has shown this desk and a colleague's desk two different pasts. "
        "Nothing is lost here; this desk reads all of it again and offers the relay again what it holds."
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What of an answer can be used, in order and without a gap, and how the relay lied in it."""

    items: tuple[Item, ...]
    lies: tuple[Lie, ...]


_NOTHING_NEW = Told((), ())


def check_listing(listing: Listing, after: int, *, mail: bool = False) -> Told:
    """Return the usable items of an answer to "what is after this number", of a box of mail or the team's.

    See the rules above.
    """
    nothing_new = not listing.items and listing.last == after
    return _NOTHING_NEW if nothing_new else _check(listing, after, mail=mail)


def _check(listing: Listing, after: int, *, mail: bool) -> Told:
    numbers = [item.number for item in listing.items]
    last = max(numbers, default=0)
    if max(listing.last, last) < after:  # 1
        return Told((), (Lie.ROLLED_BACK,))
    lies: dict[Lie, None] = {Lie.MISCOUNTED: None} if listing.last < last else {}  # 7; ordered, each once
    if numbers != sorted(numbers):  # 2
        lies[Lie.REORDERED] = None
    by_number: dict[int, Item] = {}
    forked: set[int] = set()
    for item in listing.items:  # 3
        there = by_number.setdefault(item.number, item)
        if there is not item or item.number <= after:
            if there.untrusted_sealed != item.untrusted_sealed:
                forked.add(item.number)
            lies[Lie.FORKED if item.number in forked else Lie.REPLAYED] = None
    beyond = sorted(number for number in by_number if number > after)
    if mail and not after and beyond:  # 6
        after = beyond[0] - 1
    usable = _without_gap(by_number, after, forked)
    if len(usable) < len(beyond) and not forked:  # 4
        lies[Lie.WITHHELD] = None
        if mail:  # 6
            usable = [by_number[number] for number in beyond]
    if not listing.items and listing.last > after and not mail:  # 5, 6
        lies[Lie.WITHHELD] = None
    return Told(tuple(usable), tuple(lies))


def _without_gap(by_number: dict[int, Item], after: int, forked: set[int]) -> list[Item]:
    usable: list[Item] = []
    expected = after + 1
    while expected in by_number and expected not in forked:
        usable.append(by_number[expected])
        expected += 1
    return usable
