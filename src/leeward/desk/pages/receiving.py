"""Received: what partners' desks sealed to us, from the file to a conversation or a case, and the answer; our key."""

from __future__ import annotations

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.desk.forms import Form
from leeward.desk.pages.referrals import given
from leeward.desk.posted import body_of, refused, taken
from leeward.desk.render import desk_of, done, form_of, office_of, render, speech_of
from leeward.domain.cases.referral_paper import in_words
from leeward.domain.partners import key_print
from leeward.domain.receiving import Received, ReceptionKey
from leeward.office import receiving, receiving_keys
from leeward.office.casework_base import require
from leeward.office.casework_views import names
from leeward.office.intake.see import has_intake
from leeward.office.partners import key_words
from leeward.office.receiving import SEALED_MOST, Came
from leeward.office.referrals import Made
from leeward.office.team import team_of

_HERE = "/received"
_KEPT = 4  # opened files whose content is in memory
_LAST = ""  # under which the last one stands


def show(request: Request) -> Response:
    """Show all that came, and our key."""
    return _list(request)


def _list(request: Request, wrong: LeewardError | None = None) -> Response:
    session, language = office_of(request), speech_of(request).language
    found, team = receiving_keys.keys(session), team_of(session)

    def told(key: ReceptionKey) -> dict[str, str]:
        digits = key_print(key.recipient)
        return {
            "print": " ".join(digits[at : at + 4] for at in range(0, len(digits), 4)),
            "words": " ".join(key_words(key.recipient, language)),
        }

    return render(
        request,
        "received/index.html",
        status=409 if wrong else 200,
        wrong=wrong,
        received=receiving.received(session),
        keys=[(one, told(one)) for one in found],
        renew=bool(found) and receiving_keys.to_renew(session, found[0]),
        holds=has_intake(session),
        called=found[0].called if found else team.name if team is not None else "",
        names=names(session),
        most=SEALED_MOST // 2**20,
    )


async def bring(request: Request) -> Response:
    """Take a file from the socket into memory and open it."""
    body = await body_of(request, SEALED_MOST)
    try:
        came = await run_in_threadpool(receiving.open_file, office_of(request), body)
    except LeewardError as error:
        return refused(request, error)
    kept = desk_of(request).received
    kept[_LAST] = msgspec.structs.replace(came, paper=None)
    if came.paper is not None:
        kept.pop(came.id, None)
        kept[came.id] = came
        for oldest in [one for one in kept if one != _LAST][:-_KEPT]:
            del kept[oldest]
    return taken()


def now(request: Request) -> Response:
    """Go to what was opened last, with one sentence about it."""
    last = desk_of(request).received.pop(_LAST, None)
    if last is None:
        return RedirectResponse(_HERE, 303)
    if last.what == "answer":
        return done(
            request, f"/referrals/{last.case_id}/{last.id}#after", say("Their answer is written down.")
        )
    if last.what == "recall":
        return done(request, f"{_HERE}/{last.id}", say("They ask that it be deleted. It is a task now."))
    return RedirectResponse(f"{_HERE}/{last.id}", 303)


def one(request: Request) -> Response:
    """Show one."""
    return _one(request)


def _one(request: Request, wrong: LeewardError | None = None) -> Response:
    session, language = office_of(request), speech_of(request).language
    there = require(session, Received, request.path_params["id"])
    came = _came(request)
    paper = came.paper if came is not None else None
    return render(
        request,
        "received/one.html",
        status=409 if wrong else 200,
        wrong=wrong,
        one=there,
        paper=paper,
        allowed=[in_words(each, language) for each in paper.consents] if paper is not None else [],
        partner=receiving.sender_of(session, there),
        answer=receiving.answer_of(there),
        words=form_of(request).text("words"),
        still=receiving.there_still(session, there),
        case=receiving.case_of(session, there),
        names=names(session),
    )


def _came(request: Request) -> Came | None:
    return desk_of(request).received.get(request.path_params["id"])


def heard(request: Request) -> Response:
    """Take what the sender read."""
    try:
        receiving.heard(office_of(request), request.path_params["id"], form_of(request).line("heard"))
    except LeewardError as error:
        return _one(request, error)
    return done(request, _there(request), say("It is the same. The file is theirs."))


def take_on(request: Request) -> Response:
    """Make a conversation of it, or a case."""
    form, came = form_of(request), _came(request)
    as_case = form.line("as") == "case"
    try:
        made = receiving.take_on(
            office_of(request),
            came if came is not None else Came("", request.path_params["id"]),
            as_case=as_case,
            sure=form.flag("sure"),
        )
    except LeewardError as error:
        return _one(request, error)
    if as_case:
        desk_of(request).received.pop(request.path_params["id"], None)
    said = (
        say("The case is open. Tell them that you took it on.")
        if as_case
        else say("It stands in the inbox. Tell them that you took it on.")
    )
    return done(request, f"/people/{made}" if as_case else f"/inbox/{made}", said)


def decline(request: Request) -> Response:
    """Say that we do not help with it."""
    receiving.decline(office_of(request), request.path_params["id"])
    desk_of(request).received.pop(request.path_params["id"], None)
    return done(request, f"{_there(request)}#answer", say("Declined. Nothing of its content was kept."))


def finish(request: Request) -> Response:
    """Say that it is done."""
    receiving.finish(office_of(request), request.path_params["id"])
    return done(request, f"{_there(request)}#answer", say("Written down."))


def deleted(request: Request) -> Response:
    """Say that nothing of it is here any more."""
    try:
        receiving.deleted(office_of(request), request.path_params["id"])
    except LeewardError as error:
        return _one(request, error)
    return done(request, f"{_there(request)}#answer", say("Written down."))


def answer(request: Request) -> Response:
    """Seal the answer and give the bytes."""
    session, there = office_of(request), request.path_params["id"]

    def work(form: Form) -> Made:
        return receiving.seal_answer(session, there, form.text("words"), sure=form.flag("sure"))

    return given(request, work, _one)


def make_key(request: Request) -> Response:
    """Draw a new key."""
    try:
        receiving_keys.make_key(office_of(request), form_of(request).line("called"))
    except LeewardError as error:
        return _list(request, error)
    return done(
        request, f"{_HERE}#key", say("Made. Give the line to your partners, and compare it over a call.")
    )


def _there(request: Request) -> str:
    return f"{_HERE}/{request.path_params['id']}"


_ID = f"{_HERE}/{{id}}"
routes = [
    Route(_HERE, show),
    Route(f"{_HERE}/file", bring, methods=["POST"]),
    Route(f"{_HERE}/key", make_key, methods=["POST"]),
    Route(f"{_HERE}/now", now),
    Route(_ID, one),
    Route(f"{_ID}/heard", heard, methods=["POST"]),
    Route(f"{_ID}/take-on", take_on, methods=["POST"]),
    Route(f"{_ID}/decline", decline, methods=["POST"]),
    Route(f"{_ID}/done", finish, methods=["POST"]),
    Route(f"{_ID}/deleted", deleted, methods=["POST"]),
    Route(f"{_ID}/answer", answer, methods=["POST"]),
]
