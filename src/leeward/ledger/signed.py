"""Reading what a device signed outside a segment: `[head, signature]`, or `[word, head, proof]`. Pure.

1. It parses, and prints back to the same bytes: nothing that is signed has two spellings.
Whether the signature is right, and whose it must be, is asked by whoever reads: the head's own bytes come with it.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from leeward.base.say import Message
from leeward.ledger.errors import LedgerError

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()
_pair = msgspec.msgpack.Decoder(tuple[bytes, bytes])
_three = msgspec.msgpack.Decoder(tuple[str, bytes, bytes])


class Signed(msgspec.Struct, Generic[T], frozen=True):
    """What parsed, the bytes that its signature covers, and that signature; nothing of it is believed yet."""

    head: T
    raw: bytes
    signature: bytes


class Paper(Generic[T]):
    """One kind of paper: the type of its head, the word before it if it has one, and how its errors are said."""

    def __init__(
        self,
        head: type[T],
        error: type[LedgerError],
        *,
        word: str = "",
        unreadable: Message,
        spelled: Message,
    ) -> None:
        self._head = msgspec.msgpack.Decoder(head)
        self._error = error
        self._word = word
        self._unreadable = unreadable
        self._spelled = spelled

    def raw(self, head: T) -> bytes:
        """Return the bytes that are to be signed."""
        return _encoder.encode(head)

    def join(self, raw: bytes, signature: bytes) -> bytes:
        """Return the paper, ready to be sealed."""
        return _encoder.encode((self._word, raw, signature) if self._word else (raw, signature))

    def read(self, untrusted: bytes) -> Signed[T]:
        """Return what it says (1). The paper's own error if it cannot be read, or is spelled in another way."""
        try:
            parts: tuple[Any, ...] = (_three if self._word else _pair).decode(untrusted)
            raw, signature = parts[-2:]
            head = self._head.decode(raw)
        except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
            raise self._error(self._unreadable) from error
        if self.join(raw, signature) != untrusted or self.raw(head) != raw:
            raise self._error(self._spelled)
        return Signed(head, raw, signature)
