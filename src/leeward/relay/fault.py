"""One thing that is wrong with a store at rest, and where, so that a person can follow it."""

from __future__ import annotations

from dataclasses import dataclass

from leeward.base.say import Message


@dataclass(frozen=True, slots=True)
class Fault:
    """`where` names a file, a range of bytes, a box, an item or a blob; `what` says what is wrong there."""

    where: str
    what: Message

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
