"""A call is written down: with the keyboard alone, in under a minute."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.render import done, form_of, office_of, render
from leeward.domain import intake as words
from leeward.office import intake
from leeward.office.intake.needs import shown_name


def call(request: Request) -> Response:
    """Show the form for a call, with a known contact or a new one."""
    session = office_of(request)
    return render(
        request,
        "inbox/call.html",
        words=words,
        shown=shown_name,
        known=[line.contact for line in intake.queue(session)],
        with_id=request.query_params.get("with", ""),
    )


def log_call(request: Request) -> Response:
    """Write a call down."""
    form = form_of(request)
    contact = intake.log_call(
        office_of(request),
        form.text("text"),
        channel=form.code("channel", words.CHANNEL, "phone"),
        language=form.line("language", 3),
        urgency=form.code("urgency", words.URGENCY),
        contact_id=form.line("contact"),
    )
    return done(request, f"/inbox/{contact}", say("Written down."))


ROUTES = [
    Route("/inbox/call", call),
    Route("/inbox/call", log_call, methods=["POST"]),
]
