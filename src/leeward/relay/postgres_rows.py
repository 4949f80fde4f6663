"""What is read from PostgreSQL, and the small writes that are no part of a batch (relay/postgres_bulk.py).

Functions that write expect to be inside a transaction of the caller, and check everything before they write anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leeward.relay.postgres_link import Connection
from leeward.relay.rows import GATE_KNOWN, GATE_OPEN, BlobRow, BoxRow, is_right
from leeward.wire.errors import NoSuchBlob, NoSuchBox
from leeward.wire.listing import LISTING_MOST, ListedItem

_BOX = f"SELECT {', '.join(BoxRow._fields)} FROM boxes WHERE box = %b"  # noqa: S608 - our own names
_BLOBS = f"SELECT blob, {', '.join(BlobRow._fields)} FROM blobs WHERE blob = ANY(%b::bytea[])"  # noqa: S608
_ITEMS = """
    SELECT number, item, sealed, mail FROM (
        SELECT number, item, sealed, mail,
            sum(octet_length(sealed)) OVER (ORDER BY number) - octet_length(sealed) AS before
        FROM (SELECT * FROM items WHERE box = %b AND number > %s AND number <= %s ORDER BY number LIMIT %s) AS asked
    ) AS summed WHERE before < %s ORDER BY number"""


def find_box(connection: Connection, box: bytes) -> BoxRow | None:
    """Return a box's row."""
    found = connection.execute(_BOX, (box,)).fetchone()
    return None if found is None else BoxRow._make(found)


def reading_box(connection: Connection, box: bytes, read_token: bytes) -> BoxRow:
    """Return the box that this token may list; NoSuchBox."""
    row = find_box(connection, box)
    if not is_right(row.read_hash if row else None, read_token) or row is None:
        raise NoSuchBox
    return row


def find_blobs(connection: Connection, blobs: Sequence[bytes]) -> dict[bytes, BlobRow]:
    """Return the rows of those of these blobs that are there."""
    return {blob: BlobRow._make(row) for blob, *row in connection.execute(_BLOBS, (list(blobs),))}


def read_items(
    connection: Connection, box: bytes, row: BoxRow, after: int, limit: int
) -> tuple[list[ListedItem], bool]:
    """Read the items after a number, up to the box's last as of its row; and tell whether any is of class mail."""
    if after >= row.last:
        return [], False
    found = connection.execute(_ITEMS, (box, after, row.last, limit, LISTING_MOST)).fetchall()
    items = [ListedItem(number, item, sealed) for number, item, sealed, _ in found]
    return items, any(mail for *_, mail in found)


def delete_box(connection: Connection, box: bytes, read_token: bytes) -> None:
    """Erase a box and all in it. The row goes first: whoever appends holds its lock, and then finds no box."""
    reading_box(connection, box, read_token)
    erase_boxes(connection, [box])


def erase_boxes(connection: Connection, boxes: Sequence[bytes]) -> None:
    """Erase whatever any table holds about these boxes."""
    names = sorted(boxes)
    connection.execute("SELECT 1 FROM boxes WHERE box = ANY(%b::bytea[]) ORDER BY box FOR UPDATE", (names,))
    connection.execute("DELETE FROM items WHERE box = ANY(%b::bytea[])", (names,))
    connection.execute("DELETE FROM boxes WHERE box = ANY(%b::bytea[])", (names,))  # reads and notices follow


def delete_blob(connection: Connection, blob: bytes, erase_token: bytes) -> str:
    """Erase a blob's row and return its file's name, so that it can follow; NoSuchBlob."""
    row = find_blobs(connection, [blob]).get(blob)
    if not is_right(row.erase_hash if row else None, erase_token) or row is None:
        raise NoSuchBlob
    connection.execute("DELETE FROM blobs WHERE blob = %b", (blob,))
    return row.file


def is_known(row: BoxRow | None, read_token: bytes) -> bool:
    """Tell whether somebody has written into this mailbox and this is its read token."""
    right = is_right(row.read_hash if row else None, read_token)
    return right and row is not None and row.mail == 1 and row.last > 0


def set_gate(connection: Connection, box: bytes, read_token: bytes, *, known_only: bool) -> None:
    """See BoxStore.set_gate."""
    reading_box(connection, box, read_token)
    gate = GATE_KNOWN if known_only else GATE_OPEN
    connection.execute("UPDATE boxes SET gate = %s WHERE box = %b", (gate, box))


def put_notice(connection: Connection, box: bytes, read_token: bytes, notice: bytes) -> None:
    """See BoxStore.put_notice."""
    reading_box(connection, box, read_token)
    connection.execute(
        "INSERT INTO notices VALUES (%b, %b) ON CONFLICT (box) DO UPDATE SET notice = excluded.notice",
        (box, notice),
    )


def get_notice(connection: Connection, box: bytes) -> bytes | None:
    """See BoxStore.get_notice."""
    found = connection.execute("SELECT notice FROM notices WHERE box = %b", (box,)).fetchone()
    return None if found is None else bytes(found[0])


def waiting(connection: Connection, most: int) -> list[bytes]:
    """See BoxStore.waiting."""
    found = connection.execute(
        "SELECT box FROM boxes WHERE mail = 1 AND last > seen ORDER BY rang DESC LIMIT %s", (most,)
    )
    return [box for (box,) in found]


def find_seen(connection: Connection, boxes: Sequence[bytes]) -> dict[bytes, int]:
    """Return up to which item the mail in each of these boxes has been read."""
    found = connection.execute("SELECT box, seen FROM boxes WHERE box = ANY(%b::bytea[])", (list(boxes),))
    return dict(found.fetchall())


def write_marks(connection: Connection, marks: Mapping[bytes, tuple[int, int]]) -> None:
    """Write down up to which item boxes were read, and on which day they were looked into (relay/read_marks.py)."""
    boxes = sorted(marks)
    asked = (boxes, [marks[box][0] for box in boxes], [marks[box][1] for box in boxes])
    with connection.pipeline():
        connection.execute(_LOCK_MARKED, (boxes,))
        connection.execute(_READS, asked)
        connection.execute(_SEEN, asked)


_LOCK_MARKED = "SELECT 1 FROM boxes WHERE box = ANY(%b::bytea[]) ORDER BY box FOR UPDATE"
_MARKS = "unnest(%b::bytea[], %b::bigint[], %b::integer[]) AS marks (box, upto, read_day)"
_READS = f"""
    INSERT INTO reads (box, day, number)
    SELECT box, read_day, least(upto, last) FROM {_MARKS} JOIN boxes USING (box) WHERE least(upto, last) > seen
    ON CONFLICT (box, day) DO UPDATE SET number = greatest(reads.number, excluded.number)"""  # noqa: S608 - our own words
_SEEN = f"""
    UPDATE boxes SET seen = greatest(seen, least(upto, last)),
        looked = CASE mail WHEN 1 THEN greatest(looked, read_day) ELSE looked END
    FROM {_MARKS} WHERE boxes.box = marks.box"""  # noqa: S608 - our own words
