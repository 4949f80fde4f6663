"""What is typed into intake: cleaned, measured, refused with a sentence if it does not fit."""

from __future__ import annotations

from leeward.base.limits import NAME_MOST, TEXT_MOST
from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.intake.report import tidy


def text_of(text: str) -> str:
    """Return a text of many lines."""
    return _measured(tidy(text), TEXT_MOST)


def line_of_text(text: str) -> str:
    """Return a text of one line."""
    return _measured(" ".join(tidy(text).split()), NAME_MOST)


def _measured(words: str, most: int) -> str:
    if len(words) > most:
        raise OutOfRange(
            say("This text has {length} characters; {most} fit here.", length=len(words), most=most),
            kept=say("It is still in the form."),
            next_step=say("Shorten it, or put the long part into a note."),
        )
    return words
