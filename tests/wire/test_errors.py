"""The relay's words are the protocol's, each with its status, and come back as what they were."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from leeward.wire import errors
from leeward.wire.errors import REFUSALS, Refused, parse_refusal, print_refusal

PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"


def test_every_refusal_prints_and_parses_to_itself() -> None:
    for word, refusal in REFUSALS.items():
        body = print_refusal(refusal())
        assert body == word.encode() + b"\n"
        assert type(parse_refusal(refusal.status, body)) is refusal
        assert parse_refusal(refusal.status + 1, body) is None
        assert parse_refusal(refusal.status, body[:-1]) is None


def test_the_words_are_the_ones_of_the_protocol() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (`[^|]*`) \|", PROTOCOL.read_text(encoding="utf-8"), re.MULTILINE)
    written = {word: int(status) for status, words in rows for word in re.findall(r"`([a-z-]+)`", words)}
    assert written == {word: refusal.status for word, refusal in REFUSALS.items()}


def test_the_tree_on_top_of_the_file_is_complete() -> None:
    drawn = errors.__doc__ or ""
    for name, thing in vars(errors).items():
        if isinstance(thing, type) and issubclass(thing, errors.WireError):
            assert name in drawn
    for refusal in Refused.__subclasses__():
        assert re.search(rf"{refusal.__name__} +{refusal.status} {refusal.word}\b", drawn)


def test_codes_differ_and_messages_have_no_blank() -> None:
    codes = [refusal.code for refusal in REFUSALS.values()]
    assert len(set(codes)) == len(codes)
    for refusal in REFUSALS.values():
        assert "Nothing was stored" in str(refusal())


@given(st.integers(0, 999), st.binary(max_size=40))
def test_any_answer_is_a_refusal_or_none(status: int, body: bytes) -> None:
    found = parse_refusal(status, body)
    assert found is None or print_refusal(found) == body
