"""What records a row of a spreadsheet asks for, under ids that the same row leads to on every desk.

1. An id is derived from the row's key with a secret of the team's (`namer`), so that nobody outside can try out whether
   somebody is among us, and no desk makes a second one of what a colleague imported.
2. What is `closed` goes into the identity or the address, and nowhere else.
3. What a new record needs besides (when it was opened, who holds it) is in `first`, and is never written again.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.cases.case import derive_code
from leeward.domain.importing import Row

Namer = Callable[..., str]

CASE, IDENTITY, TEAM, ADDRESS = "case", "identity", "team", "address"
_IDENTITY = (
    "legal_name",
    "name_in_passport",
    "other_names",
    "born",
    "birthplace",
    "national_number",
    "phone",
    "address",
)
_ADDRESS = ("address", "how_to_enter", "owner", "rent")


class Wanted(msgspec.Struct, frozen=True):
    """One record as a row wants it: in which kind of circle it lies, fields that are set, sets that are added to.

    `of` names, for each field, the column's field that it comes from.
    """

    kind: str
    id: str
    home: str
    fields: Mapping[str, Any]
    sets: Mapping[str, tuple[str, ...]] = {}
    first: Mapping[str, Any] = {}
    of: Mapping[str, str] = {}

    @property
    def closed(self) -> bool:
        """Return whether it is opened with a reason only."""
        return self.home in {IDENTITY, ADDRESS}


def namer(secret: bytes) -> Namer:
    """Return a function that makes ids from texts, with a secret that only the team has (1)."""

    def name(*parts: str) -> str:
        whole = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
        return derive_id("import", hmac.digest(secret, whole, "sha256"))

    return name


def case_id_of(name: Namer, key: tuple[str, ...]) -> str:
    """Return the id of the case that a row of people with this key is, or becomes."""
    return name("people", *key)


def people(row: Row, name: Namer, *, now: int, member_id: str, pseudonym: str) -> list[Wanted]:
    """Return what a row about a person asks for; the first is the case."""
    case_id, got = case_id_of(name, row.key), row.values
    called = got.get("pseudonym", "")
    first = {
        "pseudonym": called or pseudonym,
        "code": derive_code(case_id),
        "stage": "first-contact",
        "stage_since": got.get("opened", now),
        "coordinator_id": member_id,
        "opened_at": got.get("opened", now),
        "identity_id": name("identity", case_id),
    }
    if "risk" in got and got["risk"] != "unknown":
        first["risk_since"] = now
    if got.get("status") in {"closed", "archived"}:
        first |= {"closed_at": now}
    case = _wanted(
        "case", case_id, CASE, row, ("pseudonym", "risk", "risk_reason", "stage", "status", "beds", "told")
    )
    sets = {f"{field}_set": got[of] for field, of in _CASE_SETS.items() if got.get(of)}
    of = dict(case.of) | {f"{field}_set": of for field, of in _CASE_SETS.items()}
    year = got.get("birth_year")
    born = {"birth_from": year, "birth_to": year} if year else {}
    person = Wanted(
        "person", name("self", case_id), CASE, born, first={"case_id": case_id, "pseudonym": first["pseudonym"],
        "relation": "self"}, of=dict.fromkeys(born, "birth_year"),
    )  # fmt: skip
    identity = _wanted("identity", first["identity_id"], IDENTITY, row, _IDENTITY, {"case_id": case_id})
    return [
        msgspec.structs.replace(case, sets=sets, of=of, first=first),
        person,
        identity,
        *_of_person(row, name, case_id, now),
    ]


_CASE_SETS = {"threat": "threats", "language": "languages", "access": "access"}


def _of_person(row: Row, name: Namer, case_id: str, now: int) -> list[Wanted]:
    """Return the needs, the task and the line of the story that a person's row may hold, too."""
    got = row.values
    found = [
        Wanted("need", name("need", case_id, need), CASE, {"need": need}, of={"need": "need"},
               first={"case_id": case_id, "requested_at": got.get("opened", now)})
        for need in got.get("need", ())
    ]  # fmt: skip
    if "task" in got:
        task = {"title": got["task"]} | ({"due": got["task_due"]} if "task_due" in got else {})
        found.append(
            Wanted("task", name("task", case_id), CASE, task, first={"case_id": case_id},
                   of={"title": "task", "due": "task_due"})
        )  # fmt: skip
    if "note" in got:
        first = {"case_id": case_id, "note": "note", "happened_at": got.get("opened", now), "folded": True}
        found.append(Wanted("case_note", name("note", case_id), CASE, {"text": got["note"]}, first=first,
                            of={"text": "note"}))  # fmt: skip
    return found


def need(row: Row, name: Namer, *, case_id: str, now: int) -> Wanted:
    """Return the need that a row asks for."""
    got = row.values
    first = {"case_id": case_id, "requested_at": got.get("requested", now)}
    wanted = _wanted(
        "need", name("needs", *row.key), CASE, row, ("need", "what", "due", "provider", "outcome"), first
    )
    more: dict[str, Any] = {}
    if "need_status" in got:
        more["status"] = got["need_status"]
    if "cost" in got:
        more |= _money(got["cost"], got.get("currency", ""), "cost_cents")
    return _with(wanted, more, {"status": "need_status", "cost_cents": "cost", "currency": "currency"})


def task(row: Row, name: Namer, *, case_id: str, owner_id: str, now: int) -> Wanted:
    """Return the task that a row asks for."""
    wanted = _wanted(
        "task",
        name("tasks", *row.key),
        CASE,
        row,
        ("title", "due", "priority", "result"),
        {"case_id": case_id},
    )
    more: dict[str, Any] = {"owner_id": owner_id} if owner_id else {}
    wanted = _with(wanted, more, {"owner_id": "owner"})
    if row.values.get("done"):
        first = {**wanted.first, "done_at": now}
        wanted = msgspec.structs.replace(wanted, first=first)
    return wanted


def expense(row: Row, name: Namer, *, case_id: str) -> Wanted:
    """Return the expense that a row asks for."""
    wanted = _wanted(
        "expense",
        name("expenses", *row.key),
        CASE,
        row,
        ("line", "what", "donor", "day"),
        {"case_id": case_id},
    )
    money = _money(row.values["amount"], row.values.get("currency", ""), "amount_cents")
    return _with(wanted, money, {"amount_cents": "amount", "currency": "currency"})


def place(row: Row, name: Namer, *, now: int, knows: tuple[str, ...]) -> list[Wanted]:
    """Return the place and its address that a row asks for; the first is the place."""
    got, place_id = row.values, name("places", *row.key)
    address_id = name("address", place_id)
    first = {"exposed_since": now, "address_id": address_id}
    wanted = _wanted("place", place_id, TEAM, row, ("code_name", "capacity", "rent_until", "swept"), first)
    sets = {"access_set": got["access"]} if got.get("access") else {}
    wanted = msgspec.structs.replace(
        wanted, sets=sets | {"knows_ids": knows}, of={**wanted.of, "access_set": "access"}
    )
    return [wanted, _wanted("place_address", address_id, ADDRESS, row, _ADDRESS, {"place_id": place_id})]


def _wanted(
    kind: str,
    record: str,
    home: str,
    row: Row,
    fields: tuple[str, ...],
    first: Mapping[str, Any] | None = None,
) -> Wanted:
    found = {field: row.values[field] for field in fields if field in row.values}
    return Wanted(kind, record, home, found, first=first or {}, of={field: field for field in found})


def _with(wanted: Wanted, more: Mapping[str, Any], of: Mapping[str, str]) -> Wanted:
    return msgspec.structs.replace(wanted, fields={**wanted.fields, **more}, of={**wanted.of, **of})


def _money(value: tuple[int, str], currency: str, field: str) -> dict[str, Any]:
    cents, written = value
    return {field: cents, **({"currency": currency or written} if currency or written else {})}
