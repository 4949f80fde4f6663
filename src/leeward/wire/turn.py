"""A turn: everything that a reporter's page asks of the relay at once, in one body of few sizes (protocol 4.3).

A first message, a later one, a visit and a look with wrong words are one request each, alike in shape: whoever watches
the line cannot tell them apart, and whoever is on a bad line needs one answer, not five.

1. `leeward-turn-1 LF`; then four parts, each begins with a count (1 byte): boxes to make (at most 2), pieces to keep
   (at most 40), one item at most to append, boxes to look into (at most 2); then zeros up to a size class.
2. Parsing is strict: the counts, the lengths, the class and the zeros are what is written, or it is no turn.
3. Printing what was parsed gives the same bytes.
4. Whoever comes back looks into both mailboxes of the words, in rising order of their addresses and in no other; so
   nothing in a turn, or in a history of turns, tells which form of the words was typed.
5. The answer holds, for each look in its order, a last number, a length and a listing.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
LOOKS_MOST = 2
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
    looks: tuple[Look, ...] = ()  # in rising order of their addresses


def print_turn(turn: Turn) -> bytes:
    """Return the body of the request."""
    parts: list[bytes] = [MAGIC, bytes([len(turn.makes)])]
    for make in turn.makes:
        parts += (make.box, make.read_hash, make.write_hash)
    parts.append(bytes([len(turn.puts)]))
    for put in turn.puts:
        parts += (put.blob, put.erase_hash, _LENGTH.pack(len(put.sealed)), put.sealed)
    post = turn.post
    if post is None:
        parts.append(b"\0")
    else:
        parts += (b"\1", post.box, post.write_token, post.item, _LENGTH.pack(len(post.sealed)), post.sealed)
    parts.append(bytes([len(turn.looks)]))
    for look in turn.looks:
        parts += (look.box, look.read_token, _AFTER.pack(look.after))
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
    post = None
    if reader.count(1):
        post = Post(
            reader.take(BOX_BYTES),
            reader.take(_TOKEN_BYTES),
            reader.take(ITEM_BYTES),
            reader.sealed(ITEM_MOST),
        )
    looks = tuple(_parse_look(reader) for _ in range(reader.count(LOOKS_MOST)))
    if any(one.box >= next_.box for one, next_ in pairwise(looks)):  # 4
        raise BadRequest
    reader.end()
    return Turn(makes, puts, post, looks)


def print_turn_answer(found: Sequence[tuple[Sequence[ListedItem], int]]) -> bytes:
    """Return the body of the answer to the looks' items and last numbers (5), with zeros up to a class."""
    parts: list[bytes] = []
    for items, last in found:
        listing = print_listing(items)
        parts += (_ANSWER.pack(last, len(listing)), listing)
    used = sum(map(len, parts))
    parts.append(bytes(class_of(used, TURN_FLOOR) - used))
    return b"".join(parts)


def parse_turn_answer(untrusted: bytes, looks: int) -> list[tuple[list[ListedItem], int]]:
    """Return items and last number for each of so many looks; ListingDamaged."""
    found: list[tuple[list[ListedItem], int]] = []
    end = 0
    for _ in range(looks):
        start = end + _ANSWER.size
        if len(untrusted) < start:
            raise ListingDamaged
        last, length = _ANSWER.unpack_from(untrusted, end)
        end = start + length
        if last > NUMBER_MOST or len(untrusted) < end:
            raise ListingDamaged
        found.append((parse_listing(untrusted[start:end]), last))
    if len(untrusted) != class_of(end, TURN_FLOOR) or untrusted.count(0, end) != len(untrusted) - end:
        raise ListingDamaged
    return found


def _parse_look(reader: _Reader) -> Look:
    box, token = reader.take(BOX_BYTES), reader.take(_TOKEN_BYTES)
    (after,) = _AFTER.unpack(reader.take(_AFTER.size))
    if after > NUMBER_MOST:
        raise BadRequest
    return Look(box, token, after)


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
