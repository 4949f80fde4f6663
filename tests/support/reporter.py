"""A person at the intake page, without the page: makes real sealed reports with real words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from leeward.base.ports import SystemChance
from leeward.domain.files import FileRef
from leeward.office.session import Session
from leeward.seal.codes import Way, derive_way, make_code
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind

CHANCE = SystemChance()


class Reporter:
    """Somebody with eight words, writing to the team of a session."""

    def __init__(self, session: Session, language: str = "ru") -> None:
        self.code = make_code(CHANCE)
        self.way, self.alarm_way = derive_way(self.code), derive_way(self.code.alarm_form())
        self.language = language
        self._recipient: Recipient = session.vault.recipient_of(session.compartment_of("intake"))

    def first(self, text: str, files: Sequence[FileRef] = (), **changes: Any) -> bytes:
        """Return a first message, sealed."""
        ways = [_member(self.way, alarm=False), _member(self.alarm_way, alarm=True)]
        return self.sealed(text=text, files=[_file(file) for file in files], ways=ways, **changes)

    def again(self, text: str, *, alarm: bool = False, **changes: Any) -> bytes:
        """Return a later message, sealed; with the alarm form if asked."""
        return self.sealed(text=text, voice=(self.alarm_way if alarm else self.way).voice, **changes)

    def opened(self, *, alarm: bool = False) -> bytes:
        """Return a visit without writing, sealed."""
        return self.sealed(voice=(self.alarm_way if alarm else self.way).voice, event="opened")

    def sealed(self, **members: Any) -> bytes:
        """Return any report, sealed to the team."""
        report = {"v": 1, "id": CHANCE.draw(16).hex(), "lang": self.language, **members}
        return seal(Kind.REPORT, json.dumps(report).encode(), self._recipient)

    def read(self, sealed: bytes, *, alarm: bool = False) -> dict[str, Any]:
        """Open an answer with the words, or their alarm form."""
        identity = (self.alarm_way if alarm else self.way).identity
        found: dict[str, Any] = json.loads(open_sealed(Kind.REPLY, sealed, [identity]))
        return found


def item_id() -> str:
    """Return an id as a page draws it."""
    return CHANCE.draw(16).hex()


def _member(way: Way, *, alarm: bool) -> dict[str, Any]:
    return {
        "alarm": alarm,
        "box": way.box,
        "write": way.write,
        "recipient": way.identity.recipient().string(),
        "voice": way.voice,
    }


def _file(ref: FileRef) -> dict[str, Any]:
    pieces = [{"blob": one.blob, "size": one.size, "sha256": one.sha256} for one in ref.pieces]
    return {
        "name": ref.name,
        "type": ref.media_type,
        "size": ref.size,
        "sha256": ref.sha256,
        "pieces": pieces,
    }
