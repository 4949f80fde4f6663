"""What this desk can read of a taken person's world, loaded once. Nothing here writes."""

from __future__ import annotations

import functools

from leeward.base.say import Code, say
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import CheckIn, CheckInState
from leeward.domain.cases.ladder import Rung
from leeward.domain.intake import Contact
from leeward.domain.relocation.beds import FAR, Stay
from leeward.domain.relocation.exposure_known import UNKNOWN, Colleague, Known, Reason, Subject, Way
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.places import Place
from leeward.domain.team import Member
from leeward.office.casework_base import NotForThisDesk, require, require_case, tonight
from leeward.office.intake.see import has_intake, line_for
from leeward.office.session import Session


class World:
    """The records of one look, each kind read at most once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now = session.now()
        self.night = tonight(session)
        self.team = session.compartment_of("team")
        self.has_intake = has_intake(session)

    @functools.cached_property
    def cases(self) -> dict[str, Case]:
        """Return every case that this desk can open."""
        return {one.id: one for one in self.session.find(Case)}

    @functools.cached_property
    def places(self) -> dict[str, Place]:
        """Return the places by id."""
        return {one.id: one for one in self.session.find(Place)}

    @functools.cached_property
    def stays(self) -> list[Stay]:
        """Return who slept where; nothing without the beds' key."""
        return self.session.find(Stay)

    @functools.cached_property
    def legs(self) -> list[Leg]:
        """Return the legs of all journeys that this desk can read."""
        return self.session.find(Leg)

    @functools.cached_property
    def check_ins(self) -> list[CheckIn]:
        """Return the signs of life that this desk knows of."""
        return self.session.find(CheckIn)

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """Return the names of those on the team who have a device that belongs."""
        active = {one.member_id for one in self.session.vault.roster().values() if not one.removed_at}
        return {one.id: one.name for one in self.session.find(Member) if one.id in active}

    def people(self, place_id: str, but: str = "") -> int:
        """Return how many sleep in a place tonight, besides one case; UNKNOWN without the beds' key."""
        if not self.session.vault.compartments("beds"):
            return UNKNOWN
        here = (one for one in self.stays if one.place_id == place_id and one.case_id != but)
        return sum(max(0, one.beds) for one in here if one.covers(self.night))

    def colleague(self, member_id: str, circle: str, way: Way, case_id: str = "") -> Colleague:
        """Return a colleague who has to be told."""
        return Colleague(member_id, self.names.get(member_id) or "…", circle, Reason(way), case_id)

    def known(self, subject: Subject) -> Known:
        """Return what is known before anything was found."""
        return Known(subject=subject, now=self.now, team=self.team, active=frozenset(self.names))


def subject_of(session: Session, kind: str, subject_id: str) -> Subject:
    """Return who or what is meant; NotForThisDesk if this desk does not know them.

    Somebody on the hotline whose case this desk can open is meant as the person of that case.
    """
    match kind:
        case "case":
            case = require_case(session, subject_id)
            href = f"/people/{case.id}"
            return Subject(kind, case.id, case.compartment, case.called, href, case.identity_id)
        case "contact":
            line = line_for(session, subject_id)
            contact, case_ids = line.contact, [one.case_id for one in (line.contact, *line.parts)]
            known = next((found for one in case_ids if one and (found := session.get(Case, one))), None)
            if known is not None:  # one person, one list
                return subject_of(session, "case", known.id)
            called = Code(f"pseudonym/{contact.pseudonym}")
            return Subject(kind, contact.id, contact.compartment, called, f"/inbox/{contact.id}")
        case "place":
            place = require(session, Place, subject_id)
            team = session.compartment_of("team")
            return Subject(kind, place.id, team, say("{name}", name=place.code_name), f"/places/{place.id}")
        case "member" | "device":
            return _colleague(session, kind, subject_id)
    raise _nobody()


def _colleague(session: Session, kind: str, subject_id: str) -> Subject:
    team, names = session.compartment_of("team"), {one.id: one.name for one in session.find(Member)}
    roster = session.vault.roster()
    if kind == "member":
        if subject_id not in names and subject_id not in {one.member_id for one in roster.values()}:
            raise _nobody()
        called = say("{name}", name=names.get(subject_id) or "…")
        return Subject(kind, subject_id, team, called, "/safety#team", member_ids=frozenset({subject_id}))
    if subject_id not in roster:
        raise _nobody()
    name = names.get(roster[subject_id].member_id) or "…"
    called = say("the computer of {name}, {print}", name=name, print=f"{subject_id[:4]} {subject_id[4:8]}")
    return Subject(kind, subject_id, team, called, "/safety#team")


def _nobody() -> NotForThisDesk:
    return NotForThisDesk(
        say("This is not on this desk, or you do not hold its key."),
        kept=say("Nothing was changed, and nobody was told."),
        next_step=say("Choose somebody else, or ask a colleague who holds more keys to look."),
    )


def contacts_of(world: World, case: Case) -> list[Contact]:
    """Return the contacts through which the person of a case writes to us, as far as this desk holds the hotline."""
    if not world.has_intake:
        return []
    mine = {one.id: one for one in world.session.find(Contact, case_id=case.id)}
    for contact_id in case.contact_ids:
        found = world.session.get(Contact, contact_id)
        if found is not None:
            mine[found.id] = found
    for one in list(mine.values()):
        line = line_for(world.session, one.id)
        mine |= {part.id: part for part in (line.contact, *line.parts)}
    return [mine[one] for one in sorted(mine)]


def last_night(stay: Stay) -> str:
    """Return the last night of a stay; one that was left at once has only its first."""
    return stay.last_night or (stay.first_night if stay.state == "left" else FAR)


def ladder_of(
    check_ins: list[CheckIn], now: int, agreed: tuple[Rung, ...] = ()
) -> tuple[tuple[str, int], ...]:
    """Return until when to send the lawyer and decide about speaking: by the missed sign of life, if there is one."""
    missed = [one for one in check_ins if one.state(now) == CheckInState.MISSED]
    first = min(missed, key=lambda one: (one.due, one.id), default=None)
    found = {"lawyer": 0, "public": 0}
    for rung in first.steps(agreed) if first is not None else ():
        if first is not None and rung.step in found:
            found[rung.step] = first.due + first.grace + rung.after
    return tuple(found.items())
