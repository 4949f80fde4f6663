"""Two sides of an invitation, brought as far as a test wants them.

met = meet(Step.ANSWER)          # the answer was made, and not taken yet
met.inviter.take_answer(met.last)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from leeward.base.ports import SystemChance
from leeward.seal.pake import Inviter, JoinCode, Joiner, Step

CODE = JoinCode(482913, (17, 4711, 7775))
OFFER, CARD, WELCOME, THANKS = b"the offer", b"the card", b"the welcome", b"thank you"


@dataclass
class Met:
    """Both sides, and what they have said so far."""

    inviter: Inviter
    joiner: Joiner
    said: dict[Step, bytes] = field(default_factory=dict)

    @property
    def last(self) -> bytes:
        return self.said[max(self.said)]


def meet(until: Step | None = None, *, typed: JoinCode = CODE) -> Met:
    """Return two sides after the message `until` was made, and not yet taken by the other."""
    chance = SystemChance()
    met = Met(Inviter(CODE, chance, OFFER), Joiner(typed, chance))
    for step in Step:
        if until is None or step > until:
            break
        met.said[step] = _say(met, step)
    return met


def _say(met: Met, step: Step) -> bytes:
    before = met.said[Step(step - 1)] if step > Step.HELLO else b""
    heard = TAKES[Step(step - 1)](met, before) if step > Step.HELLO else None
    if step == Step.HELLO:
        return met.inviter.hello()
    if isinstance(heard, tuple):
        assert heard[0] == CARD
        return bytes(heard[1])
    if step in {Step.ANSWER, Step.OFFER}:
        assert isinstance(heard, bytes)
        return heard
    make = {
        Step.CARD: lambda: met.joiner.card(CARD),
        Step.WELCOME: lambda: met.inviter.welcome(WELCOME),
        Step.THANKS: lambda: met.joiner.thanks(THANKS),
    }
    assert heard == {Step.CARD: OFFER, Step.WELCOME: None, Step.THANKS: WELCOME}[step]
    return make[step]()


TAKES: dict[Step, Callable[[Met, bytes], object]] = {
    Step.HELLO: lambda met, message: met.joiner.answer(message),
    Step.ANSWER: lambda met, message: met.inviter.take_answer(message),
    Step.OFFER: lambda met, message: met.joiner.take_offer(message),
    Step.CARD: lambda met, message: met.inviter.take_card(message),
    Step.NUMBER: lambda met, message: met.joiner.take_number(message),
    Step.WELCOME: lambda met, message: met.joiner.take_welcome(message),
    Step.THANKS: lambda met, message: met.inviter.take_thanks(message),
}
"""How the one that a message is for takes it."""
