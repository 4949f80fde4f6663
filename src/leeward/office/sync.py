"""The desk's background thread to the relay, and the one sentence about it at the foot of every page.

1. What was committed is on this disk before anybody hears of it here; the thread only carries it further.
2. A commit is offered within a moment. Two questions are held open, one at the hotline's box and one at the team's
   bell; whatever was rung for is fetched at once, and every box is looked at now and then all the same.
3. A relay that is away is asked again, ever more slowly, up to half a minute; meanwhile everything goes on.
4. Nothing ends the thread but `stop`: an error that nobody foresaw is shown, and the round is tried again.
5. Whoever had the hotline can spoil its box on the relay. That is shown, and stops nothing else: new keys and a new
   card go out all the same.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.limits import CLOCK_DRIFT_MS
from leeward.base.say import Message, Moment, Span, say, say_count
from leeward.ledger.errors import LedgerError, VaultClosed
from leeward.ledger.fault import Fault
from leeward.office.cutoff import make_new_keys
from leeward.office.erasing_work import erase_here, erase_on_relay
from leeward.office.heads import send_heads
from leeward.office.importing_keys import hand_on
from leeward.office.mail import TakeIn, damaged_mail, pull_mail
from leeward.office.post import deliver_letters
from leeward.office.recovery_escrow import share_out
from leeward.office.recovery_rehearse import tend as tend_rehearsal
from leeward.office.session import Session
from leeward.office.team import hotline_of, trusted_giver
from leeward.sync.bell import read_ring
from leeward.sync.errors import RelayRefused, RelayUnreachable, SyncError
from leeward.sync.exchange import Exchange, Round
from leeward.sync.port import Relay

SWEEP_SECONDS = 60.0  # every box is looked at this often
_GATHER_SECONDS = 0.05  # changes come in bursts: one segment for all of them
_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # after the first, second, … failure in a row
_WAIT_SECONDS = 20  # how long one question is held open
_PIECES = 16  # pieces of files sent between two looks at what is more urgent
_NEW_KEYS = 8  # made between two looks at what is more urgent
_IMPORTED_KEYS = 64  # circles whose keys are given to colleagues between two looks
_ALL = 1 << 62


class SyncState(msgspec.Struct, frozen=True):
    """How far this desk and the relay agree. Moments are milliseconds; 0 is never or not."""

    saved: bool = True  # everything committed is on this disk; there is no other state
    synced_at: int = 0  # since when all is in step
    waiting_since: int = 0
    unsent: int = 0  # changes and pieces that the relay has not taken yet
    faults: tuple[Fault, ...] = ()
    message: Message = say("Saved here. The relay has not been asked yet.")


class Syncer:
    """Keeps one session's vault and one relay in step until stopped. Start once; `state` from any thread."""

    def __init__(
        self,
        session: Session,
        relay: Relay,
        *,
        take_in: TakeIn | None = None,
        sweep_seconds: float = SWEEP_SECONDS,
        wait_seconds: float = _WAIT_SECONDS,
    ) -> None:
        self._session = session
        self._relay = relay
        self._take_in = take_in
        self._sweep_seconds = sweep_seconds
        self._wait_seconds = wait_seconds
        self._exchange = Exchange(session.vault, relay, clock=session.clock, chance=session.chance)
        self._exchange.after_team = partial(erase_here, session)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._due: set[str] = set()  # boxes that were rung for
        self._sweep_now = True
        self._next_sweep = 0.0
        self._failures = 0
        self._suspicious = True
        self._state = SyncState()
        self._unforeseen: Fault | None = None
        self._heads: dict[str, int] = {}  # how far a held question has seen a box
        self._threads = [
            threading.Thread(target=self._work, name="sync", daemon=True),
            threading.Thread(target=self._listen, args=(self._hear_mail,), name="sync-mail", daemon=True),
            threading.Thread(target=self._listen, args=(self._hear_bell,), name="sync-bell", daemon=True),
        ]

    @property
    def state(self) -> SyncState:
        """Return how things stand now."""
        return self._state

    def start(self) -> None:
        """Begin. Returns at once."""
        self._session.vault.on_change(lambda _kinds: self.nudge())
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End; returns when the thread that writes to the vault has ended, so that the vault can be closed."""
        self._stopping.set()
        self._wake.set()
        self._relay.close()
        if self._threads[0].is_alive():
            self._threads[0].join(timeout)

    def nudge(self) -> None:
        """Push soon: something was committed."""
        self._wake.set()

    def look_now(self) -> None:
        """Look into every box soon."""
        with self._guard:
            self._sweep_now = True
        self._wake.set()

    def forget_lies(self) -> None:
        """Forget what the relay did wrong, once a person has read about it; the foot of the page is calm again."""
        self._exchange.memory.forget_lies()
        self._wake.set()

    # the thread that writes

    def _work(self) -> None:
        while not self._stopping.is_set():
            more = False
            try:
                more = self._round()
                self._succeeded()
            except SyncError as error:
                self._failed(error)
            except VaultClosed:
                return
            except LedgerError as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001 - rule 4: shown, and tried again
                self._failed(error)
            self._rest(more)

    def _rest(self, more: bool) -> None:  # noqa: FBT001 - one caller, above
        if more and not self._failures:
            return
        if self._failures:
            self._stopping.wait(_PAUSES[min(self._failures, len(_PAUSES)) - 1])
            return
        with self._guard:
            until_sweep = 0.0 if self._sweep_now or self._due else self._next_sweep - time.monotonic()
        self._wake.wait(max(until_sweep, 0.0))
        if not self._stopping.is_set():
            self._stopping.wait(_GATHER_SECONDS)
        self._wake.clear()

    def _round(self) -> bool:
        """Push, and fetch what is due; True if pieces of files still wait."""
        with self._guard:
            sweep = self._sweep_now or time.monotonic() >= self._next_sweep or self._failures > 0
            due, self._due, self._sweep_now = self._due, set(), False
        done = Round()
        try:
            self._exchange.trusted = trusted_giver(self._session)
            if sweep or self._session.vault.device.box in due:
                self._exchange.pull_grants(
                    done
                )  # first: what is written from now on is sealed to the newest keys
            self._exchange.pull_team(done, None if sweep else due)
            self._exchange.push(done)
            if self._suspicious:  # a relay that was restored from an old copy was away in between
                self._exchange.check_anchors(done)
                self._suspicious = False
            spoiled = self._fetch(due, done, sweep=sweep)
            deliver_letters(self._session)
            more = make_new_keys(
                self._session, _NEW_KEYS
            )  # after fetching: what a lost device wrote before is here
            more = hand_on(self._session, _IMPORTED_KEYS) or more
            more = share_out(self._session, _NEW_KEYS) or more
            tend_rehearsal(self._session)
            send_heads(self._session)
            if erase_on_relay(self._session, self._relay, looked=sweep):
                self.look_now()
            self._exchange.push(done)
        except BaseException:
            with self._guard:
                self._due |= due
                self._sweep_now = self._sweep_now or sweep
            raise
        finally:
            with contextlib.suppress(LeewardError):
                self._exchange.ring(done.boxes)  # what went out is rung for even if something later failed
        if sweep:
            self._next_sweep = time.monotonic() + self._sweep_seconds
        more = self._exchange.outbox.deliver_pieces(self._relay, _PIECES) or more
        if spoiled is not None:
            raise spoiled
        return more

    def _fetch(self, due: set[str], done: Round, *, sweep: bool) -> RelayRefused | None:
        """Fetch what is due; return what the relay refused of the hotline's box: a thief may have spoiled that (5)."""
        vault = self._session.vault
        self._exchange.pull_all(done, None if sweep else due)
        if self._take_in is not None and vault.compartments("intake"):
            try:
                pull_mail(self._session, self._relay, self._take_in, None if sweep else due)
            except RelayRefused as error:
                return error
        return None

    # the threads that listen

    def _listen(self, hear: Callable[[], bool]) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                heard = hear()
            except VaultClosed:
                return
            except Exception as error:  # noqa: BLE001 - rule 4; the working thread meets the same and shows it
                if failures == 0 and isinstance(error, SyncError):
                    self._suspicious = True
                    self.look_now()
                self._stopping.wait(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1
                continue
            if failures:
                failures = 0
                self.look_now()  # it is back: whatever rang meanwhile was not heard
            if not heard:
                self._stopping.wait(1.0)  # no key for this yet

    def _hear_mail(self) -> bool:
        if self._take_in is None or not self._session.vault.compartments("intake"):
            return False
        hotline = hotline_of(self._session)
        if not hotline.box:
            return False
        seen = max(self._heads.get(hotline.box, 0), self._session.vault.cursor(hotline.box))
        listing = self._relay.list_items(
            hotline.box, hotline.read, after=seen, limit=1, wait=self._wait_seconds
        )
        self._heads[hotline.box] = max(listing.last, *(item.number for item in listing.items), 0)
        if listing.items:
            self._want({hotline.box})
        return True

    def _hear_bell(self) -> bool:
        bell = self._exchange.bell()
        device = self._session.vault.device
        if bell is None:  # not on the team yet: the keys come to this device's own box
            listing = self._relay.list_items(
                device.box, device.read, after=self._session.vault.cursor(device.box), wait=self._wait_seconds
            )
            if listing.items:
                self._want({device.box})
                self._stopping.wait(1.0)
            return True
        if bell.box not in self._heads:
            self._relay.make_box(bell.box, bell.read, bell.write)
            self._heads[bell.box] = self._relay.list_items(bell.box, bell.read, after=_ALL).last
            self.look_now()
        listing = self._relay.list_items(
            bell.box, bell.read, after=self._heads[bell.box], wait=self._wait_seconds
        )
        self._heads[bell.box] = max((item.number for item in listing.items), default=listing.last)
        vault = self._session.vault
        mine = {room.box for found in vault.compartments() for room in vault.rooms(found.id)} | {device.box}
        for item in listing.items:
            self._want(read_ring(bell, item.id, item.untrusted_sealed, mine))
        return True

    def _want(self, boxes: set[str] | frozenset[str]) -> None:
        if boxes:
            with self._guard:
                self._due |= boxes
            self._wake.set()

    # what is told

    def _succeeded(self) -> None:
        self._failures = 0
        self._unforeseen = None
        since = 0 if self._state.waiting_since else self._state.synced_at
        self._tell(synced_at=since or self._session.now(), waiting_since=0)

    def _failed(self, error: BaseException) -> None:
        if self._stopping.is_set():
            return
        self._failures += 1
        self._suspicious = True
        if not isinstance(error, RelayUnreachable):
            what = error.happened if isinstance(error, LeewardError) else None
            said = (
                what
                if isinstance(what, Message)
                else say("Syncing failed: {why}.", why=str(what or _name(error)))
            )
            self._unforeseen = Fault(self._session.now(), "", "sync", said)
        since = self._state.waiting_since or self._session.now()
        try:
            self._tell(synced_at=0, waiting_since=since)
        except Exception:  # noqa: BLE001 - rule 4: the vault itself may be what fails; say what is known without it
            faults = (self._unforeseen,) if self._unforeseen is not None else self._state.faults
            message = _sentence(0, since, self._state.unsent, len(faults))
            self._state = SyncState(
                waiting_since=since, unsent=self._state.unsent, faults=faults, message=message
            )

    def _tell(self, *, synced_at: int, waiting_since: int) -> None:
        vault = self._session.vault
        faults = [*vault.faults(), *self._exchange.memory.faults()]
        faults += [
            Fault(mail.at, "", f"item {mail.number}", mail.message) for mail in damaged_mail(self._session)
        ]
        faults += _clock_faults(vault.newest_clock(), self._session.now())
        if self._unforeseen is not None:
            faults.append(self._unforeseen)
        unsent = vault.unsent() + self._exchange.outbox.waiting()
        self._state = SyncState(
            synced_at=synced_at,
            waiting_since=waiting_since,
            unsent=unsent,
            faults=tuple(faults),
            message=_sentence(synced_at, waiting_since, unsent, len(faults)),
        )


def _clock_faults(newest: int, now: int) -> list[Fault]:
    """Tell when something here was written at a time that has not come yet."""
    if newest <= now + CLOCK_DRIFT_MS:
        return []
    what = say(
        "A clock is off by {span}: either this computer's is slow, or a colleague's is fast. "
        "Nothing is lost, but times and deadlines may be wrong: set the clocks.",
        span=Span(newest - now),
    )
    return [Fault(now, "", "clock", what)]


def _sentence(synced_at: int, waiting_since: int, unsent: int, faults: int) -> Message:
    if waiting_since:
        return say("Saved here. Waiting for the relay since {time}.", time=Moment(waiting_since))
    if faults:
        return say_count(
            "Saved here. {n} thing about the relay or this vault needs a look: see Safety.",
            "Saved here. {n} things about the relay or this vault need a look: see Safety.",
            faults,
        )
    if unsent:
        return say_count(
            "Saved here. {n} change is on its way.", "Saved here. {n} changes are on their way.", unsent
        )
    return say("Saved here. In step with the relay since {time}.", time=Moment(synced_at))


def _name(error: BaseException) -> str:
    return type(error).__name__
