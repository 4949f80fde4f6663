"""The rows of a SQLite store: what is read and written in one transaction, and each row's seal.

All functions take a connection and expect to be inside a transaction of the caller where they write. They check
everything before they write anything, so that a refusal leaves no trace (relay/group_commit.py relies on it).
A seal is the SHA-256 over the table's letter and each column: an integer as 8 bytes, anything else as 8 bytes of
length and then its bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass

from leeward.relay.store import Appended, Page
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, NoSuchBlob, NoSuchBox
from leeward.wire.listing import LISTING_MOST, ListedItem

_NOBODY = secrets.token_bytes(
    32
)  # compared where there is no row, so that a miss costs what a wrong token costs


_HELD = 2047  # bytes that hashlib sums without letting go of the interpreter lock
_SMALL = 16 * 1024  # bytes of a row that take a few microseconds


def sha256(raw: bytes) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(raw).digest()


def seal_of(table: bytes, *columns: bytes | str | int) -> bytes:
    """Return the seal of a row of these columns."""
    parts = [table]
    for column in columns:
        if isinstance(column, int):
            parts.append(column.to_bytes(8, "big", signed=True))
        else:
            raw = column.encode() if isinstance(column, str) else column
            parts.append(len(raw).to_bytes(8, "big"))
            parts.append(raw)
    return _digest_at_once(b"".join(parts))


def _digest_at_once(raw: bytes) -> bytes:
    """Return the SHA-256 of these bytes, of a small row without letting go of the interpreter lock.

    hashlib lets go of it for 2,048 bytes and more; getting it back from a busy event loop costs far more than the sum.
    """
    if len(raw) > _SMALL:
        return hashlib.sha256(raw).digest()
    digest = hashlib.sha256()
    view = memoryview(raw)
    for start in range(0, len(raw), _HELD):
        digest.update(view[start : start + _HELD])
    return digest.digest()


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One row of `boxes` without its address."""

    read_hash: bytes
    write_hash: bytes
    first: int
    last: int
    day: int


@dataclass(frozen=True, slots=True)
class BlobRow:
    """One row of `blobs` without its address."""

    erase_hash: bytes
    file: str
    size: int
    sha256: bytes
    day: int


def find_box(connection: sqlite3.Connection, box: bytes) -> BoxRow | None:
    """Return a box's row."""
    found = connection.execute(
        "SELECT read_hash, write_hash, first, last, day FROM boxes WHERE box = ?", (box,)
    ).fetchone()
    return None if found is None else BoxRow(*found)


def find_blob(connection: sqlite3.Connection, blob: bytes) -> BlobRow | None:
    """Return a blob's row."""
    found = connection.execute(
        "SELECT erase_hash, file, size, sha256, day FROM blobs WHERE blob = ?", (blob,)
    ).fetchone()
    return None if found is None else BlobRow(*found)


def is_right(held_hash: bytes | None, token: bytes) -> bool:
    """Tell whether this token's hash is the one held; takes the same time if none is held."""
    same = hmac.compare_digest(held_hash or _NOBODY, sha256(token))
    return same and held_hash is not None


def reading_box(connection: sqlite3.Connection, box: bytes, read_token: bytes) -> BoxRow:
    """Return the box that this token may list; NoSuchBox."""
    row = find_box(connection, box)
    if not is_right(row.read_hash if row else None, read_token) or row is None:
        raise NoSuchBox
    return row


def writing_box(connection: sqlite3.Connection, box: bytes, write_token: bytes) -> BoxRow:
    """Return the box that this token may write to; NoSuchBox."""
    row = find_box(connection, box)
    if not is_right(row.write_hash if row else None, write_token) or row is None:
        raise NoSuchBox
    return row


def make_box(
    connection: sqlite3.Connection, box: bytes, read_hash: bytes, write_hash: bytes, day: int
) -> bool:
    """Insert a box; see BoxStore.make_box."""
    row = find_box(connection, box)
    if row is not None:
        if (row.read_hash, row.write_hash) == (read_hash, write_hash):
            return False
        raise BoxTaken
    columns = (box, read_hash, write_hash, 1, 0, day)
    connection.execute("INSERT INTO boxes VALUES (?, ?, ?, ?, ?, ?, ?)", (*columns, seal_of(b"b", *columns)))
    return True


def append(
    connection: sqlite3.Connection, box: bytes, write_token: bytes, item: bytes, sealed: bytes, day: int
) -> Appended:
    """Insert an item at the end of a box; see BoxStore.append."""
    row = writing_box(connection, box, write_token)
    number = row.last + 1
    columns = (box, number, item, day, sealed)
    inserted = connection.execute(
        "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (box, item) DO NOTHING",
        (None, *columns, seal_of(b"i", *columns)),
    )
    if inserted.rowcount == 0:  # it is there: nothing was written
        return _there_already(connection, box, item, sealed)
    set_last(connection, box, row, number)
    return Appended(number, made=True)


def set_last(connection: sqlite3.Connection, box: bytes, row: BoxRow, number: int) -> None:
    """Write down which item of a box is now its last."""
    seal = seal_of(b"b", box, row.read_hash, row.write_hash, row.first, number, row.day)
    connection.execute("UPDATE boxes SET last = ?, seal = ? WHERE box = ?", (number, seal, box))


def _there_already(connection: sqlite3.Connection, box: bytes, item: bytes, sealed: bytes) -> Appended:
    number, same = connection.execute(
        "SELECT number, sealed = ? FROM items WHERE box = ? AND item = ?", (sealed, box, item)
    ).fetchone()
    if not same:
        raise ItemTaken
    return Appended(number, made=False)


def list_items(connection: sqlite3.Connection, box: bytes, read_token: bytes, after: int, limit: int) -> Page:
    """Read the items after a number; see BoxStore.list_items."""
    row = reading_box(connection, box, read_token)
    items: list[ListedItem] = []
    size = 0
    if after < row.last:
        found = connection.execute(
            "SELECT number, item, sealed FROM items WHERE box = ? AND number > ? ORDER BY number LIMIT ?",
            (box, after, limit),
        )
        for number, item, sealed in found:
            items.append(ListedItem(number, item, sealed))
            size += len(sealed)
            if size >= LISTING_MOST:
                break
    return Page(items, row.last)


def delete_box(connection: sqlite3.Connection, box: bytes, read_token: bytes) -> None:
    """Erase a box and its items; see BoxStore.delete_box."""
    reading_box(connection, box, read_token)  # the intake box's write token is public
    connection.execute("DELETE FROM items WHERE box = ?", (box,))
    connection.execute("DELETE FROM boxes WHERE box = ?", (box,))


def is_same_blob(row: BlobRow | None, erase_hash: bytes, sha256: bytes, size: int) -> bool:
    """Tell whether the blob is there with these bytes; False if there is none, BlobTaken if it holds others."""
    if row is None:
        return False
    if (row.erase_hash, row.sha256, row.size) != (erase_hash, sha256, size):
        raise BlobTaken
    return True


def insert_blob(connection: sqlite3.Connection, blob: bytes, new: BlobRow) -> bool:
    """Insert a blob's row; False if the same is there already, BlobTaken if another."""
    if is_same_blob(find_blob(connection, blob), new.erase_hash, new.sha256, new.size):
        return False
    columns = (blob, new.erase_hash, new.file, new.size, new.sha256, new.day)
    connection.execute("INSERT INTO blobs VALUES (?, ?, ?, ?, ?, ?, ?)", (*columns, seal_of(b"f", *columns)))
    return True


def delete_blob(connection: sqlite3.Connection, blob: bytes, erase_token: bytes) -> BlobRow:
    """Erase a blob's row and return it, so that its file can follow; NoSuchBlob."""
    row = find_blob(connection, blob)
    if not is_right(row.erase_hash if row else None, erase_token) or row is None:
        raise NoSuchBlob
    connection.execute("DELETE FROM blobs WHERE blob = ?", (blob,))
    return row
