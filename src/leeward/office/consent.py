"""What a person allows, written down as they said it, and taken back the moment they say so."""

from __future__ import annotations

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.cases.case import Person
from leeward.domain.cases.consent import (
    ANSWER,
    AUDIENCE,
    HOW,
    SPEAKER,
    USE,
    Consent,
    Ruling,
    allows,
    of_person,
)
from leeward.domain.cases.text import clean_name, clean_text
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.beds import check_day
from leeward.domain.vocabulary import known
from leeward.ledger.model import note, put
from leeward.office.casework_base import line, require, require_case, today
from leeward.office.session import Session

_ASKED = (
    "answer",
    "conditions",
    "how",
    "language",
    "given_by",
    "speaker_id",
    "speaker",
    "risks_explained",
    "day",
    "expires",
    "embargo",
    "asked_by_id",
    "legal_basis",
)


def consent_id(case_id: str, person_id: str, use: str, audience: str, organisation: str) -> str:
    """Return the id of the answer about one use and audience: the same on every desk."""
    return derive_id("consent", case_id, person_id, use, audience, organisation.casefold())


def set_consent(
    session: Session, case_id: str, use: str, audience: str, answer: str, **fields: object
) -> str:
    """Write down an answer; return its id. A refusal needs nothing else; a yes needs the risks to have been explained.

    Fields are those of Consent: person_id, organisation, conditions, how, language, given_by, speaker_id, speaker,
    risks_explained, day, expires, embargo, legal_basis. `person_id` "" is whom the case is about.
    """
    case = require_case(session, case_id)
    new = msgspec.structs.replace(
        Consent(
            id="",
            case_id=case_id,
            use=known(USE, use),
            audience=known(AUDIENCE, audience),
            answer=known(ANSWER, answer),
            asked_by_id=session.member_id,
            day=today(session),
        ),
        **fields,
    )
    new = msgspec.structs.replace(
        new,
        organisation=clean_name(new.organisation),
        conditions=clean_text(new.conditions),
        speaker=clean_name(new.speaker),
    )
    new = _whose(session, new)
    _check(new, child=is_child(session, case_id, new.person_id))
    new = msgspec.structs.replace(new, id=consent_id(case_id, new.person_id, use, audience, new.organisation))
    there = session.get(Consent, new.id)
    if there is None:
        session.save_new(case.compartment, new)
        return new.id
    changed = {
        name: getattr(new, name)
        for name in _ASKED
        if getattr(new, name) != getattr(there, name) or name in there.conflicts
    }
    if changed:
        session.commit(case.compartment, put("consent", new.id, **changed))
    return new.id


def _whose(session: Session, new: Consent) -> Consent:
    """Return the answer with the one person whose it is, and whoever answers for them, if that is not themselves."""
    there = {one.id: one for one in session.find(Person, case_id=new.case_id) if not one.struck_at}
    own = own_ids(session, new.case_id)
    person = "" if new.person_id in own else new.person_id
    if person and (person not in there or there[person].threatens):
        raise OutOfRange(
            say("This person cannot be asked: they are not of this case, or are the one who is feared."),
            kept=say("Nothing was changed."),
            next_step=say("Choose the person, or somebody of the family."),
        )
    speaker = new.case_id if new.speaker_id in {*own, new.case_id} else new.speaker_id
    if speaker == (person or new.case_id):
        speaker = ""  # themselves
    one = there.get(speaker)
    if speaker not in {"", new.case_id} and (one is None or one.minor or one.threatens):
        raise OutOfRange(
            say(
                "They cannot answer for somebody: they are a child themselves, or are the one who is feared."
            ),
            kept=say("Nothing was changed; what was typed is still in the form."),
            next_step=say("Choose who answers for them, or write it in words."),
        )
    given_by = "guardian" if new.given_by == "self" and (speaker or new.speaker) else new.given_by
    return msgspec.structs.replace(new, person_id=person, speaker_id=speaker, given_by=given_by)


def own_ids(session: Session, case_id: str) -> frozenset[str]:
    """Return the entries of the person themselves among the people of their case."""
    return frozenset(one.id for one in session.find(Person, case_id=case_id) if one.relation == "self")


def askable(session: Session, case_id: str) -> list[Person]:
    """Return who of the family can be asked what they allow: not whoever is the one that is feared."""
    people = [
        one
        for one in session.find(Person, case_id=case_id)
        if one.relation != "self" and not one.struck_at and not one.threatens
    ]
    return sorted(people, key=lambda one: (one.created_at, one.id))


def answers_of(session: Session, case_id: str, person_id: str = "") -> list[Consent]:
    """Return the answers of one person of a case: "" is whom it is about."""
    return of_person(session.find(Consent, case_id=case_id), person_id, own_ids(session, case_id))


def is_child(session: Session, case_id: str, person_id: str = "") -> bool:
    """Return whether somebody answers for this person, because they are noted as a child."""
    mine = {person_id} if person_id else own_ids(session, case_id)
    return any(one.minor for one in session.find(Person, case_id=case_id) if one.id in mine)


def _check(new: Consent, *, child: bool) -> None:
    known(SPEAKER, new.given_by)
    if new.how:
        known(HOW, new.how)
    for day in filter(None, (new.day, new.expires, new.embargo)):
        check_day(day)
    if new.answer in {"given", "conditional"} and not new.risks_explained:
        raise OutOfRange(
            say("A yes counts only after the risks were explained."),
            kept=say("Nothing was changed; what was typed is still in the form."),
            next_step=say("Explain what could happen, then tick that it was done."),
        )
    if child and new.answer in {"given", "conditional"} and not new.spoken_for:
        raise OutOfRange(
            say("They are a child: a yes is said by whoever answers for them."),
            kept=say("Nothing was changed; what was typed is still in the form."),
            next_step=say("Ask whoever answers for them, and choose or write down who that is."),
        )
    if new.answer == "conditional" and not new.conditions:
        raise OutOfRange(
            say("The condition is missing."),
            kept=say("Nothing was changed; what was typed is still in the form."),
            next_step=say("Write down the condition in their words."),
        )


def withdraw(session: Session, consent: str, reason: str = "") -> None:
    """Take an answer back, from this moment. What already left is listed by the release that used it."""
    there = require(session, Consent, consent)
    session.commit(
        there.compartment,
        put("consent", consent, answer="withdrawn", day=today(session)),
        note(
            "consent",
            consent,
            "effects",
            {"done": "withdrawn", "was": there.answer, "reason": clean_text(reason)},
        ),
        line(session, there.case_id, "decision", clean_text(reason), about_id=consent) if reason else (),
    )


def consents_of(session: Session, case_id: str) -> list[Consent]:
    """Return every answer of a case."""
    return session.find(Consent, case_id=case_id)


def ruling(
    session: Session, case_id: str, use: str, audience: str, *, person_id: str = "", organisation: str = ""
) -> Ruling:
    """Return whether a use of what is one person's may go to an audience today, and why."""
    return allows(
        answers_of(session, case_id, person_id),
        use,
        audience,
        today(session),
        organisation=organisation,
        child=is_child(session, case_id, person_id),
    )
