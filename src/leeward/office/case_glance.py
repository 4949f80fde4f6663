"""One case in ten seconds: what threatens them, what they need, what is late, where they sleep, who holds it."""

from __future__ import annotations

import datetime as dt

import msgspec

from leeward.base.say import Message
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import CheckIn
from leeward.domain.cases.due import Due
from leeward.domain.cases.ladder import Rung
from leeward.domain.cases.work import Need, most_urgent
from leeward.domain.relocation.beds import Stay, where
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.papers import noon
from leeward.domain.relocation.places import Place
from leeward.office import signs_now
from leeward.office.casework_base import today, tonight
from leeward.office.casework_views import Facts
from leeward.office.ladders import case_ladder, team_ladder
from leeward.office.session import Session
from leeward.office.travel_back import until_of


class Glance(msgspec.Struct, frozen=True):
    """What stands on top of a case's page."""

    danger_at: int  # noon of the day until which they were given; 0: no day is known
    danger_days: int  # from today to that day; below 0: it has passed
    needs: tuple[Need, ...]  # unmet, most urgent first
    late: tuple[Due, ...]  # danger first, then longest
    next: tuple[Due, ...]
    sign: CheckIn | None  # the one that is missing, or else the next
    missing: bool
    rung: Rung | None  # where on the ladder it is; of one that is ahead, what is done first if it is missed
    rung_words: Message | None  # who is asked to do what, of one that is missing
    rungs: int
    rung_number: int  # 0: on none yet
    stay: Stay | None  # tonight's
    moves_to: Place | None  # another bed that is given for a later night
    moves: Stay | None
    leaves: Leg | None  # the next leg that has not begun, or the one they are on
    away: dict[str, int]  # members who are away, and until when (0: not said)
    holder_id: str  # who has it in hand now
    stands_in: bool


def glance_at(session: Session, case: Case, facts: Facts) -> Glance:
    """Return the first look at a case."""
    now, night = session.now(), tonight(session)
    missing = next(iter(signs_now.missing(session, case.id)), None)
    ladder = case_ladder(session, case.id) or team_ladder(session)
    climb = missing.climb if missing else None
    rung = climb.rung if climb else next(iter(ladder), None)
    stays = session.find(Stay, case_id=case.id)
    later = [one for one in stays if one.takes_bed and one.first_night > night]
    moves = min(later, key=lambda one: (one.first_night, one.id), default=None)
    legs = [leg for leg in session.find(Leg, case_id=case.id) if leg.ahead or leg.state == "under-way"]
    away = until_of(session)
    gone = case.coordinator_id in away and case.deputy_id not in {"", *away}
    day = noon(case.danger_by)
    return Glance(
        danger_at=day,
        danger_days=_days(today(session), case.danger_by) if day else 0,
        needs=tuple(most_urgent(session.find(Need, case_id=case.id), now)),
        late=tuple(one for one in facts.dues if one.late and one.kind != "check_in"),
        next=tuple(one for one in facts.dues if not one.late and one.kind not in {"check_in", "case"}),
        sign=missing.one if missing else facts.line.next_check_in,
        missing=missing is not None,
        rung=rung,
        rung_words=signs_now.in_words(session, climb) if climb else None,
        rungs=len(ladder),
        rung_number=1 + ladder.index(climb.rung) if climb and climb.rung in ladder else 0,
        stay=where(case.id, night, stays),
        moves_to=session.get(Place, moves.place_id) if moves else None,
        moves=moves,
        leaves=min(legs, key=lambda leg: (not leg.departs, leg.departs, leg.number, leg.id), default=None),
        away=away,
        holder_id=case.deputy_id if gone else case.coordinator_id,
        stands_in=gone,
    )


def _days(first: str, last: str) -> int:
    return (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days
