"""The practice operation: forty people in hiding, six places, nine members of staff, sixty requests, 25 accounts.

Made by a seed, at any size; the same seed and moment give the same records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leeward.domain.intake.names import PSEUDONYMS
from leeward.domain.team import Member
from leeward.practice.beside import write_beside
from leeward.practice.cast import STAFF
from leeward.practice.chance import SeededChance
from leeward.practice.hotline import write_hotline
from leeward.practice.moment import DAY, HOUR, Script
from leeward.practice.people import write_people
from leeward.practice.places import write_places
from leeward.practice.scenes import write_scenes
from leeward.practice.testimonies import write_testimonies
from leeward.practice.ways_out import write_ways_out


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    people: int = 40
    requests: int = 60
    accounts: int = 25


def make_operation(
    *, seed: int, now: int, desks: Mapping[str, str], size: Size | None = None, language: str = "en"
) -> Script:
    """Return the whole operation as a script.

    `desks` maps names of staff who have a desk here to their member ids; the others are written down as members.
    `now` is the moment in milliseconds at which it is left to the reader.
    """
    size = size or Size()
    chance = SeededChance(seed)
    members = {staff.name: chance.make_id() for staff in STAFF} | dict(desks)
    script = Script(chance, now, members, language)
    for staff in STAFF:
        on_duty = now + 5 * HOUR if staff.on_duty else 0
        member = Member(
            id=members[staff.name],
            name=script.named(staff.name),
            role=staff.role,
            languages=staff.languages,
            on_duty_until=on_duty,
        )
        script.write(now - 50 * DAY, "operator", "team", member)
    names = [term.code for term in PSEUDONYMS]
    chance.random.shuffle(names)
    places = write_places(script)
    people = write_people(script, places, names, size.people)
    alone = write_hotline(script, people, names, size.requests)
    write_beside(script, write_testimonies(script, people, min(size.accounts, len(people))))
    write_scenes(script, alone)
    write_ways_out(script, people, places)
    return script
