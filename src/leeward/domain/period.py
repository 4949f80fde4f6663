"""Times as people know them: "in early March", "three days in April", "about 2015". Never forced to be exact."""

from __future__ import annotations

import datetime as dt
import enum
import re

import msgspec

from leeward.base.say import say
from leeward.domain.errors import OutOfRange

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class Precision(enum.StrEnum):
    """How far a date can be trusted."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    ESTIMATED = "estimated"  # the day is the teller's best guess
    RANGE = "range"  # at some time between the two


class Period(msgspec.Struct, frozen=True):
    """From and to, each "2017", "2017-03" or "2017-03-05", and how precise that is. Empty strings are unknown."""

    start: str = ""
    end: str = ""
    precision: Precision = Precision.DAY

    def bounds(self) -> tuple[dt.date, dt.date] | None:
        """Return the first and last day it can mean, both included; None if nothing is known."""
        if not self.start and not self.end:
            return None
        first, last = self.start or self.end, self.end or self.start
        return _edge(first, last=False), _edge(last, last=True)

    def kept_bounds(self) -> tuple[dt.date, dt.date] | None:
        """Return the same of what was kept; None if it is no date: one such record must not hide all others."""
        try:
            return self.bounds()
        except OutOfRange:
            return None


def _edge(text: str, *, last: bool) -> dt.date:
    if not _DATE.fullmatch(text):
        raise OutOfRange(
            say("“{typed}” is not a date.", typed=text[:20]),
            next_step=say("Write 2017, 2017-03 or 2017-03-05: as much of it as is known."),
        )
    parts = [int(part) for part in text.split("-")]
    try:
        if len(parts) == 3:
            return dt.date(*parts)
        if len(parts) == 2:
            year, month = parts
            following = dt.date(year + month // 12, month % 12 + 1, 1)
            return following - dt.timedelta(days=1) if last else dt.date(year, month, 1)
        return dt.date(parts[0], 12, 31) if last else dt.date(parts[0], 1, 1)
    except ValueError as error:
        raise OutOfRange(
            say("There is no such day as “{typed}”.", typed=text),
            next_step=say("Check the month and the day."),
        ) from error
