"""Conflicts: two people wrote one field without sight of each other. Both values are kept until somebody settles it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from leeward.base.say import Code, Message, say
from leeward.domain.errors import OutOfRange
from leeward.domain.joined_text import is_prose, join_texts
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
_OPENED = frozenset({"address", "identity"})  # circles whose every opening is an entry
_SINCE = "_since"  # moments that the desk itself writes down beside what a person does: the later one stands
_QUIET = frozenset({("seat", "released_at"), ("slot", "released_at")})  # given back twice is given back
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
    sealed: bool = (
        False  # an address or a legal identity: its values are shown where it was opened, and only there
    )

    @property
    def joinable(self) -> bool:
        """Tell whether the values are texts that can stand one after another."""
        return all(is_prose(one.value) for one in self.candidates)


def about(session: Session, found: Collection[Conflict], ids: Collection[str]) -> list[Conflict]:
    """Return those conflicts that are of these records, or of what belongs to them: shown where the work is done."""
    cases = {held.compartment for one in ids if (held := session.vault.get(one)) is not None}
    cases &= {circle.id for circle in session.vault.compartments("case")}
    return [
        one
        for one in found
        if one.record.id in ids or one.record.compartment in cases or _belongs(one.record, ids)
    ]


def _belongs(record: Record, ids: Collection[str]) -> bool:
    return any(name.endswith("_id") and value in ids for name, value in record.fields.items())


def list_conflicts(session: Session) -> list[Conflict]:
    """Return every conflict this desk can see."""
    found = []
    for record_id in session.vault.conflicts():
        record = session.vault.get(record_id)
        for field, candidates in record.conflicts.items() if record is not None else ():
            assert record is not None
            if field.endswith(_SINCE) or (record.kind, field) in _QUIET:
                continue
            shown = record.fields.get(field)
            ordered = sorted(candidates, key=lambda one: (one.value != shown, -one.at))
            sealed = session.vault.compartment(record.compartment).kind in _OPENED
            found.append(Conflict(record, field, tuple(ordered), sealed))
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
    found = _unsettled(session, record_id, field)
    if not 0 <= choice < len(found.candidates):
        raise _changed_meanwhile()
    _write(session, found, found.candidates[choice].value)


def keep_all(session: Session, record_id: str, field: str) -> None:
    """Let every sentence of every value stand; only for texts."""
    found = _unsettled(session, record_id, field)
    if not found.joinable:
        raise _changed_meanwhile()
    _write(session, found, join_texts([str(one.value) for one in found.candidates]))


def _write(session: Session, found: Conflict, value: object) -> None:
    record = found.record
    moments = {
        field: max(one.value for one in candidates)
        for field, candidates in record.conflicts.items()
        if field.endswith(_SINCE) and all(isinstance(one.value, int) for one in candidates)
    }
    session.commit(record.compartment, put(record.kind, record.id, **{**moments, found.field: value}))


def _unsettled(session: Session, record_id: str, field: str) -> Conflict:
    here = [one for one in list_conflicts(session) if one.record.id == record_id and one.field == field]
    if not here:
        raise _changed_meanwhile()
    return here[0]


def _changed_meanwhile() -> OutOfRange:
    return OutOfRange(
        say("This is settled already, or was changed meanwhile."),
        kept=say("Nothing was changed."),
        next_step=say("Look at the list again."),
    )
