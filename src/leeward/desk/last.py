"""The last page of a desk that ends: no server is left to ask for a style sheet, so it brings its few lines itself."""

from __future__ import annotations

import base64
import hashlib
import time

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from leeward.desk.render import desk_of, render_bare, speech_of
from leeward.desk.state import DeskState

_STYLE = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}"
    "body{max-width:560px;margin:0 auto;padding:12vh 16px}h1{font-size:28px;line-height:36px;font-weight:600}"
)


def last_page(request: Request, template: str, *, patience: float = 0) -> Response:
    """Show a page that says next to nothing, then close the vault and the server.

    All other open pages go blank at once; with patience, in seconds, they first hand over what was typed in them.
    """
    desk = desk_of(request)
    answer = render_bare(speech_of(request), desk, template, {"style": _STYLE}, 200)
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    answer.headers["content-security-policy"] = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
    )
    answer.headers["clear-site-data"] = '"cache", "storage"'
    if patience:
        desk.bell.leave()
    else:
        desk.bell.close()
    answer.background = BackgroundTask(_end, desk, patience)
    return answer


def _end(desk: DeskState, patience: float) -> None:
    time.sleep(patience)
    desk.bell.close()
    desk.lock()
