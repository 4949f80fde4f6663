"""How much each carries, by name and never by rank, and who has room for one of somebody's cases."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say
from leeward.desk.render import done, form_of, office_of, render
from leeward.domain.cases.words import RISK
from leeward.office import caseload
from leeward.office.casework_views import case_lines
from leeward.office.team import members


def index(request: Request) -> Response:
    """Show what each carries; `of` names whose cases are shown, to be handed to somebody with room."""
    session = office_of(request)
    loads = caseload.loads(session)
    team = {one.id: one for one in members(session)}
    chosen = request.query_params.get("of", session.member_id)
    return render(
        request,
        "people/caseload.html",
        team=sorted(team.values(), key=lambda one: one.name),
        loads=loads,
        chosen=team.get(chosen),
        cases=[line for line in case_lines(session) if line.case.coordinator_id == chosen],
        me=session.member_id,
        RISK=RISK,
    )


def most(request: Request) -> Response:
    """Take how many cases this member can hold."""
    number = form_of(request).number("most", 1, caseload.MOST)
    if number is not None:
        caseload.set_most(office_of(request), number)
    return done(request, "/caseload", say("Saved."))


routes = [Route("/caseload", index), Route("/caseload", most, methods=["POST"])]
