"""What must still reach the relay besides ledger segments: items for other boxes, boxes to make, pieces of files.

 1. What `send`, `make_box` or `upload` was given is on the disk when they return, and stays until a relay has it.
 2. An item's id is drawn once; the same bytes go out under it on every attempt, so a lost answer never doubles it.
 3. Boxes are made before anything goes into them; otherwise the order of giving is kept.
 4. What goes to a box that is not there yet (a new device that has not been online) waits, and holds up nothing else.
 5. A box can be a stranger's, and such that it refuses what we send; that holds up nothing else either.

The bytes themselves lie among the vault's sealed blobs; the vault's local values hold only where they belong.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from leeward.base.ports import Chance
from leeward.ledger.store.vault import Vault
from leeward.sync.errors import RelayRefused
from leeward.sync.port import Relay
from leeward.wire.hexes import BOX_BYTES, TOKEN_BYTES, parse_hex

_BOXES = "outbox.boxes"
_ITEMS = "outbox.items"
_PIECES = "outbox.pieces"
_REFUSED = "outbox.refused"
_BATCH = 50  # items sent before they are forgotten together
_FOR_GOOD = frozenset({"item-taken", "known-only", "too-large"})

_locks: WeakKeyDictionary[Vault, threading.RLock] = WeakKeyDictionary()
_locks_guard = threading.Lock()


class NewBox(msgspec.Struct, array_like=True, frozen=True):
    """A box to be made."""

    box: str
    read: str
    write: str


class Parcel(msgspec.Struct, array_like=True, frozen=True):
    """An item on its way; its bytes are the vault's blob at `address`."""

    box: str
    write: str
    item: str
    address: str
    about: str = ""  # the compartment that it tells of, if it is to go with that


class Upload(msgspec.Struct, array_like=True, frozen=True):
    """Pieces of one file on their way."""

    blobs: tuple[tuple[str, str], ...]  # address, erase token


class Outbox:
    """The durable queue of one vault. Any number of these may look at the same vault at once."""

    def __init__(self, vault: Vault, chance: Chance) -> None:
        self._vault = vault
        self._chance = chance
        with _locks_guard:
            self._lock = _locks.setdefault(vault, threading.RLock())

    def make_box(self, box: str, read: str, write: str) -> None:
        """Have a box made on the relay."""
        self._put(_BOXES, NewBox(box, read, write))

    def send(self, box: str, write: str, sealed: bytes) -> str:
        """Have a sealed item put into a box; return the item's id. BadRequest if the box can be none."""
        return self.send_all([(box, write, sealed)])[0]

    def send_all(self, parcels: Iterable[tuple[str, str, bytes]], *, about: str = "") -> list[str]:
        """Have items (box, write token, bytes) put into their boxes: all of them or, if this desk dies, none.

        `about` is a compartment: what still waits is let go of when that is forgotten.
        """
        new, bodies = [], []
        for box, write, sealed in parcels:
            parse_hex(box, BOX_BYTES)  # what could never be sent must not wait in front of all others
            parse_hex(write, TOKEN_BYTES)
            item, address = self._chance.draw(16).hex(), self._chance.draw(32).hex()
            bodies.append((address, sealed))
            new.append(Parcel(box, write, item, address, about))
        with self._lock:
            held = list(self._vault.local_get(_ITEMS) or ())
            note = [*held, *(msgspec.to_builtins(one) for one in new)]
            self._vault.blob_put_all(bodies, note=(_ITEMS, note))  # 1
        return [parcel.item for parcel in new]

    def upload(self, blobs: Iterable[tuple[str, str]]) -> None:
        """Have pieces that lie in the vault's blobs kept by the relay too; pairs of address and erase token."""
        self._put(_PIECES, Upload(tuple(blobs)))

    def forget(self, boxes: Collection[str], blobs: Collection[str], about: Collection[str] = ()) -> None:
        """Let go of what waits for these boxes, was refused there, or tells of these compartments; and of pieces."""
        with self._lock:
            for key in (_ITEMS, _REFUSED):
                for parcel in self._all(key, Parcel):
                    if parcel.box in boxes or (parcel.about and parcel.about in about):
                        self._drop(key, parcel)
                        self._vault.blob_delete(parcel.address, for_good=True)
            for new in self._all(_BOXES, NewBox):
                if new.box in boxes:
                    self._drop(_BOXES, new)
            for upload in self._all(_PIECES, Upload):
                left = tuple(pair for pair in upload.blobs if pair[0] not in blobs)
                if len(left) < len(upload.blobs):
                    self._replace(_PIECES, upload, Upload(left) if left else None)

    def waiting(self) -> int:
        """Return how many things have not reached the relay yet."""
        return len(self._all(_BOXES, NewBox)) + len(self._all(_ITEMS, Parcel)) + self.pieces()

    def pieces(self) -> int:
        """Return how many pieces of files have not reached the relay yet."""
        return sum(len(upload.blobs) for upload in self._all(_PIECES, Upload))

    def refused(self) -> list[str]:
        """Return the ids of items that the relay refused for good; their bytes are kept."""
        return [parcel.item for parcel in self._all(_REFUSED, Parcel)]

    def refusing(self) -> set[str]:
        """Return the boxes that refused something for good."""
        return {parcel.box for parcel in self._all(_REFUSED, Parcel)}

    def deliver_items(self, relay: Relay) -> list[str]:
        """Make the boxes and send the items that wait; return the boxes that got something. Raises SyncError."""
        for new in self._all(_BOXES, NewBox):
            relay.make_box(new.box, new.read, new.write)  # 3
            self._drop(_BOXES, new)
        reached: list[str] = []
        waiting: list[Parcel] = self._all(_ITEMS, Parcel)
        for first in range(0, len(waiting), _BATCH):
            self._deliver(relay, waiting[first : first + _BATCH], reached)
        return reached

    def _deliver(self, relay: Relay, parcels: list[Parcel], reached: list[str]) -> None:
        """Send some items, and forget together those that are there; who dies before that offers them again (2)."""
        done: list[Parcel] = []
        try:
            for parcel in parcels:
                sealed = self._vault.blob_get(parcel.address)
                if sealed is not None:
                    try:
                        relay.append(parcel.box, parcel.write, parcel.item, sealed)  # 2
                    except RelayRefused as error:
                        if error.word == "no-such-box":
                            continue  # 4: its owner has not been on the relay yet; it goes with a later round
                        if error.word not in _FOR_GOOD:
                            raise
                        self._put(_REFUSED, parcel)  # 5: it would stop all others for ever
                        self._drop(_ITEMS, parcel)
                        continue
                done.append(parcel)
                reached.append(parcel.box)
        finally:
            if done:
                self._forget_sent(done)

    def deliver_pieces(self, relay: Relay, most: int) -> bool:
        """Send up to `most` pieces; True if more wait. Raises SyncError."""
        for upload in self._all(_PIECES, Upload):
            left = list(upload.blobs)
            try:
                while left and most > 0:
                    address, erase = left[0]
                    sealed = self._vault.blob_get(address)
                    if sealed is not None:
                        relay.put_blob(address, sealed, erase)
                    del left[0]
                    most -= 1
            finally:
                self._replace(_PIECES, upload, Upload(tuple(left)) if left else None)
            if most <= 0:
                break
        return bool(self._all(_PIECES, Upload))

    def _all(self, key: str, kind: type[Any]) -> list[Any]:
        with self._lock:
            return [msgspec.convert(raw, kind) for raw in self._vault.local_get(key) or ()]

    def _put(self, key: str, *new: msgspec.Struct) -> None:
        with self._lock:
            held = list(self._vault.local_get(key) or ())
            self._vault.local_put(key, [*held, *(msgspec.to_builtins(one) for one in new)])

    def _forget_sent(self, done: Collection[Parcel]) -> None:
        gone = {parcel.item for parcel in done}
        with self._lock:
            held = [parcel for parcel in self._all(_ITEMS, Parcel) if parcel.item not in gone]
            note = [msgspec.to_builtins(parcel) for parcel in held]
            self._vault.blob_delete_all([parcel.address for parcel in done], note=(_ITEMS, note))

    def _drop(self, key: str, old: msgspec.Struct) -> None:
        self._replace(key, old, None)

    def _replace(self, key: str, old: msgspec.Struct, new: msgspec.Struct | None) -> None:
        with self._lock:
            wanted = _plain(msgspec.to_builtins(old))
            held = []
            for there in self._vault.local_get(key) or ():
                if _plain(msgspec.to_builtins(msgspec.convert(there, type(old)))) != wanted:
                    held.append(there)
                elif new is not None:
                    held.append(msgspec.to_builtins(new))
            self._vault.local_put(key, held)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever MessagePack carried: tuples come back as lists
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
