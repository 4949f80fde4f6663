"""The typed records of testimony.

An account lives in the compartment of the case of the person who told it; what is restated from print lives in
`record`. No record here holds a name.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from leeward.base.limits import TEXT_MOST
from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.period import Period
from leeward.domain.testimony.methods import METHODS
from leeward.domain.testimony.terms import ACT_TYPE, BODY, HOW_KNOWN, OUTCOME, PLACE_TYPE, RELATION
from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Vocabulary


class Interview(Typed, frozen=True, kw_only=True):
    """One sitting with one person. `sitting` counts all the person's interviews, ours and others': repetition harms."""

    kind: ClassVar[str] = "interview"

    case_id: str = ""
    account_id: str = ""
    held_on: str = ""  # ISO date
    place: str = ""  # a code name, never an address
    interviewer_id: str = ""
    interpreter: str = ""
    medium: Annotated[str, Coded("medium")] = "in-person"
    language: Annotated[str, Coded("language")] = ""
    minutes: int = 0
    sitting: int = 1
    recording_sha256: str = ""
    distress: str = ""  # what was noticed, what was offered
    remarks: tuple[Note, ...] = ()


class Paragraph(msgspec.Struct, frozen=True, kw_only=True):
    """One paragraph as told. Translations stand beside it, never instead of it."""

    text: str
    language: str = "ru"
    how_known: str = "experienced"  # HOW_KNOWN
    told_on: str = ""  # ISO date, if later than the account
    told_by: str = ""  # for "told": who told the teller, in safe words
    folded: bool = False  # describes violence: starts folded in lists
    translations: dict[str, str] = msgspec.field(default_factory=dict)


class Account(Typed, frozen=True, kw_only=True):
    """What one person told (or one publication states), in paragraphs."""

    kind: ClassVar[str] = "account"

    case_id: str = ""  # "" for what is restated from print
    source_id: str = ""  # its Source in the record compartment
    label: str = ""  # a neutral one: "Account 17"; never a name
    relation: Annotated[str, Coded("teller")] = "self"  # RELATION: the teller to the facts
    told_on: str = ""  # ISO date
    language: Annotated[str, Coded("language")] = "ru"
    paragraphs: tuple[Paragraph, ...] = ()
    published_in: str = ""  # for what is restated: the publication
    unchecked: bool = False  # background knowledge, not checked against the publication
    translations: dict[str, dict[str, str]] = msgspec.field(
        default_factory=dict
    )  # language -> field -> words
    remarks: tuple[Note, ...] = ()


class Injury(msgspec.Struct, frozen=True, kw_only=True):
    """One injury as told or seen: where on the body (BODY), in which words, whether examined."""

    where: str
    what: str = ""
    examined: bool = False


class Act(Typed, frozen=True, kw_only=True):
    """One act done to the teller or to others, coded beside the paragraphs that tell of it."""

    kind: ClassVar[str] = "act"

    account_id: str = ""
    case_id: str = ""
    act_type: Annotated[str, Coded("act-type")] = ""
    methods: Annotated[tuple[str, ...], Coded("method")] = ()
    period: Period = Period()
    place: str = ""  # as told, in safe words
    place_type: Annotated[str, Coded("place-type")] = ""
    facility_id: str = ""
    unit_id: str = ""
    unit: str = ""  # as told, when not in the list of units
    degree: Annotated[str, Coded("degree")] = ""
    duration: str = ""  # as told: "ten days", "20 to 30 seconds"
    repetition: Annotated[str, Coded("repetition")] = ""
    purpose: Annotated[str, Coded("purpose")] = ""
    injuries: tuple[Injury, ...] = ()
    outcome: Annotated[str, Coded("outcome")] = ""
    people: int = 1  # to how many it was done, as told; 0 unknown
    quoted: tuple[int, ...] = ()  # indexes of paragraphs, from 0
    remark: str = ""
    withdrawn: bool = False


class Unit(Typed, frozen=True, kw_only=True):
    """A perpetrator unit or body. Persons are named only in a finding with a legal review."""

    kind: ClassVar[str] = "unit"

    name: str = ""
    other_names: tuple[str, ...] = ()
    unit_type: Annotated[str, Coded("unit-type")] = ""
    under: str = ""  # the unit above it
    insignia: str = ""
    remarks: tuple[Note, ...] = ()


class Facility(Typed, frozen=True, kw_only=True):
    """A place where things happened (not a place of ours), with a label that is safe to print."""

    kind: ClassVar[str] = "facility"

    name: str = ""
    safe_label: str = ""  # what audiences with less trust may read: a district, a region
    district: str = ""
    region: str = ""
    place_type: Annotated[str, Coded("place-type")] = ""
    secret: bool = False
    remarks: tuple[Note, ...] = ()


def require_account(account: Account) -> None:
    """Raise OutOfRange unless every paragraph has words, a known language relation and a bearable length."""
    _known(RELATION, account.relation)
    if not account.paragraphs:
        raise OutOfRange(
            say("An account needs at least one paragraph."), next_step=say("Write what was told.")
        )
    for number, paragraph in enumerate(account.paragraphs, start=1):
        if not paragraph.text.strip():
            raise OutOfRange(
                say("Paragraph {number} is empty.", number=number), next_step=say("Write it, or take it out.")
            )
        if len(paragraph.text) > TEXT_MOST:
            raise OutOfRange(
                say("Paragraph {number} is too long.", number=number),
                next_step=say("Divide it into several paragraphs."),
            )
        _known(HOW_KNOWN, paragraph.how_known)


def require_act(act: Act, account: Account) -> None:
    """Raise OutOfRange unless every code is in its vocabulary, the period is a period, and quoted paragraphs exist."""
    _known(ACT_TYPE, act.act_type)
    for method in act.methods:
        _known(METHODS, method)
    for code, vocabulary in ((act.place_type, PLACE_TYPE), (act.outcome, OUTCOME)):
        if code:
            _known(vocabulary, code)
    for injury in act.injuries:
        _known(BODY, injury.where)
    bounds = act.period.bounds()
    if bounds and bounds[0] > bounds[1]:
        raise OutOfRange(
            say("It cannot have ended before it began."), next_step=say("Exchange the two dates.")
        )
    for index in act.quoted:
        if not 0 <= index < len(account.paragraphs):
            raise OutOfRange(
                say("There is no paragraph {number}.", number=index + 1),
                next_step=say("Choose paragraphs of this account."),
            )


def _known(vocabulary: Vocabulary, code: str) -> None:
    if code not in vocabulary:
        raise OutOfRange(
            say("“{code}” is not in the list “{name}”.", code=code[:40], name=vocabulary.name),
            next_step=say("Choose one from the list."),
        )
