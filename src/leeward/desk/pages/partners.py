"""Safety, partners: organisations that people are referred to, their keys, and who compared them over a call."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.desk.render import done, form_of, office_of, render, speech_of
from leeward.domain.cases.consent import AUDIENCE
from leeward.domain.partners import AUDIENCES, Partner, digest_of, key_print
from leeward.office import partners
from leeward.office.casework_base import require
from leeward.office.casework_views import names

_HERE = "/safety/partners"
_KEY_MOST = 4000


def show(request: Request) -> Response:
    """Show them all."""
    return _page(request)


def _page(request: Request, wrong: LeewardError | None = None) -> Response:
    session, language = office_of(request), speech_of(request).language
    return render(
        request,
        "safety/partners.html",
        status=409 if wrong else 200,
        wrong=wrong,
        partners=[(one, partners.trust(session, one)) for one in partners.partners(session)],
        names=names(session),
        kinds=[(code, AUDIENCE.label(code, language)) for code in AUDIENCES],
        digest_of=digest_of,
        key_print=lambda one: " ".join(key_print(one.recipient)[at : at + 4] for at in range(0, 32, 4)),
        key_words=lambda one: " ".join(partners.key_words(one.recipient, language)),
        is_classic=partners.is_classic,
    )


def add(request: Request) -> Response:
    """Write one down."""
    form = form_of(request)
    try:
        partner = partners.add_partner(
            office_of(request), form.line("name"), form.line("audience"), form.text("recipient", _KEY_MOST)
        )
    except LeewardError as error:
        return _page(request, error)
    return done(request, f"{_HERE}#p-{partner}", say("Kept. Now compare the key with them over a call."))


def change(request: Request) -> Response:
    """Change name, kind or key."""
    form, session, partner_id = form_of(request), office_of(request), request.path_params["id"]
    there = require(session, Partner, partner_id)
    try:
        partners.set_partner(
            session,
            partner_id,
            name=form.line("name"),
            audience=form.line("audience"),
            recipient=form.text("recipient", _KEY_MOST) or there.recipient,
        )
    except LeewardError as error:
        return _page(request, error)
    return done(request, f"{_HERE}#p-{partner_id}", say("Kept."))


def compare(request: Request) -> Response:
    """Take what was heard."""
    form, session, partner_id = form_of(request), office_of(request), request.path_params["id"]
    require(session, Partner, partner_id)
    try:
        trust = partners.compare(session, partner_id, form.text("heard", _KEY_MOST), form.line("digest"))
    except LeewardError as error:
        return _page(request, error)
    said = (
        say("It is the same. The key can be used.")
        if trust.sure
        else say("It is the same. A second colleague should hear it too.")
    )
    return done(request, f"{_HERE}#p-{partner_id}", said)


def close(request: Request) -> Response:
    """Refer nobody there any more, or again."""
    closed = form_of(request).line("closed") == "1"
    partners.set_closed(office_of(request), request.path_params["id"], closed=closed)
    return done(request, _HERE)


routes = [
    Route(_HERE, show),
    Route(_HERE, add, methods=["POST"]),
    Route(f"{_HERE}/{{id}}", change, methods=["POST"]),
    Route(f"{_HERE}/{{id}}/compare", compare, methods=["POST"]),
    Route(f"{_HERE}/{{id}}/close", close, methods=["POST"]),
]
