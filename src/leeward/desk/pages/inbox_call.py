"""A call is written down: with the keyboard alone, in under a minute."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.render import done, form_of, office_of, render
from leeward.domain import intake as words
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import CheckIn
from leeward.domain.intake import Contact
from leeward.office import intake
from leeward.office.intake.needs import shown_name
from leeward.office.session import Session
from leeward.office.signs import take_signs


def call(request: Request) -> Response:
    """Show the form for a call, with a known contact or a new one."""
    session = office_of(request)
    return render(
        request,
        "inbox/call.html",
        words=words,
        shown=shown_name,
        known=[line.contact for line in intake.queue(session)],
        expected=expected(session),
        own_names=own_names(session),
        with_id=request.query_params.get("with", ""),
    )


def log_call(request: Request) -> Response:
    """Write a call down."""
    form = form_of(request)
    of = form.line("sign_of")
    contact = intake.log_call(
        office_of(request),
        form.text("text"),
        channel=form.code("channel", words.CHANNEL, "phone"),
        language=form.line("language", 3),
        urgency=form.code("urgency", words.URGENCY),
        contact_id=of or form.line("contact"),
        sign=form.code("sign", words.SIGN, "safe") if of else "",
    )
    if of:
        take_signs(
            office_of(request)
        )  # a desk that holds the case has it at once; any other does it when it hears
        return done(request, f"/inbox/{contact}", say("Written down as a sign of life."))
    return done(request, f"/inbox/{contact}", say("Written down."))


def expected(session: Session) -> list[Contact]:
    """Return the contacts with a case, those first of whom this desk knows that a sign of life is missing or next."""
    now = session.now()
    due: dict[str, int] = {}
    for one in session.find(CheckIn):
        if one.waiting(now):
            due[one.case_id] = min(one.due, due.get(one.case_id, one.due))
    there = [line.contact for line in intake.queue(session) if line.contact.case_id]
    return sorted(there, key=lambda one: (one.case_id not in due, due.get(one.case_id, 0), one.pseudonym))


def own_names(session: Session) -> dict[str, str]:
    """Return, by contact, the name of their case where it is another: a caller says the name they go by with us."""
    cases = {one.id: one.pseudonym for one in session.find(Case)}
    contacts = [line.contact for line in intake.queue(session)]
    return {
        one.id: cases[one.case_id]
        for one in contacts
        if one.case_id in cases and cases[one.case_id] != one.pseudonym
    }


ROUTES = [
    Route("/inbox/call", call),
    Route("/inbox/call", log_call, methods=["POST"]),
]
