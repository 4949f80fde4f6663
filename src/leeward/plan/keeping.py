"""Can these parties have what must be kept (a bed for who has one, what was fixed by hand)? Exact, with CP-SAT.

Only what no plan may take away is asked for: who need not leave and has no bed yet takes nothing. With `slack` limits
may be exceeded at a price, and the least price is looked for: that is what would have to be there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product

from ortools.sat.python import cp_model

from leeward.plan.instance import Departure, Instance, Party, Place, Stay, Visa, Way
from leeward.plan.lacks import Lack, Thing
from leeward.plan.loosen import without
from leeward.plan.ways import Exit, Index, applicants_of, begins_inside, exits, may_sleep

_WORK, _WORK_SLACK = 5.0, 1.0  # of the solver's own seconds, which do not hang on the clock
_DAY_MINUTES = 1440

Literal = cp_model.IntVar
Amount = cp_model.LinearExprT


@dataclass
class Kept:
    """What was found: `ways` if it is possible, with what lacks (of a search with slack); None if not decided."""

    possible: bool | None
    ways: dict[str, Way] = field(default_factory=dict)
    lacks: tuple[Lack, ...] = ()


@dataclass
class _Choice:
    """The variables of one party."""

    party: Party
    exits: list[tuple[Exit, Literal]]
    end: Literal
    first: dict[str, Literal] = field(default_factory=dict)
    then: dict[str, Literal] = field(default_factory=dict)
    moves: Literal | None = None
    visas: dict[tuple[str, int], Literal] = field(default_factory=dict)
    visitors: dict[str, Literal] = field(default_factory=dict)
    escorts: dict[str, Literal] = field(default_factory=dict)


@dataclass
class _Sleeper:
    """One stay of one party, if `present` is true or None."""

    party: str
    people: int
    interval: cp_model.IntervalVar
    start: Literal | int
    end: Literal | int
    present: Literal | None = None


class Keeping:
    """One question. `outside`: parties that may be put outside although they have a bed."""

    def __init__(self, instance: Instance, parties: list[str], outside: frozenset[str] = frozenset()) -> None:
        self.index = self.wide = Index(instance)
        self.m = cp_model.CpModel()
        self.outside = outside
        self.slack: dict[Lack, Literal] | None = None
        self.choices: list[_Choice] = []
        self.asleep: dict[str, list[_Sleeper]] = defaultdict(list)
        self.later: dict[tuple[int, int], Literal] = {}
        self.cents: dict[str, list[Amount]] = defaultdict(list)
        self.names = parties

    def ask(self, *, slack: bool = False, other_than: tuple[tuple[Lack, ...], ...] = ()) -> Kept:
        """Return whether all can be kept. `other_than`: sets of lacks that must not all be used again."""
        if slack:  # then appointments count that are not there yet
            self.slack = {}
            no_limits = [Lack(thing=Thing.SLOTS, country=one.id) for one in self.index.instance.countries]
            self.wide = Index(without(self.index.instance, no_limits))
        for name in self.names:
            if not self._party(self.index.parties[name]):
                return Kept(possible=False)
        self._beds()
        self._seats()
        self._slots()
        self._members()
        self._money()
        self._apart()
        if self.slack is not None:
            self._price(self.slack, other_than)
        return self._solve()

    def _solve(self) -> Kept:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        solver.parameters.max_deterministic_time = _WORK if self.slack is None else _WORK_SLACK
        status = solver.solve(self.m)
        if status == cp_model.INFEASIBLE:
            return Kept(possible=False)
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return Kept(possible=None)
        lacks = [
            (lack, solver.value(amount))
            for lack, amount in (self.slack or {}).items()
            if solver.value(amount)
        ]
        return Kept(
            possible=True,
            ways={choice.party.id: self._way(choice, solver) for choice in self.choices},
            lacks=tuple(_with(lack, amount) for lack, amount in lacks),
        )

    # --- one party

    def _party(self, party: Party) -> bool:
        """Add the variables of one party; return False if it has no way at all, whatever the others do."""
        m, fixed, nights = self.m, party.fixed, self.index.instance.nights
        found = [one for one in exits(self.wide, party) if self._may_leave(party, one)]
        stays_fixed = fixed.stays or None
        if stays_fixed and not self._lawful(party, stays_fixed):
            return False
        if stays_fixed:
            found = [one for one in found if one.departure.day == stays_fixed[-1].last + 1]
        must_leave = any((fixed.departure, fixed.visa, fixed.visa_escort, fixed.escort))
        may_remain = not must_leave and not (stays_fixed and stays_fixed[-1].last != nights - 1)
        if not found and not may_remain:
            return False
        chosen = [(one, m.new_bool_var("")) for one in found]
        remains = m.new_bool_var("")
        m.add_exactly_one([literal for _, literal in chosen] + [remains])
        if not may_remain:
            m.add(remains == 0)
        end = m.new_int_var(0, nights, "")
        m.add(end == sum(one.departure.day * literal for one, literal in chosen) + nights * remains)
        choice = _Choice(party=party, exits=chosen, end=end)
        self.choices.append(choice)
        self._visa(choice)
        self._escort(choice)
        if stays_fixed:
            for stay in stays_fixed:
                size = stay.last - stay.first + 1
                interval = m.new_fixed_size_interval_var(stay.first, size, "")
                sleeper = _Sleeper(party.id, len(party.people), interval, stay.first, stay.last + 1)
                self._sleep(self.index.places[stay.place], sleeper, size)
            return True
        if begins_inside(self.index, party) and party.id not in self.outside:
            return self._inside(choice)
        return True

    def _may_leave(self, party: Party, one: Exit) -> bool:
        """Tell whether the escorts fixed by hand fit a departure (rules 9, 11)."""
        fixed = party.fixed
        if fixed.escort is not None and not (party.escort or one.departure.escort):
            return False
        return fixed.visa_escort is None or (party.escort and one.visa_days is not None)

    def _lawful(self, party: Party, stays: tuple[Stay, ...]) -> bool:
        """Tell whether stays fixed by hand keep what concerns this party alone (rules 1, 3, 4, 11)."""
        nights = self.index.instance.nights
        inside = begins_inside(self.index, party) and party.id not in self.outside
        for number, stay in enumerate(stays):
            place = self.index.places[stay.place]
            if not may_sleep(party, place) or not party.from_day <= stay.first <= stay.last < nights:
                return False
            if place.state == "doubtful" and (number or stay.first):
                return False
        joined = len(stays) == 1 or (
            len(stays) == 2 and stays[0].last + 1 == stays[1].first and stays[0].place != stays[1].place
        )
        return joined and (not inside or stays[0].first == 0)

    def _inside(self, choice: _Choice) -> bool:
        """Let a party that has a bed sleep in one place, or in one and then in another, until it leaves."""
        m, party, nights = self.m, choice.party, self.index.instance.nights
        usable = [place for place in self.index.instance.places if may_sleep(party, place)]
        at_once = [literal for one, literal in choice.exits if one.departure.day == 0]
        if not usable and not at_once:
            return False
        people = len(party.people)
        choice.moves = moves = m.new_int_var(0, nights, "")
        for place in usable:
            here = choice.first[place.id] = m.new_bool_var("")
            interval = m.new_optional_interval_var(0, moves, moves, here, "")
            self._sleep(place, _Sleeper(party.id, people, interval, 0, moves, here), moves)
            if place.state == "clean":
                there = choice.then[place.id] = m.new_bool_var("")
                rest = m.new_int_var(0, nights, "")
                m.add(rest == choice.end - moves).only_enforce_if(there)
                interval = m.new_optional_interval_var(moves, rest, choice.end, there, "")
                self._sleep(place, _Sleeper(party.id, people, interval, moves, choice.end, there), rest)
                m.add_at_most_one([here, there])
        m.add_exactly_one([*choice.first.values(), *at_once])
        m.add_at_most_one(choice.then.values())
        second = sum(choice.then.values())
        m.add(moves + nights * second >= choice.end)
        m.add(moves <= choice.end)
        return True

    def _sleep(self, place: Place, one: _Sleeper, length: Literal | int) -> None:
        """Note that somebody sleeps in a place, and what that costs."""
        self.asleep[place.id].append(one)
        cents = place.cents * one.people
        if not cents:
            return
        if one.present is None:
            self.cents[place.line].append(cents * length)
            return
        paid = self.m.new_int_var(0, self.index.instance.nights, "")
        self.m.add(paid >= length).only_enforce_if(one.present)
        self.cents[place.line].append(cents * paid)

    def _visa(self, choice: _Choice) -> None:
        m = self.m
        for one, literal in choice.exits:
            if one.visa_days is None:
                continue
            country = self.index.countries[one.departure.country]
            for day in one.visa_days:
                if (country.id, day) not in choice.visas:
                    choice.visas[country.id, day] = m.new_bool_var("")
            m.add_at_least_one(choice.visas[country.id, day] for day in one.visa_days).only_enforce_if(
                literal
            )
            self.cents[country.line].append(country.cents * one.applicants * literal)
        needed = [literal for one, literal in choice.exits if one.visa_days is not None]
        m.add(sum(choice.visas.values()) == sum(needed))
        if choice.party.escort and choice.visas:
            choice.visitors = self._one_of_members(choice.party.fixed.visa_escort, needed)

    def _escort(self, choice: _Choice) -> None:
        for one, literal in choice.exits:
            departure = one.departure
            self.cents[departure.line].append(departure.cents * len(choice.party.people) * literal)
        wanted = [literal for one, literal in choice.exits if choice.party.escort or one.departure.escort]
        if wanted:
            choice.escorts = self._one_of_members(choice.party.fixed.escort, wanted)

    def _one_of_members(self, fixed: str | None, wanted: list[Literal]) -> dict[str, Literal]:
        """Choose one member if one of `wanted` is true, and none else."""
        found = {
            member.id: self.m.new_bool_var("")
            for member in self.index.instance.members
            if member.escorts and fixed in {None, member.id}
        }
        self.m.add(sum(found.values()) == sum(wanted))
        return found

    # --- what is shared

    def _more(self, most: int, **limit: object) -> Amount:
        """Return how much more there is of a limit: nothing, or with slack a variable."""
        if self.slack is None or most <= 0:
            return 0
        lack = Lack(**limit)  # type: ignore[arg-type]  # the fields are given by name
        if lack not in self.slack:
            self.slack[lack] = self.m.new_int_var(0, most, "")
        return self.slack[lack]

    def _beds(self) -> None:
        """Keep to the beds: what is missing to the fullest night stands in each place as a sleeper of its own."""
        if self.slack is not None:
            self._beds_by_night()
            return
        nights = self.index.instance.nights
        for place_id, sleeping in self.asleep.items():
            place = self.index.places[place_id]
            room = sum({one.party: one.people for one in sleeping}.values())
            intervals = [one.interval for one in sleeping]
            demands = [one.people for one in sleeping]
            for night in range(nights):
                if place.beds[night] < room:
                    intervals.append(self.m.new_fixed_size_interval_var(night, 1, ""))
                    demands.append(room - place.beds[night])
            self.m.add_cumulative(intervals, demands, room)

    def _beds_by_night(self) -> None:
        """Keep to the beds and what is added to them: night by night, as a sleeper's size must not be a variable."""
        for place_id, sleeping in self.asleep.items():
            place = self.index.places[place_id]
            room = sum({one.party: one.people for one in sleeping}.values())
            for night, beds in enumerate(place.beds):
                if beds >= room:
                    continue
                more = self._more(room - beds, thing=Thing.BEDS, place=place_id, first=night, last=night)
                people = [one.people * self._is_there(one, night) for one in sleeping]
                self.m.add(sum(people) <= beds + more)

    def _is_there(self, one: _Sleeper, night: int) -> Amount:
        """Return a literal that is true if somebody sleeps there that night; it may be true if not."""
        there = self.m.new_bool_var("")
        came = self._after(one.start, night)
        left = self._after(one.end, night)
        here = [one.present.negated()] if one.present is not None else []
        self.m.add_bool_or([there, came, left.negated(), *here])
        return there

    def _after(self, limit: Literal | int, night: int) -> Literal:
        """Return a literal that says whether something comes after a night."""
        if isinstance(limit, int):
            return self.m.new_constant(int(limit > night))
        key = limit.index, night
        if key not in self.later:
            literal = self.later[key] = self.m.new_bool_var("")
            self.m.add(limit - night >= 1).only_enforce_if(literal)
            self.m.add(limit - night <= 0).only_enforce_if(literal.negated())
        return self.later[key]

    def _seats(self) -> None:
        on_it: dict[str, list[Amount]] = defaultdict(list)
        for choice in self.choices:
            for one, literal in choice.exits:
                on_it[one.departure.id].append(len(choice.party.people) * literal)
        everybody = sum(len(choice.party.people) for choice in self.choices)
        for departure, people in on_it.items():
            more = self._more(everybody, thing=Thing.SEATS, departure=departure)
            self.m.add(sum(people) <= self.index.departures[departure].seats + more)

    def _slots(self) -> None:
        taken: dict[tuple[str, int], list[Amount]] = defaultdict(list)
        for choice in self.choices:
            for (country, day), literal in choice.visas.items():
                people = applicants_of(choice.party, self.index.countries[country])
                taken[country, day].append(people * literal)
        everybody = sum(len(choice.party.people) for choice in self.choices)
        for (country, day), terms in taken.items():
            more = self._more(everybody, thing=Thing.SLOTS, country=country, first=day, last=day)
            slots = self.index.countries[country].slots
            self.m.add(sum(terms) <= (slots[day] if slots else 0) + more)

    def _members(self) -> None:
        for member in self.index.instance.members:
            spent: dict[int, list[Amount]] = defaultdict(list)
            along: dict[str, tuple[Departure, list[Literal]]] = {}
            for choice in self.choices:
                self._on_the_way(choice, member.id, along)
                self._at_consulates(choice, member.id, spent)
            for departure, parties in along.values():
                goes = self.m.new_bool_var("")
                more = self._more(
                    len(parties), thing=Thing.TOGETHER, departure=departure.id, member=member.id
                )
                self.m.add(sum(parties) <= departure.escort_parties + more)
                for party in parties:
                    self.m.add_implication(party, goes)
                for day in range(departure.day, departure.day + departure.escort_days):
                    spent[day].append(departure.escort_minutes * goes)
            for day, minutes in spent.items():
                if day < len(member.minutes):
                    has = member.minutes[day]
                    most = _DAY_MINUTES - has
                    more = self._more(most, thing=Thing.MINUTES, member=member.id, first=day, last=day)
                    self.m.add(sum(minutes) <= has + more)

    def _on_the_way(
        self, choice: _Choice, member: str, along: dict[str, tuple[Departure, list[Literal]]]
    ) -> None:
        escort = choice.escorts.get(member)
        if escort is None:
            return
        for one, literal in choice.exits:
            if choice.party.escort or one.departure.escort:
                both = self.m.new_bool_var("")
                self.m.add_bool_or([both, escort.negated(), literal.negated()])
                along.setdefault(one.departure.id, (one.departure, []))[1].append(both)

    def _at_consulates(self, choice: _Choice, member: str, spent: dict[int, list[Amount]]) -> None:
        visitor = choice.visitors.get(member)
        if visitor is None:
            return
        for (country, day), literal in choice.visas.items():
            both = self.m.new_bool_var("")
            self.m.add_bool_or([both, visitor.negated(), literal.negated()])
            spent[day].append(self.index.countries[country].escort_minutes * both)

    def _money(self) -> None:
        budget = {line.id: line.cents for line in self.index.instance.lines}
        for line, terms in self.cents.items():
            if line in budget:
                more = self._more(10**9, thing=Thing.MONEY, line=line)
                self.m.add(sum(terms) <= budget[line] + more)

    def _apart(self) -> None:
        by_id = {choice.party.id: choice for choice in self.choices}
        for one, other in self.index.instance.apart:
            if one not in by_id or other not in by_id:
                continue
            theirs = {exit_.departure.id: literal for exit_, literal in by_id[other].exits}
            for exit_, literal in by_id[one].exits:
                if exit_.departure.id in theirs:
                    self.m.add_at_most_one([literal, theirs[exit_.departure.id]])
            for sleeping in self.asleep.values():
                for mine, others in product(sleeping, sleeping):
                    if (mine.party, others.party) == (one, other):
                        self.m.add_no_overlap([mine.interval, others.interval])

    # --- what lacks

    def _price(self, slack: dict[Lack, Literal], other_than: tuple[tuple[Lack, ...], ...]) -> None:
        """Ask for the least that is enough, and for something else than was found before."""
        self.m.minimize(sum(_unit(lack) * amount for lack, amount in slack.items()))
        used: dict[tuple[object, ...], list[Literal]] = defaultdict(list)
        for lack, amount in slack.items():
            used[_group(lack)].append(amount)
        for lacks in other_than:
            unused = []
            for group in {_group(lack) for lack in lacks}:
                nothing = self.m.new_bool_var("")
                self.m.add(sum(used.get(group, [])) == 0).only_enforce_if(nothing)
                unused.append(nothing)
            self.m.add_at_least_one(unused)

    # --- the answer

    def _way(self, choice: _Choice, solver: cp_model.CpSolver) -> Way:
        end = solver.value(choice.end)
        exit_ = next((one for one, literal in choice.exits if solver.value(literal)), None)
        visa = next((key for key, literal in choice.visas.items() if solver.value(literal)), None)
        stays = choice.party.fixed.stays or ()
        if choice.moves is not None and not stays:
            moves = solver.value(choice.moves)
            first = _picked(choice.first, solver)
            then = _picked(choice.then, solver)
            spans = [(first, 0, moves if then else end), (then, moves, end)]
            stays = tuple(
                Stay(place=place, first=start, last=stop - 1)
                for place, start, stop in spans
                if place is not None and start < stop
            )
        return Way(
            stays=stays,
            departure=exit_.departure.id if exit_ else None,
            visa=Visa(country=visa[0], day=visa[1]) if visa else None,
            visa_escort=_picked(choice.visitors, solver),
            escort=_picked(choice.escorts, solver),
        )


def _picked(literals: dict[str, Literal], solver: cp_model.CpSolver) -> str | None:
    return next((name for name, literal in literals.items() if solver.value(literal)), None)


def _with(lack: Lack, amount: int) -> Lack:
    return Lack(**{**{name: getattr(lack, name) for name in lack.__struct_fields__}, "amount": amount})


def _unit(lack: Lack) -> int:
    """Return the price of one more; a cent counts little, so that prices of different things can be compared."""
    return 1 if lack.thing == Thing.MONEY else 100 * _with(lack, 1).cost


def _group(lack: Lack) -> tuple[object, ...]:
    return (lack.thing, lack.place, lack.departure, lack.country, lack.member, lack.line)
