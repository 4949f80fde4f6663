"""What two desks that were apart gave too often, for nights to come: shown on Today while it can still be mended.

Tonight's overfull places stand there already (casework_today); here are the nights after it, and everybody who would
sleep beside somebody they must not meet, tonight as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from leeward.base.say import Day, say, say_count
from leeward.domain.relocation.beds import Apart, Stay, crowded, meetings, nights_from
from leeward.domain.relocation.papers import noon
from leeward.domain.relocation.places import Place
from leeward.domain.today import Need, Urgency
from leeward.office.casework_base import tonight
from leeward.office.duty import Duty, duty_of
from leeward.office.relocation import holds_beds
from leeward.office.session import Session

NIGHTS = 28


def needs_now(session: Session) -> list[Need]:
    """Return overfull nights to come, the first of each place, and meetings that must not be."""
    if not holds_beds(session):
        return []
    places = {place.id: place for place in session.find(Place) if not place.retired_at}
    stays, duty, nights = session.find(Stay), duty_of(session), nights_from(tonight(session), NIGHTS)
    return [
        *_crowded(
            places, stays, nights[1:], {one.place_id for one in crowded(places, nights[:1], stays)}, duty
        ),
        *_meetings(session, places, stays, nights, duty),
    ]


def _crowded(
    places: dict[str, Place], stays: list[Stay], nights: list[str], told: set[str], duty: Duty
) -> Iterator[Need]:
    for one in crowded(places, nights, stays):
        if one.place_id in told:
            continue
        told.add(one.place_id)
        place = places[one.place_id]
        yield Need(
            Urgency.SOON,
            say("Too few beds"),
            say_count(
                "{n} person more than beds in {place} from {night}",
                "{n} people more than beds in {place} from {night}",
                one.people - one.beds,
                place=place.code_name,
                night=Day(noon(one.night)),
            ),
            say("Two desks may have given the same bed, or the rent has run out."),
            place.changed_at,
            say("Find a bed"),
            f"/places/{place.id}",
            holder_id=duty.holder("coordinator"),
        )


def _meetings(
    session: Session, places: dict[str, Place], stays: list[Stay], nights: list[str], duty: Duty
) -> Iterator[Need]:
    told = set()
    for one in meetings(session.find(Apart), nights, stays):
        place = places.get(one.place_id)
        if place is None or (one.place_id, one.case_ids) in told:
            continue
        told.add((one.place_id, one.case_ids))
        yield Need(
            Urgency.LATE,
            say("Must not meet"),
            say(
                "Two who must not meet would both sleep in {place} from {night}",
                place=place.code_name,
                night=Day(noon(one.night)),
            ),
            say("Two desks may have brought them there without sight of each other."),
            place.changed_at,
            say("Move one of them"),
            f"/places/{place.id}",
            holder_id=duty.holder("coordinator"),
        )
