"""What stands around every page: the ten places, what waits in them, and the line at the bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from leeward.base.ids import is_id
from leeward.base.say import Message, say
from leeward.office import computer, intake
from leeward.office.around import members, whoami
from leeward.office.conflicts import Conflict, about, list_conflicts
from leeward.office.intake.view import Call, call_of

if TYPE_CHECKING:
    from leeward.desk.state import DeskState


class Place(msgspec.Struct, frozen=True):
    """One of the ten places: address, word, icon, and the letter that goes there after `g`."""

    href: str
    word: Message
    icon: str
    key: str


PLACES = (
    Place("/", say("Today"), "sun", "t"),
    Place("/inbox", say("Inbox"), "inbox", "i"),
    Place("/people", say("People"), "users", "p"),
    Place("/places", say("Places"), "bed", "l"),
    Place("/journeys", say("Journeys"), "route", "j"),
    Place("/record", say("Record"), "book-open", "r"),
    Place("/figures", say("Figures"), "chart-column", "f"),
    Place("/appeals", say("Appeals"), "landmark", "a"),
    Place("/release", say("Release"), "send", "e"),
    Place("/safety", say("Safety"), "shield", "s"),
)
_BY_HREF = {place.href: place for place in PLACES}
_THUMB = {  # the four places a role uses most, for the bar at the bottom of a phone
    "operator": ("/", "/inbox", "/people", "/places"),
    "coordinator": ("/", "/people", "/places", "/inbox"),
    "documenter": ("/", "/people", "/record", "/release"),
    "advocate": ("/", "/appeals", "/record", "/release"),
}


class Frame(msgspec.Struct, frozen=True):
    """The frame of one page."""

    places: tuple[Place, ...]
    thumb: tuple[Place, ...]
    current: str  # href of the place this page belongs to
    waiting: int  # people who wait for an answer
    alarms: int
    who: str
    role: str
    saved: Message
    sync_state: str  # "good", "late" or "none"
    conflicts: int
    unsettled: tuple[Conflict, ...]  # what was written twice about that which this page is about
    names: dict[str, str]  # of members, by id; only where something is unsettled
    typed: int  # texts that were typed and not sent when the desk locked
    call: Call  # what stands above every page: an alarm, or that nobody has looked


def frame_of(desk: DeskState, path: str) -> Frame:
    """Return the frame for a page at that path."""
    member = whoami(desk.session)
    counts = intake.counts(desk.session)
    sentence, state = sync_sentence(desk)
    twice = list_conflicts(desk.session)
    unsettled = tuple(about(desk.session, twice, set(filter(is_id, path.split("/"))))) if twice else ()
    return Frame(
        places=PLACES,
        thumb=tuple(_BY_HREF[href] for href in _THUMB.get(member.role, _THUMB["operator"])),
        current=_current(path),
        waiting=counts.waiting,
        alarms=counts.alarms,
        who=member.name,
        role=member.role,
        saved=sentence,
        sync_state=state,
        conflicts=len(twice),
        unsettled=unsettled,
        names={one.id: one.name for one in members(desk.session)} if unsettled else {},
        typed=len(computer.typed_left(desk.session)),
        call=call_of(desk.session),
    )


def sync_sentence(desk: DeskState) -> tuple[Message, str]:
    """Return the state of saving and of sync in words, and its colour: "good", "late" or "none"."""
    if desk.syncer is None:
        return say("Saved here. This desk has no relay."), "none"
    state = desk.syncer.state
    return state.message, "late" if state.waiting_since or state.faults else "good"


def _current(path: str) -> str:
    first = "/" + path.strip("/").split("/", 1)[0]
    return first if first in _BY_HREF else ""
