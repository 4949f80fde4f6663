"""A vault and the relay: what is to be pushed, what was fetched, and how far each box was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leeward.ledger.fault import Fault
from leeward.ledger.store.archive import HeldSegment, read_segments
from leeward.ledger.store.faults import read_faults
from leeward.ledger.store.outbox import Outgoing
from leeward.ledger.store.taking import Accepted
from leeward.ledger.store.vault_parts import VaultParts


class VaultSync(VaultParts):
    """Segments out and in."""

    def outgoing(self) -> list[Outgoing]:
        """Return what is to be pushed, oldest first; the same bytes until `sent`."""
        return self._outbox.outgoing()

    def sent(self, *items: str) -> None:
        """Note that the relay has taken items for good, together with what was put with `later`."""
        with self._local.writing() as writer:
            self._outbox.drop(writer, items)
        self._changed(frozenset())

    def rename(self, outgoing: Outgoing) -> Outgoing:
        """Give what is to be pushed another id: the relay has other bytes under its own."""
        return self._outbox.rename(outgoing)

    def accept(
        self, compartment_id: str, items: Sequence[tuple[int, bytes]], *, box: str = "", vouched: bool = False
    ) -> Accepted:
        """Take fetched segments (sequence number, sealed bytes) and move the box's cursor, in one transaction.

        `box` is where they lay, if not in the newest. `vouched` says that a team's own signed export holds them, so
        that even a removed device's are believed.
        """
        before = self.roster()
        accepted, kinds = self._taker.accept(compartment_id, items, box=box, vouched=vouched)
        self._outbox.note_written()  # our own come back to a vault that was restored
        if accepted.entries or accepted.faults:
            self._granting.forget_roster(compartment_id)
            self._changed(frozenset(kinds))
        if self.roster() != before:
            accepted = self._try_waiting(compartment_id, accepted)
        return accepted

    def missing(self, compartment_id: str, *, keep: bool = True) -> list[Fault]:
        """Return what the relay withholds; ask after a complete fetch. `keep` puts it among the faults."""
        return self._taker.missing(compartment_id, keep=keep)

    def suspects(self) -> set[str]:
        """Return the compartments of which something is missing (`missing`)."""
        return self._taker.suspects()

    def segments(self, compartment_id: str, beyond: Mapping[str, int] | None = None) -> Iterator[HeldSegment]:
        """Yield the segments held of a compartment as they were signed, each device's in order of its chain.

        `beyond`: of these devices only those after a number.
        """
        return read_segments(self.database, self._ring, compartment_id, beyond or {})

    def reached(self, compartment_id: str) -> dict[str, int]:
        """Return how far each device's chain is held of a compartment."""
        place = self._ring.number(compartment_id)
        rows = self.database.ask("SELECT device, number FROM chain WHERE compartment=?", (place,))
        return {str(device): int(number) for device, number in rows}

    def writers(self, compartment_id: str) -> set[str]:
        """Return the devices that wrote something held here of a compartment."""
        return set(self.reached(compartment_id))

    def writers_of_each(self) -> dict[str, set[str]]:
        """Return what `writers` says, of every compartment of which something is held."""
        found: dict[str, set[str]] = {}
        for place, device in self.database.ask("SELECT compartment, device FROM chain"):
            found.setdefault(self._ring.name(place), set()).add(device)
        return found

    def cursor(self, box: str) -> int:
        """Return the sequence number up to which a box was read."""
        return self._local.cursor(box)

    def set_cursor(self, box: str, number: int, *, later: bool = False) -> None:
        """Note up to where a box was read. `later`: see `local_put`."""
        self._local.set_cursor(box, number, later=later)

    def unsent(self) -> int:
        """Return how many entries of this device the relay has not taken."""
        return self._outbox.unsent()

    def faults(self) -> list[Fault]:
        """Return what was found wrong so far, oldest first."""
        with self.database.reading(brief=True) as connection:
            kept = read_faults(connection)
        return sorted([*kept, *self._taker.late()], key=lambda fault: fault.at)

    def _try_waiting(self, but: str, accepted: Accepted) -> Accepted:
        """Try again what waits in other compartments for a device that the roster names now."""
        entries, faults = accepted.entries, list(accepted.faults)
        for compartment_id in self._taker.waiting_in():
            if compartment_id != but:
                more, kinds = self._taker.accept(compartment_id, ())
                entries += more.entries
                faults += more.faults
                if more.entries or more.faults:
                    self._changed(frozenset(kinds))
        return Accepted(entries, faults)
