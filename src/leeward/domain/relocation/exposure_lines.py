"""From what they knew to what has to be done: each sentence of the list. The rules stand in `exposure`."""

from __future__ import annotations

from collections.abc import Iterator

from leeward.base.say import Code, Day, Message, Moment, say
from leeward.domain.cases.case import Case
from leeward.domain.cases.words import RELATION, RISK_WEIGHT
from leeward.domain.relocation.exposure import STEPS, Line, due_within, in_order, mark_for, owner_for
from leeward.domain.relocation.exposure_known import UNKNOWN, House, Known, Reason, Ride, Way
from leeward.domain.relocation.papers import noon

AHEAD = 3 * 24 * 3_600_000  # a journey that begins within this is stopped tonight


def lines_of(known: Known) -> tuple[Line, ...]:
    """Return tonight's list, in order."""
    parts = (
        _cut,
        _freeze,
        _houses,
        _guests,
        _rides,
        _people,
        _talks,
        _words,
        _channels,
        _family,
        _agreed,
        _papers,
    )
    later = (_promises, _colleagues, _outside)
    return tuple(in_order(line for part in (*parts, *later) for line in part(known)))


def _owner(known: Known, *candidates: str) -> str:
    return owner_for(candidates, known.subject.member_ids, known.active)


def _holder(known: Known, case: Case) -> str:
    return _owner(known, case.coordinator_id, case.deputy_id)


def _cut(known: Known) -> Iterator[Line]:
    if not known.cut:
        return
    yield Line(
        "cut",
        known.cut,
        known.team,
        say("Cut off: {who}", who=known.subject.called),
        say("Until then it can read what is written, this list among it. A colleague can bring it back."),
        f"/safety/cut-off?w={known.cut}",
        due=due_within("cut", known.now),
    )


def _freeze(known: Known) -> Iterator[Line]:
    if known.unfrozen is not None:
        case = known.unfrozen
        yield Line(
            "freeze",
            case.id,
            case.compartment,
            say("Have an operator mark on the hotline that {who} may be in other hands", who=case.called),
            say("This desk does not hold the hotline: places could still be written to them."),
            f"/people/{case.id}",
            case.id,
            _holder(known, case),
            due_within("freeze", known.now),
        )


def _houses(known: Known) -> Iterator[Line]:
    for house in known.houses:
        place, people = house.place, max(0, house.people)
        raided = house.reason.way == Way.HAPPENED
        title = say("Move everyone out of {place}", place=place.code_name)
        if raided:
            title = say("Let nobody go to {place}, and find all who sleep there", place=place.code_name)
        elif house.people == 0:
            title = say("Bring nobody to {place}", place=place.code_name)
        yield Line(
            "move",
            place.id,
            known.team,
            title,
            _why_house(known, house),
            f"/places/{place.id}",
            owner_id=_owner(known, place.keeper_id),
            due=due_within("move", known.now),
            how=house.reason.how,
            people=people if house.people != UNKNOWN else 1,
            mark=mark_for(house.reason.how),
        )


def _why_house(known: Known, house: House) -> Message:
    told = _because(known, house.reason)
    if house.people == UNKNOWN:
        return say("{why} Who sleeps there is not known at this desk: ask a coordinator.", why=told)
    if house.reason.way == Way.HAPPENED:
        return say("{why} Beds taken there tonight: {n}.", why=told, n=house.people)
    if house.people == 0:
        return say("{why} Nobody else sleeps there tonight.", why=told)
    return say("{why} Beds taken there tonight, besides: {n}.", why=told, n=house.people)


def _because(known: Known, reason: Reason) -> Message:
    """Return why, with nights shown as days."""
    sentence = reason.sentence(known.subject.called)
    night = sentence.values.get("night")
    day = noon(night) if isinstance(night, str) else 0
    return Message(sentence.text, {**sentence.values, "night": Day(day)}) if day else sentence


def _guests(known: Known) -> Iterator[Line]:
    for one in known.guests:
        yield Line(
            "find",
            one.case.id,
            one.case.compartment,
            say("Call {who}; without an answer, begin their own list", who=one.case.called),
            say("They sleep there, and may have been taken too."),
            f"/safety/taken?case={one.case.id}",
            one.case.id,
            _holder(known, one.case),
            due_within("find", known.now),
            people=RISK_WEIGHT.get(one.case.risk, 0),
        )


def _rides(known: Known) -> Iterator[Line]:
    """Yield one line a journey: the leg that they are on, or else the next."""
    next_of: dict[str, Ride] = {}
    for ride in sorted(
        known.rides, key=lambda one: (one.leg.ahead, one.leg.departs, one.reason.how, one.leg.id)
    ):
        leg = ride.leg
        soon = leg.ahead and leg.departs <= known.now + AHEAD
        if leg.state == "under-way" or soon:
            next_of.setdefault(leg.journey_id or leg.id, ride)
    for ride in next_of.values():
        yield _ride(known, ride)


def _ride(known: Known, ride: Ride) -> Line:
    leg, under_way = ride.leg, ride.leg.state == "under-way"
    town, told = leg.to_town or "…", _because(known, ride.reason)
    why = told
    if leg.departs:
        why = (
            say("{why} On the way since {time}.", why=told, time=Moment(leg.departs))
            if under_way
            else say("{why} Departure: {time}.", why=told, time=Moment(leg.departs))
        )
    return Line(
        "ride",
        leg.id,
        ride.case.compartment,
        say("Reach {who} on the way to {town}; somebody else meets them", who=ride.case.called, town=town)
        if under_way
        else say(
            "Stop the journey of {who} to {town}, or change its day and way", who=ride.case.called, town=town
        ),
        why,
        f"/people/{ride.case.id}?tab=journey",
        ride.case.id,
        _owner(known, leg.companion_id, ride.case.coordinator_id, ride.case.deputy_id),
        due_within("ride", known.now, before=leg.arrives if under_way else leg.departs),
        ride.reason.how,
    )


def _people(known: Known) -> Iterator[Line]:
    for one in known.people:
        within = "warn" if one.case.living else "papers"  # who is far away already comes later
        yield Line(
            "warn",
            one.case.id,
            one.case.compartment,
            say("Warn {who}, and agree on other words", who=one.case.called),
            _because(known, one.reason),
            f"/people/{one.case.id}",
            one.case.id,
            _holder(known, one.case),
            due_within(within, known.now),
            one.reason.how,
            RISK_WEIGHT.get(one.case.risk, 0),
        )


def _talks(known: Known) -> Iterator[Line]:
    for one in known.talks:
        yield Line(
            "warn",
            one.contact_id,
            one.circle,
            say("Warn {who} on the hotline, and name nobody", who=one.called),
            _because(known, one.reason),
            f"/inbox/{one.contact_id}",
            "",
            _owner(known, one.owner_id),
            due_within("warn", known.now),
            one.reason.how,
        )


def _words(known: Known) -> Iterator[Line]:
    subject, own = known.subject, known.own
    if known.words:
        yield Line(
            "words",
            subject.id,
            subject.circle,
            say("Trust none of the words agreed with {who}", who=subject.called),
            say("Under pressure people say what they are told to say, the agreed words among it."),
            subject.href,
            own.id if own is not None and own.id == subject.id else "",
            _holder(known, own) if own is not None else "",
            due_within("words", known.now),
        )


def _channels(known: Known) -> Iterator[Line]:
    who, due = known.subject.called, due_within("channel", known.now)
    if known.intake:
        yield Line(
            "channel",
            known.intake,
            known.intake,
            say("Change the passwords of our mailboxes and numbers, and the phrases we use"),
            say(
                "{who} could read the hotline: every conversation, and by which words people know us.",
                who=who,
            ),
            "/channels",
            due=due,
        )
        yield Line(
            "channel",
            f"card-{known.intake}",
            known.intake,
            say("Give the intake page a new card"),
            say("Reports are sealed to a key that {who} held.", who=who),
            "/safety/hotline",
            due=due,
        )
    if known.record:
        yield Line(
            "channel",
            known.record,
            known.record,
            say("Go through the accounts: who could be known by what is told there?"),
            say("{who} could read the record: no names, but days, places and what was done.", who=who),
            "/record",
            due=due_within("papers", known.now),
        )


def _family(known: Known) -> Iterator[Line]:
    for one in known.relatives:
        relation = Code(f"{RELATION.name}/{one.person.relation}")
        told = (
            say("Read first who may be told what: {told}", told=one.case.told[:300])
            if one.case.told
            else None
        )
        yield Line(
            "family",
            one.person.id,
            one.case.compartment,
            say("Look after the family of {who}: {relation}", who=one.case.called, relation=relation),
            told
            or say("They may be asked, watched, or pressed next. Nothing is noted of what they may be told."),
            f"/people/{one.case.id}",
            one.case.id,
            _holder(known, one.case),
            due_within("family", known.now),
        )


def _agreed(known: Known) -> Iterator[Line]:
    for one in known.meetings:
        told = say("{who} knows of it.", who=known.subject.called)
        yield Line(
            "meeting",
            one.about_id,
            one.case.compartment,
            say("Look again at what was promised: {what}", what=one.what)
            if one.promised
            else say("Do not go where it was agreed: {what}", what=one.what),
            say("{why} It is set for {time}; somebody else may come.", why=told, time=Moment(one.at))
            if one.at and not one.promised
            else told,
            one.href,
            one.case.id,
            _owner(known, one.owner_id, one.case.coordinator_id, one.case.deputy_id),
            due_within("meeting", known.now, before=one.at),
        )


def _papers(known: Known) -> Iterator[Line]:
    for one in known.papers:
        yield Line(
            "papers",
            one.case.id,
            one.case.compartment,
            say("Find out where the papers of {who} are", who=one.case.called),
            say("They may have been there. Whoever has a passport has the name."),
            f"/people/{one.case.id}?tab=journey",
            one.case.id,
            _holder(known, one.case),
            due_within("papers", known.now),
        )


def _promises(known: Known) -> Iterator[Line]:
    for one in known.promises:
        yield Line(
            "hand-over",
            one.about_id,
            one.circle,
            say("Take over: {what}", what=one.what),
            say("{who} had it in hand.", who=known.subject.called),
            one.href,
            one.case_id,
            _owner(known, one.owner_id),
            due_within("hand-over", known.now, before=one.before),
        )


def _colleagues(known: Known) -> Iterator[Line]:
    for one in known.colleagues:
        if one.member_id not in known.subject.member_ids and one.member_id in known.active:
            yield Line(
                "colleagues",
                one.member_id,
                one.circle,
                say("Tell {name}, by voice", name=one.name),
                _because(known, one.reason),
                "/safety#team",
                one.case_id,
                due=due_within("colleagues", known.now),
                how=one.reason.how,
            )


def _outside(known: Known) -> Iterator[Line]:
    subject, own = known.subject, known.own
    in_case = own is not None and own.id == subject.id
    for step, due in known.ladder:
        if step not in {"lawyer", "public"} or step not in STEPS:
            continue
        yield Line(
            step,
            subject.id,
            subject.circle,
            say("Send the lawyer to where it happened: {who}", who=subject.called)
            if step == "lawyer"
            else say("Decide together whether to speak publicly: {who}", who=subject.called),
            say("The first hour counts: a lawyer at the door is sometimes all that helps.")
            if step == "lawyer"
            else say(
                "What the person wished stands in the case. Nobody decides it alone, and nobody in a hurry."
            ),
            subject.href,
            subject.id if in_case else "",
            _holder(known, own) if own is not None else "",
            due if due > known.now else due_within(step, known.now),
        )
