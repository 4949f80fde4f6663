"""Safety, coming back: who together can bring the team back, one's own words, the rehearsal, and backups."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.desk.render import desk_of, done, form_of, office_of, render, render_bare, speech_of
from leeward.domain.recovery import HOLDERS_MOST
from leeward.office import backups, recovery, recovery_rehearse, recovery_view
from leeward.office.backups_place import why_failed
from leeward.office.relay import relay_address
from leeward.office.team import members

_HERE = "/safety/recovery"
_WORDS_MOST = 2000


def show(request: Request) -> Response:
    """Show the page."""
    return _page(request)


def _page(request: Request, wrong: LeewardError | None = None) -> Response:
    session = office_of(request)
    return render(
        request,
        "recovery/index.html",
        status=409 if wrong else 200,
        wrong=wrong,
        view=recovery_view.gather(session),
        own=session.member_id,
        names={one.id: one.name for one in members(session)},
        why_failed=why_failed,
        hours=backups.HOURS_USUAL,
        keep=backups.KEEP_USUAL,
        limits=(backups.HOURS_LEAST, backups.HOURS_MOST),
    )


def propose(request: Request) -> Response:
    """Propose who together can bring the team back, and agree to it."""
    form = form_of(request)
    needed = form.number("needed", 1, HOLDERS_MOST) or 0
    try:
        recovery.propose(office_of(request), needed, form.many("member"))
    except LeewardError as error:
        return _page(request, error)
    _hurry(request)
    return done(request, _HERE, say("Agreed. Now print your words, and let your colleagues agree."))


def agree(request: Request) -> Response:
    """Agree to a proposal."""
    try:
        recovery.agree(office_of(request), form_of(request).line("set"))
    except LeewardError as error:
        return _page(request, error)
    _hurry(request)
    return done(request, f"{_HERE}#words", say("Agreed. Now take out your words."))


def take_out(request: Request) -> Response:
    """Show the words, or sheets to be printed. They stand in this one answer, and nowhere on the disk."""
    form, session = form_of(request), office_of(request)
    how = form.line("how") if form.line("how") in {"sheet", "sheets"} else "screen"
    try:
        key = recovery.take_out(session, _as_typed(request, "passphrase"), how)
    except LeewardError as error:
        return _page(request, error)
    _hurry(request)
    address = relay_address(session.vault)[0] if form.flag("address") else ""
    sheets = [one.split() for one in (key.sheets() if how == "sheets" else [key.words()])]
    view = recovery_view.gather(session)
    context = {
        "sheets": sheets,
        "how": how,
        "address": address,
        "needed": view.circle.needed if view.circle is not None else 0,
    }
    return render_bare(speech_of(request), desk_of(request), "recovery/sheets.html", context, 200)


def renew(request: Request) -> Response:
    """Draw other words: what was on paper opens nothing that is shared out from now on."""
    try:
        recovery.renew_key(office_of(request))
    except LeewardError as error:
        return _page(request, error)
    _hurry(request)
    return done(request, f"{_HERE}#words", say("Other words were drawn. Print them, and burn the old sheet."))


def rehearse(request: Request) -> Response:
    """Begin a rehearsal with the words from the paper."""
    try:
        recovery_rehearse.begin(office_of(request), form_of(request).text("words", _WORDS_MOST))
    except LeewardError as error:
        return _page(request, error)
    _hurry(request)
    return done(request, f"{_HERE}#rehearse", say("It has begun. Go on working; the result will stand here."))


def give_up(request: Request) -> Response:
    """End a rehearsal that nobody answers."""
    recovery_rehearse.give_up(office_of(request))
    return done(request, f"{_HERE}#rehearse", say("The rehearsal is given up."))


def set_backups(request: Request) -> Response:
    """Take where backups go, and how often."""
    form, session = form_of(request), office_of(request)
    kept = backups.settings(session)
    try:
        wanted = backups.Settings(
            place=form.line("place", 1000),
            hours=form.number("hours", backups.HOURS_LEAST, backups.HOURS_MOST) or backups.HOURS_USUAL,
            keep=form.number("keep", backups.KEEP_LEAST, backups.KEEP_MOST) or backups.KEEP_USUAL,
            key=form.line("key"),
            secret=_as_typed(request, "secret") or (kept.secret if kept is not None else ""),
        )
        backups.set_up(session, wanted)
    except LeewardError as error:
        return _page(request, error)
    return done(request, f"{_HERE}#backups", say("Kept. The first backup is made within a minute."))


def back_up_now(request: Request) -> Response:
    """Make a backup at once."""
    made = backups.back_up(office_of(request))
    told = why_failed(made.failed) if made.failed else say("A backup was made, and read again.")
    return done(request, f"{_HERE}#backups", told)


def stop_backups(request: Request) -> Response:
    """Make no more backups."""
    backups.stop(office_of(request))
    return done(request, f"{_HERE}#backups", say("No more backups are made here. Those that are there stay."))


def _as_typed(request: Request, name: str) -> str:
    """Return a field to the letter: what `Form` cleans away may belong to a passphrase."""
    return next((value for found, value in form_of(request) if found == name), "")


def _hurry(request: Request) -> None:
    syncer = desk_of(request).syncer
    if syncer is not None:
        syncer.nudge()


routes = [
    Route(_HERE, show),
    Route(f"{_HERE}/propose", propose, methods=["POST"]),
    Route(f"{_HERE}/agree", agree, methods=["POST"]),
    Route(f"{_HERE}/words", take_out, methods=["POST"]),
    Route(f"{_HERE}/renew", renew, methods=["POST"]),
    Route(f"{_HERE}/rehearse", rehearse, methods=["POST"]),
    Route(f"{_HERE}/give-up", give_up, methods=["POST"]),
    Route(f"{_HERE}/backups", set_backups, methods=["POST"]),
    Route(f"{_HERE}/backup-now", back_up_now, methods=["POST"]),
    Route(f"{_HERE}/backups/stop", stop_backups, methods=["POST"]),
]
