"""Signs of life in words; and the agreed word for "I am being made to say this", looked for in what somebody says.

It is found in any case and alphabet form, and between whatever else they say, but only as whole words: "stone" is not
in "milestone". Better an alarm too many than one too few: endings of the last word are forgiven.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from leeward.base.say import Code, Message, say
from leeward.domain.cases.case import SafetyPlan
from leeward.domain.cases.ladder import STEP, TRIED
from leeward.domain.intake import SIGN
from leeward.office.session import Session

_WORD = re.compile(r"\w+")
_ENDING = 3  # letters that a form of the word may have more


def is_forced_word(session: Session, case_id: str, text: str) -> bool:
    """Tell whether a text holds the word agreed in the case's safety plan."""
    said = _words(text)
    return any(
        _holds(said, _words(plan.forced)) for plan in session.find(SafetyPlan, case_id=case_id) if plan.forced
    )


def sign_in_words(value: Mapping[str, object]) -> Message:
    """Return what a note says of a check-in: a sign, what was settled, or what was tried."""
    text = str(value.get("outcome") or value.get("text") or "")
    does, result = str(value.get("does", "")), str(value.get("result", ""))
    if result in TRIED:
        return say("{outcome}", outcome=Code(f"{TRIED.name}/{result}"))
    if does == "back":
        return say("taken back")
    if does not in SIGN:
        return say("“{text}”", text=text)
    word = Code(f"{SIGN.name}/{does}")
    return say("{word}: “{text}”", word=word, text=text) if text else say("{word}", word=word)


def times_in_words(minutes: Iterable[object]) -> Message:
    """Return times of day of minutes after midnight."""
    there = [one for one in minutes if isinstance(one, int)]
    return say("{text}", text=" ".join(f"{one // 60:02}:{one % 60:02}" for one in there))


def rungs_in_words(rungs: Iterable[object]) -> Message:
    """Return the steps of a ladder in a row."""
    told = say("nothing")
    for place, one in enumerate(rungs):
        if not isinstance(one, Mapping):
            continue
        own = str(one.get("en") or one.get("ru") or "")
        step = (
            say("{text}", text=own) if own else say("{word}", word=Code(f"{STEP.name}/{one.get('step', '')}"))
        )
        told = say("{before}, {word}", before=told, word=step) if place else step
    return told


def _holds(said: list[str], agreed: list[str]) -> bool:
    """Tell whether the agreed words stand in a row in what was said, the last in any form of it."""
    count = len(agreed)
    return count > 0 and any(
        said[at : at + count - 1] == agreed[:-1] and _is_form(said[at + count - 1], agreed[-1])
        for at in range(len(said) - count + 1)
    )


def _is_form(word: str, agreed: str) -> bool:
    stem = agreed[:-1] if len(agreed) > 4 and agreed[-1] in "аеёиоуыьэюяй" else agreed
    return word == agreed or (len(stem) > 3 and word.startswith(stem) and len(word) <= len(agreed) + _ENDING)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _WORD.findall(plain)
