"""An account: paragraphs with the coded acts in the margin; writing one down; coding an act."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.forms import Form
from leeward.desk.pages.record_words import page, read_day
from leeward.desk.render import done, form_of, office_of, speech_of
from leeward.domain.errors import OutOfRange
from leeward.domain.period import Period, Precision
from leeward.domain.testimony.methods import METHODS
from leeward.domain.testimony.records import Account, Act, Facility, Injury, Interview, Paragraph, Unit
from leeward.domain.testimony.terms import (
    ACT_TYPE,
    BODY,
    DEGREE,
    HOW_KNOWN,
    MEDIUM,
    OUTCOME,
    PLACE_TYPE,
    PURPOSE,
    RELATION,
    REPETITION,
    UNIT_TYPE,
)
from leeward.office import findings, testimony
from leeward.office.casework_base import require, require_case, today
from leeward.office.session import Session

_TERMS = {
    "act_type": ACT_TYPE,
    "how_known": HOW_KNOWN,
    "medium": MEDIUM,
    "outcome": OUTCOME,
    "place_type": PLACE_TYPE,
    "purpose": PURPOSE,
    "relation": RELATION,
    "repetition": REPETITION,
    "unit_type": UNIT_TYPE,
    "degree": DEGREE,
    "body": BODY,
    "methods": METHODS,
}


def show(request: Request) -> Response:
    """Show an account with its acts beside the paragraphs they quote."""
    session = office_of(request)
    account = require(session, Account, request.path_params["id"])
    testimony.ensure_source(session, account)
    acts = testimony.acts_of(session, account.id)
    return page(
        request,
        "record/account.html",
        account=account,
        acts=acts,
        beside=[[act for act in acts if index in act.quoted] for index in range(len(account.paragraphs))],
        loose=[act for act in acts if not act.quoted],
        interview=testimony.interview_of(session, account.id),
        claims=findings.claims(session),
        facilities=_by_id(session.find(Facility)),
        units=_by_id(session.find(Unit)),
        terms=_TERMS,
    )


def _by_id(found: list[Facility] | list[Unit]) -> dict[str, str]:
    return {one.id: one.name for one in found}


def new(request: Request) -> Response:
    """Show the form for an account of a case."""
    session = office_of(request)
    case = require_case(session, request.query_params.get("case", ""))
    return page(request, "record/new_account.html", case=case, terms=_TERMS, today=today(session))


def add(request: Request) -> Response:
    """Write an account down: blank lines divide paragraphs."""
    session, form = office_of(request), form_of(request)
    how = form.code("how_known", HOW_KNOWN, "experienced")
    language = form.line("language", 3) or "ru"
    told_on = form.day("told_on")
    paragraphs = [
        Paragraph(text=part.strip(), language=language, how_known=how, folded=form.flag("folded"))
        for part in form.text("text").split("\n\n")
        if part.strip()
    ]
    account_id = testimony.record_account(
        session,
        form.line("case"),
        paragraphs,
        relation=form.code("relation", RELATION, "self"),
        told_on=told_on,
        language=language,
        interview=Interview(
            id="",
            held_on=told_on or today(session),
            place=form.line("place"),
            interviewer_id=session.member_id,
            interpreter=form.line("interpreter"),
            medium=form.code("medium", MEDIUM, "in-person"),
            language=language,
            minutes=form.number("minutes", 0, 1440) or 0,
            sitting=form.number("sitting", 1, 100) or 1,
            distress=form.text("distress", 2000),
        ),
    )
    return done(request, f"/record/accounts/{account_id}", say("Kept. Code the acts when you are ready."))


def code(request: Request) -> Response:
    """Show the coding form."""
    session = office_of(request)
    account = require(session, Account, request.path_params["id"])
    return page(
        request,
        "record/code.html",
        account=account,
        terms=_TERMS,
        groups=_groups(),
        facilities=session.find(Facility),
        units=session.find(Unit),
        claims=findings.claims(session),
    )


def _groups() -> list[tuple[str, list[str]]]:
    heads = [term.code for term in METHODS if not term.parent]
    return [(head, [term.code for term in METHODS if term.parent == head]) for head in heads]


def add_act(request: Request) -> Response:
    """Keep a coded act, and let it speak for the chosen claims."""
    session, form = office_of(request), form_of(request)
    account_id = request.path_params["id"]
    act_id = testimony.code_act(session, account_id, _read_act(session, form, speech_of(request).language))
    for claim_id in form.many("claim"):
        findings.support_from_act(session, act_id, claim_id)
    again = form.line("then") == "again"
    where = f"/record/accounts/{account_id}" + ("/code" if again else "")
    return done(request, where, say("The act is coded."))


def _read_act(session: Session, form: Form, language: str) -> Act:
    start, end = read_day(form.line("start")), read_day(form.line("end"))
    where = form.code("injury_where", BODY)
    return Act(
        id="",
        act_type=form.code("act_type", ACT_TYPE),
        methods=_methods(form, language),
        period=Period(
            start=start, end=end or start, precision=_precision(start, end, guess=form.flag("guess"))
        ),
        place=form.line("place"),
        place_type=form.code("place_type", PLACE_TYPE),
        facility_id=_facility(session, form),
        unit_id=_unit(session, form),
        degree=form.code("degree", DEGREE),
        duration=form.line("duration"),
        repetition=form.code("repetition", REPETITION),
        purpose=form.code("purpose", PURPOSE),
        injuries=(Injury(where=where, what=form.line("injury_what"), examined=form.flag("examined")),)
        if where
        else (),
        outcome=form.code("outcome", OUTCOME),
        people=1 if (people := form.number("people", 0, 100_000)) is None else people,
        quoted=tuple(sorted({int(index) for index in form.many("quoted") if index.isdecimal()})),
        remark=form.text("remark", 2000),
    )


def _precision(start: str, end: str, *, guess: bool) -> Precision:
    if guess:
        return Precision.ESTIMATED
    if end and end != start:
        return Precision.RANGE
    return {0: Precision.YEAR, 1: Precision.MONTH}.get(start.count("-"), Precision.DAY)


def _methods(form: Form, language: str) -> tuple[str, ...]:
    """Return ticked codes and those typed as words; a word that is none of the list is refused, not guessed."""
    chosen = [code for code in form.many("method") if code in METHODS]
    words = {method_words(term.code, language).casefold(): term.code for term in METHODS}
    for typed in form.many("method_words"):
        found = words.get(typed.strip().casefold()) or (typed if typed in METHODS else "")
        if not found:
            raise OutOfRange(
                say("“{typed}” is not in the list of methods.", typed=typed[:60]),
                kept=say("What was typed is still in the form."),
                next_step=say("Choose from the list as you type, or take “another way, in words”."),
            )
        chosen.append(found)
    return tuple(dict.fromkeys(chosen))


def method_words(code: str, language: str) -> str:
    """Return a method as it stands in the searchable list: "electric shocks · through fingers or toes"."""
    term = METHODS[code]
    parent = f"{METHODS[term.parent].label(language)} · " if term.parent else ""
    return parent + term.label(language)


def _facility(session: Session, form: Form) -> str:
    name = form.line("new_facility")
    if not name:
        return form.line("facility")
    fresh = Facility(
        id="",
        name=name,
        district=form.line("new_district"),
        region=form.line("new_region"),
        place_type=form.code("place_type", PLACE_TYPE),
    )
    return testimony.add_facility(session, fresh)


def _unit(session: Session, form: Form) -> str:
    name = form.line("new_unit")
    return testimony.add_unit(session, name, form.code("unit_type", UNIT_TYPE)) if name else form.line("unit")


def change_act(request: Request) -> Response:
    """Withdraw an act, or let it speak for a claim."""
    session, form = office_of(request), form_of(request)
    act = require(session, Act, request.path_params["id"])
    if request.path_params["what"] == "claim":
        findings.support_from_act(session, act.id, form.line("claim"))
        said = say("It speaks for the claim.")
    else:
        testimony.withdraw_act(session, act.id, form.line("why"))
        said = say("Taken out. It stays in the history.")
    return done(request, f"/record/accounts/{act.account_id}", said)


routes = [
    Route("/record/accounts/new", new),
    Route("/record/accounts", add, methods=["POST"]),
    Route("/record/accounts/{id:str}", show),
    Route("/record/accounts/{id:str}/code", code),
    Route("/record/accounts/{id:str}/acts", add_act, methods=["POST"]),
    Route("/record/acts/{id:str}/{what:str}", change_act, methods=["POST"]),
]
