"""Inbox: who wrote to the hotline, who waits, and the conversation with one of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import Message, say
from leeward.desk.forms import Form
from leeward.desk.render import desk_of, done, form_of, office_of, render
from leeward.desk.strangers import stranger_response
from leeward.domain import intake as words
from leeward.domain.intake import Letter
from leeward.office import intake
from leeward.office.around import member
from leeward.office.intake.judge import Facts
from leeward.office.intake.needs import shown_name
from leeward.office.intake.quick import quick_answers

_NEAR = 3 * 24 * 3_600_000  # milliseconds


def show(request: Request) -> Response:
    """Show the queue, and the conversation asked for or the first in line."""
    session = office_of(request)
    lines = intake.queue(session)
    asked = request.path_params.get("contact")
    shown = request.query_params.get("with", "")  # a live page stays with whom it shows, whoever else comes
    chosen = asked or shown or (lines[0].contact.id if lines else "")
    talk = intake.conversation(session, chosen) if chosen else None
    waiting = [line for line in lines if line.waiting_since]
    near = [line for line in lines if line.contact.id == chosen or _is_near(line, session.now())]
    return render(
        request,
        "inbox/index.html",
        lines=lines,
        near=near,
        quiet=[line for line in lines if line not in near],
        talk=talk,
        asked=bool(asked),
        waiting=waiting,
        longest=min((line.waiting_since for line in waiting), default=0),
        first_answers=sum(not line.answered for line in waiting),
        damaged=intake.damaged(session),
        has_intake=intake.has_intake(session),
        draft=intake.draft_of(session, chosen) if chosen else "",
        quick=quick_answers(talk.contact.language) if talk else [],
        who=lambda id_: member(session, id_).name,
        shown=shown_name,
        others=[line.contact for line in lines if line.contact.id != chosen],
        words=words,
        me=session.member_id,
        looks=may_look,
    )


def _is_near(line: words.Line, now: int) -> bool:
    """Tell whether a contact stands in the queue itself: somebody waits, or it was alive in the last days."""
    last = line.last.created_at if line.last is not None else line.first_at
    return bool(line.waiting_since or line.alarm_at) or last > now - _NEAR


def _back(request: Request, said: Message | None = None) -> Response:
    return done(request, f"/inbox/{request.path_params['contact']}", said)


def send(request: Request) -> Response:
    """Send the answer."""
    form, contact = form_of(request), request.path_params["contact"]
    intake.answer(office_of(request), contact, form.text("text"))
    syncer = desk_of(request).syncer
    if syncer is not None:
        syncer.nudge()
    return _back(request, say("Sealed. It goes by itself as soon as the relay answers."))


def draft(request: Request) -> Response:
    """Keep what is being typed."""
    intake.save_draft(office_of(request), request.path_params["contact"], form_of(request).text("text"))
    return Response(status_code=204)


def triage(request: Request) -> Response:
    """Say how urgent it is; the same again takes it back."""
    session, contact = office_of(request), request.path_params["contact"]
    asked = form_of(request).code("urgency", words.URGENCY)
    same = intake.require_contact(session, contact).urgency == asked
    intake.triage(session, contact, "" if same else asked)
    return _back(request)


def facts(request: Request) -> Response:
    """Write down what is safe and what was told."""
    form = form_of(request)
    intake.set_facts(
        office_of(request),
        request.path_params["contact"],
        Facts(
            relation=form.code("relation", words.RELATION),
            place_told=form.line("place_told"),
            safe_where=form.line("safe_where"),
            safe_when=form.line("safe_when"),
            safe_device=form.code("safe_device", words.DEVICE),
            safe_note=form.line("safe_note"),
            needs=form.many("needs"),
        ),
    )
    return _back(request, say("Written down."))


def check(request: Request) -> Response:
    """Add a step of vetting; a question is put into the answer box as well, if asked for."""
    session, form, contact = office_of(request), form_of(request), request.path_params["contact"]
    step = form.code("step", words.VETTING_STEP, "question")
    text = form.text("text", 2000)
    intake.add_check(session, contact, step, text, form.code("outcome", words.OUTCOME, "open"))
    if step == "question" and form.flag("ask"):
        before = intake.draft_of(session, contact)
        intake.save_draft(session, contact, f"{before}\n\n{text}" if before else text)
    return _back(request)


def check_outcome(request: Request) -> Response:
    """Say how a step came out."""
    form = form_of(request)
    contact = intake.set_check(
        office_of(request),
        request.path_params["check"],
        form.code("outcome", words.OUTCOME, "open"),
        form.text("answer", 2000),
    )
    return done(request, f"/inbox/{contact}#vetting")


def vetting(request: Request) -> Response:
    """Say how far we believe them, and why."""
    form = form_of(request)
    grade = form.code("grade", words.VETTING, "none")
    intake.set_vetting(office_of(request), request.path_params["contact"], grade, form.text("reason", 2000))
    asks = say("Your reading is kept. A second reader must agree before it stands.")
    return _back(request, asks if grade == "verified" else say("Written down."))


def second(request: Request) -> Response:
    """Agree as the second reader, or not."""
    form = form_of(request)
    intake.second_vetting(
        office_of(request),
        request.path_params["contact"],
        agrees=form.line("agrees") == "yes",
        reason=form.text("reason", 2000),
    )
    return _back(request, say("Written down."))


def _simple(request: Request, form: Form, what: str) -> Message | None:
    session, contact = office_of(request), request.path_params["contact"]
    if what == "refer":
        intake.refer(session, contact, form.line("to"))
        return say("Written down.")
    if what == "doubt":
        intake.doubt(session, contact, form.text("reason", 2000))
        return say("Marked as doubtful. Write nothing about places or people to them.")
    if what == "settle":
        intake.settle(session, contact)
        return say("They leave the waiting list until they write again.")
    if what == "alarm":
        intake.take_up_alarm(session, contact)
        return say("You act on this alarm. It stays in the conversation.")
    if what == "link":
        intake.link(session, contact, form.line("other"))
        return None
    intake.unlink(session, contact, form.line("other"))
    return None


def decide(request: Request) -> Response:
    """Refer, doubt, settle, take up an alarm, link, unlink."""
    return _back(request, _simple(request, form_of(request), request.url.path.rsplit("/", 1)[-1]))


def violent(request: Request) -> Response:
    """Fold a message from now on, or unfold it."""
    contact = intake.mark_violent(
        office_of(request), request.path_params["letter"], violent=form_of(request).line("violent") == "yes"
    )
    return done(request, f"/inbox/{contact}")


def call(request: Request) -> Response:
    """Show the form for a call, with a known contact or a new one."""
    session = office_of(request)
    return render(
        request,
        "inbox/call.html",
        words=words,
        shown=shown_name,
        known=[line.contact for line in intake.queue(session)],
        with_id=request.query_params.get("with", ""),
    )


def log_call(request: Request) -> Response:
    """Write a call down."""
    form = form_of(request)
    contact = intake.log_call(
        office_of(request),
        form.text("text"),
        channel=form.code("channel", words.CHANNEL, "phone"),
        language=form.line("language", 3),
        urgency=form.code("urgency", words.URGENCY),
        contact_id=form.line("contact"),
    )
    return done(request, f"/inbox/{contact}", say("Written down."))


def attachment(request: Request) -> Response:
    """Give a file that a stranger sent: to look at (images of known kinds only), or to save."""
    ref, plain = intake.open_attachment(
        office_of(request), request.path_params["letter"], request.path_params["number"]
    )
    return stranger_response(ref, plain, inline=request.query_params.get("look") == "1")


def put_aside(request: Request) -> Response:
    """Put something unreadable aside."""
    intake.settle_damaged(office_of(request), request.path_params["damaged"])
    return done(request, "/inbox")


def may_look(letter: Letter) -> list[bool]:
    """Tell for each file whether it claims to be a picture that can be shown."""
    return [
        file.media_type in {"image/jpeg", "image/png", "image/webp", "image/gif"} for file in letter.files
    ]


_ID = "/inbox/{contact:str}"

routes = [
    Route("/inbox", show),
    Route("/inbox/call", call),
    Route("/inbox/call", log_call, methods=["POST"]),
    Route("/inbox/file/{letter:str}/{number:int}", attachment),
    Route("/inbox/message/{letter:str}/violent", violent, methods=["POST"]),
    Route("/inbox/check/{check:str}", check_outcome, methods=["POST"]),
    Route("/inbox/unreadable/{damaged:str}", put_aside, methods=["POST"]),
    Route(_ID, show),
    Route(f"{_ID}/answer", send, methods=["POST"]),
    Route(f"{_ID}/draft", draft, methods=["POST"]),
    Route(f"{_ID}/triage", triage, methods=["POST"]),
    Route(f"{_ID}/facts", facts, methods=["POST"]),
    Route(f"{_ID}/check", check, methods=["POST"]),
    Route(f"{_ID}/vetting", vetting, methods=["POST"]),
    Route(f"{_ID}/second", second, methods=["POST"]),
    *(
        Route(f"{_ID}/{what}", decide, methods=["POST"])
        for what in ("refer", "doubt", "settle", "alarm", "link", "unlink")
    ),
]
