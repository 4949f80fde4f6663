"""Why there is no plan at all: the smallest set of limits and rules that clash, and what would resolve it.

1. Only two things can make a plan impossible: who has a bed must keep one until leaving, and what was fixed by hand.
   Everybody else can be left out: outside and without a way out is always lawful.
2. A clash is searched among a few parties first, the others keeping what they have; more are added until it is decided.
3. Parties, then limits, are left out one after the other as long as it still clashes: what remains is irreducible.
4. A resolution is the least that is enough for those parties, by the prices of lacks.py; then the least other one.
5. With the first resolution the next clash is looked for, until a plan is possible.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec.structs import replace

from leeward.plan.errors import SolverMissing
from leeward.plan.instance import Fixed, Instance, Party, Stay, Strict, Way
from leeward.plan.lacks import Clash, Lack, Resolution, Thing
from leeward.plan.loosen import supplied, without
from leeward.plan.ways import Index, begins_inside, may_sleep

_MOST_CLASHES = 5
_PARTS = ("stays", "departure", "visa", "escort", "visa_escort", "places", "not_places", "not_departures")
_ORDER = (  # what is named first if another limit would do as well: what protects, before what is scarce
    Thing.FIXED,
    Thing.INSIDE,
    Thing.APART,
    Thing.NEEDS,
    Thing.STATE,
    Thing.AVOID,
    Thing.VISA_TIME,
    Thing.BEDS,
    Thing.SEATS,
    Thing.SLOTS,
    Thing.MONEY,
    Thing.PASSPORT,
    Thing.READY,
    Thing.MINUTES,
    Thing.TOGETHER,
)

_T = TypeVar("_T")


class Clashes(Strict, frozen=True, kw_only=True):
    """What makes a plan impossible, each clash found with the first resolutions of those before it; often one.

    `decided` is False if the search ended before it was clear that there is no other.
    """

    found: tuple[Clash, ...] = ()
    decided: bool = True


def clashes(instance: Instance) -> Clashes:
    """Return why no plan can keep the rules; nothing if one can. Raise SolverMissing."""
    found: list[Clash] = []
    while len(found) < _MOST_CLASHES:
        core, together, decided = _core(instance)
        if not core:
            return Clashes(found=tuple(found), decided=decided)
        clash = _clash(instance, core, together)
        found.append(clash)
        if not clash.resolutions:
            break
        instance = supplied(instance, clash.resolutions[0].lacks)
    return Clashes(found=tuple(found), decided=False)


def _possible(
    instance: Instance, parties: Sequence[str], outside: frozenset[str] = frozenset()
) -> bool | None:
    return _keeping(instance, parties, outside)[0]


def _keeping(
    instance: Instance, parties: Sequence[str], outside: frozenset[str]
) -> tuple[bool | None, dict[str, Way]]:
    try:
        from leeward.plan.keeping import Keeping  # noqa: PLC0415 - the solver is loaded when it is needed
    except ImportError as fault:
        raise SolverMissing(
            "The planner's libraries are not installed.",
            kept="Nothing was changed.",
            next_step="Install leeward with its extra: leeward[plan].",
        ) from fault
    kept = Keeping(instance, list(parties), outside).ask()
    return kept.possible, kept.ways


def _core(instance: Instance) -> tuple[list[str], list[str], bool]:
    """Return parties that cannot all be kept even if there were nobody else; none if all can.

    Then those among whom they were found, who cannot all be kept either, and whether it was decided.
    """
    index = Index(instance)
    bound = [party for party in instance.parties if begins_inside(index, party) or party.fixed != Fixed()]
    usual = {party.id: way for party in bound if (way := _usual(index, party)) is not None}
    looked_at = {party.id for party in bound if party.id not in usual} | _over(index, usual)
    while True:
        others = {name: way for name, way in usual.items() if name not in looked_at}
        some = sorted(looked_at)
        possible, _ = _keeping(_taken(instance, others), some, frozenset())
        if possible:
            return [], [], True
        alone = _possible(instance, some)
        if alone is False:
            core = _irreducible(some, lambda names: _possible(instance, names) is False)
            return core, some, True
        if not others:
            return [], [], bool(alone)
        near = sorted(others, key=lambda name: _nearness(index, name, looked_at))
        looked_at.update(near[: max(4, len(looked_at))])


def _nearness(index: Index, name: str, looked_at: set[str]) -> tuple[int, str]:
    """Say how much a party has in common with those looked at: first who sleeps where one of them is."""
    where = {index.parties[one].at for one in looked_at}
    return (0 if index.parties[name].at in where else 1, name)


def _usual(index: Index, party: Party) -> Way | None:
    """Return a way in which a party that has a bed and nothing fixed stays where it is, if it may."""
    if party.fixed != Fixed() or party.at is None:
        return None
    place = index.places[party.at]
    if not may_sleep(party, place):
        return None
    return Way(stays=(Stay(place=place.id, first=0, last=index.instance.nights - 1),))


def _over(index: Index, usual: dict[str, Way]) -> set[str]:
    """Return the parties that cannot all stay where they are: too few beds, too little money, or kept apart."""
    sleeping: dict[str, list[str]] = defaultdict(list)
    cents: dict[str, int] = defaultdict(int)
    on_line: dict[str, set[str]] = defaultdict(set)
    found: set[str] = set()
    for name, way in usual.items():
        place = index.places[way.stays[0].place]
        sleeping[place.id].append(name)
        cents[place.line] += place.cents * len(index.parties[name].people) * index.instance.nights
        on_line[place.line].add(name)
    for place_id, names in sleeping.items():
        people = sum(len(index.parties[name].people) for name in names)
        if people > min(index.places[place_id].beds):
            found.update(names)
        found.update(name for name in names if index.apart.get(name, frozenset()).intersection(names))
    for line in index.instance.lines:
        if cents[line.id] > line.cents:
            found |= on_line[line.id]
    return found


def _taken(instance: Instance, ways: dict[str, Way]) -> Instance:
    """Return what these parties leave, of beds, places without those they must not meet, and money."""
    index = Index(instance)
    limits = []
    for name, way in ways.items():
        people, place = len(index.parties[name].people), index.places[way.stays[0].place]
        limits.append(Lack(thing=Thing.BEDS, place=place.id, amount=-people))
        cents = place.cents * people * instance.nights
        if cents:
            limits.append(Lack(thing=Thing.MONEY, line=place.line, amount=-cents))
    left = supplied(instance, limits)
    avoiding: dict[str, set[str]] = defaultdict(set)
    for name, way in ways.items():
        for other in index.apart.get(name, ()):
            avoiding[other].add(way.stays[0].place)
    parties = tuple(
        replace(one, fixed=replace(one.fixed, not_places=(*one.fixed.not_places, *sorted(avoiding[one.id]))))
        if avoiding.get(one.id)
        else one
        for one in left.parties
    )
    return replace(left, parties=parties)


def _irreducible(things: list[_T], clash: Callable[[list[_T]], bool]) -> list[_T]:
    """Return the part of what clashes from which nothing can be left out; what comes first rather stays.

    By halves, after Junker's QuickXplain (2004): few questions if few things remain.
    """

    def explain(given: list[_T], rest: list[_T], *, changed: bool) -> list[_T]:
        if changed and clash(given):
            return []
        if len(rest) == 1:
            return rest
        middle = len(rest) // 2
        first, second = rest[:middle], rest[middle:]
        of_second = explain([*given, *first], second, changed=True)
        of_first = explain([*given, *of_second], first, changed=bool(of_second))
        return [*of_first, *of_second]

    return explain([], things, changed=True) if things else []


def _clash(instance: Instance, core: list[str], together: list[str]) -> Clash:
    """Return the limits of a core that clash, by days where they are by days, and what would resolve it."""
    universe = sorted(_limits(instance, core), key=lambda one: (_ORDER.index(one.thing), str(one)))
    rough = _irreducible(universe, lambda kept: _still(instance, core, universe, kept))
    fine = [day for limit in rough for day in _by_days(instance, limit)]
    dropped = [limit for limit in universe if limit not in rough]
    base = without(instance, [limit for limit in dropped if limit.thing != Thing.INSIDE])
    outside = _outside(instance, core, rough)
    limits = _irreducible(fine, lambda kept: _still(base, core, fine, kept, outside) if kept else False)
    return Clash(
        parties=tuple(core),
        limits=tuple(sorted(limits, key=lambda one: (_ORDER.index(one.thing), _days_key(one)))),
        resolutions=tuple(_resolutions(instance, core, together, limits)),
    )


def _days_key(limit: Lack) -> tuple[str, int]:
    return (str(limit.limit_of_all_days), limit.first or 0)


def _outside(instance: Instance, core: list[str], kept: list[Lack]) -> frozenset[str]:
    """Return who may be put outside: for whom INSIDE is not kept, and who is not inside as things are."""
    index = Index(instance)
    held = {limit.party for limit in kept if limit.thing == Thing.INSIDE}
    return frozenset(
        name for name in core if name not in held or not begins_inside(index, index.parties[name])
    )


def _still(
    instance: Instance,
    core: list[str],
    universe: list[Lack],
    kept: list[Lack],
    never_inside: frozenset[str] = frozenset(),
) -> bool:
    """Tell whether these parties cannot be kept even if only these limits hold."""
    chosen = set(kept)
    dropped = [limit for limit in universe if limit not in chosen and limit.thing != Thing.INSIDE]
    outside = _outside(instance, core, kept) | never_inside
    return _possible(without(instance, dropped), core, outside) is False


def _limits(instance: Instance, core: list[str]) -> Iterator[Lack]:
    """Yield every limit and rule that can have to do with these parties."""
    index = Index(instance)
    for name in core:
        party = index.parties[name]
        free = Fixed()
        for word in _PARTS:
            if getattr(party.fixed, word) != getattr(free, word):
                yield Lack(thing=Thing.FIXED, party=name, word=word)
        own = {
            Thing.INSIDE: begins_inside(index, party),
            Thing.READY: party.ready_day > 0,
            Thing.PASSPORT: any(person.passport_until is not None for person in party.people),
            Thing.AVOID: bool(party.avoid),
            Thing.NEEDS: bool(party.needs),
        }
        yield from (Lack(thing=thing, party=name) for thing, is_there in own.items() if is_there)
        wanted = party.fixed.departure
        if wanted is not None and party.fixed.visa is None and party.fixed.visa_escort is None:
            country = index.departures[wanted].country
            yield Lack(thing=Thing.VISA_TIME, party=name, country=country)
    for place in instance.places:
        yield Lack(thing=Thing.BEDS, place=place.id)
        if place.state != "clean":
            yield Lack(thing=Thing.STATE, place=place.id)
    for departure in instance.departures:
        yield Lack(thing=Thing.SEATS, departure=departure.id)
        yield Lack(thing=Thing.TOGETHER, departure=departure.id)
    yield from (Lack(thing=Thing.SLOTS, country=one.id) for one in instance.countries)
    yield from (Lack(thing=Thing.MINUTES, member=one.id) for one in instance.members)
    yield from (Lack(thing=Thing.MONEY, line=one.id) for one in instance.lines)
    among = set(core)
    for one, other in instance.apart:
        if {one, other} <= among:
            yield Lack(thing=Thing.APART, party=one, other=other)


def _by_days(instance: Instance, limit: Lack) -> list[Lack]:
    if limit.thing not in {Thing.BEDS, Thing.SLOTS, Thing.MINUTES}:
        return [limit]
    return [replace(limit, first=day, last=day) for day in range(instance.nights)]


def _resolutions(
    instance: Instance, core: list[str], together: list[str], limits: list[Lack]
) -> list[Resolution]:
    """Return ways out, first those that are enough for all, the easiest first: more of limits, decisions taken back."""
    from leeward.plan.keeping import Keeping  # noqa: PLC0415 - it was loaded before

    found: list[tuple[Lack, ...]] = []
    for parties in [core, core, together] if together != core else [core, core, core]:
        kept = Keeping(instance, parties).ask(slack=True, other_than=tuple(found))
        if kept.possible and kept.lacks:
            found.append(kept.lacks)
    joined = [_joined(lacks) for lacks in found]
    joined += [(lack,) for limit in limits if (lack := _decision(instance, limit)) is not None]
    resolved = [
        Resolution(lacks=lacks, enough=bool(_possible(supplied(instance, lacks), together)))
        for lacks in joined
    ]
    return sorted(resolved, key=lambda one: (not one.enough, one.cost))


def _decision(instance: Instance, limit: Lack) -> Lack | None:
    """Return what to ask of one party, if a limit is such: a decision taken back, a longer passport, an earlier day."""
    if limit.thing == Thing.FIXED:
        return replace(limit, amount=1)
    index = Index(instance)
    wanted = index.parties[limit.party].fixed.departure if limit.party else None
    if wanted is None:
        return None
    departure = index.departures[wanted]
    if limit.thing == Thing.PASSPORT:
        until = departure.day + index.countries[departure.country].passport_days
        return replace(limit, last=until, amount=1)
    if limit.thing == Thing.READY:
        days = index.parties[limit.party or ""].ready_day - departure.day
        return replace(limit, last=departure.day, amount=days) if days > 0 else None
    return None


def _joined(lacks: tuple[Lack, ...]) -> tuple[Lack, ...]:
    """Return lacks of beds with nights in a row as one, if as many lack on each."""
    joined: list[Lack] = []
    for lack in sorted(lacks, key=lambda one: (str(one.limit_of_all_days), one.first or 0)):
        before = joined[-1] if joined else None
        if (
            before is not None
            and lack.thing in {Thing.BEDS, Thing.MINUTES}
            and replace(lack, first=before.first, last=before.last) == before
            and lack.first == (before.last or 0) + 1
        ):
            joined[-1] = replace(before, last=lack.last)
        else:
            joined.append(lack)
    return tuple(joined)
