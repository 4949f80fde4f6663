"""Letting a device in by a spoken code: the inviter's side, on a thread of its own that ends by itself.

1. One guess: an answer that does not show the code ends the invitation, and the desk says so (seal/pake.py).
2. Nothing is granted before the inviter said that both people read the same words; then exactly what was ticked.
3. Its box on the relay is erased at the end, however it ends; one that was left by a crash, with the next invitation.
4. It ends after ten minutes, and when the desk is locked. Nothing of a code is written to the disk but its number.
"""

from __future__ import annotations

import contextlib
import enum
import threading
from collections.abc import Callable

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say
from leeward.domain.circles import ERRANDS
from leeward.domain.joining import Granted, Offer, Part, print_joining, read_thanks
from leeward.domain.team import ROLES
from leeward.domain.travel import Away
from leeward.ledger.errors import VaultClosed
from leeward.office.cards import DeviceCard, read_device_card
from leeward.office.errors import CardRefused, OfficeError
from leeward.office.meeting import LIFE_SECONDS, Stopped, Talk, over, too_late
from leeward.office.relay import relay_of
from leeward.office.session import Session
from leeward.office.team import Admission, admit, members
from leeward.office.travel_back import admit_back, check_card
from leeward.seal.pake import Inviter, JoinCode, Meeting, Step, make_join_code
from leeward.sync.errors import RelayRefused
from leeward.sync.port import Relay

_OPEN = "invite.open"  # device-only: the number of an invitation whose box is on the relay
_TRIES = 20  # numbers that are taken, until it is told
_ARRIVE_SECONDS = 300.0  # for the welcome to arrive and the keys to be fetched
_STOP_SECONDS = 5.0


class Phase(enum.Enum):
    """How far an invitation is."""

    MAKING = "making"  # the place on the relay is being made
    WAITING = "waiting"  # the code is shown, and nobody has answered
    TALKING = "talking"  # somebody who knows the code has answered
    COMPARING = "comparing"  # both see the words
    LETTING_IN = "letting"  # let in; their device fetches its keys
    DONE = "done"
    OVER = "over"


class Plan(msgspec.Struct, frozen=True):
    """What the inviter decided: `parts` are the compartments to be granted besides the team's.

    `own`: it is a further device of the inviter themselves.
    """

    role: str
    parts: tuple[str, ...]
    own: bool = False
    language: str = "en"  # of the words
    back: str = ""  # somebody comes back from a journey: the record of it (domain/travel.py)


class State(msgspec.Struct, frozen=True):
    """What the desk shows of an invitation."""

    phase: Phase
    plan: Plan
    number: str = ""
    code: tuple[str, ...] = ()  # the three words to be said
    compared: tuple[str, ...] = ()  # the three words that both read
    name: str = ""  # what the new device says that its owner is called
    taken: bool = False  # somebody of the team is called so already
    told: bool = False  # the new device was sent its welcome
    held: int = -1  # parts that the new device says it holds; -1 it has not said
    admission: Admission | None = None
    why: LeewardError | None = None  # why it is over


class Invitation:
    """One invitation. `start` returns at once; `state` may be looked at from any thread."""

    def __init__(
        self,
        session: Session,
        plan: Plan,
        *,
        relay: Relay | None = None,
        on_change: Callable[[], None] = lambda: None,
        seconds: float = LIFE_SECONDS,
    ) -> None:
        self._session = session
        self._relay = relay
        self._on_change = on_change
        self._seconds = seconds
        self._state = State(Phase.MAKING, plan)
        self._talk: Talk | None = None
        self._card: tuple[str, DeviceCard] | None = None
        self._decided = threading.Event()
        self._stopped = threading.Event()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self.run, name="invite", daemon=True)

    @property
    def state(self) -> State:
        """Return how far it is."""
        return self._state

    def left(self) -> float:
        """Return the seconds that are left."""
        return self._talk.left() if self._talk is not None else self._seconds

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def agree(self, name: str = "") -> None:
        """Let the device in: both people read the same words (2). InvitationOver, CardRefused."""
        with self._guard:
            state, card = self._state, self._card
            if state.phase is not Phase.COMPARING or card is None or not self.left():
                raise state.why if isinstance(state.why, OfficeError) else too_late()
            admission = self._admit(card[0], card[1].device_id, name)
            self._show(phase=Phase.LETTING_IN, admission=admission, name=name or state.name)
        self._decided.set()

    def _admit(self, card: str, fingerprint: str, name: str) -> Admission:
        session, plan = self._session, self._state.plan
        if plan.back:
            return admit_back(session, card, plan.back, fingerprint=fingerprint, parts=plan.parts)
        return admit(session, card, plan.role, fingerprint=fingerprint, parts=plan.parts, name=name)

    def refuse(self) -> None:
        """End it: the words are not the same."""
        with self._guard:
            if self._state.phase is not Phase.COMPARING:
                return
            self._end(
                over(
                    say("The two of you did not read the same words, so nobody was let in."),
                    say(
                        "Somebody may have listened to the call and put themselves between you. "
                        "Make a new code, and say it by another way."
                    ),
                )
            )
        self._decided.set()

    def stop(self) -> None:
        """End it, whatever it waits for; returns when its box is erased, or after some seconds."""
        self._stopped.set()
        self._decided.set()
        if self._talk is not None:
            self._talk.stop()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(_STOP_SECONDS)

    def run(self) -> None:
        """Go through all of it; returns when it is over."""
        try:
            relay = self._relay or relay_of(self._session)
            _clean_up(self._session, relay)
            inviter = self._make(relay)
            try:
                self._meet(inviter)
                self._let_in(inviter)
            finally:
                self._erase(relay)
        except (Stopped, VaultClosed):
            self._end(over(say("The invitation was taken back."), say("Make a new code when you need one.")))
        except LeewardError as error:
            self._end(error)
        except Exception:  # noqa: BLE001 - whatever broke, the page must not wait for ever
            self._end(over(say("Something in this program went wrong."), say("Make a new code.")))

    def _make(self, relay: Relay) -> Inviter:
        """Draw codes until the place of one is free, and make it (3)."""
        session, plan = self._session, self._state.plan
        for _ in range(_TRIES):
            code = make_join_code(session.chance)
            talk = Talk(relay, Meeting(code.number), seconds=self._seconds)
            if talk.make_box():  # or it is somebody else's
                session.vault.local_put(_OPEN, code.number)
                self._talk = talk
                return self._begin(talk, code, plan)
        raise over(
            say("Every number that was drawn is taken on this relay: somebody may be blocking them."),
            say("Use the way by files: “leeward init --join”, and tell whoever runs the relay."),
        )

    def _begin(self, talk: Talk, code: JoinCode, plan: Plan) -> Inviter:
        if self._stopped.is_set():
            talk.stop()
        away = self._away()
        older = away.device_id if away is not None else ""
        offer = Offer(device=self._session.vault.device.id, own=plan.own, older=older)
        inviter = Inviter(code, self._session.chance, print_joining(offer))
        self._show(phase=Phase.WAITING, number=code.number, code=code.words(plan.language))
        return inviter

    def _meet(self, inviter: Inviter) -> None:
        """Go on until both see the words."""
        talk = self._require_talk()
        talk.send(Step.HELLO, inviter.hello())
        talk.send(Step.OFFER, inviter.take_answer(talk.wait_for(Step.ANSWER)))  # 1
        self._show(phase=Phase.TALKING, code=())
        untrusted_card, number = inviter.take_card(talk.wait_for(Step.CARD))
        card = self._read_card(untrusted_card)
        talk.send(Step.NUMBER, number)
        taken = {one.name.casefold() for one in members(self._session)}
        self._show(
            phase=Phase.COMPARING,
            compared=inviter.words(self._state.plan.language),
            name=card.name,
            taken=card.name.casefold() in taken,
        )
        self._decided.wait(talk.left())  # 2
        with self._guard:
            if self._state.phase is Phase.LETTING_IN:
                return
            if self._stopped.is_set():
                raise Stopped
            if self._state.phase is Phase.COMPARING:
                self._end(too_late())

    def _read_card(self, untrusted_card: bytes) -> DeviceCard:
        """Return the newcomer's card if it is what this invitation is for; CardRefused otherwise."""
        text = untrusted_card.decode("utf-8", "replace")
        card = read_device_card(text)
        away = self._away()
        if away is not None:
            check_card(away, card)
        expected = self._session.vault.device.id if self._state.plan.own else ""
        if (away is None and card.beside != expected) or card.device_id == self._session.vault.device.id:
            raise _refused(say("The other computer asks for something else than this invitation is for."))
        if card.device_id in self._session.vault.roster():  # or somebody shows a colleague's card as theirs
            raise _refused(say("That computer's vault is in the team already, or was cut off from it."))
        self._card = (text, card)
        return card

    def _away(self) -> Away | None:
        """Return the journey that somebody comes back from, if this is what the invitation is for."""
        plan = self._state.plan
        return self._session.get(Away, plan.back) if plan.back else None

    def _let_in(self, inviter: Inviter) -> None:
        talk, admission = self._require_talk(), self._state.admission
        if admission is None:
            with contextlib.suppress(LeewardError, Stopped):
                talk.send(Step.WELCOME, inviter.welcome(print_joining(Granted(welcome=""))))
            return
        talk.extend(_ARRIVE_SECONDS)
        vault, plan = self._session.vault, self._state.plan
        for_all = {vault.compartment_of("team"), *(one.id for one in vault.compartments(ERRANDS))}
        chosen = [vault.compartment(one) for one in {*plan.parts, *for_all}]
        parts = tuple(Part(one.id, one.kind) for one in sorted(chosen, key=lambda one: one.id))
        granted = Granted(welcome=admission.welcome, parts=parts)
        told, held = False, -1
        try:
            talk.send(Step.WELCOME, inviter.welcome(print_joining(granted)))
            told = True
            held = read_thanks(inviter.take_thanks(talk.wait_for(Step.THANKS))).held
        except (LeewardError, Stopped):  # they are in all the same; the page says how to tell their device
            pass
        self._show(phase=Phase.DONE, told=told, held=held)

    def _require_talk(self) -> Talk:
        if self._talk is None:
            raise Stopped
        return self._talk

    def _erase(self, relay: Relay) -> None:
        with contextlib.suppress(LeewardError, VaultClosed):
            _clean_up(self._session, relay)

    def _end(self, why: LeewardError) -> None:
        if self._state.admission is not None:  # they are in, whatever went wrong afterwards
            self._show(phase=Phase.DONE)
        elif self._state.phase is not Phase.OVER:
            self._show(phase=Phase.OVER, why=why, code=(), compared=())

    def _show(self, **changed: object) -> None:
        self._state = msgspec.structs.replace(self._state, **changed)
        self._on_change()


class Inviting:
    """The one invitation that a desk has at a time."""

    def __init__(self, session: Session, on_change: Callable[[], None] = lambda: None) -> None:
        self._session = session
        self._on_change = on_change
        self._guard = threading.Lock()
        self.current: Invitation | None = None

    def begin(self, plan: Plan, *, relay: Relay | None = None) -> Invitation:
        """Begin an invitation, instead of the one that there was."""
        if plan.role not in ROLES:
            raise ValueError("there is no such role")
        with self._guard:
            if self.current is not None:
                self.current.stop()
            self.current = Invitation(self._session, plan, relay=relay, on_change=self._on_change)
            self.current.start()
            return self.current

    def clear(self) -> None:
        """End it, and forget it."""
        self.stop()
        self.current = None

    def stop(self) -> None:
        """End it: the desk is being locked."""
        if self.current is not None:
            self.current.stop()


def _clean_up(session: Session, relay: Relay) -> None:
    """Erase the box of an invitation that this desk made (3)."""
    number = session.vault.local_get(_OPEN)
    if isinstance(number, str) and number:
        meeting = Meeting(number)
        with contextlib.suppress(RelayRefused):  # it is gone already
            relay.delete_box(meeting.box, meeting.read)
        session.vault.local_put(_OPEN, None)


def _refused(why: Message) -> CardRefused:
    return CardRefused(
        why,
        kept=say("Nobody was let in."),
        next_step=say("Ask over the call who is there. Make a new code, and let them join with a new vault."),
    )
