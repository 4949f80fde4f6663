"""How far the sources carry one element of a claim (docs/adr/0011-grades.md). Pure; order of entry plays no part.

 1. Only support that is not withdrawn counts. Independence classes are those of `roots.py`.
 2. Inside a class, originals speak for themselves: copies are heard only where no original of the class speaks.
    A retelling, and a copy of one, is never more than hearsay.
 3. A trace counts as a trace once a named person verified it; until then it carries no more than hearsay.
 4. What speaks against is unresolved until a person wrote down why it does not defeat the claim.
 5. E0 alleged: at least one class, whatever it is.
 6. E1 reported: at least one class with direct access, an official record or a verified trace.
 7. E2 corroborated: two classes, one of them direct, nothing unresolved against it.
 8. E3 reasonable grounds: two classes of *different* kinds of access, one of the two direct or a verified trace,
    nothing unresolved against it. Hearsay is not a kind of access: it repeats somebody else's.
 9. E4 documented: E3, three classes, both kinds of trace, and the custody of the traces is whole.
10. A sentence stands as far as the weakest element that it asserts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from leeward.domain.findings.records import Claim, Source, Support
from leeward.domain.findings.roots import Roots, classes_of
from leeward.domain.findings.terms import DIRECT, TRACES, Access, Element, Grade

ENOUGH = 2  # classes for E2 and E3
PLENTY = 3  # classes for E4


class Voice(msgspec.Struct, frozen=True):
    """One support with what its source's roots make of it."""

    source_id: str
    roots: frozenset[str]
    access: Access  # after rules 2 and 3
    original: bool
    custody_whole: bool = True


class Strength(msgspec.Struct, frozen=True):
    """What a set of voices adds up to."""

    classes: dict[str, frozenset[Access]]  # for each class its kinds of access, hearsay left out
    whole_traces: frozenset[Access] = frozenset()  # kinds of verified trace whose custody is whole


def strength_of(voices: Sequence[Voice]) -> Strength:
    """Return the classes that these voices form, each with its kinds of access."""
    named = classes_of({voice.source_id: voice.roots for voice in voices})
    members: dict[str, list[Voice]] = {}
    for voice in voices:
        members.setdefault(named[voice.source_id], []).append(voice)
    kinds: dict[str, frozenset[Access]] = {}
    whole: set[Access] = set()
    for name in sorted(members):
        speaking = [voice for voice in members[name] if voice.original] or members[name]  # 2
        kinds[name] = frozenset(voice.access for voice in speaking) - {Access.HEARSAY}
        whole.update(v.access for v in speaking if v.access in TRACES and v.custody_whole)
    return Strength(kinds, frozenset(whole))


def grade_of(strength: Strength, *, unresolved: bool) -> Grade:
    """Return the grade: rules 5 to 9."""
    kinds = list(strength.classes.values())
    if not kinds:
        return Grade.NONE
    known: frozenset[Access] = frozenset().union(*kinds)
    grade = Grade.ALLEGED  # 5
    if known & (DIRECT | TRACES | {Access.OFFICIAL}):
        grade = Grade.REPORTED  # 6
    if unresolved or len(kinds) < ENOUGH:  # 4
        return grade
    if known & DIRECT:
        grade = Grade.CORROBORATED  # 7
    if _two_kinds_apart(kinds):
        grade = Grade.GROUNDS  # 8
        if len(kinds) >= PLENTY and strength.whole_traces >= TRACES:
            grade = Grade.DOCUMENTED  # 9
    return grade


def _two_kinds_apart(kinds: Sequence[frozenset[Access]]) -> bool:
    strong = DIRECT | TRACES
    for i, one in enumerate(kinds):
        for other in kinds[i + 1 :]:
            if any(a != b and (a in strong or b in strong) for a in one for b in other):
                return True
    return False


class Weighing:
    """A record's sources and supports, ready to be graded element by element."""

    def __init__(self, sources: Iterable[Source], supports: Iterable[Support]) -> None:
        self.sources = {source.id: source for source in sources}
        self.roots = Roots(self.sources.values())
        self.by_claim: dict[str, list[Support]] = {}
        for support in sorted(supports, key=lambda s: (s.source_id, s.element, s.id)):
            if not support.withdrawn:  # 1
                self.by_claim.setdefault(support.claim_id, []).append(support)

    def of(self, claim_id: str, element: Element | None = None) -> list[Support]:
        """Return the supports of a claim, or of one element of it."""
        mine = self.by_claim.get(claim_id, [])
        return mine if element is None else [support for support in mine if support.element == element]

    def voices(self, supports: Iterable[Support]) -> list[Voice]:
        """Return what speaks for, as voices: rules 1 to 3."""
        speaking = [support for support in supports if not support.against]
        shared = {support.source_id for support in speaking if not support.own_part}
        own = frozenset(support.source_id for support in speaking) - shared
        return [self._voice(support, own) for support in speaking]

    def _voice(self, support: Support, own: frozenset[str]) -> Voice:
        source = self.sources.get(support.source_id)
        original = source is None or not source.derives_from_ids
        access = support.access
        if support.source_id in self.roots.retold:
            access = Access.HEARSAY  # 2
        if access in TRACES and not support.verified:
            access = Access.HEARSAY  # 3
        return Voice(
            source_id=support.source_id,
            roots=self.roots.of(support.source_id, own),
            access=access,
            original=original,
            custody_whole=source is None or source.custody_whole,
        )

    def grade(self, claim_id: str, element: Element) -> Grade:
        """Return the grade of one element."""
        return self.grade_from(self.of(claim_id, element))

    def grade_from(self, supports: Sequence[Support]) -> Grade:
        """Return the grade that these supports of one element give."""
        return grade_of(strength_of(self.voices(supports)), unresolved=is_unresolved(supports))

    def grade_claim(self, claim: Claim) -> tuple[Grade, Element]:
        """Return the sentence's grade and its weakest element (rule 10); without elements, the event's own."""
        elements = sorted(claim.elements, key=list(Element).index) or [Element.WHAT]
        graded = [(self.grade(claim.id, element), element) for element in elements]
        return min(graded, key=lambda pair: pair[0])


def is_unresolved(supports: Iterable[Support]) -> bool:
    """Tell whether something speaks against and nobody has explained it (rule 4)."""
    return any(support.against and not support.explanation.strip() for support in supports)
