"""Ids say nothing: 128 random bits in 26 lower-case base32 letters."""

from __future__ import annotations

import base64
import hashlib
import re

from leeward.base.ports import Chance

ID_LENGTH = 26
_ID = re.compile(r"[a-z2-7]{26}")


def make_id(chance: Chance) -> str:
    """Draw a new id."""
    return _letters(chance.draw(16))


def derive_id(*parts: str | bytes) -> str:
    """Return the id that the same parts always give, so that two desks that take in one thing agree on its id.

    Parts are hashed with their lengths (SHA-256, first 128 bits), so ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return _letters(digest.digest()[:16])


def is_id(text: str) -> bool:
    """Tell whether the text has the form of an id."""
    return _ID.fullmatch(text) is not None


def _letters(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()
