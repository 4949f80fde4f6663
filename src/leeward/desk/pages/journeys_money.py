"""Money: grants and what is left of them, payments, rates; the report for whoever gave a grant."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import Message, say
from leeward.desk.acts import act_by
from leeward.desk.days import day_words
from leeward.desk.forms import Form
from leeward.desk.render import done, form_of, office_of, render, speech_of
from leeward.desk.sums import currency_of, money_words, sum_of
from leeward.domain.cases.words import BUDGET_LINE
from leeward.office import donor_report, grants
from leeward.office.casework_base import today
from leeward.office.casework_views import names
from leeward.office.donor_pdf import as_pdf
from leeward.office.relocation import holds_beds
from leeward.office.session import Session

_HERE = "/journeys/money"
_PAYMENTS = 30  # of a grant, shown at once


def show(request: Request) -> Response:
    """Show every grant with what is left, payments and rates."""
    session = office_of(request)
    return render(
        request,
        "journeys/money.html",
        known=holds_beds(session),
        grants=grants.grants(session),
        loose=grants.unassigned(session),
        rates=grants.rates(session),
        names=names(session),
        today=today(session),
        most=_PAYMENTS,
        BUDGET_LINE=BUDGET_LINE,
        **{**money_words(request), **day_words(request)},  # type: ignore[arg-type]
    )


def add(request: Request) -> Response:
    """Write a grant down."""
    form = form_of(request)
    grants.add_grant(
        office_of(request),
        form.line("name"),
        donor=form.line("donor"),
        currency=currency_of(form),
        from_day=form.day("from"),
        to_day=form.day("to"),
        lines=_lines(form),
    )
    return done(request, _HERE, say("The grant is written down."))


def _do(session: Session, what: str, record: str, form: Form) -> Message:
    match what:
        case "change":
            grants.set_grant(
                session,
                record,
                donor=form.line("donor"),
                from_day=form.day("from"),
                to_day=form.day("to"),
                lines=_lines(form),
            )
            return say("Saved.")
        case "pay":
            grants.pay(
                session,
                record,
                form.code("line", BUDGET_LINE, "other"),
                sum_of(form, "sum") or 0,
                currency=currency_of(form),
                day=form.day("day") or today(session),
            )
            return say("The payment is in the books.")
        case "close":
            grants.close_grant(session, record)
            return say("Nothing more is paid from it.")
        case "open":
            grants.close_grant(session, record, closed=False)
            return say("It is running again.")
        case "strike":
            grants.strike(session, record)
            return say("It is struck, and counts no more.")
        case "restore":
            grants.strike(session, record, struck=False)
            return say("It counts again.")
        case _:
            raise HTTPException(404)


def rate(request: Request) -> Response:
    """Write a rate down."""
    session, form = office_of(request), form_of(request)
    day = form.day("day") or today(session)
    grants.set_rate(session, currency_of(form), day, form.line("rate"), source=form.line("source"))
    return done(request, f"{_HERE}#rates", say("The rate is written down."))


def report(request: Request) -> Response:
    """Show what whoever gave the grant is told."""
    made = donor_report.report(office_of(request), request.path_params["grant"])
    return render(
        request,
        "journeys/report.html",
        report=made,
        grant_id=request.path_params["grant"],
        BUDGET_LINE=BUDGET_LINE,
        **{**money_words(request), **day_words(request)},  # type: ignore[arg-type]
    )


def table(request: Request) -> Response:
    """Give the same as a table for other programs."""
    made = donor_report.report(office_of(request), request.path_params["grant"])
    headers = {"content-disposition": 'attachment; filename="report.csv"'}
    body = donor_report.as_csv(made, speech_of(request).language)
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def paper(request: Request) -> Response:
    """Give the same on paper."""
    session = office_of(request)
    made = donor_report.report(session, request.path_params["grant"])
    headers = {"content-disposition": 'attachment; filename="report.pdf"'}
    body = as_pdf(made, speech_of(request).language, today(session))
    return Response(body, media_type="application/pdf", headers=headers)


def _lines(form: Form) -> dict[str, int]:
    return {term.code: cents for term in BUDGET_LINE if (cents := sum_of(form, f"line-{term.code}"))}


routes = [
    Route("/journeys/money", show),
    Route("/journeys/money", add, methods=["POST"]),
    Route("/journeys/money/rate", rate, methods=["POST"]),
    Route("/journeys/money/{grant}/report", report),
    Route("/journeys/money/{grant}/report.csv", table),
    Route("/journeys/money/{grant}/report.pdf", paper),
    Route("/journeys/money/{record}/{act}", act_by(_do, _HERE), methods=["POST"]),
]
