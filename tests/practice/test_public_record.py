"""The public record of 2017: what the rules of grading say of something that nobody here made up.

Grades are worked out by hand from docs/adr/0011-grades.md, rule by rule; the mock-up's grades were illustrations.
"""

from __future__ import annotations

import re

import pytest

from leeward.domain.appeals.records import Reply, Submission
from leeward.domain.appeals.states import state_of
from leeward.domain.findings.explain import explain
from leeward.domain.findings.grade import Weighing, strength_of
from leeward.domain.findings.matrix import Mark, make_matrix
from leeward.domain.findings.records import Claim, Source, Support
from leeward.domain.findings.terms import Element, Grade
from leeward.domain.testimony.records import Account
from leeward.practice.public_record_2017 import public_record, record_id

ALL = public_record()
CLAIMS = {claim.id: claim for claim in ALL if isinstance(claim, Claim)}
WEIGHING = Weighing(
    [one for one in ALL if isinstance(one, Source)], [one for one in ALL if isinstance(one, Support)]
)


@pytest.mark.parametrize(
    ("key", "grade", "weakest"),
    [
        # A and B went through it (2 classes, direct): E2. Both are participants, everything else is hearsay, so there
        # is no second *kind* of access: not E3. The denials are explained. (The mock-up shows E3.)
        ("C1", Grade.CORROBORATED, Element.WHAT),
        ("C2", Grade.CORROBORATED, Element.WHAT),
        # B, and the testimonies in print: two classes, both direct: E2.
        ("C3", Grade.CORROBORATED, Element.WHAT),
        ("C4", Grade.CORROBORATED, Element.WHAT),
        # A was beaten before a police chief (direct); the Network's report names officials (hearsay): E2.
        ("C5", Grade.CORROBORATED, Element.BY_WHOM),
        # A was out by early March (direct); Human Rights Watch gives the months (hearsay): E2.
        ("C6", Grade.CORROBORATED, Element.WHEN),
        # A alone, direct: E1. (The mock-up counts two more roots that say nothing of a shed.)
        ("C7", Grade.REPORTED, Element.WHERE),
        # That men were rounded up is E2; that they were about 100 rests on three roots who heard it: E0, and a
        # sentence stands as far as its weakest element. (The mock-up shows E1.)
        ("C8", Grade.ALLEGED, Element.WHO),
        # The Network alone, repeated by three outlets: one class, hearsay: E0.
        ("C9", Grade.ALLEGED, Element.WHO),
        # Newspaper and Network: two classes, both hearsay; neither direct nor official: E0. (Mock-up: E1.)
        ("C10", Grade.ALLEGED, Element.WHAT),
        ("C11", Grade.ALLEGED, Element.WHAT),
        ("C12", Grade.ALLEGED, Element.BY_WHOM),
    ],
)
def test_each_claim_has_the_grade_that_the_rules_give(key: str, grade: Grade, weakest: Element) -> None:
    assert WEIGHING.grade_claim(CLAIMS[record_id(key)]) == (grade, weakest)


def test_three_outlets_that_repeat_one_statement_count_once() -> None:
    supports = WEIGHING.of(record_id("C9"), Element.WHO)
    assert len(supports) == 4
    assert len(strength_of(WEIGHING.voices(supports)).classes) == 1


def test_the_rounding_up_itself_is_corroborated_while_its_number_is_only_alleged() -> None:
    assert WEIGHING.grade(record_id("C8"), Element.WHAT) == Grade.CORROBORATED
    assert WEIGHING.grade(record_id("C8"), Element.WHO) == Grade.ALLEGED


def test_the_matrix_has_nine_roots_and_one_column_for_all_officials() -> None:
    matrix = make_matrix(WEIGHING, CLAIMS.values())
    assert (matrix.roots, matrix.repeated) == (9, 3)
    assert [column.group for column in matrix.columns].count("accused") == 1
    helpers = next(column for column in matrix.columns if record_id("S2") in column.sources)
    assert {record_id(key) for key in ("S9a", "S9b", "S9c", "L2")} <= set(helpers.sources)
    assert helpers.source.label == "Helpers"
    first = matrix.rows[0]
    assert first.marks[:2] == (Mark.DIRECT, Mark.DIRECT)
    assert first.marks[-1] == Mark.EXPLAINED


def test_an_unexplained_denial_would_pull_corroborated_down_to_reported() -> None:
    bare = [one for one in ALL if isinstance(one, Support)]
    fresh = Support(id="x", claim_id=record_id("C1"), source_id=record_id("D1"), against=True)
    weigh = Weighing(WEIGHING.sources.values(), [*bare, fresh])
    assert weigh.grade(record_id("C1"), Element.WHAT) == Grade.REPORTED
    step = explain(weigh, record_id("C1"), Element.WHAT).step
    assert step is not None
    assert (step.kind, step.support_id) == ("explain", "x")


def test_the_cheapest_way_up_for_the_beatings_is_a_medical_report() -> None:
    why = explain(WEIGHING, record_id("C1"), Element.WHAT)
    assert why.step is not None
    assert (why.step.kind, why.step.to) == ("physical", Grade.GROUNDS)
    assert set(why.carried_by) == {record_id("S4"), record_id("S5")}


def test_a_scar_is_never_asked_for_to_prove_a_number_or_a_day() -> None:
    for claim in CLAIMS.values():
        for element in claim.elements:
            step = explain(WEIGHING, claim.id, element).step
            assert step is not None
            assert element == Element.WHAT or step.kind != "physical"


def test_survivors_are_never_named_and_every_text_is_in_two_languages() -> None:
    for one in ALL:
        if isinstance(one, Source) and one.relation == "self":
            assert re.fullmatch(r"Survivor [AB]|Testimonies in print", one.label)
            assert "name" not in one.publication
        if isinstance(one, Account):
            assert one.case_id == ""
            assert all(paragraph.translations["ru"] for paragraph in one.paragraphs)
        if isinstance(one, Claim):
            assert one.sentence["ru"] != one.sentence["en"]


def test_the_appeals_tell_how_long_the_silence_was() -> None:
    submissions = {one.id: one for one in ALL if isinstance(one, Submission)}
    replies = [one for one in ALL if isinstance(one, Reply)]
    court = state_of(submissions[record_id("A7")], replies, "2026-01-01")
    assert (court.state, court.silent_days) == ("replied", 1565)  # 31 May 2019 to 12 September 2023
    complaint = submissions[record_id("A6")]
    assert complaint.due_on == "2017-10-21"
    assert complaint.due_unchecked
    assert state_of(complaint, replies, "2026-01-01").late_days == 401  # 21 October 2017 to 26 November 2018


def test_what_was_not_read_in_print_is_marked() -> None:
    marked = [one for one in ALL if getattr(one, "unchecked", False)]
    assert [type(one) for one in marked] == [Reply]
