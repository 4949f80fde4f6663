"""How this desk looks at the queue: in which order, which part of it, and whether it may notify. Told to nobody."""

from __future__ import annotations

import msgspec

from leeward.domain.intake import ORDER, SHOWN, Line
from leeward.domain.vocabulary import known
from leeward.office.intake.hands import holder_of
from leeward.office.intake.see import counts, queue
from leeward.office.intake.watch import called, newest
from leeward.office.session import Session
from leeward.office.signs_now import watched

_KEY = "inbox.view"


class View(msgspec.Struct, frozen=True):
    """The order (ORDER), the part (SHOWN), and whether the browser may say that something is new."""

    order: str = "urgent"
    shown: str = "all"
    notify: bool = False


class Call(msgspec.Struct, frozen=True):
    """What every page shows above everything: an alarm, or that nobody has looked; and a mark that changes with news.

    The mark says nothing: pages compare it, and notify without content when it grows.
    """

    alarm: Line | None
    alarms: int
    level: int  # 0: this member is not called
    since: int
    count: int
    mark: str
    notify: bool
    missed: int = 0  # signs of life that are missing, or alarms in one


def view_of(session: Session) -> View:
    """Return how this desk looks at the queue."""
    kept = session.vault.local_get(_KEY)
    try:
        return msgspec.convert(kept, View) if kept else View()
    except msgspec.ValidationError:
        return View()


def set_view(session: Session, *, order: str = "", shown: str = "", notify: bool | None = None) -> None:
    """Change it."""
    view = view_of(session)
    changed = View(
        order=known(ORDER, order) if order else view.order,
        shown=known(SHOWN, shown) if shown else view.shown,
        notify=view.notify if notify is None else notify,
    )
    session.vault.local_put(_KEY, msgspec.to_builtins(changed))


def seen_lines(session: Session, view: View) -> list[Line]:
    """Return the queue in this desk's order; alarms are in every part of it."""
    lines = queue(session, view.order)
    if view.shown == "all":
        return lines
    wanted = session.member_id if view.shown == "mine" else ""
    return [line for line in lines if line.alarm_at or holder_of(session, line) == wanted]


def call_of(session: Session) -> Call:
    """Return what every page shows above everything."""
    alarms = [line for line in queue(session) if line.alarm_at]
    told = called(session)
    signs = watched(session)
    level = told.level if told is not None else 0
    return Call(
        alarm=alarms[0] if alarms else None,
        alarms=counts(session).alarms,
        level=level,
        since=told.since if told is not None else 0,
        count=told.count if told is not None else 0,
        mark=f"{max(newest(session), signs.newest):014d}.{level}",
        notify=view_of(session).notify,
        missed=signs.count,
    )
