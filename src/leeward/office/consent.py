"""What a person allows, written down as they said it, and taken back the moment they say so."""

from __future__ import annotations

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.cases.consent import ANSWER, AUDIENCE, HOW, SPEAKER, USE, Consent, Ruling, allows
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

    Fields are those of Consent: person_id, organisation, conditions, how, language, given_by, risks_explained, day,
    expires, embargo, legal_basis.
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
        new, organisation=clean_name(new.organisation), conditions=clean_text(new.conditions)
    )
    _check(new)
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


def _check(new: Consent) -> None:
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


def ruling(session: Session, case_id: str, use: str, audience: str, *, organisation: str = "") -> Ruling:
    """Return whether a use may go to an audience today, and why."""
    own = [one for one in consents_of(session, case_id) if not one.person_id]
    return allows(own, use, audience, today(session), organisation=organisation)
