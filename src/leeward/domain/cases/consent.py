"""What a person allows: each use, to each audience, until they say otherwise.

A use may go to an audience on a day only if

 1. the person (or who may speak for them) was asked about exactly this use and this audience: silence is no;
 2. nobody on the team wrote a different answer at the same time that is still unsettled;
 3. the answer that counts, the strictest of those that stand, is neither a refusal nor a withdrawal;
 4. the risks were explained;
 5. it has not expired, and no embargo lies on it;
 6. if it is conditional, whoever releases says that the condition is met;
 7. of a child, somebody who answers for them said it, and it is written down who: the child's own yes is not enough.

It is the answer of one person (`of_person`): who allows says nothing of their family, and the family nothing of them.
One allowed use says nothing of another: who lets the UN have the account has not let it have the name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, ClassVar

import msgspec

from leeward.base.say import Message, say
from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

USE = Vocabulary(
    "consent-use",
    Term("work", "help them with it", "для помощи", "What the team needs to know to help."),
    Term(
        "account",
        "the account, without the name",
        "рассказ без имени",
        "What happened, told so that it does not point at them.",
    ),
    Term("name", "the name", "имя", "The legal name."),
    Term("face", "the face", "лицо", "A picture or film in which they can be known."),
    Term("voice", "the voice, altered", "изменённый голос", "A recording with the voice changed."),
    Term("files", "photos and papers", "фото и документы", "Pictures of injuries, medical papers, tickets."),
    Term("count", "being counted", "учёт в цифрах", "One more in a number, with nothing else."),
    Term("keep", "being kept after closure", "хранение после закрытия", "That the record outlives the case."),
)
AUDIENCE = Vocabulary(
    "audience",
    Term("team", "the team", "команда"),
    Term("partner", "partner organisations", "партнёрские организации", "A named one narrows it."),
    Term("doctor", "doctors", "врачи"),
    Term("lawyer", "lawyers", "юристы"),
    Term(
        "un",
        "the UN, in confidence",
        "ООН, конфиденциально",
        "To rapporteurs and committees, not passed on to the state.",
    ),
    Term(
        "un-government",
        "the UN, passed on to the state",
        "ООН с передачей государству",
        "A communication that the state is asked to answer.",
    ),
    Term("un-public", "a public UN report", "открытый доклад ООН"),
    Term("court", "courts", "суды"),
    Term(
        "national",
        "national authorities",
        "органы власти страны",
        "Investigators, prosecutors, ombudspersons.",
    ),
    Term("embassy", "embassies", "посольства", "For a visa or a letter of support."),
    Term("donor", "donors", "доноры"),
    Term("press", "the press", "пресса"),
    Term("public", "the public", "публикация"),
    Term("research", "researchers", "исследователи"),
)
ANSWER = Vocabulary(
    "consent-answer",
    Term("given", "allows", "разрешено"),
    Term("conditional", "allows, on a condition", "разрешено с условием"),
    Term("refused", "does not allow", "не разрешено"),
    Term("withdrawn", "no longer allows", "разрешение отозвано"),
)
HOW = Vocabulary(
    "consent-how",
    Term("spoken", "spoken, with a witness", "устно при свидетеле"),
    Term("written", "in writing", "письменно"),
    Term("recorded", "recorded", "в записи"),
    Term("signed", "signed", "подписано"),
)
SPEAKER = Vocabulary(
    "consent-speaker",
    Term("self", "the person", "сам человек"),
    Term("guardian", "a guardian", "опекун"),
    Term("relative", "a relative of somebody disappeared", "родственник исчезнувшего"),
)
_STRICT = {"withdrawn": 0, "refused": 1, "conditional": 2, "given": 3}


class Consent(Typed, frozen=True, kw_only=True):
    """One answer about one use and one audience. Its id is derived from these, so two desks write to the same one."""

    kind: ClassVar[str] = "consent"

    case_id: str = ""
    person_id: str = ""  # empty: the person the case is about
    use: Annotated[str, Coded("consent-use")] = ""
    audience: Annotated[str, Coded("audience")] = ""
    organisation: str = ""  # empty: the whole audience
    answer: Annotated[str, Coded("consent-answer")] = ""
    conditions: str = ""
    how: Annotated[str, Coded("consent-how")] = ""
    language: Annotated[str, Coded("language")] = ""
    given_by: Annotated[str, Coded("consent-speaker")] = "self"
    speaker_id: str = (
        ""  # who answers for them: somebody of the family, or the case's id for the person themselves
    )
    speaker: str = ""  # or somebody else, in words
    risks_explained: bool = False
    day: str = ""  # when they said so
    expires: str = ""  # the last day it holds
    embargo: str = ""  # the first day it may be used
    asked_by_id: str = ""
    legal_basis: str = ""  # when it does not rest on consent: vital interest, legal obligation...
    remarks: tuple[Note, ...] = ()
    effects: tuple[Note, ...] = ()  # what was done after a withdrawal

    @property
    def spoken_for(self) -> bool:
        """Return whether somebody else answered for them, and it is known who."""
        return self.given_by != "self" and bool(self.speaker_id or self.speaker)


class Ruling(msgspec.Struct, frozen=True):
    """Whether a use may go to an audience, why in one sentence, and on which answer it rests."""

    allowed: bool
    reason: Message
    consent_id: str = ""
    conditions: str = ""


def of_person(
    consents: Iterable[Consent], person_id: str = "", own_ids: Collection[str] = ()
) -> list[Consent]:
    """Return the answers of exactly one person.

    "" is whom the case is about, and so are `own_ids`, their own entries among the people of the case.
    """
    mine = {"", *own_ids} if person_id in {"", *own_ids} else {person_id}
    return [one for one in consents if one.person_id in mine]


def allows(
    consents: Iterable[Consent],
    use: str,
    audience: str,
    day: str,
    *,
    organisation: str = "",
    met: frozenset[str] = frozenset(),
    child: bool = False,
) -> Ruling:
    """Return the ruling for one person's consents (`of_person`) on an ISO day. See the rules above.

    `organisation` narrows: an answer about that one or about the whole audience counts. `met` are ids of conditional
    answers whose condition the releasing member says is met.
    """
    asked = [
        one
        for one in consents
        if one.use == use
        and one.audience == audience
        and one.answer
        and (not one.organisation or one.organisation == organisation)
    ]
    if not asked:  # 1
        return Ruling(False, say("They were never asked about this use."))
    strictest = min(asked, key=lambda one: (_STRICT.get(one.answer, 0), one.id))  # 3
    for one in asked:
        if one.conflicts:  # 2
            return Ruling(False, say("Two answers were written at the same time; settle them first."), one.id)
    if strictest.answer == "withdrawn":
        return Ruling(False, say("They no longer allow it."), strictest.id)
    if strictest.answer not in {"given", "conditional"}:
        return Ruling(False, say("They do not allow it."), strictest.id)
    for one in asked:
        refusal = _not_now(one, day, met, child=child)
        if refusal is not None:
            return Ruling(False, refusal, one.id, one.conditions)
    return Ruling(True, say("They allow it."), strictest.id, strictest.conditions)


def _not_now(one: Consent, day: str, met: frozenset[str], *, child: bool) -> Message | None:
    """Return why an answer that allows does not hold on this day, if it does not."""
    if child and not one.spoken_for:  # 7
        return say("They are a child: whoever answers for them was not asked.")
    if not one.risks_explained:  # 4
        return say("The risks were not explained to them.")
    if one.expires and day > one.expires:  # 5
        return say("What they allowed ended on {day}.", day=one.expires)
    if one.embargo and day < one.embargo:
        return say("Not before {day}, they asked.", day=one.embargo)
    if one.answer == "conditional" and one.id not in met:  # 6
        return say("Only on a condition: {condition}", condition=one.conditions or "…")
    return None
