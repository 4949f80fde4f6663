"""What is sealed opens, and nothing else does: one test for each rule of seal/envelope.py."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.seal import errors
from leeward.seal.envelope import decrypt, encrypt, open_sealed, open_stream, seal, seal_stream
from leeward.seal.keys import Identity, Passphrase, Recipient, make_identity
from leeward.seal.kinds import Kind

ANNA = Identity.from_seed(bytes(range(32)))
BORIS = Identity.from_seed(b"\x07" * 32)
WORDS = Passphrase("три белых коня", 4)
SEALED = seal(Kind.REPORT, "они ждут у дома".encode(), ANNA.recipient())


def test_what_is_sealed_to_a_key_opens_with_it() -> None:
    assert open_sealed(Kind.REPORT, SEALED, [BORIS, ANNA]).decode() == "они ждут у дома"


def test_what_is_sealed_to_a_passphrase_opens_with_it() -> None:
    assert open_sealed(Kind.SLOT, seal(Kind.SLOT, b"k" * 32, WORDS), WORDS) == b"k" * 32


def test_a_new_identity_opens_what_is_sealed_to_its_recipients_text() -> None:
    identity = make_identity(SystemChance())
    recipient = Recipient.from_string(identity.recipient().string())
    assert open_sealed(Kind.PIECE, seal(Kind.PIECE, b"x", recipient), [identity]) == b"x"


def test_sealing_twice_never_gives_the_same_bytes() -> None:
    assert seal(Kind.REPORT, b"x", ANNA.recipient()) != seal(Kind.REPORT, b"x", ANNA.recipient())


def test_short_contents_have_one_length() -> None:
    assert len({len(seal(Kind.REPLY, b"x" * size, ANNA.recipient())) for size in (0, 1, 100, 4000)}) == 1
    assert {len(seal(Kind.REPORT, b"x" * size, ANNA.recipient())) for size in (0, 4000, 16_000)} == {
        len(SEALED)
    }


@pytest.mark.parametrize("data", [b"", b"age", b"age-encryption.org/v2\n", b"\x00" * 5000, SEALED[:1000]])
def test_1_what_is_not_an_age_file_is_refused(data: bytes) -> None:
    with pytest.raises(errors.EnvelopeMalformed):
        open_sealed(Kind.REPORT, data, [ANNA])


def test_2_a_second_stanza_is_refused_even_when_its_own_mac_is_right(two_stanzas: bytes) -> None:
    assert decrypt(two_stanzas, [ANNA])
    with pytest.raises(errors.EnvelopeMalformed):
        open_sealed(Kind.REPORT, two_stanzas, [ANNA])


def test_2_a_passphrase_does_not_try_what_is_sealed_to_keys_nor_keys_the_other() -> None:
    with pytest.raises(errors.EnvelopeMalformed):
        open_sealed(Kind.REPORT, SEALED, WORDS)
    with pytest.raises(errors.EnvelopeMalformed):
        open_sealed(Kind.SLOT, seal(Kind.SLOT, b"k", WORDS), [ANNA])


def test_3_another_key_does_not_open_it() -> None:
    with pytest.raises(errors.NoKeyFits):
        open_sealed(Kind.REPORT, SEALED, [BORIS])
    with pytest.raises(errors.NoKeyFits):
        open_sealed(Kind.REPORT, SEALED, [])


def test_3_another_passphrase_does_not_open_it() -> None:
    with pytest.raises(errors.WrongPassphrase):
        open_sealed(Kind.SLOT, seal(Kind.SLOT, b"k", WORDS), Passphrase("три белых конь", 4))


def test_4_a_header_with_another_mac_is_refused() -> None:
    place = SEALED.index(b"\n--- ") + 5
    other = b"A" if SEALED[place : place + 1] != b"A" else b"B"
    with pytest.raises(errors.HeaderAltered):
        open_sealed(Kind.REPORT, SEALED[:place] + other + SEALED[place + 1 :], [ANNA])


@pytest.mark.parametrize("cut", [1, 16, 17, 4000])
def test_5_content_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(errors.ContentDamaged):
        open_sealed(Kind.REPORT, SEALED[:-cut], [ANNA])


def test_5_content_with_more_at_its_end_is_refused() -> None:
    with pytest.raises(errors.ContentDamaged):
        open_sealed(Kind.REPORT, SEALED + b"\x00", [ANNA])


def test_6_another_kind_is_refused() -> None:
    with pytest.raises(errors.WrongKind):
        open_sealed(Kind.SEGMENT, SEALED, [ANNA])


def test_6_an_age_file_without_a_frame_is_refused() -> None:
    with pytest.raises(errors.FrameMalformed):
        open_sealed(Kind.REPORT, encrypt(b"{}", ANNA.recipient()), [ANNA])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(place: int, mask: int) -> None:
    changed = bytearray(SEALED)
    changed[place] ^= mask
    with pytest.raises(errors.SealError):
        open_sealed(Kind.REPORT, bytes(changed), [ANNA])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SEALED) - 1))
def test_cut_anywhere_it_is_refused(length: int) -> None:
    with pytest.raises(errors.SealError):
        open_sealed(Kind.REPORT, SEALED[:length], [ANNA])
    with pytest.raises(errors.SealError):
        open_stream(io.BytesIO(SEALED[:length]), io.BytesIO(), [ANNA])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.integers(-1, 1), st.binary(min_size=1, max_size=9))
def test_streams_and_memory_agree_around_every_border(chunks: int, around: int, fill: bytes) -> None:
    size = max(chunks * 65536 + around, 0)
    plain = (fill * (size // len(fill) + 1))[:size]
    sealed, opened = io.BytesIO(), io.BytesIO()
    seal_stream(io.BytesIO(plain), sealed, ANNA.recipient())
    assert decrypt(sealed.getvalue(), [ANNA]) == plain
    open_stream(io.BytesIO(encrypt(plain, ANNA.recipient())), opened, [ANNA])
    assert opened.getvalue() == plain


class Trickle:
    """A source and a sink that move few bytes at a time, as sockets do."""

    def __init__(self, data: bytes = b"", step: int = 997) -> None:
        self.data = data
        self.step = step

    def readinto(self, buffer: memoryview, /) -> int:
        part = self.data[: min(self.step, len(buffer))]
        buffer[: len(part)] = part
        self.data = self.data[len(part) :]
        return len(part)

    def write(self, data: memoryview, /) -> int:
        self.data += bytes(data[: self.step])
        return min(len(data), self.step)


def test_slow_sources_and_sinks_lose_nothing() -> None:
    plain = bytes(range(251)) * 1000
    sealed, opened = Trickle(), Trickle()
    seal_stream(Trickle(plain), sealed, ANNA.recipient())
    open_stream(Trickle(sealed.data), opened, [ANNA])
    assert opened.data == plain


def test_a_sink_that_takes_nothing_is_our_own_mistake() -> None:
    class Full:
        def write(self, _data: memoryview, /) -> int:
            return 0

    with pytest.raises(RuntimeError):
        seal_stream(io.BytesIO(b"x"), Full(), ANNA.recipient())
