"""What the intake page asks besides the free text: questions, their published versions, and who may write at all.

A question is edited until somebody publishes; a published version is kept for ever, so that an answer can always be
read beside the words that were asked. Nothing is required unless the team says so: every required field loses some of
those who cannot answer it safely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

import msgspec

from leeward.base.shown import shown_part
from leeward.domain.typed import Typed

QUESTIONS_MOST = 20
QUESTION_MOST = 300  # characters of one question in one language
_LANGUAGES = 40
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Question(Typed, frozen=True, kw_only=True):
    """One question as it stands now; what reporters see is in the versions."""

    kind: ClassVar[str] = "question"
    place: int = 0  # they are asked in this order
    text: dict[str, str] = msgspec.field(default_factory=dict)  # language to words
    required: bool = False
    dropped: bool = False  # not asked any more; answers given keep their words


class Asked(msgspec.Struct, frozen=True):
    """One question of a published version."""

    id: str
    required: bool
    text: dict[str, str]


class Questionnaire(Typed, frozen=True, kw_only=True):
    """A published version: created_by published it, at created_at. The newest is what the page shows."""

    kind: ClassVar[str] = "questionnaire"
    number: int = 0
    questions: tuple[Asked, ...] = ()
    card: str = ""  # the signed intake card as it was published


class Gate(Typed, frozen=True, kw_only=True):
    """Who may write in: everybody, or only those who have words already. One record, with the intake's own id."""

    kind: ClassVar[str] = "gate"
    known_only: bool = False


def in_order(questions: Iterable[Question]) -> list[Question]:
    """Return the questions that are asked, in their order."""
    return sorted((one for one in questions if not one.dropped), key=lambda one: (one.place, one.id))


def as_asked(questions: Sequence[Question]) -> tuple[Asked, ...]:
    """Return what of them is published: those with words in any language, in a form that every page takes.

    Whatever a colleague wrote past our forms, the card stays one that a front shows.
    """
    asked = [Asked(one.id, one.required, _askable(one.text)) for one in questions]
    return tuple(one for one in asked if one.text and _ID.fullmatch(one.id))[:QUESTIONS_MOST]


def _askable(text: Mapping[str, str]) -> dict[str, str]:
    shown = {lang: shown_part(words)[:QUESTION_MOST].strip() for lang, words in sorted(text.items())}
    return dict(
        [(lang, words) for lang, words in shown.items() if words and _LANGUAGE.fullmatch(lang)][:_LANGUAGES]
    )


def newest(versions: Iterable[Questionnaire]) -> Questionnaire | None:
    """Return the version that counts: the highest number; of two with the same, the later."""
    return max(versions, key=lambda one: (one.number, one.created_at, one.id), default=None)


def words_of(text: Mapping[str, str], language: str) -> str:
    """Return a question in a language, or in English, or in any."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


def asked_text(versions: Iterable[Questionnaire], number: int, question_id: str, language: str) -> str:
    """Return what was asked in version `number`; if it is unknown here, what any version asked; "" if none did."""
    known = sorted(versions, key=lambda one: (one.number == number, one.number, one.created_at), reverse=True)
    for version in known:
        for one in version.questions:
            if one.id == question_id:
                return words_of(one.text, language)
    return ""
