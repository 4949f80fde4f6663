"""Which pseudonyms are taken, without reading every contact anew for each stranger of a flood.

What was found is kept until the vault changes; a change that only brought a new contact is followed.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from weakref import WeakKeyDictionary

import msgspec

from leeward.domain.intake import Contact
from leeward.ledger.model import Change
from leeward.ledger.store.vault import Vault
from leeward.office.session import Session


class _Taken(msgspec.Struct):
    generation: int
    names: set[str]


_kept: WeakKeyDictionary[Vault, _Taken] = WeakKeyDictionary()


def taken_names(session: Session) -> Container[str]:
    """Return the pseudonyms of all contacts."""
    kept, generation = _kept.get(session.vault), session.vault.generation
    if kept is None or kept.generation != generation:
        kept = _Taken(generation, {contact.pseudonym for contact in session.find(Contact)})
        _kept[session.vault] = kept
    return kept.names


def note_taken(session: Session, written: Iterable[Change]) -> None:
    """Follow one entry that was just written; if others wrote too, all is read anew the next time."""
    kept = _kept.get(session.vault)
    if kept is None or kept.generation + 1 != session.vault.generation:
        return
    names = (one.value for one in written if (one.kind, one.field) == (Contact.kind, "pseudonym"))
    kept.names.update(name for name in names if isinstance(name, str))
    kept.generation += 1
