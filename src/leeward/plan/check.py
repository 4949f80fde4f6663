"""Whether a plan keeps every rule of docs/plan-format.md: one sentence for each that is broken, none if all are kept.

It looks at the finished plan alone and uses nothing of what made it. The numbers are those of the document's rules;
12 is that the plan is about this instance and everybody in it, 13 that its points, bound and gap are right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterator
from itertools import pairwise

from leeward.plan.answer import PartyPlan, Plan
from leeward.plan.instance import Departure, Instance, Party
from leeward.plan.points import way_points
from leeward.plan.reading import digest
from leeward.plan.ways import Index, applicants_of, holds_visa

Line = tuple[Party, PartyPlan]


def faults(instance: Instance, plan: Plan) -> list[str]:
    """Return what is wrong with a plan, each beginning with its rule's number."""
    index = Index(instance)
    found = list(_names(index, plan))
    if found:
        return found
    lines = [(index.parties[line.id], line) for line in plan.parties]
    found += [fault for line in lines for rule in _OF_ONE for fault in rule(index, *line)]
    found += [fault for rule in _OF_ALL for fault in rule(index, lines)]
    return found + list(_numbers(index, plan))


def _names(index: Index, plan: Plan) -> Iterator[str]:
    """Rule 12: nothing else can be looked at unless all that is named exists."""
    if plan.instance != digest(index.instance):
        yield "12: the plan is of another instance"
    ids = [line.id for line in plan.parties]
    if sorted(ids) != sorted(index.parties):
        yield "12: not every party of the instance is in the plan exactly once"
    nights = index.instance.nights
    for line in plan.parties:
        named: list[tuple[str | None, Container[str]]] = [(stay.place, index.places) for stay in line.stays]
        named += [(line.departure, index.departures)]
        named += [(member, index.members) for member in (line.escort, line.visa_escort)]
        named += [(line.visa.country, index.countries)] if line.visa else []
        for name, known in named:
            if name is not None and name not in known:
                yield f"12: {line.id} is given {name}, which is not there"
        if any(not 0 <= stay.first <= stay.last < nights for stay in line.stays):
            yield f"12: {line.id} has a stay that is not within the horizon"
        if line.visa is not None and not 0 <= line.visa.day < nights:
            yield f"12: {line.id} has an appointment that is not within the horizon"


def _stays(index: Index, party: Party, line: PartyPlan) -> Iterator[str]:
    """Rule 1."""
    end = _end(index, line)
    inside = party.at is not None and index.places[party.at].state != "exposed"
    if not line.stays:
        if inside and end > 0:
            yield f"1: {party.id} sleeps with us already and would be outside"
        return
    if line.stays[0].first < party.from_day:
        yield f"1: {party.id} has a bed before day {party.from_day}, when it comes"
    if inside and line.stays[0].first > 0:
        yield f"1: {party.id} sleeps with us already and would be outside until night {line.stays[0].first}"
    if line.stays[-1].last != end - 1:
        yield f"1: {party.id} has a bed until night {line.stays[-1].last}, not until night {end - 1}"
    if any(after.first != before.last + 1 for before, after in pairwise(line.stays)):
        yield f"1: the stays of {party.id} do not follow one another"
    if any(after.place == before.place for before, after in pairwise(line.stays)):
        yield f"1: two stays of {party.id} that are one are written as two"
    if len(line.stays) > 2:
        yield f"1: {party.id} moves more than once"


def _states(index: Index, party: Party, line: PartyPlan) -> Iterator[str]:
    """Rules 3 and 4."""
    for number, stay in enumerate(line.stays):
        place = index.places[stay.place]
        stays_on = number == 0 and stay.first == 0 and party.at == place.id
        if place.state == "exposed":
            yield f"3: {party.id} would sleep in {place.id}, which is exposed"
        if place.state == "doubtful" and not stays_on:
            yield f"3: {party.id} would come into {place.id}, which is doubtful"
        for need in party.needs:
            if need not in place.has:
                yield f"4: {party.id} needs {need}, which {place.id} has not"


def _departures(index: Index, party: Party, line: PartyPlan) -> Iterator[str]:
    """Rule 6, for one party."""
    leaves = _departure(index, line)
    if leaves is None:
        return
    if leaves.day < max(party.ready_day, party.from_day):
        yield f"6: {party.id} would leave on day {leaves.day}, before it is ready"
    for tag in party.avoid:
        if tag in leaves.tags:
            yield f"6: {party.id} cannot take {leaves.id}: {tag}"


def _passports(index: Index, party: Party, line: PartyPlan) -> Iterator[str]:
    """Rule 7."""
    leaves = _departure(index, line)
    for person in party.people:
        until = person.passport_until
        if until is None:
            continue
        if leaves is not None and until < leaves.day + index.countries[leaves.country].passport_days:
            yield f"7: the passport of {person.id} ends before {leaves.country} lets it in with it"
        if line.visa is not None and until < line.visa.day:
            yield f"7: the passport of {person.id} ends before the appointment"


def _visas(index: Index, party: Party, line: PartyPlan) -> Iterator[str]:
    """Rule 8, for one party."""
    leaves, visa = _departure(index, line), line.visa
    if leaves is None:
        if visa is not None:
            yield f"8: {party.id} has an appointment and no departure"
        return
    country = index.countries[leaves.country]
    needed = applicants_of(party, country) > 0 and not holds_visa(party, country, leaves.day)
    if visa is None:
        if needed:
            yield f"8: {party.id} needs a visa for {country.id}"
    elif not needed or visa.country != country.id:
        yield f"8: {party.id} needs no visa for {visa.country}"
    else:
        if visa.day < party.from_day:
            yield f"8: {party.id} has an appointment before it comes"
        if (
            not visa.day + country.lead_days
            <= leaves.day
            <= visa.day + country.lead_days + country.valid_days
        ):
            yield f"8: the visa of {party.id} is not good on day {leaves.day}"


def _who_goes_along(index: Index, party: Party, line: PartyPlan) -> Iterator[str]:
    """Rule 9, for one party."""
    leaves = _departure(index, line)
    travels = leaves is not None and (party.escort or leaves.escort)
    applies = line.visa is not None and party.escort
    for member, needed, where in (
        (line.escort, travels, "on the way"),
        (line.visa_escort, applies, "to the consulate"),
    ):
        if needed and member is None:
            yield f"9: nobody goes with {party.id} {where}"
        if not needed and member is not None:
            yield f"9: {member} goes with {party.id} {where}, and nobody has to"
        if member is not None and not index.members[member].escorts:
            yield f"9: {member} accompanies nobody"


def _fixed(_: Index, party: Party, line: PartyPlan) -> Iterator[str]:
    """Rule 11."""
    fixed = party.fixed
    for what, wanted, given in (
        ("departure", fixed.departure, line.departure),
        ("stays", fixed.stays, line.stays),
        ("visa", fixed.visa, line.visa),
        ("escort", fixed.escort, line.escort),
        ("visa_escort", fixed.visa_escort, line.visa_escort),
    ):
        if wanted and wanted != given:
            yield f"11: the {what} of {party.id} is not what was fixed"
    if line.departure is not None and line.departure in fixed.not_departures:
        yield f"11: {party.id} is not to leave by {line.departure}"
    for stay in line.stays:
        if stay.place in fixed.not_places or (fixed.places and stay.place not in fixed.places):
            yield f"11: {party.id} is not to sleep in {stay.place}"


def _beds(index: Index, lines: list[Line]) -> Iterator[str]:
    """Rule 2."""
    slept: dict[tuple[str, int], int] = defaultdict(int)
    for party, line in lines:
        for stay in line.stays:
            for night in range(stay.first, stay.last + 1):
                slept[stay.place, night] += len(party.people)
    for (place, night), people in sorted(slept.items()):
        beds = index.places[place].beds[night]
        if people > beds:
            yield f"2: {people} people sleep in {place} on night {night}, which has {beds} beds"


def _apart(index: Index, lines: list[Line]) -> Iterator[str]:
    """Rule 5."""
    given = {party.id: line for party, line in lines}
    for one, other in index.instance.apart:
        mine, theirs = given[one], given[other]
        if mine.departure is not None and mine.departure == theirs.departure:
            yield f"5: {one} and {other} would leave together by {mine.departure}"
        for here, there in ((here, there) for here in mine.stays for there in theirs.stays):
            if here.place == there.place and max(here.first, there.first) <= min(here.last, there.last):
                yield f"5: {one} and {other} would meet in {here.place}"


def _seats(index: Index, lines: list[Line]) -> Iterator[str]:
    """Rules 6 and 8: what all of them take of the seats and appointments."""
    seats: dict[str, int] = defaultdict(int)
    slots: dict[tuple[str, int], int] = defaultdict(int)
    for party, line in lines:
        if line.departure is not None:
            seats[line.departure] += len(party.people)
        if line.visa is not None:
            country = index.countries[line.visa.country]
            slots[country.id, line.visa.day] += applicants_of(party, country)
    for departure, people in sorted(seats.items()):
        if people > index.departures[departure].seats:
            yield f"6: {people} people leave by {departure}, which has fewer seats"
    for (name, day), people in sorted(slots.items()):
        if people > index.countries[name].slots[day]:
            yield f"8: {people} people apply to {name} on day {day}, which has fewer appointments"


def _minutes(index: Index, lines: list[Line]) -> Iterator[str]:
    """Rule 9: what all of them take of the members' time."""
    aboard: dict[tuple[str, str], int] = defaultdict(int)
    spent: dict[tuple[str, int], int] = defaultdict(int)
    for _, line in lines:
        if line.escort is not None and line.departure is not None:
            aboard[line.escort, line.departure] += 1
        if line.visa_escort is not None and line.visa is not None:
            spent[line.visa_escort, line.visa.day] += index.countries[line.visa.country].escort_minutes
    for (member, name), parties in sorted(aboard.items()):
        departure = index.departures[name]
        if parties > departure.escort_parties:
            yield f"9: {member} accompanies {parties} parties on {name}"
        for day in range(departure.day, min(departure.day + departure.escort_days, index.instance.nights)):
            spent[member, day] += departure.escort_minutes
    for (member, day), minutes in sorted(spent.items()):
        if minutes > index.members[member].minutes[day]:
            yield f"9: {member} would work {minutes} minutes on day {day}"


def _money(index: Index, lines: list[Line]) -> Iterator[str]:
    """Rule 10."""
    spent: dict[str, int] = defaultdict(int)
    for party, line in lines:
        people = len(party.people)
        for stay in line.stays:
            place = index.places[stay.place]
            spent[place.line] += place.cents * people * (stay.last - stay.first + 1)
        leaves = _departure(index, line)
        if leaves is not None:
            spent[leaves.line] += leaves.cents * people
        if line.visa is not None:
            country = index.countries[line.visa.country]
            spent[country.line] += country.cents * applicants_of(party, country)
    for budget in index.instance.lines:
        if spent[budget.id] > budget.cents:
            yield f"10: {spent[budget.id]} cents are spent on {budget.id}, which has {budget.cents}"


def _numbers(index: Index, plan: Plan) -> Iterator[str]:
    """Rule 13."""
    points = sum(way_points(index, index.parties[line.id], line.way).sum for line in plan.parties)
    if plan.points != points:
        yield f"13: the plan says {plan.points} points and has {points}"
    if plan.bound > plan.points:
        yield f"13: the bound of {plan.bound} lies above the points of {plan.points}"
    if abs(plan.gap - (plan.points - plan.bound) / max(plan.points, 1)) > 1e-9:
        yield f"13: the gap of {plan.gap} is not that of its points and bound"
    if plan.status not in {"optimal", "feasible", "stopped"}:
        yield "13: the status is none"
    if plan.status == "optimal" and plan.bound != plan.points:
        yield "13: the plan calls itself optimal, and its bound does not say so"


def _departure(index: Index, line: PartyPlan) -> Departure | None:
    return index.departures[line.departure] if line.departure is not None else None


def _end(index: Index, line: PartyPlan) -> int:
    leaves = _departure(index, line)
    return leaves.day if leaves is not None else index.instance.nights


OfOne = Callable[[Index, Party, PartyPlan], Iterator[str]]
OfAll = Callable[[Index, list[Line]], Iterator[str]]
_OF_ONE: tuple[OfOne, ...] = (_stays, _states, _departures, _passports, _visas, _who_goes_along, _fixed)
_OF_ALL: tuple[OfAll, ...] = (_beds, _apart, _seats, _minutes, _money)
