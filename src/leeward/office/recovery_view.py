"""What the page for coming back shows, and what of it belongs on Today."""

from __future__ import annotations

import msgspec

from leeward.base.say import say, say_count
from leeward.domain.recovery import CameBack, RecoverySet, Rehearsal, WordsShown
from leeward.domain.today import Need, Urgency
from leeward.office import backups
from leeward.office.recovery import (
    Agreed,
    Circle,
    agreed,
    circle_now,
    holders,
    own_key,
    proposal,
    team_size,
    who_agreed,
)
from leeward.office.recovery_rehearse import EVERY_MS, Running, last_rehearsal, parts_waiting, running
from leeward.office.session import Session
from leeward.office.team import members

_HERE = "/safety/recovery"
_NEWS_MS = 14 * 24 * 3600 * 1000  # so long a coming back stands on Today


class Person(msgspec.Struct, frozen=True):
    """A member as the page shows them."""

    id: str
    name: str
    has_key: bool
    chosen: bool  # by what is agreed here, or else proposed
    agrees: bool  # as they wrote down
    on_paper: int  # when they last took their words out; 0 is never


class View(msgspec.Struct, frozen=True):
    """Everything on the page that the vault knows."""

    people: list[Person]
    size: int
    mine: Agreed | None
    proposed: RecoverySet | None  # one that this member has not agreed to
    circle: Circle | None
    waiting: int  # parts not shared out yet
    has_key: bool
    shown: list[WordsShown]
    rehearsals: list[Rehearsal]
    came: list[CameBack]
    running: Running | None
    settings: backups.Settings | None
    backup: backups.State


def gather(session: Session) -> View:
    """Return the page's content."""
    mine, circle = agreed(session), circle_now(session)
    newest = proposal(session)
    last = newest.id if newest is not None else ""
    chosen = mine.members if mine is not None else (newest.members if newest is not None else ())
    have, agrees = holders(session), who_agreed(session, mine.set_id if mine is not None else last)
    shown = session.find(WordsShown)
    taken = {one.by: max(other.at for other in shown if other.by == one.by) for one in shown}
    belong = {one.member_id for one in session.vault.roster().values() if not one.removed_at}
    people = [
        Person(one.id, one.name, one.id in have, one.id in chosen, one.id in agrees, taken.get(one.id, 0))
        for one in members(session)
        if one.id in belong
    ]
    return View(
        people=people,
        size=team_size(session),
        mine=mine,
        proposed=to_agree(session),
        circle=circle,
        waiting=parts_waiting(session, circle) if circle is not None else 0,
        has_key=own_key(session) is not None,
        shown=sorted(shown, key=lambda one: -one.at)[:20],
        rehearsals=sorted(session.find(Rehearsal), key=lambda one: -one.at)[:20],
        came=sorted(session.find(CameBack), key=lambda one: -one.at),
        running=running(session),
        settings=backups.settings(session),
        backup=backups.state(session),
    )


def to_agree(session: Session) -> RecoverySet | None:
    """Return the newest proposal if this member has not agreed to it, or to the same people since."""
    newest, mine = proposal(session), agreed(session)
    if newest is None:
        return None
    same = mine is not None and (mine.needed, mine.members) == (newest.needed, newest.members)
    return None if same or (mine is not None and mine.at > newest.at) else newest


def needs_now(session: Session) -> list[Need]:
    """Return the lines of Today about coming back and backups."""
    if not session.vault.compartments("team"):
        return []
    return [*_news(session), *_agreement(session), *_own_part(session), *backups.needs_now(session)]


def _news(session: Session) -> list[Need]:
    now, own = session.now(), session.vault.device.id
    names = {one.id: one.name for one in members(session)}
    return [
        Need(
            urgency=Urgency.EXPOSED,
            tag=say("Came back"),
            what=say(
                "Somebody brought the whole team back with the words of {who}",
                who=", ".join(names.get(member) or "?" for member in one.present),
            ),
            why=say("If they do not know about it, their words were taken: cut that device off."),
            since=one.at,
            action=say("Look at it"),
            href=f"{_HERE}#came",
        )
        for one in session.find(CameBack)
        if one.device_id != own and now - one.at < _NEWS_MS
    ]


def _agreement(session: Session) -> list[Need]:
    waiting = to_agree(session)
    if waiting is not None:
        return [
            Need(
                urgency=Urgency.SECOND,
                tag=say("Agree"),
                what=say("Who together can bring the team back?"),
                why=say_count(
                    "A colleague proposes {n} person. Your desk shares nothing out before you agree.",
                    "A colleague proposes {n} people. Your desk shares nothing out before you agree.",
                    len(waiting.members),
                ),
                since=waiting.at,
                action=say("Look at it"),
                href=_HERE,
            )
        ]
    mine = agreed(session)
    if mine is not None and circle_now(session) is None:
        return [
            Need(
                urgency=Urgency.SOON,
                tag=say("Not covered"),
                what=say("Too few are left who could bring the team back"),
                why=say("Somebody left, or the team has grown. Agree on others."),
                since=mine.at,
                action=say("Choose others"),
                href=_HERE,
            )
        ]
    if mine is None and (session.vault.count("case") or session.vault.count("contact")):
        return [
            Need(
                urgency=Urgency.SECOND,
                tag=say("Not covered"),
                what=say("If this computer went today, nobody could bring its work back"),
                why=say("Agree once on who together can; then each prints twenty words."),
                since=session.vault.compartments("team")[0].made_at,
                action=say("Choose who"),
                href=_HERE,
                later=True,
            )
        ]
    return []


def _own_part(session: Session) -> list[Need]:
    """Return what this member has to do for it: the paper, and once a month the rehearsal."""
    mine, circle = agreed(session), circle_now(session)
    if mine is None or circle is None or session.member_id not in {one.member_id for one in circle.holders}:
        return []
    on_paper = [one.at for one in session.find(WordsShown) if one.by == session.member_id]
    own = next(one for one in circle.holders if one.member_id == session.member_id)
    if max(on_paper, default=0) < own.at:
        return [
            Need(
                urgency=Urgency.SECOND,
                tag=say("Your words"),
                what=say("Your words for coming back are on no paper yet"),
                why=say("If this computer goes, they go with it. Five minutes with a printer or a pen."),
                since=mine.at,
                action=say("Take them out"),
                href=f"{_HERE}#words",
            )
        ]
    last = last_rehearsal(session)
    since = max(last.at if last is not None else 0, mine.at)
    if running(session) is None and session.now() - since >= EVERY_MS:
        seconds = last.seconds if last is not None else 0
        return [
            Need(
                urgency=Urgency.SECOND,
                tag=say("Rehearse"),
                what=say("It is a month since you tried to come back from nothing"),
                why=say("Type your words from the paper: about {n} minutes.", n=2 + (seconds + 59) // 60)
                if last is not None
                else say("Type your words from the paper, and see whether everything comes back."),
                since=since,
                action=say("Try it"),
                href=f"{_HERE}#rehearse",
            )
        ]
    return []
