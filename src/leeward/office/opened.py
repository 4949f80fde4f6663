"""A desk tells its colleagues that it was opened, and they hear if it was by force (ADR 24).

1. At every opening one letter goes to each other member's first devices: of one size, in one order, free or forced.
   Only its receiver can read which; the sender cannot open it again.
2. Whether an opening was by force is forgotten here as soon as the letters are on their way.
3. Who hears of one by force keeps that on this device only: a circle's record could be read by whoever forced it.
4. The same letter twice is one. Nobody is believed about anybody's computer but their own.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import msgspec

from leeward.base.say import Moment, say
from leeward.domain.team import Member
from leeward.domain.today import Need, Urgency
from leeward.ledger.errors import NoRoom
from leeward.ledger.roster import first_devices
from leeward.ledger.store.beside import take_note, was_opened
from leeward.office import letters
from leeward.office.session import Session

PURPOSE = "opened"
_BODY_BYTES = 32
_TOLD = "opened.told"  # among this vault's own values (3)
_TOLD_MOST = 200
HERE = "/safety/opened"


class Told(msgspec.Struct, frozen=True):
    """That a colleague's computer was opened by force; `at` is that computer's clock, `came_at` this one's."""

    id: str
    member: str
    device: str
    at: int
    came_at: int
    seen_at: int = 0  # when this member took it off Today


def tell_of_opening(session: Session) -> None:
    """Write the letters of this opening; they leave with the next contact with the relay (1, 2)."""
    forced = was_opened(session.vault.database)
    others = [
        one.device_id
        for one in first_devices(session.vault.roster()).values()
        if one.member_id != session.member_id
    ]
    with contextlib.suppress(NoRoom):  # the next opening tells it then; a full disk must not keep anybody out
        letters.send(session, others, PURPOSE, bytes([forced]).ljust(_BODY_BYTES, b"\0"))
        take_note(session.vault.database)


def take(session: Session, came: letters.Came) -> None:
    """Keep that a colleague's computer was opened by force (3, 4)."""
    if came.body[:1] != b"\1" or len(came.body) != _BODY_BYTES or came.member_id == session.member_id:
        return
    held = told(session)
    if any(one.id == came.id for one in held):
        return
    new = Told(came.id, came.member_id, came.device_id, came.at, session.now())
    _keep(session, [new, *held][:_TOLD_MOST])


def told(session: Session) -> list[Told]:
    """Return what was told, newest first."""
    return msgspec.convert(session.vault.local_get(_TOLD) or [], list[Told])


def put_aside(session: Session, told_id: str) -> None:
    """Take one off Today; it stays in the list."""
    now = session.now()
    _keep(
        session,
        [
            msgspec.structs.replace(one, seen_at=now) if one.id == told_id and not one.seen_at else one
            for one in told(session)
        ],
    )


def needs_now(session: Session) -> list[Need]:
    """Return an alarm for each that nobody here has dealt with, saying so while one of their devices belongs."""
    found = []
    roster = session.vault.roster()
    for one in told(session):
        if one.seen_at:
            continue
        name = name_of(session, one.member)
        belong = any(device.member_id == one.member and not device.removed_at for device in roster.values())
        why = (
            say("Their devices still belong to the team: what is written from now on could be read there.")
            if belong
            else say("Treat this person, and all that this computer could open, as taken.")
        )
        found.append(
            Need(
                urgency=Urgency.ALARM,
                tag=say("Forced open"),
                what=say(
                    "{name}'s computer was opened with the alarm passphrase at {time}",
                    name=name,
                    time=Moment(one.at),
                ),
                why=why,
                since=one.came_at,
                action=say("What to do"),
                href=f"{HERE}#{one.id}",
            )
        )
    return found


def name_of(session: Session, member: str) -> str:
    """Return what the team calls a member."""
    found = session.get(Member, member)
    return found.name if found is not None and found.name else member[:8]


def _keep(session: Session, every: Sequence[Told]) -> None:
    session.vault.local_put(_TOLD, [msgspec.to_builtins(one) for one in every])
