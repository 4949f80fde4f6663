"""A security key that lies, stutters or speaks nonsense ends in an error of ours, and leaves the vault as it was."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.authenticator import Authenticator
from tests.support.touching import TRUE, Person, enroll, make, opens

from leeward.base.errors import LeewardError
from leeward.ledger.store.slots import SLOTS
from leeward.office import security_key
from leeward.office.security_key import SecurityKeyTrouble
from leeward.seal.second_half import Credential

SALT = b"s" * 32


def known_to(person: Person) -> list[Credential]:
    """Have a key make a credential, as enrolling does."""
    made = security_key._make(person, [], SALT, person.devices)
    return [Credential(made.id, pin=made.pin, sealed=b"")]


@pytest.mark.parametrize("command", [1, 2, 4, 6])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _answer: b"",
        lambda _answer: b"\0",
        lambda answer: answer[:-1],
        lambda answer: answer + b"\0",
        lambda _answer: b"\0\xff",
        lambda _answer: b"\0" + b"\x81" * 2000,
        lambda _answer: b"\0\xa1\x01\xa1\x01\x02",
        lambda _answer: b"\x7f",
        lambda _answer: b"\xdd",
    ],
)
def test_enrolling_with_nonsense_is_refused(
    tmp_path: Path, command: int, spoil: Callable[[bytes], bytes]
) -> None:
    folder, key = make(tmp_path / "vault"), Authenticator()
    before = {file.name: file.read_bytes() for file in (folder / SLOTS).iterdir()}
    key.spoil = lambda seen, answer: spoil(answer) if seen == command else answer
    with pytest.raises(SecurityKeyTrouble):
        enroll(folder, "blue", Person(key))
    assert key.closed
    assert {file.name for file in (folder / SLOTS).iterdir()} == set(before)
    assert opens(folder, TRUE, None) == "true"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([2, 4, 6]), st.integers(0, 400), st.integers(1, 255), st.sampled_from(["", "271828"]))
def test_a_changed_byte_of_any_answer_ends_in_our_error_or_in_32_bytes(
    command: int, at: int, by: int, pin: str
) -> None:
    key = Authenticator(pin=pin)
    person = Person(key, pin="271828")
    security_keys = known_to(person)

    def spoil(seen: int, answer: bytes) -> bytes:
        if seen != command or not answer:
            return answer
        changed = bytearray(answer)
        changed[at % len(changed)] ^= by
        return bytes(changed)

    key.spoil = spoil
    try:
        answer = security_key.answer_of(person, security_keys, SALT, devices=person.devices)
    except LeewardError:
        return
    assert len(answer) == 32


def test_an_altered_answer_does_not_open(tmp_path: Path) -> None:
    folder, key = make(tmp_path / "vault"), Authenticator(protocols=(1,))
    enroll(folder, "blue", Person(key))

    def spoil(command: int, answer: bytes) -> bytes:
        sealed = b"hmac-secret\x58\x20"
        if command != 2 or sealed not in answer:
            return answer
        at = answer.index(sealed) + len(sealed)
        return answer[:at] + secrets.token_bytes(32) + answer[at + 32 :]

    key.spoil = spoil
    with pytest.raises(LeewardError, match="does not fit this vault"):
        opens(folder, TRUE, Person(key))


def test_the_same_key_answers_the_same_and_another_does_not() -> None:
    for protocols in ((1,), (2,)):
        key, other = Authenticator(protocols=protocols), Authenticator(protocols=protocols)
        person = Person(other, key)
        answers = {
            security_key.answer_of(person, known, salt, devices=person.devices)
            for known in (known_to(Person(key)), known_to(Person(other)))
            for salt in (SALT, SALT, b"t" * 32)
        }
        assert len(answers) == 4
