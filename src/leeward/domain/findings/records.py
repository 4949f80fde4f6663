"""The typed records of findings, all in the `record` compartment, without names of survivors."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from leeward.domain.findings.terms import Access, Derivation, Element
from leeward.domain.typed import Coded, Note, Typed


class Inquiry(Typed, frozen=True, kw_only=True):
    """One matter that is looked into: a file of claims and sources that are read together.

    A claim and a source lie in one of them or in none. Grades know nothing of it: a source is weighed
    wherever it speaks.
    """

    kind: ClassVar[str] = "inquiry"

    name: dict[str, str] = msgspec.field(default_factory=dict)  # {"en": ..., "ru": ...}

    def said(self, language: str) -> str:
        """Return its name in a language, or in the one it was written in."""
        return self.name.get(language) or next(iter(self.name.values()), "")


class Source(Typed, frozen=True, kw_only=True):
    """Somebody or something that states facts.

    `derives_from_ids` are the sources it repeats. The three keys are equal for sources that rest on one body, one
    informant or one household; `apart_from_ids` are those of whom a person has said: not the same root, after all.
    """

    kind: ClassVar[str] = "source"

    inquiry_id: str = ""  # the inquiry it lies in; an account lies where its source does
    label: str = ""  # short, for a column: "Survivor A", "Helpers"
    description: str = ""
    relation: Annotated[str, Coded("teller")] = ""  # RELATION of the testimony vocabulary
    publication: str = ""  # where it is printed, if it is
    stated_on: str = ""  # ISO date, as precise as known
    wording: str = ""  # its words or their restatement, for the comparison of rule 1
    case_id: str = ""
    account_id: str = ""
    evidence_id: str = ""
    derives_from_ids: tuple[str, ...] = ()
    derivation: Derivation = Derivation.RETELLING
    organisation: str = ""
    informant: str = ""
    household: str = ""
    apart_from_ids: tuple[str, ...] = ()
    custody_whole: bool = True  # for traces: the chain of custody holds
    unchecked: bool = False  # background knowledge, not checked against the publication
    translations: dict[str, dict[str, str]] = msgspec.field(
        default_factory=dict
    )  # language -> field -> words
    remarks: tuple[Note, ...] = ()


class Claim(Typed, frozen=True, kw_only=True):
    """One atomic sentence, and for each element that it asserts the value asserted."""

    kind: ClassVar[str] = "claim"

    inquiry_id: str = ""
    sentence: dict[str, str] = msgspec.field(default_factory=dict)  # {"en": ..., "ru": ...}
    elements: dict[Element, str] = msgspec.field(default_factory=dict)
    position: int = 0  # order in lists
    act_type: Annotated[str, Coded("act-type")] = ""
    unchecked: bool = False
    used_in: tuple[str, ...] = ()  # places outside Leeward: "Report draft, page 12"
    translations: dict[str, dict[str, str]] = msgspec.field(
        default_factory=dict
    )  # language -> element -> value
    remarks: tuple[Note, ...] = ()

    def value(self, element: Element, language: str) -> str:
        """Return the value asserted of an element in a language, or in the one it was written in."""
        return self.translations.get(language, {}).get(element) or self.elements.get(element, "")

    def said(self, language: str) -> str:
        """Return the sentence in a language, or in the one it was written in."""
        return self.sentence.get(language) or next(iter(self.sentence.values()), "")


class Support(Typed, frozen=True, kw_only=True):
    """What one source says for or against one element of one claim."""

    kind: ClassVar[str] = "support"

    claim_id: str = ""
    source_id: str = ""
    element: Annotated[Element, Coded("element")] = Element.WHAT
    against: bool = False
    access: Annotated[Access, Coded("how-it-knows")] = Access.HEARSAY
    depth: int = 0  # for hearsay: 1 is told by one who knows directly
    own_part: bool = False  # saw another part than others of its household or body
    verified: bool = False  # for traces: a named person checked it
    quote: str = ""  # the passage it rests on, restated or quoted
    explanation: str = ""  # for what is against: why it does not defeat the claim; empty is unresolved
    explained_by: str = ""  # member id
    unchecked: bool = False
    withdrawn: bool = False
    translations: dict[str, dict[str, str]] = msgspec.field(
        default_factory=dict
    )  # language -> field -> words


class Finding(Typed, frozen=True, kw_only=True):
    """A sentence that two people signed, with the standard they used and the grade that day."""

    kind: ClassVar[str] = "finding"

    claim_id: str = ""
    standard: Annotated[str, Coded("standard")] = ""
    reasons: str = ""
    grade: int = -1  # the machine's, when the author signed
    author_id: str = ""
    signed_at: int = 0
    asked_id: str = ""  # the member asked to read it second; "" is anybody
    second_id: str = ""
    second_at: int = 0
    second_agrees: bool = True
    second_reasons: str = ""
    withdrawn_at: int = 0
