"""Signs of life: what the case page shows of them, and the presses by which they are followed up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import Message, say
from leeward.desk.forms import Form
from leeward.desk.render import done, form_of, office_of
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import ALARMING, DAY, HOUR, MINUTE, CheckIn
from leeward.domain.cases.ladder import TRIED
from leeward.domain.cases.words import CHECK_IN
from leeward.domain.errors import OutOfRange
from leeward.domain.intake import Contact
from leeward.domain.relocation.rhythm import Rhythm
from leeward.office import casework_checkins, rhythms, signs_now
from leeward.office.casework_base import require, require_case
from leeward.office.intake import ask_for_sign
from leeward.office.ladders import case_ladder, team_ladder
from leeward.office.session import Session

_SHOWN = 30
_ASK_DAYS = 30


def checkins_shown(session: Session, case: Case) -> dict[str, object]:
    """Return what people/checkins.html needs."""
    now = session.now()
    check_ins = session.find(CheckIn, compartment=case.compartment, case_id=case.id)
    check_ins.sort(key=lambda one: (one.due, one.id))
    waiting = [one for one in check_ins if one.waiting(now) or one.state(now) in ALARMING]
    past = [one for one in reversed(check_ins) if one not in waiting]
    missing = {it.one.id: it for it in signs_now.missing(session, case.id)}
    return {
        "check_ins": waiting[:_SHOWN],
        "check_states": {one.id: one.state(now).value for one in check_ins},
        "climbs": {key: it.climb for key, it in missing.items()},
        "in_words": {key: signs_now.in_words(session, it.climb) for key, it in missing.items() if it.climb},
        "tried_words": signs_now.tried_words,
        "past_check_ins": past[:10],
        "more_check_ins": max(0, len(waiting) - _SHOWN),
        "nights": rhythms.rhythm_of(session, case.id, "stay"),
        "rides": rhythms.rhythm_of(session, case.id, "leg"),
        "clock_times": _clock_times,
        "own_ladder": case_ladder(session, case.id),
        "ladder": case_ladder(session, case.id) or team_ladder(session),
        "can_ask": _asked_contact(session, case) is not None,
        "CHECK_IN": CHECK_IN,
        "TRIED": TRIED,
        "tonight_at": (now + DAY) // HOUR * HOUR,
    }


def _clock_times(rhythm: Rhythm | None) -> str:
    times = rhythm.times if rhythm is not None else (21 * 60,)
    return " ".join(f"{one // 60:02}:{one % 60:02}" for one in times)


def _asked_contact(session: Session, case: Case) -> Contact | None:
    """Return the conversation in which they can be asked by their words; None if this desk holds none."""
    found = (session.get(Contact, one) for one in case.contact_ids)
    return next((one for one in found if one is not None and one.ways), None)


def read_times(text: str) -> list[int]:
    """Return minutes after midnight of clock times such as "9:00 21:00"; OutOfRange if one is none."""
    found = []
    for word in text.replace(",", " ").replace(";", " ").split():
        hours, _, minutes = word.replace(".", ":").partition(":")
        if not (hours.isdecimal() and (minutes or "0").isdecimal() and len(word) <= 5):
            raise _no_time(word)
        at = int(hours) * 60 + int(minutes or "0")
        if int(minutes or "0") > 59 or at >= 24 * 60:
            raise _no_time(word)
        found.append(at)
    return found


def _no_time(word: str) -> OutOfRange:
    return OutOfRange(
        say("“{word}” is no time of day.", word=word[:20]),
        kept=say("What was agreed before still holds."),
        next_step=say("Write times as 21:00, with blanks between them."),
    )


def _nights(session: Session, case_id: str, form: Form) -> Message:
    rhythms.agree_on_nights(
        session,
        case_id,
        read_times(form.line("times", 100)),
        grace=(form.number("grace", 0, 24 * 60) or 0) * MINUTE,
        how=form.code("how", CHECK_IN, "message"),
        who_id=form.line("who"),
        second_id=form.line("second"),
    )
    return say("Agreed. It follows their bed: if they move, it moves with them; if they leave, it ends.")


def _rides(session: Session, case_id: str, form: Form) -> Message:
    def minutes(name: str) -> int:
        given = form.number(name, 0, 48 * 60)
        return -1 if given is None else given

    rhythms.agree_on_legs(
        session,
        case_id,
        departure=minutes("departure"),
        points=form.flag("points"),
        arrival=minutes("arrival"),
        grace=(form.number("grace", 0, 24 * 60) or 0) * MINUTE,
        how=form.code("how", CHECK_IN, "message"),
        who_id=form.line("who"),
        second_id=form.line("second"),
    )
    return say("Agreed for every leg. If a leg moves, its signs of life move with it.")


def _end(of: str) -> Callable[[Session, str, Form], Message]:
    def end(session: Session, case_id: str, _form: Form) -> Message:
        rhythms.end_rhythm(session, case_id, of)
        return say("It is ended. What it had written ahead is called off.")

    return end


def _ask(session: Session, case_id: str, form: Form) -> Message:
    contact = _asked_contact(session, require_case(session, case_id))
    if contact is None:
        raise OutOfRange(say("Nobody in this case has our words."), kept=say("Nothing was sent."))
    stop = form.flag("stop")
    ask_for_sign(session, contact.id, 1 if stop else session.now() + _ASK_DAYS * DAY, form.text("text"))
    if stop:
        return say("Their page does not ask any more.")
    return say("Their page asks from now on, for 30 days, each time they open it with their words.")


_OF_CASE: Mapping[str, Callable[[Session, str, Form], Message]] = {
    "nights": _nights,
    "nights-end": _end("stay"),
    "rides": _rides,
    "rides-end": _end("leg"),
    "ask": _ask,
}


def of_case(request: Request) -> Response:
    """Agree on a rhythm with somebody, end it, or ask on their page."""
    path = request.path_params
    act = _OF_CASE.get(path["act"])
    if act is None:
        raise HTTPException(404)
    said = act(office_of(request), path["case"], form_of(request))
    return done(request, f"/people/{path['case']}?tab=work#signs", said)


def press(request: Request) -> Response:
    """Follow up one check-in with one press: what came of a step, or how they answered."""
    session, form = office_of(request), form_of(request)
    one = require(session, CheckIn, request.path_params["check"])
    result = form.line("result", 20)
    if result in TRIED:
        casework_checkins.try_step(session, one.id, result)
        said = say("Noted. The next step comes at its time.")
    elif result == "safe":
        casework_checkins.answer_check_in(session, one.id, how=form.code("how", CHECK_IN, "call"))
        said = say("They are safe. It is noted, and gone from every list.")
    else:
        raise HTTPException(404)
    back = f"/people/{one.case_id}?tab=work#check-{one.id}" if form.flag("case") else "/"
    return done(request, back, said)


routes = [
    Route("/signs/{check}", press, methods=["POST"]),
    Route("/people/{case}/signs/{act}", of_case, methods=["POST"]),
]
