"""Journeys: everyone from first contact to arrival, who leaves next, and the form that books a way out."""

from __future__ import annotations

import datetime as dt

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.days import day_words
from leeward.desk.forms import Form
from leeward.desk.pages.narrowing import go_on, narrowed
from leeward.desk.render import done, form_of, office_of, render, speech_of
from leeward.domain.cases.words import RISK, STAGE
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.words import MODE
from leeward.office import seats
from leeward.office.casework_base import require_case
from leeward.office.casework_today import departures
from leeward.office.casework_views import case_lines, names
from leeward.office.countries import name_of
from leeward.office.relocation_journeys import book_by_way, book_journey, by_stage
from leeward.office.session import Session
from leeward.office.team import members

_LEGS = 6
_SHOWN = 20  # cards of a column at first; the rest is in a fold under them
_DAY = 24 * 3_600_000


def index(request: Request) -> Response:
    """Show everyone by stage, those in most danger for longest first."""
    session = office_of(request)
    known = names(session)
    whole = by_stage(session)
    query, found = narrowed(request, [one for those in whole.values() for one in those], known)
    chosen = {one.case.id for one in found}
    columns = {stage: [one for one in those if one.case.id in chosen] for stage, those in whole.items()}
    return render(
        request,
        "journeys/index.html",
        columns=columns,
        counts={stage: len(those) for stage, those in whole.items()},
        shown_most=_SHOWN,
        query=query,
        moving=len(whole.get("on-the-way", [])),
        everyone=sum(len(those) for those in whole.values()),
        departures=departures(session, 7 * _DAY),
        tomorrow=len(departures(session)),
        names=known,
        RISK=RISK,
        STAGE=STAGE,
        MODE=MODE,
    )


def narrow(request: Request) -> Response:
    """Take the words of the board's filter."""
    return go_on(request, "/journeys")


def new(request: Request) -> Response:
    """Ask for a journey and its legs."""
    session = office_of(request)
    case_id = request.query_params.get("case", "")
    chosen = require_case(session, case_id) if case_id else None
    return render(
        request,
        "journeys/new.html",
        chosen=chosen,
        cases=[line.case for line in case_lines(session) if line.case.stage != "arrived"],
        members=members(session),
        numbers=range(1, _LEGS + 1),
        ways=seats.to_choose(session),
        way=request.query_params.get("way", ""),
        people=seats.travellers(session, chosen) if chosen else "",
        country=lambda name: name_of(name, speech_of(request).language),
        as_date=dt.date.fromisoformat,
        MODE=MODE,
        **day_words(request),  # type: ignore[arg-type]
    )


def book(request: Request) -> Response:
    """Book a journey; legs without a destination are left out."""
    session, form = office_of(request), form_of(request)
    case_id = form.line("case")
    if not case_id:
        raise HTTPException(404)
    legs = [leg for number in range(1, _LEGS + 1) if (leg := _leg(form, number)) is not None]
    minutes = form.number("check", 0, 24 * 60)
    check_after = (60 if minutes is None else minutes) * 60_000
    way = form.line("way")
    if way:
        book_by_way(
            session,
            case_id,
            way,
            legs or [_ride_of(session, form, way)],
            people=form.number("people", 1, seats.PEOPLE_MOST) or 0,
            all_the_same=form.flag("all_the_same"),
            why=form.text("why"),
            check_after=check_after,
        )
    else:
        book_journey(
            session, case_id, form.line("destination"), legs, why=form.text("why"), check_after=check_after
        )
    return done(
        request, f"/people/{case_id}?tab=journey", say("The journey is planned; each arrival has a check-in.")
    )


def _ride_of(session: Session, form: Form, way: str) -> Leg:
    """Return the ride of a way out, with whatever was typed beside it: who goes along, who meets them, the ticket."""
    ride = seats.leg_of(session, seats.way_of(session, way))
    typed = _typed(form, 1)
    names = ("from_town", "departs", "arrives", "ticket", "ticket_due", "companion_id", "handover")
    return msgspec.structs.replace(
        ride, **{name: getattr(typed, name) for name in names if getattr(typed, name)}
    )


def _leg(form: Form, number: int) -> Leg | None:
    """Return a leg that has a destination."""
    return _typed(form, number) if form.line(f"to{number}") else None


def _typed(form: Form, number: int) -> Leg:
    return Leg(
        id="",
        mode=form.code(f"mode{number}", MODE, "train"),
        from_town=form.line(f"from{number}"),
        to_town=form.line(f"to{number}"),
        departs=form.moment(f"departs{number}") or 0,
        arrives=form.moment(f"arrives{number}") or 0,
        ticket=form.line(f"ticket{number}"),
        ticket_due=form.moment(f"due{number}") or 0,
        companion_id=form.line(f"companion{number}"),
        handover=form.line(f"handover{number}"),
    )


routes = [
    Route("/journeys", index),
    Route("/journeys", narrow, methods=["POST"]),
    Route("/journeys/new", new),
    Route("/journeys/new", book, methods=["POST"]),
]
