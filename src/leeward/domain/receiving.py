"""What partners' desks seal to us: our keys for it, and that something came. No word of anybody who is helped.

1. A key counts for what is sealed to it until 90 days after a newer one was made.
2. Of what came stay: number, sender, hash, days, and what was decided. The content is nowhere in these records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar

from leeward.base.ids import derive_id
from leeward.base.say import Code, say
from leeward.domain.errors import RuleBroken
from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

DAY = 86_400_000
STILL_OPENS = 90 * DAY
ANSWER_WITHIN = 1 * DAY

STATE = Vocabulary(
    "received-state",
    Term("received", "opened, not decided", "открыто, решения нет"),
    Term("accepted", "accepted", "принято"),
    Term("declined", "declined", "отклонено"),
    Term("done", "done", "сделано"),
)
PAPER = Vocabulary(
    "received-paper",
    Term("referral", "a request for help", "просьба помочь"),
    Term("transfer", "a case to take over", "передача дела"),
)
_AFTER: Mapping[str, frozenset[str]] = {
    "accepted": frozenset({"received", "accepted"}),  # again: an item of the inbox becomes a case
    "declined": frozenset({"received"}),
    "done": frozenset({"accepted"}),
}


class ReceptionKey(Typed, frozen=True, kw_only=True):
    """A key of the team to which partners seal. Its secret half is derived from `salt` and the circle's first key."""

    kind: ClassVar[str] = "reception_key"

    salt: bytes = b""
    recipient: str = ""  # age1pq1…
    called: str = ""  # what partners read as our name
    epoch: int = 0  # of the circle, when it was drawn: who held that epoch's key can derive it


class Received(Typed, frozen=True, kw_only=True):
    """That something came. Its id is derived from its hash: two desks that open one file write to one record."""

    kind: ClassVar[str] = "received"

    sha256: str = ""  # of the age file
    number: str = ""  # the sender's id of it
    paper: Annotated[str, Coded("received-paper")] = "referral"
    sender: str = ""  # as the file says; nobody signed it
    reply: str = ""  # the recipient for our answer
    secret: str = ""  # shows that we read the file; of a deletion letter, that its writer wrote the file
    language: Annotated[str, Coded("language")] = "en"
    made_on: str = ""
    state: Annotated[str, Coded("received-state")] = "received"
    heard: tuple[Note, ...] = ()  # {"sha256"}: somebody heard its hash from the sender over a call
    contact_id: str = ""
    case_id: str = ""
    decided_at: int = 0
    answers: tuple[Note, ...] = ()  # {"state", "sha256"}: each letter that answered
    delete_asked_at: int = 0
    deleted_at: int = 0
    task_id: str = ""

    @property
    def sure(self) -> bool:
        """Tell whether somebody heard from the sender that this file is theirs."""
        return any(
            isinstance(one.value, dict) and one.value.get("sha256") == self.sha256 for one in self.heard
        )

    @property
    def answered(self) -> frozenset[str]:
        """Return which answers were sealed."""
        return frozenset(str(one.value.get("state")) for one in self.answers if isinstance(one.value, dict))


def received_id(circle: str, sha256: str) -> str:
    """Return the id of the record of a file."""
    return derive_id("received", circle, sha256)


def opening_keys(keys: Iterable[ReceptionKey], now: int) -> list[ReceptionKey]:
    """Return the keys with which something is opened now, the newest first (1)."""
    ordered = sorted(keys, key=lambda one: (one.epoch, one.created_at, one.id), reverse=True)
    return [one for at, one in enumerate(ordered) if not at or now < ordered[at - 1].created_at + STILL_OPENS]


def require_step(received: Received, state: str) -> None:
    """Refuse a step that does not follow from the state; RuleBroken."""
    if received.state not in _AFTER[state] or "state" in received.conflicts:
        raise RuleBroken(
            say("This does not follow: it is “{state}”.", state=Code(f"received-state/{received.state}")),
            kept=say("Nothing was changed."),
            next_step=say("Look at the page again: a colleague may have been quicker."),
        )
