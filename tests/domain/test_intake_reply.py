from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.intake import reply_bodies
from leeward.seal.frame import make_frame, read_frame
from leeward.seal.kinds import Kind

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=6000)


@given(TEXTS, TEXTS, st.booleans())
def test_both_ways_get_frames_of_one_size_whatever_is_said(text: str, cover: str, sensitive: bool) -> None:  # noqa: FBT001
    true, other = reply_bodies("ab" * 16, 1_491_600_000_000, text, sensitive=sensitive, cover=cover)
    assert len(true) == len(other)
    assert len(make_frame(Kind.REPLY, true)) == len(make_frame(Kind.REPLY, other))
    for body in (true, other):
        told = json.loads(read_frame(Kind.REPLY, make_frame(Kind.REPLY, body)))
        assert (told["v"], told["id"], told["at"]) == (1, "ab" * 16, 1_491_600_000_000)
    assert json.loads(true)["text"] == text


def test_what_is_sensitive_stands_in_the_true_one_alone() -> None:
    true, other = reply_bodies("ab" * 16, 1, "в девять у моста", sensitive=True, cover="Спасибо.")
    assert json.loads(true)["text"] == "в девять у моста"
    assert json.loads(other)["text"] == "Спасибо."
    assert "hidden" not in json.loads(other)


def test_without_a_harmless_text_the_alarm_form_is_told_to_show_nothing() -> None:
    _, other = reply_bodies("ab" * 16, 1, "в девять у моста", sensitive=True)
    assert json.loads(other)["hidden"] is True
    assert json.loads(other)["text"] == ""


def test_what_is_not_sensitive_is_the_same_for_both_to_the_byte() -> None:
    true, other = reply_bodies("ab" * 16, 1, "Мы прочитали.", cover="ignored")
    assert true == other
    assert "fill" not in json.loads(true)
