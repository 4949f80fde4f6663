"""What a raided place, a lost device and a taken colleague expose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from leeward.base.say import say
from leeward.domain.cases.case import Case, Identity, Person
from leeward.domain.cases.checkins import DAY
from leeward.domain.cases.words import RISK_WEIGHT
from leeward.domain.cases.work import Task
from leeward.domain.relocation.exposure_known import (
    House,
    Known,
    Promise,
    Reason,
    Relative,
    Ride,
    Someone,
    Subject,
    Way,
)
from leeward.domain.relocation.papers import TravelDocument
from leeward.domain.relocation.places import Place
from leeward.ledger.errors import UnknownCompartment
from leeward.office.cutoff import could_read
from leeward.office.taken_known import World, ladder_of, last_night
from leeward.office.team import who_can_open

_RELATIVES_FROM = RISK_WEIGHT["high"]


def known_of_place(world: World, subject: Subject) -> Known:
    """Return what a place exposes whose door was broken open."""
    place, night = world.places[subject.id], world.night
    here = [one for one in world.stays if one.place_id == place.id and one.case_id in world.cases]
    guests = {one.case_id: world.cases[one.case_id] for one in here if one.covers(night)}
    people: dict[str, Someone] = {}
    for stay in here:
        case = world.cases[stay.case_id]
        if case.id in guests or not stay.first_night:
            continue
        if stay.takes_bed and stay.first_night > night:
            people[case.id] = Someone(case, Reason(Way.COMES, stay.first_night, place.code_name))
        elif (stay.takes_bed or stay.state == "left") and case.id not in people:
            people[case.id] = Someone(case, Reason(Way.GUEST, min(last_night(stay), night), place.code_name))
    reason = Reason(Way.HAPPENED)
    sleeping = [guests[one] for one in sorted(guests)]
    know = dict.fromkeys((place.keeper_id, *place.knows_ids, *_key_holders(world, place)))
    named = Reason(Way.ENTERS, place=place.code_name)
    return msgspec.structs.replace(
        world.known(subject),
        houses=(House(place, reason, world.people(place.id)),),
        guests=tuple(Someone(one, reason) for one in sleeping),
        people=tuple(people[one] for one in sorted(people)),
        papers=tuple(_papers(world, sleeping)),
        colleagues=tuple(
            msgspec.structs.replace(world.colleague(one, world.team, Way.ENTERS), reason=named)
            for one in know
            if one
        ),
        ladder=ladder_of([], world.now),
    )


def _key_holders(world: World, place: Place) -> list[str]:
    """Return who was given the address, as far as this desk may see."""
    circle = place.address_compartment_id
    if not circle:
        return []
    try:
        world.session.vault.compartment(circle)
    except UnknownCompartment:
        return []
    return [one.member_id for one in who_can_open(world.session, circle)]


def _papers(world: World, cases: list[Case]) -> Iterator[Someone]:
    held = {one.case_id for one in world.session.find(TravelDocument) if one.held in {"with-us", "with-them"}}
    yield from (Someone(case, Reason(Way.HAPPENED)) for case in cases if case.id in held)


def known_of_device(world: World, subject: Subject) -> Known:
    """Return what a device exposes: everything whose key lies on it."""
    return _readable(world, subject, [subject.id])


def known_of_member(world: World, subject: Subject) -> Known:
    """Return what a colleague exposes: what their devices read, what they know besides, what they had in hand."""
    roster = world.session.vault.roster()
    known = _readable(
        world, subject, [one.device_id for one in roster.values() if one.member_id == subject.id]
    )
    return msgspec.structs.replace(
        known,
        houses=(*known.houses, *_heard(world, subject.id)),
        rides=(*known.rides, *_goes_with(world, subject.id)),
        promises=tuple(_promises(world, subject.id)),
        colleagues=tuple(world.colleague(one, world.team, Way.TEAM) for one in sorted(world.names)),
        ladder=ladder_of([], world.now),
    )


def _readable(world: World, subject: Subject, devices: list[str]) -> Known:
    """Return what lies in the circles whose keys these devices held, as far as this desk may see."""
    session = world.session
    read = set(could_read(session, devices))
    cases = [case for case in world.cases.values() if case.compartment in read and case.status != "archived"]
    kinds = {
        kind: one.id
        for kind in ("intake", "record")
        for one in session.vault.compartments(kind)
        if one.id in read
    }
    named = {one.case_id for one in session.find(Identity) if one.compartment in read}
    by_id = {case.id: case for case in cases}
    belonging = session.vault.roster()
    in_use = any(not belonging[one].removed_at for one in devices if one in belonging)
    own = session.vault.device.id
    return msgspec.structs.replace(
        world.known(subject),
        cut=subject.id if in_use and own not in devices else "",
        houses=tuple(
            House(place, Reason(Way.HOLDS), world.people(place.id))
            for place in world.places.values()
            if place.address_compartment_id in read and not place.retired_at
        ),
        rides=tuple(
            Ride(leg, by_id[leg.case_id], Reason(Way.READ)) for leg in world.legs if leg.case_id in by_id
        ),
        people=tuple(
            Someone(case, Reason(Way.NAMED if case.id in named else Way.READ))
            for case in world.cases.values()
            if case.id in by_id or (case.id in named and case.status != "archived")
        ),
        relatives=tuple(_relatives(world, by_id)),
        intake=kinds.get("intake", ""),
        record=kinds.get("record", ""),
    )


def _relatives(world: World, cases: Mapping[str, Case]) -> Iterator[Relative]:
    """Yield those near to the people they could read of who are in high danger themselves."""
    for person in world.session.find(Person):
        case = cases.get(person.case_id)
        near = person.relation != "self" and not person.threatens
        if case is None or not case.living or not near or person.compartment != case.compartment:
            continue
        if RISK_WEIGHT.get(person.risk, 0) >= _RELATIVES_FROM:
            yield Relative(person, case)


def _heard(world: World, member_id: str) -> Iterator[House]:
    """Yield the places that they know without holding a key now."""
    for place in world.places.values():
        if place.retired_at:
            continue
        if place.keeper_id == member_id:
            yield House(place, Reason(Way.KEEPS), world.people(place.id))
        if member_id in place.knows_ids:
            yield House(place, Reason(Way.LISTED), world.people(place.id))
        if any(one.by == member_id for one in place.openings):
            yield House(place, Reason(Way.OPENED), world.people(place.id))


def _goes_with(world: World, member_id: str) -> Iterator[Ride]:
    for leg in world.legs:
        if leg.companion_id == member_id and leg.case_id in world.cases:
            yield Ride(leg, world.cases[leg.case_id], Reason(Way.GOES_WITH))


def _promises(world: World, member_id: str) -> Iterator[Promise]:
    for case in world.cases.values():
        if case.living and case.coordinator_id == member_id:
            href = f"/people/{case.id}"
            what = say("{who}", who=case.called)
            yield Promise(case.id, case.compartment, what, href, case.id, case.deputy_id)
    for task in world.session.find(Task):
        if task.open and not task.step and task.owner_id == member_id:
            case_id = task.case_id if task.case_id in world.cases else ""
            href = f"/people/{case_id}?tab=work#task-{task.id}" if case_id else "/people"
            what = say("{what}", what=task.title[:120])
            yield Promise(task.id, task.compartment, what, href, case_id, task.second_id, task.due)
    for one in world.check_ins:
        waits = one.waiting(world.now) and one.who_id == member_id and one.due < world.now + DAY
        if waits and one.case_id in world.cases:
            case = world.cases[one.case_id]
            yield Promise(
                one.id,
                case.compartment,
                say("the sign of life of {who}", who=case.called),
                f"/people/{case.id}?tab=work#check-{one.id}",
                case.id,
                one.second_id or case.deputy_id,
                one.due,
            )
