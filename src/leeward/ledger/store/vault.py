"""The vault: everything one device holds of the team's work, in one encrypted folder.

   vault = Vault.open(folder, passphrase, clock=clock, chance=chance)
   vault.commit(vault.compartment_of("record"), put("claim", claim_id, text="…"))
   vault.find("claim", limit=50)

1. A commit is on the disk when it returns, and is one transaction: entry, records, search, what is to be pushed.
2. One process has a vault open at a time; inside it, threads read while one writes.
3. Nothing of the content is ever written in clear; keys live inside the database, whose key lives in a slot.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from leeward.base.ports import Chance, Clock
from leeward.base.say import say
from leeward.ledger.errors import UnknownCompartment
from leeward.ledger.fault import Fault
from leeward.ledger.grant import GrantHead
from leeward.ledger.letter import Letter
from leeward.ledger.model import Change, Dot, Record, Revision, Value
from leeward.ledger.roster import RosterDevice
from leeward.ledger.store.archive import HeldSegment, read_segments
from leeward.ledger.store.blobs import Blobs, is_small
from leeward.ledger.store.compacting import Compacted, compact
from leeward.ledger.store.database import Database
from leeward.ledger.store.erasing import Erasure, erase_records
from leeward.ledger.store.faults import keep_fault, read_faults
from leeward.ledger.store.granting import Granting
from leeward.ledger.store.keyring import Compartment, Device, Keyring, put_meta, recipient_of
from leeward.ledger.store.letters import LetterBox, write_letter
from leeward.ledger.store.local import Local
from leeward.ledger.store.making import Opened, make_vault, open_vault
from leeward.ledger.store.many import Many, erased_among, write_many
from leeward.ledger.store.outbox import Outbox, Outgoing
from leeward.ledger.store.passphrase import change_passphrase
from leeward.ledger.store.reading import Reader
from leeward.ledger.store.searching import Searcher, SearchPage
from leeward.ledger.store.second import Touch
from leeward.ledger.store.slots import find_slot, wrong_passphrase
from leeward.ledger.store.taking import Accepted, Taker
from leeward.ledger.store.tombs import Tombs
from leeward.ledger.store.writing import write_entry
from leeward.seal.keys import DEFAULT_WORK_FACTOR, Identity, Passphrase, Recipient
from leeward.seal.signing import SigningKey, VerifyKey

__all__ = ["Accepted", "Compacted", "Compartment", "Device", "Erasure", "Outgoing", "SearchPage", "Vault"]


class Vault:
    """One open vault. Make it with `create` or `open`; it is a context manager."""

    def __init__(self, opened: Opened, *, clock: Clock, chance: Chance) -> None:
        self.folder = opened.folder
        self.member_id = opened.member_id
        self._lock = opened.lock
        self.database: Database = opened.database
        self._ring: Keyring = opened.ring
        self._clock = clock
        self._chance = chance
        self.slots_lock = threading.Lock()
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._letters = LetterBox(self._ring.device)
        self._reader = Reader(self.database, self._ring, self._member_of)
        self._local = Local(self.database)
        self._granting = Granting(self.database, self._ring, clock, chance, self._local)
        self._searcher = Searcher(self.database, self._reader)
        self._outbox = Outbox(self.database, self._ring, chance)
        self._taker = Taker(self.database, self._ring, self.roster, clock, self._local)
        self._blobs = Blobs(opened.home, self.database)
        if opened.lost_frames:
            self._note_lost_writes()
        self.generation = int(self.database.ask("SELECT max(no) FROM chunk")[0][0] or 0)

    @staticmethod
    def create(
        folder: Path,
        passphrase: str,
        *,
        member_id: str,
        clock: Clock,
        chance: Chance,
        work_factor: int = 18,
        signing_key: SigningKey | None = None,
    ) -> Vault:
        """Make a vault in a folder that does not exist or is empty, with fresh keys but for this one, and open it."""
        opened = make_vault(folder, passphrase, member_id, chance, work_factor, signing_key)
        return Vault(opened, clock=clock, chance=chance)

    @staticmethod
    def open(
        folder: Path, passphrase: str, *, clock: Clock, chance: Chance, touch: Touch | None = None
    ) -> Vault:
        """Open a vault: WrongPassphrase, VaultDamaged, VaultInUse, NoVault, PlaintextRefused if that fails.

        `touch` has a security key answer, if one is needed: also SecurityKeyNeeded, WrongSecurityKey.
        """
        return Vault(open_vault(folder, passphrase, touch), clock=clock, chance=chance)

    def change_passphrase(self, old: str, new: str, *, work_factor: int = DEFAULT_WORK_FACTOR) -> None:
        """Let another passphrase open this vault, and destroy the old one's slot. WrongPassphrase, NoVault."""
        with self.slots_lock:
            change_passphrase(self.folder, self.database, old, Passphrase(new, work_factor))

    def check_passphrase(self, words: str) -> None:
        """Raise WrongPassphrase unless this vault, and nothing beside it, opens with it."""
        if not self.database.has_key(find_slot(self.folder, words)[0]):
            raise wrong_passphrase()

    def close(self, *, fold: bool = True) -> None:
        """Close the vault; everything committed is on the disk already. `fold`: see the database."""
        self._local.close()
        self.database.close(fold=fold)
        self._local.empty()
        self._letters.empty()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # keys ------------------------------------------------------------------------------------------------------

    @property
    def device(self) -> Device:
        """Return this device and its keys."""
        return self._ring.device

    def set_member(self, member_id: str) -> None:
        """Note whose vault this is, when a joining device learns it."""
        with self.database.writing() as writer:
            put_meta(writer, "member", member_id.encode())
        self.member_id = member_id

    def compartments(self, kind: str | None = None) -> list[Compartment]:
        """Return the compartments whose keys are here, oldest first."""
        return self._ring.compartments(kind)

    def compartment(self, compartment_id: str) -> Compartment:
        """Return one compartment; UnknownCompartment if its keys are not here."""
        return self._ring.compartment(compartment_id)

    def compartment_of(self, kind: str) -> str:
        """Return the id of the (oldest) compartment of a kind; UnknownCompartment if none is here."""
        found = self._ring.compartments(kind)
        if not found:
            raise UnknownCompartment(
                say("This vault does not hold the keys of that part of the work."),
                kept=say("Nothing was changed."),
                next_step=say("Ask somebody who works in it to grant it to you."),
            )
        return found[0].id

    def make_compartment(self, kind: str, id: str | None = None) -> Compartment:  # noqa: A002 - agreed name
        """Make a compartment with fresh keys, epoch 1; with an id that is here already, return that one."""
        return self._granting.make_compartment(kind, id or "")

    def next_epoch(self, compartment_id: str) -> Compartment:
        """Give a compartment a fresh key and box; whoever is to read on must be granted it."""
        return self._granting.next_epoch(compartment_id)

    def rooms(self, compartment_id: str, *, every: bool = False) -> list[Compartment]:
        """Return a compartment once for each of its boxes that is still to be read (or ever was), the newest first."""
        return self._ring.rooms(compartment_id, 0 if every else self._clock.now_ms())

    def first_room(self, compartment_id: str) -> Compartment:
        """Return a compartment with the box and tokens that it was made with."""
        return self._ring.first_room(compartment_id)

    def recipient_of(self, compartment_id: str) -> Recipient:
        """Return whom things of a compartment are sealed to now."""
        return recipient_of(self._ring, compartment_id)

    def identities_of(self, compartment_id: str) -> list[Identity]:
        """Return the identities of a compartment, newest epoch first."""
        return [
            identity for _, identity in sorted(self._ring.identities(compartment_id).items(), reverse=True)
        ]

    def epochs_of(self, compartment_id: str) -> list[tuple[int, Identity]]:
        """Return the identities of a compartment with the numbers of their epochs, oldest first."""
        return sorted(self._ring.identities(compartment_id).items())

    def make_grant(self, compartment_id: str, device_id: str, recipient: Recipient) -> bytes:
        """Return a sealed, signed grant of a compartment's keys to a device."""
        return self._granting.make_grant(compartment_id, device_id, recipient)

    def take_grant(self, sealed: bytes, *, trusted: VerifyKey | None) -> Compartment:
        """Take a grant made for this device; GrantError, and nothing changed, if it breaks a rule of grant.py.

        `trusted` is the key whose fingerprint was compared by voice, for the first grant; later ones are checked
        against the roster.
        """
        taken = self._granting.take_grant(sealed, trusted)
        self._changed(frozenset())
        return taken

    def write_letter(self, device_id: str, recipient: Recipient, purpose: str, body: bytes) -> bytes:
        """Return a sealed, signed letter to another device (ledger/letter.py)."""
        return write_letter(
            self.device, device_id, recipient, purpose, body, clock=self._clock, chance=self._chance
        )

    def is_letter(self, untrusted_sealed: bytes) -> bool:
        """Tell whether this is a letter sealed to this device; it may still be false."""
        return self._letters.is_letter(untrusted_sealed)

    def open_letter(self, untrusted_sealed: bytes) -> tuple[Letter, RosterDevice]:
        """Return a letter and the device that sent it; LetterError if it breaks a rule of letter.py."""
        return self._letters.open(self.roster(), untrusted_sealed)

    def adopt(self, heads: Sequence[GrantHead], signers: Sequence[VerifyKey]) -> None:
        """Take the keys of an export whose passphrase was known: its compartments, and who signed in them."""
        self._granting.adopt(heads, signers)
        self._changed(frozenset())

    def roster(self) -> Mapping[str, RosterDevice]:
        """Return the team's devices by id."""
        return self._granting.roster()

    # writing ---------------------------------------------------------------------------------------------------

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

    def on_change(self, callback: Callable[[frozenset[str]], None]) -> None:
        """Call back with the kinds changed after each commit or accept, on the thread that made it."""
        self._listeners.append(callback)

    def local_get(self, key: str) -> Value:
        """Return a value of this device only; None if it was never put."""
        return self._local.get(key)

    def local_put(self, key: str, value: Value, *, later: bool = False) -> None:
        """Keep a value on this device only; never pushed. `later`: a crash soon after may take it back (local.py 1)."""
        self._local.put(key, value, later=later)

    def local_settle(self) -> None:
        """Write what was put with `later`."""
        self._local.settle()

    # reading ---------------------------------------------------------------------------------------------------

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

    # sync ------------------------------------------------------------------------------------------------------

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

    # blobs -----------------------------------------------------------------------------------------------------

    def blob_put(self, address: str, sealed: bytes) -> None:
        """Keep a sealed blob; durable when this returns."""
        self._blobs.put(address, sealed)

    def blob_put_all(self, blobs: Sequence[tuple[str, bytes]], *, note: tuple[str, Value]) -> None:
        """Keep sealed blobs, by address, and a value of this device, both or neither; small ones in the database."""
        self._blobs.write([pair for pair in blobs if not is_small(pair)])
        self._local.put_with(note, lambda writer: self._blobs.keep(writer, blobs))

    def blob_get(self, address: str) -> bytes | None:
        """Return a sealed blob, None if it is not here."""
        return self._blobs.get(address)

    def blob_delete(self, address: str, *, for_good: bool = False) -> None:
        """Remove a blob; nothing happens if it is not here. `for_good` overwrites it first."""
        self._blobs.delete(address, for_good=for_good)

    def blob_delete_all(self, addresses: Sequence[str], *, note: tuple[str, Value]) -> None:
        """Remove those of these blobs that are here, and keep a value of this device, both or neither."""
        files: list[str] = []
        self._local.put_with(note, lambda writer: files.extend(self._blobs.drop(writer, addresses)))
        self._blobs.unlink(files)

    def blobs(self) -> Iterator[str]:
        """Yield the addresses of all blobs kept here."""
        return self._blobs.addresses()

    # erasing ---------------------------------------------------------------------------------------------------

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
        kinds = frozenset(self.kinds())
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

    # inside ----------------------------------------------------------------------------------------------------

    def _note_lost_writes(self) -> None:
        """Say what SQLite does not: that writes after a damaged frame were dropped at this opening."""
        what = say(
            "After a crash the last writes were found damaged; what was saved just before it may be gone."
        )
        with self.database.writing() as writer:
            keep_fault(writer, Fault(self._clock.now_ms(), "", "vault.db-wal", what))

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

    def _member_of(self, device_id: str) -> str:
        known = self.roster().get(device_id)
        if known is not None and known.member_id:
            return known.member_id
        return self.member_id if device_id == self.device.id else device_id

    def _changed(self, kinds: frozenset[str]) -> None:
        self._outbox.note_written()
        self.generation += 1
        for listener in tuple(self._listeners):
            listener(kinds)
