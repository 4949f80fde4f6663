from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.domain.cases.consent import ANSWER, AUDIENCE, USE, Consent, allows
from leeward.ledger.model import Candidate, Dot

DAY = "2017-05-01"


def answer(word: str = "given", **changes: object) -> Consent:
    base = Consent(id="c", use="account", audience="un", answer=word, risks_explained=True, day="2017-04-10")
    return msgspec.structs.replace(base, **changes)


def test_silence_is_no() -> None:
    assert not allows([], "account", "un", DAY).allowed
    assert not allows([answer()], "name", "un", DAY).allowed
    assert not allows([answer()], "account", "press", DAY).allowed


def test_what_was_given_is_allowed_and_says_on_what_it_rests() -> None:
    ruling = allows([answer()], "account", "un", DAY)
    assert (ruling.allowed, ruling.consent_id) == (True, "c")


@pytest.mark.parametrize("word", ["refused", "withdrawn", "", "a-newer-word"])
def test_anything_but_a_yes_is_no(word: str) -> None:
    assert not allows([answer(word)], "account", "un", DAY).allowed


def test_risks_must_have_been_explained() -> None:
    ruling = allows([answer(risks_explained=False)], "account", "un", DAY)
    assert str(ruling.reason) == "The risks were not explained to them."


def test_it_ends_on_its_last_day_and_begins_after_the_embargo() -> None:
    assert allows([answer(expires=DAY)], "account", "un", DAY).allowed
    assert not allows([answer(expires="2017-04-30")], "account", "un", DAY).allowed
    assert allows([answer(embargo=DAY)], "account", "un", DAY).allowed
    assert not allows([answer(embargo="2017-05-02")], "account", "un", DAY).allowed


def test_a_condition_has_to_be_met() -> None:
    conditional = answer("conditional", conditions="only after the mother has left")
    assert "mother has left" in str(allows([conditional], "account", "un", DAY).reason)
    assert allows([conditional], "account", "un", DAY, met=frozenset({"c"})).allowed


def test_two_answers_at_once_allow_nothing_until_settled() -> None:
    both = (Candidate("given", Dot("a", 1), 1, "m"), Candidate("refused", Dot("b", 1), 1, "n"))
    assert not allows([answer(conflicts={"answer": both})], "account", "un", DAY).allowed


def test_a_named_organisation_narrows_and_never_widens() -> None:
    narrow = answer(organisation="Lantern", audience="partner")
    assert not allows([narrow], "account", "partner", DAY).allowed
    assert not allows([narrow], "account", "partner", DAY, organisation="Other").allowed
    assert allows([narrow], "account", "partner", DAY, organisation="Lantern").allowed
    wide = answer(id="w", audience="partner")
    refused = answer("refused", organisation="Lantern", audience="partner")
    assert not allows([wide, refused], "account", "partner", DAY, organisation="Lantern").allowed
    assert allows([wide, refused], "account", "partner", DAY, organisation="Other").allowed


consents = st.builds(
    Consent,
    id=st.sampled_from("abc"),
    use=st.sampled_from([term.code for term in USE][:3]),
    audience=st.sampled_from([term.code for term in AUDIENCE][:3]),
    organisation=st.sampled_from(["", "Lantern"]),
    answer=st.sampled_from([term.code for term in ANSWER]),
    risks_explained=st.booleans(),
    expires=st.sampled_from(["", "2017-04-01", "2018-01-01"]),
    embargo=st.sampled_from(["", "2017-04-01", "2018-01-01"]),
)


@given(st.lists(consents, max_size=6), consents, st.randoms())
@settings(max_examples=300, deadline=None)
def test_one_more_answer_can_only_forbid_what_was_allowed_and_order_never_matters(
    there: list[Consent], more: Consent, chance: object
) -> None:
    use, audience = more.use, more.audience
    before = allows(there, use, audience, DAY, organisation="Lantern")
    refused = msgspec.structs.replace(more, answer="refused", organisation="")
    assert not allows([*there, refused], use, audience, DAY, organisation="Lantern").allowed
    assert allows(there[::-1], use, audience, DAY, organisation="Lantern").allowed == before.allowed
    if before.allowed and not allows([*there, more], use, audience, DAY, organisation="Lantern").allowed:
        assert more.answer != "given" or not more.risks_explained or more.expires or more.embargo
