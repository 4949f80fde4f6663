"""A vault's keys: its device's, its compartments', what it gives to colleagues and takes from them."""

from __future__ import annotations

from collections.abc import Sequence

from leeward.base.say import say
from leeward.ledger.errors import UnknownCompartment
from leeward.ledger.grant import GrantHead
from leeward.ledger.letter import Letter
from leeward.ledger.roster import RosterDevice
from leeward.ledger.store.keyring import Compartment, put_meta, recipient_of
from leeward.ledger.store.letters import write_letter
from leeward.ledger.store.vault_parts import VaultParts
from leeward.seal.keys import Identity, Recipient
from leeward.seal.signing import VerifyKey


class VaultKeys(VaultParts):
    """Compartments, their keys, grants and letters."""

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
