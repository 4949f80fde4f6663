"""Conflicts: two people wrote one field without sight of each other. Both values are kept until somebody settles it."""

from __future__ import annotations

import msgspec

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.ledger.model import Candidate, Record, put
from leeward.office.session import Session


class Conflict(msgspec.Struct, frozen=True):
    """One field of one record with the values that stand against each other, the one now shown first."""

    record: Record
    field: str
    candidates: tuple[Candidate, ...]


def list_conflicts(session: Session) -> list[Conflict]:
    """Return every conflict this desk can see."""
    found = []
    for record_id in session.vault.conflicts():
        record = session.vault.get(record_id)
        for field, candidates in record.conflicts.items() if record is not None else ():
            assert record is not None
            shown = record.fields.get(field)
            ordered = sorted(candidates, key=lambda one: (one.value != shown, -one.at))
            found.append(Conflict(record, field, tuple(ordered)))
    return found


def settle_conflict(session: Session, record_id: str, field: str, choice: int) -> None:
    """Let one of the values stand; the others stay in the history."""
    here = [one for one in list_conflicts(session) if one.record.id == record_id and one.field == field]
    if not here or not 0 <= choice < len(here[0].candidates):
        raise OutOfRange(
            say("This is settled already, or was changed meanwhile."),
            kept=say("Nothing was changed."),
            next_step=say("Look at the list again."),
        )
    record = here[0].record
    session.commit(
        record.compartment, put(record.kind, record_id, **{field: here[0].candidates[choice].value})
    )
