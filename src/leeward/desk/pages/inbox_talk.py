"""What the conversation shows: everything that was said and done with one contact, in time order, and what helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request

from leeward.desk.render import speech_of
from leeward.domain import intake as words
from leeward.domain.intake import Letter
from leeward.domain.intake.questions import Questionnaire, asked_text
from leeward.domain.typed import Note
from leeward.office import intake
from leeward.office.around import members
from leeward.office.intake.phrases import proposals
from leeward.office.session import Session

_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_OTHERS_MOST = 200  # names in a list to choose from


class Step(msgspec.Struct, frozen=True):
    """One thing in the conversation: a letter, or that it was handed over."""

    at: int
    letter: Letter | None = None
    given: Note | None = None


def talk_context(request: Request, session: Session, talk: intake.Conversation) -> Mapping[str, Any]:
    """Return what the templates of the conversation need."""
    contact, line, now = talk.contact, talk.line, session.now()
    whole = [contact, *line.parts]
    language = talk.way.language or contact.language
    return {
        "thread": _thread(talk),
        "draft": intake.draft_of(session, contact.id),
        "quick": proposals(session, "answer", language),
        "covers": proposals(session, "cover", language),
        "bank": proposals(session, "question", language),
        "colleagues": [one for one in members(session) if one.id != session.member_id],
        "others": [one.contact for one in intake.queue(session) if one.contact.id != contact.id][
            :_OTHERS_MOST
        ],
        "looks": may_look,
        "asked_text": _asker(session, speech_of(request).language),
        "grade": words.vetting_of(contact, now),
        "decision_waits": words.decision_waits(contact),
        "captured_by": words.captured_by(whole, line.captured_since),
        "warned": words.warned(whole, line.captured_since),
        "vouchers": {one.voucher_id: session.get(words.Contact, one.voucher_id) for one in talk.checks},
        "left_to_erase": [file for one in talk.letters for file in one.files if one.direction == "in"],
        "has_device": any(one.direction == "in" and one.path == "plain" for one in talk.letters),
    }


def _thread(talk: intake.Conversation) -> list[Step]:
    steps = [Step(at=one.created_at, letter=one) for one in talk.letters]
    steps += [Step(at=one.at, given=one) for one in talk.contact.claims if one.value.get("does") == "give"]
    return sorted(steps, key=lambda one: one.at)


def _asker(session: Session, language: str) -> Callable[[int, str], str]:
    versions = session.find(Questionnaire)
    return lambda number, question: asked_text(versions, number, question, language)


def may_look(letter: Letter) -> list[bool]:
    """Tell for each file whether it claims to be a picture that can be shown."""
    return [file.media_type in _PICTURES for file in letter.files]
