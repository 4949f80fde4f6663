"""Offering a relay again what it lost: every segment that this desk holds, its own and the others'.

The item id is derived from the segment's head, so that several desks that offer the same segment fill one place.
Whoever fetches a segment a second time knows it by its head and ignores it.
"""

from __future__ import annotations

import hashlib

from leeward.ledger.store.vault import Compartment, Vault
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind
from leeward.sync.errors import RelayRefused
from leeward.sync.port import Relay
from leeward.sync.views import name_of


def offer_again(
    vault: Vault, relay: Relay, compartment: Compartment, *, broken: bytes = b""
) -> list[tuple[int, str]]:
    """Offer all held segments of a compartment; return number and name of those the relay took. Raises SyncError.

    `broken` names a promise that the relay did not keep: then something else may lie where an offer was kept before,
    so what is refused because its place is taken is offered once more under another id.
    """
    taken = []
    for held in vault.segments(compartment.id):
        for label in (b"", broken) if broken else (b"",):
            item = hashlib.sha256(b"leeward-again-1 " + label + held.head).hexdigest()[:32]
            sealed = seal(Kind.SEGMENT, held.plain, held.recipient)
            try:
                number = relay.append(compartment.box, compartment.write, item, sealed)
            except RelayRefused as error:
                if error.word != "item-taken":
                    raise
                continue  # another desk has offered it already, sealed with other randomness
            taken.append((number, name_of(item, sealed).hex()))
            break
    return taken
