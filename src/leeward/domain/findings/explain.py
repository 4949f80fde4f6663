"""Why a grade is what it is: what carries it, what it would fall to, and the cheapest way up. Pure.

The cheapest way up asks a survivor for more only after everything else: repeated interviews do harm.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence

import msgspec

from leeward.base.say import Code, Message, say, say_count
from leeward.domain.findings.grade import Voice, Weighing, grade_of, is_unresolved, strength_of
from leeward.domain.findings.records import Support
from leeward.domain.findings.terms import DIRECT, TRACES, Access, Element, Grade


class StepKind(enum.StrEnum):
    """What could be done to raise a grade, the cheapest first."""

    EXPLAIN = "explain"
    VERIFY = "verify"
    PHYSICAL = "physical"
    DIGITAL = "digital"
    OFFICIAL = "official"
    ANOTHER = "another"
    WITNESS = "witness"
    FIRST_HAND = "first-hand"


class Step(msgspec.Struct, frozen=True):
    """One thing to do, what it would raise the grade to, and the support it concerns, if it concerns one."""

    kind: StepKind
    to: Grade
    sentence: Message
    support_id: str = ""
    enough: bool = True  # False: a further step is needed before the grade rises


class Fall(msgspec.Struct, frozen=True):
    """What the grade would be without one source that carries it."""

    source_id: str
    to: Grade


class Explained(msgspec.Struct, frozen=True):
    """A grade that explains itself."""

    element: Element
    grade: Grade
    classes: int  # independent roots that support it
    sources: int
    against: int
    unresolved: int
    carried_by: tuple[str, ...]  # source ids: without any one of them it falls
    falls: tuple[Fall, ...]
    step: Step | None  # None: nothing higher exists
    reasons: tuple[Message, ...]


_SENTENCES: dict[StepKind, Message] = {
    StepKind.EXPLAIN: say("explain why what speaks against it does not defeat it, if that is so"),
    StepKind.VERIFY: say("have a named person verify the trace that is already here"),
    StepKind.PHYSICAL: say("a medical report, or another trace on a body or thing, verified"),
    StepKind.DIGITAL: say("a trace in data, such as a located photograph, verified"),
    StepKind.OFFICIAL: say("an official record of it"),
    StepKind.ANOTHER: say("a second source of its own, of any kind"),
    StepKind.WITNESS: say("somebody who saw it happen to another, if they wish to tell"),
    StepKind.FIRST_HAND: say("somebody who went through it, if they wish to tell"),
}

_NEW: dict[StepKind, Access] = {
    StepKind.PHYSICAL: Access.PHYSICAL,
    StepKind.DIGITAL: Access.DIGITAL,
    StepKind.OFFICIAL: Access.OFFICIAL,
    StepKind.ANOTHER: Access.HEARSAY,
    StepKind.WITNESS: Access.WITNESS,
    StepKind.FIRST_HAND: Access.PARTICIPANT,
}


def explain(weighing: Weighing, claim_id: str, element: Element) -> Explained:
    """Return the grade of one element with everything that explains it."""
    supports = weighing.of(claim_id, element)
    voices = weighing.voices(supports)
    unresolved = is_unresolved(supports)
    grade = _grade(voices, unresolved=unresolved)
    carried_by = _carried_by(weighing, supports, voices, grade)
    everyone = {voice.source_id for voice in voices}
    falls = tuple(Fall(one, _grade_by(weighing, supports, everyone - {one})) for one in carried_by)
    against = [support for support in supports if support.against]
    return Explained(
        element=element,
        grade=grade,
        classes=len(strength_of(voices).classes),
        sources=len({voice.source_id for voice in voices}),
        against=len(against),
        unresolved=sum(1 for support in against if not support.explanation.strip()),
        carried_by=carried_by,
        falls=falls,
        step=_cheapest(weighing, supports, grade, element),
        reasons=_reasons(voices, against, grade),
    )


def _grade(voices: Sequence[Voice], *, unresolved: bool) -> Grade:
    return grade_of(strength_of(voices), unresolved=unresolved)


def _grade_by(weighing: Weighing, supports: Sequence[Support], sources: Collection[str]) -> Grade:
    """Return the grade if only these sources spoke for it.

    Weighed anew: that a source saw another part goes with it, also for those who repeat it.
    """
    return weighing.grade_from([s for s in supports if s.against or s.source_id in sources])


def _carried_by(
    weighing: Weighing, supports: Sequence[Support], voices: Sequence[Voice], grade: Grade
) -> tuple[str, ...]:
    """Take sources away, the weakest first, as long as the grade stands; what is left is minimal."""
    order = list(Access)
    ranked = sorted(
        {voice.source_id for voice in voices},
        key=lambda s: (
            any(v.original for v in voices if v.source_id == s),  # copies go first
            -min(order.index(v.access) for v in voices if v.source_id == s),
            s,
        ),
    )
    kept = set(ranked)
    for source in ranked:
        if _grade_by(weighing, supports, kept - {source}) == grade:
            kept.discard(source)
    return tuple(sorted(kept))


def _cheapest(weighing: Weighing, supports: Sequence[Support], grade: Grade, element: Element) -> Step | None:
    if grade == Grade.DOCUMENTED:
        return None
    steps = _possible(weighing, supports, element)
    for kind, support_id, voices, unresolved in steps:
        reached = _grade(voices, unresolved=unresolved)
        if reached > grade:
            return Step(kind, reached, _SENTENCES[kind], support_id)
    for kind, support_id, voices, unresolved in steps:  # no single step is enough: the first of two
        for second in _NEW:
            reached = _grade([*voices, _new_voice(second, "new-2")], unresolved=unresolved)
            if reached > grade:
                return Step(kind, reached, _SENTENCES[kind], support_id, enough=False)
    return None


def _possible(
    weighing: Weighing, supports: Sequence[Support], element: Element
) -> list[tuple[StepKind, str, list[Voice], bool]]:
    voices = weighing.voices(supports)
    unresolved = [support for support in supports if support.against and not support.explanation.strip()]
    steps: list[tuple[StepKind, str, list[Voice], bool]] = []
    if unresolved:
        steps.append((StepKind.EXPLAIN, unresolved[0].id, voices, False))
    for support in supports:
        if not support.against and support.access in TRACES and not support.verified:
            checked = msgspec.structs.replace(support, verified=True)
            after = weighing.voices([checked if s.id == support.id else s for s in supports])
            steps.append((StepKind.VERIFY, support.id, after, bool(unresolved)))
    steps.extend(
        (kind, "", [*voices, _new_voice(kind, "new-1")], bool(unresolved))
        for kind in _NEW
        if kind != StepKind.PHYSICAL or element == Element.WHAT  # a scar does not tell who or when
    )
    return steps


def _new_voice(kind: StepKind, name: str) -> Voice:
    return Voice(source_id=name, roots=frozenset({name}), access=_NEW[kind], original=True)


def _reasons(voices: Sequence[Voice], against: Sequence[Support], grade: Grade) -> tuple[Message, ...]:
    """Return what the grade rests on, in plain sentences."""
    strength = strength_of(voices)
    sources = len({voice.source_id for voice in voices})
    roots = len(strength.classes)
    if not sources:
        said = [say("No source supports this.")]
    elif roots == sources:
        said = [
            say_count("{n} independent source supports it.", "{n} independent sources support it.", roots)
        ]
    else:
        said = [
            say_count("{n} source supports it,", "{n} sources support it,", sources),
            say_count(
                "but they are {n} root: one repeats another.",
                "but they are {n} roots: some repeat others.",
                roots,
            ),
        ]
    direct = sum(1 for kinds in strength.classes.values() if kinds & DIRECT)
    if direct and roots == 1:
        said.append(say("It comes from somebody who went through it or saw it."))
    elif direct:
        said.append(
            say_count(
                "{n} of them went through it or saw it.", "{n} of them went through it or saw it.", direct
            )
        )
    elif roots == 1:
        said.append(say("It does not come from somebody who went through it or saw it."))
    elif sources:
        said.append(say("None of them went through it or saw it."))
    known: set[Access] = set().union(*strength.classes.values()) if strength.classes else set()
    if roots > 1 and direct and grade == Grade.CORROBORATED:
        said.append(
            say(
                "What is missing is a second kind of access beside “{kind}”.",
                kind=Code(f"how-it-knows/{min(known & DIRECT)}"),
            )
        )
    open_ones = sum(1 for support in against if not support.explanation.strip())
    if open_ones:
        said.append(
            say_count(
                "{n} statement against it is not explained, which keeps the grade down.",
                "{n} statements against it are not explained, which keeps the grade down.",
                open_ones,
            )
        )
    explained = len(against) - open_ones
    if explained:
        said.append(
            say_count(
                "{n} statement against it is explained.",
                "{n} statements against it are explained.",
                explained,
            )
        )
    return tuple(said)
