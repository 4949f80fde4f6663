"""A turn: everything that a reporter's page asks of the relay at once, in one body of few sizes (protocol 4.3).

A first message, a later one, a visit and a look with wrong words are one request each, alike in shape: whoever watches
the line cannot tell them apart, and whoever is on a bad line needs one answer, not five.

1. `leeward-turn-1 LF`; then four parts, each begins with a count (1 byte): boxes to make (at most 2), pieces to keep
   (at most 40), one item at most to append, one box at most to look into; then zeros up to a size class.
2. Parsing is strict: the counts, the lengths, the class and the zeros are what is written, or it is no turn.
3. Printing what was parsed gives the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from leeward.base.limits import ITEM_MOST, PIECE_SEALED_MOST
from leeward.base.sizes import CLASSES, TURN_FLOOR, class_of
from leeward.wire.errors import BadRequest, ListingDamaged
from leeward.wire.hexes import BLOB_BYTES, BOX_BYTES, HASH_BYTES, ITEM_BYTES
from leeward.wire.listing import ListedItem, parse_listing, print_listing
from leeward.wire.routes import NUMBER_MOST

MAGIC = b"leeward-turn-1\n"
TURN_MOST = CLASSES[-1]
MAKES_MOST = 2
PUTS_MOST = 40
_TOKEN_BYTES = 32
_LENGTH = struct.Struct(">I")
_AFTER = struct.Struct(">Q")
_ANSWER = struct.Struct(">QI")  # the last number of the box, and the length of the listing


@dataclass(frozen=True, slots=True)
class Make:
    """Make a mailbox; it may be there already with the same hashes."""

    box: bytes
    read_hash: bytes
    write_hash: bytes


@dataclass(frozen=True, slots=True)
class Put:
    """Keep a sealed piece."""

    blob: bytes
    erase_hash: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Post:
    """Append a sealed item to a box."""

    box: bytes
    write_token: bytes
    item: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """List a mailbox after a number. One that is not there, or a wrong token, looks like an empty one."""

    box: bytes
    read_token: bytes
    after: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """What is asked at once: all of it is done, or nothing."""

    makes: tuple[Make, ...] = ()
    puts: tuple[Put, ...] = ()
    post: Post | None = None
    look: Look | None = None


def print_turn(turn: Turn) -> bytes:
    """Return the body of the request."""
    parts: list[bytes] = [MAGIC, bytes([len(turn.makes)])]
    for make in turn.makes:
        parts += (make.box, make.read_hash, make.write_hash)
    parts.append(bytes([len(turn.puts)]))
    for put in turn.puts:
        parts += (put.blob, put.erase_hash, _LENGTH.pack(len(put.sealed)), put.sealed)
    post, look = turn.post, turn.look
    if post is None:
        parts.append(b"\0")
    else:
        parts += (b"\1", post.box, post.write_token, post.item, _LENGTH.pack(len(post.sealed)), post.sealed)
    parts.append(b"\0" if look is None else b"\1" + look.box + look.read_token + _AFTER.pack(look.after))
    used = sum(map(len, parts))
    parts.append(bytes(class_of(used, TURN_FLOOR) - used))
    return b"".join(parts)


def parse_turn(untrusted: bytes | memoryview) -> Turn:
    """Return the turn, or raise BadRequest."""
    reader = _Reader(memoryview(untrusted))
    if reader.take(len(MAGIC)) != MAGIC:
        raise BadRequest
    makes = tuple(
        Make(reader.take(BOX_BYTES), reader.take(HASH_BYTES), reader.take(HASH_BYTES))
        for _ in range(reader.count(MAKES_MOST))
    )
    puts = tuple(
        Put(reader.take(BLOB_BYTES), reader.take(HASH_BYTES), reader.sealed(PIECE_SEALED_MOST))
        for _ in range(reader.count(PUTS_MOST))
    )
    post = look = None
    if reader.count(1):
        post = Post(
            reader.take(BOX_BYTES),
            reader.take(_TOKEN_BYTES),
            reader.take(ITEM_BYTES),
            reader.sealed(ITEM_MOST),
        )
    if reader.count(1):
        box, token = reader.take(BOX_BYTES), reader.take(_TOKEN_BYTES)
        (after,) = _AFTER.unpack(reader.take(_AFTER.size))
        look = Look(box, token, after)
        if after > NUMBER_MOST:
            raise BadRequest
    reader.end()
    return Turn(makes, puts, post, look)


def print_turn_answer(items: Sequence[ListedItem], last: int) -> bytes:
    """Return the body of the answer: last number, length of the listing, the listing, zeros up to a class."""
    listing = print_listing(items)
    used = _ANSWER.size + len(listing)
    return b"".join((_ANSWER.pack(last, len(listing)), listing, bytes(class_of(used, TURN_FLOOR) - used)))


def parse_turn_answer(untrusted: bytes) -> tuple[list[ListedItem], int]:
    """Return the items and the box's last number; ListingDamaged."""
    if len(untrusted) < _ANSWER.size:
        raise ListingDamaged
    last, length = _ANSWER.unpack_from(untrusted)
    end = _ANSWER.size + length
    if last > NUMBER_MOST or len(untrusted) != class_of(end, TURN_FLOOR):
        raise ListingDamaged
    if untrusted.count(0, end) != len(untrusted) - end:
        raise ListingDamaged
    return parse_listing(untrusted[_ANSWER.size : end]), last


class _Reader:
    """Takes a body apart from its start."""

    def __init__(self, body: memoryview) -> None:
        self._body = body
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._body):
            raise BadRequest
        part = bytes(self._body[self._at : end])
        self._at = end
        return part

    def count(self, most: int) -> int:
        (count,) = self.take(1)
        if count > most:
            raise BadRequest
        return count

    def sealed(self, most: int) -> bytes:
        (length,) = _LENGTH.unpack(self.take(_LENGTH.size))
        if not 1 <= length <= most:
            raise BadRequest
        return self.take(length)

    def end(self) -> None:
        rest = bytes(self._body[self._at :])
        if len(self._body) != class_of(self._at, TURN_FLOOR) or rest.count(0) != len(rest):
            raise BadRequest
