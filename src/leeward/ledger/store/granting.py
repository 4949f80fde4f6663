"""Giving and taking keys: compartments made here, grants to and from other devices, and who is in the team."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from leeward.base.ports import Chance, Clock
from leeward.base.say import say
from leeward.ledger.errors import GrantError
from leeward.ledger.grant import GrantHead, giver_of, read_grant
from leeward.ledger.roster import TEAM_KIND, RosterDevice, read_roster
from leeward.ledger.store.database import Database
from leeward.ledger.store.erasing import forget
from leeward.ledger.store.keyring import Compartment, Keyring
from leeward.ledger.store.local import Local
from leeward.ledger.store.papers import flat, read_papers
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind
from leeward.seal.signing import VerifyKey


class Granting:
    """What a vault does with keys of compartments. Safe to use from any thread."""

    def __init__(self, database: Database, ring: Keyring, clock: Clock, chance: Chance, local: Local) -> None:
        self._database = database
        self._local = local
        self._ring = ring
        self._clock = clock
        self._chance = chance
        self._roster: Mapping[str, RosterDevice] | None = None
        self._roster_lock = threading.Lock()

    def make_compartment(self, kind: str, compartment_id: str) -> Compartment:
        """Make a compartment with fresh keys, epoch 1; with an id that is here already, return that one."""
        with self._database.writing() as writer:
            if compartment_id and any(known.id == compartment_id for known in self._ring.compartments()):
                return self._ring.compartment(compartment_id)
            now = self._clock.now_ms()
            made = self._ring.make_compartment(writer, kind, compartment_id, now, self._chance)
        with self._database.reading(brief=True) as connection:
            return self._ring.reload(connection, made)

    def next_epoch(self, compartment_id: str) -> Compartment:
        """Give a compartment a fresh key; what is written from now on is sealed to it, and goes to a box of its own."""
        with self._database.writing() as writer:
            self._ring.next_epoch(writer, compartment_id, self._clock.now_ms(), self._chance)
        with self._database.reading(brief=True) as connection:
            return self._ring.reload(connection, compartment_id)

    def make_grant(self, compartment_id: str, device_id: str, recipient: Recipient) -> bytes:
        """Return a sealed, signed grant of a compartment's keys to a device."""
        return seal(
            Kind.GRANT, self._ring.make_grant(compartment_id, device_id, self._clock.now_ms()), recipient
        )

    def take_grant(self, sealed: bytes, trusted: VerifyKey | None) -> Compartment:
        """Take a grant made for this device; `trusted` is a key whose fingerprint was compared by voice."""
        device = self._ring.device
        try:
            plain = open_sealed(Kind.GRANT, sealed, [device.identity])
        except SealError as error:
            raise GrantError(say("This grant is damaged or was not sealed to this device.")) from error
        giver = trusted if trusted is not None else self._giver(giver_of(plain))
        grant = read_grant(plain, receiver=device.id, giver_key=giver)
        with self._database.writing() as writer:
            self._ring.take_grant(writer, grant, self._clock.now_ms())
            if trusted is not None:
                self._ring.pin(writer, trusted)
        with self._database.reading(brief=True) as connection:
            taken = self._ring.reload(connection, grant.compartment)
        if trusted is not None:
            self._ring.pinned[trusted.fingerprint()] = trusted
        return taken

    def adopt(self, heads: Sequence[GrantHead], signers: Sequence[VerifyKey]) -> None:
        """Take the keys of an export whose passphrase was known: its compartments, and who signed in them."""
        with self._database.writing() as writer:
            for head in heads:
                self._ring.take_grant(writer, head, self._clock.now_ms())
            for key in signers:
                self._ring.pin(writer, key)
        with self._database.reading(brief=True) as connection:
            for head in heads:
                self._ring.reload(connection, head.compartment)
        self._ring.pinned.update((key.fingerprint(), key) for key in signers)

    def roster(self) -> Mapping[str, RosterDevice]:
        """Return the team's devices by id."""
        with self._roster_lock:
            if self._roster is None:
                team = self._ring.compartments(TEAM_KIND)
                self._roster = {}
                if team:
                    with self._database.reading(brief=True) as connection:
                        papers = read_papers(connection, self._ring.number(team[0].id))
                    self._roster = read_roster(flat(papers), self._ring.device.id)
            return self._roster

    def forget(self, compartment_id: str) -> None:
        """Drop a compartment from this vault for good (erasing.py 4)."""
        kind = self._ring.compartment(compartment_id).kind
        try:
            with self._local.writing(erasing=True) as writer:
                forget(writer, self._ring, compartment_id, self._clock.now_ms())
                self._ring.forget(compartment_id)  # before anybody else may write
        except BaseException:
            with self._database.reading(brief=True) as connection:
                self._ring.reload(connection, compartment_id)
            raise
        finally:
            self._local.changed()
        if kind == TEAM_KIND:
            with self._roster_lock:
                self._roster = None

    def forget_roster(self, compartment_id: str) -> None:
        """Read the roster anew the next time, if this is where it lies: something was written there."""
        if self._ring.compartment(compartment_id).kind == TEAM_KIND:
            with self._roster_lock:
                self._roster = None

    def _giver(self, device_id: str) -> VerifyKey:
        known = self.roster().get(device_id)
        if known is not None and not known.removed_at:
            return known.verify_key
        pinned = self._ring.pinned.get(device_id)
        if pinned is None or known is not None:
            raise GrantError(
                say("This grant comes from a device that is not in the team."),
                kept=say("Nothing was changed."),
                next_step=say("Ask the person who gave it to compare fingerprints with you by voice."),
            )
        return pinned
