"""Tickets: how a page without a script keeps a conversation open without carrying the words in clear.

1. A ticket is the code and the moment it ends, sealed to a key that this process drew at its start and never writes
   down: a page that lies about says nothing to whoever finds it once the process has ended.
2. A ticket that is over, of another process, or not one, gets the same answer: the words again.
"""

from __future__ import annotations

import base64
import binascii

from leeward.base.ports import Chance, Clock
from leeward.front.errors import Trouble
from leeward.seal.codes import Code
from leeward.seal.envelope import decrypt, encrypt
from leeward.seal.errors import SealError
from leeward.seal.keys import make_identity

MINUTES = 30
_CODE_BYTES = 16


class Tickets:
    """Makes and reads them."""

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self._identity = make_identity(chance)
        self._clock = clock

    def make(self, code: Code) -> str:
        """Return a ticket for the next MINUTES."""
        ends = self._clock.now_ms() + MINUTES * 60_000
        sealed = encrypt(code.hazmat_bytes() + ends.to_bytes(8), self._identity.recipient())
        return base64.urlsafe_b64encode(sealed).decode()

    def read(self, untrusted: str) -> Code:
        """Return the code of a ticket; Trouble (2)."""
        try:
            raw = decrypt(base64.urlsafe_b64decode(untrusted), [self._identity])
        except (binascii.Error, ValueError, SealError) as error:
            raise Trouble("fault_expired") from error
        code, ends = raw[:_CODE_BYTES], int.from_bytes(raw[_CODE_BYTES:])
        if self._clock.now_ms() >= ends:
            raise Trouble("fault_expired")
        return Code([int.from_bytes(code[place : place + 2]) for place in range(0, _CODE_BYTES, 2)])
