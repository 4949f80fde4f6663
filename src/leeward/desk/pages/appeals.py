"""Appeals: who was asked what, when an answer was due, what came, and how long it has been silent."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.forms import Form
from leeward.desk.pages.record_words import page, read_day
from leeward.desk.render import done, form_of, office_of
from leeward.domain.appeals.procedures import codes, why_in_words
from leeward.domain.appeals.records import Institution, Reply, Submission
from leeward.domain.appeals.terms import CHANNEL, INSTITUTION_KIND, REPLY_KIND
from leeward.domain.release.records import Release
from leeward.office import appeals
from leeward.office.casework_base import today
from leeward.office.session import Session

STATE_TAG = {"overdue": "late", "due": "accent"}
_EMPTY_HANDED = frozenset({"denies", "refuses", "token"})
_TERMS = {"channel": CHANNEL, "institution": INSTITUTION_KIND, "reply": REPLY_KIND}


def show(request: Request) -> Response:
    """Show everything that was asked."""
    board = appeals.board(office_of(request))
    return page(
        request,
        "appeals/index.html",
        board=board,
        silent=[one for one in board if one.state.state in {"overdue", "sent", "acknowledged", "due"}],
        good=lambda one: one.replies and one.replies[-1].reply_kind not in _EMPTY_HANDED,
        answered=sum(1 for one in board if one.state.answered_on),
        tags=STATE_TAG,
    )


def new(request: Request) -> Response:
    """Show the form for something that was sent outside a release."""
    session = office_of(request)
    return page(
        request,
        "appeals/new.html",
        institutions=appeals.institutions(session),
        procedures=codes(),
        terms=_TERMS,
        today=today(session),
        follows=request.query_params.get("follows", ""),
    )


def add(request: Request) -> Response:
    """Write down that something was sent."""
    session, form = office_of(request), form_of(request)
    submission = read_submission(session, form)
    submission_id = appeals.send(session, submission)
    return done(request, f"/appeals/{submission_id}", say("Written down. The days are counted from now on."))


def read_submission(session: Session, form: Form) -> Submission:
    """Return what a form says of a submission; a new institution in it is added first."""
    institution = form.line("institution")
    if name := form.line("new_institution"):
        kind = form.code("institution_kind", INSTITUTION_KIND, "other")
        institution = appeals.add_institution(session, Institution(id="", name=name, institution_kind=kind))
    return Submission(
        id="",
        institution_id=institution,
        procedure=form.line("procedure"),
        title=form.line("title"),
        ask=form.text("ask", 4000),
        channel=form.code("channel", CHANNEL, "form"),
        sent_on=read_day(form.line("sent_on"), required=True),
        due_on=read_day(form.line("due_on")),
        follows_id=form.line("follows"),
        receipt=form.line("receipt"),
        sent_by=session.member_id,
    )


def one(request: Request) -> Response:
    """Show one submission with what came."""
    session = office_of(request)
    asked = appeals.one_asked(session, request.path_params["id"])
    submission = asked.submission
    return page(
        request,
        "appeals/one.html",
        asked=asked,
        tags=STATE_TAG,
        terms=_TERMS,
        today=today(session),
        release=session.get(Release, submission.release_id) if submission.release_id else None,
        before=session.get(Submission, submission.follows_id) if submission.follows_id else None,
        after=session.find(Submission, follows_id=submission.id),
        why_in_words=why_in_words,
    )


def reply(request: Request) -> Response:
    """Write down what came."""
    form, submission_id = form_of(request), request.path_params["id"]
    appeals.record_reply(
        office_of(request),
        Reply(
            id="",
            submission_id=submission_id,
            on=read_day(form.line("on"), required=True),
            reply_kind=form.code("reply_kind", REPLY_KIND),
            summary=form.text("summary", 8000),
            reference=form.line("reference"),
        ),
    )
    return done(request, f"/appeals/{submission_id}", say("The answer is in the record."))


def change(request: Request) -> Response:
    """Close an appeal, or add a remark."""
    session, form, submission_id = office_of(request), form_of(request), request.path_params["id"]
    if request.path_params["what"] == "close":
        appeals.close(session, submission_id, form.code("outcome", REPLY_KIND))
        return done(request, f"/appeals/{submission_id}", say("Closed."))
    if text := form.text("text", 8000):
        appeals.remark(session, submission_id, text)
    return done(request, f"/appeals/{submission_id}", say("Written down."))


routes = [
    Route("/appeals", show),
    Route("/appeals/new", new),
    Route("/appeals", add, methods=["POST"]),
    Route("/appeals/{id:str}", one),
    Route("/appeals/{id:str}/reply", reply, methods=["POST"]),
    Route("/appeals/{id:str}/{what:str}", change, methods=["POST"]),
]
