"""What stops a party from a departure, given what everybody else has in the plan.

The answer is NOTHING only if it could be taken with the stays given, all rules kept and nobody else touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from leeward.plan.holders import Holders
from leeward.plan.instance import Departure, Member, Party, Stay, Visa, Way
from leeward.plan.reasons import Reason, Stop
from leeward.plan.ways import Exit, Index, applicants_of, holds_visa, passports_until


def stays_until(stays: tuple[Stay, ...], day: int) -> tuple[Stay, ...]:
    """Return the stays cut so that the party leaves on a day not later than it does."""
    return tuple(
        Stay(place=stay.place, first=stay.first, last=min(stay.last, day - 1))
        for stay in stays
        if stay.first < day
    )


def own_stop(index: Index, party: Party, departure: Departure) -> Reason:
    """Return why a departure that is not among its exits is none for the party, whatever the others do."""
    country, fixed = index.countries[departure.country], party.fixed
    last = passports_until(party, country)
    avoided = next((tag for tag in departure.tags if tag in party.avoid), None)
    ready = max(party.ready_day, party.from_day)
    needs_visa = applicants_of(party, country) and not holds_visa(party, country, departure.day)
    found = Reason(kind=Stop.FIXED, departure=departure.id)
    if fixed.departure not in {None, departure.id} or departure.id in fixed.not_departures:
        return found
    if departure.day < ready:
        found = Reason(kind=Stop.NOT_READY, departure=departure.id, day=ready)
    elif avoided is not None:
        found = Reason(kind=Stop.AVOID, departure=departure.id, word=avoided)
    elif last is not None and departure.day > last:
        found = Reason(kind=Stop.PASSPORT, departure=departure.id, day=last)
    elif needs_visa and fixed.visa is None:
        found = _visa_time(party, departure, index)
    return found


def _visa_time(party: Party, departure: Departure, index: Index) -> Reason:
    """Say from when on a visa could be ready: the first appointment that is large enough for the party."""
    country = index.countries[departure.country]
    applicants = applicants_of(party, country)
    days = (day for day, slots in enumerate(country.slots) if day >= party.from_day and slots >= applicants)
    first = next(days, None)
    ready = None if first is None else first + country.lead_days
    return Reason(kind=Stop.VISA_TIME, departure=departure.id, country=country.id, day=ready)


def way_or_stop(
    holders: Holders, party: Party, way_out: Exit, stays: tuple[Stay, ...]
) -> tuple[Way | None, Reason]:
    """Return the way with this departure and these stays, or None, and what stops it."""
    departure = way_out.departure
    simple = _seats(holders, party, departure) or _apart(holders, party, departure)
    if simple:
        return None, simple
    if party.fixed.stays and stays != party.fixed.stays:
        return None, Reason(kind=Stop.FIXED, departure=departure.id, place=party.fixed.stays[-1].place)
    days: list[int | None] = [None]
    if way_out.visa_days is not None:
        country = departure.country
        days = [
            day
            for day in way_out.visa_days
            if holders.free_slots(country, day, party.id) >= way_out.applicants
        ]
        if not days:
            return None, _slots(holders, party, way_out)
        promised = party.promised.visa.day if party.promised and party.promised.visa else None
        days.sort(key=lambda day: day != promised)  # what was promised first
    return _escorted(holders, party, way_out, stays, days)


def _seats(holders: Holders, party: Party, departure: Departure) -> Reason | None:
    short = holders.size[party.id] - holders.free_seats(departure.id, party.id)
    if short <= 0:
        return None
    if departure.seats < holders.size[party.id]:
        return Reason(kind=Stop.TOO_FEW_SEATS, departure=departure.id, short=short)
    on_it = _ranked(holders.seats[departure.id], party.id)
    return Reason(kind=Stop.SEATS, departure=departure.id, short=short, holders=on_it)


def _apart(holders: Holders, party: Party, departure: Departure) -> Reason | None:
    apart = holders.index.apart.get(party.id, frozenset())
    met = tuple(sorted(one for one in holders.seats.get(departure.id, {}) if one in apart))
    return Reason(kind=Stop.APART, departure=departure.id, holders=met) if met else None


def _slots(holders: Holders, party: Party, way_out: Exit) -> Reason:
    country, days = way_out.departure.country, way_out.visa_days or ()
    free = max(holders.free_slots(country, day, party.id) for day in days)
    shares: dict[str, int] = {}
    for day in days:
        shares.update(holders.slots.get((country, day), {}))
    return Reason(
        kind=Stop.SLOTS,
        departure=way_out.departure.id,
        country=country,
        day=days[0],
        last=days[-1],
        short=way_out.applicants - free,
        holders=_ranked(shares, party.id),
    )


def _escorted(
    holders: Holders, party: Party, way_out: Exit, stays: tuple[Stay, ...], days: list[int | None]
) -> tuple[Way | None, Reason]:
    """Find members for the appointment and for the way, then look at the money."""
    departure, index, fixed = way_out.departure, holders.index, party.fixed
    country = index.countries[departure.country]
    members = [member for member in index.instance.members if member.escorts]
    visits = _visits(holders, party, country.id, days, members)
    if not visits:
        wanted = [day for day in days if day is not None]
        return None, Reason(
            kind=Stop.VISA_ESCORT,
            departure=departure.id,
            country=country.id,
            day=wanted[0],
            last=wanted[-1],
            short=country.escort_minutes,
            holders=tuple(sorted(holders.escorting(_ids(members), wanted, party.id))),
        )
    along: list[str | None] = [None]
    if party.escort or departure.escort:
        along = [member.id for member in members if fixed.escort in {None, member.id}]
    before = [visit for visit in visits if visit[0] is None or visit[0] < departure.day]
    for (day, visitor), member in product(
        before[:1] or visits, along
    ):  # of those before, one is as good as another
        also = (day, country.escort_minutes) if member == visitor and day is not None else (-1, 0)
        if member is not None and not holders.can_go_along(member, departure, party.id, also):
            continue
        visa = None if day is None else Visa(country=country.id, day=day)
        way = Way(stays=stays, departure=departure.id, visa=visa, visa_escort=visitor, escort=member)
        lacking = money_stop(holders, party, way)
        return (None, lacking) if lacking else (way, Reason(kind=Stop.NOTHING, departure=departure.id))
    end = min(departure.day + max(departure.escort_days, 1), index.instance.nights)
    return None, Reason(
        kind=Stop.ESCORT,
        departure=departure.id,
        day=departure.day,
        last=end - 1,
        short=departure.escort_minutes,
        holders=tuple(sorted(holders.escorting(_ids(members), range(departure.day, end), party.id))),
    )


def _visits(
    holders: Holders, party: Party, country: str, days: list[int | None], members: list[Member]
) -> list[tuple[int | None, str | None]]:
    """Return each day of an appointment with who could go there too."""
    if not party.escort:
        return [(day, None) for day in days]
    fixed = party.fixed.visa_escort
    found: list[tuple[int | None, str | None]] = []
    for day in days:
        if day is None:
            found.append((None, None))
            continue
        found += [
            (day, member.id)
            for member in members
            if fixed in {None, member.id} and holders.can_go_to_consulate(member.id, country, day, party.id)
        ]
    return found


def money_stop(holders: Holders, party: Party, way: Way) -> Reason | None:
    """Return the first line that a way would overdraw, or None."""
    for line, cents in sorted(holders.costs(party.id, way).items()):
        short = cents - holders.free_cents(line, party.id)
        if short > 0:
            spending = _ranked(holders.cents.get(line, {}), party.id)
            return Reason(kind=Stop.MONEY, departure=way.departure, line=line, short=short, holders=spending)
    return None


def _ranked(share: dict[str, int], without: str) -> tuple[str, ...]:
    """Return the parties of a share, who holds most first."""
    return tuple(sorted(share.keys() - {without}, key=lambda one: (-share[one], one)))


def _ids(members: Iterable[Member]) -> list[str]:
    return [member.id for member in members]
