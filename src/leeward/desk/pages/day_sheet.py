"""A day on paper, and days ahead for a telephone's calendar: by code names and numbers only."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.desk.days import day_words
from leeward.desk.render import office_of, render, speech_of
from leeward.domain.cases.outside import OUTSIDE
from leeward.office.casework_base import today
from leeward.office.day_sheet import calendar_file, day_sheet


def show(request: Request) -> Response:
    """Show the sheet of a day: today's, if none is named."""
    session = office_of(request)
    asked = request.query_params
    day = asked.get("day", "")
    if not is_day(day):
        day = today(session)
    sheet = day_sheet(session, day, mine=asked.get("mine") == "1", words=asked.get("words") == "1")
    date = dt.date.fromisoformat(day)
    words: dict[str, Any] = dict(day_words(request))
    return render(
        request,
        "day_sheet/index.html",
        sheet=sheet,
        date=date,
        before=(date - dt.timedelta(days=1)).isoformat(),
        after=(date + dt.timedelta(days=1)).isoformat(),
        mine=asked.get("mine") == "1",
        with_words=asked.get("words") == "1",
        OUTSIDE=OUTSIDE,
        **words,
    )


def is_day(text: str) -> bool:
    """Tell whether an address names a day between those that a calendar can show."""
    try:
        return dt.date(1900, 1, 2) <= dt.date.fromisoformat(text) <= dt.date(9000, 1, 1)
    except ValueError:
        return False


def download(request: Request) -> Response:
    """Hand out the days ahead as a calendar file."""
    content = calendar_file(office_of(request), speech_of(request).language)
    headers = {"content-disposition": 'attachment; filename="calendar.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


routes = [Route("/sheet", show), Route("/sheet/calendar.ics", download)]
