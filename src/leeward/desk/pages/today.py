"""Today: what needs me now, in one ordered list."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leeward.desk.render import done, form_of, office_of, render
from leeward.domain.today import Urgency
from leeward.office import intake, today
from leeward.office.around import members
from leeward.office.relay import relay_address
from leeward.office.session import Session

_COLOURS = {
    Urgency.ALARM: "danger",
    Urgency.MISSED: "danger",
    Urgency.EXPOSED: "danger",
    Urgency.LATE: "late",
    Urgency.WAITING: "accent",
    Urgency.SOON: "",
    Urgency.SECOND: "sealed",
}
_COMING = 7  # lines beside the list; the rest is in a fold under it
_SHOWN = 12  # lines at first, and whatever is late; the rest waits behind one link


def show(request: Request) -> Response:
    """Show what needs this member now."""
    session = office_of(request)
    day = today.gather(session)
    everything = request.query_params.get("all") == "1"
    pressing = sum(need.urgency <= Urgency.LATE for need in day.needs)
    now = session.now()
    shown = day.needs if everything else day.needs[: max(_SHOWN, pressing)]
    return render(
        request,
        "today/index.html",
        day=day,
        shown=shown,
        has_intake=intake.has_intake(session),
        hidden=len(day.needs) - len(shown),
        colours=_COLOURS,
        page_address=_nearby_page(session) if day.empty else "",
        coming=[need for need in day.later if need.since > now][:_COMING],
        names={one.id: one.name for one in members(session)},
        cannot_wait=sum(need.urgency <= Urgency.EXPOSED for need in [*day.alarms, *day.needs]),
        on_duty=today.on_duty(session),
        until=today.my_duty(session),
    )


def _nearby_page(session: Session) -> str:
    """Return the intake page's address if it is on this computer, as in practice.

    Any other is not made a link: this browser would ask the network for it by name, outside Tor.
    """
    address = urlsplit(relay_address(session.vault)[0])
    return address.geturl() if address.hostname in {"127.0.0.1", "localhost", "::1"} else ""


def duty(request: Request) -> Response:
    """Go on duty for some hours, or end it."""
    session = office_of(request)
    hours = form_of(request).number("hours", 0, 24) or 0
    today.go_on_duty(session, session.now() + hours * 3_600_000 if hours else 0)
    return done(request, "/")


routes = [Route("/", show), Route("/duty", duty, methods=["POST"])]
