"""The desk as an ASGI application: `make_desk(...)` gives the app, the launch address and a way to close it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from importlib import resources

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.desk.language import LANGUAGES
from leeward.desk.last import last_page
from leeward.desk.pages import all_routes
from leeward.desk.render import desk_of, done, form_of, render_bare, speech_of
from leeward.desk.security import Gate, Keyring
from leeward.desk.state import DeskState
from leeward.office.around import on_change
from leeward.office.intake import resume_answers
from leeward.office.session import Session
from leeward.office.signs_now import watched
from leeward.office.sync import Syncer

_HAND_OVER_SECONDS = 1.5  # for the other windows, which are blank meanwhile; a busy laptop needs it
_LAST_WORDS = (
    "Something in this program went wrong. What was saved before is safe. Close the desk and open it again.\n\n"
    "В программе что-то сломалось. Сохранённое раньше цело. Закройте рабочее место и откройте его снова.\n"
)


class Desk(msgspec.Struct, frozen=True):
    """A desk ready to be served on one port of the loopback address."""

    app: ASGIApp
    state: DeskState
    keyring: Keyring

    def address(self) -> str:
        """Return an address that lets one browser in, once."""
        return f"http://127.0.0.1:{self.keyring.port}{self.keyring.launch_path()}"

    def close(self) -> None:
        """Let nobody in any more and end the streams, so that the server can stop."""
        self.keyring.forget_all()
        self.state.planning.close()
        self.state.bell.close()


def make_desk(
    session: Session,
    syncer: Syncer | None = None,
    *,
    port: int,
    lock: Callable[[], None] = lambda: None,
    language: str = "",
    zone: dt.tzinfo | None = None,
    lock_after: int = 0,
) -> Desk:
    """Return the desk of one member. `lock` is called when they lock it: close the vault, stop the server.

    `language` "" follows the browser until the member chooses; `zone` None is this computer's; `lock_after` is in
    minutes, 0 as they set it.
    """
    state = DeskState(session, syncer, lock=lock, language=language, zone=zone)
    state.lock_after = lock_after
    app = Starlette(
        routes=[
            Route("/events", events),
            Route("/language", choose, methods=["POST"]),
            Route("/lock", lock_now, methods=["POST"]),
            *all_routes(),
            *_static(),
        ],
        exception_handlers={LeewardError: tell, HTTPException: tell_status, Exception: tell_trouble},
    )
    app.state.desk = state
    keyring = Keyring(port, session.chance)
    on_change(session, state.bell.ring)
    state.bell.also(lambda: _clock_turn(session))
    resume_answers(session)
    return Desk(app=Gate(app, keyring, state.note_person), state=state, keyring=keyring)


def _clock_turn(session: Session) -> int:
    """Return a number that changes when a sign of life begins to be missing, or a step after one comes due."""
    try:
        return watched(session).turn
    except LeewardError:  # it is being closed
        return 0


def _static() -> list[Mount]:
    package = resources.files("leeward.desk")
    return [
        Mount(f"/{name}", StaticFiles(directory=str(package.joinpath(name)), check_dir=False))
        for name in ("static", "built")
    ]


async def events(request: Request) -> Response:
    """Stream "look again" to one open page."""
    return StreamingResponse(desk_of(request).bell.listen(), media_type="text/event-stream")


def choose(request: Request) -> Response:
    """Switch the language of this desk."""
    wanted = form_of(request).line("language")
    if wanted in LANGUAGES:
        desk_of(request).language = wanted
    back = form_of(request).line("back", 2000)
    return done(request, back if back.startswith("/") and not back.startswith("//") else "/")


def lock_now(request: Request) -> Response:
    """Show a page that says nothing, then close the vault and the server."""
    return last_page(request, "locked.html", patience=_HAND_OVER_SECONDS)


async def tell(request: Request, error: Exception) -> Response:
    """Say what happened, what was not lost, what to do; what was typed comes back to be sent again."""
    assert isinstance(error, LeewardError)
    context = {
        "happened": error.happened,
        "kept": error.kept,
        "next_step": error.next_step,
        "typed": list(form_of(request)),
        "action": request.url.path if request.method == "POST" else "",
    }
    return _bare(request, context, 409 if request.method == "POST" else 404)


async def tell_status(request: Request, error: Exception) -> Response:
    """Answer an address that is not there."""
    assert isinstance(error, HTTPException)
    context = {
        "happened": say("There is no such page."),
        "kept": say("Nothing was changed."),
        "next_step": say("It may have been moved, or it is not open to you. Go on from Today."),
        "typed": list(form_of(request)),
        "action": "",
    }
    return _bare(request, context, error.status_code)


async def tell_trouble(request: Request, error: Exception) -> Response:
    """Answer for a fault of our own, without a trace; in plain words if even this page cannot be drawn."""
    desk_of(request).on_trouble(error)
    try:
        return _bare(request, _trouble(request), 500)
    except Exception:  # noqa: BLE001 - whatever broke the page may break its error page too; a sentence always comes
        return PlainTextResponse(_LAST_WORDS, 500)


def _trouble(request: Request) -> dict[str, object]:
    return {
        "happened": say("Something in this program went wrong."),
        "kept": say("What was saved before is safe. What you typed is below."),
        "next_step": say(
            "Go back and try once more. If it happens again, tell whoever looks after this desk."
        ),
        "typed": list(form_of(request)),
        "action": request.url.path if request.method == "POST" else "",
    }


def _bare(request: Request, context: Mapping[str, object], status: int) -> Response:
    return render_bare(speech_of(request), desk_of(request), "trouble.html", context, status)
