"""The ladder: what happens after a missed sign of life, for the team or for one case."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.forms import Form
from leeward.desk.render import done, form_of, office_of, render
from leeward.domain.cases.ladder import AFTER_MOST, ASKED, LADDER, MINUTE, RUNGS_MOST, STEP, Rung
from leeward.office.casework_base import require_case
from leeward.office.ladders import case_ladder, set_case_ladder, set_team_ladder, team_ladder

_SPARE = 2  # empty rows under those that are there


def show(request: Request) -> Response:
    """Show the steps of the team, or, with `?case=ID`, of one case."""
    session = office_of(request)
    case_id = request.query_params.get("case", "")
    case = require_case(session, case_id) if case_id else None
    own = case_ladder(session, case_id) if case else ()
    team = team_ladder(session)
    rungs = own or team
    return render(
        request,
        "safety/ladder.html",
        case=case,
        own=bool(own),
        rungs=rungs,
        spare=min(_SPARE, RUNGS_MOST - len(rungs)),
        usual=team == LADDER,
        STEP=STEP,
        ASKED=ASKED,
    )


def save(request: Request) -> Response:
    """Save the steps; a row without a time is left out."""
    session, form = office_of(request), form_of(request)
    case_id = form.line("case")
    here = f"/safety/ladder?case={case_id}" if case_id else "/safety/ladder"
    if form.flag("usual"):
        if case_id:
            set_case_ladder(session, case_id, ())
            return done(request, here, say("The team's steps hold for this person again."))
        set_team_ladder(session, LADDER)
        return done(request, here, say("The usual steps hold again."))
    rungs = [rung for number in range(RUNGS_MOST) if (rung := _rung(form, number)) is not None]
    if case_id:
        set_case_ladder(session, case_id, rungs)
        return done(request, here, say("Saved. These steps hold for this person."))
    set_team_ladder(session, rungs)
    return done(request, here, say("Saved. These steps hold for everybody who has none of their own."))


def _rung(form: Form, number: int) -> Rung | None:
    minutes = form.number(f"after.{number}", 0, AFTER_MOST // MINUTE)
    if minutes is None:
        return None
    return Rung(
        after=minutes * MINUTE,
        step=form.code(f"step.{number}", STEP, "other"),
        asks=form.code(f"asks.{number}", ASKED, "waiting"),
        en=form.line(f"en.{number}"),
        ru=form.line(f"ru.{number}"),
    )


routes = [Route("/safety/ladder", show), Route("/safety/ladder", save, methods=["POST"])]
