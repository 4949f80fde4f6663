"""Every key, on one page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.render import render

_EVERYWHERE = (
    ("/", say("search")),
    ("g", say("then a letter: go to a place")),
    ("j", say("down the list")),
    ("k", say("up the list")),
    ("Enter", say("open")),
    ("n", say("make something new, where a page has it")),
    ("Esc", say("leave a field; then one level up")),
    ("Ctrl Enter", say("send or keep what you are writing")),
    ("Ctrl L", say("lock")),
    ("?", say("this page")),
)
_INBOX = (
    ("1", say("urgency: hours")),
    ("2", say("urgency: one to three days")),
    ("3", say("urgency: a week")),
    ("4", say("it can wait")),
    ("5", say("only information")),
    ("w", say("write")),
    ("a", say("quick answers")),
    ("v", say("ask a vetting question")),
    ("e", say("note what was told")),
    ("o", say("open a case, or go to it")),
    ("x", say("needs no answer")),
    ("r", say("refer to others")),
    ("d", say("doubt this contact")),
    ("t", say("take it, or leave it to others")),
    ("h", say("hand it over to a colleague")),
    ("m", say("they are one person")),
    ("p", say("they may be in other hands")),
    ("z", say("junk: out of the queue, or back")),
    ("b", say("hostile: out of the queue, kept")),
    ("s", say("next order of the queue")),
    ("f", say("all, mine, unclaimed")),
    ("n", say("log a call")),
)


def show(request: Request) -> Response:
    """Show the keys."""
    return render(request, "keys/index.html", everywhere=_EVERYWHERE, inbox=_INBOX)


routes = [Route("/keys", show)]
