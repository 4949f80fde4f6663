"""The grades one by one, what explains them, and what people may sign on them."""

from __future__ import annotations

import msgspec
import pytest

from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.findings.explain import explain
from leeward.domain.findings.grade import Weighing
from leeward.domain.findings.matrix import Mark, make_matrix
from leeward.domain.findings.records import Claim, Finding, Source, Support
from leeward.domain.findings.roots import Roots
from leeward.domain.findings.signing import Standing, require_may_sign, require_second, standing_of
from leeward.domain.findings.terms import Access, Derivation, Element, Grade


def graded(*voices: str, against: str | None = None, sources: list[Source] | None = None) -> Grade:
    """Grade "a:participant", "b:physical!" (verified), each a source of its own unless given."""
    supports = []
    for number, voice in enumerate(voices):
        name, _, access = voice.partition(":")
        supports.append(
            Support(
                id=f"s{number}",
                claim_id="c",
                source_id=name,
                access=Access(access.rstrip("!")),
                verified=access.endswith("!"),
            )
        )
    if against is not None:
        supports.append(Support(id="no", claim_id="c", source_id="denier", against=True, explanation=against))
    return Weighing(sources or [], supports).grade("c", Element.WHAT)


@pytest.mark.parametrize(
    ("voices", "grade"),
    [
        ((), Grade.NONE),
        (("a:hearsay",), Grade.ALLEGED),
        (("a:hearsay", "b:hearsay", "c:hearsay"), Grade.ALLEGED),
        (("a:relative",), Grade.ALLEGED),
        (("a:physical",), Grade.ALLEGED),  # nobody verified it
        (("a:physical!",), Grade.REPORTED),
        (("a:official",), Grade.REPORTED),
        (("a:participant",), Grade.REPORTED),
        (("a:official", "b:hearsay"), Grade.REPORTED),
        (("a:participant", "b:hearsay"), Grade.CORROBORATED),
        (("a:participant", "b:participant"), Grade.CORROBORATED),
        (("a:participant", "b:witness"), Grade.GROUNDS),
        (("a:participant", "b:relative"), Grade.GROUNDS),
        (("a:digital!", "b:official"), Grade.GROUNDS),
        (("a:participant", "b:physical"), Grade.CORROBORATED),
        (("a:participant", "b:physical!"), Grade.GROUNDS),
        (("a:participant", "b:physical!", "c:physical!"), Grade.GROUNDS),
        (("a:participant", "b:physical!", "c:digital!"), Grade.DOCUMENTED),
    ],
)
def test_what_supports_a_sentence_decides_its_grade(voices: tuple[str, ...], grade: Grade) -> None:
    assert graded(*voices) == grade


def test_an_open_contradiction_keeps_it_at_reported_and_an_explained_one_does_not() -> None:
    assert graded("a:participant", "b:witness", against="") == Grade.REPORTED
    assert graded("a:participant", "b:witness", against="  ") == Grade.REPORTED
    assert graded("a:participant", "b:witness", against="a bare denial") == Grade.GROUNDS


def test_broken_custody_costs_the_highest_grade_only() -> None:
    sources = [Source(id="a"), Source(id="b", custody_whole=False), Source(id="c")]
    assert graded("a:participant", "b:physical!", "c:digital!", sources=sources) == Grade.GROUNDS


@pytest.mark.parametrize("key", ["organisation", "informant", "household"])
def test_one_body_one_informant_one_household_is_one_root(key: str) -> None:
    sources = [msgspec.structs.replace(Source(id=name), **{key: "the same"}) for name in ("a", "b")]
    assert graded("a:participant", "b:witness", sources=sources) == Grade.REPORTED


def test_relatives_who_saw_different_parts_are_two() -> None:
    sources = [Source(id="a", household="h"), Source(id="b", household="h")]
    supports = [
        Support(id="1", claim_id="c", source_id="a", access=Access.PARTICIPANT),
        Support(id="2", claim_id="c", source_id="b", access=Access.WITNESS, own_part=True),
    ]
    assert Weighing(sources, supports).grade("c", Element.WHAT) == Grade.GROUNDS


def test_a_compilation_of_two_survivors_neither_adds_nor_merges() -> None:
    sources = [Source(id="a"), Source(id="b"), Source(id="paper", derives_from_ids=("a", "b"))]
    assert graded("a:participant", "b:witness", "paper:participant", sources=sources) == Grade.GROUNDS
    assert graded("paper:participant", sources=sources) == Grade.ALLEGED


def test_a_translation_speaks_for_an_original_that_is_not_here_and_a_retelling_does_not() -> None:
    kept = Source(id="t", derives_from_ids=("gone",), derivation=Derivation.TRANSLATION)
    told = Source(id="t", derives_from_ids=("gone",), derivation=Derivation.RETELLING)
    assert graded("t:participant", sources=[kept]) == Grade.REPORTED
    assert graded("t:participant", sources=[told]) == Grade.ALLEGED


def test_one_statement_printed_twice_on_one_day_is_one_root_until_a_person_says_otherwise() -> None:
    words = "Over one hundred men were taken to places of detention, the group said on Saturday"
    one = Source(id="a", stated_on="2017-04-01", wording=words)
    other = Source(id="b", stated_on="2017-04-01", wording=words.upper() + " evening")
    assert Roots([one, other]).of("a") == Roots([one, other]).of("b")
    apart = msgspec.structs.replace(other, apart_from_ids=("a",))
    assert Roots([one, apart]).of("a") != Roots([one, apart]).of("b")
    later = msgspec.structs.replace(other, stated_on="2017-04-02")
    assert Roots([one, later]).of("a") != Roots([one, later]).of("b")


def test_sources_that_repeat_each_other_in_a_circle_are_one_root() -> None:
    ring = [Source(id=x, derives_from_ids=(y,)) for x, y in (("a", "b"), ("b", "c"), ("c", "a"))]
    roots = Roots(ring)
    assert roots.of("a") == roots.of("b") == roots.of("c") == {"a"}


def test_explaining_is_cheaper_than_asking_a_survivor_again() -> None:
    supports = [
        Support(id="1", claim_id="c", source_id="a", access=Access.PARTICIPANT),
        Support(id="2", claim_id="c", source_id="b", access=Access.WITNESS),
        Support(id="3", claim_id="c", source_id="d", against=True),
    ]
    step = explain(Weighing([], supports), "c", Element.WHAT).step
    assert step is not None
    assert (step.kind, step.support_id, step.to) == ("explain", "3", Grade.GROUNDS)


def test_a_survivor_is_asked_last() -> None:
    step = explain(Weighing([], []), "c", Element.WHAT).step
    assert step is not None
    assert step.kind != "first-hand"


def test_no_standard_above_what_the_sources_carry_can_be_signed() -> None:
    require_may_sign("suspicion", Grade.CORROBORATED)
    with pytest.raises(RuleBroken, match="needs more"):
        require_may_sign("grounds", Grade.CORROBORATED)
    with pytest.raises(OutOfRange):
        require_may_sign("beyond doubt", Grade.DOCUMENTED)


def test_nobody_reads_their_own_finding_second() -> None:
    finding = Finding(id="f", author_id="vera")
    require_second(finding, "timur")
    with pytest.raises(RuleBroken):
        require_second(finding, "vera")
    with pytest.raises(RuleBroken):
        require_second(msgspec.structs.replace(finding, second_id="mila"), "timur")


def test_a_finding_is_marked_when_its_grade_moves_and_falls_when_it_no_longer_carries() -> None:
    waits = Finding(id="f", standard="suspicion", grade=2, author_id="vera")
    signed = msgspec.structs.replace(waits, second_id="timur")
    assert standing_of(waits, Grade.CORROBORATED) == Standing.WAITS
    assert standing_of(signed, Grade.CORROBORATED) == Standing.STANDS
    assert standing_of(signed, Grade.GROUNDS) == Standing.MOVED
    assert standing_of(signed, Grade.REPORTED) == Standing.MOVED
    assert standing_of(signed, Grade.ALLEGED) == Standing.FALLEN
    no = msgspec.structs.replace(signed, second_agrees=False)
    assert standing_of(no, Grade.CORROBORATED) == Standing.DISPUTED
    assert standing_of(msgspec.structs.replace(signed, withdrawn_at=1), Grade.GROUNDS) == Standing.WITHDRAWN


def test_many_roots_put_first_who_speaks_of_the_claim_looked_at_and_a_relative_has_a_mark_of_its_own() -> (
    None
):
    sources = [Source(id=f"s{n:02}", label=f"Account {n:02}", relation="self") for n in range(14)]
    supports = [Support(id=s.id, claim_id="c", source_id=s.id, access=Access.WITNESS) for s in sources[:13]]
    supports.append(Support(id="x", claim_id="d", source_id="s13", access=Access.RELATIVE))
    claims = [Claim(id=x, elements={Element.WHAT: "x"}, position=n) for n, x in enumerate("cd")]
    weigh = Weighing(sources, supports)
    assert make_matrix(weigh, claims).columns[0].source.id == "s00"
    matrix = make_matrix(weigh, claims, "d")
    assert matrix.columns[0].source.id == "s13"
    assert [(band.speaks, band.count) for band in matrix.bands] == [(True, 1), (False, 13)]
    assert matrix.rows[1].marks[0] == Mark.RELATIVE
    few = make_matrix(Weighing(sources[:3], supports[:3]), claims, "c")
    assert [band.speaks for band in few.bands] == [False]


def test_the_matrix_marks_silence_hearsay_denial_and_both_at_once() -> None:
    sources = [Source(id=x, label=x, relation="accused" if x == "d" else "press") for x in "abd"]
    supports = [
        Support(id="1", claim_id="c", source_id="a", access=Access.WITNESS),
        Support(id="2", claim_id="c", source_id="b", access=Access.HEARSAY),
        Support(id="3", claim_id="c", source_id="b", element=Element.WHEN, against=True),
        Support(id="4", claim_id="c", source_id="d", against=True),
    ]
    weigh = Weighing(sources, supports)
    other = Claim(id="silent", elements={Element.WHAT: "x"}, position=2)
    matrix = make_matrix(weigh, [other, Claim(id="c", elements={Element.WHAT: "x"}, position=1)])
    assert [row.claim.id for row in matrix.rows] == ["c", "silent"]
    assert matrix.rows[0].marks == (Mark.DIRECT, Mark.MIXED, Mark.DENIES)
    assert matrix.rows[1].marks == (None, None, None)
    assert matrix.rows[1].grade == Grade.NONE
