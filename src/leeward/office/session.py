"""One member at one open vault: what every use case is given first."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator, Mapping

from leeward.base.ids import make_id
from leeward.base.ports import Chance, Clock
from leeward.domain.homes import HOMES
from leeward.domain.typed import T, Typed, read, read_all, write_new
from leeward.ledger.model import Change
from leeward.ledger.store.vault import Vault
from leeward.office.twins import hidden


class Session:
    """Commits for one member. Not thread-bound: the vault serialises writers and lets readers read."""

    def __init__(self, vault: Vault, *, clock: Clock, chance: Chance) -> None:
        self.vault = vault
        self.clock = clock
        self.chance = chance
        self._kept = threading.local()

    @property
    def member_id(self) -> str:
        """Return the id of the member whose desk this is."""
        return self.vault.member_id

    def make_id(self) -> str:
        """Draw an id for a new record."""
        return make_id(self.chance)

    def now(self) -> int:
        """Return the time in milliseconds."""
        return self.clock.now_ms()

    def commit(self, compartment: str, *groups: Iterable[Change]) -> None:
        """Write all changes as one entry of that compartment; durable when this returns."""
        self.vault.commit(compartment, [change for group in groups for change in group])

    def save_new(self, compartment: str, typed: Typed) -> None:
        """Write a new typed record as one entry."""
        self.commit(compartment, write_new(typed))

    def get(self, kind: type[T], record: str) -> T | None:
        """Return the record if this vault may read it and it is of that kind."""
        found = self.vault.get(record, kind=kind.kind, home=HOMES.get(kind.kind, ""))
        if found is not None and found.compartment in (gone := hidden(self.vault)):
            there = self.vault.find(kind.kind)
            found = next((one for one in there if one.id == record and one.compartment not in gone), found)
        return read(kind, found) if found is not None else None

    def find(self, kind: type[T], *, compartment: str | None = None, **refs: str) -> list[T]:
        """Return the readable records of a kind, newest change first; `case_id=...` narrows by an indexed field."""
        kept = getattr(self._kept, "found", None)
        if kept is None or compartment is not None or refs:
            return self._find(kind, compartment, refs)
        if kept.get("generation") != self.vault.generation:
            kept.clear()
            kept["generation"] = self.vault.generation
        if kind.kind not in kept:
            kept[kind.kind] = self._find(kind, None, {})
        return list(kept[kind.kind])

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Inside, on this thread, each kind is read once: for pages that many areas fill from the same records."""
        if getattr(self._kept, "found", None) is not None:
            yield
            return
        self._kept.found = {}
        try:
            yield
        finally:
            self._kept.found = None

    def _find(self, kind: type[T], compartment: str | None, refs: Mapping[str, str]) -> list[T]:
        found = self.vault.find(kind.kind, compartment=compartment, refs=refs)
        if compartment is None and (gone := hidden(self.vault)):
            found = [one for one in found if one.compartment not in gone]
        home = HOMES.get(kind.kind)
        if home is not None:
            found = [one for one in found if self.vault.compartment(one.compartment).kind == home]
        return read_all(kind, found)

    def compartment_of(self, name: str) -> str:
        """Return the id of the one compartment of that kind ("team", "intake", "beds", "record")."""
        return self.vault.compartment_of(name)
