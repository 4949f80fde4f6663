"""People, importing a spreadsheet: bring a file, say what its columns are, look at every row, import.

Its address lies under /people, and must be known before that of a case: the modules' names see to that.
"""

from __future__ import annotations

from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.desk.forms import clean
from leeward.desk.posted import body_of, refused, taken
from leeward.desk.render import desk_of, done, form_of, office_of, render
from leeward.domain.importing import Columns, left_out
from leeward.domain.importing_fields import FIELDS, TARGET
from leeward.domain.team import ROLES
from leeward.office import importing_keys
from leeward.office.importing import STATE
from leeward.office.importing_read import FILE_MOST
from leeward.office.importing_run import Brought, Importer
from leeward.office.session import Session
from leeward.office.team import members

_HERE = "/people/import"
_ROWS = 100  # shown at once
_FIRST = ("refused", "changed", "new", "same")


def _importer(request: Request) -> Importer:
    return desk_of(request).importing


def show(request: Request) -> Response:
    """Show how far it is: no file, its columns, its rows, being imported, or what came of it."""
    return _page(request)


def _page(request: Request, wrong: LeewardError | None = None) -> Response:
    session, importer = office_of(request), _importer(request)
    brought, plan, came = importer.brought, importer.plan, importer.came
    shown = plan or came
    state = request.query_params.get("show", "")
    if shown is not None and state not in _FIRST:
        state = next((one for one in _FIRST if shown.count(one)), "new")
    lines = [line for line in shown.lines if line.state == state] if shown is not None else []
    number = request.query_params.get("page", "")
    page = (
        min(int(number), len(lines) // _ROWS)
        if number.isascii() and number.isdigit() and len(number) < 6
        else 0
    )
    target = shown.target if shown is not None else brought.columns.target if brought is not None else ""
    return render(
        request,
        "people/import.html",
        status=409 if wrong else 200,
        wrong=wrong or importer.wrong,
        brought=brought,
        plan=None if importer.running else plan,
        came=came,
        running=importer.running,
        done_so_far=importer.done,
        of=importer.of,
        state=state,
        states=[(one, shown.count(one)) for one in _FIRST] if shown is not None else [],
        lines=lines[page * _ROWS : (page + 1) * _ROWS],
        page_number=page,
        pages=-(-len(lines) // _ROWS),
        fields=FIELDS.get(target, ()),
        labels={one.code: one for one in FIELDS.get(target, ())},
        left_out=left_out(brought.sheet, brought.columns) if brought is not None and plan is not None else (),
        STATE=STATE,
        TARGET=TARGET,
        ROLES=ROLES,
        members=members(session),
        ticked=_ticked(session, brought),
        me=session.member_id,
        keys_left=importing_keys.left(session),
        most=FILE_MOST // 2**20,
    )


def _ticked(session: Session, brought: Brought | None) -> set[str]:
    """Return who is to read besides: as it was said, or at first, for people, the coordinators."""
    if brought is None:
        return set()
    if brought.member_ids is not None:
        return set(brought.member_ids)
    usual = {one.id for one in members(session) if one.role == "coordinator"}
    return usual if brought.columns.target == "people" else set()


async def bring(request: Request) -> Response:
    """Take the file from the socket into memory."""
    body = await body_of(request, FILE_MOST)
    name = clean(unquote(request.headers.get("leeward-name", "")), 200)
    try:
        await run_in_threadpool(_importer(request).bring, body, name)
    except LeewardError as error:
        return refused(request, error)
    return taken()


def choose(request: Request) -> Response:
    """Choose the sheet and what it holds."""
    form = form_of(request)
    target = form.code("target", TARGET, "")
    try:
        _importer(request).choose(form.number("sheet", 0, 1000) or 0, target)
    except LeewardError as error:
        return _page(request, error)
    return done(request, _HERE)


def look(request: Request) -> Response:
    """Take what the columns are and reckon the dry run."""
    form, importer = form_of(request), _importer(request)
    brought = importer.brought
    if brought is None:
        return done(request, _HERE)
    width = len(brought.sheet.headers)
    columns = Columns(
        brought.columns.target,
        tuple(form.line(f"column-{at}") for at in range(width)),
        tuple(at for at in range(width) if form.flag(f"key-{at}")),
    )
    try:
        importer.look(columns, form.many("reader"))
    except LeewardError as error:
        return _page(request, error)
    return done(request, _HERE)


def leave_out(request: Request) -> Response:
    """Leave the refused rows out."""
    try:
        _importer(request).leave_refused_out()
    except LeewardError as error:
        return _page(request, error)
    return done(request, _HERE)


def back(request: Request) -> Response:
    """Go back to the columns."""
    try:
        _importer(request).back()
    except LeewardError as error:
        return _page(request, error)
    return done(request, _HERE)


def start(request: Request) -> Response:
    """Import."""
    _importer(request).start()
    return done(request, _HERE)


def forget(request: Request) -> Response:
    """Let go of the file."""
    try:
        _importer(request).forget()
    except LeewardError as error:
        return _page(request, error)
    return done(request, _HERE, say("Let go of. Nothing of the file is kept."))


routes = [
    Route(_HERE, show),
    Route(f"{_HERE}/file", bring, methods=["POST"]),
    Route(f"{_HERE}/sheet", choose, methods=["POST"]),
    Route(f"{_HERE}/look", look, methods=["POST"]),
    Route(f"{_HERE}/leave-out", leave_out, methods=["POST"]),
    Route(f"{_HERE}/back", back, methods=["POST"]),
    Route(f"{_HERE}/now", start, methods=["POST"]),
    Route(f"{_HERE}/forget", forget, methods=["POST"]),
]
