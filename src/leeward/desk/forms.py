"""What was typed into a form: cleaned, measured, and refused with a sentence if it does not fit."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator

from leeward.base.accents import without_heaps
from leeward.base.limits import NAME_MOST, TEXT_MOST
from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.joined_text import join_texts
from leeward.domain.vocabulary import Vocabulary

# Control characters, and the marks that turn text around and could make one name look like another.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


class Form:
    """The fields of one form, in order; a name may come more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = list(pairs)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __contains__(self, name: object) -> bool:
        return any(found == name for found, _ in self._pairs)

    def text(self, name: str, most: int = TEXT_MOST) -> str:
        """Return a field of many lines, without control characters; "" if absent, OutOfRange if too long."""
        value = next((value for found, value in self._pairs if found == name), "")
        return clean(value, most)

    def kept(self, name: str, now: str, most: int = TEXT_MOST) -> str:
        """Return a text that replaces `now`; if that changed since the form was shown, every sentence of both.

        So nobody's sentence is lost by a form that was open while a colleague wrote.
        """
        typed, shown = self.text(name, most), self.line(f"{name}.was")
        if shown and now and shown != was(now) and typed != now:
            return join_texts([typed, now])
        return typed

    def line(self, name: str, most: int = NAME_MOST) -> str:
        """Return a field of one line."""
        return " ".join(self.text(name, most).split())

    def many(self, name: str) -> list[str]:
        """Return every value of a field, such as ticked boxes."""
        return [clean(value, NAME_MOST) for found, value in self._pairs if found == name and value]

    def flag(self, name: str) -> bool:
        """Tell whether a box was ticked."""
        return name in self

    def number(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number, None if left empty; OutOfRange outside the limits."""
        typed = self.line(name)
        if not typed:
            return None
        if not re.fullmatch(r"-?\d{1,12}", typed) or not least <= int(typed) <= most:
            raise OutOfRange(
                say(
                    "“{typed}” is not a number from {least} to {most}.",
                    typed=typed[:20],
                    least=least,
                    most=most,
                ),
                kept=say("Nothing was changed."),
                next_step=say("Write a whole number between these two."),
            )
        return int(typed)

    def code(self, name: str, vocabulary: Vocabulary, default: str = "") -> str:
        """Return a code of the vocabulary; "" or the default if left empty."""
        typed = self.line(name)
        if not typed:
            return default
        if typed not in vocabulary:
            raise OutOfRange(
                say("“{typed}” is none of the choices.", typed=typed[:40]),
                kept=say("Nothing was changed."),
                next_step=say("Choose one from the list."),
            )
        return typed

    def moment(self, name: str, zone: dt.tzinfo | None = None) -> int | None:
        """Return a datetime-local field in milliseconds; None if left empty. The zone is this computer's."""
        typed = self.line(name)
        if not typed:
            return None
        try:
            when = dt.datetime.fromisoformat(typed)
        except ValueError as error:
            raise OutOfRange(
                say("“{typed}” is not a date and time.", typed=typed[:30]),
                kept=say("Nothing was changed."),
                next_step=say("Write it as 2017-04-07T21:15, or use the picker."),
            ) from error
        local = when.replace(tzinfo=zone) if zone is not None and when.tzinfo is None else when.astimezone()
        return int(local.timestamp() * 1000)

    def day(self, name: str) -> str:
        """Return a date field as "2017-04-07"; "" if left empty."""
        typed = self.line(name)
        if not typed:
            return ""
        try:
            return dt.date.fromisoformat(typed).isoformat()
        except ValueError as error:
            raise OutOfRange(
                say("“{typed}” is not a date.", typed=typed[:30]),
                kept=say("Nothing was changed."),
                next_step=say("Write it as 2017-04-07, or use the picker."),
            ) from error


def was(text: str) -> str:
    """Return by which a form knows later whether the text that it showed was changed meanwhile."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def clean(untrusted: str, most: int) -> str:
    """Return text in Unicode form NFC without unseen characters and outer blanks; OutOfRange if longer than `most`."""
    text = _UNSEEN.sub(
        "", unicodedata.normalize("NFC", without_heaps(untrusted.replace("\r\n", "\n").replace("\r", "\n")))
    ).strip()
    if len(text) > most:
        raise OutOfRange(
            say("This text has {length} characters; {most} fit here.", length=len(text), most=most),
            kept=say("It is still in the form."),
            next_step=say("Shorten it, or put the long part into a note."),
        )
    return text
