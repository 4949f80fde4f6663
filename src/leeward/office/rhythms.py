"""Rhythms of signs of life: agreed once, and kept up by whichever desk is open.

1. What is written is what the rhythm, the stays and the legs ask for, under ids that every desk derives alike; so it
   may be done on all desks, any number of times.
2. A desk that cannot see the beds, or does not know the agreed clock, neither writes nor calls off what depends on
   them.
3. What a person called off by hand stays called off.
4. What is missed stays missed: only what lies ahead is called off by itself.
5. Nothing is written for a time before it was agreed: a slow clock makes nobody missing.
"""

from __future__ import annotations

import datetime as dt
import os
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import HOUR, CheckIn, CheckInState
from leeward.domain.cases.words import CHECK_IN
from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.rhythm import (
    LEGS_AHEAD,
    MOST,
    NIGHTS,
    Rhythm,
    Wanted,
    check_rhythm,
    rhythm_id,
    wanted_of_legs,
    wanted_of_stays,
)
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import Change, put
from leeward.office.casework_base import require_case
from leeward.office.session import Session

_DAY = 24 * HOUR
_HORIZON = {"stay": (NIGHTS - 1) * _DAY, "leg": LEGS_AHEAD}
_FIELDS = ("times", "departure", "points", "arrival", "grace", "how", "who_id", "second_id", "zone", "offset")


def rhythm_of(session: Session, case_id: str, of: str) -> Rhythm | None:
    """Return what was agreed for the nights ("stay") or the legs ("leg") of a case, if it holds."""
    kept = session.get(Rhythm, rhythm_id(case_id, of))
    return kept if kept is not None and kept.case_id == case_id and not kept.ended_at else None


def agree_on_nights(
    session: Session,
    case_id: str,
    times: Sequence[int],
    *,
    grace: int = HOUR,
    how: str = "message",
    who_id: str = "",
    second_id: str = "",
    zone: str | None = None,
) -> None:
    """Agree on signs of life at these minutes after midnight, each night on which they have a bed from us."""
    here, offset = _clock_here(session) if zone is None else (zone, 0)
    wish = Rhythm(
        id=rhythm_id(case_id, "stay"),
        case_id=case_id,
        of="stay",
        times=tuple(times),
        zone=here,
        offset=offset,
        grace=grace,
        how=known(CHECK_IN, how),
        who_id=who_id,
        second_id=second_id,
    )
    _agree(session, wish)


def agree_on_legs(  # noqa: PLR0913 - what is agreed with the person, each once
    session: Session,
    case_id: str,
    *,
    departure: int = -1,
    points: bool = False,
    arrival: int = -1,
    grace: int = HOUR,
    how: str = "message",
    who_id: str = "",
    second_id: str = "",
) -> None:
    """Agree on signs of life of every leg: minutes after leaving and after arriving (-1: none), and at its points."""
    wish = Rhythm(
        id=rhythm_id(case_id, "leg"),
        case_id=case_id,
        of="leg",
        departure=departure,
        points=points,
        arrival=arrival,
        grace=grace,
        how=known(CHECK_IN, how),
        who_id=who_id,
        second_id=second_id,
    )
    _agree(session, wish)


def end_rhythm(session: Session, case_id: str, of: str) -> None:
    """End it; what it had written ahead is called off."""
    kept = rhythm_of(session, case_id, of)
    if kept is not None:
        session.commit(kept.compartment, put(Rhythm.kind, kept.id, ended_at=session.now()))
        keep_up(session, case_id)


def _agree(session: Session, wish: Rhythm) -> None:
    case = require_case(session, wish.case_id)
    agreed = check_rhythm(wish)
    kept = session.get(Rhythm, agreed.id)
    if kept is None:
        session.save_new(case.compartment, agreed)
    else:
        wanted = msgspec.to_builtins(agreed)
        there = msgspec.to_builtins(kept)
        new = {name: wanted[name] for name in _FIELDS if wanted[name] != there[name]}
        if kept.ended_at:
            new["ended_at"] = 0
        if new:
            session.commit(kept.compartment, put(Rhythm.kind, kept.id, **new))
    keep_up(session, wish.case_id)


def keep_up(session: Session, case_id: str = "") -> int:
    """Write what is asked for and not there, move what moved, call off what is no more; return how many changed.

    Of one case, or of all that this desk can read.
    """
    rhythms = session.find(Rhythm, **({"case_id": case_id} if case_id else {}))
    cases: dict[str, list[Rhythm]] = defaultdict(list)
    for one in rhythms:
        cases[one.case_id].append(one)
    changed = 0
    for one_id, those in cases.items():
        case = session.get(Case, one_id)
        if case is not None:
            changed += _keep_up_case(session, case, those)
    return changed


def _keep_up_case(session: Session, case: Case, rhythms: list[Rhythm]) -> int:
    mine = session.find(CheckIn, compartment=case.compartment, case_id=case.id)
    there = {one.id: one for one in mine}
    changes: list[Change] = []
    for rhythm in rhythms:
        if rhythm.compartment != case.compartment:
            continue
        wanted = _wanted(session, case, rhythm)
        if wanted is not None:
            changes += _differences(session, case, rhythm, wanted, there)
    if changes:
        session.commit(case.compartment, changes)
    return len({change.record for change in changes})


def _wanted(session: Session, case: Case, rhythm: Rhythm) -> list[Wanted] | None:
    """Return what should be there; None if this desk cannot know it. Rule 2."""
    if rhythm.ended_at or not case.living:
        return []
    if rhythm.of == "leg":
        broken = {one.id for one in session.find(Journey, case_id=case.id) if one.state == "aborted"}
        legs = [one for one in session.find(Leg, case_id=case.id) if one.journey_id not in broken]
        return wanted_of_legs(rhythm, legs, session.now())
    if not session.vault.compartments("beds"):
        return None
    return wanted_of_stays(rhythm, session.find(Stay, case_id=case.id), session.now())


def _differences(
    session: Session, case: Case, rhythm: Rhythm, wanted: list[Wanted], there: dict[str, CheckIn]
) -> Iterator[Change]:
    now = session.now()
    room = MOST - sum(
        one.rhythm_id == rhythm.id and one.state(now) == CheckInState.AHEAD for one in there.values()
    )
    for wish in wanted:
        kept = there.get(wish.id)
        if kept is not None:
            yield from _mended(kept, wish, now)
        elif wish.due > max(now, rhythm.changed_at) and room > 0:  # 5
            room -= 1
            yield from write_new(_made(case, rhythm, wish))
    ids = {wish.id for wish in wanted}
    end = now + _HORIZON[rhythm.of]
    for one in there.values():
        mine = one.rhythm_id == rhythm.id and one.id not in ids
        if mine and one.state(now) == CheckInState.AHEAD and (one.due <= end or rhythm.ended_at):  # 4
            yield from put("check_in", one.id, called_off_at=now, off_by_rhythm=True)


def _mended(kept: CheckIn, wish: Wanted, now: int) -> Iterator[Change]:
    """Yield what moves one with its stay or leg, and brings back one that was called off with it. Rule 3."""
    if kept.called_off_at:
        if kept.off_by_rhythm and wish.due > now:
            yield from put("check_in", kept.id, called_off_at=0, off_by_rhythm=False, due=wish.due)
    elif kept.due != wish.due and kept.waiting(now):
        yield from put("check_in", kept.id, due=wish.due)


def _made(case: Case, rhythm: Rhythm, wish: Wanted) -> CheckIn:
    return CheckIn(
        id=wish.id,
        case_id=case.id,
        journey_id=wish.journey_id,
        leg_id=wish.leg_id,
        rhythm_id=rhythm.id,
        point=wish.point,
        due=wish.due,
        grace=rhythm.grace,
        how=rhythm.how,
        who_id=wish.who_id or rhythm.who_id or case.coordinator_id,
        second_id=rhythm.second_id or case.deputy_id,
    )


def _clock_here(session: Session) -> tuple[str, int]:
    """Return the name of this computer's clock on the wall, or "" and minutes east of UTC if it has none we can use."""
    now = dt.datetime.fromtimestamp(session.now() / 1000, tz=dt.UTC)
    local = now.astimezone()
    offset = int((local.utcoffset() or dt.timedelta()).total_seconds()) // 60
    name = os.environ.get("TZ", "").lstrip(":") or _linked_zone()
    try:
        same = now.astimezone(zoneinfo.ZoneInfo(name)).utcoffset() == local.utcoffset() if name else False
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        same = False
    return (name, 0) if same else ("", offset)


def _linked_zone() -> str:
    try:
        path = Path("/etc/localtime").resolve().as_posix()
    except OSError:
        return ""
    return path.partition("zoneinfo/")[2]
