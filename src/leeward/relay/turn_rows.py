"""A turn in one transaction: boxes, pieces and an item, all of them or none, then looks into mailboxes (protocol 4.3).

1. Everything is checked before anything is written, so that a refusal leaves no trace (relay/group_commit.py).
2. What is new is of class mail.
3. Looking into a mailbox that is not there, or with another token, asks and compares what it does of an empty one.
4. Few statements: each of them costs the writing thread a hand-over of the interpreter lock.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from leeward.base.limits import PAGE_ITEMS_MOST
from leeward.relay import rows
from leeward.relay.store import Page
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, KnownOnly, NoSuchBox
from leeward.wire.turn import Look, Make, Post, Put, Turn

_NOBODY = secrets.token_bytes(32)  # the hash of no token
# One row always comes, so that a miss takes what a hit takes.
_FIND_OR_NOBODY = f"{rows.FIND_BOX} UNION ALL SELECT ?2, ?2, 0, 0, 0, 1, 0, 0, 0, ?3"
_INSERT_PIECE = "INSERT INTO pieces (blob, erase_hash, day, sealed, seal) VALUES"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found: the row of the mailbox, or of none, and the page for the answer."""

    row: rows.BoxRow
    page: Page
    has_mail: bool  # whether an item of the page is of class mail


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a turn: the number of the item that it appended, 0 if it appended none, and what it saw."""

    number: int
    looked: tuple[Looked, ...]


@dataclass(frozen=True, slots=True)
class TurnJob:
    """One turn; a job of relay/group_commit.py."""

    turn: Turn
    day: int

    @property
    def size(self) -> int:
        """Return how many bytes it writes, roughly."""
        post = self.turn.post
        return sum(len(put.sealed) for put in self.turn.puts) + (len(post.sealed) if post is not None else 0)

    def __call__(self, connection: sqlite3.Connection) -> Taken:
        """Do it; see BoxStore.take_turn."""
        turn = self.turn
        new_boxes = _new_boxes(connection, turn.makes, self.day)
        new_pieces = _new_pieces(connection, turn.puts)
        number = 0
        if turn.post is not None:
            row, is_there = _place(connection, turn.post, turn.looks, new_boxes)
            if not is_there:
                number = row.last + 1
                self._append(connection, turn.post, row, new_boxes)
        _write_boxes(connection, new_boxes)
        for stretch in _stretches(new_pieces):
            _write_pieces(connection, stretch, self.day)
        return Taken(number, look_into_all(connection, turn.looks, self.day))

    def _append(
        self,
        connection: sqlite3.Connection,
        post: Post,
        row: rows.BoxRow,
        new_boxes: dict[bytes, rows.BoxRow],
    ) -> None:
        values = rows.item_values(post.box, row.last + 1, post.item, self.day, post.sealed, 1)
        connection.execute(f"{rows.INSERT_ITEM} (?, ?, ?, ?, ?, ?, ?)", values)
        row = row._replace(last=row.last + 1, rang=self.day)
        if post.box in new_boxes:
            new_boxes[post.box] = row
        else:
            rows.update_box(connection, post.box, row)


def look_into_all(connection: sqlite3.Connection, looks: Sequence[Look], day: int) -> tuple[Looked, ...]:
    """List each of the mailboxes, in the order asked for."""
    return tuple(look_into(connection, look, day) for look in looks)


def look_into(connection: sqlite3.Connection, look: Look, day: int) -> Looked:
    """List a mailbox; of one that is not there, or with another token, do all that is done for an empty one (3)."""
    found = connection.execute(_FIND_OR_NOBODY, (look.box, _NOBODY, day)).fetchone()
    row = rows.BoxRow._make(found)
    if not hmac.compare_digest(row.read_hash, rows.sha256(look.read_token)):
        row = rows.BoxRow(_NOBODY, _NOBODY, 0, 0, 0, 1, 0, 0, 0, day)
    items, has_mail = rows.read_items(connection, look.box, row, look.after, PAGE_ITEMS_MOST)
    return Looked(row, Page(items, row.last), has_mail)


def is_known(connection: sqlite3.Connection, box: bytes, read_token: bytes) -> bool:
    """Tell whether somebody has written into this mailbox and this is its read token; see BoxStore.is_known."""
    row = rows.find_box(connection, box)
    right = rows.is_right(row.read_hash if row else None, read_token)
    return right and row is not None and row.mail == 1 and row.last > 0


def _new_boxes(connection: sqlite3.Connection, makes: Sequence[Make], day: int) -> dict[bytes, rows.BoxRow]:
    """Return the rows of those boxes that are not there yet; BoxTaken."""
    new: dict[bytes, rows.BoxRow] = {}
    for make in makes:
        row = new.get(make.box) or rows.find_box(connection, make.box)
        if row is None:
            new[make.box] = rows.new_box(make.read_hash, make.write_hash, day, mail=True)
        elif (row.read_hash, row.write_hash) != (make.read_hash, make.write_hash):
            raise BoxTaken
    return new


def _new_pieces(connection: sqlite3.Connection, puts: Sequence[Put]) -> list[Put]:
    """Return those pieces that are not there yet; BlobTaken."""
    if not puts:
        return []
    wanted: dict[bytes, Put] = {}
    for put in puts:
        if wanted.setdefault(put.blob, put) != put:
            raise BlobTaken
    found = connection.execute(_find_both(len(wanted)), [*wanted, *wanted]).fetchall()
    for blob, erase_hash, sha256 in found:
        put = wanted.pop(blob)
        if erase_hash != put.erase_hash or not _is_same(connection, put, sha256):
            raise BlobTaken
    return list(wanted.values())


def _is_same(connection: sqlite3.Connection, put: Put, sha256: bytes | None) -> bool:
    """Compare with a blob's sum, or with the piece that is there."""
    if sha256 is not None:
        return sha256 == rows.sha256(put.sealed)
    piece = rows.find_piece(connection, put.blob)
    return piece is not None and piece.sealed == put.sealed


def _place(
    connection: sqlite3.Connection, post: Post, looks: Sequence[Look], new_boxes: dict[bytes, rows.BoxRow]
) -> tuple[rows.BoxRow, bool]:
    """Return the box to append to, and whether the item is there already. NoSuchBox, KnownOnly, ItemTaken."""
    row = new_boxes.get(post.box) or rows.find_box(connection, post.box)
    if not rows.is_right(row.write_hash if row else None, post.write_token) or row is None:
        raise NoSuchBox
    found = connection.execute(
        "SELECT sealed FROM items WHERE box = ? AND item = ?", (post.box, post.item)
    ).fetchone()
    if found is not None:
        if not hmac.compare_digest(found[0], post.sealed):
            raise ItemTaken
        return row, True
    if row.gate == rows.GATE_KNOWN:
        known = [
            is_known(connection, look.box, look.read_token) for look in looks
        ]  # each of them, in any case
        if not any(known):
            raise KnownOnly
    return row, False


def _write_boxes(connection: sqlite3.Connection, new: dict[bytes, rows.BoxRow]) -> None:
    if new:
        values = [value for box, row in new.items() for value in rows.box_values(box, row)]
        connection.execute(f"{rows.INSERT_BOX} {', '.join([rows.BOX_VALUES] * len(new))}", values)


def _write_pieces(connection: sqlite3.Connection, puts: Sequence[Put], day: int) -> None:
    values: list[bytes | int] = []
    for put in puts:
        seal = rows.seal_of(b"p", put.blob, put.erase_hash, day, put.sealed)
        values += (put.blob, put.erase_hash, day, put.sealed, seal)
    connection.execute(_insert_pieces(len(puts)), values)


def _stretches(puts: list[Put]) -> list[list[Put]]:
    """Few at a time: a statement that SQLite keeps ready also keeps what it wrote."""
    return [puts[at : at + 4] for at in range(0, len(puts), 4)]


@cache
def _insert_pieces(count: int) -> str:
    return f"{_INSERT_PIECE} {', '.join(['(?, ?, ?, ?, ?)'] * count)}"


@cache
def _find_both(count: int) -> str:
    marks = ", ".join("?" * count)
    return (
        f"SELECT blob, erase_hash, sha256 FROM blobs WHERE blob IN ({marks}) "  # noqa: S608 - nothing but question marks
        f"UNION ALL SELECT blob, erase_hash, NULL FROM pieces WHERE blob IN ({marks})"
    )
