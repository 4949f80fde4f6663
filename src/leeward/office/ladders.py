"""The team's ladder after a missed sign of life, and the one that a single case may have instead."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import CheckIn
from leeward.domain.cases.ladder import LADDER, Ladder, Rung, check_rungs
from leeward.domain.cases.text import clean_text
from leeward.ledger.model import put
from leeward.office.casework_base import require_case
from leeward.office.session import Session


def team_ladder(session: Session) -> tuple[Rung, ...]:
    """Return the team's ladder, or the one that holds until it agrees on its own."""
    return _kept(session, session.compartment_of("team"), _team_id(session)) or LADDER


def case_ladder(session: Session, case_id: str) -> tuple[Rung, ...]:
    """Return the ladder that a case has of its own; empty if the team's holds."""
    case = session.get(Case, case_id)
    return _kept(session, case.compartment, _case_id(case_id)) if case is not None else ()


def ladder_of(session: Session, one: CheckIn) -> tuple[Rung, ...]:
    """Return the ladder that holds for a check-in."""
    return one.steps(case_ladder(session, one.case_id) or team_ladder(session))


def set_team_ladder(session: Session, rungs: Sequence[Rung]) -> None:
    """Agree on the team's ladder; OutOfRange if it is none."""
    _save(session, session.compartment_of("team"), _team_id(session), check_rungs(_clean(rungs)))


def set_case_ladder(session: Session, case_id: str, rungs: Sequence[Rung]) -> None:
    """Agree on a ladder for one case; no rungs at all: the team's holds again."""
    case = require_case(session, case_id)
    agreed = check_rungs(_clean(rungs)) if rungs else ()
    _save(session, case.compartment, _case_id(case_id), agreed, case_id=case_id)


def _save(session: Session, circle: str, record: str, rungs: tuple[Rung, ...], **fields: str) -> None:
    if _kept(session, circle, record) != rungs:
        session.commit(circle, put(Ladder.kind, record, rungs=msgspec.to_builtins(rungs), **fields))


def _kept(session: Session, circle: str, record: str) -> tuple[Rung, ...]:
    """Return what stands there; only from its own circle, since any other's members could write one, too."""
    found = (one for one in session.find(Ladder, compartment=circle) if one.id == record)
    return next((one.rungs for one in found), ())


def _clean(rungs: Sequence[Rung]) -> list[Rung]:
    return [msgspec.structs.replace(one, en=clean_text(one.en), ru=clean_text(one.ru)) for one in rungs]


def _team_id(session: Session) -> str:
    return derive_id("ladder", session.compartment_of("team"))


def _case_id(case_id: str) -> str:
    return derive_id("ladder", case_id)
