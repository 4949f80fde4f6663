"""The ladder: what is done after a missed sign of life, how long after, and who is asked to do it.

1. A team has one; a case may have its own, which then holds instead.
2. Rungs stand in the order of their times. The first is due at once, so that nothing begins with waiting.
3. The words may be the team's own, in either language; where there are none, those of the step are said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from leeward.base.say import Message, Versions, say
from leeward.domain.errors import OutOfRange
from leeward.domain.typed import Typed
from leeward.domain.vocabulary import Term, Vocabulary, known

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
RUNGS_MOST = 8
WORDS_MOST = 200  # characters of what one rung says
AFTER_MOST = 14 * DAY

STEP = Vocabulary(
    "ladder-step",
    Term("call", "call them", "позвонить"),
    Term("partner", "somebody near them looks", "кто-то поблизости проверяет"),
    Term("lawyer", "send the lawyer", "отправить юриста"),
    Term("public", "decide about speaking publicly", "решить о публичности"),
    Term("other", "something else", "другое"),
)
ASKED = Vocabulary(
    "ladder-asked",
    Term("waiting", "whoever waits for the sign", "тот, кто ждёт выхода на связь"),
    Term("coordinator", "the coordinator of the case", "координатор этого человека"),
    Term("deputy", "their deputy", "заместитель координатора"),
    Term("duty", "whoever is on duty", "дежурные"),
    Term("advocate", "an advocate", "правозащитник"),
    Term("everyone", "everybody who can open the case", "все, у кого есть доступ"),
)

TRIED = Vocabulary(
    "tried",
    Term("no-answer", "no answer", "не отвечает"),
    Term("sent", "somebody is on the way to look", "кто-то едет посмотреть"),
    Term("not-safe", "not safe to try", "пробовать опасно"),
)


class Rung(msgspec.Struct, frozen=True):
    """One step of the ladder: how long after the sign was missed, what is done, and who is asked."""

    after: int  # milliseconds
    step: str = "other"  # STEP
    asks: str = "waiting"  # ASKED
    en: str = ""  # the team's own words, such as "Call the neighbour who has the key."
    ru: str = ""

    @property
    def words(self) -> Message:
        """Return what is to be done, in the reader's language."""
        own = (("en", self.en), ("ru", self.ru))
        if self.en or self.ru:
            return say("{step}", step=Versions({lang: text for lang, text in own if text}))
        return SAID[self.step] if self.step in SAID else SAID["other"]


SAID = {
    "call": say("Call them, once, from the agreed number."),
    "partner": say("Ask the partner nearest to them to look."),
    "lawyer": say("Send the lawyer to where they were."),
    "public": say("Decide together whether to speak publicly."),
    "other": say("Follow the plan."),
}
LADDER = (
    Rung(0, "call", "waiting"),
    Rung(HOUR // 2, "partner", "deputy"),
    Rung(2 * HOUR, "lawyer", "advocate"),
    Rung(12 * HOUR, "public", "everyone"),
)


class Ladder(Typed, frozen=True, kw_only=True):
    """A ladder that was agreed: the team's, in the team's circle, or that of one case, in the circle of the case."""

    kind: ClassVar[str] = "ladder"

    case_id: str = ""
    rungs: tuple[Rung, ...] = ()  # empty: the wider one holds again


def check_rungs(rungs: Sequence[Rung]) -> tuple[Rung, ...]:
    """Return rungs in the order of their times; OutOfRange if they are no ladder. Rule 2."""
    ordered = tuple(sorted(rungs, key=lambda rung: rung.after))
    times = [rung.after for rung in ordered]
    if not ordered or len(ordered) > RUNGS_MOST:
        raise _refused(say("A ladder has from one to {most} steps.", most=RUNGS_MOST))
    if times[0] != 0:
        raise _refused(say("The first step is due at once: 0 minutes."))
    if len(set(times)) < len(times) or times[-1] > AFTER_MOST:
        raise _refused(say("Each step has a time of its own, at most 14 days after."))
    for rung in ordered:
        known(STEP, rung.step)
        known(ASKED, rung.asks)
        if max(len(rung.en), len(rung.ru)) > WORDS_MOST:
            raise _refused(say("What a step says can have {most} characters.", most=WORDS_MOST))
        if rung.step == "other" and not (rung.en or rung.ru):
            raise _refused(say("Say in a few words what is done in each step."))
    return ordered


def _refused(what: Message) -> OutOfRange:
    return OutOfRange(
        what,
        kept=say("The ladder is as it was. What was written is still in the form."),
        next_step=say("Change it and save again."),
    )
