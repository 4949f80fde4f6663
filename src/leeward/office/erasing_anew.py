"""What somebody wrote after colleagues had begun to erase them: it is the beginning of a new conversation.

1. Under the ids that a desk would give which has erased already (intake/mail.py, 6), so that all desks have one.
2. Taken over are the ways back, the language, and what they wrote since; nothing that stood in the old conversation.
"""

from __future__ import annotations

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.erasing import Erasure, listed
from leeward.domain.intake import Contact, Letter, Voice, choose_pseudonym
from leeward.domain.typed import Change, write_new
from leeward.office.erasing_reach import Reach
from leeward.office.intake.pseudonyms import note_taken, taken_names
from leeward.office.session import Session


def begin_anew(session: Session, erasure: Erasure, reach: Reach) -> None:
    """Write what came after an erasure was asked for as new conversations; the old ones can be erased then."""
    for contact_id in reach.contacts:
        contact = session.get(Contact, contact_id)
        letters = [
            one
            for one in session.find(Letter, contact_id=contact_id)
            if one.direction == "in" and one.created_at > erasure.asked_at and one.id not in listed(erasure)
        ]
        if contact is not None and letters:
            _write(session, contact, letters)


def _write(session: Session, contact: Contact, letters: list[Letter]) -> None:
    fresh = _next(session, contact.compartment, contact.id)
    changes: list[Change] = []
    if session.vault.get(fresh) is None:
        changes += write_new(
            Contact(
                id=fresh,
                pseudonym=choose_pseudonym(fresh, taken_names(session)),
                channel=contact.channel,
                handle=contact.handle,
                language=contact.language,
                ways=contact.ways,
                alarmed=any(one.alarm for one in letters),
            )
        )
        for voice in session.find(Voice, contact_id=contact.id):
            spoken = _next(session, contact.compartment, voice.id)
            changes += write_new(msgspec.structs.replace(voice, id=spoken, contact_id=fresh))
    for letter in letters:
        parts = (fresh, letter.report) if letter.report else (fresh, letter.id)
        new = derive_id("message", *parts)
        there = session.get(Letter, new)
        if there is not None and there.sha256 != letter.sha256:
            new = derive_id("message", *parts, letter.sha256)
            there = session.get(Letter, new)
        if there is None:
            changes += write_new(msgspec.structs.replace(letter, id=new, contact_id=fresh))
    if changes:
        session.commit(contact.compartment, changes)
        note_taken(session, changes)


def _next(session: Session, circle: str, record_id: str) -> str:
    """Return the id that takes an erased one's place (1)."""
    fresh = derive_id("anew", record_id)
    while session.vault.is_erased(circle, fresh):
        fresh = derive_id("anew", fresh)
    return fresh
