"""Writing records: changes are merged in memory, and each record touched is written once at the end.

A Batch lives inside one transaction. It loads each record at most once, takes changes in, and `flush` writes states,
references, touches and words, in the order of the records' clocks, so that newer changes get higher `seq`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import apsw

from leeward.ledger.entry import Entry
from leeward.ledger.merge import Stamp, State, apply, dump_state, in_conflict, load_state, references
from leeward.ledger.model import Change
from leeward.ledger.words import index_terms, texts_of

KIND_MARK = "\ue000"  # a private character: no word of a text begins with it


class Loaded:
    """One record as it was, and what it becomes."""

    __slots__ = ("changed", "chunks", "id", "no", "old_refs", "place", "seq", "state")

    def __init__(self, no: int, record: str, place: int, seq: int, changed: int, state: State | None) -> None:
        self.no = no
        self.id = record
        self.place = place
        self.seq = seq
        self.changed = changed
        self.state = state
        self.old_refs = references(state) if state is not None else set()
        self.chunks: set[int] = set()

    @property
    def latest(self) -> Stamp:
        """Return the stamp of its latest entry."""
        assert self.state is not None
        return self.state.last


class Batch:
    """Records under change in one transaction."""

    def __init__(self, writer: apsw.Connection) -> None:
        self._writer = writer
        self._loaded: dict[tuple[int, str], Loaded] = {}
        self._kinds: dict[str, int] = {}
        self._next_no = _highest(writer, "no") + 1
        self._next_seq = _highest(writer, "seq") + 1
        self.kinds: set[str] = set()

    def state(self, place: int, record: str) -> State | None:
        """Return the state of a record of a compartment, None if it is new."""
        return self._load(place, record).state

    def take(self, place: int, device: str, chunk: int, entry: Entry) -> None:
        """Merge one entry, whose bytes are in `chunk`."""
        stamp = Stamp(entry.hlc, device, entry.count, entry.at)
        for change in entry.changes():
            self.take_change(place, stamp, chunk, change)

    def take_change(self, place: int, stamp: Stamp, chunk: int, change: Change) -> None:
        """Merge one change of an entry."""
        loaded = self._loaded.get((place, change.record)) or self._load(place, change.record)
        loaded.state = apply(loaded.state, stamp, change)
        loaded.chunks.add(chunk)
        self.kinds.add(loaded.state.kind)

    def flush(self) -> None:
        """Write everything that changed."""
        dirty = [loaded for loaded in self._loaded.values() if loaded.chunks]
        dirty.sort(key=attrgetter("latest"))
        rows: list[tuple[int, str, int, int, int, int, int, bytes]] = []
        gone_refs: list[tuple[str, str, int, int, int]] = []
        new_refs: list[tuple[str, str, int, int, int]] = []
        touches: list[tuple[int, int]] = []
        old_words: list[tuple[int]] = []
        words: list[tuple[int, str]] = []
        for loaded in dirty:
            state = loaded.state
            assert state is not None
            kind = self._kind(state.kind)
            changed = state.last.hlc
            if loaded.seq:
                old_words.append((loaded.seq,))
                old_kind = self._old_kind(loaded, kind)
                gone_refs.extend((t, f, old_kind, loaded.changed, loaded.no) for f, t in loaded.old_refs)
            loaded.seq = self._next_seq
            self._next_seq += 1
            loaded.old_refs = references(state)
            new_refs.extend((t, f, kind, changed, loaded.no) for f, t in loaded.old_refs)
            loaded.changed = changed
            conflict = 1 if in_conflict(state) else 0
            rows.append(
                (loaded.no, loaded.id, kind, loaded.place, changed, loaded.seq, conflict, dump_state(state))
            )
            touches.extend((loaded.no, chunk) for chunk in loaded.chunks)
            terms = index_terms(texts_of(state))
            terms.add(f"{KIND_MARK}{kind}")
            words.append((loaded.seq, " ".join(terms)))
            loaded.chunks = set()
        self._write(rows, gone_refs, new_refs, touches)
        self._writer.executemany("DELETE FROM words WHERE rowid=?", sorted(old_words))
        self._writer.executemany("INSERT INTO words (rowid, body) VALUES (?,?)", words)

    def _write(
        self,
        rows: list[tuple[int, str, int, int, int, int, int, bytes]],
        gone_refs: list[tuple[str, str, int, int, int]],
        new_refs: list[tuple[str, str, int, int, int]],
        touches: list[tuple[int, int]],
    ) -> None:
        writer = self._writer
        writer.executemany(
            "INSERT INTO record (no, id, kind, compartment, changed, seq, conflict, state)"
            " VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (no) DO UPDATE SET kind=excluded.kind,"
            " changed=excluded.changed, seq=excluded.seq, conflict=excluded.conflict, state=excluded.state",
            rows,
        )
        writer.executemany(
            "DELETE FROM ref WHERE target=? AND field=? AND kind=? AND changed=? AND record=?", gone_refs
        )
        new_refs.sort()
        writer.executemany("INSERT OR IGNORE INTO ref VALUES (?,?,?,?,?)", new_refs)
        touches.sort()
        writer.executemany("INSERT OR IGNORE INTO touch VALUES (?,?)", touches)

    def _load(self, place: int, record: str) -> Loaded:
        key = (place, record)
        loaded = self._loaded.get(key)
        if loaded is not None:
            return loaded
        row: Any = self._writer.execute(
            "SELECT no, seq, changed, state FROM record WHERE id=? AND compartment=?", (record, place)
        ).fetchone()
        if row is None:
            loaded = Loaded(self._next_no, record, place, 0, 0, None)
            self._next_no += 1
        else:
            loaded = Loaded(row[0], record, place, row[1], row[2], load_state(row[3]))
        self._loaded[key] = loaded
        return loaded

    def _old_kind(self, loaded: Loaded, kind: int) -> int:
        if not loaded.old_refs:
            return kind
        row: Any = self._writer.execute("SELECT kind FROM record WHERE no=?", (loaded.no,)).fetchone()
        return int(row[0]) if row else kind

    def _kind(self, name: str) -> int:
        number = self._kinds.get(name)
        if number is None:
            self._writer.execute("INSERT OR IGNORE INTO kind (name) VALUES (?)", (name,))
            row: Any = self._writer.execute("SELECT no FROM kind WHERE name=?", (name,)).fetchone()
            number = self._kinds[name] = int(row[0])
        return number


def _highest(writer: apsw.Connection, column: str) -> int:
    row: Any = writer.execute(f"SELECT max({column}) FROM record").fetchone()  # noqa: S608 - our own names
    return int(row[0] or 0)
