"""Who looks after the hotline when, how soon somebody must have looked, and whether this computer may say so."""

from __future__ import annotations

import re

from babel.dates import get_day_names
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.forms import Form
from leeward.desk.render import done, form_of, office_of, render, speech_of
from leeward.domain.errors import OutOfRange
from leeward.domain.intake import Shift, Watch
from leeward.domain.intake.watch import covers
from leeward.office import intake
from leeward.office.around import member, members
from leeward.office.intake import watch
from leeward.office.intake.view import set_view, view_of

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def show(request: Request) -> Response:
    """Show the roster and the times."""
    session = office_of(request)
    speech = speech_of(request)
    names, first = get_day_names("wide", locale=speech.locale), watch.on_duty(session, 1)
    local = speech.local(session.now())
    return render(
        request,
        "inbox/duty.html",
        has_intake=intake.has_intake(session),
        shifts=watch.shifts(session),
        watch=watch.watch_of(session),
        first=first,
        on_now=", ".join(sorted(member(session, one).name for one in first)),
        is_now=lambda shift: covers(shift, local),
        looked_at=watch.last_look(session),
        members=members(session),
        who=lambda id_: member(session, id_).name,
        weekdays=[names[day] for day in range(7)],
        clock_of=lambda minutes: f"{minutes // 60 % 24:02d}:{minutes % 60:02d}",
        notify=view_of(session).notify,
    )


def add(request: Request) -> Response:
    """Write a shift into the roster."""
    form = form_of(request)
    weekday = form.number("weekday", 0, 6)
    day = form.day("day")
    watch.add_shift(
        office_of(request),
        Shift(
            id="",
            member_id=form.line("member"),
            line=form.number("line", 1, 2) or 1,
            weekday=-1 if day or weekday is None else weekday,
            day=day,
            begins=_minutes(form, "begins"),
            ends=_minutes(form, "ends"),
        ),
    )
    return done(request, "/inbox/duty", say("It is in the roster."))


def retire(request: Request) -> Response:
    """Take a shift out of the roster."""
    watch.retire_shift(office_of(request), request.path_params["shift"])
    return done(request, "/inbox/duty")


def times(request: Request) -> Response:
    """Set the times."""
    form, session = form_of(request), office_of(request)
    now = watch.watch_of(session)

    def number(name: str, before: int) -> int:
        found = form.number(name, 0, 1440)
        return before if found is None else found

    watch.set_watch(
        session,
        Watch(
            id="",
            minutes_day=number("minutes_day", now.minutes_day),
            minutes_night=number("minutes_night", now.minutes_night),
            night_from=number("night_from", now.night_from),
            night_to=number("night_to", now.night_to),
            claim_minutes=number("claim_minutes", now.claim_minutes),
        ),
    )
    return done(request, "/inbox/duty", say("Written down."))


def notify(request: Request) -> Response:
    """Let the browser say that something is new, or not any more."""
    set_view(office_of(request), notify=form_of(request).line("on") == "yes")
    return done(request, "/inbox/duty")


def _minutes(form: Form, name: str) -> int:
    typed = form.line(name)
    found = _TIME.fullmatch(typed)
    if found is None:
        raise OutOfRange(
            say("“{typed}” is not a time.", typed=typed[:20]),
            kept=say("Nothing was changed."),
            next_step=say("Write it as 21:15."),
        )
    return int(found[1]) * 60 + int(found[2])


ROUTES = [
    Route("/inbox/duty", show),
    Route("/inbox/duty", add, methods=["POST"]),
    Route("/inbox/duty/times", times, methods=["POST"]),
    Route("/inbox/duty/notify", notify, methods=["POST"]),
    Route("/inbox/duty/{shift:str}/retire", retire, methods=["POST"]),
]
