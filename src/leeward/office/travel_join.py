"""The vault of a device by which somebody comes back from a journey: it signs with the key of their words."""

from __future__ import annotations

from pathlib import Path

from leeward.base.ports import Chance, Clock
from leeward.ledger.store.vault import Vault
from leeward.office.session import Session
from leeward.seal.codes import Code, parse_code, split_words
from leeward.seal.returning import return_key
from leeward.seal.wordlists import LISTS, index_of

_RETURNING = "returning"  # device-only


def read_words(typed: str) -> Code:
    """Return the eight words that somebody typed, in whichever language; CodeRefused."""
    found = split_words(typed)
    return parse_code(typed, max(LISTS, key=lambda one: sum(word in index_of(one) for word in found)))


def prepare_to_return(
    folder: Path, passphrase: str, code: Code, *, clock: Clock, chance: Chance, work_factor: int = 18
) -> Session:
    """Make an empty vault for a device that is to join a team as a traveller's."""
    vault = Vault.create(
        folder,
        passphrase,
        member_id="",
        clock=clock,
        chance=chance,
        work_factor=work_factor,
        signing_key=return_key(code),
    )
    vault.local_put(_RETURNING, value=True)
    return Session(vault, clock=clock, chance=chance)


def is_returning(session: Session) -> bool:
    """Tell whether this vault was made for coming back."""
    return bool(session.vault.local_get(_RETURNING))
