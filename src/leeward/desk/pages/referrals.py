"""A referral: what goes to the partner and what may not, as they will read it; then sealed, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.desk.forms import Form
from leeward.desk.pages.safety import fingerprint_words
from leeward.desk.render import desk_of, done, form_of, office_of, render, speech_of
from leeward.domain.cases.case import Case
from leeward.domain.cases.referral_paper import head_of, in_words
from leeward.domain.cases.referrals import LEFT, PURPOSE, Referral
from leeward.domain.cases.work import Need
from leeward.domain.partners import digest_of, key_print
from leeward.office import referrals, referrals_after
from leeward.office.casework_base import require, require_case
from leeward.office.casework_views import names
from leeward.office.partners import is_classic, key_words, open_partners
from leeward.office.receiving import received_of
from leeward.office.referrals import Made
from leeward.office.session import Session


def referrals_shown(session: Session, case: Case) -> dict[str, object]:
    """Return what people/referrals.html needs."""
    return {
        "referrals": referrals_after.referrals_of(session, case.id),
        "partners": open_partners(session),
        "referral_needs": [one for one in session.find(Need, case_id=case.id) if one.unmet],
        "PURPOSE": PURPOSE,
        "came": received_of(session, case),
    }


def begin(request: Request) -> Response:
    """Begin one."""
    session, form, case = office_of(request), form_of(request), request.path_params["case"]
    made = referrals.begin(
        session,
        case,
        form.line("partner"),
        form.code("purpose", PURPOSE, "help"),
        form.line("need"),
        language=form.line("language", 3),
    )
    return done(request, f"/referrals/{case}/{made}")


def show(request: Request) -> Response:
    """Show one."""
    return _page(request)


def _page(request: Request, wrong: LeewardError | None = None) -> Response:
    session = office_of(request)
    case = require_case(session, request.path_params["case"])
    referral = require(session, Referral, request.path_params["id"])
    if referral.case_id != case.id:
        return RedirectResponse(f"/people/{case.id}?tab=work", 303)
    view = referrals.look(session, referral.id)
    return render(
        request,
        "people/referral.html",
        status=409 if wrong else 200,
        wrong=wrong,
        case=case,
        view=view,
        one=referral,
        gone=referrals_after.taken_back(session, referral),
        held=referral.state in LEFT,
        living=case.living,
        names=names(session),
        digest=digest_of(view.partner),
        print=fingerprint_words(key_print(view.partner.recipient)),
        head=head_of(view.paper),
        allowed=[in_words(each, view.paper.language) for each in view.paper.consents],
        words=key_words(view.partner.recipient, speech_of(request).language),
        classic=is_classic(view.partner),
    )


def choose(request: Request) -> Response:
    """Choose what goes."""
    session, form = office_of(request), form_of(request)
    referral = require(session, Referral, request.path_params["id"])
    ticked = form.many("field")
    referrals.choose(session, referral.id, ticked, form.many("met"), form.kept("note", referral.covering))
    view = referrals.look(session, referral.id)
    left = set(ticked) - {one.key for one in view.chosen}
    said = (
        say("Something ticked is not in it: its condition has to be confirmed as well.")
        if left
        else say("This is what they would read.")
    )
    return done(request, f"{_here(request)}#paper", said)


def make(request: Request) -> Response:
    """Seal it, write it down, give the bytes."""
    session, referral = office_of(request), request.path_params["id"]
    return given(
        request,
        lambda form: referrals.make(session, referral, form.line("seen"), sure=form.flag("sure")),
        _page,
    )


def call_back(request: Request) -> Response:
    """Seal the letter that asks them to delete it, and give the bytes."""
    session, referral = office_of(request), request.path_params["id"]

    def work(form: Form) -> Made:
        return referrals_after.call_back(session, referral, form.line("digest"), sure=form.flag("sure"))

    return given(request, work, _page)


def given(
    request: Request, work: Callable[[Form], Made], again: Callable[[Request, LeewardError], Response]
) -> Response:
    """Hand out what was sealed, to be saved; or show the page again with what stands against it."""
    try:
        made = work(form_of(request))
    except LeewardError as error:
        return again(request, error)
    desk_of(request).bell.ring()  # this answer is a file; the page itself looks again
    return Response(
        made.sealed,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="{made.name}"',
            "cache-control": "no-store",
        },
    )


def answer(request: Request) -> Response:
    """Write down what they answered, in their words."""
    form = form_of(request)

    def work(session: Session, referral: str, words: str) -> None:
        referrals_after.answered(session, referral, form.line("state"), words)

    return _noted(request, work)


def deleted(request: Request) -> Response:
    """Write down that they deleted it."""
    return _noted(request, referrals_after.note_deleted)


def _noted(request: Request, work: Callable[[Session, str, str], None]) -> Response:
    session, referral_id = office_of(request), request.path_params["id"]
    referral = require(session, Referral, referral_id)
    work(session, referral_id, form_of(request).kept("answer", referral.answer))
    return done(request, f"{_here(request)}#after", say("Written down."))


def take_over(request: Request) -> Response:
    """Say that they have the case, and close it."""
    referrals_after.take_over(office_of(request), request.path_params["id"], form_of(request).text("review"))
    return done(
        request,
        f"/people/{request.path_params['case']}",
        say("The case is closed. It can be taken up again."),
    )


def _here(request: Request) -> str:
    return f"/referrals/{request.path_params['case']}/{request.path_params['id']}"


_ONE = "/referrals/{case}/{id}"
routes = [
    Route("/referrals/{case}", begin, methods=["POST"]),
    Route(_ONE, show),
    Route(f"{_ONE}/choose", choose, methods=["POST"]),
    Route(f"{_ONE}/make", make, methods=["POST"]),
    Route(f"{_ONE}/call-back", call_back, methods=["POST"]),
    Route(f"{_ONE}/answer", answer, methods=["POST"]),
    Route(f"{_ONE}/take-over", take_over, methods=["POST"]),
    Route(f"{_ONE}/deleted", deleted, methods=["POST"]),
]
