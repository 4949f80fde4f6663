"""What the Inbox shows: the queue, one conversation, an attachment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from weakref import WeakKeyDictionary

import msgspec

from leeward.base.say import say
from leeward.domain.files import FileRef
from leeward.domain.intake import (
    Check,
    Contact,
    Damaged,
    Letter,
    Line,
    Safe,
    Vetted,
    believed_at,
    in_order,
    in_time,
    line_of,
    safe_of,
    vetted,
)
from leeward.ledger.store.vault import Vault
from leeward.office.errors import OfficeError
from leeward.office.files import read_file
from leeward.office.session import Session


class NotInIntake(OfficeError):
    """The desk does not hold the hotline's key, or there is no such contact."""

    code = "intake.not-here"


class Counts(msgspec.Struct, frozen=True):
    """What the frame shows beside Inbox."""

    waiting: int = 0
    alarms: int = 0


class Conversation(msgspec.Struct, frozen=True):
    """One contact with everything around it; of merged contacts, all of them in time order."""

    contact: Contact
    line: Line
    letters: list[Letter]  # oldest first, visits left out
    checks: list[Check]  # oldest first
    vetted: Vetted
    linked: list[Contact]
    safe: Safe
    way: Contact  # whose ways an answer goes to: those used last


class _Known(msgspec.Struct, frozen=True):
    """Every line, in the order of the queue, and to which line each contact belongs."""

    lines: list[Line]
    by_contact: dict[str, Line]


_kept: WeakKeyDictionary[Vault, tuple[int, _Known]] = WeakKeyDictionary()


def has_intake(session: Session) -> bool:
    """Tell whether this desk holds the hotline's key."""
    return bool(session.vault.compartments("intake"))


def queue(session: Session, order: str = "urgent") -> list[Line]:
    """Return every contact in the order in which we look at them, but for what lies on a heap; alarms always."""
    lines = _known(session).lines
    found = [line for line in lines if not line.contact.heap or line.alarm_at]
    return found if order == "urgent" else in_order(found, order)


def heap(session: Session) -> list[Line]:
    """Return what was put out of the queue, the newest first."""
    lines = [line for line in _known(session).lines if line.contact.heap and not line.alarm_at]
    return sorted(lines, key=lambda line: -line.arrived_at)


def line_for(session: Session, contact_id: str) -> Line:
    """Return the line that a contact belongs to, or raise NotInIntake."""
    contact = require_contact(session, contact_id)
    return _known(session).by_contact.get(contact.id) or line_of(contact, [])


def _known(session: Session) -> _Known:
    """Return all lines; kept until the vault changes."""
    if not has_intake(session):
        return _Known([], {})
    generation = session.vault.generation
    kept = _kept.get(session.vault)
    if kept is not None and kept[0] == generation:
        return kept[1]
    now = session.now()
    contacts = {contact.id: believed_at(contact, now) for contact in session.find(Contact)}
    parts: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts.values():
        root = _root(contact, contacts)
        if root != contact.id:
            parts[root].append(contact)
    whole_of = {one.id: root for root, them in parts.items() for one in them}
    letters: dict[str, list[Letter]] = defaultdict(list)
    for letter in session.find(Letter):
        letters[whole_of.get(letter.contact_id, letter.contact_id)].append(letter)
    lines = in_order(
        [
            line_of(contact, letters[contact.id], parts[contact.id])
            for contact in contacts.values()
            if contact.id not in whole_of
        ]
    )
    by_contact = {one.id: line for line in lines for one in (line.contact, *line.parts)}
    known = _Known(lines, by_contact)
    _kept[session.vault] = (generation, known)
    return known


def _root(contact: Contact, contacts: Mapping[str, Contact]) -> str:
    """Return the contact whose conversation this one is part of; two merged into each other stand for themselves."""
    seen = {contact.id}
    at = contact
    while at.merged_into in contacts:
        at = contacts[at.merged_into]
        if at.id in seen:
            return min(seen)
        seen.add(at.id)
    return at.id


def counts(session: Session) -> Counts:
    """Return how many wait for us and how many alarms nobody has taken up."""
    lines = queue(session)
    return Counts(
        waiting=sum(bool(line.waiting_since or line.alarm_at) for line in lines),
        alarms=sum(bool(line.alarm_at) for line in lines),
    )


def require_contact(session: Session, contact_id: str) -> Contact:
    """Return a contact, or raise NotInIntake."""
    found = session.get(Contact, contact_id)
    if found is None:
        raise NotInIntake(
            say("There is no such contact on this desk."),
            kept=say("Nothing was changed."),
            next_step=say("It may still be on its way here, or this desk does not hold the hotline's key."),
        )
    return found


def conversation(session: Session, contact_id: str) -> Conversation:
    """Return the conversation a contact belongs to, with everything around it; NotInIntake if it is not here."""
    line = line_for(session, contact_id)
    contact, whole = line.contact, [line.contact, *line.parts]
    letters = in_time([one for part in whole for one in session.find(Letter, contact_id=part.id)])
    checks = [one for part in whole for one in session.find(Check, contact_id=part.id)]
    linked = {other for part in whole for other in part.linked_ids} - {part.id for part in whole}
    found = [session.get(Contact, other) for other in sorted(linked)]
    return Conversation(
        contact=contact,
        line=line_of(contact, letters, line.parts),
        letters=[letter for letter in letters if letter.direction != "opened"],
        checks=sorted(checks, key=lambda one: (one.created_at, one.id)),
        vetted=vetted(contact, checks),
        linked=[other for other in found if other is not None],
        safe=safe_of(whole, letters),
        way=next((part for part in whole if part.id == line.way_id), contact),
    )


def damaged(session: Session) -> list[Damaged]:
    """Return what came and could not be read, and nobody has settled."""
    return [one for one in session.find(Damaged) if not one.settled_at]


def open_attachment(session: Session, letter_id: str, number: int) -> tuple[FileRef, Iterator[bytes]]:
    """Return a file of a message (from 0) and its plain bytes, checked piece by piece."""
    letter = session.get(Letter, letter_id)
    if letter is None or not 0 <= number < len(letter.files):
        raise NotInIntake(
            say("There is no such attachment on this desk."),
            kept=say("Nothing was changed."),
            next_step=say("It may still be on its way here."),
        )
    ref = letter.files[number]
    return ref, read_file(session, letter.compartment, ref)
