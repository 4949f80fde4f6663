"""The page of one case: the strip that never leaves, and its tabs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from leeward.base.say import Message, say
from leeward.desk.days import day_words
from leeward.desk.pages.case_tabs import registered
from leeward.desk.pages.openings import state_of
from leeward.desk.pages.people_case_journey import journey_shown
from leeward.desk.pages.people_case_work import glance_shown, work_shown
from leeward.desk.render import office_of, render, speech_of
from leeward.desk.strangers import stranger_response
from leeward.desk.sums import money_words
from leeward.domain.cases.case import Case, SafetyPlan
from leeward.domain.cases.consent import ANSWER, AUDIENCE, HOW, SPEAKER, USE, Consent
from leeward.domain.cases.story import CaseNote, in_order
from leeward.domain.cases.words import (
    ACCESS,
    CLOSE_REASON,
    NOTE,
    RELATION,
    RISK,
    STAGE,
    STATUS,
    THREAT,
)
from leeward.domain.cases.work import Need, Task
from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.words import HELD, LEG_STATE, MODE, PAPER, STAY, VISA_KIND, VISA_STAGE
from leeward.office import casework_files, casework_history, openings
from leeward.office.casework_base import require_case, today, tonight
from leeward.office.casework_open import attachments_left, identity_readers, readers
from leeward.office.casework_views import case_lines, facts_of, names
from leeward.office.consent import answers_of, askable, is_child
from leeward.office.countries import name_of
from leeward.office.relocation import beds_held, holds_beds, places_for
from leeward.office.relocation_journeys import journeys_of, papers_of
from leeward.office.session import Session
from leeward.office.team import members


class TabLink(msgspec.Struct, frozen=True):
    """One tab in the row of tabs."""

    key: str
    word: Message
    count: int


Show = Callable[[Session, Case, Mapping[str, str]], Mapping[str, object]]


def case_page(request: Request) -> Response:
    """Show a case; `tab` chooses what is under the strip."""
    session = office_of(request)
    case = require_case(session, request.path_params["case"])
    query = dict(request.query_params)
    tabs = _tabs(session, case)
    chosen = query.get("tab", "story")
    if chosen not in {tab.key for tab in tabs}:
        chosen = "story"
    outside = registered(chosen)
    if outside is not None and chosen not in _OWN:
        template = outside.template
        shown: dict[str, object] = {"tab_data": outside.context(session, case, query)}
        if chosen == "files":
            shown.update(
                case_files=casework_files.unkept(session, case.id), files_left=attachments_left(session, case)
            )
    else:
        template, show = _OWN[chosen]
        shown = dict(show(session, case, query))
    identity = openings.identity_record(session, case)
    facts = facts_of(session, case)
    context: dict[str, object] = {
        **glance_shown(session, case, facts),
        "case": case,
        "facts": facts,
        "tabs": tabs,
        "tab": chosen,
        "tab_template": template,
        "query": query,
        "names": names(session),
        "members": members(session),
        "readers": readers(session, case),
        "identity": identity,
        "identity_state": state_of(session, identity) if identity else None,
        "identity_readers": identity_readers(session, case),
        "standing": answers_of(session, case.id),
        "family_asked": {one.id for one in askable(session, case.id) if answers_of(session, case.id, one.id)},
        "stages": [STAGE.label(term.code, speech_of(request).language) for term in STAGE],
        "me": session.member_id,
        "country": lambda name: name_of(name, speech_of(request).language),
        "beds_held": _beds_held(session, case),
        "add": query.get("add", ""),
    }
    return render(
        request,
        "people/case.html",
        **{**_WORDS, **day_words(request), **money_words(request), **context, **shown},  # type: ignore[arg-type]
    )


def _beds_held(session: Session, case: Case) -> list[str]:
    """Return the code names of the places where a bed is held for them."""
    places = {place.id: place.code_name for place in session.find(Place)}
    return sorted({places.get(stay.place_id, "?") for stay in beds_held(session, case.id)})


_WORDS: dict[str, object] = {
    "RISK": RISK,
    "STAGE": STAGE,
    "STATUS": STATUS,
    "NOTE": NOTE,
    "RELATION": RELATION,
    "THREAT": THREAT,
    "ACCESS": ACCESS,
    "CLOSE_REASON": CLOSE_REASON,
    "USE": USE,
    "AUDIENCE": AUDIENCE,
    "ANSWER": ANSWER,
}


def _tabs(session: Session, case: Case) -> list[TabLink]:
    open_tasks = sum(task.open for task in session.find(Task, case_id=case.id))
    unmet = sum(need.unmet for need in session.find(Need, case_id=case.id))
    tabs = [
        TabLink("story", say("Story"), 0),
        TabLink("work", say("Needs and tasks"), open_tasks + unmet),
        TabLink("journey", say("Journey"), 0),
    ]
    for key in ("testimony", "files"):
        tab = registered(key)
        if tab is not None:
            count = tab.count(session, case) if tab.count else 0
            waiting = len(casework_files.unkept(session, case.id)) if key == "files" else 0
            tabs.append(TabLink(key, tab.word, count + waiting))
    return [*tabs, TabLink("consent", say("Consent"), 0), TabLink("history", say("History"), 0)]


def _story(session: Session, case: Case, query: Mapping[str, str]) -> dict[str, object]:
    notes = in_order(session.find(CaseNote, case_id=case.id))
    whole = query.get("all") == "1"
    return {
        "notes": notes if whole else notes[:60],
        "more": 0 if whole else max(0, len(notes) - 60),
        "struck": [one for one in session.find(CaseNote, case_id=case.id) if one.struck_at],
        "others": [one.case for one in case_lines(session) if one.case.id != case.id],
        "plan": next(iter(session.find(SafetyPlan, case_id=case.id)), None),
        "tasks_made": {task.id: task for task in session.find(Task, case_id=case.id)},
    }


def _work(session: Session, case: Case, query: Mapping[str, str]) -> dict[str, object]:
    del query
    return work_shown(session, case)


def _journey(session: Session, case: Case, query: Mapping[str, str]) -> dict[str, object]:
    del query
    night = tonight(session)
    stays = sorted(session.find(Stay, case_id=case.id), key=lambda one: one.first_night, reverse=True)
    return {
        "journeys": journeys_of(session, case.id),
        "papers": papers_of(session, case.id),
        "stays": stays,
        **journey_shown(session, case),
        "night": night,
        "places": {place.id: place for place in session.find(Place)},
        "fitting": places_for(session, case, night) if holds_beds(session) else [],
        "STAY": STAY,
        "MODE": MODE,
        "LEG_STATE": LEG_STATE,
        "VISA_KIND": VISA_KIND,
        "VISA_STAGE": VISA_STAGE,
        "PAPER": PAPER,
        "HELD": HELD,
    }


def _consent(session: Session, case: Case, query: Mapping[str, str]) -> dict[str, object]:
    family = askable(session, case.id)
    person = next((one for one in family if one.id == query.get("who", "")), None)
    who = person.id if person is not None else ""
    answers = answers_of(session, case.id, who)
    whole = {(one.use, one.audience): one for one in answers if not one.organisation}
    use, audience = query.get("use", ""), query.get("audience", "")
    return {
        "answers": whole,
        "narrow": [one for one in answers if one.organisation],
        "chosen": whole.get((use, audience)) or Consent(id="", use=use, audience=audience),
        "asked": use in USE and audience in AUDIENCE,
        "who": who,
        "person": person,
        "family": family,
        "asked_of": {one.id: len(answers_of(session, case.id, one.id)) for one in family},
        "child": is_child(session, case.id, who),
        "speakers": [one for one in family if not one.minor and one.id != who],
        "today": today(session),
        "HOW": HOW,
        "SPEAKER": SPEAKER,
    }


def _history(session: Session, case: Case, query: Mapping[str, str]) -> dict[str, object]:
    limit = 2000 if query.get("all") == "1" else 150
    return {
        "history": casework_history.history_of(session, case, limit=limit),
    }


_OWN: dict[str, tuple[str, Show]] = {
    "story": ("people/tab_story.html", _story),
    "work": ("people/tab_work.html", _work),
    "journey": ("people/tab_journey.html", _journey),
    "consent": ("people/tab_consent.html", _consent),
    "history": ("people/tab_history.html", _history),
}


def save_file(request: Request) -> Response:
    """Give a file of the case to be saved: bytes of a stranger, never shown as a page."""
    session, path = office_of(request), request.path_params
    file, plain = casework_files.read_case_file(session, path["file"])
    return stranger_response(file, plain, inline=False)
