"""The plan for everyone: who sleeps where, who leaves when, and why; changed by hand, accepted line by line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.say import say, say_count
from leeward.desk.days import day_words
from leeward.desk.render import desk_of, done, form_of, render
from leeward.domain.cases.words import RISK
from leeward.domain.relocation.words import MODE
from leeward.office.planning.proposal import Table
from leeward.plan.instance import Fixed


def table_of(request: Request) -> Table:
    """Return this desk's table."""
    return desk_of(request).planning


def show(request: Request) -> Response:
    """Show the proposal on the table, or how to ask for one."""
    table = table_of(request)
    work = table.work
    shown = table.shown()
    words: dict[str, Any] = dict(day_words(request))
    ways = sorted(work.question.ways.values(), key=lambda way: (way.day, way.id)) if work is not None else []
    return render(
        request,
        "plan/index.html",
        work=work,
        shown=shown,
        impossible=table.impossible(),
        by_hand=[case for one, case in work.question.cases.items() if table.is_decided(one)]
        if work is not None
        else [],
        ways=ways,
        places=sorted(work.question.places.values(), key=lambda one: one.code_name)
        if work is not None
        else [],
        decided={line.case.id: table.decided(line.case.id) for line in shown.lines}
        if shown is not None
        else {},
        changed=sum(bool(line.changed) for line in shown.lines) if shown is not None else 0,
        as_date=dt.date.fromisoformat,
        RISK=RISK,
        MODE=MODE,
        **words,
    )


def begin(request: Request) -> Response:
    """Work a plan out."""
    table_of(request).begin()
    return done(request, "/journeys/plan")


def stop(request: Request) -> Response:
    """Keep the best so far."""
    table_of(request).stop()
    return done(request, "/journeys/plan")


def drop(request: Request) -> Response:
    """Take the proposal off the table."""
    table_of(request).drop()
    return done(request, "/journeys/plan", say("The proposal is gone. Nothing was written down."))


def decide(request: Request) -> Response:
    """Fix a way out or a place by hand, rule one out, or let go of what was fixed; plan anew around it."""
    form, table = form_of(request), table_of(request)
    case_id = request.path_params["case"]
    before = table.decided(case_id)
    way, place, what = form.line("way"), form.line("place"), form.line("what")
    if what == "free":
        table.decide(case_id, None)
        return done(request, f"/journeys/plan#line-{case_id}", say("The planner decides again."))
    fixed = before
    if what == "not" and way:
        fixed = Fixed(
            departure=None, not_departures=tuple(sorted({*before.not_departures, way})), places=before.places
        )
    elif what == "fix":
        fixed = Fixed(
            departure=way or None,
            not_departures=tuple(one for one in before.not_departures if one != way),
            places=(place,) if place else (),
        )
    table.decide(case_id, fixed)
    return done(
        request, f"/journeys/plan#line-{case_id}", say("Decided by hand. The plan is worked out around it.")
    )


def accept(request: Request) -> Response:
    """Write the ticked lines down."""
    result = table_of(request).accept(form_of(request).many("case"))
    if result.refused:
        return done(
            request,
            "/journeys/plan",
            say_count(
                "{n} line was written down; some could not be: {why}",
                "{n} lines were written down; some could not be: {why}",
                len(result.written),
                why=result.refused[0].why,
            ),
        )
    return done(
        request,
        "/journeys",
        say_count(
            "{n} line is a promise now: beds, journeys, appointments and tasks are written down.",
            "{n} lines are promises now: beds, journeys, appointments and tasks are written down.",
            len(result.written),
        ),
    )


routes = [
    Route("/journeys/plan", show),
    Route("/journeys/plan/begin", begin, methods=["POST"]),
    Route("/journeys/plan/stop", stop, methods=["POST"]),
    Route("/journeys/plan/drop", drop, methods=["POST"]),
    Route("/journeys/plan/accept", accept, methods=["POST"]),
    Route("/journeys/plan/{case:str}/decide", decide, methods=["POST"]),
]
