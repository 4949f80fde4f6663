"""People: everybody we help, and the way from a conversation to a case."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leeward.base.say import say, say_count
from leeward.desk.pages.narrowing import go_on, narrowed
from leeward.desk.pages.people_acts import act
from leeward.desk.pages.people_acts_on import act_on
from leeward.desk.pages.people_case import case_page, save_file
from leeward.desk.render import done, form_of, office_of, render, speech_of
from leeward.domain.cases.words import RISK, STAGE
from leeward.domain.intake import Contact, choose_pseudonym
from leeward.domain.team import ROLES
from leeward.office.caseload import loads
from leeward.office.casework_base import require
from leeward.office.casework_open import open_case
from leeward.office.casework_views import case_lines, names
from leeward.office.team import members


def index(request: Request) -> Response:
    """Show everybody this desk may know of, those in danger first; `asked` narrows, `closed=1` shows who left us."""
    session, speech = office_of(request), speech_of(request)
    closed = request.query_params.get("closed") == "1"
    lines = case_lines(session, closed=closed)
    known = names(session)
    query, shown = narrowed(request, lines, known)
    return render(
        request,
        "people/index.html",
        lines=shown,
        everyone=len(lines),
        late=sum(1 for one in lines if one.late),
        missed=sum(1 for one in lines if one.check_in_missed),
        query=query,
        closed=closed,
        names=known,
        stages=[STAGE.label(term.code, speech.language) for term in STAGE],
        me=session.member_id,
    )


def narrow(request: Request) -> Response:
    """Take the words of the list's filter."""
    return go_on(request, "/people")


def open_form(request: Request) -> Response:
    """Ask who holds the new case and who may read it."""
    session = office_of(request)
    contact_id = request.query_params.get("contact", "")
    contact = require(session, Contact, contact_id) if contact_id else None
    if contact is not None and contact.case_id:
        return RedirectResponse(f"/people/{contact.case_id}", 303)
    taken = {one.case.pseudonym for one in case_lines(session)}
    return render(
        request,
        "people/open.html",
        contact=contact,
        pseudonym=contact.pseudonym if contact else choose_pseudonym(session.make_id(), taken),
        members=members(session),
        loads=loads(session),
        me=session.member_id,
        ROLES=ROLES,
        RISK=RISK,
    )


def open_now(request: Request) -> Response:
    """Open the case."""
    session, form = office_of(request), form_of(request)
    opened = open_case(
        session,
        form.line("contact"),
        coordinator_id=form.line("coordinator"),
        deputy_id=form.line("deputy"),
        member_ids=frozenset(form.many("reader")),
        pseudonym=form.line("pseudonym"),
        risk=form.code("risk", RISK, "unknown"),
    )
    said = (
        say_count(
            "The case is open. {n} attachment has not arrived yet; copy it later under Files.",
            "The case is open. {n} attachments have not arrived yet; copy them later under Files.",
            opened.files_left,
        )
        if opened.files_left
        else say("The case is open.")
    )
    return done(request, f"/people/{opened.case_id}", said)


routes = [
    Route("/people", index),
    Route("/people", narrow, methods=["POST"]),
    Route("/people/open", open_form),
    Route("/people/open", open_now, methods=["POST"]),
    Route("/people/{case}", case_page),
    Route("/people/{case}/kept/{file}", save_file),
    Route("/people/{case}/{act}", act, methods=["POST"]),
    Route("/people/{case}/{kind}/{record}/{act}", act_on, methods=["POST"]),
]
