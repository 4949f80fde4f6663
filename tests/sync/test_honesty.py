"""Each rule of sync/honesty.py, broken once; and that an honest answer, cut anywhere, is never called a lie."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leeward.sync.honesty import SAID, Lie, check_listing
from leeward.sync.listing import Item, Listing


def item(number: int, body: bytes = b"x") -> Item:
    return Item(number, f"{number:032x}", body)


def told(numbers: list[int], last: int, after: int, *, mail: bool = False) -> tuple[list[int], set[Lie]]:
    result = check_listing(Listing(tuple(item(n) for n in numbers), last), after, mail=mail)
    return [one.number for one in result.items], set(result.lies)


def test_rule_1_an_older_state_is_a_roll_back() -> None:
    assert told([], 4, 7) == ([], {Lie.ROLLED_BACK})


def test_rule_2_another_order_is_named_and_mended() -> None:
    assert told([3, 1, 2], 3, 0) == ([1, 2, 3], {Lie.REORDERED})


def test_rule_3_what_was_had_before_is_a_replay() -> None:
    assert told([1, 2, 3], 3, 2) == ([3], {Lie.REPLAYED})
    assert told([3, 3], 3, 2) == ([3], {Lie.REPLAYED})


def test_rule_3_two_things_under_one_number_are_a_fork_and_neither_is_taken() -> None:
    listing = Listing((item(1), item(2, b"one"), item(2, b"two"), item(3)), 3)
    result = check_listing(listing, 0)
    assert [one.number for one in result.items] == [1]
    assert result.lies == (Lie.FORKED,)


def test_rule_4_nothing_beyond_a_gap_is_taken() -> None:
    assert told([1, 3, 4], 4, 0) == ([1], {Lie.WITHHELD})
    assert told([2], 2, 0) == ([], {Lie.WITHHELD})


def test_rule_5_more_is_claimed_than_given() -> None:
    assert told([], 9, 7) == ([], {Lie.WITHHELD})


def test_rule_6_mail_that_expired_is_no_lie() -> None:
    assert told([], 9, 0, mail=True) == ([], set())
    assert told([7, 8, 9], 9, 0, mail=True) == ([7, 8, 9], set())
    assert told([7, 8], 8, 3, mail=True) == ([7, 8], {Lie.WITHHELD})
    assert told([7, 9], 9, 0, mail=True) == ([7, 9], {Lie.WITHHELD})
    assert told([], 4, 7, mail=True) == ([], {Lie.ROLLED_BACK})
    assert told([7, 8], 8, 7, mail=True) == ([8], {Lie.REPLAYED})
    forked = Listing((item(5), item(6, b"one"), item(6, b"two"), item(7)), 7)
    result = check_listing(forked, 0, mail=True)
    assert [one.number for one in result.items] == [5]
    assert result.lies == (Lie.FORKED,)


def test_an_answer_that_ends_early_is_no_lie() -> None:
    assert told([8], 20, 7) == ([8], set())


@given(st.integers(0, 50), st.integers(0, 30), st.integers(0, 5))
def test_an_honest_answer_is_never_called_a_lie(after: int, count: int, more: int) -> None:
    numbers = list(range(after + 1, after + 1 + count))
    last = after + count + (more if count else 0)
    assert told(numbers, last, after) == (numbers, set())


@given(st.lists(st.integers(1, 12), max_size=12), st.integers(0, 14), st.integers(0, 12))
def test_whatever_is_told_only_an_unbroken_run_is_taken(numbers: list[int], last: int, after: int) -> None:
    taken, lies = told(numbers, last, after)
    assert taken == list(range(after + 1, after + 1 + len(taken)))
    if numbers != list(range(after + 1, after + 1 + len(numbers))):
        assert lies


def test_every_lie_has_its_sentence() -> None:
    assert set(SAID) == set(Lie)
