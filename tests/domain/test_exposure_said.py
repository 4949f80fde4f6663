"""A line's sentence comes back as it was, in no language; what was never one of ours is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.say import Code, say
from leeward.domain.relocation.exposure_said import pack, unpack

junk = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.just("{who.__class__}"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "values", "word", "who"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_a_sentence_comes_back_as_it_was() -> None:
    nested = say("consulate of {country}", country="Norland")
    for message in (
        say("Warn {who}, and agree on other words", who=Code("pseudonym/Juniper")),
        say("Do not go where it was agreed: {what}", what=nested),
        say("Give the intake page a new card"),
    ):
        again = unpack(pack(message))
        assert again == message
        assert again is not None
        assert [type(one) for one in again.values.values()] == [type(one) for one in message.values.values()]


@pytest.mark.parametrize(
    "odd",
    [
        {"text": "{who.__class__}", "values": {"who": "x"}},
        {"text": "{who:>999999999}", "values": {"who": "x"}},
        {"text": "{who!r}", "values": {"who": "x"}},
        {"text": "{who} {}", "values": {"who": "x"}},
        {"text": "{who}", "values": {}},
        {"text": "x", "values": {"who": "y"}},
        {"text": "x" * 301, "values": {}},
        {"text": "{who}", "values": {"who": "x" * 301}},
        {"text": "{who}", "values": {"who": {"word": 3}}},
        {"text": "{who}", "values": {"who": 10**9}},
    ],
)
def test_what_formats_more_than_a_name_is_refused(odd: object) -> None:
    assert unpack(odd) is None


def test_depth_has_an_end() -> None:
    deep: Any = "x"
    for _ in range(5):
        deep = {"text": "{who}", "values": {"who": deep}}
    assert unpack(deep) is None


@given(junk)
def test_nothing_that_lies_there_breaks_a_page(found: object) -> None:
    message = unpack(found)
    assert message is None or len(str(message)) < 5000
