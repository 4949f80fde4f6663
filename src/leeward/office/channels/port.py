"""What a channel is: something that brings messages from people, and carries answers to them.

Three examples: the telephone (written down by hand: office/intake/judge.py, `log_call`), e-mail, Signal.

 1. `fetch` hands over one message after another; the server is told that a message was taken only after `take` has
    returned, which is when it is durable here.
 2. `send` returns when the server has taken the answer; otherwise it says whether trying again is of use.
 3. If `repeats_safely`, an answer whose sending was cut off goes out again under the same name, so that the other side
    can tell the two apart from two answers. If not, a person decides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

import msgspec

from leeward.base.say import Message

LEFT_THERE = (
    "(Too large to fetch: it is still on the mail server. Письмо слишком велико и осталось на сервере.)"
)
"""Stands in a message of which only the head was taken in; in both languages, since it is written down."""

NOT_TAKEN = "(An attachment could not be taken in. Вложение принять не удалось.)"


class Attached(msgspec.Struct, frozen=True):
    """A file that came with a message, as it came."""

    name: str
    media_type: str
    body: bytes


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """One message from outside, read and measured; its text is still a stranger's."""

    handle: str  # how whoever wrote it is reached; "" if that cannot be told
    text: str
    files: tuple[Attached, ...] = ()
    reference: str = ""  # what an answer names, such as a Message-ID
    cut: bool = (
        False  # not all of it could be shown as text; the rest is among the files, or was left where it was
    )

    def digest(self) -> str:
        """Return the SHA-256 of what was said, the same whenever and however often it is fetched."""
        whole = hashlib.sha256()
        for part in (self.handle, self.reference, self.text, *(file.name for file in self.files)):
            raw = part.encode("utf-8", "surrogatepass")
            whole.update(len(raw).to_bytes(8, "big") + raw)
        for file in self.files:
            whole.update(hashlib.sha256(file.body).digest())
        return whole.hexdigest()


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One answer on its way."""

    letter_id: str
    handle: str
    text: str
    language: str = ""
    reference: str = ""  # of the last message from them
    at: int = 0  # milliseconds: when it was written


Take = Callable[[Incoming], object]


class Memory(Protocol):
    """A few values that a channel needs again after a restart; on this desk only."""

    def get(self) -> dict[str, int]:
        """Return what was put last, {} at first."""
        ...

    def put(self, values: dict[str, int]) -> None:
        """Keep the values; durable when this returns."""
        ...


class Channel(Protocol):
    """See the rules above. Methods raise ChannelError, and nothing else from the network."""

    name: str  # a code of the vocabulary "contact-channel"
    account: str  # who we are there, such as our e-mail address
    repeats_safely: bool
    pause: float  # seconds between two looks, if `fetch` does not wait by itself

    def check(self) -> Message:
        """Try both directions without sending anything; return what was found, in words."""
        ...

    def fetch(self, take: Take, *, wait: float = 0.0) -> int:
        """Hand over what has come, waiting up to so many seconds for it if the server can tell; return how many."""
        ...

    def send(self, answer: Outgoing) -> None:
        """Hand an answer to the server; AnswerRefused, AnswerUnsure, IdentityChanged if that is how it ends."""
        ...

    def remark(self) -> Message | None:
        """Return what a person should know about it although it works, None if there is nothing."""
        ...

    def close(self) -> None:
        """Let go of the connection; a later call makes a new one."""
        ...
