"""The intake card: what a team publishes so that anyone can seal to it (docs/protocol.md, 3). It opens nothing.

1. It has exactly the members of version 1, each of the right form.
2. Its recipient is a hybrid one; nothing weaker is ever served to a person in danger.
3. Both of its signatures verify under the key it names; the page shows that key's fingerprint to compare.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leeward.base.limits import NAME_MOST
from leeward.front.errors import CardRefused
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.signing import Purpose, VerifyKey

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_BOX = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"[0-9a-f]{64}")
_MEMBERS = frozenset({"v", "team", "languages", "recipient", "box", "write", "verify_key", "signature"})


@dataclass(frozen=True)
class Card:
    """A card whose signature was checked."""

    team: str
    languages: tuple[str, ...]
    recipient: str
    box: str
    write: str
    fingerprint: str

    def public(self) -> dict[str, Any]:
        """Return what the page's script needs."""
        return {
            "team": self.team,
            "languages": list(self.languages),
            "recipient": self.recipient,
            "box": self.box,
            "write": self.write,
        }


def print_signed_part(card: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: the card without its signature, keys sorted, no spaces, UTF-8."""
    part = {key: value for key, value in card.items() if key != "signature"}
    return json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_card(untrusted_card: Mapping[str, Any]) -> Card:
    """Return the card as checked by the rules above, or raise CardRefused."""
    team, languages = untrusted_card.get("team"), untrusted_card.get("languages")
    if set(untrusted_card) != _MEMBERS or untrusted_card["v"] != 1:  # 1
        raise _refused("it has not the members of version 1")
    if not isinstance(team, str) or not 0 < len(team) <= NAME_MOST or not team.isprintable():
        raise _refused("its team has no printable name")
    if not isinstance(languages, list) or not languages or not all(_is(_LANGUAGE, one) for one in languages):
        raise _refused("its languages are not codes such as ru")
    if not _is(_BOX, untrusted_card["box"]) or not _is(_TOKEN, untrusted_card["write"]):
        raise _refused("its mailbox is not an address with a token")
    try:
        recipient = Recipient.from_string(str(untrusted_card["recipient"])).string()  # 2
        key = VerifyKey.from_bytes(_bytes(untrusted_card["verify_key"]))
        key.verify(Purpose.CARD, _bytes(untrusted_card["signature"]), print_signed_part(untrusted_card))  # 3
    except SealError as error:
        raise _refused(str(error)) from error
    return Card(
        team=team,
        languages=tuple(languages),
        recipient=recipient,
        box=untrusted_card["box"],
        write=untrusted_card["write"],
        fingerprint=key.fingerprint(),
    )


def _is(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _bytes(untrusted_value: object) -> bytes:
    try:
        return base64.b64decode(str(untrusted_value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused("its key or signature is not base64") from error


def _refused(why: str) -> CardRefused:
    return CardRefused(
        f"The intake card cannot be used: {why}.",
        kept="No page was served, nothing was lost.",
        next_step="Take the card again from a desk of the team.",
    )
