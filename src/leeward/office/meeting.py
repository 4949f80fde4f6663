"""One meeting of two devices at the relay, by a spoken code: sending one message and waiting for the next.

1. It ends at its time, whatever the relay does; whoever waits can be stopped within moments.
2. A message has its one id: what others write into the box is passed over, and if there is too much of it, told.
3. The relay may be away meanwhile; it is asked again until the time is over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from leeward.base.say import Message, say
from leeward.office.errors import OfficeError
from leeward.seal.pake import Meeting, Step
from leeward.sync.errors import RelayNonsense, RelayRefused, RelayUnreachable
from leeward.sync.port import Relay

LIFE_SECONDS = 600.0
_SLICE_SECONDS = 1.0  # how long one question is held open: so soon a stop is heeded
_PAUSE_SECONDS = 1.0
_STRANGE_MOST = 40  # messages of others that are passed over


class InvitationOver(OfficeError):
    """An invitation ended before the new device was let in; says why."""

    code = "team.invitation-over"


class BoxGone(InvitationOver):
    """The box in which they meet is not on the relay, or not any more."""


class Stopped(Exception):
    """Whoever waits here was told to stop."""


class Talk:
    """One side's view of the box in which they meet."""

    def __init__(
        self,
        relay: Relay,
        meeting: Meeting,
        *,
        seconds: float = LIFE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.meeting = meeting
        self._relay = relay
        self._monotonic = monotonic
        self._until = monotonic() + seconds
        self._stopped = threading.Event()
        self._after = 0
        self._strange = 0
        self._came: dict[str, bytes] = {}

    def stop(self) -> None:
        """Let whoever waits give up (1)."""
        self._stopped.set()

    def extend(self, seconds: float) -> None:
        """Let it last so long from now on."""
        self._until = self._monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left."""
        return max(self._until - self._monotonic(), 0.0)

    def make_box(self) -> bool:
        """Make the box; False if it was there already, whoever made it."""
        meeting = self.meeting
        try:
            return self._relay.make_box(meeting.box, meeting.read, meeting.write)
        except RelayRefused as error:
            if error.word != "box-taken":
                raise
            return False

    def delete_box(self) -> None:
        """Erase the box and everything in it. Raises SyncError."""
        self._relay.delete_box(self.meeting.box, self.meeting.read)

    def send(self, step: Step, message: bytes) -> None:
        """Put a message into the box. InvitationOver, Stopped."""
        meeting = self.meeting

        def ask() -> int:
            return self._relay.append(meeting.box, meeting.write, meeting.items[step], message)

        self._until_answered(ask)

    def wait_for(self, step: Step) -> bytes:
        """Return the other side's message of that step. InvitationOver, Stopped."""
        wanted = self.meeting.items[step]
        while wanted not in self._came:
            self._until_answered(self._look)
        return self._came[wanted]

    def _look(self) -> int:
        wait = min(_SLICE_SECONDS, self.left())
        listing = self._relay.list_items(
            self.meeting.box, self.meeting.read, after=self._after, limit=10, wait=wait
        )
        known = set(self.meeting.items.values())
        for item in listing.items:
            self._after = max(self._after, item.number)
            self._came.setdefault(item.id, item.untrusted_sealed if item.id in known else b"")
            self._strange += item.id not in known
        if self._strange > _STRANGE_MOST:  # 2
            raise over(
                say("Somebody else wrote into the place where the two computers meet."),
                say("Make a new code. If it happens again, tell whoever runs the relay."),
            )
        return len(listing.items)

    def _until_answered(self, ask: Callable[[], int]) -> int:
        while True:
            if self._stopped.is_set():
                raise Stopped
            if not self.left():  # 1
                raise too_late()
            try:
                return ask()
            except (RelayUnreachable, RelayNonsense):  # 3
                self._stopped.wait(min(_PAUSE_SECONDS, self.left()))
            except RelayRefused as error:
                raise self._refused(error) from error

    def _refused(self, error: RelayRefused) -> InvitationOver:
        if error.word == "no-such-box":
            return BoxGone(
                say("The place on the relay where the two computers meet is gone: the other side ended it."),
                kept=say("Nobody was let in."),
                next_step=say("Ask over the call what happened there, and make a new code."),
            )
        return over(
            say("The relay refused a message of this invitation: {word}.", word=error.word),
            say("Make a new code. If it happens again, tell whoever runs the relay."),
        )


def too_late() -> InvitationOver:
    """Return that the time is over."""
    return over(
        say("The time for this invitation is over."), say("Make a new code; a code is good for ten minutes.")
    )


def over(happened: Message, next_step: Message) -> InvitationOver:
    """Return why an invitation ended before anybody was let in."""
    return InvitationOver(happened, kept=say("Nobody was let in."), next_step=next_step)
