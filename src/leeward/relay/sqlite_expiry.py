"""Erasing mail whose time is over from a SQLite store, and giving the room back to the disk (BoxStore.expire).

1. Only what is of class mail; what is the team's is never looked at.
2. In small parts, each a job of its own for the writer, so that nobody waits long.
3. A box counts how many of its items are gone, so that a missing one still shows (relay/check.py).
4. Erased bytes are overwritten (secure_delete), and freed pages leave the file (incremental vacuum).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Protocol, TypeVar

from leeward.relay import rows
from leeward.relay.store import Expired, Keep

ITEMS_AT_ONCE = 64
PAGES_AT_ONCE = 512  # 2 MiB
BOXES_AT_ONCE = 256

T = TypeVar("T")


class Run(Protocol):
    """Runs a job on a connection, in a transaction or for reading only."""

    def __call__(self, job: Callable[[sqlite3.Connection], T], /) -> Coroutine[Any, Any, T]:
        """Return what the job returns."""
        ...


async def expire(
    write: Run, read: Run, drop_file: Callable[[str], Awaitable[None]], keep: Keep, today: int
) -> Expired:
    """Erase what is over; see BoxStore.expire."""
    items = boxes = blobs = 0
    while erased := await write(lambda c: _unread_items(c, today - keep.unread)):
        items += erased
    marks = await read(lambda c: _old_marks(c, today - keep.read))
    for box, number in marks:
        while erased := await write(lambda c, box=box, number=number: _read_items(c, box, number)):  # type: ignore[misc]
            items += erased
    while await write(lambda c: _drop_marks(c, today - keep.read)):
        continue
    after = b""
    while candidates := await read(lambda c, after=after: _idle_boxes(c, after, today - keep.unread)):  # type: ignore[misc]
        after = candidates[-1]
        boxes += await write(lambda c, found=candidates: _drop_boxes(c, found, today - keep.unread))  # type: ignore[misc]
    while erased := await write(lambda c: _pieces(c, today - keep.blobs)):
        blobs += erased
    while files := await write(lambda c: _blobs(c, today - keep.blobs)):
        blobs += len(files)
        for file in files:
            await drop_file(file)
    while await write(_shrink):
        continue
    return Expired(items, boxes, blobs)


def _unread_items(connection: sqlite3.Connection, upto_day: int) -> int:
    """Erase some unread items that came on this day or before."""
    found = connection.execute(
        "SELECT row, items.box FROM items JOIN boxes ON boxes.box = items.box "
        "WHERE items.mail = 1 AND items.day <= ? AND number > seen ORDER BY items.day LIMIT ?",
        (upto_day, ITEMS_AT_ONCE),
    ).fetchall()
    return _erase_items(connection, found)


def _read_items(connection: sqlite3.Connection, box: bytes, number: int) -> int:
    """Erase some items of a box that were read long ago."""
    found = connection.execute(
        "SELECT row, box FROM items WHERE box = ? AND number <= ? AND mail = 1 ORDER BY number LIMIT ?",
        (box, number, ITEMS_AT_ONCE),
    ).fetchall()
    return _erase_items(connection, found)


def _erase_items(connection: sqlite3.Connection, found: list[tuple[int, bytes]]) -> int:
    for box, count in Counter(box for _, box in found).items():
        row = rows.find_box(connection, box)
        if row is not None:
            rows.update_box(connection, box, row._replace(gone=row.gone + count))  # 3
    connection.executemany("DELETE FROM items WHERE row = ?", [(row,) for row, _ in found])
    return len(found)


def _old_marks(connection: sqlite3.Connection, upto_day: int) -> list[tuple[bytes, int]]:
    found = connection.execute("SELECT box, max(number) FROM reads WHERE day <= ? GROUP BY box", (upto_day,))
    return found.fetchall()


def _drop_marks(connection: sqlite3.Connection, upto_day: int) -> int:
    return connection.execute(
        "DELETE FROM reads WHERE (box, day) IN (SELECT box, day FROM reads WHERE day <= ? LIMIT ?)",
        (upto_day, BOXES_AT_ONCE),
    ).rowcount


def _idle_boxes(connection: sqlite3.Connection, after: bytes, upto_day: int) -> list[bytes]:
    found = connection.execute(
        "SELECT box FROM boxes WHERE box > ? AND mail = 1 AND looked <= ? AND last = gone ORDER BY box LIMIT ?",
        (after, upto_day, BOXES_AT_ONCE),
    )
    return [box for (box,) in found]


def _drop_boxes(connection: sqlite3.Connection, candidates: Iterable[bytes], upto_day: int) -> int:
    count = 0
    for box in candidates:
        row = rows.find_box(connection, box)
        if row is not None and row.mail and row.looked <= upto_day and row.last == row.gone:
            rows.erase_box(connection, box)
            count += 1
    return count


def _pieces(connection: sqlite3.Connection, upto_day: int) -> int:
    """Erase some of the oldest pieces: they lie in the order in which they came."""
    found = connection.execute(
        "SELECT row, day FROM pieces ORDER BY row LIMIT ?", (ITEMS_AT_ONCE,)
    ).fetchall()
    over = [(row,) for row, day in found if day <= upto_day]
    connection.executemany("DELETE FROM pieces WHERE row = ?", over)
    return len(over)


def _blobs(connection: sqlite3.Connection, upto_day: int) -> list[str]:
    found: list[Any] = connection.execute(
        "SELECT blob, file FROM blobs WHERE mail = 1 AND day <= ? LIMIT ?", (upto_day, ITEMS_AT_ONCE)
    ).fetchall()
    connection.executemany("DELETE FROM blobs WHERE blob = ?", [(blob,) for blob, _ in found])
    return [file for _, file in found]


def _shrink(connection: sqlite3.Connection) -> bool:
    """Give some free pages back; tell whether there are more.

    Python's module takes one step of a statement without columns, which here is one page: so each is asked for alone.
    """
    free = int(connection.execute("PRAGMA freelist_count").fetchone()[0])
    for _ in range(min(free, PAGES_AT_ONCE)):
        connection.execute("PRAGMA incremental_vacuum(1)")
    return free > PAGES_AT_ONCE
