"""History: everything that happened to one record, as this desk knows it, and whether the chain is whole."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.desk.render import office_of, render
from leeward.office.history import LINES, history_of
from leeward.office.history_chain import SECONDS, check_chain

_PATIENT = 30.0  # seconds, when somebody asks for all of it
_ALL = 5_000


def show(request: Request) -> Response:
    """Show the history of a record; `all=1` for every line and a check without hurry."""
    session = office_of(request)
    everything = request.query_params.get("all") == "1"
    found = history_of(session, request.path_params["record"], limit=_ALL if everything else LINES)
    return render(
        request,
        "history/index.html",
        history=found,
        chain=check_chain(session, found.compartment, seconds=_PATIENT if everything else SECONDS),
    )


routes = [Route("/history/{record}", show)]
