"""The header of an age file: each rule of seal/_hazmat/header.py broken, and reading then writing changes nothing."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.seal._hazmat.header import (
    HEADER_MOST,
    INTRO,
    Stanza,
    find_end,
    from_base64,
    parse_header,
    print_covered,
    print_header,
    to_base64,
)
from leeward.seal.armor import read_armor
from leeward.seal.envelope import decrypt, encrypt, open_stream
from leeward.seal.errors import ArmorMalformed, EnvelopeMalformed
from leeward.seal.keys import Identity, Passphrase

MAC = b"--- " + to_base64(bytes(32)) + b"\n"
ARGS = st.text([chr(code) for code in range(0x21, 0x7F)], min_size=1, max_size=20)
STANZAS = st.builds(Stanza, st.lists(ARGS, min_size=1, max_size=4).map(tuple), st.binary(max_size=200))
ANNA = Identity.from_seed(b"\x31" * 32)


@given(st.lists(STANZAS, min_size=1, max_size=5).map(tuple), st.binary(min_size=32, max_size=32))
def test_a_header_round_trips(stanzas: tuple[Stanza, ...], mac: bytes) -> None:
    printed = print_header(print_covered(stanzas), mac)
    header = parse_header(printed)
    assert header.stanzas == stanzas
    assert (header.mac, header.covered) == (mac, print_covered(stanzas))
    assert find_end(printed + b"\n--- payload may hold anything\n") == len(printed)


@given(st.data())
def test_whatever_is_accepted_prints_back_to_the_same_bytes(data: st.DataObject) -> None:
    raw = bytearray(INTRO + b"-> a b\nAAAA\n-> c\n" + b"A" * 64 + b"\n\n" + MAC)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 2))] = data.draw(
            st.sampled_from([b"", b"\n", b" ", b"A", b"B", b"=", b"-> ", b"\r", b"-", b"\x7f", b"\xc3"])
        )
    try:
        header = parse_header(bytes(raw))
    except EnvelopeMalformed:
        return
    assert print_header(print_covered(header.stanzas), header.mac) == raw


RULES = {
    "1 another version": b"age-encryption.org/v2\n-> a\n\n" + MAC,
    "1 no version": b"-> a\n\n" + MAC,
    "2 CR LF": INTRO + b"-> a\r\n\r\n" + MAC,
    "2 no last LF": INTRO + b"-> a\n\n" + MAC[:-1],
    "2 not ASCII": INTRO + "-> é\n\n".encode() + MAC,
    "3 no argument": INTRO + b"-> \n\n" + MAC,
    "3 an empty argument": INTRO + b"-> a  b\n\n" + MAC,
    "3 a blank at the end": INTRO + b"-> a \n\n" + MAC,
    "3 a control character": INTRO + b"-> a\x01\n\n" + MAC,
    "4 padding": INTRO + b"-> a\nAA==\n" + MAC,
    "4 not canonical": INTRO + b"-> a\nAB\n" + MAC,
    "4 another alphabet": INTRO + b"-> a\n-_-_\n" + MAC,
    "4 a blank inside": INTRO + b"-> a\nAA AA\n" + MAC,
    "4 a line too long": INTRO + b"-> a\n" + b"A" * 68 + b"\n" + MAC,
    "4 no short last line": INTRO + b"-> a\n" + b"A" * 64 + b"\n" + MAC,
    "4 two short lines": INTRO + b"-> a\nAAAA\nAAAA\n" + MAC,
    "4 no body": INTRO + b"-> a\n" + MAC,
    "5 no stanza": INTRO + MAC,
    "5 no MAC": INTRO + b"-> a\n\n",
    "5 a MAC of 31 bytes": INTRO + b"-> a\n\n--- " + to_base64(bytes(31)) + b"\n",
    "5 a MAC of 33 bytes": INTRO + b"-> a\n\n--- " + to_base64(bytes(33)) + b"\n",
    "5 two blanks before the MAC": INTRO + b"-> a\n\n---  " + MAC[4:],
    "5 no blank before the MAC": INTRO + b"-> a\n\n---" + MAC[4:],
    "5 a blank after the MAC": INTRO + b"-> a\n\n" + MAC[:-1] + b" \n",
}


@pytest.mark.parametrize("raw", RULES.values(), ids=RULES.keys())
def test_each_rule_broken(raw: bytes) -> None:
    with pytest.raises(EnvelopeMalformed):
        parse_header(raw)
    with pytest.raises(EnvelopeMalformed):
        decrypt(raw + bytes(16 + 16), [ANNA])
    with pytest.raises(EnvelopeMalformed):
        open_stream(io.BytesIO(raw + bytes(16 + 16)), io.BytesIO(), [ANNA])


def test_5_nothing_follows_the_mac_line_in_a_header() -> None:
    with pytest.raises(EnvelopeMalformed):
        parse_header(INTRO + b"-> a\n\n" + MAC + b"x\n")


def test_a_header_without_end_is_given_up_early() -> None:
    class Endless:
        given = 0

        def readinto(self, buffer: memoryview, /) -> int:
            block = INTRO if not self.given else b"A" * len(buffer)
            buffer[: len(block)] = block
            self.given += len(block)
            return len(block)

    source = Endless()
    with pytest.raises(EnvelopeMalformed):
        open_stream(source, io.BytesIO(), [ANNA])
    assert source.given < HEADER_MOST + 16 * 1024
    with pytest.raises(EnvelopeMalformed):
        find_end(INTRO + b"A" * HEADER_MOST)


def test_what_is_no_age_file_is_given_up_at_its_first_bytes() -> None:
    for raw in (b"PK\x03\x04", b"a\n", b"age-encryption.org/v1 "):
        with pytest.raises(EnvelopeMalformed):
            find_end(raw)
    assert find_end(b"age-enc") is None


@given(st.binary(max_size=60))
def test_base64_round_trips(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize("factor", [b"21", b"64", b"99", b"0", b"04", b"+4", b"4.", b"\xd9\xa4", b"100"])
def test_a_work_factor_that_could_stop_the_machine_or_is_no_number_is_refused(factor: bytes) -> None:
    words = Passphrase("x", 4)
    sealed = encrypt(b"x", words).replace(b" 4\n", b" " + factor + b"\n", 1)
    with pytest.raises(EnvelopeMalformed):
        decrypt(sealed, words)


ARMORED = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n"


def test_armor_gives_the_binary_form() -> None:
    assert read_armor(b" \r\n" + ARMORED.replace(b"\n", b"\r\n")) == b"age"


ARMOR_RULES = {
    "1 something before": b"x" + ARMORED,
    "1 something after": ARMORED + b"x",
    "2 another first line": ARMORED.replace(b"BEGIN AGE", b"BEGIN PGP"),
    "2 another last line": ARMORED.replace(b"END AGE", b"END PGP"),
    "2 no last line": ARMORED[:46],
    "2 nothing": b"",
    "3 an empty line": ARMORED.replace(b"YWdl\n", b"YWdl\n\n"),
    "3 a short line first": ARMORED.replace(b"YWdl\n", b"YWdl\nYWdl\n"),
    "3 a line too long": ARMORED.replace(b"YWdl\n", b"YWdl" * 17 + b"\n"),
    "3 not canonical": ARMORED.replace(b"YWdl\n", b"YWe=\n").replace(b"YWe=", b"YWF="),
    "3 no padding": ARMORED.replace(b"YWdl\n", b"YWc\n"),
    "3 a blank in a line": ARMORED.replace(b"YWdl\n", b"YW dl\n"),
}


@pytest.mark.parametrize("raw", ARMOR_RULES.values(), ids=ARMOR_RULES.keys())
def test_each_rule_of_armor_broken(raw: bytes) -> None:
    with pytest.raises(ArmorMalformed):
        read_armor(raw)
