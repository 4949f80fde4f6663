"""Search: one box for everything this desk may read."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.desk.forms import clean
from leeward.desk.render import office_of, render
from leeward.office.search import Page, find

_QUERY_MOST = 300


def show(request: Request) -> Response:
    """Show what was found."""
    text = clean(request.query_params.get("q", ""), _QUERY_MOST)
    after = request.query_params.get("after", "")
    page = (
        find(office_of(request), text, after=int(after) if after.isdecimal() else None)
        if text
        else Page([], 0, None)
    )
    return render(request, "search/index.html", q=text, page=page, first=not after)


routes = [Route("/search", show)]
