"""Values of this device only, never pushed; and up to where each box was read.

1. A value is durable when `put` returns. With `later` it counts at once, and is written with the next transaction here,
   or by `settle`, or at closing: for what a crash may take back, and for no secret, since what it replaces may not be
   overwritten before the next compaction. All that waits is written together.
2. Each sync asks for the same few values hundreds of times, so what was read or put is kept in memory while the vault
   is open: as bytes, so that nobody can change it there; without what is large.
3. Whoever else writes these tables does so in a transaction of `writing`, and says afterwards what was `changed`. What
   is kept is read and dropped under one lock, so that what was read before a change is never kept after it. Nobody
   begins a transaction under that lock.
4. A value that is there already is not written again.
5. Places in boxes are small: all of them are read when the first one is asked for. So are values, if they are few.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import NamedTuple

import apsw
import msgspec

from leeward.ledger.errors import LedgerError
from leeward.ledger.model import Value
from leeward.ledger.store.database import Database

_KEPT_MOST = 64 * 1024  # bytes of one value
_FEW = 200  # values
_CHANGED = -1  # in place of a number: somebody else wrote it


class _Waiting(NamedTuple):
    raw: bytes
    later: bool  # else somebody stands and waits until it is written


class Local:
    """One vault's own values. Safe to use from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._values: dict[str, bytes | None] = {}  # as in the database (2)
        self._knows_values: bool | None = None  # all that are in the database (5); None: it was not asked yet
        self._unknown: set[str] = set()  # save these
        self._waiting: dict[str, _Waiting] = {}  # put, and not written yet (1)
        self._cursors: dict[str, int] = {}
        self._knows_cursors = False  # all that are in the database (5)
        self._moved: dict[str, int] = {}  # places in boxes that wait like values (1)

    def get(self, key: str) -> Value:
        """Return a value; None if it was never put."""
        raw = self._raw(key)
        return None if raw is None else msgspec.msgpack.decode(raw)

    def put(self, key: str, value: Value, *, later: bool = False) -> None:
        """Keep a value. The one it replaces is overwritten: keys and shares that were used up are among them.

        `later`: see 1.
        """
        raw = msgspec.msgpack.encode(value)
        if self._raw(key) == raw and (later or key not in self._waiting):  # 4
            return
        if later:
            self._wait(key, raw, later=True)
        else:
            self._write(key, raw, None)

    def put_with(self, note: tuple[str, Value], also: Callable[[apsw.Connection], None]) -> None:
        """Keep a value as `put` does, with something else in the same transaction."""
        key, value = note
        self._write(key, msgspec.msgpack.encode(value), also)

    def _write(self, key: str, raw: bytes, also: Callable[[apsw.Connection], None] | None) -> None:
        mine, before = self._wait(key, raw, later=False)
        try:
            with self.writing(erasing=True) as writer:
                if also is not None:
                    also(writer)
        except BaseException:
            self._take_back(key, mine, before)
            raise

    def _wait(self, key: str, raw: bytes, *, later: bool) -> tuple[_Waiting, _Waiting | None]:
        with self._lock:
            before = self._waiting.get(key)
            mine = self._waiting[key] = _Waiting(raw, later and (before is None or before.later))
        return mine, before

    def settle(self) -> None:
        """Write what waits, over what it replaces."""
        if self._waiting or self._moved:
            with self.writing(erasing=True):
                pass

    def close(self) -> None:
        """Write what waits, if that is still possible; it is for what a crash may take back."""
        with contextlib.suppress(LedgerError):
            self.settle()

    def empty(self) -> None:
        """Let go of all that is kept in memory: the database was closed."""
        with self._lock:
            self._waiting.clear()
            self._moved.clear()
        self.changed()

    def cursor(self, box: str) -> int:
        """Return the sequence number up to which a box was read."""
        moved = self._moved.get(box)
        if moved is not None:
            return moved
        found = self._cursors.get(box, _CHANGED)
        return found if found != _CHANGED else self._read_cursor(box)

    def _read_cursor(self, box: str) -> int:
        with self._lock:
            if box in self._moved:
                return self._moved[box]
            if not self._knows_cursors:  # 5
                rows = self._database.ask("SELECT box, number FROM cursor", brief=False)
                self._cursors = {name: int(number) for name, number in rows}
                self._knows_cursors = True
            if self._cursors.setdefault(box, 0) == _CHANGED:
                rows = self._database.ask("SELECT number FROM cursor WHERE box=?", (box,))
                self._cursors[box] = int(rows[0][0]) if rows else 0
            return self._cursors[box]

    def set_cursor(self, box: str, number: int, *, later: bool = False) -> None:
        """Note up to where a box was read, together with what waits. `later`: it waits, too (1)."""
        if self.cursor(box) == number and (later or not (self._waiting or self._moved)):  # 4
            return
        if later:
            with self._lock:
                self._moved[box] = number
            return
        try:
            with self.writing(erasing=True) as writer:
                writer.execute(
                    "INSERT INTO cursor VALUES (?,?) ON CONFLICT (box) DO UPDATE SET number=excluded.number",
                    (box, number),
                )
        finally:
            self.changed(box=box)

    @contextlib.contextmanager
    def writing(self, *, erasing: bool = False) -> Iterator[apsw.Connection]:
        """Lend the writing connection as the database does, after what waits was written (1, 3)."""
        with self._database.writing(erasing=erasing) as writer:
            with self._lock:
                taken = {key: one for key, one in self._waiting.items() if erasing or one.later}
                moved = dict(self._moved)
            if moved:
                writer.executemany(
                    "INSERT INTO cursor VALUES (?,?) ON CONFLICT (box) DO UPDATE SET number=excluded.number",
                    list(moved.items()),
                )
            if taken:
                writer.executemany(
                    "INSERT INTO local VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value=excluded.value",
                    [(key, one.raw) for key, one in taken.items()],
                )
            yield writer
        if taken or moved:
            with self._lock:
                for key, one in taken.items():
                    if self._waiting.get(key) is one:
                        del self._waiting[key]
                        self._hold(key, one.raw)
                for box, number in moved.items():
                    if self._moved.get(box) == number:
                        del self._moved[box]
                        self._cursors[box] = _CHANGED

    def changed(self, *, key: str = "", box: str = "") -> None:
        """Drop what is kept of a value or a box that a transaction changed; all of it if neither is named (3)."""
        with self._lock:
            if key:
                self._values.pop(key, None)
                self._unknown.add(key)
            if box:
                self._cursors[box] = _CHANGED
            if not key and not box:
                self._values.clear()
                self._unknown.clear()
                self._knows_values = None
                self._cursors.clear()
                self._knows_cursors = False

    def _raw(self, key: str) -> bytes | None:
        waiting = self._waiting.get(key)
        if waiting is not None:
            return waiting.raw
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is not None:
                return waiting.raw
            if self._knows_values is None:
                self._read_few()
            if key in self._values or (self._knows_values and key not in self._unknown):
                return self._values.get(key)
            rows = self._database.ask("SELECT value FROM local WHERE key=?", (key,))
            raw = bytes(rows[0][0]) if rows else None
            self._hold(key, raw)
        return raw

    def _read_few(self) -> None:
        """Read all values if they are few (5); under the lock."""
        rows = self._database.ask(
            "SELECT key, CASE WHEN length(value) <= ? THEN value END FROM local"
            " WHERE (SELECT count(*) FROM (SELECT 1 FROM local LIMIT ?)) < ?",
            (_KEPT_MOST, _FEW, _FEW),
        )
        self._knows_values = bool(rows)
        for key, raw in rows:
            if raw is None:
                self._unknown.add(key)
            elif key not in self._values and key not in self._unknown:
                self._values[key] = bytes(raw)

    def _hold(self, key: str, raw: bytes | None) -> None:
        """Keep in memory what the database has under a key, unless it is large; under the lock."""
        if raw is None or len(raw) <= _KEPT_MOST:
            self._values[key] = raw
            self._unknown.discard(key)
        else:
            self._values.pop(key, None)
            self._unknown.add(key)

    def _take_back(self, key: str, mine: _Waiting, before: _Waiting | None) -> None:
        """Undo a `put` that failed, unless something else was put since."""
        with self._lock:
            if self._waiting.get(key) is mine:
                del self._waiting[key]
                if before is not None:
                    self._waiting[key] = before
