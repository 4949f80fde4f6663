"""Figures: each with its number in a sentence, its picture, and how it was counted."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.desk.pages.record_words import page
from leeward.desk.render import office_of
from leeward.office.figures import LEAST, figures
from leeward.office.record_views import look


def show(request: Request) -> Response:
    """Show all figures."""
    session = office_of(request)
    everything = look(session, request.query_params.get("inquiry", ""))
    return page(
        request,
        "figures/index.html",
        figures=figures(session, everything),
        shelf=everything.shelf,
        least=LEAST,
    )


routes = [Route("/figures", show)]
