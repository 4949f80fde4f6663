"""Which devices belong to the team, and whose they are, read from papers in the `team` compartment. Pure.

A paper is a note of the field `papers` in the record under the device's id: a card, a bond, or a vote. Notes are
never overwritten, and each is signed with the segment of the device that wrote it; whatever else a member writes into
the record counts for nothing.

 1. A device's id is the fingerprint of its key, and its card is signed by that key: so nobody can lend it another
    key, or have its keys sealed to themselves.
 2. A card that names no older device makes its owner: the member's id is derived from this first device's key.
 3. A card that names an older device (`beside`) counts once that device itself wrote the bond; the member is that
    device's. So both sides sign: nobody brings a device in under a colleague's name, or takes one of theirs away.
 4. One member's vote puts a device out, at once. Another's later vote brings it back, unless two want it out.
 5. A member's newest vote counts. A device that two members have put out votes no more.
 6. On each desk, whom its own member put out has no vote but against itself, and this desk's own device is never out.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from leeward.base.ids import derive_id
from leeward.ledger.card import CARD_MOST, signed_by
from leeward.ledger.model import Change, Value, note
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.signing import VerifyKey

DEVICE_KIND = "device"
TEAM_KIND = "team"
PAPERS = "papers"
_SETTLED_BY = 2  # members who agree


class Paper(msgspec.Struct, frozen=True):
    """One note about a device: who wrote it (a device id) and what it says. In the order of their clocks."""

    device: str
    by: str
    value: Value


class Vote(msgspec.Struct, frozen=True):
    """What one member wants of a device; `at` is the moment that they named."""

    member: str
    by: str  # the device it was written on
    out: bool
    at: int


class RosterDevice(msgspec.Struct, frozen=True):
    """One device of the team; `removed_at` is 0 while it belongs."""

    device_id: str
    member_id: str
    verify_key: VerifyKey
    recipient: Recipient | None
    box: str
    write: str
    removed_at: int = 0
    settled: bool = False  # two members have put it out
    let_in_by: str = ""  # the device that wrote the card into the roster
    votes: tuple[Vote, ...] = ()
    beside: str = ""  # the older device of the same member that its card names
    untrusted_recovery: Value = None  # its owner's key for coming back, as this device itself wrote it down


class _Card(msgspec.Struct, frozen=True):
    key: VerifyKey
    recipient: Recipient | None
    box: str
    write: str
    beside: str
    member: str  # whose it is if it names no older device


def member_of_key(key: VerifyKey) -> str:
    """Return the id of the member whose first device has this key (2)."""
    return derive_id("leeward-member-1", key.to_bytes())


def card_paper(device: str, card: str) -> tuple[Change, ...]:
    """Return the change that lets a device in with its card."""
    return note(DEVICE_KIND, device, PAPERS, {"card": card})


def bond_paper(device: str) -> tuple[Change, ...]:
    """Return the change by which this device says that another one is its owner's too (3)."""
    return note(DEVICE_KIND, device, PAPERS, {"bond": 1})


def vote_paper(device: str, *, out: bool, at: int) -> tuple[Change, ...]:
    """Return the change by which this member puts a device out, or wants it back (4)."""
    return note(DEVICE_KIND, device, PAPERS, {"out" if out else "in": at})


def recovery_paper(device: str, key: dict[str, str | int]) -> tuple[Change, ...]:
    """Return the change by which this device says with which key its owner comes back (protocol 8)."""
    return note(DEVICE_KIND, device, PAPERS, {"recovery": key})


def read_roster(papers: Iterable[Paper], own: str = "") -> Mapping[str, RosterDevice]:
    """Return the devices by id, as the desk with the device `own` sees them."""
    of: dict[str, list[Paper]] = {}
    for paper in papers:
        of.setdefault(paper.device, []).append(paper)
    cards = {device: found for device, about in of.items() if (found := _first_card(about))}
    members = {device: member for device in cards if (member := _member(device, cards, of))}
    votes = {device: _votes(of[device], members) for device in members}
    mine = members.get(own, "")
    mistrusted = {d for d in members if any(v.out and v.member == mine for v in votes[d])} - {own}  # 6
    heard = {d: [v for v in votes[d] if v.by not in mistrusted or (v.by == d and v.out)] for d in members}
    settled = {d for d in members if len({v.member for v in heard[d] if v.out}) >= _SETTLED_BY}
    roster = {}
    for device, member in members.items():
        removed_at, agreed = (
            _standing(member, heard[device], settled - {device}) if device != own else (0, False)
        )
        card, author = cards[device]
        roster[device] = RosterDevice(
            device_id=device,
            member_id=member,
            verify_key=card.key,
            recipient=card.recipient,
            box=card.box,
            write=card.write,
            removed_at=removed_at,
            settled=agreed,
            let_in_by=author,
            votes=tuple(votes[device]),
            beside=card.beside,
            untrusted_recovery=_recovery(of[device]),
        )
    return roster


def first_devices(roster: Mapping[str, RosterDevice]) -> dict[str, RosterDevice]:
    """Return of each member the devices that belong and have no older one that does: usually one."""

    def has_older(device: RosterDevice) -> bool:
        passed = {device.device_id}
        while device.beside in roster and device.beside not in passed:
            device = roster[device.beside]
            if not device.removed_at:
                return True
            passed.add(device.device_id)
        return False

    return {one: device for one, device in roster.items() if not device.removed_at and not has_older(device)}


def find_key(device_id: str, untrusted_values: Iterable[Value]) -> VerifyKey | None:
    """Return the verify key of this device if one of these papers is a card that it signed."""
    for value in untrusted_values:
        card = _card_in(device_id, value)
        if card is not None:
            return card.key
    return None


def _standing(member: str, votes: Sequence[Vote], settled: set[str]) -> tuple[int, bool]:
    """Return since when a device is out (0: it belongs), and whether two members say so; rules 4 and 5."""
    counted = [vote for vote in votes if vote.by not in settled]
    out = [vote for vote in counted if vote.out]
    agreed = len(out) >= _SETTLED_BY
    since = counted[counted.index(out[-1]) :] if out else []
    for_it = any(not vote.out and vote.member != member for vote in since)
    if not out or (for_it and not agreed):
        return 0, False
    return min(vote.at for vote in out), agreed


def _votes(about: Sequence[Paper], members: Mapping[str, str]) -> list[Vote]:
    """Return each member's newest vote on a device (5), oldest first."""
    newest: dict[str, Vote] = {}
    for paper in about:
        member = members.get(paper.by)
        if member is None or not isinstance(paper.value, dict) or len(paper.value) != 1:
            continue
        ((word, at),) = paper.value.items()
        if word in {"out", "in"} and type(at) is int and at > 0:
            newest.pop(member, None)
            newest[member] = Vote(member, paper.by, word == "out", at)
    return list(newest.values())


def _member(device: str, cards: Mapping[str, tuple[_Card, str]], of: Mapping[str, list[Paper]]) -> str:
    """Follow the chain of bonds to the member's first device; "" if it breaks or goes in a circle (2, 3)."""
    passed = set()
    while device not in passed and device in cards:
        passed.add(device)
        card, _ = cards[device]
        if not card.beside:
            return card.member
        if not any(paper.by == card.beside and _is_bond(paper.value) for paper in of[device]):
            return ""
        device = card.beside
    return ""


def _recovery(about: Sequence[Paper]) -> Value:
    """Return the newest recovery key that the device itself wrote down."""
    said = [one.value for one in about if one.by == one.device and isinstance(one.value, dict)]
    return next((value["recovery"] for value in reversed(said) if list(value) == ["recovery"]), None)


def _is_bond(value: Value) -> bool:
    return isinstance(value, dict) and value.get("bond") == 1


def _first_card(about: Sequence[Paper]) -> tuple[_Card, str] | None:
    for paper in about:
        card = _card_in(paper.device, paper.value)
        if card is not None:
            return card, paper.by
    return None


def _card_in(device_id: str, value: Value) -> _Card | None:
    text = value.get("card") if isinstance(value, dict) else None
    if not isinstance(text, str) or len(text) > CARD_MOST:
        return None
    return _read_card(device_id, text)


@lru_cache(maxsize=1024)
def _read_card(device_id: str, untrusted_text: str) -> _Card | None:
    """Return what a card says if the device with this id signed it (1)."""
    try:
        loose: Any = json.loads(untrusted_text)
        key = VerifyKey.from_bytes(base64.b64decode(loose["verify_key"], validate=True))
    except (binascii.Error, ValueError, LookupError, TypeError, RecursionError, SealError):
        return None
    if key.fingerprint() != device_id:
        return None
    card = signed_by(key, untrusted_text)
    if not card:
        return None
    return _Card(
        key,
        _recipient(card.get("recipient")),
        _text(card.get("box")),
        _text(card.get("write")),
        _text(card.get("beside")),
        member_of_key(key),
    )


def _recipient(value: Value) -> Recipient | None:
    try:
        return Recipient.from_string(value) if isinstance(value, str) else None
    except SealError:
        return None


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
