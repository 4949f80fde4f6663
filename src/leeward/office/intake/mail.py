"""What comes out of the intake box. Whatever it is, it is kept, and it never stops what comes after it.

1. Every desk that takes in one item makes the same records with the same values, so nothing conflicts and nothing
   is doubled; a report already known (by its own id) changes nothing.
2. What cannot be opened or understood becomes a `damaged` record, its sealed bytes kept beside it.
3. The alarm voice marks message and contact in the same entry that brings the message.
4. What a voice speaks for is said once, by the first message with both ways. Words are drawn anew for each first
   message, so one that says otherwise of a voice already heard was made by somebody who was given the words: it is an
   alarm, and changes nothing of what the voices mean.
5. A later message may come before the first (a relay can see to that): the first then gives that contact its ways, and
   what was written with the alarm form meanwhile becomes an alarm.
6. What was erased does not come back with a letter that still lies on the relay. Whoever writes with their old words
   after they were erased begins anew: a new conversation, with ids that every desk derives alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.erasing import Erasure
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
from leeward.office.intake.pseudonyms import note_taken, taken_names
from leeward.office.page_cards import every_hotline
from leeward.office.session import Session
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind


def take_in(session: Session, item_id: str, sealed: bytes) -> None:
    """Take one item of the intake box into the vault; durable when it returns. Never raises for what it contains."""
    circle = session.compartment_of("intake")
    if session.vault.get(_damaged_id(item_id, sealed)) is not None:
        return
    try:
        plain = open_sealed(Kind.REPORT, sealed, session.vault.identities_of(circle))
        report = read_report(plain)
        _check_ways(session, report)
    except (SealError, DomainError) as error:
        _keep_damaged(session, circle, item_id, sealed, str(error))  # 2
        return
    digest = hashlib.sha256(plain).hexdigest()
    contact_id, alarm, changes = _who(session, report)
    if _was_erased(session, report, digest):
        return  # 6
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
        urgent=report.urgent or report.sign == "help",
        sign=report.sign,
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
        note_taken(session, changes)
    except (EntryTooLarge, BadValue) as error:
        _keep_damaged(session, circle, item_id, sealed, str(error))  # 2


def voice_id(voice: str) -> str:
    """Return the id of a voice's record; the voice itself is not kept."""
    return derive_id("voice", voice)


def _check_ways(session: Session, report: Report) -> None:
    ours = {one.box for one in every_hotline(session)} if report.ways else set()
    for spoken in report.ways:
        if spoken.way.box in ours:  # its address is public: our answers would come back to us
            raise ReportMalformed("One of its ways back is our own box.")
        try:
            Recipient.from_string(spoken.way.recipient)
        except SealError as error:
            raise ReportMalformed("One of its ways back has no usable key.") from error


def _who(session: Session, report: Report) -> tuple[str, bool, Sequence[Change]]:
    """Return the contact's id, whether this voice is the alarm, and what makes the contact if it is new."""
    if report.voice:
        known = session.get(Voice, _anew(session, voice_id(report.voice)))
        if known is not None:
            return known.contact_id, known.alarm, []
        contact_id = _anew(session, derive_id("contact", report.voice))
        there = session.vault.get(contact_id) is not None
        return contact_id, False, [] if there else _new_contact(session, report, contact_id)
    return _who_is_first(session, report)


def _who_is_first(session: Session, report: Report) -> tuple[str, bool, Sequence[Change]]:
    contact_id = _anew(session, derive_id("contact", report.ways[0].voice))
    known = [session.get(Voice, _anew(session, voice_id(spoken.voice))) for spoken in report.ways]
    told = [one for one in known if one is not None and _has_ways(session, one.contact_id)]
    if told:
        same = [one and (one.contact_id, one.alarm) for one in known] == [
            (contact_id, False),
            (contact_id, True),
        ]
        return (contact_id, False, []) if same else (told[0].contact_id, True, [])  # 4
    if any(known) or session.vault.get(contact_id) is not None:
        return contact_id, False, _told_late(session, report, contact_id)  # 5
    return contact_id, False, _new_contact(session, report, contact_id)


def _has_ways(session: Session, contact_id: str) -> bool:
    """Tell whether this contact's first message has come."""
    contact = session.get(Contact, contact_id)
    return contact is not None and bool(contact.ways)


def _new_contact(session: Session, report: Report, contact_id: str) -> list[Change]:
    """Return what makes a contact, and says whom its voices speak for."""
    contact = Contact(
        id=contact_id,
        pseudonym=choose_pseudonym(contact_id, taken_names(session)),
        language=report.language,
        ways=tuple(spoken.way for spoken in report.ways),
    )
    return [*write_new(contact), *_voices(session, report, contact_id)]


def _voices(session: Session, report: Report, contact_id: str) -> list[Change]:
    """Return what says whom the voices of a report speak for, the alarm's second."""
    voices = [spoken.voice for spoken in report.ways] or [report.voice]
    changes: list[Change] = []
    for voice, alarm in zip(voices, (False, True), strict=False):
        spoken = _anew(session, voice_id(voice))
        changes += put("voice", spoken, contact_id=contact_id, **({"alarm": True} if alarm else {}))
    return changes


def _told_late(session: Session, report: Report, contact_id: str) -> list[Change]:
    """Return what a first message adds that comes after a later one (5)."""
    if session.get(Contact, contact_id) is None:
        changes = _new_contact(session, report, contact_id)
    else:
        ways = tuple(spoken.way for spoken in report.ways)
        changes = [
            *put("contact", contact_id, ways=msgspec.to_builtins(ways)),
            *_voices(session, report, contact_id),
        ]
    forced = session.get(Contact, _anew(session, derive_id("contact", report.ways[1].voice)))
    if forced is not None:  # until now nobody could know that this was the alarm form
        changes += put("contact", forced.id, merged_into=contact_id, alarmed=True)
        changes += put("contact", contact_id, alarmed=True)
        for letter in session.find(Letter, contact_id=forced.id):
            changes += put("message", letter.id, alarm=True)
    return changes


def _anew(session: Session, record_id: str) -> str:
    """Return an id, or, if that was erased, the one that takes its place (6)."""
    circle = session.compartment_of("intake")
    while session.vault.is_erased(circle, record_id):
        record_id = derive_id("anew", record_id)
    return record_id


def _was_erased(session: Session, report: Report, digest: str) -> bool:
    """Tell whether this very letter was erased, under any of the conversations it may have been part of (6)."""
    circle = session.compartment_of("intake")
    voices = [spoken.voice for spoken in report.ways] or [report.voice]
    known = [session.get(Voice, voice_id(voice)) for voice in voices]
    contacts = {one.contact_id for one in known if one is not None}
    if not contacts:
        contacts = {derive_id("contact", voice) for voice in voices}
        contacts |= {one for erasure in session.find(Erasure) for one in erasure.contact_ids}
    return any(
        session.vault.is_erased(circle, letter)
        for contact in contacts
        for letter in (
            derive_id("message", contact, report.id),
            derive_id("message", contact, report.id, digest),
        )
    )


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


def _damaged_id(item_id: str, sealed: bytes) -> str:
    """Return the id of what cannot be read; other bytes under the same item id are another matter."""
    return derive_id("damaged", item_id, hashlib.sha256(sealed).hexdigest())


def _keep_damaged(session: Session, circle: str, item_id: str, sealed: bytes, why: str) -> None:
    kept = Damaged(
        id=_damaged_id(item_id, sealed),
        item=item_id,
        why=why,
        size=len(sealed),
        original=_keep_original(session, sealed),
    )
    session.commit(circle, write_new(msgspec.structs.replace(kept, why=why[:500])))
