"""Erasing mail whose time is over from PostgreSQL (BoxStore.expire), by the rules of relay/sqlite_expiry.py.

In small parts, each a job of its own for the writer. The rows' room is given to rows to come (VACUUM); the files of the
database do not get smaller by it, save at their ends. `VACUUM FULL`, at a quiet hour, rewrites them (deploy/scale.md).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeVar

from leeward.relay.postgres_link import Connection
from leeward.relay.postgres_rows import erase_boxes
from leeward.relay.store import Expired, Keep

AT_ONCE = 256

T = TypeVar("T")


class Run(Protocol):
    """Runs a job in a transaction."""

    def __call__(self, job: Callable[[Connection], T], /) -> Awaitable[T]:
        """Return what the job returns."""
        ...


async def expire(write: Run, drop_file: Callable[[str], Awaitable[None]], keep: Keep, today: int) -> Expired:
    """Erase what is over; see BoxStore.expire."""
    items = boxes = blobs = 0
    while erased := await write(partial(_erase_items, question=_UNREAD, upto_day=today - keep.unread)):
        items += erased
    while erased := await write(partial(_erase_items, question=_READ, upto_day=today - keep.read)):
        items += erased
    while await write(partial(_drop_marks, upto_day=today - keep.read)):
        continue
    while erased := await write(partial(_drop_boxes, upto_day=today - keep.unread)):
        boxes += erased
    while files := await write(partial(_drop_blobs, upto_day=today - keep.blobs)):
        blobs += len(files)
        for file in files:
            await drop_file(file)
    return Expired(items, boxes, blobs)


def vacuum(connection: Connection) -> None:
    """Let what comes next use the room of what was erased. On a connection outside of any transaction."""
    connection.execute("SET statement_timeout = 0")
    try:
        connection.execute("VACUUM items, boxes, reads, blobs")
    finally:
        connection.execute("SET statement_timeout = '20s'")


def _erase_items(connection: Connection, *, question: str, upto_day: int) -> int:
    """Erase some items, under a lock on their boxes, which count how many of their items are gone."""
    found = connection.execute(question.encode(), (upto_day, AT_ONCE)).fetchall()
    names, numbers = [box for box, _ in found], [number for _, number in found]
    connection.execute(_LOCK, (sorted(set(names)),))
    erased = connection.execute(_ERASE, (names, numbers)).rowcount
    if found and erased == 0:
        return len(found)  # another relay was quicker; there may be more
    return erased


def _drop_marks(connection: Connection, *, upto_day: int) -> int:
    return connection.execute(
        "DELETE FROM reads WHERE (box, day) IN (SELECT box, day FROM reads WHERE day <= %s LIMIT %s)",
        (upto_day, AT_ONCE),
    ).rowcount


def _drop_boxes(connection: Connection, *, upto_day: int) -> int:
    found = connection.execute(_IDLE, (upto_day, AT_ONCE)).fetchall()
    erase_boxes(connection, [box for (box,) in found])
    return len(found)


def _drop_blobs(connection: Connection, *, upto_day: int) -> list[str]:
    found = connection.execute(
        "DELETE FROM blobs WHERE blob IN (SELECT blob FROM blobs WHERE mail = 1 AND day <= %s LIMIT %s) RETURNING file",
        (upto_day, AT_ONCE),
    )
    return [file for (file,) in found]


_UNREAD = """
    SELECT items.box, number FROM items JOIN boxes USING (box)
    WHERE items.mail = 1 AND items.day <= %s AND number > seen ORDER BY items.day LIMIT %s"""
_READ = """
    SELECT items.box, items.number
    FROM (SELECT box, max(number) AS upto FROM reads WHERE day <= %s GROUP BY box) AS marks JOIN items USING (box)
    WHERE items.number <= upto AND items.mail = 1 LIMIT %s"""
_LOCK = "SELECT 1 FROM boxes WHERE box = ANY(%b::bytea[]) ORDER BY box FOR UPDATE"
_ERASE = """
    WITH erased AS (
        DELETE FROM items USING unnest(%b::bytea[], %b::bigint[]) AS over (box, number)
        WHERE items.box = over.box AND items.number = over.number RETURNING items.box
    ), counted AS (
        UPDATE boxes SET gone = gone + n FROM (SELECT box, count(*) AS n FROM erased GROUP BY box) AS counts
        WHERE boxes.box = counts.box
    )
    SELECT 1 FROM erased"""
_IDLE = """
    SELECT box FROM boxes WHERE mail = 1 AND looked <= %s AND last = gone
    ORDER BY box LIMIT %s FOR UPDATE"""
