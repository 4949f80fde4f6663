"""Who is helped: the case, the people in it, the plan for their safety, and, apart from all that, the legal name.

The case knows a person by pseudonym only. What the law calls them is an `identity`, in a compartment of its own.
Nothing here is inferred: every trait that can be recorded is recorded because the person said it and wants it known.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from leeward.base.say import Code
from leeward.domain.cases.words import LIVING, STAGES
from leeward.domain.files import FileRef
from leeward.domain.typed import Coded, Note, Typed


class Case(Typed, frozen=True, kw_only=True):
    """One person, or one family, in danger. Lives in a compartment of its own, whose id is the case's need-to-know."""

    kind: ClassVar[str] = "case"

    pseudonym: Annotated[str, Coded("pseudonym")] = ""
    code: str = ""  # "17" or "case 17": says nothing, but can be spoken on the phone
    status: Annotated[str, Coded("case-status")] = "new"
    stage: Annotated[str, Coded("stage")] = "first-contact"
    stage_since: int = 0
    coordinator_id: str = ""  # a member
    deputy_id: str = ""
    risk: Annotated[str, Coded("risk")] = "unknown"
    risk_since: int = 0
    risk_reason: str = ""
    risk_notes: tuple[Note, ...] = ()  # {"level", "reason"}: every assessment there ever was
    threat_set: Annotated[tuple[str, ...], Coded("threat")] = ()
    danger_by: str = ""  # the ISO day until which they were given, or on which it is to be expected
    danger_said: str = ""  # what was threatened for that day, and by whom they know
    language_set: Annotated[tuple[str, ...], Coded("language")] = ()
    access_set: Annotated[tuple[str, ...], Coded("access")] = ()  # words.ACCESS: what a place must have
    beds: int = 1  # how many beds they need together
    contact_ids: tuple[str, ...] = ()  # where they first wrote
    identity_id: str = ""
    told: str = ""  # who may be told what, if relatives or officials ask
    ready_on: str = ""  # the first day on which they can travel: fit, papers in hand
    escort: bool = False  # must not travel, or go to a consulate, alone
    avoid_set: Annotated[
        tuple[str, ...], Coded("mode")
    ] = ()  # relocation.words.MODE: by which they cannot go
    seized: bool = False  # their account or phone may be in other hands: no place or day is written to them
    opened_at: int = 0
    closed_at: int = 0
    close_reason: Annotated[str, Coded("close-reason")] = ""
    close_review: str = ""
    closed_by_id: str = ""  # a member; a second one looks at it after them
    close_checked_by_id: str = ""
    close_checked_at: int = 0
    close_checked_said: str = ""

    @property
    def living(self) -> bool:
        """Return whether somebody must still think of this case every day."""
        return self.status in LIVING

    @property
    def called(self) -> Code:
        """Return the pseudonym for a sentence: each language shows its own word for it."""
        return Code(f"pseudonym/{self.pseudonym}")

    @property
    def number(self) -> str:
        """Return the code without the word before it, which each language says in its own way."""
        return self.code.removeprefix("case ")

    @property
    def step(self) -> int:
        """Return how far on the way, from 0 (first contact) to 5 (arrived)."""
        return STAGES.index(self.stage) if self.stage in STAGES else 0


class Person(Typed, frozen=True, kw_only=True):
    """Somebody in a case: the person themself (`self`), a dependant, a relative in danger, or one who is the danger."""

    kind: ClassVar[str] = "person"

    case_id: str = ""
    pseudonym: Annotated[str, Coded("pseudonym")] = ""
    relation: Annotated[str, Coded("relation")] = "other"
    birth_from: int = 0  # years; equal when it is known
    birth_to: int = 0
    gender: str = ""  # in their own words, if they want it recorded
    citizenship_set: tuple[str, ...] = ()
    language_set: Annotated[tuple[str, ...], Coded("language")] = ()
    occupation: str = ""
    health: str = ""
    access_set: Annotated[tuple[str, ...], Coded("access")] = ()
    minor: bool = False
    travels: bool = False  # leaves with them, so needs a bed and a seat
    risk: Annotated[str, Coded("risk")] = "unknown"
    risk_reason: str = ""
    threatens: bool = False  # this relative is whom the person fears
    whereabouts: str = ""  # coarse: "in the region, watched"
    struck_at: int = 0  # written down by mistake
    remarks: tuple[Note, ...] = ()


class CaseFile(Typed, frozen=True, kw_only=True):
    """A file that belongs to a case: what they sent, a ticket, a letter. Evidence is made from it, with its custody."""

    kind: ClassVar[str] = "case_file"

    case_id: str = ""
    file: FileRef | None = None
    about: str = ""
    from_id: str = ""  # the message or record it came with
    graphic: bool = True  # may show violence: blurred until asked for, since nobody has looked yet
    struck_at: int = 0


class SafetyPlan(Typed, frozen=True, kw_only=True):
    """What was agreed for when it goes wrong."""

    kind: ClassVar[str] = "safety_plan"

    case_id: str = ""
    signs: str = ""  # what they would notice first
    steps: str = ""  # what they do then
    all_well: str = ""  # the agreed harmless word
    forced: str = ""  # the word that means: I am being made to say this
    call: str = ""  # whom to call, by name in the team
    reviewed_at: int = 0
    review_by: str = ""  # the ISO day by which somebody goes through it with them again


class Identity(Typed, frozen=True, kw_only=True):
    """What the law calls them. In a compartment of kind `identity`: whoever reads the case does not read this."""

    kind: ClassVar[str] = "identity"

    case_id: str = ""
    legal_name: str = ""
    name_in_passport: str = ""  # Latin letters, exactly as printed
    other_names: str = ""
    born: str = ""
    birthplace: str = ""
    national_number: str = ""
    phone: str = ""
    address: str = ""
    remarks: tuple[Note, ...] = ()
    sealed: bytes = b""  # all of the above, if it takes two people to open it (office/openings_two)
    split_id: str = ""  # how its key was split


def derive_code(case_id: str) -> str:
    """Return the number by which a case can be named on the phone; it says nothing, and is the same on every desk."""
    return str(int.from_bytes(case_id.encode(), "big") % 9000 + 1000)
