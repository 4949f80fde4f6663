"""When colleagues can work: the planner gives nobody more than that."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.days import day_words
from leeward.desk.render import done, form_of, office_of, render, speech_of
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.beds import check_day
from leeward.office import working_hours

_HERE = "/safety/hours"


def show(request: Request) -> Response:
    """Show everybody's week."""
    session = office_of(request)
    lines, words = working_hours.hours_of(session), day_words(request)
    return render(
        request,
        "safety/hours.html",
        lines=lines,
        free={
            line.member.id: ", ".join(words["isoday"](day) for day in line.hours.free_days[:4])
            for line in lines
        },
        me=session.member_id,
        weekdays=[speech_of(request).locale.days["stand-alone"]["wide"][number] for number in range(7)],
    )


def save(request: Request) -> Response:
    """Say when a colleague can work."""
    form, member = form_of(request), request.path_params["member"]
    week = [(form.number(f"day-{number}", 0, 24) or 0) * 60 for number in range(working_hours.DAYS)]
    typed = [word for word in re.split(r"[\s,;]+", form.text("free", 8000)) if word]
    for word in typed:
        check_day(word)
    if len(typed) > 400:
        raise OutOfRange(say("These are more free days than a year has."), kept=say("Nothing was changed."))
    working_hours.set_hours(
        office_of(request),
        member,
        week,
        escorts=form.flag("escorts"),
        most_cases=form.number("most", 1, 200) or 12,
        free_days=typed,
    )
    return done(request, f"{_HERE}#m-{member}", say("Saved."))


routes = [
    Route("/safety/hours", show),
    Route("/safety/hours/{member}", save, methods=["POST"]),
]
