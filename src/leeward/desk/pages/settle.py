"""Settling what was written twice: by one press, from whichever page shows it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.render import done, form_of, office_of
from leeward.office import conflicts

_ALL = "all"


def settle(request: Request) -> Response:
    """Let one value stand, or every sentence of all of them."""
    session, form = office_of(request), form_of(request)
    record, field = form.line("record"), form.line("field")
    if form.line("choice") == _ALL:
        conflicts.keep_all(session, record, field)
        said = say("Settled: every sentence of both is kept.")
    else:
        conflicts.settle_conflict(session, record, field, form.number("choice", 0, 100) or 0)
        said = say("Settled. The other stays in the history.")
    return done(request, form.line("back") or "/safety#conflicts", said)


routes = [Route("/settle", settle, methods=["POST"])]
