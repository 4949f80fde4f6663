"""The shelves of sentences: read, changed and added by the team, each language by itself."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.render import done, form_of, office_of, render
from leeward.domain import intake as words
from leeward.domain.intake.phrases import LANGUAGES
from leeward.office import intake
from leeward.office.around import member
from leeward.office.intake import phrases


def show(request: Request) -> Response:
    """Show one shelf."""
    session = office_of(request)
    asked = request.query_params.get("shelf", "")
    shelf = asked if asked in words.SHELF else "answer"
    return render(
        request,
        "inbox/phrases.html",
        has_intake=intake.has_intake(session),
        shelf=shelf,
        held=phrases.on_shelf(session, shelf),
        spoken=LANGUAGES,
        words=words,
        who=lambda id_: member(session, id_).name,
    )


def put(request: Request) -> Response:
    """Write a new version, or a new sentence."""
    form = form_of(request)
    shelf = form.code("shelf", words.SHELF, "answer")
    made = phrases.put_phrase(
        office_of(request),
        shelf,
        form.line("phrase"),
        form.line("language", 3),
        form.text("text", 2000),
        checked=form.flag("checked"),
    )
    return done(request, f"/inbox/phrases?shelf={shelf}#p-{made}", say("Written down."))


def retire(request: Request) -> Response:
    """Take a sentence from its shelf."""
    shelf = form_of(request).code("shelf", words.SHELF, "answer")
    phrases.retire_phrase(office_of(request), request.path_params["phrase"])
    return done(request, f"/inbox/phrases?shelf={shelf}")


ROUTES = [
    Route("/inbox/phrases", show),
    Route("/inbox/phrases", put, methods=["POST"]),
    Route("/inbox/phrases/{phrase:str}/retire", retire, methods=["POST"]),
]
