"""What the Inbox shows: the queue, one conversation, an attachment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
    Vetted,
    in_order,
    in_time,
    line_of,
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
    """One contact with everything around it."""

    contact: Contact
    line: Line
    letters: list[Letter]  # oldest first, visits left out
    checks: list[Check]  # oldest first
    vetted: Vetted
    linked: list[Contact]


_queues: WeakKeyDictionary[Vault, tuple[int, list[Line]]] = WeakKeyDictionary()


def has_intake(session: Session) -> bool:
    """Tell whether this desk holds the hotline's key."""
    return bool(session.vault.compartments("intake"))


def queue(session: Session) -> list[Line]:
    """Return every contact in the order in which we look at them; kept until the vault changes."""
    if not has_intake(session):
        return []
    generation = session.vault.generation
    kept = _queues.get(session.vault)
    if kept is not None and kept[0] == generation:
        return kept[1]
    letters: dict[str, list[Letter]] = defaultdict(list)
    for letter in session.find(Letter):
        letters[letter.contact_id].append(letter)
    lines = in_order([line_of(contact, letters[contact.id]) for contact in session.find(Contact)])
    _queues[session.vault] = (generation, lines)
    return lines


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
    """Return a contact with everything around it; NotInIntake if it is not here."""
    contact = require_contact(session, contact_id)
    letters = in_time(session.find(Letter, contact_id=contact_id))
    checks = sorted(session.find(Check, contact_id=contact_id), key=lambda one: (one.created_at, one.id))
    linked = [session.get(Contact, other) for other in contact.linked_ids]
    return Conversation(
        contact=contact,
        line=line_of(contact, letters),
        letters=[letter for letter in letters if letter.direction != "opened"],
        checks=checks,
        vetted=vetted(contact, checks),
        linked=[other for other in linked if other is not None],
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
