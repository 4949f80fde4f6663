"""Offering the relay what the vault packed, and what it lost. Rules 1, 3 and 4 of exchange.py."""

from __future__ import annotations

from leeward.ledger.store.vault import Compartment, Outgoing, Vault
from leeward.sync.errors import RelayRefused
from leeward.sync.honesty import Lie
from leeward.sync.memory import Memory
from leeward.sync.offer import offer_again
from leeward.sync.own_box import OwnBox
from leeward.sync.port import Relay
from leeward.sync.round import Round
from leeward.sync.views import name_of
from leeward.sync.watch import Watch

_AT_ONCE = 50  # segments sent before they are forgotten together


class Offering:
    """What one vault has for one relay."""

    def __init__(self, vault: Vault, relay: Relay, watch: Watch, own_box: OwnBox, memory: Memory) -> None:
        self._vault = vault
        self._relay = relay
        self._watch = watch
        self._own_box = own_box
        self._memory = memory

    def push(self, done: Round) -> None:
        """Offer the segments that wait, until each is taken (1)."""
        promises: list[tuple[str, int, str]] = []
        sent: list[str] = []
        broken: dict[str, int] = {}
        twice: dict[str, int] = {}
        try:
            for waiting in self._vault.outgoing():
                if len(sent) >= _AT_ONCE:
                    twice |= self._note_sent(sent, promises)
                outgoing, box, number = self._offer(waiting, done)
                name = name_of(outgoing.item, outgoing.sealed)
                if number > self._vault.cursor(box):
                    promises.append((box, number, name.hex()))
                elif not self._is_there(outgoing.compartment, number, name):
                    broken[outgoing.compartment] = number
                sent.append(outgoing.item)
                done.sent += 1
                done.boxes.add(box)
        finally:
            twice |= self._note_sent(sent, promises)
        for compartment in self._vault.compartments():
            number = broken.get(compartment.id) or twice.get(compartment.box, 0)
            if number:
                self.dropped(compartment, number)

    def dropped(self, compartment: Compartment, number: int) -> None:
        """Note that a promise was broken, and offer again what is held (3)."""
        self._memory.note_lie(compartment.id, Lie.DROPPED, f"item {number}")
        self.again(compartment.id, broken=b"%d " % number)

    def again(self, compartment_id: str, *, broken: bytes = b"") -> str:
        """Offer again all that is held of a compartment (3); return the box."""
        newest = self._vault.compartment(compartment_id)
        cursor = self._vault.cursor(newest.box)
        self._memory.owe(compartment_id, owed=True)  # until all of it is kept, also if this breaks off
        kept = offer_again(self._vault, self._relay, newest, broken=broken)
        new = [(newest.box, number, name) for number, name in kept if number > cursor]
        if len(new) == len(kept) and not self._memory.promise(new, later=True):
            self._memory.owe(compartment_id, owed=False)
        return newest.box

    def _note_sent(self, sent: list[str], promises: list[tuple[str, int, str]]) -> dict[str, int]:
        """Note what was taken and what was promised of it, in one transaction; who dies before offers it again (1)."""
        twice = self._memory.promise(promises, later=True)
        if sent:
            self._vault.sent(*sent)
        sent.clear()
        promises.clear()
        return twice

    def _is_there(self, compartment_id: str, number: int, name: bytes) -> bool:
        """Tell whether an item stands under a number that was read already: only the answer had been lost then."""
        room = self._vault.compartment(compartment_id)
        listing = self._watch.ask(room.box, room.read, room.write, number - 1, limit=1)
        return any(
            one.number == number and name_of(one.id, one.untrusted_sealed) == name for one in listing.items
        )

    def _offer(self, outgoing: Outgoing, done: Round) -> tuple[Outgoing, str, int]:
        """Return what was taken, the box that took it, and the number it got there.

        Ids are drawn, so other bytes under one of ours are none that anybody put there: the answer to an earlier
        attempt was lost, and then what the relay had kept was changed. It goes out under another id.
        """
        try:
            return outgoing, *self._append(outgoing, done)
        except RelayRefused as error:
            if error.word != "item-taken":
                raise
        self._memory.note_lie(outgoing.compartment, Lie.DROPPED, f"item {outgoing.item[:8]}")
        renamed = self._vault.rename(outgoing)
        return renamed, *self._append(renamed, done)

    def _append(self, outgoing: Outgoing, done: Round) -> tuple[str, int]:
        """Return the box that took it, and the number it got there."""
        box, write, item, sealed = outgoing.box, outgoing.write, outgoing.item, outgoing.sealed
        try:
            return box, self._relay.append(box, write, item, sealed)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
        if self._vault.cursor(box):
            self._own_box.pull(done)
        compartment = self._vault.compartment(outgoing.compartment)
        self._watch.make(compartment)  # 4
        return compartment.box, self._relay.append(compartment.box, compartment.write, item, sealed)
