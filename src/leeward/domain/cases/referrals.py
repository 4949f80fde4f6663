"""Something of a case handed to a partner: which fields, on whose word, sealed to which key, and what they answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from leeward.base.say import Code, say
from leeward.domain.errors import RuleBroken
from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

PURPOSE = Vocabulary(
    "referral-purpose",
    Term("help", "help with a need", "помочь с тем, что нужно"),
    Term("advice", "advice", "дать совет"),
    Term("transfer", "take over the case", "взять дело себе", "We close it once they have it."),
)
FIELD = Vocabulary(
    "referral-field",
    Term("pseudonym", "What we call them", "Как мы называем человека"),
    Term("danger", "The danger and who threatens", "Опасность и от кого она"),
    Term("languages", "Languages", "Языки"),
    Term("need", "The need it is about", "О какой помощи речь"),
    Term("needs", "Everything else they need", "Что ещё нужно"),
    Term("health", "Medicines and visits to doctors", "Лекарства и приёмы у врачей"),
    Term("contact", "How to reach them safely", "Как безопасно связаться"),
    Term("family", "Somebody of the family", "Близкий человек"),
    Term("file", "A file", "Файл"),
    Term("name", "The legal name", "Имя по документам"),
)
USE_OF: Mapping[str, str] = {"file": "files", "name": "name"}
"""Under which use of consent a field falls, if not under `work`."""

DAY = 86_400_000
ANSWER_WITHIN = {"transfer": 3 * DAY}
ANSWER_USUAL = 7 * DAY

_AFTER: Mapping[str, frozenset[str]] = {
    "sent": frozenset({"draft", "sent"}),  # made again, if the first file was lost on the way
    "accepted": frozenset({"sent"}),
    "rejected": frozenset({"sent"}),
    "done": frozenset({"accepted"}),
    "revoked": frozenset({"sent", "accepted", "rejected", "done", "revoked"}),
}
LEFT = frozenset({"sent", "accepted", "rejected", "done"})
"""States in which they hold what we sent, and were not asked to delete it."""


class Referral(Typed, frozen=True, kw_only=True):
    """What was chosen for one partner. Lies in the case's circle, and is erased with it."""

    kind: ClassVar[str] = "referral"

    case_id: str = ""
    need_id: str = ""
    partner_id: str = ""
    receiver: str = ""  # what the partner was called when this was begun
    purpose: Annotated[str, Coded("referral-purpose")] = "help"
    language: Annotated[str, Coded("language")] = "en"
    covering: str = ""  # goes with it, in our words
    field_set: Annotated[tuple[str, ...], Coded("referral-field")] = ()
    file_ids: tuple[str, ...] = ()
    person_ids: tuple[str, ...] = ()
    met_set: tuple[str, ...] = ()  # conditions of which somebody said that they are met
    state: Annotated[str, Coded("referral-state")] = "draft"
    makings: tuple[Note, ...] = ()  # each file that was made: fields, consents, hash, key
    sent_at: int = 0
    answered_at: int = 0
    answer: str = ""
    recalls: tuple[Note, ...] = ()  # each letter that asked them to delete it
    deleted_at: int = 0  # they said that they deleted it

    @property
    def transfer(self) -> bool:
        """Tell whether the partner takes the case over."""
        return self.purpose == "transfer"

    @property
    def consent_ids(self) -> frozenset[str]:
        """Return the answers on which everything rests that was ever made of it."""
        told = [one.value.get("consents", ()) for one in self.makings if isinstance(one.value, dict)]
        return frozenset(str(one) for each in told if isinstance(each, (list, tuple)) for one in each)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what stood in the files: whoever answers has read it, whoever recalls has written it."""
        told = [one.value.get("secret") for one in self.makings if isinstance(one.value, dict)]
        return tuple(sorted({one for one in told if isinstance(one, str) and one}))

    def answer_due(self) -> int:
        """Return when an answer is missed; 0 if none is waited for."""
        wait = ANSWER_WITHIN.get(self.purpose, ANSWER_USUAL)
        return self.sent_at + wait if self.state == "sent" else 0


def require_step(referral: Referral, state: str) -> None:
    """Refuse a step that does not follow from the state; RuleBroken."""
    if referral.state not in _AFTER.get(state, frozenset()) or "state" in referral.conflicts:
        raise RuleBroken(
            say("This does not follow: it is “{state}”.", state=Code(f"referral-state/{referral.state}")),
            kept=say("Nothing was changed."),
            next_step=say("Look at the page again: a colleague may have been quicker."),
        )
