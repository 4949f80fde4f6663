"""Inbox: who wrote to the hotline, who waits, and the conversation with one of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.ids import is_id
from leeward.desk.pages import inbox_acts, inbox_call, inbox_duty, inbox_phrases, inbox_vet
from leeward.desk.pages.inbox_talk import talk_context
from leeward.desk.render import done, form_of, office_of, render
from leeward.desk.strangers import stranger_response
from leeward.domain import intake as words
from leeward.office import hotline_page, intake
from leeward.office.around import member
from leeward.office.intake.needs import shown_name
from leeward.office.intake.view import seen_lines, set_view, view_of

_NEAR = 3 * 24 * 3_600_000  # milliseconds
_ROWS = 60  # of a flood, as many as anybody reads; the rest waits behind one link


def show(request: Request) -> Response:
    """Show the queue, and the conversation asked for or the first in line."""
    session = office_of(request)
    if request.headers.get("leeward-live") != "1":
        intake.looked(session)  # a page that refreshes itself is nobody's look
    view = view_of(session)
    lines = seen_lines(session, view)
    asked = request.path_params.get("contact")
    shown = request.query_params.get("with", "")  # a live page stays with whom it shows, whoever else comes
    chosen = asked or shown or (lines[0].contact.id if lines else "")
    talk = intake.conversation(session, chosen) if chosen else None
    root = talk.contact.id if talk else ""
    waiting = [line for line in intake.queue(session) if line.waiting_since]
    near = [line for line in lines if line.contact.id == root or _is_near(line, session.now())]
    rows = words.rows_of(near)
    everything = request.query_params.get("all") == "1"
    return render(
        request,
        "inbox/index.html",
        view=view,
        lines=lines,
        rows=rows if everything else rows[:_ROWS],
        hidden=0 if everything else max(0, len(rows) - _ROWS),
        everything=everything,
        quiet=[line for line in lines if line not in near],
        heap=intake.heap(session),
        any_lines=bool(lines or intake.queue(session) or intake.heap(session)),
        asked=bool(asked),
        waiting=waiting,
        longest=min((line.waiting_since for line in waiting), default=0),
        first_answers=sum(not line.answered for line in waiting),
        damaged=intake.damaged(session),
        has_intake=intake.has_intake(session),
        closed=hotline_page.closed_to_strangers(session),
        holder=lambda line: intake.holder_of(session, line),
        who=lambda id_: member(session, id_).name,
        shown=shown_name,
        words=words,
        me=session.member_id,
        root=root,
        talk=talk,
        **(talk_context(request, session, talk) if talk else {}),
    )


def _is_near(line: words.Line, now: int) -> bool:
    """Tell whether a contact stands in the queue itself: somebody waits, or it was alive in the last days."""
    last = line.last.created_at if line.last is not None else line.first_at
    return bool(line.waiting_since or line.alarm_at) or max(last, line.arrived_at) > now - _NEAR


def choose_view(request: Request) -> Response:
    """Change the order or the part of the queue: the one asked for, or the next."""
    session, form = office_of(request), form_of(request)
    set_view(session, order=form.code("order", words.ORDER), shown=form.code("shown", words.SHOWN))
    shown = form.line("with")
    if not is_id(shown):
        return done(request, "/inbox")
    return done(request, f"/inbox/{shown}" if form.flag("asked") else f"/inbox?with={shown}")


def looked(request: Request) -> Response:
    """Somebody sits before an open page of the Inbox and moves: that is a look."""
    intake.looked(office_of(request))
    return Response(status_code=204)


def attachment(request: Request) -> Response:
    """Give a file that a stranger sent: to look at (images of known kinds only), or to save."""
    ref, plain = intake.open_attachment(
        office_of(request), request.path_params["letter"], request.path_params["number"]
    )
    return stranger_response(ref, plain, inline=request.query_params.get("look") == "1")


def put_aside(request: Request) -> Response:
    """Put something unreadable aside."""
    intake.settle_damaged(office_of(request), request.path_params["damaged"])
    return done(request, "/inbox")


_ID = "/inbox/{contact:str}"

routes = [
    Route("/inbox", show),
    Route("/inbox/view", choose_view, methods=["POST"]),
    Route("/inbox/looked", looked, methods=["POST"]),
    Route("/inbox/file/{letter:str}/{number:int}", attachment),
    Route("/inbox/unreadable/{damaged:str}", put_aside, methods=["POST"]),
    *inbox_call.ROUTES,
    *inbox_duty.ROUTES,
    *inbox_phrases.ROUTES,
    *inbox_acts.ROUTES,
    *inbox_vet.ROUTES,
    Route(_ID, show),
]
