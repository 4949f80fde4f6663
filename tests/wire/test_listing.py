"""Listings print and parse to the same; every other run of bytes is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.limits import ITEM_MOST
from leeward.wire.errors import ListingDamaged
from leeward.wire.listing import ListedItem, parse_listing, print_listing

ITEMS = st.lists(
    st.tuples(
        st.integers(1, 2**63 - 1), st.binary(min_size=16, max_size=16), st.binary(min_size=1, max_size=50)
    ),
    max_size=6,
    unique_by=lambda one: one[0],
).map(lambda rows: [ListedItem(*row) for row in sorted(rows)])


@given(ITEMS)
def test_a_listing_prints_and_parses_to_itself(items: list[ListedItem]) -> None:
    assert parse_listing(print_listing(items)) == items


@given(st.binary(max_size=200))
def test_any_bytes_are_a_listing_or_damaged(raw: bytes) -> None:
    try:
        items = parse_listing(raw)
    except ListingDamaged:
        return
    assert print_listing(items) == raw


@given(ITEMS, st.integers(1, 40))
def test_a_listing_cut_short_is_fewer_items_or_damaged(items: list[ListedItem], less: int) -> None:
    raw = print_listing(items)[:-less]
    try:
        assert parse_listing(raw) == items[: len(parse_listing(raw))]
    except ListingDamaged:
        return


def frame(number: int, length: int, sealed: bytes) -> bytes:
    return number.to_bytes(8, "big") + bytes(16) + length.to_bytes(4, "big") + sealed


@pytest.mark.parametrize(
    "raw",
    [
        frame(0, 1, b"x"),
        frame(2**63, 1, b"x"),
        frame(1, 0, b""),
        frame(1, 2, b"x"),
        frame(1, ITEM_MOST + 1, bytes(ITEM_MOST + 1)),
        frame(1, 1, b"x") + frame(1, 1, b"x"),
        frame(2, 1, b"x") + frame(1, 1, b"x"),
        frame(1, 1, b"x") + b"\0",
    ],
)
def test_a_frame_that_breaks_a_rule_is_damaged(raw: bytes) -> None:
    with pytest.raises(ListingDamaged):
        parse_listing(raw)
