"""Signatures: both must verify, for one purpose only."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.seal.errors import KeyMalformed, SignatureWrong
from leeward.seal.signing import Purpose, SigningKey, VerifyKey, make_signing_key

ANNA = SigningKey.from_bytes(bytes(range(64)))
BORIS = SigningKey.from_bytes(b"\x09" * 64)
SIGNED = ANNA.sign(Purpose.SEGMENT, b"head")


def test_what_is_signed_verifies() -> None:
    ANNA.verify_key().verify(Purpose.SEGMENT, SIGNED, b"head")
    ANNA.verify_key().verify("segment", SIGNED, b"head")
    assert len(SIGNED) == 64 + 3309


def test_keys_come_back_from_their_bytes() -> None:
    key = make_signing_key(SystemChance())
    again = SigningKey.from_bytes(key.to_bytes())
    assert again == key
    VerifyKey.from_bytes(key.verify_key().to_bytes()).verify("card", again.sign("card", b"x"), b"x")
    assert len(key.verify_key().to_bytes()) == 32 + 1952
    assert VerifyKey.from_bytes(key.verify_key().to_bytes()) == key.verify_key()


@pytest.mark.parametrize("taken", ["classic", "quantum"])
def test_1_one_good_signature_of_two_is_not_enough(taken: str) -> None:
    other = BORIS.sign("segment", b"head")
    mixed = other[:64] + SIGNED[64:] if taken == "quantum" else SIGNED[:64] + other[64:]
    with pytest.raises(SignatureWrong):
        ANNA.verify_key().verify("segment", mixed, b"head")


@given(st.integers(0, 64 + 3309 - 1), st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_1_any_changed_byte_is_refused(place: int, mask: int) -> None:
    changed = bytearray(SIGNED)
    changed[place] ^= mask
    with pytest.raises(SignatureWrong):
        ANNA.verify_key().verify("segment", bytes(changed), b"head")


@pytest.mark.parametrize("signature", [b"", SIGNED[:64], SIGNED[:-1], SIGNED + b"\x00", SIGNED[64:]])
def test_1_another_length_is_refused(signature: bytes) -> None:
    with pytest.raises(SignatureWrong):
        ANNA.verify_key().verify("segment", signature, b"head")


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose != "segment"])
def test_2_a_signature_is_worth_nothing_for_another_purpose(purpose: Purpose) -> None:
    with pytest.raises(SignatureWrong):
        ANNA.verify_key().verify(purpose, SIGNED, b"head")


def test_2_a_message_cannot_reach_into_the_purpose() -> None:
    with pytest.raises(ValueError, match="is not a valid Purpose"):
        ANNA.sign("segment\nhead", b"")


def test_another_message_or_key_is_refused() -> None:
    with pytest.raises(SignatureWrong):
        ANNA.verify_key().verify("segment", SIGNED, b"heads")
    with pytest.raises(SignatureWrong):
        BORIS.verify_key().verify("segment", SIGNED, b"head")


def test_a_fingerprint_is_the_first_half_of_the_hash_of_both_keys() -> None:
    digest = hashlib.sha256(ANNA.verify_key().to_bytes()).digest()
    fingerprint = ANNA.verify_key().fingerprint()
    number = 0
    for letter in fingerprint:
        number = number << 5 | "abcdefghijklmnopqrstuvwxyz234567".index(letter)
    assert (number >> 2).to_bytes(16) == digest[:16]
    assert len(fingerprint) == 26


@given(st.binary(max_size=2100))
@settings(max_examples=50)
def test_bytes_of_another_length_are_no_key(raw: bytes) -> None:
    if len(raw) != 1984:
        with pytest.raises(KeyMalformed):
            VerifyKey.from_bytes(raw)
    if len(raw) != 64:
        with pytest.raises(KeyMalformed):
            SigningKey.from_bytes(raw)
