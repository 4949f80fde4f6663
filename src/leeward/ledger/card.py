"""Cards are JSON with a signature over everything else in them: how a device presents itself (protocol, section 6)."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from leeward.seal.errors import SealError
from leeward.seal.signing import Purpose, VerifyKey

CARD_MOST = 64 * 1024  # characters of any card


def canonical(card: dict[str, Any]) -> bytes:
    """Return the bytes that are signed: the card without its signature, keys sorted, no spaces, UTF-8."""
    bare = {name: value for name, value in card.items() if name != "signature"}
    return json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def signed_by(key: VerifyKey, untrusted_text: object) -> dict[str, Any]:
    """Return a device card if its signature is of this key; an empty one if it is none, or somebody else's."""
    if not isinstance(untrusted_text, str) or not 0 < len(untrusted_text) <= CARD_MOST:
        return {}
    try:
        card = json.loads(untrusted_text)
        signature = base64.b64decode(card["signature"], validate=True)
        key.verify(Purpose.DEVICE, signature, canonical(card))
    except (binascii.Error, ValueError, RecursionError, LookupError, TypeError, SealError):
        return {}
    return card if card.get("v") == 1 and "welcome" not in card else {}
