"""The Record: accounts, matrix, timeline, as three views of one selection; and the claim's and source's forms."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.pages.record_words import page, read_day
from leeward.desk.render import done, form_of, office_of
from leeward.domain.findings.records import Claim, Finding, Source, Support
from leeward.domain.findings.terms import ACCESS, ELEMENT, GRADE, SOURCE_GROUP, STANDARD, Access, Element
from leeward.domain.testimony.terms import ACT_TYPE, RELATION
from leeward.domain.vocabulary import Term, Vocabulary
from leeward.office import findings, inquiries
from leeward.office.casework_base import require
from leeward.office.record_views import claim_view, look, source_view, timeline, told

VIEWS = Vocabulary(
    "record-view",
    Term("accounts", "Accounts", "Рассказы"),
    Term("matrix", "Matrix", "Матрица"),
    Term("timeline", "Timeline", "Хронология"),
)


def show(request: Request) -> Response:
    """Show the record in one of its views; `claim` is the selection that all views share."""
    session, asked = office_of(request), request.query_params
    everything = look(session, asked.get("inquiry", ""), asked.get("claim", ""))
    view = asked.get("view", "matrix" if everything.claims else "accounts")
    chosen = next((one for one in everything.claims if one.id == asked.get("claim")), None)
    shown = chosen or next(iter(everything.claims), None)
    selected = chosen.id if chosen else ""
    return page(
        request,
        "record/index.html",
        view=view if view in VIEWS else "matrix",
        views=VIEWS,
        all=everything,
        chosen=chosen,
        aside=claim_view(session, everything.weighing, shown) if shown else None,
        accounts=told(session, everything, selected) if view == "accounts" else [],
        moments=timeline(session, everything, selected) if view == "timeline" else [],
        vocabularies=_WORDS,
    )


_WORDS = {
    "grade": GRADE,
    "element": ELEMENT,
    "access": ACCESS,
    "group": SOURCE_GROUP,
    "standard": STANDARD,
    "relation": RELATION,
    "act": ACT_TYPE,
}


def claim(request: Request) -> Response:
    """Show one claim: each element's grade and why, who speaks for and against it, who signed."""
    session = office_of(request)
    found = require(session, Claim, request.path_params["id"])
    everything = look(session, claim_id=found.id)
    sources = sorted(everything.weighing.sources.values(), key=lambda one: (one.label.casefold(), one.id))
    return page(
        request,
        "record/claim.html",
        view=claim_view(session, everything.weighing, found),
        weighing=everything.weighing,
        sources=sources,
        inside=[one for one in sources if everything.shelf.holds(one)],
        elsewhere=[one for one in sources if not everything.shelf.holds(one)],
        shelf=everything.shelf,
        vocabularies=_WORDS,
    )


def new_claim(request: Request) -> Response:
    """Show the form for a claim."""
    laid = inquiries.shelf(office_of(request), request.query_params.get("inquiry", ""))
    return page(request, "record/new_claim.html", vocabularies=_WORDS, shelf=laid)


def add_claim(request: Request) -> Response:
    """Add a claim."""
    form = form_of(request)
    elements = {element: form.line(f"element-{element}") for element in Element}
    claim_id = findings.add_claim(
        office_of(request),
        {"en": form.line("en", 500), "ru": form.line("ru", 500)},
        {element: value for element, value in elements.items() if value},
        inquiry_id=form.line("inquiry"),
    )
    return done(request, f"/record/claims/{claim_id}", say("The claim is in the record."))


def add_source(request: Request) -> Response:
    """Add a source that is not one of our accounts, and come back."""
    form = form_of(request)
    findings.add_source(
        office_of(request),
        Source(
            id="",
            inquiry_id=form.line("inquiry"),
            label=form.line("label"),
            relation=form.code("relation", RELATION),
            description=form.line("description"),
            publication=form.line("publication"),
            stated_on=read_day(form.line("stated_on")),
            wording=form.text("wording"),
            organisation=form.line("organisation"),
            derives_from_ids=tuple(form.many("derives_from")),
        ),
    )
    return done(request, form.line("back") or "/record", say("The source is in the record."))


def source(request: Request) -> Response:
    """Show one source: what it repeats, and which others count as one with it."""
    session = office_of(request)
    found = require(session, Source, request.path_params["id"])
    laid = inquiries.shelf(session, found.inquiry_id or inquiries.UNFILED)
    return page(request, "record/source.html", view=source_view(session, found), shelf=laid)


def say_apart(request: Request) -> Response:
    """Say that two sources that look like one are not."""
    source_id = request.path_params["id"]
    findings.say_apart(office_of(request), source_id, form_of(request).line("other"))
    return done(request, f"/record/sources/{source_id}", say("Written down. Grades are computed again."))


def new_inquiry(request: Request) -> Response:
    """Show the form for an inquiry."""
    return page(request, "record/new_inquiry.html")


def add_inquiry(request: Request) -> Response:
    """Begin an inquiry."""
    form = form_of(request)
    made = inquiries.begin(office_of(request), {"en": form.line("en"), "ru": form.line("ru")})
    return done(request, f"/record?inquiry={made}", say("It is there, and still empty."))


def file_into(request: Request) -> Response:
    """Lay a claim, a source or an appeal into an inquiry, and come back."""
    form = form_of(request)
    inquiries.file_into(office_of(request), request.path_params["id"], form.line("inquiry"))
    return done(
        request, form.line("back") or "/record", say("Laid where you said. Grades do not change by it.")
    )


def finding(request: Request) -> Response:
    """Go to the claim that a finding is about."""
    found = require(office_of(request), Finding, request.path_params["id"])
    return done(request, f"/record/claims/{found.claim_id}")


def add_support(request: Request) -> Response:
    """Say what a source says of a claim."""
    form = form_of(request)
    claim_id = request.path_params["id"]
    against = form.line("stance") == "against"
    findings.add_support(
        office_of(request),
        Support(
            id="",
            claim_id=claim_id,
            source_id=form.line("source"),
            element=Element(form.code("element", ELEMENT, "what")),
            access=Access(form.code("access", ACCESS, "hearsay")),
            against=against,
            own_part=form.flag("own_part"),
            quote=form.text("quote", 2000),
            explanation=form.text("explanation", 2000) if against else "",
            explained_by=office_of(request).member_id if against and form.text("explanation", 2000) else "",
        ),
    )
    return done(request, f"/record/claims/{claim_id}", say("It is weighed."))


def change_support(request: Request) -> Response:
    """Explain, verify or withdraw one support."""
    session, form = office_of(request), form_of(request)
    support = require(session, Support, request.path_params["id"])
    match request.path_params["what"]:
        case "explain":
            findings.explain_against(session, support.id, form.text("why", 2000))
        case "verify":
            findings.verify_trace(session, support.id)
        case _:
            findings.withdraw_support(session, support.id)
    return done(
        request, f"/record/claims/{support.claim_id}", say("Written down. Grades are computed again.")
    )


def sign(request: Request) -> Response:
    """Sign a claim at a standard."""
    form, claim_id = form_of(request), request.path_params["id"]
    findings.sign(
        office_of(request),
        claim_id,
        form.code("standard", STANDARD),
        form.text("reasons"),
        ask=form.line("ask"),
    )
    return done(request, f"/record/claims/{claim_id}", say("Signed. It waits for a second reader."))


def change_finding(request: Request) -> Response:
    """Read a finding second, or withdraw it."""
    session, form = office_of(request), form_of(request)
    finding = require(session, Finding, request.path_params["id"])
    if request.path_params["what"] == "second":
        agrees = form.line("verdict") == "agree"
        findings.second_read(session, finding.id, agrees=agrees, reasons=form.text("reasons"))
        said = say("Signed by two. It stands.") if agrees else say("Your reasons are kept beside it.")
    else:
        findings.withdraw_finding(session, finding.id)
        said = say("Withdrawn. It stays in the history.")
    return done(request, f"/record/claims/{finding.claim_id}", said)


routes = [
    Route("/record", show),
    Route("/record/inquiries/new", new_inquiry),
    Route("/record/inquiries", add_inquiry, methods=["POST"]),
    Route("/record/filed/{id:str}", file_into, methods=["POST"]),
    Route("/record/claims/new", new_claim),
    Route("/record/claims", add_claim, methods=["POST"]),
    Route("/record/claims/{id:str}", claim),
    Route("/record/claims/{id:str}/supports", add_support, methods=["POST"]),
    Route("/record/claims/{id:str}/sign", sign, methods=["POST"]),
    Route("/record/supports/{id:str}/{what:str}", change_support, methods=["POST"]),
    Route("/record/findings/{id:str}/{what:str}", change_finding, methods=["POST"]),
    Route("/record/sources", add_source, methods=["POST"]),
    Route("/record/sources/{id:str}", source),
    Route("/record/sources/{id:str}/apart", say_apart, methods=["POST"]),
    Route("/record/findings/{id:str}", finding),
]
