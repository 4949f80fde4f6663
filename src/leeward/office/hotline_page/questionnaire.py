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
from leeward.domain.team import Hotline
from leeward.ledger.card import CARD_MOST
from leeward.ledger.model import put
from leeward.office.cards import check_intake_card, print_intake_card, signer_of
from leeward.office.errors import CardRefused
from leeward.office.hotline_page import renewal
from leeward.office.page_cards import counting, every_hotline, newest_card, served, text_of
from leeward.office.session import Session
from leeward.office.team import hotline_of, page_recipient, team_of
from leeward.sync.errors import RelayRefused
from leeward.sync.port import Relay

_PUT = "hotline.notice"  # device-only: by box, SHA-256 of the card that this desk last put as its notice


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
    if team_of(session) is None:
        raise RuleBroken(
            say("This desk does not know the team yet."), next_step=say("Wait for the first sync.")
        )
    asked = as_asked(questions(session))
    before = newest(session.find(Questionnaire))
    number = (before.number if before is not None else 0) + 1
    listed: list[Any] = [{"id": one.id, "required": one.required, "text": one.text} for one in asked]
    what: dict[str, Any] = {"version": number, "list": listed}
    card = renewal.make(session, by_hand=True, asked=what).card if new_key else _same_card(session, what)
    if len(card) > CARD_MOST:
        raise _too_long()
    version = Questionnaire(id=session.make_id(), number=number, questions=asked, card=card)
    session.save_new(intake, version)  # 1
    session.commit(circle, put("team", circle, card=card))  # 2
    return version


def _same_card(session: Session, asked: dict[str, Any]) -> str:
    """Return the newest card with other questions: the same key, box, heirs and number."""
    team, hotline = team_of(session), hotline_of(session)
    assert team is not None
    shown = newest_card(session, team.card)
    return print_intake_card(
        session.vault.device.signing_key,
        page_recipient(session),
        team=team.name,
        languages=team.languages,
        box=hotline.box,
        write=hotline.write,
        questions=asked,
        heirs=[list(group) for group in shown.heirs] if shown is not None else None,
        number=shown.number if shown is not None else 0,
    )


def notices(session: Session) -> list[tuple[Hotline, bytes]]:
    """Return what each box of the hotline should tell a front that asks there, the newest box last.

    A former box tells of the card that followed it, the newest of the newest questions (renewal.py, 4).
    """
    if not session.vault.compartments("intake") or not session.vault.compartments("team"):
        return []
    boxes, later = list(reversed(every_hotline(session))), counting(session)
    wanted = [(box, one.witnessed) for box, one in zip(boxes, later, strict=False)]
    published = newest(session.find(Questionnaire))
    card = (
        published.card if published is not None else ""
    )  # the card of the founding was handed over as a file
    if later and _box_of(card) != boxes[-1].box:
        card = text_of(later[-1])
    wanted.append((boxes[-1], card))
    return [(box, text.encode()) for box, text in wanted if box.box and text]


def notices_due(session: Session) -> list[tuple[Hotline, bytes]]:
    """Return what the relay should get from this desk as the boxes' notices."""
    told = _told(session)
    return [(one, card) for one, card in notices(session) if told.get(one.box) != _digest(card)]


def notice_due(session: Session) -> bytes | None:
    """Return the card that the relay should get from this desk first; None if it has all."""
    return next((card for _, card in notices_due(session)), None)


def put_notice(session: Session, relay: Relay) -> bool:
    """Bring the notices to the relay if they are due (3); True if one was. Raises SyncError."""
    due = notices_due(session)
    for one, card in reversed(due):  # the newest box is there before anybody is sent to it
        try:
            relay.put_notice(one.box, one.read, card)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
            relay.make_box(one.box, one.read, one.write)  # it was erased, or is not there yet
            relay.put_notice(one.box, one.read, card)
        session.vault.local_put(_PUT, {**_told(session), one.box: _digest(card)})
    return bool(due)


def put_notice_again(session: Session) -> None:
    """Have the notice brought once more: the page shows an older one."""
    session.vault.local_put(_PUT, {})


def _told(session: Session) -> dict[str, str]:
    raw: Any = session.vault.local_get(_PUT)
    return dict(raw) if isinstance(raw, dict) else {}


def _digest(card: bytes) -> str:
    return hashlib.sha256(card).hexdigest()


def _box_of(card: str) -> str:
    found = served(card) if card else None
    return found.box if found is not None else ""


def _too_long() -> OutOfRange:
    return OutOfRange(
        say("All questions in all languages together are too long for the page."),
        kept=say("Nothing was published, and every word is kept."),
        next_step=say("Shorten some, or drop one."),
    )


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
