"""Erasing from a vault for good: records, whole compartments, and what is left of them in its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from leeward.ledger.store.compacting import Compacted, compact
from leeward.ledger.store.erasing import Erasure, erase_records
from leeward.ledger.store.many import erased_among
from leeward.ledger.store.tombs import Tombs
from leeward.ledger.store.vault_parts import VaultParts


class VaultErasing(VaultParts):
    """What is to go."""

    def erase_records(self, compartment_id: str, record_ids: Iterable[str]) -> Erasure:
        """Erase records of a compartment for good, known here or not; signatures still hold. Then `compact`."""
        with self.database.writing(erasing=True) as writer:
            done, kinds = erase_records(writer, self._ring, compartment_id, record_ids, self._chance)
        self._changed(frozenset(kinds))
        return done

    def is_erased(self, compartment_id: str, record_id: str) -> bool:
        """Tell whether a record was erased here; `commit` refuses to write to it."""
        with self.database.reading() as connection:
            return record_id in Tombs(connection, self._ring.number(compartment_id), compartment_id)

    def erased_among(self, compartment_id: str, record_ids: Iterable[str]) -> set[str]:
        """Return which of these records were erased here."""
        return erased_among(self.database, self._ring, compartment_id, record_ids)

    def forget(self, compartment_id: str) -> None:
        """Drop a compartment with its keys and all that was written in it; later grants of it are refused."""
        kinds = frozenset(self._reader.kinds())
        self._granting.forget(compartment_id)
        self._changed(kinds)

    def was_forgotten(self, compartment_id: str) -> bool:
        """Tell whether a compartment was dropped here for good."""
        asked = "SELECT 1 FROM forgotten WHERE id=?"
        return compartment_id not in self._ring and bool(self.database.ask(asked, (compartment_id,)))

    def compact(self, *, stop: Callable[[], bool] = lambda: False) -> Compacted:
        """Write the database anew, so that of what was erased no page and no index keeps a trace (compacting.py)."""
        self._local.settle()
        return compact(self.database, stop)

    def give_way(self) -> None:
        """Break off a `compact` that goes on, as far as it can be: somebody wants to write."""
        self.database.give_way()
