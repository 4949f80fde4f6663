"""ISO days ("2017-04-07") in the reader's words, for pages that show nights and deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from babel.dates import format_date
from starlette.requests import Request

from leeward.desk.render import desk_of, speech_of


def day_words(request: Request) -> dict[str, Callable[..., str]]:
    """Return functions for a template: `isoday("2017-04-07")` "7 Apr", `weekday(date)` "Fri", `month(date)` "April"."""
    speech = speech_of(request)
    today = speech.local(desk_of(request).session.now()).date()

    def isoday(text: str) -> str:
        try:
            return speech.day(dt.date.fromisoformat(text), today)
        except ValueError:
            return text

    def weekday(day: dt.date) -> str:
        return format_date(day, "EEEEEE" if speech.language == "ru" else "EEE", locale=speech.locale)

    def month(day: dt.date) -> str:
        word = format_date(day, "LLLL", locale=speech.locale)
        return word[:1].upper() + word[1:]

    return {"isoday": isoday, "weekday": weekday, "month": month}
