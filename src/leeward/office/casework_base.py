"""What every use case of casework starts from: the case it is about, and which night it is."""

from __future__ import annotations

import datetime as dt

import msgspec

from leeward.base.say import say
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import night_of
from leeward.domain.cases.story import CaseNote
from leeward.domain.typed import T, write_new
from leeward.ledger.model import Change
from leeward.office.errors import OfficeError
from leeward.office.session import Session


class NotForThisDesk(OfficeError):
    """A record is not here, or its key is not: from outside, the two look the same on purpose."""

    code = "office.not-for-this-desk"


def require(session: Session, kind: type[T], record: str) -> T:
    """Return the record, or raise NotForThisDesk."""
    found = session.get(kind, record)
    if found is None:
        raise NotForThisDesk(
            say("This is not on this desk, or you do not hold its key."),
            kept=say("Nothing was changed."),
            next_step=say("If you need it, ask whoever holds the case to give you the key."),
        )
    return found


def require_case(session: Session, case_id: str) -> Case:
    """Return the case, or raise NotForThisDesk."""
    return require(session, Case, case_id)


def today(session: Session) -> str:
    """Return the ISO day on this computer's wall."""
    now = dt.datetime.fromtimestamp(session.now() / 1000, tz=dt.UTC).astimezone()
    return now.date().isoformat()


def tonight(session: Session) -> str:
    """Return the ISO night it is: until six in the morning, yesterday's."""
    return night_of(session.now()).isoformat()


def line(session: Session, case_id: str, note: str, text: str, **fields: object) -> tuple[Change, ...]:
    """Return the changes that add a line to a case's story."""
    told = CaseNote(id=session.make_id(), case_id=case_id, note=note, text=text)
    return write_new(msgspec.structs.replace(told, **fields))
