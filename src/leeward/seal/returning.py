"""The key of a device that does not exist yet: eight words bring it back (ADR 35).

1. The words sign, and open nothing: no key that anything is sealed to is derived from them, neither before its owner
   comes back nor afterwards.
2. The words with the last two exchanged give another key, which stands for "I am being forced".
"""

from __future__ import annotations

from leeward.seal._hazmat.kdf import hkdf
from leeward.seal.codes import Code
from leeward.seal.signing import SigningKey

_SALT = b"leeward-return-1"
_KEY_BYTES = 64


def return_key(code: Code) -> SigningKey:
    """Return what a device signs with whose owner came back by these words (1)."""
    return SigningKey.from_bytes(hkdf(code.hazmat_bytes(), salt=_SALT, info=b"sign", size=_KEY_BYTES))
