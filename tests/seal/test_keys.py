"""Keys as texts, and secrets that are never shown."""

from __future__ import annotations

import copy
import io
import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.seal._hazmat import bech32
from leeward.seal.errors import KeyMalformed
from leeward.seal.keys import ClassicIdentity, Identity, Passphrase, Recipient, make_identity
from leeward.seal.secret import Secret
from leeward.seal.signing import SigningKey, make_signing_key

ANNA = Identity.from_seed(bytes(range(32)))


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=50)
def test_an_identity_is_its_text(seed: bytes) -> None:
    text = Identity.from_seed(seed).string()
    assert Identity.from_string(text) == Identity.from_seed(seed)
    assert (len(text), text[:19]) == (77, "AGE-SECRET-KEY-PQ-1")


def test_a_recipient_is_its_text() -> None:
    text = ANNA.recipient().string()
    assert (len(text), text[:7]) == (1959, "age1pq1")
    assert Recipient.from_string(text) == ANNA.recipient()
    assert hash(Recipient.from_string(text)) == hash(ANNA.recipient())


@given(st.binary(max_size=80), st.sampled_from(["age", "age1pq", "x"]))
def test_bech32_round_trips(data: bytes, prefix: str) -> None:
    assert bech32.decode(prefix, bech32.encode(prefix, data), len(data)) == data


def test_bech32_is_that_of_bip_173() -> None:
    known = "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"
    data = bech32.decode("abcdef", known, 20)
    assert data.hex() == "00443214c74254b635cf84653a56d7c675be77df"
    assert bech32.encode("abcdef", data) == known


@given(st.integers(0, 76), st.integers(1, 127))
def test_any_changed_character_of_an_identity_is_refused(place: int, to: int) -> None:
    text = ANNA.string()
    changed = text[:place] + chr(to) + text[place + 1 :]
    if changed != text:
        with pytest.raises(KeyMalformed):
            Identity.from_string(changed)


@given(st.integers(0, 1958), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l1bioAQ é"))
@settings(max_examples=50, deadline=None)
def test_any_changed_character_of_a_recipient_is_refused(place: int, to: str) -> None:
    text = ANNA.recipient().string()
    changed = text[:place] + to + text[place + 1 :]
    if changed != text:
        with pytest.raises(KeyMalformed):
            Recipient.from_string(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1pq1",
        ANNA.string().lower(),
        ANNA.string()[:-1],
        ANNA.string() + "Q",
        " " + ANNA.string(),
        ANNA.string() + "\n",
        ANNA.string().replace("PQ-", ""),
        bech32.encode("age-secret-key-pq-", bytes(31)).upper(),
        bech32.encode("age-secret-key-pq-", bytes(33)).upper(),
        bech32.encode("age-secret-key-", bytes(32)).upper(),
        "ſ" + ANNA.string()[1:],
    ],
)
def test_other_texts_are_no_identity(text: str) -> None:
    with pytest.raises(KeyMalformed):
        Identity.from_string(text)


@pytest.mark.parametrize(
    "text", ["", "age1pq1", ANNA.recipient().string().upper(), ANNA.recipient().string() + " ", ANNA.string()]
)
def test_other_texts_are_no_recipient(text: str) -> None:
    with pytest.raises(KeyMalformed):
        Recipient.from_string(text)


def test_left_over_bits_are_refused() -> None:
    values = [0] * 51 + [1]  # 52 letters hold 260 bits, of which a 32-byte key leaves four over
    check = bech32._polymod([*bech32._spread("age-secret-key-pq-"), *values, *[0] * 6]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    text = "age-secret-key-pq-1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[value] for value in values)
    with pytest.raises(KeyMalformed):
        Identity.from_string(text.upper())


def test_a_recipient_whose_bytes_are_no_key_is_refused() -> None:
    with pytest.raises(KeyMalformed):
        Recipient.from_string(bech32.encode("age1pq", b"\xff" * 1216))


def test_seeds_of_another_length_are_refused() -> None:
    for size in (0, 31, 33):
        with pytest.raises(KeyMalformed):
            Identity.from_seed(bytes(size))


def test_an_empty_passphrase_or_one_that_is_not_text_is_refused() -> None:
    for text in ("", "\udc80"):
        with pytest.raises(KeyMalformed):
            Passphrase(text)


@pytest.mark.parametrize("factor", [0, -1, 21, 64])
def test_a_work_factor_out_of_range_is_our_own_mistake(factor: int) -> None:
    with pytest.raises(ValueError, match="work factor"):
        Passphrase("x", factor)


def secrets() -> list[Secret]:
    chance = SystemChance()
    classic = ClassicIdentity.from_string(bech32.encode("age-secret-key-", b"\x42" * 32).upper())
    return [make_identity(chance), make_signing_key(chance), Passphrase("тихий вечер"), classic]


@pytest.mark.parametrize("secret", secrets(), ids=lambda secret: type(secret).__name__)
def test_a_secret_is_blank_and_stays_here(secret: Secret) -> None:
    assert repr(secret) == str(secret) == f"{secret}" == f"{type(secret).__name__}(…)"
    assert repr([secret]) == f"[{type(secret).__name__}(…)]"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError):
            pickle.dump(secret, io.BytesIO(), protocol)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    assert not hasattr(secret, "__dict__")


def test_secrets_are_equal_only_to_the_same_kind_and_bytes() -> None:
    assert Identity.from_seed(bytes(32)) == Identity.from_seed(bytes(32))
    assert Identity.from_seed(bytes(32)) != Identity.from_seed(b"\x01" * 32)
    assert Passphrase("a" * 64) != SigningKey.from_bytes(b"a" * 64)
    assert len({Identity.from_seed(bytes(32)), Identity.from_seed(bytes(32))}) == 1
