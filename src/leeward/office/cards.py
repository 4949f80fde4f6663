"""The three cards that pass by hand or in public: the device card, the welcome, and the intake card. Pure.

1. Each is JSON with its version, and a signature over its canonical bytes (keys sorted, no spaces, UTF-8) without it.
2. The signature verifies under the key in the card, and that key's fingerprint is the one that was told by voice.
3. A welcome names the device that it is for.
4. An intake card may have a second signature, over the same bytes: a colleague's, who confirmed it (ADR 34).
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import msgspec

from leeward.base.say import say
from leeward.front.card import print_signed_part
from leeward.ledger.card import CARD_MOST, canonical
from leeward.office.errors import CardRefused
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.signing import Purpose, SigningKey, VerifyKey

_WITNESS = frozenset({"witness_key", "witness_signature"})


class DeviceCard(msgspec.Struct, frozen=True):
    """A new device, as it presents itself (protocol 6)."""

    name: str
    role: str
    verify_key: VerifyKey
    recipient: Recipient
    box: str
    write: str
    beside: str = ""  # the device id of an older device of the same person

    @property
    def device_id(self) -> str:
        """Return the fingerprint that people compare by voice."""
        return self.verify_key.fingerprint()


class Welcome(msgspec.Struct, frozen=True):
    """What a new device is told: who let it in, who its owner is, and where the relay is."""

    team: str
    relay: str
    member_id: str
    giver: VerifyKey


def print_signed(card: dict[str, Any], key: SigningKey, purpose: Purpose) -> str:
    """Return a card with its signature as JSON text."""
    signature = key.sign(purpose, canonical(card))
    return json.dumps({**card, "signature": _text(signature)}, ensure_ascii=False, sort_keys=True)


def print_device_card(
    key: SigningKey, recipient: Recipient, *, name: str, role: str, box: str, write: str, beside: str = ""
) -> str:
    """Return a device card; `beside` names an older device of the same person."""
    card = {
        "v": 1,
        "name": name,
        "role": role,
        "verify_key": _text(key.verify_key().to_bytes()),
        "recipient": recipient.string(),
        "box": box,
        "write": write,
    }
    if beside:
        card["beside"] = beside
    return print_signed(card, key, Purpose.DEVICE)


def read_device_card(untrusted_text: str) -> DeviceCard:
    """Return a device card whose signature holds; CardRefused otherwise. The fingerprint is still to be compared."""
    card = _load(untrusted_text)
    key = _key(card, "verify_key")
    _check(card, key, Purpose.DEVICE)  # 2
    try:
        recipient = Recipient.from_string(_field(card, "recipient"))
    except SealError as error:
        raise _refused("its recipient is damaged") from error
    box, write = _field(card, "box"), _field(card, "write")
    if not (_hex(box, 16) and _hex(write, 32)):
        raise _refused("its box is damaged")
    beside = _field(card, "beside") if "beside" in card else ""
    return DeviceCard(
        _field(card, "name")[:200], _field(card, "role")[:40], key, recipient, box, write, beside
    )


def print_welcome(key: SigningKey, *, team: str, relay: str, member_id: str, device_id: str) -> str:
    """Return a welcome for a device that was admitted."""
    card = {
        "v": 1,
        "welcome": device_id,
        "team": team,
        "relay": relay,
        "member_id": member_id,
        "verify_key": _text(key.verify_key().to_bytes()),
    }
    return print_signed(card, key, Purpose.DEVICE)


def read_welcome(untrusted_text: str, *, device_id: str, fingerprint: str) -> Welcome:
    """Return a welcome for this device from the device whose fingerprint was told; CardRefused otherwise."""
    card = _load(untrusted_text)
    key = _key(card, "verify_key")
    told = "".join(letter for letter in fingerprint.lower() if letter.isalnum())
    if key.fingerprint() != told:  # 2
        raise CardRefused(
            say("The welcome comes from another device than the one whose fingerprint you were told."),
            kept=say("Nothing was joined, and nothing was sent."),
            next_step=say(
                "Compare the fingerprint again by voice. If it still differs, do not use this welcome."
            ),
        )
    _check(card, key, Purpose.DEVICE)
    if _field(card, "welcome") != device_id:  # 3
        raise _refused("it was made for another device")
    return Welcome(_field(card, "team"), _field(card, "relay"), _field(card, "member_id"), key)


def print_intake_card(  # noqa: PLR0913 - what a card says, each once
    key: SigningKey,
    recipient: Recipient,
    *,
    team: str,
    languages: tuple[str, ...],
    box: str,
    write: str,
    questions: dict[str, Any] | None = None,
    heirs: list[list[str]] | None = None,
    number: int = 0,
) -> str:
    """Return the public card that the intake page carries (protocol 3); the rest as in "Card, later members"."""
    card: dict[str, Any] = {
        "v": 1,
        "team": team,
        "languages": list(languages),
        "recipient": recipient.string(),
        "box": box,
        "write": write,
        "verify_key": _text(key.verify_key().to_bytes()),
    }
    if questions is not None:
        card["questions"] = questions
    if heirs:
        card["heirs"] = heirs
    if number:
        card["number"] = number
    return print_signed(card, key, Purpose.CARD)


def witness_intake_card(text: str, key: SigningKey) -> str:
    """Return an intake card with a second signature, over the very bytes of the first (4)."""
    card = {name: value for name, value in check_intake_card(text).items() if name not in _WITNESS}
    signature = key.sign(Purpose.CARD, print_signed_part(card))
    card["witness_key"] = _text(key.verify_key().to_bytes())
    card["witness_signature"] = _text(signature)
    return json.dumps(card, ensure_ascii=False, sort_keys=True)


def check_intake_card(untrusted_text: str) -> dict[str, Any]:
    """Return an intake card whose signatures hold; CardRefused otherwise."""
    card = _load(untrusted_text)
    bare = {name: value for name, value in card.items() if name not in _WITNESS}
    _check(bare, _key(card, "verify_key"), Purpose.CARD)
    if len(bare) < len(card):
        signature = {"signature": card.get("witness_signature")}
        _check({**bare, **signature}, _key(card, "witness_key"), Purpose.CARD)
    return card


def signer_of(card: dict[str, Any]) -> str:
    """Return the fingerprint of the device that signed a checked card."""
    return _key(card, "verify_key").fingerprint()


def _load(untrusted_text: str) -> dict[str, Any]:
    if len(untrusted_text) > CARD_MOST:
        raise _refused("it is too long")
    try:
        card = json.loads(untrusted_text)
    except (ValueError, RecursionError) as error:
        raise _refused("it is not whole") from error
    if not isinstance(card, dict) or card.get("v") != 1:
        raise _refused("it is of another version")
    return card


def _field(card: dict[str, Any], name: str) -> str:
    value = card.get(name)
    if not isinstance(value, str):
        raise _refused(f"{name} is missing")
    return value


def _key(card: dict[str, Any], name: str) -> VerifyKey:
    try:
        return VerifyKey.from_bytes(base64.b64decode(_field(card, name), validate=True))
    except (binascii.Error, ValueError, SealError) as error:
        raise _refused("its key is damaged") from error


def _check(card: dict[str, Any], key: VerifyKey, purpose: Purpose) -> None:
    try:
        signature = base64.b64decode(_field(card, "signature"), validate=True)
        key.verify(purpose, signature, canonical(card))
    except (binascii.Error, ValueError, SealError) as error:
        raise _refused("its signature does not hold") from error


def _hex(text: str, size: int) -> bool:
    return len(text) == 2 * size and set(text) <= set("0123456789abcdef")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _refused(why: str) -> CardRefused:
    return CardRefused(
        say("The card was not accepted: {why}.", why=why),
        kept=say("Nothing was changed."),
        next_step=say("Ask for the card again, whole, from its first brace to its last."),
    )
