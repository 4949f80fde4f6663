"""Bech32 as age uses it: BIP 173 without its length limit. Pure.

1. One case throughout, chosen by the caller: recipients lower, identities upper.
2. The checksum is 1 (Bech32, not Bech32m).
3. Left-over bits are fewer than five and zero, so that one key has one text.
"""

from __future__ import annotations

import base64

from leeward.seal.errors import KeyMalformed

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK = 6
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # RFC 4648: the same five bits under other letters
_TO_VALUES = bytes.maketrans(_BASE32, bytes(range(32)))
_TO_BASE32 = bytes.maketrans(bytes(range(32)), _BASE32)


def _reduce(top: int) -> int:
    """Return what the five highest bits of a checksum turn into when it moves on by one letter."""
    check = 0
    for place, generator in enumerate(_GENERATOR):
        if top >> place & 1:
            check ^= generator
    return check


_REDUCED = tuple(map(_reduce, range(32)))


def encode(prefix: str, data: bytes) -> str:
    """Return the lower-case text of `data` under a lower-case prefix."""
    values = _to_fives(data)
    check = _polymod([*_spread(prefix), *values, *[0] * _CHECK]) ^ 1
    values += [check >> 5 * (_CHECK - 1 - place) & 31 for place in range(_CHECK)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in values)


def decode(prefix: str, untrusted_text: str, size: int) -> bytes:
    """Return the `size` bytes behind a lower-case text with that prefix, or raise KeyMalformed."""
    head, body = untrusted_text[: len(prefix) + 1], untrusted_text[len(prefix) + 1 :]
    if head != prefix + "1" or len(body) != -(-size * 8 // 5) + _CHECK:  # 1
        raise KeyMalformed("prefix or length")
    try:
        values = [_VALUES[letter] for letter in body]  # 1
    except KeyError:
        raise KeyMalformed("letter") from None
    if _polymod([*_spread(prefix), *values]) != 1:  # 2
        raise KeyMalformed("checksum")
    return _from_fives(values[:-_CHECK], size)


def _spread(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _REDUCED[check >> 25]
    return check


def _to_fives(data: bytes) -> list[int]:
    return list(base64.b32encode(data).rstrip(b"=").translate(_TO_VALUES))


def _from_fives(values: list[int], size: int) -> bytes:
    spare = len(values) * 5 - size * 8
    if values and values[-1] & (1 << spare) - 1:  # 3
        raise KeyMalformed("left-over bits")
    return base64.b32decode(bytes(values).translate(_TO_BASE32) + b"=" * (-len(values) % 8))
