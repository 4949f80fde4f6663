"""Whatever two people wrote: no sentence of either is lost when their texts are joined."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.joined_text import is_prose, join_texts, sentences

words = st.text(alphabet="абвгде xyz", min_size=1, max_size=12).map(str.strip).filter(bool)
texts = st.lists(st.tuples(words, st.sampled_from([". ", "! ", "? ", "…\n", "\n", ""])), max_size=6).map(
    lambda parts: "".join(word + end for word, end in parts)
)


@given(st.lists(texts, max_size=4))
def test_every_sentence_is_kept_and_stands_once_more_nowhere(parts: list[str]) -> None:
    joined = join_texts(parts)
    found = sentences(joined)
    assert {one for part in parts for one in sentences(part)} == set(found)
    if parts:
        first = sentences(parts[0])
        assert len(found) == len(first) + len(set(found) - set(first))


@given(texts, texts)
def test_joining_again_changes_nothing(one: str, other: str) -> None:
    joined = join_texts([one, other])
    assert join_texts([joined, other]) == joined
    assert join_texts([joined, one]) == joined


@given(texts)
def test_a_text_alone_stays_as_it_is(one: str) -> None:
    assert join_texts([one]) == one.strip()
    assert join_texts([one, one]) == one.strip()


def test_what_the_other_added_follows_what_it_followed() -> None:
    mine = "He was taken on Monday. He came back on Friday."
    theirs = "He was taken on Monday. His brother saw it. He came back on Friday."
    assert sentences(join_texts([mine, theirs])) == sentences(theirs)


def test_two_who_each_change_one_sentence_keep_three() -> None:
    mine = "Call in the morning only. The door code is new."
    theirs = "Call in the evening only. The door code is new."
    assert sentences(join_texts([mine, theirs])) == [
        "Call in the morning only.",
        "The door code is new.",
        "Call in the evening only.",
    ]


def test_codes_names_and_numbers_are_not_joined() -> None:
    assert not any(map(is_prose, ("high", "Grey heron", 7, None, True, ["a b c d"])))
    assert is_prose("Call in the morning")
