"""The rows of a SQLite store: what is read and written in one transaction, and each row's seal.

All functions take a connection and expect to be inside a transaction of the caller where they write. They check
everything before they write anything, so that a refusal leaves no trace (relay/group_commit.py relies on it).
A seal is the SHA-256 over the table's letter and each column: an integer as 8 bytes, anything else as 8 bytes of
length and then its bytes. Letters: b boxes, i items, f blobs; m items and g blobs of class mail (their column `mail` is
1); p pieces, r reads, n notices.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from typing import NamedTuple

from leeward.relay.store import Appended
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, KnownOnly, NoSuchBlob, NoSuchBox
from leeward.wire.listing import LISTING_MOST, ListedItem

_NOBODY = secrets.token_bytes(
    32
)  # compared where there is no row, so that a miss costs what a wrong token costs


GATE_NEVER, GATE_OPEN, GATE_KNOWN = 0, 1, 2  # boxes.gate
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


class BoxRow(NamedTuple):
    """One row of `boxes` without its address; columns in their order."""

    read_hash: bytes
    write_hash: bytes
    last: int
    gone: int
    seen: int
    mail: int
    gate: int
    day: int
    rang: int
    looked: int


class BlobRow(NamedTuple):
    """One row of `blobs` without its address."""

    erase_hash: bytes
    file: str
    size: int
    sha256: bytes
    day: int
    mail: int


class PieceRow(NamedTuple):
    """One row of `pieces` without its address."""

    erase_hash: bytes
    day: int
    sealed: bytes


BOX_COLUMNS = ", ".join(("box", *BoxRow._fields))
INSERT_BOX = f"INSERT INTO boxes ({BOX_COLUMNS}, seal) VALUES"
BOX_VALUES = f"({', '.join('?' * 12)})"
INSERT_ITEM = "INSERT INTO items (box, number, item, day, sealed, mail, seal) VALUES"
FIND_BOX = f"SELECT {', '.join(BoxRow._fields)} FROM boxes WHERE box = ?1"  # noqa: S608 - our own names


def find_box(connection: sqlite3.Connection, box: bytes) -> BoxRow | None:
    """Return a box's row."""
    found = connection.execute(FIND_BOX, (box,)).fetchone()
    return None if found is None else BoxRow._make(found)


def find_blob(connection: sqlite3.Connection, blob: bytes) -> BlobRow | None:
    """Return a blob's row."""
    found = connection.execute(
        "SELECT erase_hash, file, size, sha256, day, mail FROM blobs WHERE blob = ?", (blob,)
    ).fetchone()
    return None if found is None else BlobRow._make(found)


def find_piece(connection: sqlite3.Connection, blob: bytes) -> PieceRow | None:
    """Return a piece's row."""
    found = connection.execute(
        "SELECT erase_hash, day, sealed FROM pieces WHERE blob = ?", (blob,)
    ).fetchone()
    return None if found is None else PieceRow._make(found)


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


def new_box(read_hash: bytes, write_hash: bytes, day: int, *, mail: bool) -> BoxRow:
    """Return the row of a box that is being made."""
    return BoxRow(read_hash, write_hash, 0, 0, 0, int(mail), GATE_NEVER, day, 0, day)


def box_values(box: bytes, row: BoxRow) -> tuple[bytes | int, ...]:
    """Return what stands in a row of `boxes`, with its seal."""
    return (box, *row, seal_of(b"b", box, *row))


def item_values(
    box: bytes, number: int, item: bytes, day: int, sealed: bytes, mail: int
) -> tuple[object, ...]:
    """Return what stands in a row of `items`, with its seal."""
    seal = seal_of(b"m" if mail else b"i", box, number, item, day, sealed)
    return (box, number, item, day, sealed, mail, seal)


def make_box(
    connection: sqlite3.Connection, box: bytes, read_hash: bytes, write_hash: bytes, day: int
) -> bool:
    """Insert a box of the team; see BoxStore.make_box."""
    row = find_box(connection, box)
    if row is not None:
        if (row.read_hash, row.write_hash) == (read_hash, write_hash):
            return False
        raise BoxTaken
    new = new_box(read_hash, write_hash, day, mail=False)
    connection.execute(f"{INSERT_BOX} {BOX_VALUES}", box_values(box, new))
    return True


def append(
    connection: sqlite3.Connection, box: bytes, write_token: bytes, item: bytes, sealed: bytes, day: int
) -> Appended:
    """Insert an item at the end of a box; see BoxStore.append."""
    row = writing_box(connection, box, write_token)
    if row.gate != GATE_NEVER:
        raise KnownOnly
    return insert_item(connection, box, row, item, sealed, day, row.mail)


def insert_item(
    connection: sqlite3.Connection, box: bytes, row: BoxRow, item: bytes, sealed: bytes, day: int, mail: int
) -> Appended:
    """Insert an item at the end of a box that is there, or find it there. ItemTaken."""
    number = row.last + 1
    inserted = connection.execute(
        f"{INSERT_ITEM} (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (box, item) DO NOTHING",
        item_values(box, number, item, day, sealed, mail),
    )
    if inserted.rowcount == 0:  # it is there: nothing was written
        return _there_already(connection, box, item, sealed)
    set_last(connection, box, row, number, day)
    return Appended(number, made=True)


def set_last(connection: sqlite3.Connection, box: bytes, row: BoxRow, number: int, day: int) -> None:
    """Write down which item of a box is now its last."""
    update_box(connection, box, row._replace(last=number, rang=day))


def update_box(connection: sqlite3.Connection, box: bytes, row: BoxRow) -> None:
    """Write down what changes in a box's row while it is there."""
    connection.execute(
        "UPDATE boxes SET last = ?, gone = ?, seen = ?, gate = ?, rang = ?, looked = ?, seal = ? WHERE box = ?",
        (row.last, row.gone, row.seen, row.gate, row.rang, row.looked, seal_of(b"b", box, *row), box),
    )


def _there_already(connection: sqlite3.Connection, box: bytes, item: bytes, sealed: bytes) -> Appended:
    number, same = connection.execute(
        "SELECT number, sealed = ? FROM items WHERE box = ? AND item = ?", (sealed, box, item)
    ).fetchone()
    if not same:
        raise ItemTaken
    return Appended(number, made=False)


def read_items(
    connection: sqlite3.Connection, box: bytes, row: BoxRow, after: int, limit: int
) -> tuple[list[ListedItem], bool]:
    """Read the items after a number, and tell whether any of them is of class mail."""
    items: list[ListedItem] = []
    size = 0
    has_mail = False
    if after < row.last:
        found = connection.execute(
            "SELECT number, item, sealed, mail FROM items WHERE box = ? AND number > ? ORDER BY number LIMIT ?",
            (box, after, limit),
        )
        for number, item, sealed, mail in found:
            items.append(ListedItem(number, item, sealed))
            has_mail = has_mail or mail == 1
            size += len(sealed)
            if size >= LISTING_MOST:
                break
    return items, has_mail


def delete_box(connection: sqlite3.Connection, box: bytes, read_token: bytes) -> None:
    """Erase a box and all in it; see BoxStore.delete_box."""
    reading_box(connection, box, read_token)  # the intake box's write token is public
    erase_box(connection, box)


def erase_box(connection: sqlite3.Connection, box: bytes) -> None:
    """Erase whatever any table holds about a box."""
    for table in ("items", "reads", "notices", "boxes"):
        connection.execute(f"DELETE FROM {table} WHERE box = ?", (box,))  # noqa: S608 - our own names


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
    piece = find_piece(connection, blob)
    if piece is not None:
        if piece.erase_hash == new.erase_hash and sha256(piece.sealed) == new.sha256:
            return False
        raise BlobTaken
    connection.execute(
        "INSERT INTO blobs (blob, erase_hash, file, size, sha256, day, mail, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (blob, *new, seal_of(b"g" if new.mail else b"f", blob, *new[:-1])),
    )
    return True


def delete_blob(connection: sqlite3.Connection, blob: bytes, erase_token: bytes) -> str | None:
    """Erase a blob or piece; return the name of its file, if it has one, so that it can follow. NoSuchBlob."""
    found = connection.execute(
        "SELECT erase_hash, file FROM blobs WHERE blob = ? "
        "UNION ALL SELECT erase_hash, NULL FROM pieces WHERE blob = ?",
        (blob, blob),
    ).fetchone()
    if not is_right(found[0] if found else None, erase_token) or found is None:
        raise NoSuchBlob
    file: str | None = found[1]
    table = "pieces" if file is None else "blobs"
    connection.execute(f"DELETE FROM {table} WHERE blob = ?", (blob,))  # noqa: S608 - our own names
    return file
