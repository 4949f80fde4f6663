"""The envelope that any channel may carry: whole or refused, whatever a mail program did to its lines."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.wire.envelope import (
    BEGIN,
    END,
    EnvelopeDamaged,
    parse_envelope,
    print_envelope,
    print_envelope_text,
)
from leeward.wire.turn import Look, Make, Post, Put, Turn, print_turn

PIECES = print_turn(Turn(puts=(Put(b"b" * 32, b"e" * 32, b"a piece"),)))
REPORT = print_turn(
    Turn(
        makes=(Make(b"m" * 16, b"r" * 32, b"w" * 32),), post=Post(b"x" * 16, b"t" * 32, b"i" * 16, b"sealed")
    )
)
ENVELOPE = print_envelope([PIECES, REPORT])


def test_the_turns_come_out_as_they_went_in() -> None:
    turns = parse_envelope(ENVELOPE)
    assert [body for body, _ in turns] == [PIECES, REPORT]
    assert turns[1][1].post == Post(b"x" * 16, b"t" * 32, b"i" * 16, b"sealed")


def test_as_text_it_survives_quoting_wrapping_and_a_letter_around_it() -> None:
    text = print_envelope_text(ENVELOPE)
    quoted = "Dear friends,\r\n> " + text.replace("\n", "\r\n> ") + "\r\nforwarded by somebody"
    narrow = BEGIN + "\n" + "\n".join(list(text.replace(BEGIN, "").replace(END, "").replace("\n", ""))) + END
    unseen = text.replace("\n", "\u00a0\u200b\n")
    for form in (text, quoted, narrow, unseen, "\ufeff" + text):
        assert [body for body, _ in parse_envelope(form.encode())] == [PIECES, REPORT]


@pytest.mark.parametrize(
    "envelope",
    [
        b"",
        b"leeward-envelope-1\n",
        print_envelope([PIECES]),  # appends nothing
        print_envelope([REPORT, PIECES]),  # appends before the end
        print_envelope([REPORT, REPORT]),
        print_envelope([print_turn(Turn(looks=(Look(b"m" * 16, b"r" * 32),))), REPORT]),
        ENVELOPE[:-1],
        ENVELOPE + b"\0",
        ENVELOPE.replace(b"envelope-1", b"envelope-2"),
        print_envelope([b"no turn"]),
        print_envelope_text(ENVELOPE).replace(END, "").encode(),
        print_envelope_text(ENVELOPE).replace("A", "*", 1).encode(),
    ],
)
def test_what_is_no_whole_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(EnvelopeDamaged):
        parse_envelope(envelope)


@given(st.binary(max_size=400))
def test_no_bytes_get_another_answer_than_a_refusal(noise: bytes) -> None:
    for hostile in (noise, b"leeward-envelope-1\n" + noise, BEGIN.encode() + noise + END.encode()):
        with pytest.raises(EnvelopeDamaged):
            parse_envelope(hostile)


@given(st.integers(0, len(ENVELOPE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_what_is_read(place: int, change: int) -> None:
    torn = bytearray(ENVELOPE)
    torn[place] ^= change
    try:
        bodies = [body for body, _ in parse_envelope(bytes(torn))]
    except EnvelopeDamaged:
        return
    assert bodies != [PIECES, REPORT]


def test_a_text_that_begins_a_hundred_thousand_times_costs_no_more_than_its_length() -> None:
    start = time.process_time()
    for text in (
        BEGIN.encode() * 100_000,
        b"-----" + b" " * 2_000_000,
        (BEGIN + "-----  ").encode() * 60_000,
    ):
        with pytest.raises(EnvelopeDamaged):
            parse_envelope(text)
    assert time.process_time() - start < 5
