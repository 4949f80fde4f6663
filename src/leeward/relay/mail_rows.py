"""Gates, notices and what waits, as rows of a SQLite store; inside the caller's transaction (see relay/rows.py)."""

from __future__ import annotations

import sqlite3

from leeward.relay import rows
from leeward.wire.errors import TooLarge

NOTICE_MOST = 256 * 1024


def has_piece(connection: sqlite3.Connection, blob: bytes) -> bool:
    """Tell whether a piece is there."""
    return connection.execute("SELECT 1 FROM pieces WHERE blob = ?", (blob,)).fetchone() is not None


def set_gate(connection: sqlite3.Connection, box: bytes, read_token: bytes, *, known_only: bool) -> None:
    """Write down who may append in turns; see BoxStore.set_gate."""
    row = rows.reading_box(connection, box, read_token)
    gate = rows.GATE_KNOWN if known_only else rows.GATE_OPEN
    if gate != row.gate:
        rows.update_box(connection, box, row._replace(gate=gate))


def put_notice(connection: sqlite3.Connection, box: bytes, read_token: bytes, notice: bytes) -> None:
    """Keep a box's notice; see BoxStore.put_notice."""
    if len(notice) > NOTICE_MOST:
        raise TooLarge
    rows.reading_box(connection, box, read_token)
    connection.execute(
        "INSERT INTO notices VALUES (?, ?, ?) "
        "ON CONFLICT (box) DO UPDATE SET notice = excluded.notice, seal = excluded.seal",
        (box, notice, rows.seal_of(b"n", box, notice)),
    )


def get_notice(connection: sqlite3.Connection, box: bytes) -> bytes | None:
    """Read a box's notice; see BoxStore.get_notice."""
    found = connection.execute("SELECT notice FROM notices WHERE box = ?", (box,)).fetchone()
    return None if found is None else bytes(found[0])


def waiting(connection: sqlite3.Connection, most: int) -> list[bytes]:
    """Read which mailboxes wait for their reader; see BoxStore.waiting."""
    found = connection.execute(
        "SELECT box FROM boxes WHERE mail = 1 AND last > seen ORDER BY rang DESC LIMIT ?", (most,)
    )
    return [box for (box,) in found]
