"""Checking a vault, and, with a relay, everything that the relay holds of it: each fault with its place.

 1. The vault on its own: every page, slot, chain, signature, body and blob (ledger, `check`).
 2. Every box of every compartment, fetched again from its first item: numbers without a gap, every segment opened,
    signed by a device of the team, and the same that this vault holds.
 3. Every segment that this vault was told is on the relay, is there.
 4. Every piece of a file that is on the relay is the one kept here.
Nothing is mended and nothing is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from leeward.base.ports import Chance, Clock
from leeward.base.say import Message, say
from leeward.ledger.accept import Signer, check_signature, open_segment, read_body
from leeward.ledger.errors import LedgerError
from leeward.ledger.fault import Fault
from leeward.ledger.store.check import check
from leeward.ledger.store.second import Touch
from leeward.ledger.store.vault import Compartment, Vault
from leeward.sync.errors import RelayRefused
from leeward.sync.honesty import SAID, check_listing
from leeward.sync.listing import Item
from leeward.sync.port import Relay

Progress = Callable[[int, int], None]


class Report(msgspec.Struct):
    """What was checked, and what was found wrong with it."""

    faults: list[Fault]
    segments: int = 0  # held here, every signature verified
    entries: int = 0
    records: int = 0
    blobs: int = 0
    relay_asked: bool = False
    relay_items: int = 0  # fetched, opened and compared
    relay_pieces: int = 0

    @property
    def sound(self) -> bool:
        """Tell whether nothing was found wrong."""
        return not self.faults


def verify(
    folder: Path,
    passphrase: str,
    *,
    clock: Clock,
    chance: Chance,
    relay: Relay | None = None,
    progress: Progress = lambda _done, _of: None,
    touch: Touch | None = None,
) -> Report:
    """Check a vault that is not open. Raises WrongPassphrase, NoVault, VaultInUse; SyncError if the relay is away."""
    report = Report(check(folder, passphrase, clock=clock, progress=progress, touch=touch))  # 1
    try:
        vault = Vault.open(folder, passphrase, clock=clock, chance=chance, touch=touch)
    except LedgerError as error:
        if not report.faults:
            report.faults.append(Fault(clock.now_ms(), "", "vault", _message(error)))
        return report
    with vault:
        try:
            _count(vault, report)
            if relay is not None:
                _Against(vault, relay, report, clock).all(progress)
        except LedgerError as error:
            report.faults.append(Fault(clock.now_ms(), "", "vault", _message(error)))
    return report


def _count(vault: Vault, report: Report) -> None:
    for compartment in vault.compartments():
        for held in vault.segments(compartment.id):
            report.segments += 1
            report.entries += held.entries
    report.records = sum(vault.count(kind) for kind in vault.kinds())
    report.blobs = sum(1 for _ in vault.blobs())


class _Against:
    """A vault held against its relay."""

    def __init__(self, vault: Vault, relay: Relay, report: Report, clock: Clock) -> None:
        self._vault = vault
        self._relay = relay
        self._report = report
        self._clock = clock
        self._signers = {device.device_id: Signer(device.verify_key) for device in vault.roster().values()}
        self._signers[vault.device.id] = Signer(vault.device.signing_key.verify_key())

    def all(self, progress: Progress) -> None:
        self._report.relay_asked = True
        compartments = self._vault.compartments()
        blobs = list(self._vault.blobs())
        steps = len(compartments) + len(blobs)
        for done, compartment in enumerate(compartments):
            progress(done, steps)
            self._box(compartment)
        for done, address in enumerate(blobs, start=len(compartments)):
            progress(done, steps)
            self._piece(address)
        progress(steps, steps)

    def _box(self, compartment: Compartment) -> None:
        held = {
            hashlib.sha256(one.head).digest(): f"segment {one.number} of device {one.device}"
            for one in self._vault.segments(compartment.id)
        }
        waiting = self._waiting(compartment)
        seen: set[bytes] = set()
        for room in self._vault.rooms(compartment.id, every=True):
            if not self._room(room, held, seen):
                return
        for digest, where in held.items():  # 3
            if digest not in seen and digest not in waiting:
                self._fault(
                    compartment.id, where, say("The relay does not have this segment, which is held here.")
                )

    def _room(self, compartment: Compartment, held: dict[bytes, str], seen: set[bytes]) -> bool:
        """Hold one of a compartment's boxes against what is here; False if the relay does not have it."""
        cursor = self._vault.cursor(compartment.box)
        try:
            for item in self._fetch(compartment):
                self._item(compartment, item, held, seen, cursor)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
            if cursor:
                self._fault(compartment.id, "box", say("The relay does not have this box any more."))
            return False
        return True

    def _fetch(self, compartment: Compartment) -> Iterator[Item]:
        after = 0
        while True:
            listing = self._relay.list_items(compartment.box, compartment.read, after=after)
            told = check_listing(listing, after)
            for lie in told.lies:
                self._fault(compartment.id, f"after item {after}", SAID[lie])
            yield from told.items
            if not told.items or told.items[-1].number >= listing.last:
                return
            after = told.items[-1].number

    def _item(
        self, compartment: Compartment, item: Item, held: dict[bytes, str], seen: set[bytes], cursor: int
    ) -> None:
        where = f"item {item.number}"
        self._report.relay_items += 1
        try:
            segment = open_segment(
                item.untrusted_sealed, dict(self._vault.epochs_of(compartment.id)), compartment.id
            )
            check_signature(segment, self._signers.get(segment.head.device))
            read_body(segment)
        except LedgerError as error:
            self._fault(compartment.id, where, _message(error))
            return
        digest = segment.head_hash()
        if digest not in held and item.number <= cursor:
            self._fault(
                compartment.id, where, say("The relay gives something else here than it gave before.")
            )
        seen.add(digest)

    def _waiting(self, compartment: Compartment) -> set[bytes]:
        """Return the heads of our own segments that the relay has not taken yet."""
        ours = [one for one in self._vault.segments(compartment.id) if one.device == self._vault.device.id]
        count = sum(1 for one in self._vault.outgoing() if one.compartment == compartment.id)
        return {hashlib.sha256(one.head).digest() for one in ours[len(ours) - count :]}

    def _piece(self, address: str) -> None:
        here = self._vault.blob_get(address)
        there = self._relay.get_blob(address)
        if there is None or here is None:
            return  # not sent yet, or waiting in the outbox under another kind
        self._report.relay_pieces += 1
        if there != here:  # 4
            self._fault(
                "", f"piece {address}", say("The relay's copy of a sealed piece is not the one kept here.")
            )

    def _fault(self, compartment: str, where: str, what: Message) -> None:
        self._report.faults.append(Fault(self._clock.now_ms(), compartment, where, what))


def _message(error: LedgerError) -> Message:
    return error.happened if isinstance(error.happened, Message) else say("{what}", what=str(error.happened))
