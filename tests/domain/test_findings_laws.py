"""The laws of grading (DOMAIN section 3, rule 4), each as a property over random records."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.domain.findings.explain import explain
from leeward.domain.findings.grade import Weighing
from leeward.domain.findings.records import Source, Support
from leeward.domain.findings.terms import Access, Derivation, Element, Grade

NAMES = ["a", "b", "c", "d", "e", "f"]
WORDINGS = [
    "",
    "they were held in one room with thirty others",
    "he was taken from a street and not seen since",
]


@st.composite
def sources(draw: st.DrawFn) -> list[Source]:
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=6)):
        others = [other for other in [*NAMES, "unknown"] if other != name]
        found.append(
            Source(
                id=name,
                derives_from_ids=tuple(draw(st.lists(st.sampled_from(others), unique=True, max_size=2))),
                derivation=draw(st.sampled_from(Derivation)),
                organisation=draw(st.sampled_from(["", "", "one", "two"])),
                household=draw(st.sampled_from(["", "", "", "home"])),
                stated_on=draw(st.sampled_from(["2017-04-01", "2017-04-02"])),
                wording=draw(st.sampled_from(WORDINGS)),
                custody_whole=draw(st.booleans()),
            )
        )
    return found


@st.composite
def records(draw: st.DrawFn) -> tuple[list[Source], list[Support]]:
    known = draw(sources())
    supports = [
        Support(
            id=f"s{number}",
            claim_id="claim",
            source_id=draw(st.sampled_from(known)).id,
            against=draw(st.sampled_from([False, False, False, True])),
            access=draw(st.sampled_from(Access)),
            verified=draw(st.booleans()),
            own_part=draw(st.sampled_from([False, False, True])),
            explanation=draw(st.sampled_from(["", "a bare denial", "a bare denial"])),
        )
        for number in range(draw(st.integers(0, 8)) if known else 0)
    ]
    return known, supports


def grade(known: list[Source], supports: list[Support]) -> Grade:
    return Weighing(known, supports).grade("claim", Element.WHAT)


def copy_of(
    known: list[Source], supports: list[Support], name: str, derivation: Derivation
) -> tuple[list[Source], list[Support]]:
    copy = Source(
        id="z-copy",
        derives_from_ids=(name,),
        derivation=derivation,
        organisation="another",
        stated_on="2017-05-01",
    )
    same = [
        msgspec.structs.replace(support, id=f"copy-{support.id}", source_id="z-copy")
        for support in supports
        if support.source_id == name and not support.against
    ]
    return [*known, copy], [*supports, *same]


@given(records(), st.sampled_from(NAMES), st.sampled_from(Derivation))
def test_copying_a_source_never_raises_a_grade(
    record: tuple[list[Source], list[Support]], name: str, derivation: Derivation
) -> None:
    assert grade(*copy_of(*record, name, derivation)) <= grade(*record)


@given(records(), st.sampled_from(NAMES), st.sampled_from(Derivation))
def test_copying_a_source_never_lowers_a_grade_either(
    record: tuple[list[Source], list[Support]], name: str, derivation: Derivation
) -> None:
    assert grade(*copy_of(*record, name, derivation)) >= grade(*record)


@given(records(), st.sampled_from(["", "explained"]), st.sampled_from(NAMES))
def test_adding_a_contradiction_never_raises(
    record: tuple[list[Source], list[Support]], explanation: str, name: str
) -> None:
    known, supports = record
    denial = Support(id="denial", claim_id="claim", source_id=name, against=True, explanation=explanation)
    assert grade(known, [*supports, denial]) <= grade(known, supports)


@given(records(), st.sampled_from(Access), st.booleans(), st.booleans())
def test_adding_an_independent_class_never_lowers(
    record: tuple[list[Source], list[Support]],
    access: Access,
    verified: bool,  # noqa: FBT001 - drawn
    whole: bool,  # noqa: FBT001 - drawn
) -> None:
    known, supports = record
    fresh = Source(id="fresh", stated_on="2017-06-01", custody_whole=whole)
    more = Support(id="more", claim_id="claim", source_id="fresh", access=access, verified=verified)
    assert grade([*known, fresh], [*supports, more]) >= grade(known, supports)


@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_entry_plays_no_part(record: tuple[list[Source], list[Support]], chance: object) -> None:
    known, supports = record
    other_known, other_supports = list(known), list(supports)
    chance.shuffle(other_known)  # type: ignore[attr-defined]
    chance.shuffle(other_supports)  # type: ignore[attr-defined]
    one = explain(Weighing(known, supports), "claim", Element.WHAT)
    other = explain(Weighing(other_known, other_supports), "claim", Element.WHAT)
    assert one == other


@given(records(), st.sampled_from(NAMES))
def test_withdrawing_what_a_source_says_gives_the_grade_of_the_rest(
    record: tuple[list[Source], list[Support]], name: str
) -> None:
    known, supports = record
    withdrawn = [msgspec.structs.replace(s, withdrawn=s.source_id == name) for s in supports]
    assert grade(known, withdrawn) == grade(known, [s for s in supports if s.source_id != name])


@given(records())
@settings(max_examples=150)
def test_the_carrying_set_carries_and_is_minimal(record: tuple[list[Source], list[Support]]) -> None:
    known, supports = record
    why = explain(Weighing(known, supports), "claim", Element.WHAT)
    against = [support for support in supports if support.against]
    carrying = [s for s in supports if not s.against and s.source_id in why.carried_by]
    assert grade(known, [*carrying, *against]) == why.grade
    for source in why.carried_by:
        rest = [support for support in carrying if support.source_id != source]
        assert grade(known, [*rest, *against]) != why.grade
    for fall in why.falls:
        rest = [s for s in supports if s.against or s.source_id != fall.source_id]
        assert fall.to == grade(known, rest)


def test_that_somebody_saw_another_part_goes_with_them_also_for_who_repeats_them() -> None:
    words = WORDINGS[1]
    known = [
        Source(id="a", derives_from_ids=("d",)),
        Source(id="d", stated_on="2017-04-01", wording=words),
        Source(id="e", stated_on="2017-04-01", wording=words),
    ]
    supports = [
        Support(
            id=f"s-{one}", claim_id="claim", source_id=one, access=Access.PARTICIPANT, own_part=one == "d"
        )
        for one in ("a", "d", "e")
    ]
    why = explain(Weighing(known, supports), "claim", Element.WHAT)
    for fall in why.falls:
        assert fall.to == grade(known, [s for s in supports if s.source_id != fall.source_id])
    assert {fall.source_id: fall.to for fall in why.falls}["d"] == Grade.REPORTED


@given(records())
@settings(max_examples=150)
def test_there_is_a_step_up_from_everything_but_the_top(record: tuple[list[Source], list[Support]]) -> None:
    known, supports = record
    why = explain(Weighing(known, supports), "claim", Element.WHAT)
    if why.grade == Grade.DOCUMENTED:
        assert why.step is None
    elif why.step is not None:
        assert why.step.to > why.grade
    else:  # only E4 from far below takes three steps
        assert why.grade == Grade.GROUNDS


@given(records())
def test_explaining_everything_against_never_lowers(record: tuple[list[Source], list[Support]]) -> None:
    known, supports = record
    explained = [msgspec.structs.replace(s, explanation="because") if s.against else s for s in supports]
    assert grade(known, explained) >= grade(known, supports)


@given(records(), st.integers(0, 7))
def test_verifying_a_trace_never_lowers(record: tuple[list[Source], list[Support]], which: int) -> None:
    known, supports = record
    verified = [
        msgspec.structs.replace(s, verified=True) if n == which else s for n, s in enumerate(supports)
    ]
    assert grade(known, verified) >= grade(known, supports)
