"""An instance with more of something, or without a limit or rule: to see what clashes, and whether a way out is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from leeward.plan.instance import Fixed, Held, Instance, Party, Traveller
from leeward.plan.lacks import Lack, Thing

PLENTY = 1_000_000  # beds, seats, appointments, minutes: no limit
_PLENTY_CENTS = 10**12


def supplied(instance: Instance, lacks: Iterable[Lack]) -> Instance:
    """Return the instance with what is lacking: exactly as much of it as each lack says."""
    for lack in lacks:
        instance = _loosened(instance, lack, lack.amount)
    return instance


def without(instance: Instance, limits: Iterable[Lack]) -> Instance:
    """Return the instance without these limits at all. INSIDE is no part of an instance: it stays as it is."""
    for limit in limits:
        instance = _loosened(instance, limit, PLENTY)
    return instance


def _loosened(instance: Instance, lack: Lack, amount: int) -> Instance:
    if lack.thing == Thing.APART:
        pair = {lack.party, lack.other}
        return replace(instance, apart=tuple(one for one in instance.apart if set(one) != pair))
    if lack.party is None:
        return _SHARED[lack.thing](instance, lack, amount)
    changed = tuple(_of_party(one, lack, amount) if one.id == lack.party else one for one in instance.parties)
    return replace(instance, parties=changed)


def _of_party(party: Party, lack: Lack, amount: int) -> Party:
    """Return the party with one rule of its own loosened."""
    if lack.thing == Thing.FIXED:
        name = lack.word or ""
        return replace(party, fixed=replace(party.fixed, **{name: getattr(Fixed(), name)}))
    if lack.thing == Thing.PASSPORT:
        until = 10**6 if amount == PLENTY else lack.last or 0
        return replace(party, people=tuple(_good_until(one, until) for one in party.people))
    last = 10**6 if lack.last is None else lack.last
    held = Held(country=lack.country or "", first=lack.first or 0, last=last)
    changed: dict[Thing, dict[str, object]] = {
        Thing.READY: {"ready_day": 0 if amount == PLENTY else lack.last or 0},
        Thing.VISA_TIME: {"visas": (*party.visas, held)},
        Thing.AVOID: {"avoid": ()},
        Thing.NEEDS: {"needs": ()},
    }
    return replace(party, **changed.get(lack.thing, {}))


def _good_until(person: Traveller, until: int) -> Traveller:
    if person.passport_until is None:
        return person
    return replace(person, passport_until=max(person.passport_until, until))


def _days(instance: Instance, lack: Lack) -> set[int]:
    last = instance.nights - 1 if lack.last is None else lack.last
    return set(range(lack.first or 0, last + 1))


def _more(numbers: tuple[int, ...], days: set[int], amount: int) -> tuple[int, ...]:
    return tuple(number + amount if day in days else number for day, number in enumerate(numbers))


def _beds(instance: Instance, lack: Lack, amount: int) -> Instance:
    days = _days(instance, lack)
    changed = tuple(
        replace(one, beds=_more(one.beds, days, amount)) if one.id == lack.place else one
        for one in instance.places
    )
    return replace(instance, places=changed)


def _state(instance: Instance, lack: Lack, _amount: int) -> Instance:
    changed = tuple(replace(one, state="clean") if one.id == lack.place else one for one in instance.places)
    return replace(instance, places=changed)


def _slots(instance: Instance, lack: Lack, amount: int) -> Instance:
    days = _days(instance, lack) if amount == PLENTY else {lack.last or 0}  # one on any of the days is enough
    changed = tuple(
        replace(one, slots=_more(one.slots or (0,) * instance.nights, days, amount))
        if one.id == lack.country
        else one
        for one in instance.countries
    )
    return replace(instance, countries=changed)


def _minutes(instance: Instance, lack: Lack, amount: int) -> Instance:
    days = _days(instance, lack)
    changed = tuple(
        replace(one, minutes=_more(one.minutes, days, amount)) if one.id == lack.member else one
        for one in instance.members
    )
    return replace(instance, members=changed)


def _money(instance: Instance, lack: Lack, amount: int) -> Instance:
    cents = _PLENTY_CENTS if amount == PLENTY else amount
    changed = tuple(
        replace(one, cents=one.cents + cents) if one.id == lack.line else one for one in instance.lines
    )
    return replace(instance, lines=changed)


def _seats(instance: Instance, lack: Lack, amount: int) -> Instance:
    changed = tuple(
        replace(one, seats=one.seats + amount) if one.id == lack.departure else one
        for one in instance.departures
    )
    return replace(instance, departures=changed)


def _together(instance: Instance, lack: Lack, amount: int) -> Instance:
    changed = tuple(
        replace(one, escort_parties=one.escort_parties + amount) if one.id == lack.departure else one
        for one in instance.departures
    )
    return replace(instance, departures=changed)


_SHARED: Mapping[Thing, Callable[[Instance, Lack, int], Instance]] = MappingProxyType(
    {
        Thing.BEDS: _beds,
        Thing.STATE: _state,
        Thing.SLOTS: _slots,
        Thing.MINUTES: _minutes,
        Thing.MONEY: _money,
        Thing.SEATS: _seats,
        Thing.TOGETHER: _together,
    }
)
