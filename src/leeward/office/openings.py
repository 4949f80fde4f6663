"""Opening a legal identity or the address of a place: with a reason, seen by all who hold its key (ADR 28).

1. Nothing shows a name or an address but through `content`, and `content` gives it only while it is open.
2. It is open after an entry was written in its own circle that says who, why, and on which device; never before.
3. It is open for fifteen minutes, and only in this program's memory: closing the vault closes it.
4. What was sealed for two people opens with a colleague's share only (openings_two); the entry is then the question.
5. A record counts only in a circle of its own kind, and an entry about it only in the same circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from leeward.base.say import say
from leeward.domain.cases.case import Case, Identity
from leeward.domain.cases.text import clean_name
from leeward.domain.errors import OutOfRange
from leeward.domain.openings import OPEN_FOR, REASON, WRITTEN_BY_THE_DESK, Export, Opening
from leeward.domain.relocation.places import PlaceAddress
from leeward.domain.vocabulary import known
from leeward.ledger.store.vault import Vault
from leeward.office.casework_base import NotForThisDesk, require
from leeward.office.errors import OfficeError
from leeward.office.session import Session
from leeward.seal.envelope import decrypt
from leeward.seal.errors import SealError
from leeward.seal.keys import Identity as Key

Closed = Identity | PlaceAddress
"""What is opened with a reason."""

K = TypeVar("K", bound=Identity | PlaceAddress)

CONTENT: Mapping[str, tuple[str, ...]] = {
    Identity.kind: (
        "legal_name",
        "name_in_passport",
        "other_names",
        "born",
        "birthplace",
        "national_number",
        "phone",
        "address",
    ),
    PlaceAddress.kind: ("address", "how_to_enter", "owner", "rent"),
}
"""The fields that nobody sees without an opening."""

_WHY_MOST = 200


class NotOpened(OfficeError):
    """A name or an address was asked for that is not open on this desk now."""

    code = "office.not-opened"


class _Now(msgspec.Struct):
    """What is open: until when, and the key of what was sealed for two."""

    since: int
    until: int
    key: Key | None = None


_open: WeakKeyDictionary[Vault, dict[str, _Now]] = WeakKeyDictionary()


def closed_record(session: Session, record_id: str) -> Closed:
    """Return the identity or address as it lies in its circle; NotForThisDesk without its key."""
    found = session.get(Identity, record_id) or session.get(PlaceAddress, record_id)
    if found is None:
        raise NotForThisDesk(
            say("This is not on this desk, or you do not hold its key."),
            kept=say("Nothing was changed."),
            next_step=say("If you need it, ask whoever holds the case to give you the key."),
        )
    return found


def is_sealed_for_two(record: Closed) -> bool:
    """Tell whether one desk alone cannot read it."""
    return bool(record.sealed)


def is_blank(record: Closed) -> bool:
    """Tell whether nothing was ever written in it, so that there is nothing to open."""
    return not record.sealed and not any(getattr(record, field) for field in CONTENT[record.kind])


def is_open(session: Session, record_id: str) -> bool:
    """Tell whether it may be shown now (3)."""
    return _now(session, record_id) is not None


def open_until(session: Session, record_id: str) -> int:
    """Return until when it may be shown, in milliseconds; 0 if it may not."""
    now = _now(session, record_id)
    return now.until if now is not None else 0


def open_key(session: Session, record_id: str) -> Key | None:
    """Return the key of what two people opened, while it is open."""
    now = _now(session, record_id)
    return now.key if now is not None else None


def _now(session: Session, record_id: str) -> _Now | None:
    held = _open.get(session.vault, {})
    found = held.get(record_id)
    if found is not None and not found.since <= session.now() < found.until:
        held.pop(record_id, None)
        return None
    return found


def keep_open(session: Session, record_id: str, key: Key | None = None) -> None:
    """Note that it was opened; only after the entry was written (2)."""
    now = session.now()
    _open.setdefault(session.vault, {})[record_id] = _Now(now, now + OPEN_FOR, key)


def close(session: Session, record_id: str) -> None:
    """Close it again."""
    _open.get(session.vault, {}).pop(record_id, None)


def new_opening(session: Session, record: Closed, reason: str, why: str, **fields: Any) -> Opening:  # noqa: ANN401 - fields of Opening
    """Return the entry for an opening; OutOfRange without a reason."""
    plain = clean_name(why)[:_WHY_MOST]
    if not reason and not plain:
        raise OutOfRange(
            say("Say why you need it."),
            kept=say("It was not opened."),
            next_step=say("Choose a reason; whoever holds this key will see it."),
        )
    code = known(REASON, reason or "other")
    return Opening(
        id=session.make_id(),
        of_id=record.id,
        reason=code,
        why=plain,
        device_id=session.vault.device.id,
        **fields,
    )


def open_alone(session: Session, record_id: str, reason: str, why: str = "", *, release_id: str = "") -> None:
    """Open what one person may open. Opened a moment ago, it is open already and nothing is written (2, 3)."""
    record = closed_record(session, record_id)
    if is_sealed_for_two(record):  # 4
        raise NotOpened(
            say("It takes two people to open this."),
            kept=say("It was not opened."),
            next_step=say("Ask a colleague from its own page."),
        )
    if is_open(session, record_id):
        return
    if reason in WRITTEN_BY_THE_DESK:
        reason = "other"
    session.save_new(record.compartment, new_opening(session, record, reason, why, release_id=release_id))
    keep_open(session, record_id)


def content(session: Session, record: K) -> K:
    """Return the record with what it holds, if it is open now; NotOpened otherwise (1)."""
    now = _now(session, record.id)
    if now is None:
        raise NotOpened(
            say("This is sealed. It opens with a reason."),
            kept=say("Nothing was changed."),
            next_step=say("Open it first; whoever holds this key will see that you did."),
        )
    if not record.sealed:
        return record
    try:
        plain = msgspec.json.decode(decrypt(record.sealed, [now.key] if now.key else []), type=dict[str, str])
    except (SealError, msgspec.MsgspecError) as error:
        close(session, record.id)
        raise NotOpened(
            say("It was sealed anew since you opened it."),
            kept=say("Nothing was changed."),
            next_step=say("Open it again."),
        ) from error
    return msgspec.structs.replace(record, **{field: plain.get(field, "") for field in CONTENT[record.kind]})


def shown(session: Session, record: K | None) -> K | None:
    """Return what it holds if it is open, None if it is not: what a page asks."""
    if record is None or not is_open(session, record.id):
        return None
    try:
        return content(session, record)
    except NotOpened:
        return None


def openings_of(session: Session, record: Closed) -> list[Opening]:
    """Return every opening of a record, and every question to open it, the newest first (5)."""
    found = session.find(Opening, compartment=record.compartment, of_id=record.id)
    return sorted(found, key=lambda one: (one.created_at, one.id), reverse=True)


def identity_record(session: Session, case: Case) -> Identity | None:
    """Return the case's legal identity as it lies sealed, if this desk holds its key."""
    return session.get(Identity, case.identity_id) if case.identity_id else None


def address_record(session: Session, address_id: str) -> PlaceAddress:
    """Return the address as it lies sealed; NotForThisDesk without its key."""
    return require(session, PlaceAddress, address_id)


def note_export(session: Session, records: int, *, by_passphrase: bool = True) -> None:
    """Tell the team that all this is about to be exported; and, if one passphrase opens it, that names are in it.

    The latter is an opening of each name and address, in its own circle.
    """
    made = Export(
        id=session.make_id(),
        device_id=session.vault.device.id,
        records=records,
        by_passphrase=by_passphrase,
    )
    if session.vault.compartments("team"):
        session.save_new(session.compartment_of("team"), made)
    if not by_passphrase:
        return
    every: list[Closed] = [*session.find(Identity), *session.find(PlaceAddress)]
    for record in every:
        if not is_blank(record) and not is_sealed_for_two(record):
            session.save_new(record.compartment, new_opening(session, record, "export", "export"))
