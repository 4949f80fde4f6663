"""One thing done with one record: `/place/{record}/{act}`, then back to the place with one sentence."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from leeward.base.say import Message
from leeward.desk.forms import Form
from leeward.desk.render import done, form_of, office_of
from leeward.office.session import Session


def act_by(do: Callable[[Session, str, str, Form], Message], here: str) -> Callable[[Request], Response]:
    """Return a page for `do(session, act, record, form)`, which raises a 404 for an act that there is not."""

    def act(request: Request) -> Response:
        path = request.path_params
        return done(request, here, do(office_of(request), path["act"], path["record"], form_of(request)))

    return act
