"""The ways from the Safety page, in the words of somebody who needs one now, each with how it stands.

1. Nothing here says whether a passphrase for being forced was set up: the page looks the same in what such a
   passphrase opens (ADR 24).
2. How something stands is read from this desk alone; looking asks nobody and writes nothing.
"""

from __future__ import annotations

import msgspec

from leeward.base.say import Day, Message, Span, say, say_count
from leeward.domain.erasing import Standing
from leeward.office import backups as backing_up
from leeward.office import computer, hotline_page, opened, receiving_keys, recovery, retention, taken_tasks
from leeward.office.erasing import erasures, show
from leeward.office.partners import open_partners, trust
from leeward.office.recovery_rehearse import last_rehearsal
from leeward.office.session import Session


class Way(msgspec.Struct, frozen=True):
    """One page that Safety leads to: what for, in a sentence, and how it stands."""

    href: str
    name: Message
    about: Message
    state: Message | None = None
    colour: str = ""  # of the state: danger, late, good, or "" for a quiet word
    key: str = ""  # opens it from the Safety page


class Group(msgspec.Struct, frozen=True):
    """Ways that one question leads to."""

    id: str
    name: Message
    ways: list[Way]


def ways(session: Session) -> list[Group]:
    """Return the three groups of the page."""
    team = bool(session.vault.compartments("team"))
    return [
        Group("happens", say("When something happens"), [_taken(session), _lost(session), _forced(session)]),
        Group("computer", say("This computer"), _computer(session)),
        Group("everyone", say("The team"), _team(session) if team else []),
    ]


def open_lists(session: Session) -> int:
    """Return how many lines of tonight's lists are not done."""
    return len(taken_tasks.running(session))


def unseen_forced(session: Session) -> int:
    """Return how many openings by force nobody has put aside on this desk."""
    return sum(not one.seen_at for one in opened.told(session))


def _ago(session: Session, at: int) -> Message:
    return say("rehearsed {span} ago", span=Span(session.now() - at))


def _taken(session: Session) -> Way:
    left, drills = open_lists(session), taken_tasks.drills(session)
    state, colour = say("never rehearsed here"), ""
    if left:
        state, colour = say_count("{n} line of a list is open", "{n} lines of lists are open", left), "danger"
    elif drills:
        state = _ago(session, drills[-1].at)
    return Way(
        "/safety/taken",
        say("Somebody or something was taken"),
        say("What would be in danger, and what to do tonight, in order. The same as a rehearsal."),
        state,
        colour,
        key="t",
    )


def _lost(session: Session) -> Way:
    out = [
        one
        for one in session.vault.roster().values()
        if one.removed_at and not any(vote.out and vote.by == one.device_id for vote in one.votes)
    ]  # not those whose owner is on a journey
    waiting = sum(1 for one in out if not one.settled)
    state = None
    if waiting:
        state = say_count("{n} waits for a second person", "{n} wait for a second person", waiting)
    elif out:
        state = say_count("{n} device is cut off", "{n} devices are cut off", len(out))
    return Way(
        "/safety#team",
        say("A device is lost"),
        say("Cut it off, beside its name below. It reads nothing that is written after."),
        state,
        "late" if waiting else "",
    )


def _forced(session: Session) -> Way:
    unseen = unseen_forced(session)
    told = len(opened.told(session))
    state = say_count("{n} time", "{n} times", told) if told else say("nobody so far")
    return Way(
        opened.HERE,
        say("A colleague was forced to open theirs"),
        say("Whose computer was opened by force, when, and what to do then."),
        state,
        "danger" if unseen else "",
    )


def _computer(session: Session) -> list[Way]:
    here = "/safety/computer"
    return [
        Way(
            here,
            say("Passphrase and locking"),
            say("Another passphrase; when this desk locks by itself."),
            say_count("locks after {n} minute", "locks after {n} minutes", computer.lock_after(session)),
            key="c",
        ),
        Way(
            f"{here}#forced",
            say("If you are forced to open it"),
            say("A second passphrase opens something harmless, and warns the others."),
        ),
        Way(
            "/safety/travel",
            say("Before a border"),
            say("Empty this computer, and come back through a colleague."),
            key="b",
        ),
        Way(
            f"{here}#burn",
            say("Burn everything here"),
            say("This computer can read nothing any more. The others keep what was in step with the relay."),
        ),
    ]


def _team(session: Session) -> list[Way]:
    known = len({one.member_id for one in session.vault.roster().values() if not one.removed_at})
    return [
        Way(
            "/safety/invite",
            say("Invite somebody"),
            say("By a call, in about two minutes."),
            say_count("{n} person in the team", "{n} people in the team", max(known, 1)),
        ),
        Way(
            "/safety#open",
            say("Who can open what"),
            say("Who holds which key, as a table below."),
        ),
        Way(
            "/safety/ladder",
            say("If a sign of life is missed"),
            say("What is done then, when, and who is asked."),
        ),
        Way(
            "/safety/hours",
            say("Who can work when"),
            say("Hours of the week, free days, who goes along on journeys."),
        ),
        _partners(session),
        _received(session),
        _coming_back(session),
        _erasing(session),
        _page(session),
    ]


def _partners(session: Session) -> Way:
    there = open_partners(session)
    unsure = sum(not trust(session, one).sure for one in there)
    state = say_count("{n} partner", "{n} partners", len(there)) if there else None
    if unsure:
        state = say_count("{n} key was not compared", "{n} keys were not compared", unsure)
    return Way(
        "/safety/partners",
        say("Partners"),
        say("Clinics, lawyers and others that people are referred to, and their keys."),
        state,
        "late" if unsure else "",
    )


def _received(session: Session) -> Way:
    newest = next(iter(receiving_keys.keys(session)), None)
    renew = newest is not None and receiving_keys.to_renew(session, newest)
    return Way(
        "/received",
        say("From partners"),
        say("What partners sealed to us, and the key to which they seal."),
        say("a new key is due") if renew else None if newest is not None else say("no key yet"),
        "late" if renew else "",
    )


def _coming_back(session: Session) -> Way:
    circle, last = recovery.circle_now(session), last_rehearsal(session)
    failed = backing_up.settings(session) is not None and bool(backing_up.state(session).failed)
    colour = ""
    if failed:
        state, colour = say("backups fail"), "late"
    elif circle is None:
        state = say("not agreed yet")
        colour = "late" if recovery.agreed(session) is not None else ""
    elif last is None:
        state = say("never rehearsed")
    else:
        state = _ago(session, last.at)
    return Way(
        "/safety/recovery",
        say("Coming back, and backups"),
        say("If every computer is gone: who together brings the work back."),
        state,
        colour,
    )


def _erasing(session: Session) -> Way:
    days = [one.at for one in retention.coming(session)]
    shown = [show(session, one) for one in erasures(session)]
    days += [one.at for one in shown if one.standing is Standing.WAITING and not one.complete_at]
    now = session.now()
    next_day = min((at for at in days if now <= at < now + 366 * 86_400_000), default=0)
    return Way(
        "/safety/erasing",
        say("Erasing, and how long things are kept"),
        say("What goes on which day, and how to stop it or keep it longer."),
        say("next on {day}", day=Day(next_day)) if next_day else say("nothing has a day"),
    )


def _page(session: Session) -> Way:
    differ = len(hotline_page.open_alarms(session))
    return Way(
        "/safety/hotline",
        say("Our intake page"),
        say("Is it really ours? Who may write? Letters brought another way."),
        say_count("{n} part differs", "{n} parts differ", differ) if differ else None,
        "danger" if differ else "",
        key="i",
    )
