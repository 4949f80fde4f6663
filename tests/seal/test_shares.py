"""Words and shares: any k of n give the secret, fewer say nothing, and a wrong word never gives a wrong secret."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.seal.errors import SharesRefused
from leeward.seal.shares import RecoveryKey, clean_words, combine, make_recovery_key, read_keys, split

SECRETS = st.binary(min_size=32, max_size=32)
SEEDS = st.binary(min_size=16, max_size=16)


@settings(max_examples=15, deadline=None)
@given(SECRETS, st.integers(2, 4), st.data())
def test_any_that_are_enough_give_the_secret_and_one_fewer_do_not(
    secret: bytes, needed: int, data: st.DataObject
) -> None:
    of = data.draw(st.integers(needed, 6))
    shares = split(secret, needed, of)
    for some in combinations(shares, needed):
        assert combine(some) == secret
    assert combine(shares) == secret
    with pytest.raises(SharesRefused):
        combine(shares[: needed - 1])
    with pytest.raises(SharesRefused):
        combine([shares[0]] * needed)


def test_one_alone_or_too_many_cannot_share() -> None:
    for needed, of in ((1, 2), (0, 0), (3, 2), (2, 17)):
        with pytest.raises(ValueError, match="cannot share"):
            split(bytes(32), needed, of)
    assert combine(split(bytes(32), 1, 1)) == bytes(32)


def test_shares_of_two_secrets_are_never_combined() -> None:
    one, other = split(bytes(32), 2, 3), split(bytes(range(32)), 2, 3)
    for mixed in ([one[0], other[1]], [one[0], other[0]], [*one, other[2]]):
        with pytest.raises(SharesRefused):
            combine(mixed)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_a_key_is_the_same_from_its_words_and_from_any_two_sheets(seed: bytes) -> None:
    key = RecoveryKey(seed)
    assert key.words() == key.words()
    assert read_keys([key.words()]) == [key]
    sheets = key.sheets()
    for pair in combinations(sheets, 2):
        assert read_keys(pair) == [key]
    with pytest.raises(SharesRefused):
        read_keys(sheets[:1])


def test_words_of_several_people_are_told_apart_and_sheets_of_two_prints_do_not_mix() -> None:
    one, other = make_recovery_key(SystemChance()), make_recovery_key(SystemChance())
    assert set(read_keys([other.words(), *one.sheets()[:2]])) == {one, other}
    with pytest.raises(SharesRefused):
        read_keys([one.sheets()[0], one.sheets()[1]])


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(0, 19), st.integers(0, 19))
def test_a_wrong_word_and_two_that_changed_places_are_caught(seed: bytes, at: int, other: int) -> None:
    words = RecoveryKey(seed).words().split()
    changed = list(words)
    changed[at] = "academic" if words[at] != "academic" else "zero"
    with pytest.raises(SharesRefused):
        read_keys([" ".join(changed)])
    swapped = list(words)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    if swapped != words:
        with pytest.raises(SharesRefused):
            read_keys([" ".join(swapped)])


def test_what_is_typed_is_forgiven() -> None:
    key = make_recovery_key(SystemChance())
    words = key.words().split()
    numbered = "\n".join(f"{number}. {word.upper()}" for number, word in enumerate(words, start=1))
    short = ",".join(word[:4] for word in words)
    assert read_keys([numbered]) == read_keys([short]) == [key]
    with pytest.raises(SharesRefused, match="Word 3, “zzzz”, is not one of our words"):
        clean_words(" ".join([*words[:2], "zzzz", *words[3:]]))


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_words_or_refused(text: str) -> None:
    with pytest.raises(SharesRefused):
        read_keys([text])


def test_everything_of_a_key_is_its_own_and_nothing_shows_it() -> None:
    key, other = RecoveryKey(bytes(16)), RecoveryKey(bytes(15) + b"\1")
    told = {key.box(), key.read(), key.write(), key.identity().string(), key.to_bytes().hex()}
    assert len(told) == 5
    assert not told & {other.box(), other.read(), other.write(), other.identity().string()}
    assert key.check(key.prove(b"x"), b"x")
    assert not other.check(key.prove(b"x"), b"x")
    assert repr(key) == "RecoveryKey(…)"
    with pytest.raises(ValueError, match="16 bytes"):
        RecoveryKey(b"short")
