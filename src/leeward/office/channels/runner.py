"""The desk's background thread for its channels, and the sentence about each of them.

1. One thread a channel: a server that hangs holds up no other, and never the sync with the relay.
2. A round sends what waits, then fetches, whether or not sending worked. An answer written here hurries it.
3. A server that is away is asked again, ever more slowly, up to five minutes; a wrong password is not tried again by
   itself, since some servers lock the mailbox after a few wrong ones.
4. Nothing ends a thread but `stop`: an error that nobody foresaw is shown, and the round is tried again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import Message, Moment, say
from leeward.ledger.errors import VaultClosed
from leeward.office.channels import safety
from leeward.office.channels.email import EmailChannel
from leeward.office.channels.errors import AnswerLater, ChannelError, WrongLogin
from leeward.office.channels.outbox import deliver
from leeward.office.channels.port import Channel, Incoming
from leeward.office.channels.settings import (
    EmailSettings,
    LocalMemory,
    Settings,
    load_settings,
    name_of,
    require_seat,
)
from leeward.office.channels.signal import SignalChannel
from leeward.office.channels.taking import take_message
from leeward.office.session import Session

_PAUSES = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0)  # seconds after the first, second, … failure in a row
_LATER_SECONDS = 60.0  # before an answer is tried again that a server would not take yet
_LISTEN_SECONDS = (
    1.0  # how long a channel that can tell is listened to between two looks at what is to be sent
)


class ChannelState(msgspec.Struct, frozen=True):
    """How one channel stands. Moments are milliseconds; 0 is never."""

    name: str
    account: str
    ok_at: int = 0
    trouble: Message | None = None
    next_step: Message | str = ""
    remark: Message | None = None  # what a person should know although it works
    since: int = 0  # when the trouble began
    stopped: bool = False  # a person must do something before it is tried again

    @property
    def message(self) -> Message:
        """Return the state in one sentence."""
        if self.trouble is not None:
            return self.trouble
        if not self.ok_at:
            return say("It has not been asked yet.")
        return say("It works; last looked at {time}.", time=Moment(self.ok_at))


def open_channel(session: Session, settings: Settings) -> Channel:
    """Return the channel that settings describe."""
    if isinstance(settings, EmailSettings):
        return EmailChannel(settings, LocalMemory(session, name_of(settings)))
    return SignalChannel(settings)


class Runner:
    """Keeps the channels of one desk going. `state` and `nudge` from any thread."""

    def __init__(self, session: Session, make: Callable[[Session, Settings], Channel] = open_channel) -> None:
        self._session = session
        self._make = make
        self._workers: dict[str, _Worker] = {}
        self._guard = threading.Lock()
        self._stopped = False
        session.vault.on_change(self._changed)

    def start(self) -> None:
        """Begin with the channels that are set up; called again, take notice of changed settings."""
        with self._guard:
            if self._stopped:
                return
            wanted = load_settings(self._session)
            for name, worker in list(self._workers.items()):
                if wanted.get(name) != worker.settings:
                    worker.stop()
                    del self._workers[name]
            for name, settings in wanted.items():
                if name not in self._workers:
                    self._workers[name] = _Worker(self._session, settings, self._make)

    def stop(self, timeout: float = 10.0) -> None:
        """End; returns when no thread writes to the vault any more, so that it can be closed."""
        with self._guard:
            self._stopped = True
            workers, self._workers = list(self._workers.values()), {}
        for worker in workers:
            worker.stop(timeout)

    def restart(self, name: str) -> None:
        """Try a channel that stopped again, such as after another password."""
        with self._guard:
            worker = self._workers.pop(name, None)
        if worker is not None:
            worker.stop()
        self.start()

    def nudge(self) -> None:
        """Look soon."""
        for worker in list(self._workers.values()):
            worker.wake.set()

    @property
    def states(self) -> list[ChannelState]:
        """Return how each channel stands."""
        return [worker.state for worker in list(self._workers.values())]

    def _changed(self, kinds: frozenset[str]) -> None:
        if kinds & {"message", "delivery", "safety-number"}:
            self.nudge()


class _Worker:
    def __init__(
        self, session: Session, settings: Settings, make: Callable[[Session, Settings], Channel]
    ) -> None:
        self.settings = settings
        self.wake = threading.Event()
        self._session = session
        self._channel = make(session, settings)
        self._stopping = threading.Event()
        self._failures = 0
        self._looked_at = -1  # the vault's generation when everything that could go out had gone
        self._not_before = 0.0  # when answers that the server would not take yet are tried again
        self._later: Message | None = None
        self.state = ChannelState(self._channel.name, self._channel.account)
        self._thread = threading.Thread(target=self._work, name=f"channel-{self._channel.name}", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        self._stopping.set()
        self.wake.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _work(self) -> None:
        while not self._stopping.is_set() and not self.state.stopped:
            self.wake.clear()
            try:
                self._round()
            except VaultClosed:
                break
            except Exception as error:  # noqa: BLE001 - rule 4
                self._stopping.wait(self._failed(error))
                continue
            self._failures = 0
            self._tell(ok_at=self._session.now())
            if self._channel.pause and not self._stopping.is_set():
                self.wake.wait(self._channel.pause)
        self._channel.close()

    def _round(self) -> None:
        session, channel = self._session, self._channel
        trouble: ChannelError | None = None
        generation = session.vault.generation
        if generation != self._looked_at and time.monotonic() >= self._not_before:
            require_seat(session, channel.name, channel.account)
            try:
                self._looked_at = generation
                self._send()
            except ChannelError as error:
                self._looked_at = -1
                trouble = error
        channel.fetch(self._take, wait=0.0 if self.wake.is_set() else _LISTEN_SECONDS)  # 2
        if isinstance(channel, SignalChannel):
            safety.look(session, channel)
        if trouble is not None:
            raise trouble

    def _send(self) -> None:
        session, channel = self._session, self._channel
        if isinstance(channel, SignalChannel):
            safety.believe(session, channel)
        self._later = None
        try:
            deliver(session, channel)
        except AnswerLater as error:  # shown, and tried again in a while; fetching goes on at its pace
            self._later = error.happened if isinstance(error.happened, Message) else None
            self._not_before = time.monotonic() + _LATER_SECONDS
            self._looked_at = -1

    def _take(self, incoming: Incoming) -> None:
        take_message(self._session, self._channel.name, self._channel.account, incoming)

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        self._channel.close()
        if isinstance(error, LeewardError) and isinstance(error.happened, Message):
            trouble, step = error.happened, error.next_step
        else:
            trouble, step = say("Something in this program went wrong ({why}).", why=type(error).__name__), ""
        self._tell(trouble=trouble, next_step=step, stopped=isinstance(error, WrongLogin))  # 3
        return _PAUSES[min(self._failures, len(_PAUSES)) - 1]

    def _tell(
        self,
        *,
        ok_at: int = 0,
        trouble: Message | None = None,
        next_step: Message | str = "",
        stopped: bool = False,
    ) -> None:
        before = self.state
        self.state = ChannelState(
            name=before.name,
            account=before.account,
            ok_at=ok_at or before.ok_at,
            trouble=trouble,
            next_step=next_step,
            remark=self._later or self._channel.remark(),
            since=0 if trouble is None else before.since or self._session.now(),
            stopped=stopped,
        )
