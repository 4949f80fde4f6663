"""One vault and one relay come to the same state. No threads, no waiting: `office/sync.py` decides when.

1. Pushing: what the vault packed goes out under an item id that never changes; only the relay's number for it ends
   the attempt. The number is held against the relay until it has shown the same bytes under it.
2. Pulling: each box after its cursor, page by page; an answer is judged as a whole first (honesty.py), then what is
   usable goes to the vault, which judges every segment and moves the cursor in the same transaction.
3. A relay that went back, or does not have what it said it kept, is offered again all that this desk holds.
4. A box that the relay does not know is made again: its tokens are ours. But first it is asked whether a newer key has
   come; and an older key's box that a colleague erased on purpose (its content lies in the newer one's) is let go of.
5. Lies are remembered and shown (memory.py); none of them stops the other boxes.
6. What this desk was shown of a box is compared with what it was shown before, and with what colleagues say that
   they were shown (views.py). If that differs the box is read again from its beginning, once a round.

What is done in which order is here; one look at a box is in watch.py, taking in what boxes have in reading.py and
own_box.py, offering in offering.py, the bell in ringing.py.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection

from leeward.base.ports import Chance, Clock
from leeward.ledger.store.vault import Vault
from leeward.seal.signing import VerifyKey
from leeward.sync.bell import Bell
from leeward.sync.errors import RelayRefused
from leeward.sync.honesty import Lie
from leeward.sync.memory import Memory
from leeward.sync.offering import Offering
from leeward.sync.outbox import Outbox
from leeward.sync.own_box import OwnBox
from leeward.sync.port import Relay
from leeward.sync.reading import Reading
from leeward.sync.ringing import bells_of, ring
from leeward.sync.round import Round
from leeward.sync.views import Views
from leeward.sync.watch import Watch

__all__ = ["Exchange", "Round"]


class Exchange:
    """Between this vault and this relay. Used by one thread at a time. Methods raise SyncError and LedgerError."""

    def __init__(self, vault: Vault, relay: Relay, *, clock: Clock, chance: Chance) -> None:
        self.vault = vault
        self.relay = relay
        self.memory = Memory(vault, clock)
        self.outbox = Outbox(vault, chance)
        self.views = Views(vault)
        self.after_team: Callable[[], object] = bool  # done when the team's news is here, before all else
        self._chance = chance
        self._missing: dict[str, frozenset[str]] = {}  # what was withheld when the whole box was asked for
        self._watch = Watch(vault, relay, self.memory, self.views)
        self._own_box = OwnBox(vault, self._watch, self.memory, self.views, clock)
        self._offering = Offering(vault, relay, self._watch, self._own_box, self.memory)
        self._reading = Reading(
            vault,
            relay,
            watch=self._watch,
            own_box=self._own_box,
            offering=self._offering,
            memory=self.memory,
            views=self.views,
            clock=clock,
        )

    @property
    def trusted(self) -> VerifyKey | None:
        """Return whose grants a joining device takes before it has a roster."""
        return self._own_box.trusted

    @trusted.setter
    def trusted(self, key: VerifyKey | None) -> None:
        self._own_box.trusted = key

    def sync(self) -> Round:
        """Push everything, look into every box, and push what that led to."""
        done = Round()
        self.pull_grants(done)  # first, so that what is written is sealed to the newest keys
        self.pull_team(done, None)
        self.push(done)
        self.check_anchors(done)
        self.pull_all(done, None)
        self.push(done)
        return done

    def pull_grants(self, done: Round) -> None:
        """Take the keys that came to this device's own box, and keep the letters for whoever acts on them."""
        self._own_box.pull(done)

    def pull_team(self, done: Round, boxes: Collection[str] | None) -> None:
        """Look into the team's boxes, if they are among these, and do what its news ask for before anything leaves.

        So nothing is offered again that the team has decided to erase.
        """
        for compartment in self.vault.compartments("team"):
            self._reading.pull_rooms(compartment, done, boxes)
        if done.taken and self.memory.grants():
            self.retry_grants(done)
        self.after_team()

    def pull_all(self, done: Round, boxes: Collection[str] | None) -> None:
        """Look into these boxes, all of them for None; the team's first, since it says whose word counts.

        What was learnt is on the disk after the next `push` of this round.
        """
        try:
            before = done.taken
            for compartment in self.vault.compartments("team"):
                self._reading.pull_rooms(compartment, done, boxes)
            if done.taken > before:
                self.after_team()
            news = done.taken > 0 or done.granted > 0
            for compartment in self.vault.compartments():
                if compartment.kind != "team":
                    if news:
                        done.taken += self.vault.accept(
                            compartment.id, ()
                        ).entries  # what waited for the roster
                    self._reading.pull_rooms(compartment, done, boxes)
            if self.memory.grants():
                self.retry_grants(done)
            self.look_for_withheld(done)
            self._look_for_keys()
            self._reading.begun_anew.clear()
        except BaseException:
            self.vault.local_settle()
            raise
        done.looked = True

    def look_for_withheld(self, done: Round) -> None:
        """Where colleagues have seen what this desk was not given: ask for the whole box once more, then say so (5)."""
        suspects = self.vault.suspects()
        for compartment in self.vault.compartments():
            if compartment.id not in suspects:
                continue
            missing = frozenset(fault.where for fault in self.vault.missing(compartment.id, keep=False))
            if missing and missing != self._missing.get(compartment.id):
                for team in self.vault.compartments("team"):
                    self._reading.pull_rooms(team, done, None)
                newest, *older = self.vault.rooms(compartment.id)
                for room in (*reversed(older), newest):
                    with contextlib.suppress(RelayRefused):  # an older box may be gone (4)
                        self._reading.pull(room, done, after=0, make=room is newest)
                self._missing[compartment.id] = missing
                self.vault.missing(compartment.id)

    def push(self, done: Round) -> None:
        """Offer what waits, until it is taken (1)."""
        self._offering.push(done)
        try:
            reached = self.outbox.deliver_items(self.relay)
        finally:
            if done.looked:
                self.vault.local_settle()
        done.sent += len(reached)
        done.boxes.update(reached)

    def check_anchors(self, done: Round) -> None:
        """Ask for the last item taken from each box: another one there means that the relay went back since (3)."""
        if self._own_box.went_back():
            self._own_box.read_again(done)
        rooms = [room for found in self.vault.compartments() for room in self.vault.rooms(found.id)]
        for room in rooms:
            if self._watch.went_back(room.id, room.box, room.read):
                self._reading.start_over(room, done)
        for circle in {room.id for room in rooms} & self.memory.owed():
            done.boxes.add(self._offering.again(circle))

    def retry_grants(self, done: Round) -> None:
        """Try again the grants that came before what makes them believable; pull what they open."""
        for compartment in self._own_box.retry(done):
            self._reading.pull_rooms(compartment, done, None)

    def let_go(self, box: str) -> None:
        """Forget how far a box was read that was erased on purpose."""
        self._reading.let_go(box)

    def ring(self, boxes: set[str]) -> None:
        """Tell the team's other desks which boxes have something new."""
        ring(self.vault, self.relay, boxes, self._chance)

    def bell(self) -> Bell | None:
        """Return the team's bell; None while this device does not hold the team's key."""
        return next(iter(bells_of(self.vault)), None)

    def _look_for_keys(self) -> None:
        """Say so if a colleague names a box that this desk was given the key of, and the key never came."""
        if self.memory.grants() or not self.views.lacks():
            return
        held = self.vault.compartments()
        boxes = [room.box for one in held for room in self.vault.rooms(one.id, every=True)]
        for box, device in self.views.settle_lacks(boxes).items():
            self.memory.note_lie("", Lie.WITHHELD, f"key of box {box[:8]}, named by device {device}")
