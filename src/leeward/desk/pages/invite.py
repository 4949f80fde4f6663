"""Safety, inviting somebody: choose what they get, say a code over a call, compare three words."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.base.errors import LeewardError
from leeward.desk.pages.safety import fingerprint_words
from leeward.desk.render import desk_of, done, form_of, office_of, render, speech_of
from leeward.domain.circles import RECEPTION
from leeward.domain.team import ROLES, STARTING_CIRCLES, Member
from leeward.domain.travel import Away
from leeward.office import safety, travel_back
from leeward.office.around import whoami
from leeward.office.inviting import Invitation, Plan, State
from leeward.office.relay import relay_address
from leeward.office.session import Session

_HERE = "/safety/invite"
_FOR_OTHERS = ("intake", RECEPTION, "beds", "record", "case", "address")
_STEPS = {"making": 1, "waiting": 1, "talking": 1, "comparing": 2, "letting": 2, "done": 2, "over": 0}


def show(request: Request) -> Response:
    """Show where the invitation stands; without one, what can be granted."""
    return _page(request)


def _page(request: Request, wrong: LeewardError | None = None) -> Response:
    session, invitation = office_of(request), desk_of(request).inviting.current
    state = invitation.state if invitation is not None else None
    own = state.plan.own if state else "own" in request.query_params
    waited = {line.away.id: line for line in travel_back.lines(session) if line.away.open}
    back = state.plan.back if state else request.query_params.get("back", "")
    back = back if state or back in waited else ""
    role = state.plan.role if state else request.query_params.get("role", "operator")
    offered = _offered(session, own=own, back=back)
    return render(
        request,
        "safety/invite.html",
        status=409 if wrong else 200,
        wrong=wrong or (state.why if state else None),
        state=state,
        phase=state.phase.value if state else "choose",
        step=_STEPS[state.phase.value] if state else 0,
        minutes=math.ceil(invitation.left() / 60) if invitation is not None else 0,
        roles=ROLES,
        role=role if role in ROLES else "operator",
        own=own,
        back=back,
        waited=[line for line in waited.values() if line.away.member_id != session.member_id],
        traveller=_name_of(session, back),
        offered=offered,
        ticked=set(state.plan.parts) if state else _usual(session, role, offered, own=own, back=back),
        granted=_granted(offered, state),
        can_invite=bool(session.vault.compartments("team")),
        relay=relay_address(session.vault)[0],
        this_device=fingerprint_words(session.vault.device.id),
    )


def _name_of(session: Session, back: str) -> str:
    away = session.get(Away, back) if back else None
    member = session.get(Member, away.member_id) if away is not None else None
    return member.name if member is not None else ""


def _offered(session: Session, *, own: bool, back: str = "") -> list[safety.Circle]:
    """Return what may be granted here: names and papers of people only to a further device of one's own.

    To whoever comes back from a journey, exactly what they held.
    """
    away = session.get(Away, back) if back else None
    if away is not None:
        held = {one.id for one in travel_back.held_before(session, away)}
        return [one for one in safety.gather(session).circles if one.id in held]
    return [
        one
        for one in safety.gather(session).circles
        if one.kind in _FOR_OTHERS or (own and one.kind == "identity")
    ]


def _usual(session: Session, role: str, offered: list[safety.Circle], *, own: bool, back: str) -> set[str]:
    """Return what is ticked at first: what the role starts with; all that whoever comes back held."""
    if back:
        return {one.id for one in offered}
    kinds = STARTING_CIRCLES.get(whoami(session).role if own else role, STARTING_CIRCLES["operator"])
    kinds = (*kinds, RECEPTION) if "intake" in kinds else kinds
    return {one.id for one in offered if one.kind in kinds}


def _granted(offered: list[safety.Circle], state: State | None) -> list[safety.Circle]:
    return [one for one in offered if state is not None and one.id in state.plan.parts]


def begin(request: Request) -> Response:
    """Make a code."""
    session, form = office_of(request), form_of(request)
    own = form.flag("own")
    role = whoami(session).role if own else form.code("role", ROLES, "operator")
    wanted = set(form.many("part"))
    back = form.line("back")
    if back not in {one.id for one in travel_back.waited_for(session)}:
        back = ""
    parts = tuple(one.id for one in _offered(session, own=own, back=back) if one.id in wanted)
    plan = Plan(
        role=role if role in ROLES else "operator",
        parts=parts,
        own=own and not back,
        language=speech_of(request).language,
        back=back,
    )
    desk_of(request).inviting.begin(plan)
    return done(request, _HERE)


def agree(request: Request) -> Response:
    """Let the device in: both read the same words."""
    invitation = _meant(request)
    if invitation is None:
        return done(request, _HERE)
    try:
        invitation.agree(form_of(request).line("name", 100))
    except LeewardError as error:
        return _page(request, error)
    return done(request, _HERE)


def refuse(request: Request) -> Response:
    """Let nobody in: the words are not the same."""
    invitation = _meant(request)
    if invitation is not None:
        invitation.refuse()
    return done(request, _HERE)


def clear(request: Request) -> Response:
    """End the invitation, and go back to choosing."""
    inviting = desk_of(request).inviting
    plan = inviting.current.state.plan if inviting.current is not None else None
    inviting.clear()
    if plan is None:
        return done(request, _HERE)
    asked = f"back={plan.back}" if plan.back else "own=1" if plan.own else f"role={plan.role}"
    return done(request, f"{_HERE}?{asked}")


def _meant(request: Request) -> Invitation | None:
    """Return the invitation that the form was about; None if another took its place meanwhile."""
    current = desk_of(request).inviting.current
    if current is None or current.state.number != form_of(request).line("number"):
        return None
    return current


routes = [
    Route(_HERE, show),
    Route(_HERE, begin, methods=["POST"]),
    Route(f"{_HERE}/yes", agree, methods=["POST"]),
    Route(f"{_HERE}/no", refuse, methods=["POST"]),
    Route(f"{_HERE}/clear", clear, methods=["POST"]),
]
