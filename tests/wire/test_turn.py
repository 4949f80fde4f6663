"""Turns print and parse to the same bytes, have few sizes, and nothing else is one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.sizes import CLASSES, TURN_FLOOR
from leeward.wire.errors import BadRequest, ListingDamaged
from leeward.wire.listing import ListedItem
from leeward.wire.turn import (
    MAGIC,
    Look,
    Make,
    Post,
    Put,
    Turn,
    parse_turn,
    parse_turn_answer,
    print_turn,
    print_turn_answer,
)


def raw(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


SEALED = st.integers(1, 40_000).map(lambda size: b"s" * size)
TURNS = st.builds(
    Turn,
    st.lists(st.builds(Make, raw(16), raw(32), raw(32)), max_size=2).map(tuple),
    st.lists(st.builds(Put, raw(32), raw(32), SEALED), max_size=4).map(tuple),
    st.none() | st.builds(Post, raw(16), raw(32), raw(16), SEALED),
    st.lists(
        st.builds(Look, raw(16), raw(32), st.integers(0, 2**63 - 1)),
        max_size=2,
        unique_by=lambda look: look.box,
    ).map(lambda looks: tuple(sorted(looks, key=lambda look: look.box))),
)


@given(TURNS)
def test_a_turn_comes_back(turn: Turn) -> None:
    printed = print_turn(turn)
    assert parse_turn(printed) == turn
    assert parse_turn(memoryview(printed)) == turn
    assert len(printed) in CLASSES
    assert len(printed) >= TURN_FLOOR


@settings(max_examples=200)
@given(TURNS, st.data())
def test_what_parses_prints_to_the_same_bytes(turn: Turn, data: st.DataObject) -> None:
    printed = bytearray(print_turn(turn))
    at = data.draw(st.integers(0, min(len(printed) - 1, 600)))
    printed[at] ^= data.draw(st.integers(1, 255))
    try:
        parsed = parse_turn(bytes(printed))
    except BadRequest:
        return
    assert print_turn(parsed) == bytes(printed)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_parsed(untrusted: bytes) -> None:
    for body in (untrusted, MAGIC + untrusted, (MAGIC + untrusted).ljust(TURN_FLOOR, b"\0")):
        try:
            assert print_turn(parse_turn(body)) == body
        except BadRequest:
            continue


def _with(**parts: bytes) -> bytes:
    """Return a body whose parts can be replaced."""
    whole = {"magic": MAGIC, "makes": b"\0", "puts": b"\0", "post": b"\0", "looks": b"\0", **parts}
    return b"".join(whole.values()).ljust(TURN_FLOOR, b"\0")


def test_the_plain_form_is_a_turn() -> None:
    assert parse_turn(_with()) == Turn()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        MAGIC,
        _with()[:-1],
        _with() + b"\0",
        _with() + bytes(TURN_FLOOR),  # no class
        _with()[:-1] + b"\1",  # padding that is not zero
        _with(magic=b"leeward-turn-2\n"),
        _with(makes=b"\3" + bytes(3 * 80)),
        _with(puts=b"\x29" + bytes(41 * 69)),
        _with(post=b"\2"),
        _with(looks=b"\3" + b"".join(bytes([place]) * 56 for place in range(3))),
        _with(looks=b"\2" + bytes(2 * 56)),  # the same mailbox twice
        _with(looks=b"\2" + b"\2" * 56 + b"\1" * 56),  # addresses that fall
        _with(puts=b"\1" + bytes(64) + struct.pack(">I", 0)),
        _with(puts=b"\1" + bytes(64) + struct.pack(">I", 2**32 - 1)),
        _with(post=b"\1" + bytes(64) + struct.pack(">I", 4 * 1024 * 1024 + 1)),
        _with(post=b"\1" + bytes(64) + struct.pack(">I", 0)),
        _with(looks=b"\1" + bytes(48) + struct.pack(">Q", 2**63)),
    ],
)
def test_what_breaks_a_rule_is_no_turn(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_turn(body)


FOUND = st.tuples(
    st.lists(st.builds(ListedItem, st.just(1), raw(16), SEALED), max_size=3), st.integers(0, 2**63 - 1)
)


@given(st.lists(FOUND, max_size=2))
def test_an_answer_comes_back_and_has_a_class(found: list[tuple[list[ListedItem], int]]) -> None:
    numbered = [
        ([ListedItem(number, one.item, one.sealed) for number, one in enumerate(items, 1)], last)
        for items, last in found
    ]
    printed = print_turn_answer(numbered)
    assert parse_turn_answer(printed, len(numbered)) == numbered
    assert len(printed) in CLASSES
    assert len(printed) >= TURN_FLOOR


@given(st.data())
def test_a_damaged_answer_is_refused_or_another_answer(data: st.DataObject) -> None:
    looks = data.draw(st.sampled_from([0, 1, 2]))
    printed = bytearray(print_turn_answer([([ListedItem(1, bytes(16), b"x" * 100)], 1)] * looks))
    printed[data.draw(st.integers(0, len(printed) - 1) | st.integers(0, 300))] ^= data.draw(
        st.integers(1, 255)
    )
    cut = bytes(printed[: data.draw(st.sampled_from([len(printed), len(printed) - 1, 11, 0]))])
    try:
        found = parse_turn_answer(cut, looks)
    except ListingDamaged:
        return
    assert print_turn_answer(found) == cut


def test_an_answer_to_other_looks_than_were_asked_is_none() -> None:
    item = [ListedItem(1, bytes(16), b"x" * 100)]
    for printed_for, asked in ((0, 1), (1, 2)):  # nothing found is all zeros, whatever was asked
        assert parse_turn_answer(print_turn_answer([([], 0)] * printed_for), asked) == [([], 0)] * asked
    for printed_for, asked in ((1, 0), (2, 0), (2, 1)):
        with pytest.raises(ListingDamaged):
            parse_turn_answer(print_turn_answer([(item, 1)] * printed_for), asked)
