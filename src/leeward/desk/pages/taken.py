"""Safety, when somebody is taken: what they knew, as tonight's list; the same as a drill."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import Message, Span, say, say_count
from leeward.desk.language import LANGUAGES
from leeward.desk.render import desk_of, done, form_of, office_of, render
from leeward.domain.cases.case import Case
from leeward.domain.relocation.exposure import STEP
from leeward.domain.relocation.places import Place, in_order
from leeward.office import casework_tasks, taken, taken_tasks
from leeward.office.casework_views import names
from leeward.office.intake import queue
from leeward.office.session import Session
from leeward.office.team import members

_HERE = "/safety/taken"
_KINDS = ("member", "device", "case", "contact", "place")
_ASKED = ("coordinator", "safety")  # roles that hold more keys than most


def show(request: Request) -> Response:
    """Show what somebody exposes, or ask whom it is about."""
    kind, subject = _subject(request)
    if not subject:
        return _choose(request)
    session = office_of(request)
    tonight = taken.look(session, kind, subject)
    drill = request.query_params.get("drill") == "1" and not tonight.running
    return render(
        request,
        "taken/list.html",
        tonight=tonight,
        subject=tonight.subject,
        groups=_groups(tonight.rows),
        drill=drill or tonight.self_,
        began_s=session.now() // 1000,
        names=names(session),
        ask=_to_ask(session),
        sentence=taken_tasks.sentence,
        me=session.member_id,
        STEP=STEP,
    )


def _subject(request: Request) -> tuple[str, str]:
    """Return whom the address names: `?case=ID`, or `?w=case:ID` as the form sends it."""
    asked = request.query_params
    kind, _, subject = asked.get("w", "").partition(":")
    if kind in _KINDS and subject:
        return kind, subject
    return next(((one, asked[one]) for one in _KINDS if asked.get(one)), ("", ""))


def _groups(rows: Sequence[taken.Row]) -> list[tuple[str, list[taken.Row]]]:
    return [(step, list(found)) for step, found in groupby(rows, key=lambda row: row.line.step)]


def _to_ask(session: Session) -> list[str]:
    """Return who may know more: the same names whatever is sealed to this desk."""
    return [one.name for one in members(session) if one.role in _ASKED and one.id != session.member_id]


def _choose(request: Request) -> Response:
    session = office_of(request)
    roster = session.vault.roster()
    known = names(session)
    tasks = taken_tasks.running(session)
    return render(
        request,
        "taken/choose.html",
        members=members(session),
        devices=[(one.device_id, known.get(one.member_id, "")) for one in roster.values()],
        cases=sorted((one for one in session.find(Case) if one.living), key=lambda one: one.pseudonym),
        contacts=[line.contact for line in queue(session)],
        places=in_order(session.find(Place)),
        tasks=tasks,
        page_of=taken_tasks.page_of,
        sentence=taken_tasks.sentence,
        names=known,
        me=session.member_id,
        drills=taken_tasks.drills(session)[::-1][:3],
        STEP=STEP,
    )


def start(request: Request) -> Response:
    """Start tonight's list."""
    form, desk = form_of(request), desk_of(request)
    kind, subject = form.line("kind"), form.line("id")

    def words(message: Message, language: str) -> str:
        return desk.speech(language if language in LANGUAGES else "en").message(message, desk.session.now())

    kept = [one.partition(":") for one in form.many("line")]
    keep = {(step, about) for step, _, about in kept}
    tonight = taken.run(office_of(request), kind, subject, words=words, why=form.text("why"), keep=keep)
    if desk.syncer is not None:
        desk.syncer.nudge()
    made = sum(row.task is not None for row in tonight.rows)
    said = say_count(
        "{n} task is on its way to whoever it concerns.",
        "{n} tasks are on their way to whom they concern.",
        made,
    )
    return done(request, f"{_HERE}?{tonight.subject.kind}={tonight.subject.id}", said)


def take_back(request: Request) -> Response:
    """Take a list back: it was a false alarm."""
    form = form_of(request)
    kind, subject = form.line("kind"), form.line("id")
    left = taken.false_alarm(office_of(request), kind, subject, form.text("why"))
    said = say("Taken back. The history stays.")
    if left:
        said = say_count(
            "Taken back. {n} task that somebody began is left for them to end.",
            "Taken back. {n} tasks that somebody began are left for them to end.",
            left,
        )
    return done(request, f"{_HERE}?{kind}={subject}", said)


def finish(request: Request) -> Response:
    """Say that a line is done."""
    form = form_of(request)
    casework_tasks.finish_task(office_of(request), form.line("task"), form.text("result"))
    return done(request, form.line("back", 500) or _HERE, say("Done."))


def take(request: Request) -> Response:
    """Take a line on oneself."""
    form = form_of(request)
    casework_tasks.take_task(office_of(request), form.line("task"))
    return done(request, form.line("back", 500) or _HERE, say("It is yours."))


def tried(request: Request) -> Response:
    """Note on this computer how long the drill took."""
    took = taken_tasks.note_drill(
        office_of(request), 1000 * (form_of(request).number("began", 0, 99_999_999_999) or 0)
    )
    said = say("That took {span}. Nothing was written that anybody else sees.", span=Span(took))
    return done(request, _HERE, said if took else say("Nothing was noted."))


routes = [
    Route(_HERE, show),
    Route(f"{_HERE}/start", start, methods=["POST"]),
    Route(f"{_HERE}/back", take_back, methods=["POST"]),
    Route(f"{_HERE}/done", finish, methods=["POST"]),
    Route(f"{_HERE}/take", take, methods=["POST"]),
    Route(f"{_HERE}/tried", tried, methods=["POST"]),
]
