"""What the pages of the record share: vague dates in words, translated fields, the choices of forms."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import Response

from leeward.base.say import say
from leeward.desk.language import Speech
from leeward.desk.render import office_of, render, speech_of
from leeward.domain.errors import OutOfRange
from leeward.domain.findings.terms import Grade
from leeward.domain.period import Period, Precision
from leeward.domain.testimony.methods import method_label
from leeward.domain.translated import Translated, translated
from leeward.office.casework_views import names

GRADE_TAG = {
    Grade.NONE: "",
    Grade.ALLEGED: "",
    Grade.REPORTED: "",
    Grade.CORROBORATED: "accent",
    Grade.GROUNDS: "good",
    Grade.DOCUMENTED: "good",
}


def page(request: Request, template: str, **context: object) -> Response:
    """Render with what every page of the record uses."""
    speech = speech_of(request)

    def tr(record: Translated, field: str) -> str:
        return translated(record, field, speech.language)

    return render(
        request,
        template,
        when=lambda text: vague_day(speech, text),
        period=lambda one: vague_period(speech, one),
        tr=tr,
        method=lambda code: method_label(code, speech.language),
        grade_tag=GRADE_TAG,
        who=names(office_of(request)),
        me=office_of(request).member_id,
        **cast("dict[str, Any]", context),
    )


def vague_day(speech: Speech, text: str) -> str:
    """Return "2017-04" as "April 2017", "2017-04-07" as "7 Apr 2017"; what is no date as it is."""
    try:
        bounds = Period(start=text).bounds()
    except OutOfRange:
        return text
    if bounds is None:
        return ""
    parts = text.count("-")
    if parts == 1:
        return format_date(bounds[0], "LLLL y", locale=speech.locale)
    return speech.day(bounds[0]) if parts else text


def vague_period(speech: Speech, period: Period) -> str:
    """Return a period in words."""
    first, last = period.start or period.end, period.end or period.start
    told = vague_day(speech, first)
    if first != last:
        told = f"{told} – {vague_day(speech, last)}"
    if told and period.precision == Precision.ESTIMATED:
        return speech.message(say("about {when}, the teller's best guess", when=told), 0)
    return told


def read_day(typed: str, *, required: bool = False) -> str:
    """Return a typed date, as vague as it was typed ("2017", "2017-04", "2017-04-07"); OutOfRange if it is none."""
    text = typed.strip()
    if not text and required:
        raise OutOfRange(
            say("The date is missing."),
            kept=say("Nothing was changed."),
            next_step=say("Write 2017, 2017-03 or 2017-03-05: as much of it as is known."),
        )
    Period(start=text).bounds()
    return text


def month_of(day: dt.date) -> str:
    """Return "2017-04"."""
    return f"{day.year:04d}-{day.month:02d}"
