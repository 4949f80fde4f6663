"""What every part of an open vault needs: its database, keys and clock, and who hears of changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from leeward.base.ports import Chance, Clock
from leeward.base.say import say
from leeward.ledger.fault import Fault
from leeward.ledger.roster import RosterDevice
from leeward.ledger.store.blobs import Blobs
from leeward.ledger.store.database import Database
from leeward.ledger.store.faults import keep_fault
from leeward.ledger.store.granting import Granting
from leeward.ledger.store.keyring import Device, Keyring
from leeward.ledger.store.letters import LetterBox
from leeward.ledger.store.local import Local
from leeward.ledger.store.making import Opened
from leeward.ledger.store.outbox import Outbox
from leeward.ledger.store.reading import Reader
from leeward.ledger.store.searching import Searcher
from leeward.ledger.store.taking import Taker


class VaultParts:
    """One open vault's parts."""

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

    def close(self, *, fold: bool = True) -> None:
        """Close the vault; everything committed is on the disk already. `fold`: see the database."""
        self._local.close()
        self.database.close(fold=fold)
        self._local.empty()
        self._letters.empty()
        if self._lock is not None:
            self._lock.release()

    @property
    def device(self) -> Device:
        """Return this device and its keys."""
        return self._ring.device

    def roster(self) -> Mapping[str, RosterDevice]:
        """Return the team's devices by id."""
        return self._granting.roster()

    def on_change(self, callback: Callable[[frozenset[str]], None]) -> None:
        """Call back with the kinds changed after each commit or accept, on the thread that made it."""
        self._listeners.append(callback)

    def _note_lost_writes(self) -> None:
        """Say what SQLite does not: that writes after a damaged frame were dropped at this opening."""
        what = say(
            "After a crash the last writes were found damaged; what was saved just before it may be gone."
        )
        with self.database.writing() as writer:
            keep_fault(writer, Fault(self._clock.now_ms(), "", "vault.db-wal", what))

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
