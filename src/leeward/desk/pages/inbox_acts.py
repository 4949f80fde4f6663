"""What is done with one contact: answered, taken, handed over, put on a heap, merged, marked; and alarms acted on."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.ids import is_id
from leeward.base.say import Message, say, say_count
from leeward.desk.forms import Form
from leeward.desk.render import desk_of, done, form_of, office_of
from leeward.domain import intake as words
from leeward.office import intake
from leeward.office.session import Session

Act = Callable[[Session, str, Form], Message | None]


def send(request: Request) -> Response:
    """Send the answer; what is marked goes to the true words alone."""
    form, contact = form_of(request), request.path_params["contact"]
    sensitive = form.flag("sensitive")
    session = office_of(request)
    letter = intake.answer(
        session, contact, form.text("text"), sensitive=sensitive, cover=form.text("cover", 2000)
    )
    syncer = desk_of(request).syncer
    if syncer is not None:
        syncer.nudge()
    if sensitive:
        return _back(request, say("Sealed to their true words alone. It goes by itself."))
    if not intake.require_contact(session, letter.contact_id).ways:
        return _back(request, say("Saved. It goes by its channel, from the desk that runs it."))
    return _back(request, say("Sealed. It goes by itself as soon as the relay answers."))


def draft(request: Request) -> Response:
    """Keep what is being typed."""
    intake.save_draft(office_of(request), request.path_params["contact"], form_of(request).text("text"))
    return Response(status_code=204)


def violent(request: Request) -> Response:
    """Fold a message from now on, or unfold it."""
    contact = intake.mark_violent(
        office_of(request), request.path_params["letter"], violent=form_of(request).line("violent") == "yes"
    )
    return done(request, f"/inbox/{contact}")


def act(request: Request) -> Response:
    """Do what the last part of the address says."""
    contact = request.path_params["contact"]
    said = ACTS[request.url.path.rsplit("/", 1)[-1]](office_of(request), contact, form_of(request))
    return _back(request, said)


def heap(request: Request) -> Response:
    """Put several contacts at once on a heap, or back."""
    form = form_of(request)
    count = intake.put_on_heap(
        office_of(request), [one for one in form.many("contact") if is_id(one)], form.code("heap", words.HEAP)
    )
    return done(
        request, "/inbox", say_count("{n} conversation was moved.", "{n} conversations were moved.", count)
    )


def _back(request: Request, said: Message | None = None) -> Response:
    return done(request, f"/inbox/{request.path_params['contact']}", said)


def _alarm(session: Session, contact: str, _form: Form) -> Message:
    intake.take_up_alarm(session, contact)
    intake.take(session, contact)
    return say("You act on this alarm. It stays in the conversation.")


def _captured(session: Session, contact: str, form: Form) -> Message:
    intake.mark_captured(session, contact, form.text("reason", 2000))
    return say("Nothing that leads to a place can be sent to them now.")


def _lift(session: Session, contact: str, form: Form) -> Message:
    intake.lift_captured(session, contact, form.text("reason", 2000))
    return say("They count as free again.")


def _warned(session: Session, contact: str, form: Form) -> None:
    intake.warn(session, contact, form.line("other"))


def _take(session: Session, contact: str, _form: Form) -> None:
    if intake.holder_of(session, intake.line_for(session, contact)) == session.member_id:
        intake.leave(session, contact)
    else:
        intake.take(session, contact)


def _give(session: Session, contact: str, form: Form) -> Message:
    intake.hand_over(session, contact, form.line("to"), form.text("note", 2000))
    return say("It is in their hands now. They see it on their Today.")


def _junk(session: Session, contact: str, form: Form) -> Message:
    heaped = bool(intake.line_for(session, contact).contact.heap)
    wanted = "" if heaped else form.code("heap", words.HEAP, "spam")
    intake.put_on_heap(session, [contact], wanted)
    return (
        say("It is in the queue again.")
        if heaped
        else say("It is out of the queue, folded under it. Nothing is lost.")
    )


def _merge(session: Session, contact: str, form: Form) -> Message:
    intake.merge(session, contact, form.line("other"))
    return say("They are shown as one conversation now. Answers go to the words used last.")


def _unmerge(session: Session, _contact: str, form: Form) -> Message:
    intake.unmerge(session, form.line("other"))
    return say("Each has a conversation of its own again.")


def _ended(session: Session, contact: str, _form: Form) -> None:
    intake.done_after_end(session, contact)


def _refer(session: Session, contact: str, form: Form) -> Message:
    intake.refer(session, contact, form.line("to"))
    return say("Written down.")


def _doubt(session: Session, contact: str, form: Form) -> Message:
    intake.doubt(session, contact, form.text("reason", 2000))
    return say("Marked as doubtful. Write nothing about places or people to them.")


def _settle(session: Session, contact: str, _form: Form) -> Message:
    intake.settle(session, contact)
    return say("They leave the waiting list until they write again.")


def _link(session: Session, contact: str, form: Form) -> None:
    intake.link(session, contact, form.line("other"))


def _unlink(session: Session, contact: str, form: Form) -> None:
    intake.unlink(session, contact, form.line("other"))


ACTS: dict[str, Act] = {
    "alarm": _alarm,
    "captured": _captured,
    "doubt": _doubt,
    "ended": _ended,
    "give": _give,
    "heap": _junk,
    "lift": _lift,
    "link": _link,
    "merge": _merge,
    "refer": _refer,
    "settle": _settle,
    "take": _take,
    "unlink": _unlink,
    "unmerge": _unmerge,
    "warned": _warned,
}
_ID = "/inbox/{contact:str}"
ROUTES = [
    Route("/inbox/heap", heap, methods=["POST"]),
    Route("/inbox/message/{letter:str}/violent", violent, methods=["POST"]),
    Route(f"{_ID}/answer", send, methods=["POST"]),
    Route(f"{_ID}/draft", draft, methods=["POST"]),
    *(Route(f"{_ID}/{name}", act, methods=["POST"]) for name in ACTS),
]
