"""After it has left: the answer, the end of a transfer, and calling back what may not be held any more.

1. A withdrawal does not take anything out of other hands. It stands on Today until a letter to delete was made.
2. The letter holds the number of the referral and the hashes of the files; nothing of the person.
3. A case that was taken over is closed by the one who says that it is done, with a look back.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leeward.base.say import Day, say
from leeward.domain.cases.case import Case
from leeward.domain.cases.consent import Consent
from leeward.domain.cases.referral_paper import Paper
from leeward.domain.cases.referrals import LEFT, Referral, require_step
from leeward.domain.cases.text import clean_text
from leeward.domain.errors import RuleBroken
from leeward.domain.partners import Partner, digest_of
from leeward.domain.today import Need as Line
from leeward.domain.today import Urgency
from leeward.ledger.model import note, put
from leeward.office.casework import close_case
from leeward.office.casework_base import require, require_case, today
from leeward.office.duty import duty_of
from leeward.office.partners import recipient_of, trust
from leeward.office.receiving_keys import own_face
from leeward.office.referral_fields import consents_for
from leeward.office.referrals import Made, require_key, seal_paper
from leeward.office.session import Session

_NO = frozenset({"withdrawn", "refused"})


class Sent(msgspec.Struct, frozen=True):
    """One referral in the list of a case."""

    referral: Referral
    late: bool
    taken_back: tuple[Consent, ...]  # answers that turned into a no after it left


def referrals_of(session: Session, case_id: str) -> list[Sent]:
    """Return the referrals of a case: those to be called back, then the newest."""
    now = session.now()
    found = [
        Sent(one, 0 < one.answer_due() < now, taken_back(session, one))
        for one in session.find(Referral, case_id=case_id)
    ]
    return sorted(found, key=lambda one: (not one.taken_back, -one.referral.created_at, one.referral.id))


def taken_back(session: Session, referral: Referral) -> tuple[Consent, ...]:
    """Return the answers under which something left and that are a no today; empty once it was called back."""
    if referral.state not in LEFT:
        return ()
    partner = session.get(Partner, referral.partner_id) or Partner(id="")
    named = {referral.receiver, partner.name}
    found: dict[str, Consent] = {}
    for made in (one.value for one in referral.makings if isinstance(one.value, dict)):
        audience = str(made.get("audience") or partner.audience)
        for use, person in _pairs(made.get("uses")):
            for name in named:
                asked = msgspec.structs.replace(partner, name=name, audience=audience)
                for one in consents_for(session, referral.case_id, person, use, asked):
                    if one.answer in _NO:
                        found[one.id] = one
    return tuple(found[one] for one in sorted(found))


def _pairs(uses: object) -> Iterator[tuple[str, str]]:
    for one in uses if isinstance(uses, (list, tuple)) else ():
        if isinstance(one, (list, tuple)) and len(one) == 2:
            yield str(one[0]), str(one[1])


def answered(session: Session, referral_id: str, state: str, answer: str) -> None:
    """Write down what they answered: accepted, rejected, or that what was asked is done."""
    referral = require(session, Referral, referral_id)
    if state not in {"accepted", "rejected", "done"}:
        raise RuleBroken(say("This is no answer."), next_step=say("Choose one from the list."))
    require_step(referral, state)
    fields = {"state": state, "answered_at": session.now(), "answer": clean_text(answer)}
    session.commit(referral.compartment, put(Referral.kind, referral_id, **fields))


def take_over(session: Session, referral_id: str, review: str) -> None:
    """Say that a transfer is done, and close the case as handed over (3)."""
    referral = require(session, Referral, referral_id)
    if not referral.transfer:
        raise RuleBroken(say("This partner was not asked to take the case over."))
    if referral.state != "done":
        answered(session, referral_id, "done", referral.answer)
    if require_case(session, referral.case_id).living:
        close_case(session, referral.case_id, "transferred", review)


def call_back(session: Session, referral_id: str, digest: str, *, sure: bool = False) -> Made:
    """Seal a letter that asks them to delete it, and write that down; `digest` is that of the key that was shown."""
    referral = require(session, Referral, referral_id)
    require_step(referral, "revoked")
    partner = require(session, Partner, referral.partner_id)
    if digest != digest_of(partner):
        raise RuleBroken(
            say("The partner's key changed since you looked."),
            kept=say("Nothing has left."),
            next_step=say("Look at the key, then do it again."),
        )
    open_still = msgspec.structs.replace(partner, closed_at=0)  # also of a partner that was closed
    require_key(open_still, trust(session, partner), sure=sure)
    made = [one.value for one in referral.makings if isinstance(one.value, dict)]
    paper = Paper(
        referral_id=referral.id,
        kind="recall",
        receiver=partner.name,
        language=referral.language,
        made_on=today(session),
        deletes=tuple(str(one["sha256"]) for one in made if one.get("sha256")),
        sender=own_face(session)[0],
        secrets=referral.secrets,
    )
    sealed, entry = seal_paper(paper, recipient_of(partner))
    session.commit(
        referral.compartment,
        note(Referral.kind, referral_id, "recalls", entry),
        put(Referral.kind, referral_id, state="revoked"),
    )
    return Made(f"{referral_id[:6]}-r.age", sealed)


def note_deleted(session: Session, referral_id: str, answer: str) -> None:
    """Write down that they say they deleted it."""
    referral = require(session, Referral, referral_id)
    if referral.state != "revoked":
        raise RuleBroken(say("They were not asked to delete it yet."))
    fields = {"deleted_at": session.now(), "answer": clean_text(answer) or referral.answer}
    session.commit(referral.compartment, put(Referral.kind, referral_id, **fields))


def needs_now(session: Session) -> Iterator[Line]:
    """Yield what must be called back, what nobody answered, and cases that were taken over and stand open."""
    found = session.find(Referral)
    if not found:
        return
    now, duty = session.now(), duty_of(session)
    cases = {one.id: one for one in session.find(Case)}
    for one in found:
        case = cases.get(one.case_id)
        if case is None:
            continue
        line = _line(session, one, case, now)
        if line is not None:
            holder = duty.holder("coordinator", case.deputy_id, case.coordinator_id)
            yield msgspec.structs.replace(line, holder_id=holder)


def _line(session: Session, one: Referral, case: Case, now: int) -> Line | None:
    href = f"/referrals/{case.id}/{one.id}"
    gone = taken_back(session, one)
    if gone:
        return Line(
            Urgency.LATE,
            say("Call back"),
            say("{who}: what {partner} has must be deleted", who=case.called, partner=one.receiver),
            say("They no longer allow it. The partner does not know that yet."),
            max(consent.changed_at for consent in gone),
            say("Call it back"),
            f"{href}#after",
        )
    due = one.answer_due()
    if 0 < due < now and case.living:
        return Line(
            Urgency.LATE,
            say("No answer"),
            say("{who}: {partner} has not answered", who=case.called, partner=one.receiver),
            say("Sent on {day}. Call them: it may never have come.", day=Day(one.sent_at)),
            due,
            say("Look at it"),
            f"{href}#after",
        )
    if one.transfer and one.state in {"accepted", "done"} and case.living:
        return Line(
            Urgency.SOON,
            say("Taken over"),
            say("{who}: {partner} has taken the case", who=case.called, partner=one.receiver),
            say("Close it once they are really with them."),
            one.answered_at,
            say("Close it"),
            f"{href}#after",
        )
    return None
