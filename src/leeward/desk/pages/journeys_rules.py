"""What passports open: a public table that somebody brings as a file, and what the team knows better."""

from __future__ import annotations

from importlib import resources
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import say, say_count
from leeward.desk.days import day_words
from leeward.desk.posted import body_of, refused, taken
from leeward.desk.render import desk_of, done, form_of, office_of, render, speech_of
from leeward.domain.relocation.words import VISA_RULE
from leeward.office import visa_rules
from leeward.office.casework_base import today
from leeward.office.countries import canonical, name_of
from leeward.office.relocation import holds_beds
from leeward.office.visa_table import FILE_MOST, read_rules

_HERE = "/journeys/rules"


def show(request: Request) -> Response:
    """Show what each passport opens, and a file that was brought."""
    session, language = office_of(request), speech_of(request).language
    rules = visa_rules.Rules(session)
    ours = visa_rules.issuers(session)
    kept = rules.passports()
    missing = sorted(name for name in ours.values() if not rules.known(name))
    chosen = request.query_params.get("passport", "") or next(iter(kept), "")
    brought = desk_of(request).visa_table
    wanted = set(ours) | {canonical(one).casefold() for one in kept}
    return render(
        request,
        "journeys/rules.html",
        known=holds_beds(session),
        passports=kept,
        missing=missing,
        chosen=chosen,
        opens=rules.opens(chosen) if chosen else None,
        brought=brought,
        picks=sorted(
            ((one, one.casefold() in wanted) for one in (brought.rules if brought is not None else ())),
            key=lambda pick: (not pick[1], name_of(pick[0], language).casefold()),
        ),
        today=today(session),
        most=FILE_MOST // 2**20,
        country=lambda name: name_of(name, language),
        VISA_RULE=VISA_RULE,
        **day_words(request),  # type: ignore[arg-type]
    )


async def bring(request: Request) -> Response:
    """Take the file from the socket into memory."""
    body = await body_of(request, FILE_MOST)
    try:
        desk_of(request).visa_table = await run_in_threadpool(read_rules, body)
    except LeewardError as error:
        return refused(request, error)
    return taken()


def keep(request: Request) -> Response:
    """Keep the rules of the passports that were ticked, and let go of the file."""
    session, form, desk = office_of(request), form_of(request), desk_of(request)
    brought = desk.visa_table
    if brought is None:
        return done(request, _HERE)
    day = form.day("as_of") or today(session)
    kept = visa_rules.keep_rules(
        session, brought, set(form.many("passport")), source=form.line("source"), as_of=day
    )
    desk.visa_table = None
    said = say_count("The rules of {n} passport are kept.", "The rules of {n} passports are kept.", kept)
    return done(request, _HERE, said)


def forget(request: Request) -> Response:
    """Let go of the file."""
    desk_of(request).visa_table = None
    return done(request, _HERE)


def better(request: Request) -> Response:
    """Write what the team knows better."""
    form = form_of(request)
    passport = form.line("passport")
    visa_rules.know_better(
        office_of(request),
        passport,
        form.line("country"),
        form.code("rule", VISA_RULE),
        days=form.number("days", 1, 3650) or 0,
        reason=form.line("reason"),
        day=form.day("day"),
    )
    return done(request, _of(passport), say("What you know counts now, beside what the table says."))


def take_back(request: Request) -> Response:
    """Let the table count again."""
    form = form_of(request)
    visa_rules.take_back(office_of(request), form.line("passport"), form.line("country"))
    return done(request, _of(form.line("passport")), say("The table counts again."))


def practice(request: Request) -> Response:
    """Give the invented table, to practise with."""
    name = "visa_rules_ru.csv" if speech_of(request).language == "ru" else "visa_rules.csv"
    file = resources.files("leeward.practice").joinpath(name)
    if not file.is_file():
        raise HTTPException(404)
    headers = {"content-disposition": 'attachment; filename="visa-rules.csv"'}
    return Response(file.read_bytes(), media_type="text/csv", headers=headers)


def _of(passport: str) -> str:
    return f"{_HERE}?passport={quote(canonical(passport))}"


routes = [
    Route("/journeys/rules", show),
    Route("/journeys/rules/file", bring, methods=["POST"]),
    Route("/journeys/rules/keep", keep, methods=["POST"]),
    Route("/journeys/rules/forget", forget, methods=["POST"]),
    Route("/journeys/rules/better", better, methods=["POST"]),
    Route("/journeys/rules/back", take_back, methods=["POST"]),
    Route("/journeys/rules/practice.csv", practice),
]
