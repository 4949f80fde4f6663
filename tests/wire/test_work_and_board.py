"""The proof of work binds to one subject; a board names who waits, and tells nobody who asks."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.wire import board, work
from leeward.wire.errors import BadRequest, ListingDamaged
from leeward.wire.turn import Look, Make, Post, Put, Turn

SALT = bytes(range(16))


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=16, max_size=32), st.integers(0, 9))
def test_a_solution_reaches_the_bits_and_is_worth_nothing_elsewhere(subject: bytes, bits: int) -> None:
    nonce = work.solve(SALT, subject, bits)
    assert work.count_bits(SALT, subject, nonce) >= bits
    digest = hashlib.sha256(b"leeward-work-1" + SALT + subject + nonce).digest()
    assert int.from_bytes(digest, "big") >> (256 - bits) == 0


def test_work_for_one_subject_or_salt_is_chance_for_another() -> None:
    nonces = [(bytes([n]) * 16, work.solve(SALT, bytes([n]) * 16, 8)) for n in range(64)]
    reached = [work.count_bits(SALT, b"other" + subject, nonce) >= 8 for subject, nonce in nonces]
    reached += [work.count_bits(bytes(16), subject, nonce) >= 8 for subject, nonce in nonces]
    assert sum(reached) < 8


def test_each_bit_is_counted() -> None:
    found = {work.count_bits(SALT, b"x", number.to_bytes(8, "big")) for number in range(2000)}
    assert {0, 1, 2, 3, 4, 5, 6, 7, 8} <= found


@given(st.binary(min_size=16, max_size=16), st.integers(0, work.BITS_MOST), st.binary(min_size=8, max_size=8))
def test_headers_come_back(salt: bytes, bits: int, nonce: bytes) -> None:
    assert work.parse_asked(work.print_asked(salt, bits)) == (salt, bits)
    assert work.parse_done(work.print_done(salt, nonce)) == (salt, nonce)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "x",
        "00" * 16,
        "00" * 16 + " ",
        "00" * 16 + " 33",
        "00" * 16 + " 01",
        "00" * 15 + " 1",
        "00" * 16 + "  1",
    ],
)
def test_what_is_no_demand_is_refused(value: str) -> None:
    with pytest.raises(BadRequest):
        work.parse_asked(value)


@given(st.text(max_size=60))
def test_any_header_is_refused_or_read(value: str) -> None:
    for parse in (work.parse_asked, work.parse_done):
        try:
            parse(value)
        except BadRequest:
            continue


def test_the_subject_of_a_turn() -> None:
    make, put, post = (
        Make(b"b" * 16, bytes(32), bytes(32)),
        Put(b"p" * 32, bytes(32), b"x"),
        Post(bytes(16), bytes(32), b"i" * 16, b"x"),
    )
    look = Look(bytes(16), bytes(32))
    assert work.subject_of(Turn((make,), (put,), post, (look,))) == b"i" * 16
    assert work.subject_of(Turn((make,), (put,), None, (look,))) == b"p" * 32
    assert work.subject_of(Turn((make,), (), None, (look,))) == b"b" * 16
    assert work.subject_of(Turn(looks=(look,))) is None


def _draw(seed: int) -> Callable[[int], bytes]:
    return random.Random(seed).randbytes


@settings(max_examples=30)
@given(st.integers(0, 3000), st.integers(0, 99))
def test_a_board_names_all_who_wait_and_hardly_anybody_else(count: int, seed: int) -> None:
    chance = random.Random(seed)
    boxes = [chance.randbytes(16) for _ in range(count)]
    made = board.make_board(boxes, chance.randbytes)
    assert all(board.is_named(made, box) for box in boxes)
    assert sum(board.is_named(made, chance.randbytes(16)) for _ in range(200)) == 0
    tags = [made[at : at + 4] for at in range(16, len(made), 4)]
    assert tags == sorted(tags)
    assert len(tags) == next(size for size in board.SIZES if size >= count)


def test_boards_of_nobody_and_of_somebody_look_alike() -> None:
    assert len(board.make_board([], _draw(1))) == len(board.make_board([bytes(16)], _draw(2)))
    assert board.make_board([bytes(16)], _draw(3)) != board.make_board([bytes(16)], _draw(4))


def test_the_tag_is_the_protocols() -> None:
    assert (
        board.tag_of(SALT, bytes(16)) == hashlib.sha256(b"leeward-waiting-1" + SALT + bytes(16)).digest()[:4]
    )


def test_more_than_fit_are_no_board() -> None:
    with pytest.raises(RuntimeError):
        board.make_board([bytes(16)] * 8193, _draw(1))


@given(st.binary(max_size=64))
def test_any_bytes_are_no_board(untrusted: bytes) -> None:
    with pytest.raises(ListingDamaged):
        board.is_named(untrusted, bytes(16))
