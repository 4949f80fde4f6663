"""The board: for which mailboxes is there an answer? One small body for everybody, so that asking tells nothing.

16 bytes of salt, then sorted tags of 4 bytes: the first 4 of SHA-256("leeward-waiting-1" + salt + mailbox address),
filled up with random ones to a round number (protocol 4.4). Among 8,192 tags a mailbox without an answer is named by
mistake once in 500,000 looks.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Callable, Iterable

from leeward.wire.errors import ListingDamaged

SALT_BYTES = 16
TAG_BYTES = 4
SIZES = (1024, 2048, 4096, 8192)  # tags

_TITLE = b"leeward-waiting-1"


def tag_of(salt: bytes, box: bytes) -> bytes:
    """Return a mailbox's tag under this salt."""
    return hashlib.sha256(_TITLE + salt + box).digest()[:TAG_BYTES]


def make_board(boxes: Iterable[bytes], draw: Callable[[int], bytes]) -> bytes:
    """Return the board that names these mailboxes, at most SIZES[-1] of them; `draw` gives random bytes."""
    salt = draw(SALT_BYTES)
    tags = [tag_of(salt, box) for box in boxes]
    size = next((size for size in SIZES if size >= len(tags)), None)
    if size is None:
        raise RuntimeError("a board names at most 8,192 mailboxes")
    chaff = draw(TAG_BYTES * (size - len(tags)))
    tags += (chaff[at : at + TAG_BYTES] for at in range(0, len(chaff), TAG_BYTES))
    return salt + b"".join(sorted(tags))


def is_named(untrusted_board: bytes, box: bytes) -> bool:
    """Tell whether a board names this mailbox; ListingDamaged if it is no board."""
    count, rest = divmod(len(untrusted_board) - SALT_BYTES, TAG_BYTES)
    if rest or count not in SIZES:
        raise ListingDamaged
    tag = tag_of(untrusted_board[:SALT_BYTES], box)

    def tag_at(number: int) -> bytes:
        start = SALT_BYTES + number * TAG_BYTES
        return untrusted_board[start : start + TAG_BYTES]

    at = bisect.bisect_left(range(count), tag, key=tag_at)
    return at < count and tag_at(at) == tag
