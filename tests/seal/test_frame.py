"""Frames and padding: the rules of seal/frame.py, each broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.limits import PIECE_PLAIN, PIECE_SEALED_MOST
from leeward.base.sizes import CLASSES
from leeward.seal.envelope import seal
from leeward.seal.errors import FrameMalformed, WrongKind
from leeward.seal.frame import make_frame, read_frame
from leeward.seal.keys import Identity
from leeward.seal.kinds import Kind
from leeward.seal.padding import padded_length

KINDS = st.sampled_from(Kind)


@given(KINDS, st.binary(max_size=9000))
def test_a_body_comes_back(kind: Kind, body: bytes) -> None:
    frame = make_frame(kind, body)
    assert read_frame(kind, frame) == body
    assert len(frame) == padded_length(kind, len(frame))


@given(st.binary(max_size=5000), KINDS)
def test_anything_else_is_refused_as_a_frame(data: bytes, kind: Kind) -> None:
    with pytest.raises(FrameMalformed):
        read_frame(kind, data)


def refuse(frame: bytes, error: type[FrameMalformed] = FrameMalformed) -> None:
    with pytest.raises(error):
        read_frame(Kind.REPORT, frame)


def padded(head: bytes, body: bytes = b"") -> bytes:
    used = len(head) + len(body)
    return head + body + bytes(padded_length(Kind.REPORT, used) - used)


def test_the_helper_of_these_tests_makes_good_frames() -> None:
    assert read_frame(Kind.REPORT, padded(b"leeward-report-1 2\n", b"hi")) == b"hi"


@pytest.mark.parametrize(
    "head",
    [
        b"leeward-report-1 02\n",
        b"leeward-report-1 +2\n",
        b"leeward-report-1 -2\n",
        b"leeward-report-1  2\n",
        b"leeward-report-1 2\r\n",
        b"leeward-report-1 2 \n",
        b"leeward-report-01 2\n",
        b"leeward-report-1 2_0\n",
        b"leeward-report-1 0x2\n",
        b"leeward-report-1 2",
        b"leeward-report-1 \n",
        b" leeward-report-1 2\n",
        b"Leeward-report-1 2\n",
        "leeward-report-1 ２\n".encode(),
        b"leeward-report-1 " + b"9" * 5000 + b"\n",
        b"",
    ],
)
def test_1_a_header_in_another_form_is_refused(head: bytes) -> None:
    refuse(padded(head, b"hi"))


@pytest.mark.parametrize("head", [b"leeward-reply-1 2\n", b"leeward-report-2 2\n", b"leeward-novel-1 2\n"])
def test_2_another_kind_or_version_is_refused(head: bytes) -> None:
    refuse(padded(head, b"hi"), WrongKind)


def test_2_every_kind_is_refused_as_every_other() -> None:
    for made in Kind:
        for expected in Kind:
            if made is not expected:
                with pytest.raises(WrongKind):
                    read_frame(expected, make_frame(made, b"x"))


@pytest.mark.parametrize("size", [-256, -1, 1, 256, 4096])
def test_3_another_padded_length_is_refused(size: int) -> None:
    frame = make_frame(Kind.REPORT, b"hi")
    refuse(frame[:size] if size < 0 else frame + bytes(size))


def test_3_a_length_beyond_the_frame_is_refused() -> None:
    refuse(padded(b"leeward-report-1 20000\n", b"hi"))
    refuse(padded(b"leeward-report-1 999999999999999\n", b"hi"))


@pytest.mark.parametrize("place", [-1, -2000, 21])
def test_4_padding_that_is_not_zero_is_refused(place: int) -> None:
    frame = bytearray(make_frame(Kind.REPORT, b"hi"))
    frame[place] = 1
    refuse(bytes(frame))


@given(st.integers(0, 1 << 40), KINDS)
def test_padding_says_little(length: int, kind: Kind) -> None:
    padded_to = padded_length(kind, length)
    assert padded_to >= length
    assert padded_length(kind, padded_to) == padded_to
    assert padded_to in CLASSES or padded_to % CLASSES[-1] == 0


def test_there_are_at_most_forty_sizes() -> None:
    assert len(CLASSES) <= 40
    assert list(CLASSES) == sorted(set(CLASSES))


@given(st.integers(64 * 1024, PIECE_PLAIN))
def test_a_file_costs_at_most_an_eighth_more_with_its_seal(length: int) -> None:
    header = len(b"leeward-piece-1 1044480\n")
    sealed = (
        padded_length(Kind.PIECE, length + header) + 1_800 + 16 * 17
    )  # an age header, and a tag for 64 KiB each
    assert sealed <= length * 1.12


def test_padding_has_the_lengths_of_the_protocol() -> None:
    lengths = {0: 4096, 4096: 4096, 4097: 16384, 65536: 65536, 65537: 70656, 1_048_576: 1_048_576}
    assert {length: padded_length(Kind.PIECE, length) for length in lengths} == lengths
    assert padded_length(Kind.REPORT, 0) == 16384


def test_a_whole_piece_stays_within_what_a_relay_takes() -> None:
    sealed = seal(Kind.PIECE, bytes(PIECE_PLAIN), Identity.from_seed(bytes(32)).recipient())
    assert len(sealed) <= PIECE_SEALED_MOST
