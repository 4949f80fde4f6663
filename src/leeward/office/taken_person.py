"""What somebody we help exposes: where they slept and with whom, their journey, their words, who waits for them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leeward.base.say import Code, Message, say
from leeward.domain.cases.case import Case, Person, SafetyPlan
from leeward.domain.cases.checkins import DAY
from leeward.domain.cases.work import Task
from leeward.domain.intake import Check, Contact, Letter
from leeward.domain.intake.places import Trace, find_places
from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.exposure_known import (
    Colleague,
    House,
    Known,
    Meeting,
    Reason,
    Relative,
    Ride,
    Someone,
    Subject,
    Talk,
    Way,
)
from leeward.domain.relocation.papers import MedicalAppointment, VisaApplication
from leeward.domain.relocation.places import PlaceAddress
from leeward.office.intake.see import line_for
from leeward.office.ladders import case_ladder, team_ladder
from leeward.office.session import Session
from leeward.office.taken_known import World, contacts_of, ladder_of, last_night

_WEEK = 7 * DAY
_PAST = DAY  # an appointment that was to be within the last day may still be waited at


def known_of_case(world: World, subject: Subject) -> Known:
    """Return what the person of a case knew."""
    return _known(world, subject, world.cases[subject.id], contacts_of(world, world.cases[subject.id]))


def known_of_contact(world: World, subject: Subject) -> Known:
    """Return what somebody on the hotline knew who has no case that this desk can open."""
    line = line_for(world.session, subject.id)
    return _known(world, subject, None, [line.contact, *line.parts])


def _known(world: World, subject: Subject, case: Case | None, contacts: list[Contact]) -> Known:
    known = world.known(subject)
    words = any(one.safe_phrase for one in contacts)
    houses = [*_told(world, contacts)]
    if case is not None:
        mine = [one for one in world.stays if one.case_id == case.id]
        mates = _mates(world, case, mine)
        houses += _houses(world, case, mine)
        words = words or any(
            one.all_well or one.forced for one in world.session.find(SafetyPlan, case_id=case.id)
        )
        known = msgspec.structs.replace(
            known,
            own=case,
            rides=tuple(_rides(world, case, mates)),
            people=tuple(mates),
            relatives=tuple(_relatives(world.session, case)),
            meetings=tuple(_meetings(world, case)),
            unfrozen=case if case.contact_ids and not world.has_intake else None,
            ladder=ladder_of(
                [one for one in world.check_ins if one.case_id == case.id],
                world.now,
                case_ladder(world.session, case.id) or team_ladder(world.session),
            ),
        )
    return msgspec.structs.replace(
        known,
        houses=tuple(houses),
        talks=tuple(_talks(world, contacts, {one.case.id for one in known.people})),
        colleagues=tuple(_colleagues(world, subject, case, contacts)),
        words=words,
    )


def _houses(world: World, case: Case, mine: list[Stay]) -> Iterator[House]:
    for stay in mine:
        place = world.places.get(stay.place_id)
        if place is None or place.retired_at or not stay.first_night or stay.state == "called-off":
            continue
        if stay.covers(world.night):
            reason = Reason(Way.SLEEPS)
        elif stay.first_night > world.night:
            reason = Reason(Way.TO_COME, stay.first_night)
        elif stay.takes_bed or stay.state == "left":
            reason = Reason(Way.SLEPT, min(last_night(stay), world.night))
        else:
            continue
        yield House(place, reason, world.people(place.id, case.id))


def _mates(world: World, case: Case, mine: list[Stay]) -> list[Someone]:
    """Return who slept in one place with them on the same nights, until tonight."""
    spent = [one for one in mine if one.first_night and one.first_night <= world.night]
    spent = [one for one in spent if one.takes_bed or one.state == "left"]
    found: dict[str, Someone] = {}
    for other in world.stays:
        mate = world.cases.get(other.case_id)
        if mate is None or mate.id == case.id or not other.first_night or other.first_night > world.night:
            continue
        if not (other.takes_bed or other.state == "left"):
            continue
        for own in spent:
            shared = own.first_night <= last_night(other) and other.first_night <= last_night(own)
            if own.place_id == other.place_id and shared:
                place = world.places.get(own.place_id)
                found[mate.id] = Someone(mate, Reason(Way.SHARED, place=place.code_name if place else "…"))
    return [found[one] for one in sorted(found)]


def _rides(world: World, case: Case, mates: list[Someone]) -> Iterator[Ride]:
    near = {one.case.id: one.case for one in mates}
    for leg in world.legs:
        if leg.case_id == case.id:
            yield Ride(leg, case, Reason(Way.OWN))
        elif leg.case_id in near:
            yield Ride(leg, near[leg.case_id], Reason(Way.NEIGHBOUR))


def _told(world: World, contacts: list[Contact]) -> Iterator[House]:
    """Find which places our own answers to them lead to."""
    letters = [one for contact in contacts for one in world.session.find(Letter, contact_id=contact.id)]
    text = "\n".join(one.text for one in letters if one.direction in {"out", "call"})
    if not text:
        return
    addresses = {one.place_id: one for one in world.session.find(PlaceAddress)}
    for place in world.places.values():
        if place.retired_at:
            continue
        traces = [Trace("place", place.code_name)]
        where = addresses.get(place.id)
        if where is not None and where.id == place.address_id:
            traces.append(Trace("address", f"{where.address} {where.how_to_enter}"))
        if find_places(text, traces):
            yield House(place, Reason(Way.LEADS), world.people(place.id))


def _talks(world: World, contacts: list[Contact], told: set[str]) -> Iterator[Talk]:
    """Yield who is linked with them on the hotline, but for those who are warned as people of ours already."""
    if not contacts:
        return
    own = {one.id for one in contacts}
    ways = {other: Way.LINKED for one in contacts for other in one.linked_ids}
    for check in world.session.find(Check):
        if check.contact_id in own and check.voucher_id:
            ways[check.voucher_id] = Way.VOUCHED
        elif check.voucher_id in own:
            ways[check.contact_id] = Way.VOUCHED
    for other in sorted(ways.keys() - own):
        contact = world.session.get(Contact, other)
        if contact is not None and contact.case_id not in told:
            claim = line_for(world.session, other).claim
            called = Code(f"pseudonym/{contact.pseudonym}")
            owner = claim.member_id if claim is not None else ""
            yield Talk(contact.id, called, contact.compartment, Reason(ways[other]), owner)


def _relatives(session: Session, case: Case) -> Iterator[Relative]:
    for person in session.find(Person, case_id=case.id):
        if person.relation != "self" and not person.threatens and person.compartment == case.compartment:
            yield Relative(person, case)


def _meetings(world: World, case: Case) -> Iterator[Meeting]:
    session, href = world.session, f"/people/{case.id}?tab=journey"
    for visit in session.find(MedicalAppointment, case_id=case.id):
        if not visit.done_at and visit.at > world.now - _PAST:
            what = say("{what}", what=visit.where or visit.purpose or "…")
            yield Meeting(visit.id, case, what, visit.at, visit.with_id, href)
    for visa in session.find(VisaApplication, case_id=case.id):
        what = say("consulate of {country}", country=visa.country)
        for at in (visa.appointment, visa.biometrics):
            if at > world.now - _PAST and visa.stage not in {"granted", "refused", "dropped"}:
                yield Meeting(visa.id, case, what, at, "", href)
    for one in world.check_ins:
        if one.case_id == case.id and one.how == "in-person" and one.waiting(world.now):
            what = say("a sign of life")
            yield Meeting(
                one.id, case, what, one.due, one.who_id, f"/people/{case.id}?tab=work#check-{one.id}"
            )
    for task in session.find(Task, case_id=case.id):
        if task.open and not task.step and task.due and task.due < world.now + _WEEK:
            yield Meeting(
                task.id,
                case,
                _short(task.title),
                max(0, task.due),
                task.owner_id,
                f"/people/{case.id}?tab=work#task-{task.id}",
                promised=True,
            )


def _short(title: str) -> Message:
    return say("{what}", what=title if len(title) <= 120 else title[:119] + "…")


def _colleagues(
    world: World, subject: Subject, case: Case | None, contacts: list[Contact]
) -> Iterator[Colleague]:
    """Yield the members they know by name, number or face, each once."""
    members: dict[str, None] = {}
    if case is not None:
        members |= dict.fromkeys((case.coordinator_id, case.deputy_id))
        for one in world.check_ins:
            if one.case_id == case.id and one.waiting(world.now):
                members |= dict.fromkeys((one.who_id, one.second_id))
        members |= dict.fromkeys(one.companion_id for one in world.legs if one.case_id == case.id)
    for contact in contacts:
        claim = line_for(world.session, contact.id).claim
        members |= dict.fromkeys([claim.member_id] if claim is not None else [])
    circle = subject.circle
    for member in members:
        if member:
            yield world.colleague(member, circle, Way.WAITS, subject.id if subject.kind == "case" else "")
