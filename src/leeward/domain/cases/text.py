"""What may be stored as a name or a text: anything a person writes, within a length that a list or page can show."""

from __future__ import annotations

import re
import unicodedata

from leeward.base.limits import NAME_MOST, TEXT_MOST
from leeward.base.say import say
from leeward.domain.errors import OutOfRange

_KEPT = frozenset("\n\t")
_TURNING = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # would turn round what follows them


def clean_name(text: str, *, needed: bool = False) -> str:
    """Return a one-line name without control characters; OutOfRange if it is too long, or empty though needed."""
    plain = re.sub(r"\s+", " ", "".join(" " if _hidden(one) else one for one in text)).strip()
    if len(plain) > NAME_MOST:
        raise OutOfRange(
            say(
                "This is {n} characters long; a name or title can have {most}.", n=len(plain), most=NAME_MOST
            ),
            kept=say("What was written is still in the form."),
            next_step=say("Shorten it, and put the rest into a note."),
        )
    if needed and not plain:
        raise OutOfRange(
            say("The name or title is empty."),
            kept=say("What was written is still in the form."),
            next_step=say("Write a word or two."),
        )
    return plain


def clean_text(text: str, *, needed: bool = False) -> str:
    """Return a free text without control characters; OutOfRange if it is too long, or empty though needed."""
    plain = "".join(
        " " if _hidden(one) and one not in _KEPT else one
        for one in text.replace("\r\n", "\n").replace("\r", "\n")
    ).strip()
    if len(plain) > TEXT_MOST:
        raise OutOfRange(
            say("This text has {n} characters; one note can have {most}.", n=len(plain), most=TEXT_MOST),
            kept=say("What was written is still in the form."),
            next_step=say("Divide it into two notes, or attach it as a file."),
        )
    if needed and not plain:
        raise OutOfRange(
            say("The text is empty."),
            kept=say("Nothing was changed."),
            next_step=say("Write a word or two."),
        )
    return plain


def _hidden(one: str) -> bool:
    return one in _TURNING or unicodedata.category(one) in {"Cc", "Cs"}
