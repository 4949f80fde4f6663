"""Places: beds by night, what is exposed, and each place without its address."""

from __future__ import annotations

import datetime as dt

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import Message, say
from leeward.desk.days import day_words
from leeward.desk.pages.openings import open_closed, state_of
from leeward.desk.render import done, form_of, office_of, render
from leeward.desk.sums import money_words, sum_of
from leeward.domain.cases.case import Case
from leeward.domain.cases.words import ACCESS
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.beds import Apart, Stay, check_day, free_tonight, in_exposed, meetings, where
from leeward.domain.relocation.places import Place, PlaceAddress
from leeward.domain.relocation.words import EXPOSURE, STAY
from leeward.office import openings, relocation
from leeward.office.casework_base import require, tonight
from leeward.office.casework_views import case_lines, names
from leeward.office.team import members

_NIGHTS = 14


def index(request: Request) -> Response:
    """Show beds by night, from tonight or from another night (`from`)."""
    session = office_of(request)
    night = tonight(session)
    first = _first_night(request, night)
    board = relocation.board(session, first, _NIGHTS)
    places = [row.place for row in board.rows]
    stays = session.find(Stay)
    cases = {case.id: case for case in session.find(Case)}
    exposed = in_exposed(places, night, stays)
    bare = [
        line.case
        for line in case_lines(session)
        if line.case.stage not in {"arrived", "on-the-way"} and line.place is None
    ]
    start = dt.date.fromisoformat(first)
    beds_known = relocation.holds_beds(session)
    return render(
        request,
        "places/index.html",
        board=board,
        days=[dt.date.fromisoformat(day) for day in board.nights],
        night=night,
        free=free_tonight(places, night, stays),
        people=sum(one.beds for one in stays if one.covers(night)),
        exposed=[place for place in places if place.exposure == "exposed"],
        exposed_people=sum(one.beds for those in exposed.values() for one in those),
        cases=cases,
        bare=bare if beds_known else [],
        meetings=meetings(session.find(Apart), board.nights, stays),
        places={place.id: place for place in places},
        earlier=(start - dt.timedelta(days=7)).isoformat(),
        later=(start + dt.timedelta(days=7)).isoformat(),
        beds_known=beds_known,
        ACCESS=ACCESS,
        EXPOSURE=EXPOSURE,
        isoday=day_words(request)["isoday"],
        weekday=day_words(request)["weekday"],
        month=day_words(request)["month"],
    )


def _first_night(request: Request, night: str) -> str:
    try:
        day = check_day(request.query_params.get("from", "") or night)
    except OutOfRange:
        return night
    return day.isoformat() if 1970 < day.year < 9000 else night


def add_form(request: Request) -> Response:
    """Ask for a new place."""
    session = office_of(request)
    return render(request, "places/new.html", members=members(session), me=session.member_id, ACCESS=ACCESS)


def add(request: Request) -> Response:
    """Add a place."""
    session, form = office_of(request), form_of(request)
    name = form.line("name")
    place = relocation.add_place(
        session,
        name,
        form.number("beds", 1, 200) or 0,
        address=form.text("address"),
        how_to_enter=form.text("enter"),
        access=form.many("access"),
        rent_until=form.day("rent"),
        rules=form.text("rules"),
        member_ids=frozenset(form.many("reader")),
    )
    return done(request, f"/places/{place}", say("{name} is on the list.", name=name))


def show(request: Request) -> Response:
    """Show one place: who sleeps there, who knows where it is, what was said of it."""
    session = office_of(request)
    place = require(session, Place, request.path_params["place"])
    night = tonight(session)
    stays = session.find(Stay)
    cases = {case.id: case for case in session.find(Case)}
    here = sorted(
        (one for one in stays if one.place_id == place.id),
        key=lambda one: (one.first_night, one.id),
        reverse=True,
    )
    current = [one for one in here if one.takes_bed and (not one.last_night or one.last_night >= night)]
    living = [line.case for line in case_lines(session)]
    sealed = session.get(PlaceAddress, place.address_id) if place.address_id else None
    return render(
        request,
        "places/place.html",
        place=place,
        row=relocation.board(session, night, _NIGHTS),
        night=night,
        current=current[::-1],
        tonight=[one for one in current if one.covers(night)],
        past=[one for one in here if one not in current][:20],
        cases=cases,
        elsewhere={
            one.id: relocation.places_for(session, cases[one.case_id], night, one.last_night)
            for one in current
            if one.case_id in cases
        },
        bringable=[case for case in living if where(case.id, night, stays) is None],
        names=names(session),
        members=members(session),
        address=state_of(session, sealed) if sealed else None,
        me=session.member_id,
        ACCESS=ACCESS,
        EXPOSURE=EXPOSURE,
        STAY=STAY,
        isoday=day_words(request)["isoday"],
        weekday=day_words(request)["weekday"],
        month=day_words(request)["month"],
        **money_words(request),  # type: ignore[arg-type]
    )


def open_address(request: Request) -> Response:
    """Open the address, or ask a colleague; an entry tells those who hold its key, and the team that it was opened."""
    session, form = office_of(request), form_of(request)
    place = require(session, Place, request.path_params["place"])
    was_open = openings.is_open(session, place.address_id)
    said = open_closed(session, place.address_id, form)
    if not was_open and openings.is_open(session, place.address_id) and form.line("do") != "two":
        relocation.tell_team(session, place, form.line("reason") or "other")
    return done(request, f"/places/{place.id}#address", said)


def act(request: Request) -> Response:
    """Do one thing with a place."""
    session, form, path = office_of(request), form_of(request), request.path_params
    place, said = path["place"], None
    match path["act"]:
        case "exposure":
            exposure = form.code("exposure", EXPOSURE)
            relocation.set_exposure(session, place, exposure, form.text("reason"))
        case "bring":
            relocation.place_in(session, form.line("case"), place, form.day("first"), form.day("last"))
        case "give":
            relocation.give_address(session, place, form.line("member"))
            said = say("The key is on its way to their device.")
        case "facts":
            there = session.get(Place, place)
            relocation.set_place(
                session,
                place,
                capacity=form.number("beds", 0, 200) or 0,
                rent_until=form.day("rent"),
                swept=form.day("swept"),
                rules=form.text("rules"),
                access=form.many("access"),
                night_cents=sum_of(form, "night") or 0,
                leaving=form.kept("leaving", there.leaving if there is not None else ""),
            )
            said = say("Saved.")
        case "address":
            relocation.set_address(session, place, form.text("address"), form.text("enter"))
            said = say("Sealed.")
        case "retire":
            relocation.retire_place(session, place)
            said = say("The place is given up. It can be taken back from its page.")
        case "restore":
            relocation.retire_place(session, place, retired=False)
        case _:
            raise HTTPException(404)
    return done(request, f"/places/{place}", said)


def exposed_form(request: Request) -> Response:
    """Ask which place is exposed, and how we know."""
    session = office_of(request)
    board = relocation.board(session)
    return render(request, "places/exposed.html", places=[row.place for row in board.rows], EXPOSURE=EXPOSURE)


def expose(request: Request) -> Response:
    """Mark a place exposed, and go to where everybody can be moved."""
    session, form = office_of(request), form_of(request)
    place = form.line("place")
    relocation.mark_exposed(session, place, form.text("reason"))
    return done(
        request, f"/places/{place}", say("Nobody can be brought there any more. Now move whoever is there.")
    )


def act_on_stay(request: Request) -> Response:
    """Do one thing with one stay."""
    session, form, path = office_of(request), form_of(request), request.path_params
    stay = require(session, Stay, path["stay"])
    said: Message | None = None
    match path["act"]:
        case "move":
            target = form.line("place")
            relocation.move(
                session,
                stay.case_id,
                target,
                form.day("first") or tonight(session),
                form.day("last"),
                beds=stay.beds,
            )
            said = say("Moved to {place}.", place=require(session, Place, target).code_name)
        case "nights":
            relocation.set_nights(session, stay.id, form.day("first"), form.day("last"))
        case "came":
            relocation.came(session, stay.id)
        case "left":
            relocation.left(session, stay.id)
        case "off":
            relocation.call_off_stay(session, stay.id)
        case _:
            raise HTTPException(404)
    return done(request, f"/places/{stay.place_id}", said)


routes = [
    Route("/places", index),
    Route("/places/new", add_form),
    Route("/places/new", add, methods=["POST"]),
    Route("/places/exposed", exposed_form),
    Route("/places/exposed", expose, methods=["POST"]),
    Route("/places/stays/{stay}/{act}", act_on_stay, methods=["POST"]),
    Route("/places/{place}", show),
    Route("/places/{place}/open", open_address, methods=["POST"]),
    Route("/places/{place}/{act}", act, methods=["POST"]),
]
