"""Search: one box for everything this desk may read.

The words come by POST and stay in this process: an address with a name in it would stand in the browser's history,
on the disk, in clear.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leeward.desk.forms import clean
from leeward.desk.render import desk_of, form_of, office_of, render
from leeward.office.search import Page, find

_QUERY_MOST = 300


def ask(request: Request) -> Response:
    """Take the words, and go on to what they find."""
    words = form_of(request).line("q", _QUERY_MOST)
    return RedirectResponse(
        f"/search?asked={desk_of(request).keep_question(words)}" if words else "/search", 303
    )


def show(request: Request) -> Response:
    """Show what was found. `q` is for links of ours that hold no person's words."""
    asked = request.query_params.get("asked", "")
    text = desk_of(request).question(asked) or clean(request.query_params.get("q", ""), _QUERY_MOST)
    after = request.query_params.get("after", "")
    page = (
        find(office_of(request), text, after=int(after) if after.isdecimal() else None)
        if text
        else Page([], 0, None)
    )
    return render(request, "search/index.html", q=text, asked=asked, page=page, first=not after)


routes = [Route("/search", show), Route("/search", ask, methods=["POST"])]
