"""What a row of a sheet changes in records that are here already.

1. Only a cell that says something new is a change: a value that stood in the field before, and was replaced at the
   desk, is not put back, and nothing is taken out of a list.
"""

from __future__ import annotations

from collections.abc import Mapping

from leeward.domain import importing_records as wants
from leeward.domain.cases.case import Case
from leeward.domain.homes import HOMES
from leeward.domain.importing_records import Wanted
from leeward.domain.relocation.places import Place
from leeward.ledger.model import Change, Op, Record, add, note, put
from leeward.office.session import Session
from leeward.office.twins import hidden


def differences(
    session: Session, one: Wanted, there: Record, changed: list[str], kept: list[str], *, now: int
) -> list[Change]:
    """Return what a row says anew of a record; which columns that were, and which stay, go into the two lists (1)."""
    new: list[Change] = []
    differing = {field: value for field, value in one.fields.items() if there.fields.get(field) != value}
    before = session.vault.history(one.id) if differing else []
    for field, value in differing.items():
        code = one.of.get(field, field)
        if any(line.field == field and line.op == Op.SET and line.value == value for line in before):
            kept.append(code)
        else:
            new += put(one.kind, one.id, **{field: value})
            changed.append(code)
            if one.kind == Case.kind and field in {"risk", "stage"}:
                new += put(one.kind, one.id, **{f"{field}_since": now})
            if one.kind == Case.kind and field == "risk":
                reason = one.fields.get("risk_reason", "")
                new += note(one.kind, one.id, "risk_notes", {"level": value, "reason": reason})
    for field, values in one.sets.items():
        missing = [value for value in values if value not in (there.fields.get(field) or ())]
        was = {line.value for line in session.vault.history(one.id) if line.field == field} if missing else ()
        fresh = [value for value in missing if value not in was]
        if fresh:
            new += add(one.kind, one.id, field, *fresh)
            changed.append(one.of.get(field, field))
    return new


def new_record(one: Wanted) -> list[Change]:
    """Return the changes that make a record."""
    changes: list[Change] = []
    for field, value in {**one.first, **one.fields}.items():
        if isinstance(value, tuple):
            changes += add(one.kind, one.id, field, *value)
        else:
            changes += put(one.kind, one.id, **{field: value})
    for field, values in one.sets.items():
        changes += add(one.kind, one.id, field, *values)
    return changes


def is_blank(there: Record) -> bool:
    """Tell whether nothing was ever written in a closed record."""
    return not any(value for field, value in there.fields.items() if field not in {"case_id", "place_id"})


_KINDS: Mapping[str, tuple[str, ...]] = {
    "people": ("case", "person", "need", "task", "case_note", "identity"),
    "needs": ("need",),
    "tasks": ("task",),
    "expenses": ("expense",),
    "places": ("place", "place_address"),
}


def records_here(session: Session, target: str) -> dict[str, Record]:
    """Return the records that rows may be about, by id; of one that lies in two circles, the one that is shown."""
    found: dict[str, Record] = {}
    gone = hidden(session.vault)
    for kind in _KINDS[target]:
        for record in session.vault.find(kind):
            home = wants.TEAM if kind == Place.kind else HOMES.get(kind, wants.CASE)
            if record.compartment not in gone and session.vault.compartment(record.compartment).kind == home:
                found.setdefault(record.id, record)
    return found
