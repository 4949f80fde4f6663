"""The questionnaire: edited here, published with the intake card, and shown by the page within seconds.

1. What reporters are asked changes only when somebody publishes; every published version is kept with who and when.
2. A version is published as the intake card, signed anew by this device; the relay gets it as the box's notice, and the
   card that is saved as a file is the same.
3. The notice reaches the relay sooner or later, however often it is away: that it is due is kept until it has it.
"""

from __future__ import annotations

import hashlib
from typing import Any

from leeward.base.say import say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake.questions import (
    QUESTION_MOST,
    QUESTIONS_MOST,
    Question,
    Questionnaire,
    as_asked,
    asked_text,
    in_order,
    newest,
)
from leeward.ledger.card import CARD_MOST
from leeward.ledger.model import put
from leeward.office.cards import check_intake_card, print_intake_card, signer_of
from leeward.office.errors import CardRefused
from leeward.office.session import Session
from leeward.office.team import hotline_of, page_recipient, team_of
from leeward.sync.port import Relay

_PUT = "hotline.notice"  # device-only: SHA-256 of the card that this desk last put as the notice


def questions(session: Session) -> list[Question]:
    """Return the questions as they stand now, in order."""
    return in_order(session.find(Question))


def versions(session: Session) -> list[Questionnaire]:
    """Return every published version, the newest first."""
    return sorted(session.find(Questionnaire), key=lambda one: (one.number, one.created_at), reverse=True)


def question_text(session: Session, version: int, question_id: str, language: str) -> str:
    """Return what a question of a version asked, in a language or the next best; "" if no version ever asked it."""
    return asked_text(session.find(Questionnaire), version, question_id, language)


def languages(session: Session) -> tuple[str, ...]:
    """Return the languages that the card names."""
    team = team_of(session)
    return team.languages if team is not None else ()


def add_question(session: Session) -> str:
    """Add an empty question at the end; returns its id."""
    there = questions(session)
    if len(there) >= QUESTIONS_MOST:
        raise OutOfRange(
            say("The page asks at most {most} questions.", most=QUESTIONS_MOST),
            kept=say("Nothing was changed."),
            next_step=say("Drop one that is asked least often in vain."),
        )
    new = Question(id=session.make_id(), place=max((one.place for one in there), default=0) + 1)
    session.save_new(session.compartment_of("intake"), new)
    return new.id


def set_question(session: Session, question_id: str, text: dict[str, str], *, required: bool) -> None:
    """Write a question's words in the languages given; the others stay."""
    there = _require(session, question_id)
    for words in text.values():
        if len(words) > QUESTION_MOST:
            raise OutOfRange(
                say(
                    "This question has {length} characters; {most} fit.",
                    length=len(words),
                    most=QUESTION_MOST,
                ),
                kept=say("It is still in the form."),
                next_step=say("Ask one thing at a time."),
            )
    whole = {language: words for language, words in {**there.text, **text}.items() if words}
    if (whole, required) != (there.text, there.required):
        session.commit(there.compartment, put("question", question_id, text=whole, required=required))


def move_question(session: Session, question_id: str, steps: int) -> None:
    """Ask a question earlier (negative) or later."""
    _require(session, question_id)
    order = [one.id for one in questions(session)]
    at = order.index(question_id)
    to = max(0, min(len(order) - 1, at + steps))
    order.insert(to, order.pop(at))
    places = {one.id: one.place for one in questions(session)}
    changed = [
        put("question", one, place=place) for place, one in enumerate(order, 1) if places[one] != place
    ]
    if changed:
        session.commit(session.compartment_of("intake"), *changed)


def drop_question(session: Session, question_id: str) -> None:
    """Ask it no more from the next version on; what was answered keeps its words."""
    there = _require(session, question_id)
    session.commit(there.compartment, put("question", question_id, dropped=True))


def unpublished(session: Session) -> bool:
    """Tell whether what stands here differs from what the page asks."""
    shown = newest(session.find(Questionnaire))
    return as_asked(questions(session)) != (shown.questions if shown is not None else ())


def signer(session: Session) -> str:
    """Return the device whose key the page shows for comparing; "" if there is no sound card."""
    team = team_of(session)
    try:
        return signer_of(check_intake_card(team.card)) if team is not None else ""
    except CardRefused:
        return ""


def signer_member(session: Session) -> str:
    """Return the member whose device that is; "" if it is on no roster of ours."""
    device = session.vault.roster().get(signer(session))
    return device.member_id if device is not None else ""


def may_publish(session: Session) -> bool:
    """Tell whether this device is the one whose fingerprint the page shows."""
    return signer(session) in {"", session.vault.device.id}


def publish(session: Session, *, new_key: bool = False) -> Questionnaire:
    """Make what stands here the page's questions (2); durable when it returns, on the page when the relay has it.

    Only the device that signed the card before may: the letters that reporters compare are its fingerprint, and the
    front takes no card under another key. `new_key` says that the team changes them, and hands the card over itself.
    """
    if not new_key and not may_publish(session):
        raise RuleBroken(
            say(
                "The page carries the fingerprint of another computer of the team; this one cannot publish under it."
            ),
            kept=say("The questions are kept as you wrote them, and that computer sees them."),
            next_step=say("Ask a colleague to press Publish at that computer."),
        )
    intake, circle = session.compartment_of("intake"), session.compartment_of("team")
    team = team_of(session)
    if team is None:
        raise RuleBroken(
            say("This desk does not know the team yet."), next_step=say("Wait for the first sync.")
        )
    asked = as_asked(questions(session))
    before = newest(session.find(Questionnaire))
    number = (before.number if before is not None else 0) + 1
    hotline = hotline_of(session)
    listed: list[Any] = [{"id": one.id, "required": one.required, "text": one.text} for one in asked]
    card = print_intake_card(
        session.vault.device.signing_key,
        session.vault.recipient_of(intake) if new_key else page_recipient(session),
        team=team.name,
        languages=team.languages,
        box=hotline.box,
        write=hotline.write,
        questions={"version": number, "list": listed},
    )
    if len(card) > CARD_MOST:
        raise OutOfRange(
            say("All questions in all languages together are too long for the page."),
            kept=say("Nothing was published, and every word is kept."),
            next_step=say("Shorten some, or drop one."),
        )
    version = Questionnaire(id=session.make_id(), number=number, questions=asked, card=card)
    session.save_new(intake, version)  # 1
    session.commit(circle, put("team", circle, card=card))  # 2
    return version


def notice_due(session: Session) -> bytes | None:
    """Return the card that the relay should get from this desk as the box's notice; None if it has it."""
    if not session.vault.compartments("intake") or not session.vault.compartments("team"):
        return None
    newest_version = newest(session.find(Questionnaire))
    if newest_version is None or not newest_version.card:
        return None  # the card of the founding was handed over as a file
    card = newest_version.card.encode()
    return None if session.vault.local_get(_PUT) == hashlib.sha256(card).hexdigest() else card


def put_notice(session: Session, relay: Relay) -> bool:
    """Bring the notice to the relay if it is due (3); True if it was. Raises SyncError."""
    card = notice_due(session)
    if card is None:
        return False
    hotline = hotline_of(session)
    relay.put_notice(hotline.box, hotline.read, card)
    session.vault.local_put(_PUT, hashlib.sha256(card).hexdigest())
    return True


def put_notice_again(session: Session) -> None:
    """Have the notice brought once more: the page shows an older one."""
    session.vault.local_put(_PUT, "")


def _require(session: Session, question_id: str) -> Question:
    there = session.get(Question, question_id)
    if there is None or there.dropped:
        raise RuleBroken(
            say("There is no such question on this desk."),
            kept=say("Nothing was changed."),
            next_step=say("Look at the list again: a colleague may have dropped it."),
        )
    return there


__all__ = [
    "add_question",
    "drop_question",
    "languages",
    "may_publish",
    "move_question",
    "notice_due",
    "publish",
    "put_notice",
    "put_notice_again",
    "question_text",
    "questions",
    "set_question",
    "signer",
    "signer_member",
    "unpublished",
    "versions",
]
