"""Safety, before a border: emptying this computer, who is away, and who comes back."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.ids import is_id
from leeward.base.say import say
from leeward.desk.last import last_page
from leeward.desk.render import desk_of, done, form_of, office_of, render, speech_of
from leeward.desk.state import DeskState
from leeward.office import safety, travel, travel_back
from leeward.office.relay import relay_address, relay_of
from leeward.office.team import members

_HERE = travel_back.HERE
_GO = f"{_HERE}/go"
_PATIENCE_SECONDS = 45.0
_LOOK_SECONDS = 0.2


def show(request: Request) -> Response:
    """Show who is away, and what stands before leaving."""
    return _page(request)


def _page(request: Request, wrong: LeewardError | None = None) -> Response:
    session = office_of(request)
    about = {one.id: one for one in safety.gather(session).circles}
    return render(
        request,
        "safety/travel.html",
        status=409 if wrong else 200,
        wrong=wrong,
        lines=travel_back.lines(session),
        about=about,
        names={one.id: one.name for one in members(session)},
        found=travel.look(session),
        leaving=travel.is_leaving(session),
        me=session.member_id,
        base=_HERE,
        relay=relay_address(session.vault)[0],
    )


def show_words(request: Request) -> Response:
    """Show the eight words, and the field in which they are typed."""
    return _words_page(request)


def _words_page(request: Request, wrong: LeewardError | None = None) -> Response:
    session = office_of(request)
    try:
        travel.check(session)
    except LeewardError as error:
        return _page(request, error)
    return render(
        request,
        "safety/travel_go.html",
        status=409 if wrong else 200,
        wrong=wrong,
        words=travel.words(session).words(speech_of(request).language),
        language=speech_of(request).language,
        loss=travel.look(session).loss,
        colleagues=travel.look(session).colleagues,
        leaving=travel.is_leaving(session),
    )


def leave(request: Request) -> Response:
    """Put everything on the relay, this computer out of use, and then the vault away; the desk ends with it."""
    session, form, desk = office_of(request), form_of(request), desk_of(request)
    until = form.moment("until", desk.zone) or 0
    try:
        told = form.line("told")
        told = told if told in {one.id for one in travel.look(session).colleagues} else ""
        travel.leave(session, lambda: _send(desk), form.line("words", 400), until=until, told_id=told)
        travel.remove_open(session)
    except LeewardError as error:
        return _words_page(request, error)
    return last_page(request, "travelled.html")


def _send(desk: DeskState) -> None:
    """Have the desk's own sync bring everything to the relay; without one, do it here."""
    if desk.syncer is None:
        travel.send_all(desk.session, relay_of(desk.session))
        return
    until = time.monotonic() + _PATIENCE_SECONDS
    desk.syncer.look_now()
    while travel.is_unsent(desk.session) and time.monotonic() < until:
        desk.syncer.nudge()
        time.sleep(_LOOK_SECONDS)
    travel.require_sent(desk.session)


def stay(request: Request) -> Response:
    """Call it off."""
    travel.stay(office_of(request))
    return done(request, _HERE, say("Called off: you are not away."))


def hand_on(request: Request) -> Response:
    """Give a colleague what nobody else holds."""
    form, session = form_of(request), office_of(request)
    whom = form.line("member")
    if is_id(whom):
        travel.hand_on(session, form.many("part"), whom)
    return done(request, f"{_HERE}#leave", say("Granted; it leaves with the next sync."))


def give_back(request: Request) -> Response:
    """Give back what is ticked to somebody who came back."""
    form = form_of(request)
    travel_back.give_back(office_of(request), form.line("away"), form.many("part"))
    return done(request, _HERE, say("Given back; it leaves with the next sync."))


def keep_back(request: Request) -> Response:
    """Give none of it back."""
    form = form_of(request)
    travel_back.keep_back(office_of(request), form.line("away"), form.many("part"))
    return done(request, _HERE, say("Written down: it is not given back."))


def close(request: Request) -> Response:
    """Wait for somebody no longer."""
    travel_back.close(office_of(request), form_of(request).line("away"))
    return done(request, _HERE, say("The team waits no longer. Their words bring nobody back."))


routes = [
    Route(_HERE, show),
    Route(_GO, show_words),
    Route(_GO, leave, methods=["POST"]),
    Route(f"{_HERE}/stay", stay, methods=["POST"]),
    Route(f"{_HERE}/hand-on", hand_on, methods=["POST"]),
    Route(f"{_HERE}/give", give_back, methods=["POST"]),
    Route(f"{_HERE}/keep", keep_back, methods=["POST"]),
    Route(f"{_HERE}/close", close, methods=["POST"]),
]
