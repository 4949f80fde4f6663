"""What can be done on a case's page. Each act is one use case, and comes back to where it was asked for."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from leeward.base.ids import is_id
from leeward.base.say import Message, say
from leeward.desk.forms import Form
from leeward.desk.pages import openings, people_acts_journey
from leeward.desk.pages import people_acts_work as work
from leeward.desk.render import done, form_of, office_of
from leeward.domain.cases.case import Case, SafetyPlan
from leeward.domain.cases.checkins import HOUR
from leeward.domain.cases.consent import ANSWER, AUDIENCE, HOW, SPEAKER, USE
from leeward.domain.cases.words import (
    CHECK_IN,
    NOTE,
    PRIORITY,
    RISK,
    STAGE,
    STATUS,
)
from leeward.office import (
    casework,
    casework_checkins,
    casework_open,
    casework_tasks,
    consent,
    relocation,
)
from leeward.office.casework_base import require_case
from leeward.office.session import Session

Act = Callable[[Session, str, Form], Message | None]


def _note(session: Session, case: str, form: Form) -> Message | None:
    casework.add_note(
        session,
        case,
        form.text("text"),
        kind=form.code("note", NOTE, "note"),
        folded=form.flag("folded"),
        why=form.text("why"),
        happened_at=form.moment("happened") or 0,
    )
    return None


def _risk(session: Session, case: str, form: Form) -> Message:
    level = form.code("risk", RISK, "unknown")
    there = session.get(Case, case)
    casework.set_risk(session, case, level, form.kept("reason", there.risk_reason if there else ""))
    return say("The risk is noted.")


def _stage(session: Session, case: str, form: Form) -> Message | None:
    casework.set_stage(session, case, form.code("stage", STAGE))
    return None


def _status(session: Session, case: str, form: Form) -> Message | None:
    casework.set_status(session, case, form.code("status", STATUS))
    return None


def _holders(session: Session, case: str, form: Form) -> Message | None:
    casework_open.hand_over(session, case, form.line("coordinator"), form.line("deputy"))
    return None


def _facts(session: Session, case: str, form: Form) -> Message:
    there = session.get(Case, case)
    casework.set_facts(
        session,
        case,
        pseudonym=form.line("pseudonym"),
        threats=form.many("threat"),
        access=form.many("access"),
        beds=form.number("beds", 1, 30) or 1,
        told=form.kept("told", there.told if there else ""),
        seized=form.flag("seized"),
    )
    return say("Saved.")


def _apart(session: Session, case: str, form: Form) -> Message:
    casework.keep_apart(session, case, form.line("other"), form.text("reason"))
    return say("They will not be given beds in one place.")


def _unapart(session: Session, case: str, form: Form) -> Message | None:
    casework.lift_apart(session, case, form.line("other"))
    return None


def _plan(session: Session, case: str, form: Form) -> Message:
    names = ("signs", "steps", "all_well", "forced", "call")
    plan = next(iter(session.find(SafetyPlan, case_id=case)), SafetyPlan(id=""))
    words = {name: form.kept(name, getattr(plan, name)) for name in names}
    casework.set_plan(session, case, **words, review_by=form.day("review_by"))
    return say("The plan is saved.")


def _task(session: Session, case: str, form: Form) -> Message | None:
    casework_tasks.add_task(
        session,
        case,
        form.line("title"),
        owner_id=form.line("owner"),
        second_id=form.line("second"),
        due=form.moment("due") or 0,
        priority=form.code("priority", PRIORITY, "soon"),
        depends_on=form.many("after"),
        need_id=form.line("need"),
    )
    return None


def _check(session: Session, case: str, form: Form) -> Message:
    first = form.moment("first")
    hours = form.number("every", 1, 24 * 14)
    casework_checkins.schedule_check_ins(
        session,
        case,
        first or session.now() + HOUR,
        every=(hours or 0) * HOUR,
        until=form.moment("until") or 0,
        grace=(form.number("grace", 5, 24 * 60) or 60) * HOUR // 60,
        how=form.code("how", CHECK_IN, "message"),
        who_id=form.line("who"),
    )
    return say("Agreed.")


def _free_beds(session: Session, case: str, form: Form) -> Message:
    del form
    relocation.free_beds(session, case)
    return say("The bed is free from tonight.")


def _reopen(session: Session, case: str, _form: Form) -> Message | None:
    casework.reopen_case(session, case)
    return None


def _key(session: Session, case: str, form: Form) -> Message:
    casework_open.give_key(session, case, form.line("member"), identity=form.flag("identity"))
    return say("The key is on its way to their device.")


def _identity(session: Session, case: str, form: Form) -> Message:
    names = (
        "legal_name",
        "name_in_passport",
        "other_names",
        "born",
        "birthplace",
        "national_number",
        "phone",
    )
    casework.set_identity(session, case, **{name: form.line(name) for name in names})
    return say("Sealed.")


def _open_identity(session: Session, case: str, form: Form) -> Message | None:
    return openings.open_closed(session, require_case(session, case).identity_id, form)


def _consent(session: Session, case: str, form: Form) -> Message:
    consent.set_consent(
        session,
        case,
        form.code("use", USE),
        form.code("audience", AUDIENCE),
        form.code("answer", ANSWER),
        person_id=form.line("who"),
        speaker_id=form.line("speaker_id"),
        speaker=form.line("speaker"),
        organisation=form.line("organisation"),
        conditions=form.text("conditions"),
        how=form.code("how", HOW),
        language=form.line("language"),
        given_by=form.code("given_by", SPEAKER, "self"),
        risks_explained=form.flag("risks"),
        expires=form.day("expires"),
        embargo=form.day("embargo"),
    )
    return say("Written down as they said it.")


def _place(session: Session, case: str, form: Form) -> Message | None:
    relocation.move(session, case, form.line("place"), form.day("first"), form.day("last"))
    return None


def _files(session: Session, case: str, _form: Form) -> Message:
    left = casework_open.copy_attachments(session, case)
    return (
        say("Some parts have not arrived on this desk yet.")
        if left
        else say("Every attachment is in the case.")
    )


_ACTS: dict[str, tuple[str, Act]] = {
    "note": ("story", _note),
    "risk": ("", _risk),
    "stage": ("", _stage),
    "status": ("", _status),
    "holders": ("", _holders),
    "facts": ("", _facts),
    "danger": ("", work.danger),
    "person": ("", work.person),
    "apart": ("", _apart),
    "unapart": ("", _unapart),
    "plan": ("", _plan),
    "task": ("work", _task),
    "need": ("work", work.need),
    "check": ("work", _check),
    "close": ("", work.close),
    "settle": ("", work.settle),
    "closing-checked": ("", work.closing_checked),
    "free-beds": ("", _free_beds),
    "reopen": ("", _reopen),
    "key": ("", _key),
    "identity": ("", _identity),
    "open": ("", _open_identity),
    "consent": ("consent", _consent),
    "place": ("journey", _place),
    "files": ("", _files),
    "visa": ("journey", people_acts_journey.add_visa),
    "paper": ("journey", people_acts_journey.add_paper),
    "means": ("journey", people_acts_journey.means),
    "seats-back": ("journey", people_acts_journey.give_back),
    "expense": ("journey", people_acts_journey.spend),
    "visit": ("work", work.visit),
    "medicine": ("work", work.medicine),
}


def act(request: Request) -> Response:
    """Do one thing with a case, and return to the tab it was asked for on."""
    found = _ACTS.get(request.path_params["act"])
    if found is None:
        raise HTTPException(404)
    tab, do = found
    case, form = request.path_params["case"], form_of(request)
    said = do(office_of(request), case, form)
    return done(request, f"/people/{case}?tab={tab_of(form, tab)}{who_of(form)}", said)


def who_of(form: Form) -> str:
    """Return what the address says of whose answers are shown: of the person themselves, nothing."""
    who = form.line("who")
    return f"&who={who}" if is_id(who) else ""


def tab_of(form: Form, own: str) -> str:
    """Return the tab to come back to: the one the form names, else the act's own."""
    asked = form.line("tab")
    return asked if asked.isalpha() and asked.isascii() else own or "story"
