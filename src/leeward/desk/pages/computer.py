"""Safety, this computer: the passphrases of what lies here, locking by itself, burning it, and who was forced."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.limits import NAME_MOST, PASSPHRASE_LEAST, TEXT_MOST
from leeward.base.say import say
from leeward.desk.forms import clean
from leeward.desk.last import last_page
from leeward.desk.render import desk_of, done, form_of, office_of, render
from leeward.desk.sticks import can_watch
from leeward.office import beside, computer, opened, security_key, team

_HERE = "/safety/computer"


def show(request: Request) -> Response:
    """Show the page."""
    return _page(request)


def _page(request: Request, wrong: LeewardError | None = None) -> Response:
    return render(
        request,
        "safety/computer.html",
        status=409 if wrong else 200,
        wrong=wrong,
        least=PASSPHRASE_LEAST,
        stick=computer.stick_of(office_of(request)),
        can_watch=can_watch(),
        minutes=computer.lock_after(office_of(request)),
        limits=(computer.LOCK_LEAST, computer.LOCK_MOST),
        loss=computer.what_burns(office_of(request)),
        can_have=beside.is_possible(office_of(request)),
        beside=beside.kept(office_of(request)),
        offered=beside.offered(office_of(request)),
        keys=security_key.enrolled(office_of(request)),
    )


def change_passphrase(request: Request) -> Response:
    """Take another passphrase. What was typed is not shown again, whatever goes wrong."""
    old, new, again = (_as_typed(request, name) for name in ("old", "new", "again"))
    try:
        computer.change_passphrase(office_of(request), old, new, again)
    except LeewardError as error:
        return _page(request, error)
    return done(request, _HERE, say("The new passphrase holds. The old one's key slot is destroyed."))


def set_beside(request: Request) -> Response:
    """Set up what another passphrase opens. What was typed is not shown again, whatever goes wrong."""
    form = form_of(request)
    words, again = (_as_typed(request, name) for name in ("words", "again"))
    try:
        beside.set_up(
            office_of(request), words, again, circles=form.many("circle"), alone=form.line("alone") == "1"
        )
    except LeewardError as error:
        return _page(request, error)
    return done(request, f"{_HERE}#forced", say("Kept. It holds from now on."))


def forget_beside(request: Request) -> Response:
    """Let no such passphrase open anything."""
    beside.forget(office_of(request))
    return done(request, f"{_HERE}#forced", say("No such passphrase opens anything here."))


def show_opened(request: Request) -> Response:
    """Show whose computers were opened by force, and what to do."""
    session = office_of(request)
    return render(
        request,
        "safety/opened.html",
        told=opened.told(session),
        names={one.id: one.name for one in team.members(session)},
    )


def put_aside(request: Request) -> Response:
    """Take one off Today."""
    opened.put_aside(office_of(request), form_of(request).line("id"))
    return done(request, opened.HERE, say("Off Today. It stays in this list."))


def burn(request: Request) -> Response:
    """Burn the vault, and end the desk with it."""
    try:
        computer.burn_typed(office_of(request), form_of(request).line("word"))
    except LeewardError as error:
        return _page(request, error)
    return last_page(request, "burnt.html")


def make_stick(request: Request) -> Response:
    """Give the file that a stick is to carry."""
    name = form_of(request).line("name")
    try:
        content = computer.make_stick(office_of(request), name)
    except LeewardError as error:
        return _page(request, error)
    desk_of(request).bell.ring()  # this answer is a file; the page itself looks again
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )


def forget_stick(request: Request) -> Response:
    """Let no stick burn the vault."""
    computer.forget_stick(office_of(request))
    return done(request, f"{_HERE}#stick", say("No stick burns this vault any more."))


def set_lock(request: Request) -> Response:
    """Take another time after which the desk locks by itself."""
    minutes = form_of(request).number("minutes", computer.LOCK_LEAST, computer.LOCK_MOST)
    computer.set_lock_after(office_of(request), minutes or computer.LOCK_USUAL)
    return done(request, f"{_HERE}#lock", say("Kept. It holds from now on."))


def note_person(request: Request) -> Response:
    """Take note that somebody moves at an open page; the gate has done so already."""
    del request
    return Response(status_code=204)


def show_typed(request: Request) -> Response:
    """Show what was typed and not sent when the desk locked."""
    return render(request, "safety/typed.html", typed=computer.typed_left(office_of(request)))


def leave_typed(request: Request) -> Response:
    """Keep what an open page hands over when the desk is about to lock."""
    form = form_of(request)
    labels = [clean(value, NAME_MOST) for name, value in form if name == "label"]
    texts = [clean(value, TEXT_MOST) for name, value in form if name == "text"]
    computer.leave_typed(office_of(request), form.line("place", 2000), list(zip(labels, texts, strict=False)))
    return Response(status_code=204)


def forget_typed(request: Request) -> Response:
    """Let go of it."""
    computer.forget_typed(office_of(request))
    return done(request, "/", say("Let go of."))


def _as_typed(request: Request, name: str) -> str:
    """Return a field to the letter: what `Form` cleans away may belong to a passphrase."""
    return next((value for found, value in form_of(request) if found == name), "")


routes = [
    Route(_HERE, show),
    Route(f"{_HERE}/passphrase", change_passphrase, methods=["POST"]),
    Route(f"{_HERE}/forced", set_beside, methods=["POST"]),
    Route(f"{_HERE}/forced/forget", forget_beside, methods=["POST"]),
    Route(opened.HERE, show_opened),
    Route(f"{opened.HERE}/aside", put_aside, methods=["POST"]),
    Route(f"{_HERE}/burn", burn, methods=["POST"]),
    Route(f"{_HERE}/stick", make_stick, methods=["POST"]),
    Route(f"{_HERE}/lock", set_lock, methods=["POST"]),
    Route("/safety/here", note_person, methods=["POST"]),
    Route("/safety/typed", show_typed),
    Route("/safety/typed", leave_typed, methods=["POST"]),
    Route("/safety/typed/forget", forget_typed, methods=["POST"]),
    Route(f"{_HERE}/stick/forget", forget_stick, methods=["POST"]),
]
