"""Alarms, and people who may be in other hands: what this desk knows of places must not reach whoever reads along.

1. An alarm makes it so at once, with nobody's doing, and so does the agreed word in a sign of life; a member may, too.
2. While it is so, an answer that leads to a place is refused, and there is no way around it.
3. It is taken back by somebody else than whoever said it or took up the alarm, with a reason that is kept.
4. Each contact of a line is marked, and freed, by itself: merging or taking apart changes nothing about it.
5. Whoever is linked to them is warned on Today until it is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leeward.base.say import say
from leeward.domain.cases.case import Case
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import Contact, Line, captured_by
from leeward.domain.intake.places import Found, Trace, find_places
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.places import Place, PlaceAddress
from leeward.ledger.model import Change, note, put
from leeward.office.intake.see import line_for, require_contact
from leeward.office.intake.text import text_of
from leeward.office.session import Session


class LeadsToAPlace(RuleBroken):
    """An answer to somebody who may be in other hands would lead to a place."""

    code = "intake.leads-to-a-place"


def take_up_alarm(session: Session, contact_id: str) -> None:
    """Say "I act on this alarm": it leaves the top, and stays in the contact for ever. Their case is told, too."""
    line, now = line_for(session, contact_id), session.now()
    session.commit(
        line.contact.compartment,
        *(
            put("contact", one.id, alarm_seen_at=now, alarm_seen_by=session.member_id)
            for one in (line.contact, *line.parts)
            if one is line.contact or one.alarmed
        ),
    )
    _tell_cases(session, line)


def mark_captured(session: Session, contact_id: str, reason: str) -> None:
    """Say that they may be in other hands, and why."""
    line = line_for(session, contact_id)
    words = text_of(reason)
    if not words:
        raise OutOfRange(
            say("Say in a sentence why you think so."),
            kept=say("Nothing was changed."),
            next_step=say("One sentence is enough: what it rests on."),
        )
    _note_all(session, line, "mark", words)
    _tell_cases(session, line)


def mark_forced(session: Session, contact_ids: Iterable[str], answer: str) -> None:
    """Mark the contacts of a case whose sign of life held the word for "I am being made to say this"."""
    for contact_id in contact_ids:
        contact = session.get(Contact, contact_id)
        if contact is not None:
            _note_all(session, line_for(session, contact_id), "mark", text_of(answer))


def lift_captured(session: Session, contact_id: str, reason: str) -> None:
    """Say that they are free again; RuleBroken for whoever said that they are not (3)."""
    line = line_for(session, contact_id)
    contact, words = line.contact, text_of(reason)
    if not line.captured_since:
        raise RuleBroken(say("Nobody thinks that they are in other hands."), kept=say("Nothing was changed."))
    if line.alarm_at:
        raise RuleBroken(
            say("Nobody has taken up the alarm yet."),
            kept=say("Nothing was changed."),
            next_step=say("Act on the alarm first; a colleague can take the state back later."),
        )
    if session.member_id in captured_by([contact, *line.parts], line.captured_since):
        raise RuleBroken(
            say("Somebody else must take this back: you said it, or took up the alarm."),
            kept=say("Nothing was changed."),
            next_step=say("Tell a colleague what you know, and let them decide."),
        )
    if not words:
        raise OutOfRange(
            say("Say in a sentence how we know that they are free."),
            kept=say("Nothing was changed."),
            next_step=say("One sentence is enough: what it rests on."),
        )
    _note_all(session, line, "lift", words)


def warn(session: Session, contact_id: str, other_id: str) -> None:
    """Say that whoever is linked with them was warned (5)."""
    contact = line_for(session, contact_id).contact
    session.commit(contact.compartment, _note(contact, "warned", require_contact(session, other_id).id))


def require_no_place(session: Session, contact_id: str, text: str) -> None:
    """Raise LeadsToAPlace if they may be in other hands and the text leads to a place (2)."""
    if not line_for(session, contact_id).captured_since:
        return
    found = places_in(session, text)
    if not found:
        return
    raise LeadsToAPlace(
        say(
            "They may be in other hands, and “{words}” is {what}. It was not sent.",
            words=found[0].words,
            what=found[0].what,
        ),
        kept=say("What you wrote is kept as a draft."),
        next_step=say("Take it out. If they are free, a colleague must say so first, with a reason."),
    )


def places_in(session: Session, text: str) -> list[Found]:
    """Return what of a text leads to a place that this desk knows of."""
    return find_places(text, _traces(session))


def _traces(session: Session) -> Iterator[Trace]:
    for place in session.find(Place):
        yield Trace("place", place.code_name)
    for address in session.find(PlaceAddress):
        yield Trace("address", f"{address.address} {address.how_to_enter}")
    for leg in session.find(Leg):
        yield Trace("town", leg.from_town)
        yield Trace("town", leg.to_town)
        yield Trace("handover", leg.handover)
        for point in leg.check_points:
            yield Trace("town", point)
    for journey in session.find(Journey):
        yield Trace("town", journey.destination)


def _note_all(session: Session, line: Line, does: str, text: str) -> None:
    """Write it into each contact of the line: it stays with them if the line is taken apart."""
    whole = (line.contact, *line.parts)
    session.commit(line.contact.compartment, *(_note(one, does, text) for one in whole))


def _tell_cases(session: Session, line: Line) -> None:
    for one in (line.contact, *line.parts):
        _tell_case(session, one)


def _note(contact: Contact, does: str, text: str) -> tuple[Change, ...]:
    return note("contact", contact.id, "captures", {"does": does, "text": text})


def _tell_case(session: Session, contact: Contact) -> None:
    """Say in their case, if this desk can open it, that their account may be in other hands."""
    case = session.get(Case, contact.case_id) if contact.case_id else None
    if case is not None and not case.seized:
        session.commit(case.compartment, put("case", case.id, seized=True))


def linked_to(session: Session, contact: Contact) -> list[Contact]:
    """Return the contacts that were linked with this one."""
    linked = [session.get(Contact, other) for other in contact.linked_ids]
    return [one for one in linked if one is not None]
