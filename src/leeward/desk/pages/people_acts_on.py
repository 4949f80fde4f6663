"""What can be done with one record of a case: a task, a check-in, a line, a consent, a leg, a visa, a file."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from leeward.base.say import Message, say
from leeward.desk.forms import Form
from leeward.desk.pages import people_acts_journey
from leeward.desk.pages import people_acts_work as work
from leeward.desk.pages.people_acts import tab_of, who_of
from leeward.desk.render import done, form_of, office_of
from leeward.domain.cases.words import CHECK_IN
from leeward.domain.relocation.words import LEG_STATE
from leeward.office import (
    casework,
    casework_checkins,
    casework_files,
    casework_tasks,
    consent,
    relocation,
    relocation_journeys,
)
from leeward.office.session import Session

ActOn = Callable[[Session, str, str, Form], Message | None]


def _task_move(session: Session, _case: str, task: str, form: Form) -> Message | None:
    casework_tasks.move_task(session, task, form.moment("due") or 0)
    return None


def _task_take(session: Session, _case: str, task: str, form: Form) -> Message | None:
    second = form.line("second") if "second" in form else None
    casework_tasks.take_task(session, task, form.line("owner"), second)
    return None


def _task_done(session: Session, _case: str, task: str, form: Form) -> Message:
    casework_tasks.finish_task(session, task, form.text("result"))
    return say("Done. It can be taken back under “Done lately”.")


def _answered(session: Session, _case: str, check_in: str, form: Form) -> Message | None:
    if form.flag("help") and not form.flag("forced"):
        how = form.code("how", CHECK_IN)
        casework_checkins.ask_for_help(session, check_in, form.text("answer"), how=how)
        return None
    casework_checkins.answer_check_in(
        session,
        check_in,
        form.text("answer"),
        how=form.code("how", CHECK_IN),
        forced=form.flag("forced"),
    )
    return None


def _consent_back(session: Session, _case: str, answer: str, form: Form) -> Message:
    consent.withdraw(session, answer, form.text("reason"))
    return say("Taken back from now on. What already left cannot be recalled; Release lists it.")


def _leg(session: Session, _case: str, leg: str, form: Form) -> Message | None:
    relocation_journeys.set_leg(session, leg, form.code("state", LEG_STATE), ticket=form.line("ticket"))
    return None


def _evidence(session: Session, _case: str, file: str, _form: Form) -> Message:
    casework_files.keep_as_evidence(session, file)
    return say("Kept as evidence. Its custody begins here.")


_ACTS_ON: dict[tuple[str, str], tuple[str, ActOn]] = {
    ("tasks", "take"): ("work", _task_take),
    ("tasks", "done"): ("work", _task_done),
    ("tasks", "move"): ("work", _task_move),
    ("tasks", "reopen"): ("work", lambda s, _c, r, _f: casework_tasks.reopen_task(s, r)),
    ("tasks", "drop"): ("work", lambda s, _c, r, _f: casework_tasks.drop_task(s, r)),
    ("tasks", "remark"): ("work", lambda s, _c, r, f: casework_tasks.remark(s, r, f.text("text"))),
    ("needs", "set"): ("work", work.set_need),
    ("persons", "set"): ("", work.set_person),
    ("persons", "strike"): ("", work.strike_person),
    ("visits", "set"): ("work", work.set_visit),
    ("medicines", "set"): ("work", work.set_medicine),
    ("medicines", "end"): ("work", work.end_medicine),
    ("medicines", "again"): ("work", work.medicine_again),
    ("checks", "answer"): ("work", _answered),
    ("checks", "back"): ("work", lambda s, _c, r, _f: casework_checkins.take_back_answer(s, r)),
    ("checks", "try"): (
        "work",
        lambda s, _c, r, f: casework_checkins.tried(s, r, f.line("step"), f.text("outcome")),
    ),
    ("checks", "settle"): (
        "work",
        lambda s, _c, r, f: casework_checkins.settle_check_in(s, r, f.text("found")),
    ),
    ("checks", "off"): ("work", lambda s, _c, r, _f: casework_checkins.call_off(s, [r])),
    ("notes", "fold"): ("story", lambda s, _c, r, _f: casework.fold_note(s, r, folded=True)),
    ("notes", "unfold"): ("story", lambda s, _c, r, _f: casework.fold_note(s, r, folded=False)),
    ("notes", "strike"): ("story", lambda s, _c, r, _f: casework.strike_note(s, r)),
    ("notes", "restore"): ("story", lambda s, _c, r, _f: casework.strike_note(s, r, struck=False)),
    ("consents", "withdraw"): ("consent", _consent_back),
    ("legs", "set"): ("journey", _leg),
    ("legs", "change"): ("journey", people_acts_journey.set_ride),
    ("journeys", "off"): ("journey", people_acts_journey.break_off),
    ("journeys", "on"): ("journey", people_acts_journey.go_on),
    ("journeys", "people"): ("journey", people_acts_journey.people),
    ("visas", "set"): ("journey", people_acts_journey.set_visa),
    ("papers", "set"): ("journey", people_acts_journey.set_paper),
    ("expenses", "approve"): ("journey", people_acts_journey.approve),
    ("expenses", "book"): ("journey", people_acts_journey.book),
    ("visits", "had"): (
        "work",
        lambda s, _c, r, f: relocation_journeys.had_visit(s, r, f.text("outcome")),
    ),
    ("kept", "evidence"): ("files", _evidence),
    ("stays", "came"): ("journey", lambda s, _c, r, _f: relocation.came(s, r)),
    ("stays", "left"): ("journey", lambda s, _c, r, _f: relocation.left(s, r)),
    ("stays", "off"): ("journey", lambda s, _c, r, _f: relocation.call_off_stay(s, r)),
}


def act_on(request: Request) -> Response:
    """Do one thing with one record of a case."""
    path = request.path_params
    found = _ACTS_ON.get((path["kind"], path["act"]))
    if found is None:
        raise HTTPException(404)
    tab, do = found
    form = form_of(request)
    said = do(office_of(request), path["case"], path["record"], form)
    return done(request, f"/people/{path['case']}?tab={tab_of(form, tab)}{who_of(form)}", said)
