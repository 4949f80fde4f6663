"""Figures: each with its number in a sentence, its picture, and how it was counted."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.desk.pages.record_words import page
from leeward.desk.render import office_of
from leeward.office.figures import LEAST, figures


def show(request: Request) -> Response:
    """Show all figures."""
    return page(request, "figures/index.html", figures=figures(office_of(request)), least=LEAST)


routes = [Route("/figures", show)]
