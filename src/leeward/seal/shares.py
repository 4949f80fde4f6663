"""Keys for coming back from nothing: words on paper, and secrets that only some people together can open.

A recovery key is 16 drawn bytes of one member. As words it is one SLIP-39 share of 20 words, or two of three sheets
of 20 words each. Any secret is split into SLIP-39 shares (one group, k of n, no passphrase, exponent 0), one for each
member, none of which says anything about it alone. Formats: docs/protocol.md 8.

1. Fewer than k shares say nothing; k or more give the secret, whichever they are.
2. Shares of different secrets, the same share twice, and a share with a wrong word are refused, never combined:
   each share carries a checksum of 30 bits, and the secret a digest.
3. Everything a key does is derived from its 16 bytes, so that words alone find their box on a relay.
4. What is typed is forgiven case, numbers, punctuation and endings: the first four letters of a word are enough.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shamir_mnemonic import EncryptedMasterSecret, Share, generate_mnemonics, split_ems  # type: ignore[import-untyped]
from shamir_mnemonic.shamir import ShareGroup, recover_ems  # type: ignore[import-untyped]
from shamir_mnemonic.utils import MnemonicError  # type: ignore[import-untyped]
from shamir_mnemonic.wordlist import WORDLIST  # type: ignore[import-untyped]

from leeward.base.ports import Chance
from leeward.base.say import say, say_count
from leeward.seal._hazmat.kdf import hkdf
from leeward.seal.errors import SharesRefused
from leeward.seal.keys import Identity
from leeward.seal.secret import Secret

KEY_BYTES = 16
HOLDERS_MOST = 16  # of one secret
WORDS_LEAST = 20
SHEETS, SHEETS_NEEDED = 3, 2
_WORDS_MOST = 64
_EXPONENT_MOST = 1
_SALT = b"leeward-recovery-1"
_PREFIX = 4  # letters that tell every word of the list from every other
_BY_PREFIX = {word[:_PREFIX]: word for word in WORDLIST}
_BETWEEN = re.compile(r"[\W\d_]+")


class RecoveryKey(Secret):
    """One member's key for coming back. Whoever has it reads what is put into its box: shares, never secrets."""

    __slots__ = ()

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise ValueError("a recovery key has 16 bytes")
        super().__init__(seed)

    def to_bytes(self) -> bytes:
        """Return the 16 bytes, to be kept sealed."""
        return self._raw

    def identity(self) -> Identity:
        """Return what opens the things in this key's box (3)."""
        return Identity.from_seed(self._derive(b"identity", 32))

    def box(self) -> str:
        """Return the box's address on the relay."""
        return self._derive(b"box", 16).hex()

    def read(self) -> str:
        """Return the box's read token."""
        return self._derive(b"read", 32).hex()

    def write(self) -> str:
        """Return the box's write token, which colleagues are told."""
        return self._derive(b"write", 32).hex()

    def prove(self, message: bytes) -> bytes:
        """Return what only whoever has this key can make of a message: 32 bytes."""
        return hmac.digest(self._derive(b"anchor", 32), message, "sha256")

    def check(self, untrusted_proof: bytes, message: bytes) -> bool:
        """Tell whether a proof was made with this key."""
        return hmac.compare_digest(self.prove(message), untrusted_proof)

    def words(self) -> str:
        """Return the key as 20 words, always the same."""
        number = int.from_bytes(self._derive(b"number", 2)) >> 1
        whole = EncryptedMasterSecret.from_master_secret(self._raw, b"", number, True, 0)
        return str(split_ems(1, [(1, 1)], whole)[0][0].mnemonic())

    def sheets(self) -> list[str]:
        """Return the key as three times 20 words, any two of which give it; others at each call."""
        return [str(words) for words in generate_mnemonics(1, [(SHEETS_NEEDED, SHEETS)], self._raw, b"")[0]]

    def _derive(self, info: bytes, size: int) -> bytes:
        return hkdf(self._raw, salt=_SALT, info=info, size=size)


def make_recovery_key(chance: Chance) -> RecoveryKey:
    """Draw a new key."""
    return RecoveryKey(chance.draw(KEY_BYTES))


def split(secret: bytes, needed: int, of: int) -> list[str]:
    """Return `of` shares of a secret of 32 bytes, any `needed` of which give it back (1).

    The library draws its chance from the system. ValueError unless 2 <= needed <= of <= 16, or both are 1.
    """
    if not (needed == of == 1 or 2 <= needed <= of <= HOLDERS_MOST):
        raise ValueError("these numbers of people cannot share a secret")
    return [str(words) for words in generate_mnemonics(1, [(needed, of)], secret, b"", True, 0)[0]]


def combine(shares: Iterable[str]) -> bytes:
    """Return the secret of enough shares. SharesRefused (2)."""
    groups = _groups(_read_share(words) for words in shares)
    if len(groups) != 1:
        raise SharesRefused(say("These words do not belong together."))
    return _whole(next(iter(groups.values())))


def read_keys(texts: Iterable[str]) -> list[RecoveryKey]:
    """Return the keys of several persons, typed one share a text: whole ones, and ones of two sheets.

    SharesRefused says what is wrong with which: a word, a sheet that lacks its second, sheets of different kits.
    """
    keys: dict[RecoveryKey, None] = {}
    for group in _groups(_read_share(text) for text in texts).values():
        secret = _whole(group)
        if len(secret) != KEY_BYTES:
            raise SharesRefused(say("These words are no recovery key."))
        keys[RecoveryKey(secret)] = None
    return list(keys)


def clean_words(untrusted_text: str) -> str:
    """Return the words of a text in the list's spelling (4). SharesRefused names the first that is none."""
    folded = unicodedata.normalize("NFKC", untrusted_text[:4000]).lower()
    typed = [word for word in _BETWEEN.split(folded) if word]
    if not WORDS_LEAST <= len(typed) <= _WORDS_MOST:
        raise SharesRefused(
            say_count(
                "A sheet has twenty words, and {n} word is here.",
                "A sheet has twenty words, and {n} words are here.",
                len(typed),
            )
        )
    return " ".join(_known(place, word) for place, word in enumerate(typed, start=1))


def _known(place: int, word: str) -> str:
    found = str(_BY_PREFIX.get(word[:_PREFIX], ""))
    if not found or not (found.startswith(word) or word.startswith(found)):
        raise SharesRefused(
            say("Word {place}, “{word}”, is not one of our words.", place=place, word=word[:30])
        )
    return found


def _read_share(text: str) -> Share:
    try:
        return Share.from_mnemonic(clean_words(text))
    except (MnemonicError, ValueError) as error:
        raise SharesRefused(
            say("The words are ours, but one of them is another than on the paper, or two changed places.")
        ) from error


def _groups(shares: Iterable[Share]) -> Mapping[tuple[Any, ...], list[Share]]:
    found: dict[tuple[Any, ...], list[Share]] = {}
    for share in shares:
        if share.group_threshold != 1 or share.group_count != 1:
            raise SharesRefused(say("These words are no recovery key."))
        if share.iteration_exponent > _EXPONENT_MOST:  # a stranger's share could ask for hours of work
            raise SharesRefused(say("These words are no recovery key."))
        found.setdefault(tuple(share.group_parameters()), []).append(share)
    return found


def _whole(shares: Sequence[Share]) -> bytes:
    """Return the secret of the shares of one set."""
    by_place = {share.index: share for share in shares}
    needed = shares[0].member_threshold
    if any(by_place[share.index].value != share.value for share in shares):
        raise SharesRefused(
            say("Two of these have the same number and different words: one of them is of another kit.")
        )
    if len(by_place) < needed:
        raise SharesRefused(
            say("These are {have} of a kit that needs {needed}.", have=len(by_place), needed=needed)
        )
    group = ShareGroup()
    try:
        for place in sorted(by_place)[:needed]:
            group.add(by_place[place])
        return bytes(recover_ems({0: group}).decrypt(b""))
    except (MnemonicError, ValueError) as error:
        raise SharesRefused(say("These words do not belong together.")) from error
