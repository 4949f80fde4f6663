"""A case is opened from somebody who turned to us.

1. It gets a compartment of its own, and the legal identity another: who reads the one need not read the other.
2. The members named get the key of the case; the identity is opened for whoever opens the case and who will hold it.
3. What they wrote first becomes the first line of the story, folded; what they attached is sealed again to the case.
4. Contact and case name each other, so that one leads to the other.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.domain.cases.case import Case, CaseFile, Identity, Person, derive_code
from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.text import clean_name
from leeward.domain.cases.words import RISK
from leeward.domain.errors import RuleBroken
from leeward.domain.files import FileRef
from leeward.domain.intake import Contact, Letter, vetting_of
from leeward.domain.typed import Change, write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import put
from leeward.office.casework import set_holders
from leeward.office.casework_base import line, require, require_case
from leeward.office.files import copy_file
from leeward.office.intake.see import line_for
from leeward.office.session import Session
from leeward.office.team import grant_case, who_can_open


class Opened(msgspec.Struct, frozen=True):
    """A case just opened; `files_left` could not be copied yet, since their pieces are not on this desk."""

    case_id: str
    files_left: int


def open_case(
    session: Session,
    contact_id: str,
    *,
    coordinator_id: str = "",
    deputy_id: str = "",
    member_ids: Collection[str] = (),
    pseudonym: str = "",
    risk: str = "unknown",
    copy_files: bool = True,
) -> Opened:
    """Open a case from a contact (or, with an empty id, from a conversation that left none). See the rules above."""
    contact = require(session, Contact, contact_id) if contact_id else None
    if contact is not None and contact.case_id:
        raise RuleBroken(
            say("A case was opened from this conversation already."),
            kept=say("Nothing was changed."),
            next_step=say("Open it from the conversation."),
        )
    letters = _letters(session, contact_id)
    now = session.now()
    case_id = session.make_id()
    circle = session.vault.make_compartment("case").id  # 1
    sealed = session.vault.make_compartment("identity").id
    case = Case(
        id=case_id,
        pseudonym=clean_name(pseudonym or (contact.pseudonym if contact else ""), needed=True),
        code=derive_code(case_id),
        stage="vetted" if contact and vetting_of(contact, now) == "verified" else "first-contact",
        stage_since=letters[0].created_at if letters else now,
        coordinator_id=coordinator_id or session.member_id,
        deputy_id=deputy_id,
        risk=known(RISK, risk),
        risk_since=now if risk != "unknown" else 0,
        language_set=(contact.language,) if contact and contact.language else (),
        contact_ids=(contact_id,) if contact_id else (),
        identity_id=session.make_id(),
        seized=bool(contact and (contact.alarmed or line_for(session, contact_id).captured_since)),
        opened_at=now,
    )
    person = Person(id=session.make_id(), case_id=case_id, pseudonym=case.pseudonym, relation="self")
    session.save_new(sealed, Identity(id=case.identity_id, case_id=case_id))
    session.commit(circle, write_new(case), write_new(person), _first_line(session, case_id, letters))  # 3
    holders = {session.member_id, case.coordinator_id, *filter(None, [deputy_id])}
    grant_case(session, circle, {*holders, *member_ids})  # 2
    grant_case(session, sealed, holders)
    if contact is not None:
        session.commit(contact.compartment, put("contact", contact_id, case_id=case_id))  # 4
    return Opened(case_id, copy_attachments(session, case_id) if copy_files else 0)


def _letters(session: Session, contact_id: str) -> list[Letter]:
    if not contact_id:
        return []
    found = [one for one in session.find(Letter, contact_id=contact_id) if one.direction == "in"]
    return sorted(found, key=lambda one: (one.created_at, one.id))


def _first_line(session: Session, case_id: str, letters: list[Letter]) -> tuple[Change, ...]:
    first = next((one for one in letters if one.text), None)
    if first is None:
        return ()
    told = CaseNote(
        id=session.make_id(),
        case_id=case_id,
        note="message",
        text=first.text,
        language=first.language,
        happened_at=first.created_at,
        folded=True,
        about_id=first.id,
    )
    return write_new(told)


def copy_attachments(session: Session, case_id: str) -> int:
    """Seal what they attached again to the case, each file once; return how many could not be copied yet."""
    case = require_case(session, case_id)
    there = {one.file.sha256 for one in session.find(CaseFile, case_id=case_id) if one.file}
    left = 0
    for letter in (one for contact in case.contact_ids for one in _letters(session, contact)):
        for ref in letter.files:
            if ref.sha256 not in there:
                there.add(ref.sha256)
                left += not _copied(session, case, letter, ref)
    return left


def _copied(session: Session, case: Case, letter: Letter, ref: FileRef) -> bool:
    try:
        copied = copy_file(session, letter.compartment, ref, case.compartment)
    except LeewardError:
        return False  # the conversation still has it; the case's page offers to copy it again
    kept = CaseFile(id=session.make_id(), case_id=case.id, file=copied, from_id=letter.id)
    session.save_new(case.compartment, kept)
    return True


def attachments_left(session: Session, case: Case) -> int:
    """Return how many files of the conversations are not in the case."""
    there = {one.file.sha256 for one in session.find(CaseFile, case_id=case.id) if one.file}
    sent = {
        ref.sha256 for contact in case.contact_ids for one in _letters(session, contact) for ref in one.files
    }
    return len(sent - there)


def give_key(session: Session, case_id: str, member_id: str, *, identity: bool = False) -> None:
    """Give a member the key of a case, and if asked that of the legal identity. It cannot be taken back unread."""
    case = require_case(session, case_id)
    circles = [case.compartment]
    if identity:
        circles.append(require(session, Identity, case.identity_id).compartment)
    for circle in circles:
        if member_id not in {one.member_id for one in who_can_open(session, circle)}:
            grant_case(session, circle, {member_id})
    session.commit(case.compartment, line(session, case_id, "decision", "", about_id=member_id))


def hand_over(session: Session, case_id: str, coordinator_id: str, deputy_id: str) -> None:
    """Say who holds a case and who stands in, and give them its keys: nobody can hold what they cannot read.

    The key of the legal identity goes with it if this desk has it.
    """
    case = require_case(session, case_id)
    identity = session.get(Identity, case.identity_id) is not None if case.identity_id else False
    have, have_identity = readers(session, case), identity_readers(session, case)
    for member_id in filter(None, dict.fromkeys((coordinator_id, deputy_id))):
        if member_id not in have or (identity and member_id not in have_identity):
            give_key(session, case_id, member_id, identity=identity)
    set_holders(session, case_id, coordinator_id, deputy_id)


def readers(session: Session, case: Case) -> list[str]:
    """Return the ids of the members who can read the case, in the order they were given its key."""
    return list(dict.fromkeys(one.member_id for one in who_can_open(session, case.compartment)))


def identity_readers(session: Session, case: Case) -> list[str]:
    """Return the ids of the members who can read the legal identity, if this desk can."""
    identity = session.get(Identity, case.identity_id) if case.identity_id else None
    if identity is None:
        return []
    return list(dict.fromkeys(one.member_id for one in who_can_open(session, identity.compartment)))
