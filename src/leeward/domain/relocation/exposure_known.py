"""What the taken one knew, as far as records say, and how: what the list of tonight is worked out from.

Every piece has its `Way`: how it was known, how surely, and the sentence that says so. {who} is the taken one.
"""

from __future__ import annotations

import enum

import msgspec

from leeward.base.say import Message, say
from leeward.domain.cases.case import Case, Person
from leeward.domain.relocation.exposure import How
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.places import Place

UNKNOWN = -1  # how many sleep there is not known at this desk


class Way(enum.StrEnum):
    """How something was known."""

    HAPPENED = "happened"
    SLEEPS = "sleeps"
    SLEPT = "slept"
    TO_COME = "to-come"
    KEEPS = "keeps"
    HOLDS = "holds"
    LISTED = "listed"
    LEADS = "leads"
    OWN = "own"
    READ = "read"
    NAMED = "named"
    GOES_WITH = "goes-with"
    SHARED = "shared"
    NEIGHBOUR = "neighbour"
    GUEST = "guest"
    COMES = "comes"
    OPENED = "opened"
    ENTERS = "enters"
    TEAM = "team"
    LINKED = "linked"
    VOUCHED = "vouched"
    WAITS = "waits"


HOW = {
    Way.HAPPENED: How.NOW,
    Way.SLEEPS: How.NOW,
    Way.SLEPT: How.BEFORE,
    Way.TO_COME: How.PERHAPS,
    Way.KEEPS: How.NOW,
    Way.HOLDS: How.NOW,
    Way.LISTED: How.BEFORE,
    Way.LEADS: How.TOLD,
    Way.OWN: How.NOW,
    Way.READ: How.NOW,
    Way.NAMED: How.NOW,
    Way.GOES_WITH: How.NOW,
    Way.SHARED: How.BEFORE,
    Way.NEIGHBOUR: How.PERHAPS,
    Way.GUEST: How.BEFORE,
    Way.COMES: How.BEFORE,
    Way.OPENED: How.BEFORE,
    Way.ENTERS: How.NOW,
    Way.TEAM: How.NOW,
    Way.LINKED: How.TOLD,
    Way.VOUCHED: How.TOLD,
    Way.WAITS: How.NOW,
}
_WHY = {
    Way.HAPPENED: say("It is where it happened."),
    Way.SLEEPS: say("{who} has a bed there now and knows the way in."),
    Way.SLEPT: say("{who} slept there until {night} and knows the way."),
    Way.TO_COME: say("{who} was to sleep there from {night} on and may know the way."),
    Way.KEEPS: say("{who} looks after it."),
    Way.HOLDS: say("{who} holds the key to its address."),
    Way.LISTED: say("{who} was given the address."),
    Way.LEADS: say("What we wrote to {who} leads there."),
    Way.OWN: say("It belongs to {who}, who knows all of it."),
    Way.READ: say("{who} could read the whole case."),
    Way.NAMED: say("{who} could read the legal name."),
    Way.GOES_WITH: say("{who} was to go with them, or waits for their sign of life."),
    Way.SHARED: say("They and {who} slept in {place} in the same nights."),
    Way.NEIGHBOUR: say("They and {who} slept in one place, where plans are talked about."),
    Way.GUEST: say("They slept in {place} until {night} and may come back there."),
    Way.COMES: say("They are to sleep in {place} from {night} on."),
    Way.OPENED: say("{who} opened its address."),
    Way.ENTERS: say("They know where {place} is and may go there."),
    Way.TEAM: say("{who} knows everybody on the team."),
    Way.LINKED: say("They are linked with {who} in our records."),
    Way.VOUCHED: say("One of the two vouched for the other."),
    Way.WAITS: say("{who} knows them: they hold the case, wait for a sign of life, or write to each other."),
}


class Reason(msgspec.Struct, frozen=True):
    """How one thing was known."""

    way: Way
    night: str = ""  # ISO, of ways that name one
    place: str = ""  # code name, of ways that name one

    @property
    def how(self) -> How:
        """Return how sure it is."""
        return HOW[self.way]

    def sentence(self, who: object) -> Message:
        """Return it in words."""
        told = _WHY[self.way]
        return Message(told.text, {"who": who, "night": self.night or "…", "place": self.place})


class Subject(msgspec.Struct, frozen=True):
    """Who or what may be in other hands."""

    kind: str  # exposure.SUBJECT
    id: str
    circle: str  # where it is known: its incident lies there
    called: object  # a Code or Message: shown in the reader's language
    href: str
    salt: str = ""
    member_ids: frozenset[str] = frozenset()  # members who are taken, or whose device is


class House(msgspec.Struct, frozen=True):
    """A place that they knew."""

    place: Place
    reason: Reason
    people: int = UNKNOWN  # who sleep there tonight, besides them


class Ride(msgspec.Struct, frozen=True):
    """A journey's leg that they knew."""

    leg: Leg
    case: Case
    reason: Reason


class Someone(msgspec.Struct, frozen=True):
    """Somebody of ours whom they knew."""

    case: Case
    reason: Reason


class Talk(msgspec.Struct, frozen=True):
    """A contact of the hotline whom they may lead to."""

    contact_id: str
    called: object
    circle: str
    reason: Reason
    owner_id: str = ""


class Relative(msgspec.Struct, frozen=True):
    """Somebody near to them, who may be pressed, or who is in danger too."""

    person: Person
    case: Case


class Meeting(msgspec.Struct, frozen=True):
    """Something that was agreed with them, and that somebody may wait for."""

    about_id: str
    case: Case
    what: Message
    at: int = 0
    owner_id: str = ""
    href: str = ""
    promised: bool = False  # a task, and no meeting


class Colleague(msgspec.Struct, frozen=True):
    """A member whom they know, or who may walk into it."""

    member_id: str
    name: str
    circle: str
    reason: Reason
    case_id: str = ""


class Promise(msgspec.Struct, frozen=True):
    """Something that the taken colleague had in hand."""

    about_id: str
    circle: str
    what: Message
    href: str
    case_id: str = ""
    owner_id: str = ""
    before: int = 0


class Known(msgspec.Struct, frozen=True):
    """All that this desk knows of what they knew."""

    subject: Subject
    now: int
    team: str  # the team's circle
    active: frozenset[str] = frozenset()  # members who have a device that belongs
    own: Case | None = None
    houses: tuple[House, ...] = ()
    rides: tuple[Ride, ...] = ()
    guests: tuple[Someone, ...] = ()  # who sleep in the place that was raided
    people: tuple[Someone, ...] = ()
    talks: tuple[Talk, ...] = ()
    relatives: tuple[Relative, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    papers: tuple[Someone, ...] = ()  # whose papers are with us, and may have been there
    colleagues: tuple[Colleague, ...] = ()
    promises: tuple[Promise, ...] = ()
    unfrozen: Case | None = None  # they write to the hotline, which this desk does not hold
    words: bool = False  # words were agreed with them
    intake: str = ""  # the hotline's circle, if they could read it and so can this desk
    record: str = ""
    cut: str = ""  # what is to be cut off: a device or member that still belongs
    ladder: tuple[tuple[str, int], ...] = ()  # what is done outside: "lawyer" or "public", and until when
