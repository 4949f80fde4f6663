"""Which devices belong to the team, read from records of kind `device` in the `team` compartment. Pure.

The device id is the fingerprint of its verify key, so a record cannot lend a device another key: what does not
match its own fingerprint is left out. Where its keys are sent to, it says itself, in the card that it signed: whoever
holds the team's key can write any record, but not have another device's keys sealed to themselves.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping

import msgspec

from leeward.ledger.card import signed_by
from leeward.ledger.model import Record, Value
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.signing import VerifyKey

DEVICE_KIND = "device"
TEAM_KIND = "team"


class RosterDevice(msgspec.Struct, frozen=True):
    """One device of the team; `removed_at` is 0 while it belongs."""

    device_id: str
    member_id: str
    verify_key: VerifyKey
    recipient: Recipient | None  # None without a card that the device signed
    box: str
    write: str
    removed_at: int


def read_roster(records: Iterable[Record]) -> Mapping[str, RosterDevice]:
    """Return the devices by id; records whose key does not fit are left out."""
    roster: dict[str, RosterDevice] = {}
    for record in records:
        device = _device(record)
        if device is not None:
            known = roster.get(device.device_id)
            if known is None or (known.device_id != record.id and device.device_id == record.id):
                roster[device.device_id] = device
    return roster


def find_key(device_id: str, untrusted_values: Iterable[Value]) -> VerifyKey | None:
    """Return the verify key whose fingerprint is this device id, if one of the values is it."""
    for value in untrusted_values:
        key = _verify_key(value)
        if key is not None and key.fingerprint() == device_id:
            return key
    return None


def _device(record: Record) -> RosterDevice | None:
    key = _verify_key(record.fields.get("verify_key"))
    if key is None:
        return None
    card = signed_by(key, record.fields.get("card"))
    removed = record.fields.get("removed_at")
    return RosterDevice(
        device_id=key.fingerprint(),
        member_id=_text(record.fields.get("member_id")),
        verify_key=key,
        recipient=_recipient(card.get("recipient")),
        box=_text(card.get("box")),
        write=_text(card.get("write")),
        removed_at=removed if isinstance(removed, int) and removed > 0 else 0,
    )


def _verify_key(value: Value) -> VerifyKey | None:
    """Read a key from its bytes or their base64 text."""
    try:
        raw = base64.b64decode(value, validate=True) if isinstance(value, str) else value
        return VerifyKey.from_bytes(raw) if isinstance(raw, bytes) else None
    except (binascii.Error, ValueError, SealError):
        return None


def _recipient(value: Value) -> Recipient | None:
    try:
        return Recipient.from_string(value) if isinstance(value, str) else None
    except SealError:
        return None


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
