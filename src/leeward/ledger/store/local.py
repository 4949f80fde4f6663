"""Values of this device only, never pushed; and up to where each box was read.

1. Each sync asks for the same few of them hundreds of times, so what was read is kept in memory, as long as the vault
   is open: as bytes, so that nobody can change it there; without what is large.
2. What is kept is dropped after every transaction that changes it. It is read and dropped under one lock, so that what
   was read before a change is never kept after it. Whoever writes these tables elsewhere calls `changed`.
3. A value that is there already is not written again.
"""

from __future__ import annotations

import threading

import msgspec

from leeward.ledger.model import Value
from leeward.ledger.store.database import Database

_KEPT_MOST = 64 * 1024  # bytes of one value


class Local:
    """One vault's own values. Safe to use from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._values: dict[str, bytes | None] = {}
        self._cursors: dict[str, int] = {}

    def get(self, key: str) -> Value:
        """Return a value; None if it was never put."""
        raw = self._raw(key)
        return None if raw is None else msgspec.msgpack.decode(raw)

    def put(self, key: str, value: Value) -> None:
        """Keep a value. The one it replaces is overwritten: keys and shares that were used up are among them."""
        raw = msgspec.msgpack.encode(value)
        if self._raw(key) == raw:  # 3
            return
        try:
            with self._database.writing(erasing=True) as writer:
                writer.execute(
                    "INSERT INTO local VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value=excluded.value",
                    (key, raw),
                )
        finally:
            self.changed(key=key)

    def cursor(self, box: str) -> int:
        """Return the sequence number up to which a box was read."""
        found = self._cursors.get(box)
        if found is None:
            with self._lock:
                rows = self._database.ask("SELECT number FROM cursor WHERE box=?", (box,))
                found = self._cursors[box] = int(rows[0][0]) if rows else 0
        return found

    def set_cursor(self, box: str, number: int) -> None:
        """Note up to where a box was read."""
        if self.cursor(box) == number:  # 3
            return
        try:
            with self._database.writing() as writer:
                writer.execute(
                    "INSERT INTO cursor VALUES (?,?) ON CONFLICT (box) DO UPDATE SET number=excluded.number",
                    (box, number),
                )
        finally:
            self.changed(box=box)

    def changed(self, *, key: str = "", box: str = "") -> None:
        """Drop what is kept of a value or a box that a transaction changed; all of it if neither is named (2)."""
        with self._lock:
            if key:
                self._values.pop(key, None)
            if box:
                self._cursors.pop(box, None)
            if not key and not box:
                self._values.clear()
                self._cursors.clear()

    def _raw(self, key: str) -> bytes | None:
        try:
            return self._values[key]
        except KeyError:
            pass
        with self._lock:
            rows = self._database.ask("SELECT value FROM local WHERE key=?", (key,))
            raw = bytes(rows[0][0]) if rows else None
            if raw is None or len(raw) <= _KEPT_MOST:
                self._values[key] = raw
        return raw
