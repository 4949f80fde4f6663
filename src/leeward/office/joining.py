"""Joining a team by a spoken code: the newcomer's side, step by step on the caller's thread.

    joining = Joining(session, relay, name="Timur", address=url)
    joining.prepare()                     # the relay answers, and keeps a box for our keys
    words = joining.meet("482913 lamp harbour seven")
    team = joining.wait_for_yes()         # the other side pressed that the words are the same
    held = joining.fetch()

1. Nothing but this device's signed card is given away, and only to whoever showed the same code.
2. The keys that come first are taken only from the device that was in the exchange (`office/team.py`, 2).
3. What is held at the end is compared with what was promised, and said.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.domain.joining import Granted, Offer, Part, Thanks, print_joining, read_granted, read_offer
from leeward.office.errors import CardRefused
from leeward.office.meeting import LIFE_SECONDS, BoxGone, Talk, over
from leeward.office.post import deliver_letters
from leeward.office.session import Session
from leeward.office.team import device_card, join, trusted_giver
from leeward.office.travel_join import is_returning
from leeward.seal.errors import GuessWrong
from leeward.seal.pake import Joiner, Meeting, Step, parse_join_code
from leeward.sync.errors import RelayUnreachable
from leeward.sync.exchange import Exchange, Round
from leeward.sync.port import Relay

FETCH_SECONDS = 120.0  # for the keys that were promised
_LOOK_SECONDS = 2.0


class Held(msgspec.Struct, frozen=True):
    """What this device holds in the end: by kind, what of the promised is not here yet, and what nobody promised."""

    parts: tuple[Part, ...]
    missing: tuple[Part, ...]
    extra: tuple[Part, ...]


class Joining:
    """One newcomer's way in. Used by one thread; a new code may be tried after one that failed."""

    def __init__(
        self,
        session: Session,
        relay: Relay,
        *,
        name: str,
        address: str = "",
        proxy: str = "",
        seconds: float = LIFE_SECONDS,
    ) -> None:
        self._session = session
        self._relay = relay
        self._name = name
        self._address = address
        self._proxy = proxy
        self._seconds = seconds
        self._talk: Talk | None = None
        self._joiner: Joiner | None = None
        self._offer: Offer | None = None
        self._granted: Granted | None = None

    @property
    def is_own(self) -> bool:
        """Tell whether this is to be a further device of the one who invites."""
        return self._offer is not None and self._offer.own

    def prepare(self) -> None:
        """Make this device's box on the relay. SyncError without a relay, CardRefused if it is in a team already."""
        if self._session.vault.compartments("team"):
            raise CardRefused(
                say("This vault belongs to a team already."),
                kept=say("Nothing was changed."),
                next_step=say("Open it with “leeward desk”, or name another folder."),
            )
        device = self._session.vault.device
        self._relay.make_box(device.box, device.read, device.write)

    def meet(self, untrusted_code: str) -> tuple[str, ...]:
        """Go on until both sides see words; return them, in the language of the code.

        JoinCodeRefused before anything is sent; GuessWrong, InvitationOver, JoinMalformed: that code is used up.
        """
        code, language = parse_join_code(untrusted_code)
        talk = Talk(self._relay, Meeting(code.number), seconds=self._seconds)
        joiner = Joiner(code, self._session.chance)
        try:
            hello = talk.wait_for(Step.HELLO)
        except BoxGone as error:
            raise over(
                say("There is no invitation with the number {number} on this relay.", number=code.number),
                say(
                    "Ask for the number again. If it is right, its ten minutes are over: ask for a new code."
                ),
            ) from error
        try:
            talk.send(Step.ANSWER, joiner.answer(hello))
            untrusted_offer = joiner.take_offer(talk.wait_for(Step.OFFER))
        except BoxGone as error:
            raise GuessWrong("ended") from error
        offer = read_offer(untrusted_offer)
        self._check_journey(offer)
        beside = offer.older or (offer.device if offer.own else "")
        card = device_card(self._session, name=self._name, role="", beside=beside)
        talk.send(Step.CARD, joiner.card(card.encode()))  # 1
        joiner.take_number(talk.wait_for(Step.NUMBER))
        self._talk, self._joiner, self._offer = talk, joiner, offer
        return joiner.words(language)

    def _check_journey(self, offer: Offer) -> None:
        """Go on only if both mean the same: whoever comes back would otherwise come in as somebody new."""
        if is_returning(self._session) and not offer.older:
            raise over(
                say("Your colleague invites somebody new; you come back from a journey."),
                say("Ask for a code made with your name under “Who is it?”."),
            )
        if offer.older and not is_returning(self._session):
            raise over(
                say("Your colleague waits for somebody who comes back from a journey with eight words."),
                say("Start with “leeward join” and --back, or ask for a code for somebody new."),
            )

    def wait_for_yes(self) -> str:
        """Wait until the other side says that the words are the same, and join; return the team's name."""
        if self._talk is None or self._joiner is None or self._offer is None:
            raise RuntimeError("meet first")
        granted = read_granted(self._joiner.take_welcome(self._talk.wait_for(Step.WELCOME)))
        if not granted.welcome:
            raise over(
                say("The other side says that the words are not the same."),
                say("Somebody may have put themselves between you. Ask for a new code, by another way."),
            )
        team = join(
            self._session,
            granted.welcome,
            fingerprint=self._offer.device,  # 2
            relay=self._address,
            proxy=self._proxy,
        )
        self._granted = granted
        return team

    def fetch(
        self,
        *,
        seconds: float = FETCH_SECONDS,
        progress: Callable[[int, int], None] = lambda _held, _of: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> Held:
        """Take the keys that were promised, and what they open; return what is held (3). SyncError, LedgerError."""
        if self._granted is None:
            raise RuntimeError("wait for the welcome first")
        session, promised = self._session, self._granted.parts
        exchange = Exchange(session.vault, self._relay, clock=session.clock, chance=session.chance)
        exchange.trusted = trusted_giver(session)
        until = monotonic() + seconds
        while missing := self._missing():
            progress(len(promised) - len(missing), len(promised))
            if monotonic() > until:
                break
            try:
                exchange.pull_grants(Round())
                if self._missing():
                    self._listen(min(_LOOK_SECONDS, max(until - monotonic(), 0.1)))
            except RelayUnreachable:
                time.sleep(min(_LOOK_SECONDS, max(until - monotonic(), 0.1)))
        self._thank(len(promised) - len(self._missing()))
        exchange.sync()
        deliver_letters(session)
        return self._held()

    def _listen(self, seconds: float) -> None:
        device = self._session.vault.device
        after = self._session.vault.cursor(device.box)
        self._relay.list_items(device.box, device.read, after=after, limit=1, wait=seconds)

    def _missing(self) -> list[Part]:
        held = {one.id for one in self._session.vault.compartments()}
        return [part for part in self._granted.parts if part.id not in held] if self._granted else []

    def _thank(self, held: int) -> None:
        if self._talk is not None and self._joiner is not None:
            talk, joiner, self._talk = self._talk, self._joiner, None  # once
            with contextlib.suppress(LeewardError):  # the other side shows that we were not heard
                talk.extend(_LOOK_SECONDS)
                talk.send(Step.THANKS, joiner.thanks(print_joining(Thanks(held=held))))

    def _held(self) -> Held:
        here = {one.id: Part(one.id, one.kind) for one in self._session.vault.compartments()}
        promised = {part.id for part in self._granted.parts} if self._granted else set()
        return Held(
            parts=tuple(here.values()),
            missing=tuple(self._missing()),
            extra=tuple(part for part in here.values() if part.id not in promised),
        )
