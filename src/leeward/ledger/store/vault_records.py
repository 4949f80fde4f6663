"""A vault's records: writing, reading and finding them; and values of this device only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from leeward.ledger.model import Change, Dot, Record, Revision, Value
from leeward.ledger.store.many import Many, write_many
from leeward.ledger.store.searching import SearchPage
from leeward.ledger.store.vault_parts import VaultParts
from leeward.ledger.store.writing import write_entry


class VaultRecords(VaultParts):
    """Entries and what they add up to."""

    def commit(self, compartment_id: str, changes: Sequence[Change]) -> Dot:
        """Write changes as one entry; durable when this returns. BadValue, EntryTooLarge."""
        with self.database.writing() as writer:
            dot, kinds = write_entry(
                writer, self._ring, compartment_id, changes, now=self._clock.now_ms(), chance=self._chance
            )
        self._granting.forget_roster(compartment_id)
        self._changed(frozenset(kinds))
        return dot

    def commit_many(self, many: Many, progress: Callable[[int], None] = lambda _: None) -> None:
        """Make circles and write entries, all of it or nothing (many.py); durable when this returns."""
        try:
            kinds = write_many(
                self.database,
                self._ring,
                self._local,
                many,
                now=self._clock.now_ms(),
                chance=self._chance,
                progress=progress,
            )
        finally:
            for key in many.local:
                self._local.changed(key=key)
        for circle in {circle for circle, _ in many.entries} - many.circles.keys():
            self._granting.forget_roster(circle)
        self._changed(frozenset(kinds))

    def local_get(self, key: str) -> Value:
        """Return a value of this device only; None if it was never put."""
        return self._local.get(key)

    def local_put(self, key: str, value: Value, *, later: bool = False) -> None:
        """Keep a value on this device only; never pushed. `later`: a crash soon after may take it back (local.py 1)."""
        self._local.put(key, value, later=later)

    def local_settle(self) -> None:
        """Write what was put with `later`."""
        self._local.settle()

    def get(self, record_id: str, *, kind: str = "", home: str = "") -> Record | None:
        """Return a record, None if it is not known here; `home` is the kind of circle that it must lie in."""
        return self._reader.get(record_id, kind, home)

    def find(
        self,
        kind: str,
        *,
        compartment: str | None = None,
        refs: Mapping[str, str] | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """Return records of a kind, newest change first; `refs` narrows by fields named `*_id` or `*_ids`."""
        return self._reader.find(kind, compartment, refs or {}, limit)

    def count(
        self, kind: str, *, compartment: str | None = None, refs: Mapping[str, str] | None = None
    ) -> int:
        """Return how many records `find` would give."""
        return self._reader.count(kind, compartment, refs or {})

    def search(
        self, text: str, *, kinds: Sequence[str] = (), limit: int = 20, after: int | None = None
    ) -> SearchPage:
        """Return records that hold all the words in any form, newest first; `after` is the last page's `next`."""
        return self._searcher.search(text, kinds, limit, after)

    def newest_clock(self) -> int:
        """Return the latest moment, in milliseconds, at which a record here was changed by its author's clock."""
        return self._reader.newest_clock()

    def kinds(self) -> list[str]:
        """Return the kinds of which there is or was a record, by name."""
        return self._reader.kinds()

    def history(self, record_id: str) -> list[Revision]:
        """Return all that was ever written to a record, oldest first."""
        return self._reader.history(record_id)

    def conflicts(self) -> list[str]:
        """Return the ids of records that show a conflict."""
        return self._reader.conflicts()
