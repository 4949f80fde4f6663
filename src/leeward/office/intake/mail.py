"""What comes out of the intake box. Whatever it is, it is kept, and it never stops what comes after it.

1. Every desk that takes in one item makes the same records with the same values, so nothing conflicts and nothing
   is doubled; a report already known (by its own id) changes nothing.
2. What cannot be opened or understood becomes a `damaged` record, its sealed bytes kept beside it.
3. The alarm voice marks message and contact in the same entry that brings the message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.errors import DomainError
from leeward.domain.intake import (
    Contact,
    Damaged,
    Letter,
    Report,
    ReportMalformed,
    Voice,
    choose_pseudonym,
    read_report,
)
from leeward.domain.typed import write_new
from leeward.ledger.errors import BadValue, EntryTooLarge
from leeward.ledger.model import Change, put
from leeward.office.session import Session
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind


def take_in(session: Session, item_id: str, sealed: bytes) -> None:
    """Take one item of the intake box into the vault; durable when it returns. Never raises for what it contains."""
    circle = session.compartment_of("intake")
    if session.vault.get(derive_id("damaged", item_id)) is not None:
        return
    try:
        plain = open_sealed(Kind.REPORT, sealed, session.vault.identities_of(circle))
        report = read_report(plain)
        _check_recipients(report)
    except (SealError, DomainError) as error:
        _keep_damaged(session, circle, item_id, sealed, str(error))  # 2
        return
    digest = hashlib.sha256(plain).hexdigest()
    contact_id, alarm, changes = _who(session, circle, report)
    letter = Letter(
        id=_letter_id(session, contact_id, report, digest),
        contact_id=contact_id,
        direction=report.event or "in",
        text=report.text,
        language=report.language,
        files=report.files,
        alarm=alarm,
        cut=report.cut,
        report=report.id,
        original=_keep_original(session, sealed) if report.cut else "",
        sha256=digest,
        urgent=report.urgent,
        path=report.path,
        facts=report.facts,
        questions=report.questions,
        answers=report.answers,
    )
    if session.vault.get(letter.id) is not None:
        return  # 1
    if alarm:
        changes = [*changes, *put("contact", contact_id, alarmed=True)]  # 3
    try:
        session.commit(circle, changes, write_new(letter))
    except (EntryTooLarge, BadValue) as error:
        _keep_damaged(session, circle, item_id, sealed, str(error))  # 2


def voice_id(voice: str) -> str:
    """Return the id of a voice's record; the voice itself is not kept."""
    return derive_id("voice", voice)


def _check_recipients(report: Report) -> None:
    for spoken in report.ways:
        try:
            Recipient.from_string(spoken.way.recipient)
        except SealError as error:
            raise ReportMalformed("One of its ways back has no usable key.") from error


def _who(session: Session, circle: str, report: Report) -> tuple[str, bool, Iterable[Change]]:
    """Return the contact's id, whether this voice is the alarm, and what makes the contact if it is new."""
    if report.voice:
        known = session.get(Voice, voice_id(report.voice))
        if known is not None:
            return known.contact_id, known.alarm, []
    voices = [spoken.voice for spoken in report.ways] or [report.voice]
    contact_id = derive_id("contact", voices[0])
    if session.vault.get(contact_id) is not None:
        return contact_id, False, []
    taken = {contact.pseudonym for contact in session.find(Contact, compartment=circle)}
    contact = Contact(
        id=contact_id,
        pseudonym=choose_pseudonym(contact_id, taken),
        language=report.language,
        ways=tuple(spoken.way for spoken in report.ways),
    )
    changes = list(write_new(contact))
    for voice, alarm in zip(voices, (False, True), strict=False):
        changes += write_new(Voice(id=voice_id(voice), contact_id=contact_id, alarm=alarm))
    return contact_id, False, changes


def _letter_id(session: Session, contact_id: str, report: Report, digest: str) -> str:
    usual = derive_id("message", contact_id, report.id)
    there = session.get(Letter, usual)
    if there is None or there.sha256 == digest:
        return usual
    return derive_id(
        "message", contact_id, report.id, digest
    )  # another text under an id already used: keep both


def _keep_original(session: Session, sealed: bytes) -> str:
    address = hashlib.sha256(sealed).hexdigest()
    session.vault.blob_put(address, sealed)
    return address


def _keep_damaged(session: Session, circle: str, item_id: str, sealed: bytes, why: str) -> None:
    kept = Damaged(
        id=derive_id("damaged", item_id),
        item=item_id,
        why=why,
        size=len(sealed),
        original=_keep_original(session, sealed),
    )
    session.commit(circle, write_new(msgspec.structs.replace(kept, why=why[:500])))
