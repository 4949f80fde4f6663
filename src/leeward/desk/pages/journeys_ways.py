"""What there is to give: ways out by day, countries and what their doors ask for, appointments by day."""

from __future__ import annotations

import datetime as dt

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import Message, say, say_count
from leeward.desk.acts import act_by
from leeward.desk.days import day_words
from leeward.desk.forms import Form
from leeward.desk.render import done, form_of, office_of, render, speech_of
from leeward.desk.sums import currency_of, money_words, sum_of
from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.relocation.ways_out import WayOut
from leeward.domain.relocation.words import MODE
from leeward.office import seats, ways_back, ways_out
from leeward.office.casework_base import today
from leeward.office.countries import name_of
from leeward.office.relocation import holds_beds
from leeward.office.session import Session

_HERE = "/journeys/ways"
_SOON = dt.timedelta(weeks=4)  # what comes after is folded


def show(request: Request) -> Response:
    """Show everything that there is to give, from tonight on."""
    session = office_of(request)
    language = speech_of(request).language
    giving = ways_out.giving(session)
    return render(
        request,
        "journeys/ways.html",
        giving=giving,
        known=holds_beds(session),
        today=today(session),
        soon=(dt.date.fromisoformat(today(session)) + _SOON).isoformat(),
        holders=seats.holders(session),
        slip=ways_back.last_slip(session),
        often={(one.kind, one.record_id) for one in giving.too_often},
        country=lambda name: name_of(name, language),
        weeks_most=ways_out.WEEKS_MOST,
        as_date=dt.date.fromisoformat,
        MODE=MODE,
        BUDGET_LINE=BUDGET_LINE,
        **{**money_words(request), **day_words(request)},  # type: ignore[arg-type]
    )


def add(request: Request) -> Response:
    """Write a way out down, once or for many weeks."""
    session, form = office_of(request), form_of(request)
    hours = form.number("escort_hours", 0, 24) or 0
    way = WayOut(
        id="",
        country=form.line("country"),
        mode=form.code("mode", MODE, "plane"),
        from_town=form.line("from"),
        to_town=form.line("to"),
        day=form.day("day"),
        leaves=form.line("leaves"),
        seats=form.number("seats", 1, 500) or 1,
        cost_cents=sum_of(form, "cost") or 0,
        currency=currency_of(form),
        line=form.code("line", BUDGET_LINE, "departure"),
        escort=form.flag("escort"),
        escort_minutes=hours * 60,
        escort_days=form.number("escort_days", 1, 60) or 1,
        escort_parties=form.number("escort_parties", 1, 500) or 1,
    )
    made = ways_out.add_ways(session, way, weeks=form.number("weeks", 1, ways_out.WEEKS_MOST) or 1)
    said = say_count("{n} way out is on the list.", "{n} ways out are on the list.", len(made))
    return done(request, _HERE, said)


def country(request: Request) -> Response:
    """Write what a country asks for."""
    session, form = office_of(request), form_of(request)
    ways_out.set_country(
        session,
        form.line("country"),
        lead_days=form.number("lead", 0, 3650) or 0,
        valid_days=form.number("valid", 0, 3650) or 90,
        passport_days=form.number("passport", 0, 3650) or 0,
        fee_cents=sum_of(form, "fee") or 0,
        currency=currency_of(form),
        escort_minutes=(form.number("escort_hours", 0, 24) or 0) * 60,
        source=form.line("source"),
        as_of=form.day("as_of"),
    )
    return done(request, f"{_HERE}#countries-section", say("Saved."))


def appointments(request: Request) -> Response:
    """Write down how many people a consulate receives."""
    session, form = office_of(request), form_of(request)
    weeks = form.number("weeks", 1, ways_out.WEEKS_MOST) or 1
    slots = form.number("slots", 0, 500) or 0
    ways_out.set_appointments(session, form.line("country"), form.day("day"), slots, weeks=weeks)
    return done(request, f"{_HERE}#appointments", say("Saved."))


def back(request: Request) -> Response:
    """Take back what this member changed last."""
    session, form = office_of(request), form_of(request)
    ways_back.take_back(session, form.line("key"))
    return done(request, _HERE, say("It is as it was before."))


def _do(session: Session, what: str, record: str, form: Form) -> Message:
    match what:
        case "withdraw":
            ways_out.withdraw(session, record)
            return say("It is withdrawn. It can be put back from the list.")
        case "restore":
            ways_out.withdraw(session, record, withdrawn=False)
            return say("It is on the list again.")
        case "seats":
            ways_out.set_seats(session, record, form.number("seats", 0, 500) or 0)
            return say("Saved.")
        case "close":
            ways_out.close_country(session, record)
            return say("Nobody is planned for this country any more.")
        case "open":
            ways_out.close_country(session, record, closed=False)
            return say("People can be planned for this country again.")
        case _:
            raise HTTPException(404)


routes = [
    Route("/journeys/ways", show),
    Route("/journeys/ways", add, methods=["POST"]),
    Route("/journeys/ways/country", country, methods=["POST"]),
    Route("/journeys/ways/appointments", appointments, methods=["POST"]),
    Route("/journeys/ways/back", back, methods=["POST"]),
    Route("/journeys/ways/{record}/{act}", act_by(_do, _HERE), methods=["POST"]),
]
