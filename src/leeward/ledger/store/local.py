"""Values of this device only, never pushed; and up to where each box was read."""

from __future__ import annotations

from typing import Any

import msgspec

from leeward.ledger.model import Value
from leeward.ledger.store.database import Database


class Local:
    """One vault's own values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> Value:
        """Return a value; None if it was never put."""
        with self._database.reading() as connection:
            row: Any = connection.execute("SELECT value FROM local WHERE key=?", (key,)).fetchone()
        return msgspec.msgpack.decode(row[0]) if row else None

    def put(self, key: str, value: Value) -> None:
        """Keep a value. The one it replaces is overwritten: keys and shares that were used up are among them."""
        with self._database.writing(erasing=True) as writer:
            writer.execute(
                "INSERT INTO local VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value=excluded.value",
                (key, msgspec.msgpack.encode(value)),
            )

    def cursor(self, box: str) -> int:
        """Return the sequence number up to which a box was read."""
        with self._database.reading() as connection:
            row: Any = connection.execute("SELECT number FROM cursor WHERE box=?", (box,)).fetchone()
        return int(row[0]) if row else 0

    def set_cursor(self, box: str, number: int) -> None:
        """Note up to where a box was read."""
        with self._database.writing() as writer:
            writer.execute(
                "INSERT INTO cursor VALUES (?,?) ON CONFLICT (box) DO UPDATE SET number=excluded.number",
                (box, number),
            )
