"""SPAKE2 over Ed25519, of the library `spake2`: two who know the same few words come to one strong key.

1. A message is 33 bytes: the side (A or B), and a point of the prime-order group that is not its neutral element.
2. Each side is used for one exchange only. A password is tried once by it: whoever guesses wrong has another key.
"""

from __future__ import annotations

from collections.abc import Callable

from spake2 import SPAKE2_A, SPAKE2_B  # type: ignore[import-untyped]

MESSAGE = 33


class Side:
    """One side of an exchange; `first` is side A. Both name the same two ids."""

    def __init__(
        self, password: bytes, draw: Callable[[int], bytes], *, first: bool, ids: tuple[bytes, bytes]
    ) -> None:
        kind = SPAKE2_A if first else SPAKE2_B
        self._side = kind(password, idA=ids[0], idB=ids[1], entropy_f=draw)
        self.message: bytes = self._side.start()

    def finish(self, untrusted_message: bytes) -> bytes | None:
        """Return the key of 32 bytes, or None if this is no message of the other side (1). To be called once (2)."""
        if len(untrusted_message) != MESSAGE:
            return None
        try:
            key: bytes = self._side.finish(untrusted_message)
        except Exception:  # noqa: BLE001 - the library names its refusals by five classes, one of them Exception's own
            return None
        return key
