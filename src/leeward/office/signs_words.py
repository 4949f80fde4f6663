"""The agreed word for "I am being made to say this", looked for in what somebody says in a sign of life.

It is found in any case and alphabet form, and between whatever else they say, but only as whole words: "stone" is not
in "milestone". Better an alarm too many than one too few: endings of the last word are forgiven.
"""

from __future__ import annotations

import re
import unicodedata

from leeward.domain.cases.case import SafetyPlan
from leeward.office.session import Session

_WORD = re.compile(r"\w+")
_ENDING = 3  # letters that a form of the word may have more


def is_forced_word(session: Session, case_id: str, text: str) -> bool:
    """Tell whether a text holds the word agreed in the case's safety plan."""
    said = _words(text)
    return any(
        _holds(said, _words(plan.forced)) for plan in session.find(SafetyPlan, case_id=case_id) if plan.forced
    )


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
