"""What would have to be there for one party to leave by a day, everyone else keeping what they have.

Each departure needs three things that do not depend on each other: itself (a seat, money, what the party is), one of
several appointments, and one of several escorts. A set of limits is a clash if for every departure it stops the first,
or all of the second, or all of the third. That is decided directly, without a solver. One case is left out: who is
accompanied does not go to the consulate on the very day of leaving.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from leeward.plan.blocked import stays_until
from leeward.plan.explain import Explainer
from leeward.plan.instance import Country, Departure, Party, Visa, Way
from leeward.plan.lacks import OFFERED, Clash, Lack, Resolution, Thing
from leeward.plan.ways import applicants_of, holds_visa, passports_until

_MOST_RESOLUTIONS = 5
_DAY_MINUTES = 1440

Needs = tuple[Lack, ...]  # all of them together are enough


@dataclass(frozen=True)
class _Option:
    """What one departure lacks: all of `itself`, and all of one of `visits`, and all of one of `escorts`."""

    departure: str
    itself: Needs
    visits: tuple[Needs, ...]
    escorts: tuple[Needs, ...]

    def stopped_by(self, limits: frozenset[Lack]) -> bool:
        """Tell whether these limits alone stop it."""
        return (
            _touches(self.itself, limits)
            or all(_touches(one, limits) for one in self.visits)
            or all(_touches(one, limits) for one in self.escorts)
        )

    def limits(self) -> Iterator[Lack]:
        """Yield each limit that has a part in stopping it."""
        for needs in (self.itself, *self.visits, *self.escorts):
            yield from (lack.limit for lack in needs)


def _touches(needs: Needs, limits: frozenset[Lack]) -> bool:
    return any(lack.limit in limits for lack in needs)


def needed(explainer: Explainer, party_id: str, by: int | None = None) -> Clash | None:
    """Return what keeps a party from leaving by a day (by the horizon's end if None); None if nothing does.

    The plan is the explainer's. The clash is irreducible: without any one of its limits there would be a way.
    """
    party = explainer.index.parties[party_id]
    last = explainer.index.instance.nights - 1 if by is None else by
    options = [
        _option(explainer, party, departure)
        for departure in sorted(explainer.index.instance.departures, key=lambda one: (one.day, one.id))
        if party.from_day <= departure.day <= last
    ]
    stopping: dict[Lack, list[_Option]] = defaultdict(list)
    for option in options:
        for limit in set(option.limits()):
            stopping[limit].append(option)
    kept = frozenset(stopping)
    if not all(option.stopped_by(kept) for option in options):
        return None
    for limit in sorted(kept, key=lambda one: (len(stopping[one]), str(one))):  # what stops most is kept
        fewer = kept - {limit}
        if all(option.stopped_by(fewer) for option in stopping[limit]):
            kept = fewer
    return Clash(
        parties=(party_id,),
        limits=tuple(sorted(kept, key=str)),
        resolutions=tuple(_resolutions(options)),
        by=last,
    )


def _resolutions(options: Iterable[_Option]) -> list[Resolution]:
    """Return the easiest ways out, each once, none that needs more than another."""
    found = []
    for option in options:
        visit = _wider(_easiest(option.visits), option.visits)
        parts = [option.itself, visit, _easiest(option.escorts)]
        if all(part is not None and _may_be_offered(part) for part in parts):
            lacks = tuple(lack for part in parts if part for lack in part)
            found.append(Resolution(lacks=lacks, departure=option.departure))
    found.sort(key=lambda one: (one.cost, one.departure))
    chosen: list[Resolution] = []
    for one in found:
        if not any(set(other.lacks) <= set(one.lacks) for other in chosen):
            chosen.append(one)
    return chosen[:_MOST_RESOLUTIONS]


def _wider(easiest: Needs | None, visits: tuple[Needs, ...]) -> Needs | None:
    """Return all days in a row on which one appointment more would do, if it is one appointment that lacks."""
    if not easiest or len(easiest) != 1 or easiest[0].thing != Thing.SLOTS:
        return easiest
    only = easiest[0]
    days = {
        needs[0].last or 0
        for needs in visits
        if len(needs) == 1 and needs[0].thing == Thing.SLOTS and needs[0].amount == only.amount
    }
    first = last = max(days)
    while first - 1 in days:
        first -= 1
    return (replace(only, first=first, last=last),)


def _may_be_offered(needs: Needs) -> bool:
    return all(lack.thing in OFFERED and lack.amount >= 0 for lack in needs)


def _easiest(choices: tuple[Needs, ...]) -> Needs | None:
    offered = [needs for needs in choices if _may_be_offered(needs)]
    return min(offered, key=lambda needs: (sum(lack.cost for lack in needs), str(needs)), default=None)


def _option(explainer: Explainer, party: Party, departure: Departure) -> _Option:
    country = explainer.index.countries[departure.country]
    with_visa = bool(applicants_of(party, country)) and not holds_visa(party, country, departure.day)
    return _Option(
        departure=departure.id,
        itself=tuple(_itself(explainer, party, departure, with_visa=with_visa)),
        visits=tuple(_visits(explainer, party, departure, country)) if with_visa else ((),),
        escorts=tuple(_escorts(explainer, party, departure)),
    )


def _itself(explainer: Explainer, party: Party, departure: Departure, *, with_visa: bool) -> Iterator[Lack]:
    """Yield what the departure itself lacks, its cost included."""
    yield from _own(explainer, party, departure, with_visa=with_visa)
    holders, apart = explainer.holders, explainer.index.apart.get(party.id, frozenset())
    short = holders.size[party.id] - holders.free_seats(departure.id, party.id)
    if short > 0:
        yield Lack(thing=Thing.SEATS, departure=departure.id, amount=short)
    for other in sorted(apart.intersection(holders.seats.get(departure.id, {}))):
        yield Lack(thing=Thing.APART, party=party.id, other=other)
    stays = stays_until(holders.ways[party.id].stays, departure.day)
    if party.fixed.stays and stays != party.fixed.stays:
        yield Lack(thing=Thing.FIXED, party=party.id, word="stays")
    visa = Visa(country=departure.country, day=0) if with_visa else None
    costs = holders.costs(party.id, Way(stays=stays, departure=departure.id, visa=visa))
    for line, cents in sorted(costs.items()):
        over = cents - holders.free_cents(line, party.id)
        if over > 0:
            yield Lack(thing=Thing.MONEY, line=line, amount=over)


def _own(explainer: Explainer, party: Party, departure: Departure, *, with_visa: bool) -> Iterator[Lack]:
    """Yield what the party itself lacks for a departure, whoever else is on it."""
    country, fixed = explainer.index.countries[departure.country], party.fixed
    until = passports_until(party, country)
    wrong = {
        "departure": fixed.departure not in {None, departure.id},
        "not_departures": departure.id in fixed.not_departures,
        "visa": not with_visa and fixed.visa is not None,
        "visa_escort": not with_visa and fixed.visa_escort is not None,
    }
    for word, is_wrong in wrong.items():
        if is_wrong:
            yield Lack(thing=Thing.FIXED, party=party.id, word=word)
    if departure.day < party.ready_day:
        days = party.ready_day - departure.day
        yield Lack(thing=Thing.READY, party=party.id, last=departure.day, amount=days)
    if not set(party.avoid).isdisjoint(departure.tags):
        yield Lack(thing=Thing.AVOID, party=party.id)
    if until is not None and departure.day > until:
        good = departure.day + country.passport_days
        yield Lack(thing=Thing.PASSPORT, party=party.id, last=good, amount=1)


def _visits(explainer: Explainer, party: Party, departure: Departure, country: Country) -> Iterator[Needs]:
    """Yield what each appointment lacks with which the visa is good on the day of departure."""
    nights = explainer.index.instance.nights
    last = min(departure.day - country.lead_days, nights - 1)
    if party.escort:
        last = min(last, departure.day - 1)
    first = max(party.from_day, departure.day - country.lead_days - country.valid_days)
    if first > last:
        day = departure.day
        yield (Lack(thing=Thing.VISA_TIME, party=party.id, country=country.id, first=day, last=day),)
    for day in range(first, last + 1):
        yield from _visits_on(explainer, party, country, day)


def _visits_on(explainer: Explainer, party: Party, country: Country, day: int) -> Iterator[Needs]:
    holders, fixed = explainer.holders, party.fixed
    lacks: list[Lack] = []
    if fixed.visa is not None and (fixed.visa.country, fixed.visa.day) != (country.id, day):
        lacks.append(Lack(thing=Thing.FIXED, party=party.id, word="visa"))
    ends = [one.passport_until for one in party.people if one.passport_until is not None]
    if ends and day > min(ends):
        lacks.append(Lack(thing=Thing.PASSPORT, party=party.id, last=day, amount=1))
    short = applicants_of(party, country) - holders.free_slots(country.id, day, party.id)
    if short > 0:
        lacks.append(Lack(thing=Thing.SLOTS, country=country.id, first=day, last=day, amount=short))
    if not party.escort:
        if fixed.visa_escort is not None:
            lacks.append(Lack(thing=Thing.FIXED, party=party.id, word="visa_escort"))
        yield tuple(lacks)
        return
    escorting = [one for one in explainer.index.instance.members if one.escorts]
    if not escorting:
        yield (*lacks, Lack(thing=Thing.MINUTES, first=day, last=day, amount=-1))
    choices: list[Needs] = []
    for member in escorting:
        more: list[Lack] = []
        if fixed.visa_escort not in {None, member.id}:
            more.append(Lack(thing=Thing.FIXED, party=party.id, word="visa_escort"))
        spent = holders.spent_minutes(member.id, day, party.id) + country.escort_minutes
        choices.append((*more, *_minutes(member.id, {day: spent - member.minutes[day]}, member.minutes)))
    yield from ((*lacks, *one) for one in ([()] if () in choices else choices))


def _escorts(explainer: Explainer, party: Party, departure: Departure) -> Iterator[Needs]:
    """Yield what each member lacks who could travel along."""
    holders, fixed = explainer.holders, party.fixed.escort
    if not (party.escort or departure.escort):
        yield () if fixed is None else (Lack(thing=Thing.FIXED, party=party.id, word="escort"),)
        return
    escorting = [one for one in explainer.index.instance.members if one.escorts]
    if not escorting:
        yield (Lack(thing=Thing.MINUTES, first=departure.day, last=departure.day, amount=-1),)
    for member in escorting:
        lacks: list[Lack] = []
        if fixed not in {None, member.id}:
            lacks.append(Lack(thing=Thing.FIXED, party=party.id, word="escort"))
        others = holders.along.get(member.id, {}).get(departure.id, set()) - {party.id}
        full = len(others) + 1 - departure.escort_parties
        if full > 0:
            lacks.append(Lack(thing=Thing.TOGETHER, departure=departure.id, amount=full))
        more = 0 if others else departure.escort_minutes
        end = min(departure.day + departure.escort_days, explainer.index.instance.nights)
        over = {
            day: holders.spent_minutes(member.id, day, party.id) + more - member.minutes[day]
            for day in range(departure.day, end)
        }
        yield (*lacks, *_minutes(member.id, over, member.minutes))


def _minutes(member: str, over: dict[int, int], has: tuple[int, ...]) -> Iterator[Lack]:
    """Yield a lack for each day on which a member has too little time; more than a day has is no way out."""
    for day, short in over.items():
        if short > 0:
            amount = short if has[day] + short <= _DAY_MINUTES else -1
            yield Lack(thing=Thing.MINUTES, member=member, first=day, last=day, amount=amount)
