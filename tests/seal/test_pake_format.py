"""The wire format of joining, computed once more from the text of the protocol alone (docs/protocol.md 6.2)."""

from __future__ import annotations

import hashlib
import hmac

from spake2 import SPAKE2_A  # type: ignore[import-untyped]

from leeward.seal.pake import Inviter, JoinCode, Joiner, Meeting, Step
from leeward.seal.wordlists import words_of

NUMBER, INDICES = "482913", (17, 4711, 7775)
SALT = b"leeward-join-1"


class Fixed:
    """Draws what the test knows."""

    def __init__(self, step: int) -> None:
        self.step = step

    def draw(self, count: int) -> bytes:
        return bytes(self.step * (at + 1) % 256 for at in range(count))


def hkdf(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    key, block, out = hmac.digest(salt, secret, "sha256"), b"", b""
    while len(out) < size:
        block = hmac.digest(key, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:size]


def state(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


def test_the_meeting_place_is_where_the_protocol_says() -> None:
    meeting = Meeting(NUMBER)
    assert meeting.box == hkdf(b"482913", SALT, b"box", 16).hex() == "29e55716e76008c22bed92709a047c9d"
    assert meeting.write == hkdf(b"482913", SALT, b"write", 32).hex()
    assert meeting.items[Step.THANKS] == hkdf(b"482913", SALT, b"item 7", 16).hex()


def test_key_confirmation_and_words_are_those_of_the_protocol() -> None:
    code = JoinCode(int(NUMBER), INDICES)
    inviter, joiner = Inviter(code, Fixed(1), b"offer"), Joiner(code, Fixed(3))
    hello = inviter.hello()
    answer = joiner.answer(hello)
    joiner.take_offer(inviter.take_answer(answer))
    _, number = inviter.take_card(joiner.card(b"card"))
    joiner.take_number(number)

    password = b"".join(index.to_bytes(2, "big") for index in INDICES)
    ids = {"idA": SALT + b" 482913 inviter", "idB": SALT + b" 482913 joiner"}
    side = SPAKE2_A(password, **ids, entropy_f=Fixed(1).draw)
    assert hello == b"leeward-join-1 1\n" + side.start()
    theirs, confirmed = answer[17:50], answer[50:]
    key = side.finish(theirs)
    now = state(hashlib.sha256(SALT).digest(), hello[17:], theirs)
    assert confirmed == hmac.digest(hkdf(key, now, b"confirm joiner", 32), b"", "sha256")
    mine, other = Fixed(1).draw(32), Fixed(3).draw(32)
    now = state(now, hashlib.sha256(SALT + b" number " + mine).digest(), b"offer")
    now = state(state(now, other, b"card"), mine)
    drawn, words = int.from_bytes(hkdf(key, now, b"words", 16), "big"), []
    for _ in range(3):
        drawn, index = divmod(drawn, 7776)
        words.append(words_of("en")[index])
    assert inviter.words("en") == joiner.words("en") == tuple(words) == ("rendering", "retreat", "catchy")
