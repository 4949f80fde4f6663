"""What this desk was shown of each box, in one number and one digest, and what colleagues say they were shown.

A box only grows and its items never change, so two desks that were told the truth have the same digest at the same
number. A relay that shows two desks two pasts can keep that up only until a word of one reaches the other.

1. The digest of a box after item n is H(digest after n-1 + H(id, bytes of item n)), from zeros; 16 bytes of SHA-256.
2. Of each box the newest digests are kept (KEPT), so that a colleague who is behind can be compared with, too.
3. What a colleague was shown (a quote) is compared when this desk has come as far, and waits until then. A relay that
   does not show as much as it showed the colleague, asked after the quote came, withholds.
4. A colleague can lie as well: what is noted names the device whose word it rests on.
5. Nothing here is believed about entries: a difference leads to reading and offering again, never to taking.
6. A crash may take back what was kept last in a round: then a box is read again from where it was before, or a quote
   compared once more. What a colleague said is on the disk before their letter is let go of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias
from weakref import WeakKeyDictionary

import msgspec

from leeward.ledger.store.vault import Vault
from leeward.sync.honesty import Lie
from leeward.sync.listing import Item

DIGEST_BYTES = 16
KEPT = 256
_VIEW = "sync.view."
_QUOTES = "sync.quotes"
_LACKS = "sync.lacks"
_QUOTES_MOST = 4_000
_LACKS_MOST = 10_000
_LACKS_OF_ONE = 1_000  # what one device makes up takes no room from the others
_NOTHING = bytes(DIGEST_BYTES)
_NAMED_MOST, _NAMED_BYTES = (
    256,
    32 * 1024,
)  # items of which the name is kept in memory: how many, of which size

_Quotes: TypeAlias = dict[str, dict[str, tuple[int, bytes]]]  # box -> device -> number and digest
_quotes_of: WeakKeyDictionary[Vault, _Quotes] = (
    WeakKeyDictionary()
)  # as kept; asked for at every look into a box


class View(msgspec.Struct, array_like=True, frozen=True):
    """How far a box was read, and what was there (1)."""

    number: int = 0
    said: int = 0  # the highest number that the relay said there is
    last: bytes = b""  # the name of the item under `number`
    digests: bytes = b""  # after each of the last numbers, the newest last (2)
    at: int = 0  # when it last moved, milliseconds

    @property
    def digest(self) -> bytes:
        """Return the digest of everything up to `number`."""
        return self.digests[-DIGEST_BYTES:] or _NOTHING

    def digest_at(self, number: int) -> bytes | None:
        """Return the digest after a number; None if it is not kept any more or was not reached."""
        back = (self.number - number + 1) * DIGEST_BYTES
        if number == 0:
            return _NOTHING
        if back < DIGEST_BYTES or back > len(self.digests):
            return None
        return self.digests[len(self.digests) - back :][:DIGEST_BYTES]


class Quote(msgspec.Struct, array_like=True, frozen=True):
    """What a device says it was shown of a box of a circle: up to which number, and the digest there."""

    circle: str
    box: bytes  # 16 bytes
    number: int
    digest: bytes


class Found(msgspec.Struct, frozen=True):
    """What a comparison led to: which lie, and on whose word."""

    lie: Lie
    where: str


_named: dict[str, tuple[bytes, bytes]] = {}  # item id -> the bytes that came under it last, and their name


def name_of(item: str, untrusted_sealed: bytes) -> bytes:
    """Return what stands for an item: its id and its bytes.

    The last item of each box is asked for in every round: while its bytes are the very same, so is its name.
    """
    there = _named.get(item)
    if there is not None and there[0] == untrusted_sealed:
        return there[1]
    name = hashlib.sha256(bytes.fromhex(item) + untrusted_sealed).digest()[:DIGEST_BYTES]
    if len(untrusted_sealed) <= _NAMED_BYTES:
        if len(_named) >= _NAMED_MOST:
            _named.clear()
        _named[item] = (untrusted_sealed, name)
    return name


def extend(view: View, items: Sequence[Item], now: int) -> View:
    """Return the view after these items, which follow it without a gap."""
    digest, digests, last = view.digest, [view.digests], view.last
    for item in items:
        last = name_of(item.id, item.untrusted_sealed)
        digest = hashlib.sha256(digest + last).digest()[:DIGEST_BYTES]
        digests.append(digest)
    kept = b"".join(digests)[-KEPT * DIGEST_BYTES :]
    number = view.number + len(items)
    return View(number, max(view.said, number), last, kept, now)


def same_past(view: View, after: int, items: Sequence[Item]) -> bool:
    """Tell whether items that follow a number are those that were shown under their numbers before."""
    digest = view.digest_at(after)
    for item in items:
        if digest is None or item.number > view.number:
            break
        digest = hashlib.sha256(digest + name_of(item.id, item.untrusted_sealed)).digest()[:DIGEST_BYTES]
        if view.digest_at(item.number) not in {None, digest}:
            return False
    return True


class Views:
    """The views of one vault, kept among its device-only values. Only the exchange with the relay moves them on."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._held: dict[str, View] = {}

    def of(self, box: str) -> View:
        """Return how far a box was read and what was there."""
        held = self._held.get(box)
        if held is None:
            raw = self._vault.local_get(_VIEW + box)
            held = self._held[box] = msgspec.convert(raw, View) if raw else View()
        return held

    def keep(self, box: str, view: View) -> None:
        """Keep a view for the next start; written with whatever is written next, or at the end of the round (6)."""
        self._held[box] = view
        self._vault.local_put(_VIEW + box, msgspec.to_builtins(view, builtin_types=(bytes,)), later=True)

    def heard(self, device: str, quotes: Iterable[Quote], boxes: Mapping[str, str]) -> None:
        """Take a colleague's word of what it was shown (3); `boxes` are those that this desk reads."""
        kept = {box: dict(said) for box, said in self._quotes().items()}
        lacks = self.lacks()
        room = _LACKS_OF_ONE - sum(1 for one in lacks.values() if one == device)
        for quote in quotes:
            box = quote.box.hex()
            if box in boxes:
                kept.setdefault(box, {})[device] = (quote.number, quote.digest)
            elif box in lacks:
                lacks[box] = device
            elif room > 0:
                lacks[box] = device
                room -= 1
        if sum(map(len, kept.values())) <= _QUOTES_MOST and kept != self._quotes():
            self._keep_quotes(kept)
        if len(lacks) <= _LACKS_MOST:
            self._keep_lacks(lacks)

    def compare(self, box: str, view: View) -> list[Found]:
        """Compare what colleagues were shown of a box with what this desk was, after it asked for all of it (3)."""
        waiting = self._quotes().get(box)
        if not waiting:
            return []
        found, left = [], {}
        for device, (number, digest) in waiting.items():
            if number > view.number:
                left[device] = (number, digest)
                found.append(Found(Lie.WITHHELD, f"item {number}, shown to device {device}"))
            elif (view.digest_at(number) or digest) != digest:
                found.append(Found(Lie.TWO_PASTS, f"item {number} or before, as shown to device {device}"))
        if len(left) < len(waiting):
            quotes = {**self._quotes(), box: left}
            if not left:
                del quotes[box]
            self._keep_quotes(quotes)
        return found

    def lacks(self) -> dict[str, str]:
        """Return the boxes that a colleague named and this desk cannot read, with the device that named them."""
        return dict(msgspec.convert(self._vault.local_get(_LACKS) or {}, dict[str, str]))

    def settle_lacks(self, boxes: Iterable[str]) -> dict[str, str]:
        """Forget those of the lacking boxes that can be read by now; return the others."""
        lacks = self.lacks()
        left = {box: device for box, device in lacks.items() if box not in set(boxes)} if lacks else {}
        if len(left) < len(lacks):
            self._keep_lacks(left)
        return left

    def forget(self, boxes: Iterable[str]) -> None:
        """Forget what anybody was shown of boxes that were erased for good."""
        gone = set(boxes)
        quotes = self._quotes()
        if gone & quotes.keys():
            self._keep_quotes({box: said for box, said in quotes.items() if box not in gone})
        self._keep_lacks({box: device for box, device in self.lacks().items() if box not in gone})
        for box in gone:
            if self._vault.local_get(_VIEW + box) is not None:
                self.keep(box, View())
        self._vault.local_settle()

    def _keep_lacks(self, lacks: Mapping[str, str]) -> None:
        if lacks != self.lacks():
            self._vault.local_put(_LACKS, dict(lacks))

    def _quotes(self) -> _Quotes:
        held = _quotes_of.get(self._vault)
        if held is None:
            held = msgspec.convert(self._vault.local_get(_QUOTES) or {}, _Quotes)
            _quotes_of[self._vault] = held
        return held

    def _keep_quotes(self, quotes: _Quotes) -> None:
        _quotes_of[self._vault] = quotes
        self._vault.local_put(_QUOTES, msgspec.to_builtins(quotes, builtin_types=(bytes,)), later=True)
