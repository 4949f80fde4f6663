"""A message from a channel becomes a contact and a letter of the hotline, like a report from the page.

1. Ids come from the channel, our account there and the person's handle, and from what was said: fetched twice, by one
   desk or two, it is one letter of one contact.
2. Its files are sealed to intake before the letter is written; the letter is durable when this returns.
3. The sender of a message can be forged. Nothing here believes it more than vetting does.
"""

from __future__ import annotations

import re

from leeward.base.ids import derive_id
from leeward.domain.files import FileRef
from leeward.domain.intake import Contact, Letter, choose_pseudonym
from leeward.domain.intake.report import tidy
from leeward.domain.typed import write_new
from leeward.ledger.model import Change
from leeward.office.channels.port import Attached, Incoming
from leeward.office.files import keep_file
from leeward.office.session import Session

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")


def contact_id_of(name: str, account: str, handle: str) -> str:
    """Return the id of the contact behind a handle."""
    return derive_id("contact", name, account, handle)


def take_message(session: Session, name: str, account: str, incoming: Incoming) -> bool:
    """Write a message down; durable when it returns. False if it was here already."""
    circle = session.compartment_of("intake")
    contact_id = contact_id_of(name, account, incoming.handle)
    letter_id = derive_id("message", contact_id, incoming.digest())  # 1
    if session.get(Letter, letter_id) is not None:
        return False
    changes: list[Change] = []
    if session.get(Contact, contact_id) is None:
        taken = {contact.pseudonym for contact in session.find(Contact, compartment=circle)}
        changes += write_new(
            Contact(
                id=contact_id,
                pseudonym=choose_pseudonym(contact_id, taken),
                channel=name,
                handle=incoming.handle,
                language=language_of(incoming.text),
            )
        )
    kept: list[FileRef] = []
    try:
        kept.extend(
            keep_file(session, circle, [file.body], name=file.name, media_type=_type(file))  # 2
            for file in incoming.files
        )
        letter = Letter(
            id=letter_id,
            contact_id=contact_id,
            text=tidy(incoming.text),
            language=language_of(incoming.text),
            files=tuple(kept),
            cut=incoming.cut,
            report=incoming.reference,
            sha256=incoming.digest(),
        )
        session.commit(circle, changes, write_new(letter))
    except BaseException:
        for ref in kept:
            for piece in ref.pieces:
                session.vault.blob_delete(piece.blob)
        raise
    return True


def language_of(text: str) -> str:
    """Return the language a first answer may be in, by script alone: "ru" for Cyrillic, "en" for Latin, else ""."""
    cyrillic = sum("а" <= letter <= "я" or letter == "ё" for letter in text.lower())
    latin = sum("a" <= letter <= "z" for letter in text.lower())
    if cyrillic > latin:
        return "ru"
    return "en" if latin else ""


def _type(file: Attached) -> str:
    named = file.media_type.lower()
    return named if _MEDIA_TYPE.fullmatch(named) else "application/octet-stream"
