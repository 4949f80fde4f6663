"""Opening a legal identity or an address: with a reason, or with a colleague; and answering a colleague who asks."""

from __future__ import annotations

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import Message, say
from leeward.desk.forms import Form
from leeward.desk.render import done, form_of, office_of, render
from leeward.domain.cases.case import Identity
from leeward.domain.openings import REASON, WRITTEN_BY_THE_DESK, Opening
from leeward.domain.relocation.places import PlaceAddress
from leeward.office import openings, openings_two
from leeward.office.around import member
from leeward.office.openings import Closed
from leeward.office.openings_today import called, page_of
from leeward.office.session import Session

_LINES = 8


class State(msgspec.Struct, frozen=True):
    """How a sealed record stands on this desk, for its page."""

    id: str
    content: Identity | PlaceAddress | None  # what it holds, if it is open now
    blank: bool
    until: int  # open until then, milliseconds
    for_two: bool
    asked: int  # since when this desk waits for a colleague; 0 if it does not
    ready: bool  # a colleague agreed
    refused: Opening | None
    people: int  # members who hold the key
    stale: bool  # split among other people than those who hold the key now
    openings: tuple[Opening, ...]
    reasons: tuple[str, ...]


def state_of(session: Session, record: Closed) -> State:
    """Return how a sealed record stands."""
    question = openings_two.my_question(session, record) if record.sealed else None
    return State(
        id=record.id,
        content=openings.shown(session, record),
        blank=openings.is_blank(record),
        until=openings.open_until(session, record.id),
        for_two=bool(record.sealed),
        asked=question.at if question else 0,
        ready=bool(record.sealed) and openings_two.ready(session, record),
        refused=openings_two.refused(session, record) if record.sealed and not question else None,
        people=len(openings_two.holders(session, record)),
        stale=any(one.id == record.id for one in openings_two.stale(session)) if record.sealed else False,
        openings=tuple(openings.openings_of(session, record)[:_LINES]),
        reasons=tuple(term.code for term in REASON if term.code not in WRITTEN_BY_THE_DESK),
    )


def open_closed(session: Session, record_id: str, form: Form) -> Message | None:
    """Do what a sealed record's form asks: open, ask, look, close, seal for two, or let one open it again."""
    match form.line("do"):
        case "close":
            openings.close(session, record_id)
            return say("Closed.")
        case "look":
            openings_two.open_together(session, record_id)
            return None
        case "two":
            openings_two.seal_for_two(session, record_id)
            return say("From now on it takes two of you to open it.")
        case "one":
            openings_two.open_to_one(session, record_id)
            return say("From now on each of you can open it.")
    reason = form.code("reason", REASON, "") if form.line("reason") else ""
    if openings_two.open_or_ask(session, record_id, reason, form.line("why")):
        return None
    return say("Asked. Your colleagues see it on Today; one of them has to agree.")


def show(request: Request) -> Response:
    """Show a colleague's question, to be agreed to or refused."""
    session = office_of(request)
    found = next(
        (one for one in openings_two.questions(session) if one.opening.id == request.path_params["opening"]),
        None,
    )
    if found is None:
        raise HTTPException(404)
    return render(
        request,
        "openings/question.html",
        question=found,
        asker=member(session, found.member_id).name,
        what=called(session, found.record),
        back=page_of(session, found.record),
        can=openings_two.has_share(session, found),
        reason=found.opening.reason,
        is_place=isinstance(found.record, PlaceAddress),
    )


def answer(request: Request) -> Response:
    """Agree, or refuse."""
    session, form = office_of(request), form_of(request)
    agrees = form.line("answer") == "agree"
    openings_two.answer(
        session,
        request.path_params["opening"],
        form.line("device"),
        agrees=agrees,
        why=form.line("why"),
    )
    return done(
        request,
        "/",
        say("Agreed. Your share is on its way to their computer.") if agrees else say("Refused."),
    )


routes = [
    Route("/openings/{opening}", show),
    Route("/openings/{opening}", answer, methods=["POST"]),
]
