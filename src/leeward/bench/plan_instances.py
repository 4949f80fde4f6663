"""Invented instances for the planner, of any size, with the structure of the practice operation.

Assumptions (nothing here is a person; ids only; the same seed gives the same instance):
1. Twelve weeks. Parties of 1 to 6 people, 2.4 on average; risk 1 to 8 for the one who was sought, up to four less for
   those who come along. 45 % are there on day 0, the others arrive over the next five weeks, most of them early.
2. A party is ready 2 to 14 days after it came (doctor, papers). 15 % need a doctor in the house, 4 % a house without
   stairs; 6 % cannot fly, 4 % cannot cross by land; 12 % need somebody who goes with them.
3. Beds: 0.55 for each person in all, in houses of 4 to 12. One house in five is given up in week 5 to 10, one in ten
   comes in week 2 to 5. One in sixteen is exposed, one in sixteen doubtful; people sleep in both. 60 % of those who
   are there on day 0 sleep with us already, by no more than 70 % of the beds.
4. Ways out: 1.45 seats for each person, spread over the twelve weeks: 55 % to countries that want a visa, the others
   to countries that do not, at twice the price and with fewer seats at a time. One in five is a car of our own with
   one of us, who may take three parties and is away for two days.
5. Visas: four countries; two days of appointments a week each; lead times of 10, 17, 28 and 42 days; in all 0.9 slots
   for each person over the twelve weeks. One passport in four ends within the year, some within the horizon. 8 % have a
   passport that needs no visa for two of the countries, 6 % a visa already.
6. Money: housing for each person for 30 nights, travel at 1.1 times the middle price, visas for 75 % of the people.
7. 15 % have been promised a departure, bed and visa in an earlier plan that fitted together; 1 in 40 promises has since
   been fixed by hand. 3 % of the parties must not meet another.
8. An operation of up to 100 people has 2.2 seats and 1.4 slots for each: of few departures a family needs a whole one.
So in order of arrival the early seats and slots go to whoever came first; a good plan gets nearly everybody out.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import msgspec

from leeward.plan.instance import (
    Country,
    Departure,
    Fixed,
    Held,
    Instance,
    Line,
    Member,
    Party,
    Place,
    Stay,
    Traveller,
    Visa,
    Way,
)
from leeward.plan.ways import Index, exits

NIGHTS = 84
_SIZES = (1,) * 42 + (2,) * 20 + (3,) * 14 + (4,) * 12 + (5,) * 7 + (6,) * 5
_LEADS = (10, 17, 28, 42)
_FREE = 4  # countries without a visa


def make_instance(people: int, seed: int) -> Instance:
    """Return an instance of about so many people: exactly so many, the last party being cut to fit."""
    return _Maker(people, random.Random(f"{seed}/{people}")).instance()  # noqa: S311 - invented, not secret


@dataclass(slots=True)
class _Maker:
    people: int
    chance: random.Random

    def instance(self) -> Instance:
        parties = self._parties()
        places = self._places()
        parties = self._put_to_bed(parties, places)
        countries = self._countries()
        departures = self._departures()
        made = Instance(
            first_day="2017-04-03",
            nights=NIGHTS,
            parties=tuple(parties),
            apart=self._apart(parties),
            places=tuple(places),
            countries=tuple(countries),
            departures=tuple(departures),
            members=self._members(),
            lines=self._lines(places, departures, countries),
        )
        return _promise(made, self.chance)

    def _parties(self) -> list[Party]:
        parties: list[Party] = []
        left = self.people
        while left:
            size = min(left, self.chance.choice(_SIZES))
            parties.append(self._party(f"p{len(parties) + 1:04}", size))
            left -= size
        return parties

    def _party(self, name: str, size: int) -> Party:
        chance = self.chance
        from_day = 0 if chance.random() < 0.45 else min(35, int(chance.expovariate(1 / 13)) + 1)
        risk = chance.randint(1, 8)
        passport = "P2" if chance.random() < 0.08 else "P1"
        people = [
            Traveller(
                id=f"{name}{'abcdef'[place]}",
                risk=risk if place == 0 else max(1, risk - chance.randint(0, 4)),
                passport=passport,
                passport_until=chance.randint(60, 360) if chance.random() < 0.25 else None,
            )
            for place in range(size)
        ]
        needs = [need for need, share in (("doctor", 0.15), ("no-stairs", 0.04)) if chance.random() < share]
        avoid = [tag for tag, share in (("flight", 0.06), ("land", 0.04)) if chance.random() < share]
        held: tuple[Held, ...] = ()
        if chance.random() < 0.06:
            begins = chance.randint(-20, 20)
            held = (Held(country=f"V{chance.randint(1, len(_LEADS))}", first=begins, last=begins + 90),)
        return Party(
            id=name,
            people=tuple(people),
            from_day=from_day,
            ready_day=from_day + chance.randint(2, 14),
            needs=tuple(needs),
            avoid=tuple(avoid[:1]),
            escort=chance.random() < 0.12,
            visas=held,
        )

    def _places(self) -> list[Place]:
        chance = self.chance
        places: list[Place] = []
        wanted = round(self.people * 0.55)
        while wanted > 0:
            size = min(chance.randint(4, 12), max(4, wanted))
            wanted -= size
            places.append(self._place(len(places) + 1, size, "clean"))
        for state in ("exposed", "doubtful"):
            for _ in range(max(1, len(places) // 16)):
                places.append(self._place(len(places) + 1, chance.randint(4, 8), state))
        chance.shuffle(places)
        return places

    def _place(self, number: int, size: int, state: str) -> Place:
        chance = self.chance
        fate = (
            chance.random() if number > 2 and state == "clean" else 1.0
        )  # the first two are there throughout
        ends = chance.randint(28, 70) if fate < 0.2 else NIGHTS
        begins = chance.randint(7, 28) if 0.2 <= fate < 0.3 else 0
        has = ["doctor"] if number <= 2 or chance.random() < 0.4 else []
        has += ["no-stairs"] if number <= 2 or chance.random() < 0.3 else []
        return Place(
            id=f"h{number:03}",
            beds=tuple(size if begins <= night < ends else 0 for night in range(NIGHTS)),
            state=state,
            has=tuple(has),
            cents=chance.randrange(800, 2_600, 100),
            line="housing",
        )

    def _put_to_bed(self, parties: list[Party], places: list[Place]) -> list[Party]:
        """Let 60 % of those who are there on day 0 sleep in houses whose beds are there for them, to 70 % of all."""
        free = {
            place.id: place.beds[0] if place.state != "clean" else round(place.beds[0] * 0.7)
            for place in places
            if place.state != "clean" or place.beds[-1]
        }
        slept = []
        for party in parties:
            fitting = [
                place.id
                for place in places
                if free.get(place.id, 0) >= len(party.people) and set(party.needs) <= set(place.has)
            ]
            if party.from_day == 0 and fitting and self.chance.random() < 0.6:
                home = self.chance.choice(fitting)
                free[home] -= len(party.people)
                party = msgspec.structs.replace(party, at=home)  # noqa: PLW2901
            slept.append(party)
        return slept

    def _countries(self) -> list[Country]:
        chance = self.chance
        each = (
            self.people * (0.9 if self.people > 100 else 1.4) / len(_LEADS) / (NIGHTS / 7 * 2)
        )  # slots on one day of appointments
        countries = []
        for number, lead in enumerate(_LEADS, 1):
            weekdays = chance.sample(range(5), 2)
            owed = 0.0
            slots = []
            for day in range(NIGHTS):
                owed += each if day % 7 in weekdays else 0.0
                given = int(owed) if day % 7 in weekdays else 0
                if given < 4 and self.people <= 100:
                    given = 0  # a small operation's slots come in fours, or no family would ever get any
                owed -= given
                slots.append(given)
            countries.append(
                Country(
                    id=f"V{number}",
                    visa_for=("P1",) if number <= 2 else ("P1", "P2"),
                    slots=tuple(slots),
                    lead_days=lead,
                    valid_days=chance.choice((60, 90)),
                    passport_days=chance.choice((30, 90)),
                    cents=chance.choice((6_000, 8_000)),
                    line="visas",
                    escort_minutes=180,
                )
            )
        return countries + [
            Country(id=f"F{n}", slots=(0,) * NIGHTS, passport_days=10 * n) for n in range(1, _FREE + 1)
        ]

    def _departures(self) -> list[Departure]:
        chance = self.chance
        usual = 5 if self.people <= 500 else 6
        seats_each = (
            1.45 if self.people > 100 else 2.2
        )  # few departures fit few people: a family needs a whole one
        departures: list[Departure] = []
        for visa, share in ((True, 0.55), (False, 0.45)):
            wanted = round(self.people * seats_each * share)
            while wanted > 0:
                seats = max(2, usual + chance.randint(-2, 3) - (0 if visa else 1))
                wanted -= seats
                day = chance.randint(10 if visa else 3, NIGHTS - 1)
                departures.append(self._departure(len(departures) + 1, day, seats, visa=visa))
        return departures

    def _departure(self, number: int, day: int, seats: int, *, visa: bool) -> Departure:
        chance = self.chance
        ours = chance.random() < 0.2
        country = f"V{chance.randint(1, len(_LEADS))}" if visa else f"F{chance.randint(1, _FREE)}"
        return Departure(
            id=f"d{number:04}",
            day=day,
            country=country,
            seats=seats,
            route=f"r-{country}",
            tags=("land",) if ours or chance.random() < 0.25 else ("flight",),
            cents=chance.randrange(12_000, 26_000, 1_000) * (1 if visa else 2),
            line="travel",
            escort=ours,
            escort_minutes=480,
            escort_days=2,
            escort_parties=3,
        )

    def _members(self) -> tuple[Member, ...]:
        members = []
        for number in range(max(3, round(self.people / 22))):
            off = {number % 7, (number + 1) % 7}
            minutes = tuple(0 if day % 7 in off else 480 for day in range(NIGHTS))
            members.append(Member(id=f"m{number + 1:03}", minutes=minutes))
        members.append(Member(id="m-office", minutes=(480,) * NIGHTS, escorts=False))
        return tuple(members)

    def _lines(
        self, places: list[Place], departures: list[Departure], countries: list[Country]
    ) -> tuple[Line, ...]:
        night = sorted(place.cents for place in places)[len(places) // 2]
        seat = sorted(one.cents for one in departures for _ in range(one.seats))
        fee = max(country.cents for country in countries)
        return (
            Line(id="housing", cents=self.people * 30 * night),
            Line(id="travel", cents=round(self.people * seat[len(seat) // 2] * 1.1)),
            Line(id="visas", cents=round(self.people * 0.75 * fee)),
        )

    def _apart(self, parties: list[Party]) -> tuple[tuple[str, str], ...]:
        homes: dict[str | None, set[str]] = {}
        for party in parties:
            homes.setdefault(party.at, set()).add(party.id)
        pairs: set[tuple[str, str]] = set()
        if len(parties) < 2:
            return ()
        for _ in range(max(1, round(len(parties) * 0.03))):
            one, other = sorted(party.id for party in self.chance.sample(parties, 2))
            if not any(home and {one, other} <= who for home, who in homes.items()):
                pairs.add((one, other))
        return tuple(sorted(pairs))


def _promise(made: Instance, chance: random.Random) -> Instance:
    """Give 15 % of the parties, of those who are there, what an earlier plan promised them, one after the other."""
    index = Index(made)
    seats = {departure.id: departure.seats for departure in made.departures}
    slots = {(country.id, day): n for country in made.countries for day, n in enumerate(country.slots)}
    escorted = {departure.id for departure in made.departures if departure.escort}
    there = [party.id for party in made.parties if party.from_day == 0 and not party.escort]
    chosen = set(chance.sample(there, min(len(there), round(len(made.parties) * 0.15))))
    parties = []
    for party in made.parties:
        promised = _way(index, party, seats, slots, escorted) if party.id in chosen else None
        if promised is not None:
            sure = promised.departure if chance.random() < 1 / 40 else None
            fixed = Fixed(departure=sure)
            party = msgspec.structs.replace(party, promised=promised, fixed=fixed)  # noqa: PLW2901
        parties.append(party)
    return msgspec.structs.replace(made, parties=tuple(parties))


def _way(
    index: Index,
    party: Party,
    seats: dict[str, int],
    slots: dict[tuple[str, int], int],
    escorted: set[str],
) -> Way | None:
    """Return the first way out that is still free among what was promised before, with the bed the party has."""
    size = len(party.people)
    home = index.places[party.at] if party.at else None
    for way_out in exits(index, party):
        departure = way_out.departure
        if seats[departure.id] < size or departure.id in escorted:
            continue
        visa = None
        if way_out.visa_days is not None:
            days = [day for day in way_out.visa_days if slots[departure.country, day] >= way_out.applicants]
            if not days:
                continue
            visa = Visa(country=departure.country, day=days[0])
            slots[departure.country, days[0]] -= way_out.applicants
        seats[departure.id] -= size
        sleeps = home is not None and home.state != "exposed" and departure.day > 0
        stays = (Stay(place=home.id, first=0, last=departure.day - 1),) if home and sleeps else ()
        return Way(stays=stays, departure=departure.id, visa=visa)
    return None
