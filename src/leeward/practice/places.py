"""Six invented places with their sealed addresses."""

from __future__ import annotations

import datetime as dt

from leeward.domain.relocation.places import Place, PlaceAddress
from leeward.practice.cast import CITY, HOUSES, House
from leeward.practice.moment import DAY, HOUR, Script


def write_places(script: Script) -> list[Place]:
    """Plan the places; return them with their ids."""
    return [_place(script, house, number) for number, house in enumerate(HOUSES)]


def _place(script: Script, house: House, number: int) -> Place:
    chance, now = script.chance, script.now
    ident = chance.make_id()
    address_circle = script.circle("address", "coordinator")
    since = now - (2 * HOUR + 12 * 60_000 if house.exposure == "exposed" else chance.hours(20, 60))
    address = PlaceAddress(
        id=chance.make_id(),
        place_id=ident,
        address=script.say(
            (
                f"{CITY}, Invented Street {10 + 7 * number}, flat {3 + number}",
                f"{script.named(CITY)}, Придуманная улица, {10 + 7 * number}, кв. {3 + number}",
            )
        ),
        how_to_enter=script.say(("Ring twice, wait, ring once.", "Два звонка, пауза, ещё один.")),
        owner=script.say(("a friend of the team", "друг команды")),
    )
    place = Place(
        id=ident,
        code_name=script.named(house.code_name),
        capacity=house.capacity,
        access_set=house.access,
        swept=_day(now - chance.between(2, 12) * DAY),
        rent_until=_day(now + house.rent_days * DAY) if house.rent_days else "",
        leaving=script.say(
            ("Out by the yard, meet at the second stop.", "Через двор, встреча на второй остановке.")
        ),
        keeper_id=script.members[chance.pick(("Timur", "Daria", "Rufina"))],
        address_id=address.id,
        address_compartment_id=address_circle,
        knows_ids=(script.members["Timur"], script.members["Rufina"]),
    )
    begun = now - 40 * DAY + number * HOUR
    script.write(begun, "operator", "team", place)
    script.write(begun, "operator", address_circle, address)
    if house.exposure != "clean":
        exposed = Place(
            id=ident, exposure=house.exposure, exposed_since=since, exposure_reason=script.say(house.reason)
        )
        script.write(since, "coordinator", "team", exposed)
    return place


def _day(moment: int) -> str:
    return dt.datetime.fromtimestamp(moment / 1000, dt.UTC).date().isoformat()
