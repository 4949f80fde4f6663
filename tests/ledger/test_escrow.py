"""What lies in a recovery key's box: each rule of ledger/escrow.py, broken."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.ledger.escrow import (
    PART,
    VERSION,
    Anchor,
    EscrowError,
    Part,
    Share,
    Signed,
    ask_key,
    ask_message,
    first_hash,
    print_anchor,
    print_part,
    print_share,
    read_item,
    read_part,
)
from leeward.seal.errors import SignatureWrong
from leeward.seal.shares import make_recovery_key
from leeward.seal.signing import Purpose, make_signing_key

KEY = make_recovery_key(SystemChance())
GIVER = make_signing_key(SystemChance())
SHARE = Share(
    VERSION,
    GIVER.verify_key().fingerprint(),
    "member",
    1,
    PART,
    "bundle",
    2,
    "ask",
    "some words",
    b"sealed",
)
ANCHOR = Anchor(VERSION, "member", "team", b"first", (b"key",), 1)


def test_a_share_is_read_as_it_was_printed_and_is_of_its_giver() -> None:
    found = read_item(print_share(SHARE, GIVER), KEY)
    assert isinstance(found, Signed)
    assert found.share == SHARE
    assert found.verify(GIVER.verify_key())
    assert not found.verify(make_signing_key(SystemChance()).verify_key())


def test_in_another_devices_name_it_does_not_verify() -> None:
    forged = read_item(print_share(SHARE, make_signing_key(SystemChance())), KEY)
    assert isinstance(forged, Signed)
    assert not forged.verify(GIVER.verify_key())


def test_an_anchor_is_made_by_nobody_without_the_key() -> None:
    assert read_item(print_anchor(ANCHOR, KEY), KEY) == ANCHOR
    with pytest.raises(EscrowError, match="not written by whoever"):
        read_item(print_anchor(ANCHOR, make_recovery_key(SystemChance())), KEY)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(untrusted: bytes) -> None:
    with pytest.raises(EscrowError):
        read_item(untrusted, KEY)
    with pytest.raises(EscrowError):
        read_part(untrusted)


@pytest.mark.parametrize("word", ["share", "anchor"])
def test_a_changed_byte_is_refused_or_no_longer_of_its_giver(word: str) -> None:
    sound = print_share(SHARE, GIVER) if word == "share" else print_anchor(ANCHOR, KEY)
    for at in range(0, len(sound), 7):
        changed = sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :]
        try:
            found = read_item(changed, KEY)
        except EscrowError:
            continue
        assert isinstance(found, Signed)
        assert not found.verify(GIVER.verify_key())


def test_another_version_or_a_second_way_of_writing_is_refused() -> None:
    with pytest.raises(EscrowError):
        read_item(print_share(msgspec.structs.replace(SHARE, version=2), GIVER), KEY)
    with pytest.raises(EscrowError):
        read_item(print_share(SHARE, GIVER) + b"\0", KEY)


def test_parts_are_whole_from_the_first_epoch() -> None:
    part = Part("c", "case", "b", "r", "w", 1, ((1, "x"), (4294967297, "y")))
    assert read_part(print_part(part)) == part
    assert first_hash(part) != first_hash(msgspec.structs.replace(part, epochs=((1, "z"),)))
    for epochs in ((), ((2, "x"),), ((1, "x"), (1, "y")), ((5, "x"), (1, "y"))):
        with pytest.raises(EscrowError):
            read_part(print_part(msgspec.structs.replace(part, epochs=epochs)))


def test_only_a_holder_of_the_part_can_ask_and_only_for_itself() -> None:
    key = ask_key("AGE-SECRET", "bundle")
    assert key.verify_key() == ask_key("AGE-SECRET", "bundle").verify_key()
    assert key.verify_key() != ask_key("AGE-SECRET", "other").verify_key()
    assert key.verify_key() != ask_key("AGE-OTHER", "bundle").verify_key()
    signature = key.sign(Purpose.ESCROW, ask_message("me", "r", "bundle"))
    with pytest.raises(SignatureWrong):
        key.verify_key().verify(Purpose.ESCROW, signature, ask_message("her", "r", "bundle"))
