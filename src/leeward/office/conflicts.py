"""Conflicts: two people wrote one field without sight of each other. Both values are kept until somebody settles it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from leeward.base.say import Code, Message, say
from leeward.domain.errors import OutOfRange
from leeward.ledger.model import Candidate, Record, put
from leeward.office import casework_history
from leeward.office.session import Session

_OF_CONTACTS: Mapping[str, Message] = {
    "urgency": say("how urgent"),
    "vetting": say("vetting"),
    "relation": say("who they are to the person in danger"),
    "place_told": say("the place they told"),
    "safe_where": say("where it is safe to answer"),
    "safe_when": say("when it is safe to answer"),
    "safe_device": say("their device"),
    "safe_note": say("what to mind when answering"),
}
_CODED = {
    "urgency": "urgency",
    "vetting": "vetting",
    "relation": "contact-relation",
    "safe_device": "safe-device",
}


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


def field_word(one: Conflict) -> Message:
    """Return what was written twice, in words."""
    return _OF_CONTACTS.get(one.field) or casework_history.field_word(one.field)


def value_word(one: Conflict, value: object, names: Mapping[str, str]) -> Message:
    """Return one of the values as a person says it; `names` are the members' by id."""
    vocabulary = _CODED.get(one.field) if one.record.kind == "contact" else None
    if vocabulary and isinstance(value, str) and value:
        return say("{word}", word=Code(f"{vocabulary}/{value}"))
    return casework_history.shown(one.record.kind, one.field, value, names)


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
