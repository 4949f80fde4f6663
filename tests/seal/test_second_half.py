"""The half in the hands of security keys: each opens it, nobody else does, and no bytes break its reading."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.seal.envelope import decrypt, encrypt
from leeward.seal.errors import EnvelopeMalformed, NoKeyFits, SealError
from leeward.seal.keys import Identity, Passphrase
from leeward.seal.second_half import (
    FILE_MOST,
    Inside,
    Key,
    identity_of,
    is_newest,
    is_wrapped,
    open_file,
    parse_file,
    print_file,
    unwrap,
    wrap,
)

SALT, BLUE, DRAWER = b"s" * 32, b"b" * 32, b"d" * 32


def key(name: str, answer: bytes) -> Key:
    return Key(name.encode(), False, name, identity_of(answer, SALT).recipient().string(), 1)


INSIDE = Inside([b"h" * 32, b"o" * 32], [key("blue", BLUE), key("drawer", DRAWER)])
TEXT = print_file(INSIDE, SALT)


def test_each_key_opens_the_same_and_no_other_answer_or_salt_does() -> None:
    file = parse_file(TEXT)
    assert open_file(file, BLUE) == open_file(file, DRAWER) == INSIDE
    with pytest.raises(NoKeyFits):
        open_file(file, b"x" * 32)
    with pytest.raises(NoKeyFits):
        open_file(msgspec.structs.replace(file, salt=b"t" * 32), BLUE)
    with pytest.raises(ValueError, match="32"):
        open_file(file, b"short")


def test_nothing_readable_tells_a_name_or_to_whom_it_is_sealed() -> None:
    short = print_file(Inside([b"h" * 32], [key("b", BLUE), key("d", DRAWER)]), SALT)
    long = print_file(Inside([b"h" * 32], [key("b" * 60, BLUE), key("d" * 60, DRAWER)]), SALT)
    sizes = [[len(one.sealed) for one in parse_file(text).keys] for text in (short, long)]
    assert sizes[0] == sizes[1]
    assert b"drawer" not in TEXT
    assert b"age1pq" not in TEXT


def test_either_half_opens_what_it_wrapped_and_the_newest_is_told() -> None:
    slot = encrypt(b"the key", Passphrase("words", 2))
    new, old = INSIDE.identities()
    assert not is_wrapped(slot)
    assert not is_newest(slot, INSIDE)
    for half in (new, old):
        wrapped = wrap(slot, half)
        assert is_wrapped(wrapped)
        assert unwrap(wrapped, INSIDE.identities()) == slot
        assert is_newest(wrapped, INSIDE) == (half is new)
        assert decrypt(wrapped, [half]) == slot, "as the stock tool would, with the half in a file"
    with pytest.raises(NoKeyFits):
        unwrap(wrap(slot, Identity(b"?" * 32)), INSIDE.identities())


def test_what_somebody_sealed_to_a_key_in_another_form_is_refused() -> None:
    file = parse_file(TEXT)
    to = identity_of(BLUE, SALT).recipient()
    for text in (b"", b"null", b'{"halves":[],"keys":[]}', b"[" * 5000, msgspec.json.encode(INSIDE)[:-1]):
        planted = msgspec.structs.replace(file.keys[0], sealed=encrypt(text, to))
        with pytest.raises(EnvelopeMalformed):
            open_file(msgspec.structs.replace(file, keys=[planted]), BLUE)


def test_too_large_a_file_is_not_read() -> None:
    with pytest.raises(EnvelopeMalformed):
        parse_file(TEXT + b" " * FILE_MOST)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(untrusted: bytes) -> None:
    with pytest.raises(EnvelopeMalformed):
        parse_file(untrusted)


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 255))
def test_a_changed_byte_opens_to_the_same_or_to_nothing(at: int, by: int) -> None:
    changed = bytearray(TEXT)
    changed[at] ^= by
    with contextlib.suppress(SealError):
        assert open_file(parse_file(bytes(changed)), BLUE) == INSIDE
