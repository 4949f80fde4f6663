"""A segment: entries of one device, chained to its previous segment and signed over its head (protocol, section 5).

Pure: bytes in, bytes out. What is checked here is the form; accept.py has the rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from leeward.base.say import say
from leeward.ledger.entry import COUNT_MOST
from leeward.ledger.errors import BadForm

VERSION = 1
ENTRIES_MOST = 1000  # entries in one segment that we write
BODY_MOST = 1024 * 1024  # bytes of body after which we begin another
ENTRIES_READ_MOST = 1_000_000  # entries in one segment that we read
FIRST_PREVIOUS = bytes(32)
SIGNATURE_BYTES = 64 + 3309


class Head(msgspec.Struct, array_like=True, frozen=True):
    """What a device signs. `previous` is the SHA-256 of its previous head here; `body_hash` is entry.hash_body's."""

    version: int
    compartment: str
    epoch: int
    device: str
    number: int
    previous: bytes
    body_hash: bytes
    first: int
    entries: int
    seen: dict[str, tuple[int, bytes]]


class Segment(msgspec.Struct, frozen=True):
    """A parsed segment, not yet believed; `head_bytes` are what was signed."""

    head: Head
    head_bytes: bytes
    signature: bytes
    body: bytes

    def head_hash(self) -> bytes:
        """Return the SHA-256 of the head, by which the next segment names this one."""
        return hashlib.sha256(self.head_bytes).digest()


_encoder = msgspec.msgpack.Encoder()
_head = msgspec.msgpack.Decoder(Head)
_outer = msgspec.msgpack.Decoder(tuple[bytes, bytes, bytes])


def print_head(head: Head) -> bytes:
    """Return the bytes of a head; `seen` in the order of device ids."""
    ordered = msgspec.structs.replace(head, seen=dict(sorted(head.seen.items())))
    return _encoder.encode(ordered)


def print_segment(head_bytes: bytes, signature: bytes, body: bytes) -> bytes:
    """Return a segment's bytes, ready to be sealed."""
    return _encoder.encode((head_bytes, signature, body))


def join_entries(entries: Sequence[bytes]) -> bytes:
    """Return the body that holds these printed entries: a MessagePack array of them."""
    count = len(entries)
    if count < 16:
        start = bytes([0x90 | count])
    elif count < 1 << 16:
        start = b"\xdc" + count.to_bytes(2, "big")
    else:
        start = b"\xdd" + count.to_bytes(4, "big")
    return start + b"".join(entries)


def parse_segment(untrusted: bytes) -> Segment:
    """Return a segment; BadForm unless it is exactly what `print_segment` and `print_head` write."""
    try:
        head_bytes, signature, body = _outer.decode(untrusted)
        head = _head.decode(head_bytes)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, OverflowError, ValueError) as error:
        raise BadForm(say("A segment cannot be read.")) from error
    if print_segment(head_bytes, signature, body) != untrusted or print_head(head) != head_bytes:
        raise BadForm(say("A segment is not written the one way it must be."))
    if head.version != VERSION:
        raise BadForm(
            say("A segment is of a newer version than this program knows."),
            kept=say("Nothing is lost: it stays on the relay."),
            next_step=say("Bring this program up to date."),
        )
    _check_ranges(head, signature)
    return Segment(head, head_bytes, signature, body)


def _check_ranges(head: Head, signature: bytes) -> None:
    sizes = len(head.previous) == len(head.body_hash) == 32 and len(signature) == SIGNATURE_BYTES
    numbers = (
        0 < head.number <= COUNT_MOST
        and 0 < head.epoch <= COUNT_MOST
        and 0 < head.first <= COUNT_MOST
        and 0 < head.entries <= ENTRIES_READ_MOST
    )
    names = 0 < len(head.compartment) <= 64 and 0 < len(head.device) <= 64
    if not (sizes and numbers and names and _seen_is_sound(head.seen, head.device)):
        raise BadForm(say("A number or a hash in a segment's head is out of range."))


def _seen_is_sound(seen: Mapping[str, tuple[int, bytes]], device: str) -> bool:
    return device not in seen and all(
        0 < len(name) <= 64 and 0 < number <= COUNT_MOST and len(digest) == 32
        for name, (number, digest) in seen.items()
    )
