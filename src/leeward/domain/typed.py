"""Between the ledger's plain records and the domain's typed ones.

A domain record is a frozen struct whose fields all have defaults, since any field may still be unknown at 3 a.m.
Fields it does not name survive in the ledger untouched: an older desk never destroys what a newer one wrote.

    class Place(Typed, frozen=True, kw_only=True):
        kind: ClassVar[str] = "place"
        code_name: str = ""
        capacity: int = 0
        line: Annotated[str, Coded("budget-line")] = ""     # a code, shown by the words of that vocabulary
        known_to_ids: tuple[str, ...] = ()      # a set in the ledger (ADD and REMOVE)
        remarks: tuple[Note, ...] = ()          # notes in the ledger (APPEND)

    place = read(Place, record)
    changes = write_new(Place(id=make_id(chance), code_name="Harbour 1", capacity=4))
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar, get_args

import msgspec

from leeward.domain.errors import DamagedRecord
from leeward.ledger.model import Candidate, Change, Note, Record, add, put

__all__ = [
    "Candidate",
    "Change",
    "Coded",
    "Note",
    "Record",
    "Typed",
    "read",
    "read_all",
    "vocabulary_of",
    "write_new",
]

_OWN = frozenset({"id", "compartment", "created_at", "created_by", "changed_at", "changed_by", "conflicts"})


class Coded(msgspec.Struct, frozen=True):
    """Said of a field that holds codes: by the name of which vocabulary. `Annotated[str, Coded("role")]`."""

    vocabulary: str


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What every typed record has besides its own fields."""

    kind: ClassVar[str]

    id: str
    compartment: str = ""
    created_at: int = 0  # milliseconds, by the author's clock
    created_by: str = ""  # member id
    changed_at: int = 0
    changed_by: str = ""
    conflicts: Mapping[str, tuple[Candidate, ...]] = msgspec.field(default_factory=dict)


T = TypeVar("T", bound=Typed)


def read(kind: type[T], record: Record) -> T:
    """Return the record as its type; DamagedRecord if a field has the wrong shape."""
    own = {
        "id": record.id,
        "compartment": record.compartment,
        "created_at": record.created_at,
        "created_by": record.created_by,
        "changed_at": record.changed_at,
        "changed_by": record.changed_by,
        "conflicts": record.conflicts,
    }
    known = {field: value for field, value in record.fields.items() if field not in _OWN}
    for field in _note_fields(kind) & known.keys():
        if not all(isinstance(one, Note) for one in _list_of(known[field])):
            del known[field]  # set, not appended: what it says of who wrote it and when, nobody signed
    try:
        return msgspec.convert({**known, **own}, kind)
    except msgspec.ValidationError as error:
        raise DamagedRecord(
            f"The {kind.kind} {record.id[:6]} cannot be shown: {error}.",
            kept="Nothing is lost: every value it ever had is in its history.",
            next_step="Open its history and set the field again.",
        ) from error


@functools.cache
def _note_fields(kind: type[Typed]) -> frozenset[str]:
    return frozenset(one.name for one in msgspec.structs.fields(kind) if one.type == tuple[Note, ...])


def vocabulary_of(kind: str, field: str) -> str:
    """Return the name of the vocabulary whose codes a field of a kind of records holds; "" if it holds none."""
    return _coded().get((kind, field), "")


@functools.cache
def _coded() -> Mapping[tuple[str, str], str]:
    """Return the vocabulary of each coded field of all records that are known when this is first asked."""
    found = {}
    waiting = Typed.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        for field in msgspec.structs.fields(kind):
            for said in get_args(field.type):
                if isinstance(said, Coded):
                    found[getattr(kind, "kind", ""), field.name] = said.vocabulary
    return found


def _list_of(value: Any) -> Iterable[Any]:  # noqa: ANN401 - what a record carries
    return value if isinstance(value, tuple) else (value,)


def read_all(kind: type[T], records: Iterable[Record]) -> list[T]:
    """Return those records that can be read; damaged ones are left to the pages that show damage."""
    readable = []
    for record in records:
        try:
            readable.append(read(kind, record))
        except DamagedRecord:
            continue
    return readable


def write_new(typed: Typed) -> tuple[Change, ...]:
    """Return the changes that make this record: every field that differs from its default."""
    changes: list[Change] = []
    for field in msgspec.structs.fields(typed):
        if field.name in _OWN:
            continue
        value: Any = getattr(typed, field.name)
        if value == _default(field):
            continue
        if isinstance(value, tuple) and field.name.endswith(("_ids", "_set")):
            changes.extend(add(typed.kind, typed.id, field.name, *value))
        else:
            changes.extend(
                put(typed.kind, typed.id, **{field.name: msgspec.to_builtins(value, builtin_types=(bytes,))})
            )
    return tuple(changes)


def _default(field: msgspec.structs.FieldInfo) -> Any:  # noqa: ANN401 - a default can be of any type
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default
