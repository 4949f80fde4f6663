"""How urgent it is, what was told, how far we believe it, and what we decide."""

from __future__ import annotations

import datetime as dt

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import Message, say
from leeward.desk.render import desk_of, done, form_of, office_of
from leeward.domain import intake as words
from leeward.office import intake
from leeward.office.intake.judge import Facts


def _back(request: Request, said: Message | None = None, part: str = "") -> Response:
    return done(request, f"/inbox/{request.path_params['contact']}{part}", said)


def triage(request: Request) -> Response:
    """Say how urgent it is; the same again takes it back."""
    session, contact = office_of(request), request.path_params["contact"]
    asked = form_of(request).code("urgency", words.URGENCY)
    same = intake.require_contact(session, contact).urgency == asked
    intake.triage(session, contact, "" if same else asked)
    return _back(request)


def facts(request: Request) -> Response:
    """Write down what is safe and what was told."""
    form = form_of(request)
    intake.set_facts(
        office_of(request),
        request.path_params["contact"],
        Facts(
            relation=form.code("relation", words.RELATION),
            place_told=form.line("place_told"),
            safe_where=form.line("safe_where"),
            safe_when=form.line("safe_when"),
            safe_device=form.code("safe_device", words.DEVICE),
            safe_note=form.line("safe_note"),
            safe_phrase=form.line("safe_phrase"),
            needs=form.many("needs"),
        ),
    )
    return _back(request, say("Written down."))


def check(request: Request) -> Response:
    """Add a step of vetting; a question is put into the answer box as well, if asked for."""
    session, form, contact = office_of(request), form_of(request), request.path_params["contact"]
    step = form.code("step", words.VETTING_STEP, "question")
    text = form.text("text", 2000)
    outcome = form.code("outcome", words.OUTCOME, "open")
    intake.add_check(session, contact, step, text, outcome, voucher_id=form.line("voucher"))
    if step == "question" and form.flag("ask"):
        before = intake.draft_of(session, contact)
        intake.save_draft(session, contact, f"{before}\n\n{text}" if before else text)
    return _back(request)


def check_outcome(request: Request) -> Response:
    """Say how a step came out."""
    form = form_of(request)
    contact = intake.set_check(
        office_of(request),
        request.path_params["check"],
        form.code("outcome", words.OUTCOME, "open"),
        form.text("answer", 2000),
    )
    return done(request, f"/inbox/{contact}#vetting")


def vetting(request: Request) -> Response:
    """Say how far we believe them, why, and until when."""
    form = form_of(request)
    grade = form.code("grade", words.VETTING, "none")
    day = form.day("until")
    zone = desk_of(request).zone
    until = 0
    if day:
        end = dt.datetime.combine(dt.date.fromisoformat(day) + dt.timedelta(days=1), dt.time())
        until = int((end.replace(tzinfo=zone) if zone else end.astimezone()).timestamp() * 1000)
    intake.set_vetting(
        office_of(request), request.path_params["contact"], grade, form.text("reason", 2000), until=until
    )
    asks = say("Your reading is kept. A second reader must agree before it stands.")
    return _back(request, asks if grade == "verified" else say("Written down."))


def second(request: Request) -> Response:
    """Agree with a grade as the second reader, or not."""
    form = form_of(request)
    intake.second_vetting(
        office_of(request),
        request.path_params["contact"],
        agrees=form.line("agrees") == "yes",
        reason=form.text("reason", 2000),
    )
    return _back(request, say("Written down."))


def told(request: Request) -> Response:
    """Say what they were told about us."""
    intake.set_told(office_of(request), request.path_params["contact"], form_of(request).many("told"))
    return _back(request, say("Written down."), "#vetting")


def decision(request: Request) -> Response:
    """Decide whether we help."""
    session, form, contact = office_of(request), form_of(request), request.path_params["contact"]
    asked = form.code("decision", words.DECISION, "more")
    intake.decide(session, contact, asked, form.text("reason", 2000), risky=form.flag("risky"))
    waits = words.decision_waits(intake.require_contact(session, contact))
    asks = say("Your reading is kept. A second reader must agree before it stands.")
    return _back(request, asks if waits else say("Written down."), "#decision")


def second_decision(request: Request) -> Response:
    """Agree with a decision as the second reader, or not."""
    form = form_of(request)
    intake.second_decision(
        office_of(request),
        request.path_params["contact"],
        agrees=form.line("agrees") == "yes",
        reason=form.text("reason", 2000),
    )
    return _back(request, say("Written down."), "#decision")


_ID = "/inbox/{contact:str}"
ROUTES = [
    Route("/inbox/check/{check:str}", check_outcome, methods=["POST"]),
    Route(f"{_ID}/triage", triage, methods=["POST"]),
    Route(f"{_ID}/facts", facts, methods=["POST"]),
    Route(f"{_ID}/check", check, methods=["POST"]),
    Route(f"{_ID}/vetting", vetting, methods=["POST"]),
    Route(f"{_ID}/second", second, methods=["POST"]),
    Route(f"{_ID}/told", told, methods=["POST"]),
    Route(f"{_ID}/decision", decision, methods=["POST"]),
    Route(f"{_ID}/second-decision", second_decision, methods=["POST"]),
]
