"""The bell (protocol 4.2): one box of the team in which a desk rings after it put something into other boxes.

So a desk with sixty compartments holds one question open instead of sixty, and still learns within a moment what to
fetch. The bell only hurries: every box is looked at now and then all the same, so a desk or a relay that never
rings, or rings for nothing, delays at most and loses nothing.

 1. Box, tokens and key are derived from the team compartment's identity, so whoever is on the team has them and
    nobody else; the relay holds hashes only.
 2. A ring names boxes by tags that only the team can make, different in every ring, always the same number of them,
    so a seized relay does not learn which boxes belong together.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from leeward.base.ports import Chance

_TAG = 8
_TAGS = 64  # in every ring; a round that touched more rings for "all"
_LABEL = b"leeward-bell-1 "


@dataclass(frozen=True, slots=True)
class Bell:
    """Where the team's bell hangs and the key of its tags."""

    box: str
    read: str
    write: str
    key: bytes


def derive_bell(secret: bytes) -> Bell:
    """Return the bell of the team whose compartment identity (its string's bytes) this is (1)."""

    def part(name: bytes) -> bytes:
        return hmac.digest(secret, _LABEL + name, "sha256")

    return Bell(part(b"box")[:16].hex(), part(b"read").hex(), part(b"write").hex(), part(b"key"))


def make_ring(bell: Bell, boxes: Iterable[str], chance: Chance) -> tuple[str, bytes]:
    """Return the item id and bytes of a ring that names these boxes (2)."""
    item = chance.draw(16)
    named = sorted(set(boxes))
    tags = [_tag(bell, item, box) for box in named] if len(named) <= _TAGS else [_tag(bell, item, "")]
    tags += [chance.draw(_TAG) for _ in range(_TAGS - len(tags))]
    order = sorted(tags)  # says nothing: tags look random
    return item.hex(), b"".join(order)


def read_ring(bell: Bell, item: str, untrusted_ring: bytes, boxes: Iterable[str]) -> frozenset[str]:
    """Return which of these boxes a ring names: none if it is none of ours or not a ring."""
    raw = bytes.fromhex(item)
    known = list(boxes)
    if len(untrusted_ring) != _TAG * _TAGS:
        return frozenset()
    tags = {untrusted_ring[at : at + _TAG] for at in range(0, len(untrusted_ring), _TAG)}
    if _tag(bell, raw, "") in tags:
        return frozenset(known)
    return frozenset(box for box in known if _tag(bell, raw, box) in tags)


def _tag(bell: Bell, item: bytes, box: str) -> bytes:
    return hmac.digest(bell.key, item + box.encode("ascii"), "sha256")[:_TAG]
