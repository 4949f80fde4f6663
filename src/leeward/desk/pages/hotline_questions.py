"""The questionnaire: what the intake page asks, in which order and languages; published versions with who and when."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.render import done, form_of, office_of, render
from leeward.domain.intake.questions import words_of
from leeward.office import intake
from leeward.office.around import member
from leeward.office.hotline_page import questionnaire

_HOME = "/safety/hotline/questions"


def show(request: Request) -> Response:
    """Show the questions as they stand here, and every version."""
    session = office_of(request)
    has_intake = intake.has_intake(session)
    asked = questionnaire.questions(session)
    languages = questionnaire.languages(session)
    return render(
        request,
        "hotline/questions.html",
        has_intake=has_intake,
        questions=asked,
        asked_in=languages,
        lacking={one.id: [code for code in languages if not one.text.get(code)] for one in asked},
        unpublished=has_intake and questionnaire.unpublished(session),
        due=questionnaire.notice_due(session) is not None,
        versions=questionnaire.versions(session) if has_intake else [],
        may_publish=questionnaire.may_publish(session),
        signer_name=member(session, questionnaire.signer_member(session)).name,
        who=lambda id_: member(session, id_).name,
        words_of=words_of,
        opened=request.query_params.get("open", ""),
    )


def add(request: Request) -> Response:
    """Add an empty question."""
    made = questionnaire.add_question(office_of(request))
    return done(request, f"{_HOME}?open={made}#q-{made}")


def write(request: Request) -> Response:
    """Keep a question's words."""
    form, session = form_of(request), office_of(request)
    text = {code: form.line(f"text-{code}", 2000) for code in questionnaire.languages(session)}
    questionnaire.set_question(session, request.path_params["question"], text, required=form.flag("required"))
    return done(request, _HOME, say("Kept. The page asks it once you publish."))


def move(request: Request) -> Response:
    """Ask it earlier or later."""
    steps = -1 if form_of(request).line("to") == "up" else 1
    question = request.path_params["question"]
    questionnaire.move_question(office_of(request), question, steps)
    return done(request, f"{_HOME}#q-{question}")


def drop(request: Request) -> Response:
    """Ask it no more."""
    questionnaire.drop_question(office_of(request), request.path_params["question"])
    return done(request, _HOME, say("Dropped. Answers that were given keep its words."))


def publish(request: Request) -> Response:
    """Sign the card anew."""
    new_key = form_of(request).flag("new_key")
    version = questionnaire.publish(office_of(request), new_key=new_key)
    return done(
        request,
        _HOME,
        say(
            "Version {number} is signed. The page asks it as soon as the relay has it.", number=version.number
        ),
    )


_ONE = f"{_HOME}/{{question:str}}"

routes = [
    Route(_HOME, show),
    Route(f"{_HOME}/add", add, methods=["POST"]),
    Route(f"{_HOME}/publish", publish, methods=["POST"]),
    Route(_ONE, write, methods=["POST"]),
    Route(f"{_ONE}/move", move, methods=["POST"]),
    Route(f"{_ONE}/drop", drop, methods=["POST"]),
]
