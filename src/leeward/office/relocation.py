"""Safe places and who sleeps in them. The rules of domain/relocation/beds hold here whatever a page asks for.

1. Rules are checked on what this desk knows at the very moment the stay is written: one stay at a time.
2. What two desks did apart is found afterwards, shown, and never silently undone.
3. The address is in a compartment of its own; opening it is an entry there, and the team is told that it was.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Collection, Iterable

import msgspec

from leeward.base.say import say
from leeward.domain.cases.case import Case
from leeward.domain.cases.text import clean_name, clean_text
from leeward.domain.cases.words import ACCESS, STAGES
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.relocation.beds import Apart, Stay, check_day, check_stay, nights_from
from leeward.domain.relocation.board import PlaceRow, row_of
from leeward.domain.relocation.places import Place, PlaceAddress, in_order
from leeward.domain.relocation.words import EXPOSURE
from leeward.domain.typed import Change, write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import add, note, put, remove
from leeward.office import openings
from leeward.office.casework_base import line, require, require_case, tonight
from leeward.office.openings_two import write_content
from leeward.office.rhythms import keep_up
from leeward.office.session import Session
from leeward.office.team import grant_case, who_can_open

PLACING = threading.Lock()  # 1: between looking and writing, nobody else of this process places anyone


class Exposure(msgspec.Struct, frozen=True):
    """Whom an exposed place puts in danger: who sleeps there from tonight on, and which members know the address."""

    stays: tuple[Stay, ...]
    knows: frozenset[str]


class Board(msgspec.Struct, frozen=True):
    """Beds by night."""

    nights: tuple[str, ...]
    rows: tuple[PlaceRow, ...]


def add_place(  # noqa: PLR0913 - what a place is asked for, each once
    session: Session,
    code_name: str,
    capacity: int,
    *,
    address: str = "",
    how_to_enter: str = "",
    access: Iterable[str] = (),
    rent_until: str = "",
    rules: str = "",
    member_ids: Collection[str] = (),
) -> str:
    """Add a place; its address goes into a new compartment, opened for the members named. Return the place's id."""
    if not 1 <= capacity <= 200:
        raise OutOfRange(
            say("A place has from 1 to 200 beds."),
            kept=say("Nothing was changed; what was typed is still in the form."),
            next_step=say("Give the number of people who can sleep there."),
        )
    if rent_until:
        check_day(rent_until)
    circle = session.vault.make_compartment("address").id
    place = Place(
        id=session.make_id(),
        code_name=clean_name(code_name, needed=True),
        capacity=capacity,
        access_set=tuple(known(ACCESS, code) for code in access),
        rent_until=rent_until,
        rules=clean_text(rules),
        exposed_since=session.now(),
        address_id=session.make_id(),
        address_compartment_id=circle,
        knows_ids=tuple(sorted({session.member_id, *member_ids})),
    )
    where = PlaceAddress(
        id=place.address_id,
        place_id=place.id,
        address=clean_text(address),
        how_to_enter=clean_text(how_to_enter),
    )
    session.save_new(circle, where)
    grant_case(session, circle, {session.member_id, *member_ids})
    session.save_new(session.compartment_of("team"), place)
    return place.id


def set_place(  # noqa: PLR0913 - what a place is asked for, each once
    session: Session,
    place_id: str,
    *,
    capacity: int,
    rent_until: str,
    swept: str,
    rules: str,
    access: Iterable[str],
    night_cents: int | None = None,
    leaving: str | None = None,
) -> None:
    """Set what is known of a place without its address; None leaves price and way out of it as they are."""
    place = require(session, Place, place_id)
    for day in filter(None, (rent_until, swept)):
        check_day(day)
    wanted, there = {known(ACCESS, code) for code in access}, set(place.access_set)
    new: dict[str, object] = {
        "capacity": max(0, min(capacity, 200)),
        "rent_until": rent_until,
        "swept": swept,
        "rules": clean_text(rules),
        "night_cents": place.night_cents if night_cents is None else max(0, night_cents),
        "leaving": place.leaving if leaving is None else clean_text(leaving),
    }
    changes = [
        *put(
            "place", place_id, **{name: value for name, value in new.items() if value != getattr(place, name)}
        ),
        *add("place", place_id, "access_set", *sorted(wanted - there)),
        *remove("place", place_id, "access_set", *sorted(there - wanted)),
    ]
    if changes:
        session.commit(place.compartment, changes)


def set_address(session: Session, place_id: str, address: str, how_to_enter: str) -> None:
    """Write where the place is; what was written before must be open."""
    place = require(session, Place, place_id)
    where = require(session, PlaceAddress, place.address_id)
    write_content(session, where, address=clean_text(address), how_to_enter=clean_text(how_to_enter))


def open_address(session: Session, place_id: str, reason: str, why: str = "") -> PlaceAddress:
    """Return where a place is. Whoever holds its key sees who opened it, when and why; the team that it was (3)."""
    place = require(session, Place, place_id)
    where = require(session, PlaceAddress, place.address_id)
    if not openings.is_open(session, where.id):
        openings.open_alone(session, where.id, reason, why)
        tell_team(session, place, reason or "other")
    return openings.content(session, where)


def tell_team(session: Session, place: Place, reason: str) -> None:
    """Tell the team that an address was opened; not the words, which may name who sleeps there."""
    session.commit(place.compartment, note("place", place.id, "openings", {"reason": reason}))


def holds_beds(session: Session) -> bool:
    """Return whether this desk holds the key of the beds."""
    return bool(session.vault.compartments("beds"))


def holds_address(session: Session, place: Place) -> bool:
    """Return whether this desk could open the address."""
    return session.get(PlaceAddress, place.address_id) is not None if place.address_id else False


def give_address(session: Session, place_id: str, member_id: str) -> None:
    """Give a member the key to the address."""
    place = require(session, Place, place_id)
    require(session, PlaceAddress, place.address_id)
    if member_id not in {one.member_id for one in who_can_open(session, place.address_compartment_id)}:
        grant_case(session, place.address_compartment_id, {member_id})
    session.commit(place.compartment, add("place", place_id, "knows_ids", member_id))


def mark_exposed(session: Session, place_id: str, reason: str) -> Exposure:
    """Say that somebody who should not know a place knows it. Nobody can be brought there from now on."""
    set_exposure(session, place_id, "exposed", reason)
    return exposure_of(session, place_id)


def set_exposure(session: Session, place_id: str, exposure: str, reason: str) -> None:
    """Say whether a place is clean, doubtful or exposed, and why."""
    place = require(session, Place, place_id)
    known(EXPOSURE, exposure)
    why = clean_text(reason, needed=exposure != "clean")
    session.commit(
        place.compartment,
        put("place", place_id, exposure=exposure, exposed_since=session.now(), exposure_reason=why),
        note("place", place_id, "remarks", {"exposure": exposure, "reason": why}),
    )


def exposure_of(session: Session, place_id: str) -> Exposure:
    """Return who is in danger if this place is known."""
    place, night = require(session, Place, place_id), tonight(session)
    stays = [
        one
        for one in session.find(Stay, place_id=place_id)
        if one.takes_bed and (not one.last_night or one.last_night >= night)
    ]
    ordered = sorted(stays, key=lambda one: (one.first_night, one.id))
    return Exposure(tuple(ordered), frozenset(place.knows_ids))


def retire_place(session: Session, place_id: str, *, retired: bool = True) -> None:
    """Give a place up, or take it back into use."""
    place = require(session, Place, place_id)
    session.commit(place.compartment, put("place", place_id, retired_at=session.now() if retired else 0))


def place_in(
    session: Session, case_id: str, place_id: str, first_night: str, last_night: str = "", *, beds: int = 0
) -> str:
    """Give them beds in a place; return the stay's id. RuleBroken says which rule forbids it."""
    case, place = require_case(session, case_id), require(session, Place, place_id)
    with PLACING:  # 1
        new = Stay(
            id=session.make_id(),
            place_id=place_id,
            case_id=case_id,
            first_night=first_night,
            last_night=last_night,
            beds=beds or case.beds,
        )
        _check(session, new, place)
        session.save_new(session.compartment_of("beds"), new)
    _move_stage(session, case, place)
    keep_up(session, case_id)
    return new.id


def move(
    session: Session, case_id: str, place_id: str, first_night: str, last_night: str = "", *, beds: int = 0
) -> str:
    """Move them: from that night on they sleep in the other place. Return the new stay's id."""
    case, place = require_case(session, case_id), require(session, Place, place_id)
    first = check_day(first_night)
    with PLACING:  # 1
        ended: list[Change] = []
        kept: list[Stay] = []
        before = ""
        for one in session.find(Stay):
            goes_on = one.takes_bed and (not one.last_night or one.last_night >= first_night)
            if one.case_id != case_id or not goes_on:
                kept.append(one)
                continue
            before = one.id
            if one.first_night < first_night:
                last = (first - dt.timedelta(days=1)).isoformat()
                ended += put("stay", one.id, last_night=last)
                kept.append(msgspec.structs.replace(one, last_night=last))
            else:
                ended += put("stay", one.id, state="left" if one.state == "there" else "called-off")
        new = Stay(
            id=session.make_id(),
            place_id=place_id,
            case_id=case_id,
            first_night=first_night,
            last_night=last_night,
            beds=beds or case.beds,
            moved_from_id=before,
        )
        check_stay(new, place, kept, session.find(Apart), today=tonight(session))
        session.commit(session.compartment_of("beds"), ended, write_new(new))
    _move_stage(session, case, place)
    keep_up(session, case_id)
    return new.id


def _check(session: Session, stay: Stay, place: Place) -> None:
    check_stay(stay, place, session.find(Stay), session.find(Apart), today=tonight(session))


def _move_stage(session: Session, case: Case, place: Place) -> None:
    """Tell the story, and say that they are safe if they were not further on already."""
    further = STAGES.index("safe-place") <= case.step
    session.commit(
        case.compartment,
        () if further else put("case", case.id, stage="safe-place", stage_since=session.now()),
        line(session, case.id, "move", place.code_name, about_id=place.id),
    )


def set_nights(session: Session, stay_id: str, first_night: str, last_night: str) -> None:
    """Change the nights of a stay, under the same rules."""
    stay = require(session, Stay, stay_id)
    place = require(session, Place, stay.place_id)
    with PLACING:  # 1
        _check(session, msgspec.structs.replace(stay, first_night=first_night, last_night=last_night), place)
        session.commit(stay.compartment, put("stay", stay_id, first_night=first_night, last_night=last_night))
    keep_up(session, stay.case_id)


def came(session: Session, stay_id: str) -> None:
    """Say that they are there."""
    stay = require(session, Stay, stay_id)
    session.commit(stay.compartment, put("stay", stay_id, state="there"))


def left(session: Session, stay_id: str) -> None:
    """Say that they have left; the bed is free from tonight."""
    stay = require(session, Stay, stay_id)
    night = tonight(session)
    if stay.first_night >= night:
        session.commit(
            stay.compartment, put("stay", stay_id, state="left" if stay.state == "there" else "called-off")
        )
        keep_up(session, stay.case_id)
        return
    last = (dt.date.fromisoformat(night) - dt.timedelta(days=1)).isoformat()
    session.commit(stay.compartment, put("stay", stay_id, state="left", last_night=last))
    keep_up(session, stay.case_id)


def beds_held(session: Session, case_id: str) -> list[Stay]:
    """Return the stays, of tonight and to come, that hold a bed for them; none on a desk without the beds' key."""
    night = tonight(session)
    return [
        one
        for one in session.find(Stay, case_id=case_id)
        if one.takes_bed and (not one.last_night or one.last_night >= night)
    ]


def free_beds(session: Session, case_id: str) -> None:
    """Free every bed that is held for them from tonight on."""
    for one in beds_held(session, case_id):
        left(session, one.id)


def call_off_stay(session: Session, stay_id: str) -> None:
    """Call a planned stay off."""
    stay = require(session, Stay, stay_id)
    session.commit(stay.compartment, put("stay", stay_id, state="called-off"))
    keep_up(session, stay.case_id)


def board(session: Session, first_night: str = "", nights: int = 14) -> Board:
    """Return beds by night for all places in use, exposed ones first."""
    shown = nights_from(first_night or tonight(session), nights)
    stays = session.find(Stay)
    places = sorted(in_order(session.find(Place)), key=lambda place: place.exposure != "exposed")
    return Board(tuple(shown), tuple(row_of(place, shown, stays) for place in places))


def places_for(session: Session, case: Case, first_night: str, last_night: str = "") -> list[Place]:
    """Return the places that could take them on these nights, those that have what they need first."""
    stays = [one for one in session.find(Stay) if one.case_id != case.id]
    apart, night = session.find(Apart), tonight(session)
    fitting = []
    for place in in_order(session.find(Place)):
        wish = Stay(
            id="",
            place_id=place.id,
            case_id=case.id,
            first_night=first_night,
            last_night=last_night,
            beds=case.beds,
        )
        try:
            check_stay(wish, place, stays, apart, today=night)
        except RuleBroken:
            continue
        fitting.append(place)
    return sorted(fitting, key=lambda place: len(set(case.access_set) - set(place.access_set)))
