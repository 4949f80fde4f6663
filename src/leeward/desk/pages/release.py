"""Release: the page as its reader will see it, what is held back as grey bars that say why; then made, then sent."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.pages.appeals import read_submission
from leeward.desk.pages.record_words import page
from leeward.desk.render import done, form_of, office_of
from leeward.domain.appeals.procedures import codes
from leeward.domain.appeals.terms import CHANNEL, INSTITUTION_KIND, REPLY_KIND
from leeward.domain.cases.consent import AUDIENCE
from leeward.domain.findings.records import Claim, Inquiry, Source
from leeward.domain.release.audience import VIEWS
from leeward.domain.release.document import Line
from leeward.domain.release.records import Release
from leeward.domain.testimony.records import Account
from leeward.office import appeals, findings, release
from leeward.office.casework_base import today
from leeward.office.inquiries import shelf
from leeward.office.session import Session

_TERMS = {"channel": CHANNEL, "institution": INSTITUTION_KIND, "reply": REPLY_KIND}


def show(request: Request) -> Response:
    """Show the register: what left, and what is being prepared."""
    return page(
        request, "release/index.html", releases=release.register(office_of(request)), audiences=AUDIENCE
    )


def new(request: Request) -> Response:
    """Show the form that begins a release."""
    return page(
        request, "release/new.html", audiences=[code for code in VIEWS if code in AUDIENCE], views=VIEWS
    )


def add(request: Request) -> Response:
    """Begin a release."""
    form = form_of(request)
    release_id = release.prepare(
        office_of(request),
        form.line("title"),
        form.code("audience", AUDIENCE),
        language=form.line("language", 3) or "en",
        purpose=form.line("purpose"),
        organisation=form.line("organisation"),
    )
    return done(request, f"/release/{release_id}")


def one(request: Request) -> Response:
    """Show exactly what would leave, or what left."""
    session = office_of(request)
    seen = release.preview(session, request.path_params["id"])
    return page(
        request,
        "release/one.html",
        release=seen.release,
        document=seen.composed.document,
        withheld=seen.composed.withheld,
        leaks=seen.leaks,
        leaky={(leak.section, leak.line) for leak in seen.leaks},
        sealed_names=seen.sealed_names,
        names_to_open=seen.names_to_open,
        taken_back=seen.taken_back,
        is_line=lambda line: isinstance(line, Line),
        view=VIEWS[seen.release.audience],
        shelves=_by_inquiry(session),
        institutions=appeals.institutions(session),
        procedures=codes(),
        terms=_TERMS,
        today=today(session),
    )


def _by_inquiry(session: Session) -> list[tuple[Inquiry | None, list[Claim], list[Account]]]:
    """Return what can be chosen, inquiry by inquiry; None holds what lies in none."""
    inquiries = shelf(session).inquiries
    known = {one.id for one in inquiries}
    of_source = {source.id: source.inquiry_id for source in session.find(Source)}
    claims: dict[str, list[Claim]] = {}
    accounts: dict[str, list[Account]] = {}
    for claim in findings.claims(session):
        claims.setdefault(claim.inquiry_id if claim.inquiry_id in known else "", []).append(claim)
    for account in sorted(session.find(Account), key=lambda one: (one.told_on, one.label, one.id)):
        lies = of_source.get(account.source_id, "")
        accounts.setdefault(lies if lies in known else "", []).append(account)
    places: list[Inquiry | None] = [*inquiries, None]
    found = [
        (one, claims.get(one.id if one else "", []), accounts.get(one.id if one else "", []))
        for one in places
    ]
    return [part for part in found if part[1] or part[2]]


def choose(request: Request) -> Response:
    """Choose what it should hold."""
    form, release_id = form_of(request), request.path_params["id"]
    there = office_of(request).get(Release, release_id)
    release.choose(
        office_of(request),
        release_id,
        claim_ids=tuple(form.many("claim")),
        account_ids=tuple(form.many("account")),
        ask=form.kept("ask", there.ask if there is not None else ""),
        with_names=form.flag("with_names"),
    )
    return done(request, f"/release/{release_id}", say("This is what would leave now."))


def names(request: Request) -> Response:
    """Open the names that may be in it."""
    left = release.open_names(office_of(request), request.path_params["id"], form_of(request).line("why"))
    said = say("What takes two people stays sealed: open it on the person's page first.") if left else None
    return done(request, f"/release/{request.path_params['id']}", said)


def make(request: Request) -> Response:
    """Make the PDF."""
    made = release.make(office_of(request), request.path_params["id"])
    return done(
        request, f"/release/{made.id}", say("Made, sealed and entered in the register. Nothing has left yet.")
    )


def second(request: Request) -> Response:
    """Read it as a second pair of eyes."""
    release.second_look(office_of(request), request.path_params["id"])
    return done(request, f"/release/{request.path_params['id']}", say("Written down: read by two."))


def sent(request: Request) -> Response:
    """Write down that it went out."""
    session = office_of(request)
    submission_id = release.mark_sent(
        session, request.path_params["id"], read_submission(session, form_of(request))
    )
    return done(request, f"/appeals/{submission_id}", say("Sent. The days are counted from now on."))


def pdf(request: Request) -> Response:
    """Give the PDF to be saved."""
    found, plain = release.read_pdf(office_of(request), request.path_params["id"])
    whole = b"".join(plain)  # checked to the end before a byte is shown
    name = f"dossier-{found.id[:6]}.pdf"
    return StreamingResponse(
        iter([whole]),
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{name}"', "content-length": str(len(whole))},
    )


routes = [
    Route("/release", show),
    Route("/release/new", new),
    Route("/release", add, methods=["POST"]),
    Route("/release/{id:str}", one),
    Route("/release/{id:str}/choose", choose, methods=["POST"]),
    Route("/release/{id:str}/names", names, methods=["POST"]),
    Route("/release/{id:str}/make", make, methods=["POST"]),
    Route("/release/{id:str}/second", second, methods=["POST"]),
    Route("/release/{id:str}/sent", sent, methods=["POST"]),
    Route("/release/{id:str}/pdf", pdf),
]
