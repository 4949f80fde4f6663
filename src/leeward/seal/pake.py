"""Joining by a spoken code: what two devices send each other, one step a method. Bytes in, bytes out; no I/O.

A code is a number of six digits, which is no secret (the meeting place on the relay is derived from it), and three
words of our list, which are: about 2^38.7. ADR 23, docs/protocol.md 6.2.

 1. Whoever does not know the words has one guess for each code: a wrong confirmation ends the meeting, and the object
    refuses every further step.
 2. The one who answers confirms first, so that a guess is answered by nothing that could be tried against a list.
 3. Everything after the confirmations is sealed and authenticated under keys of one use, derived from the agreed key
    and all that was sent before: a message that is changed, exchanged, repeated or turned round opens nothing.
 4. The words that both people compare come from both sides' numbers, drawn anew. The inviter's is promised by its hash
    before the other is shown: so even somebody who knows the code and sits between cannot search for a match.
 5. No compartment's key is ever sent under the agreed key: grants go to the new device's own recipient.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import unicodedata
from collections.abc import Callable

from leeward.base.ports import Chance
from leeward.base.say import say
from leeward.seal._hazmat.kdf import hkdf
from leeward.seal._hazmat.payload import decrypt_bytes, encrypt_bytes
from leeward.seal._hazmat.spake import MESSAGE, Side
from leeward.seal.codes import split_words
from leeward.seal.errors import GuessWrong, JoinCodeRefused, JoinMalformed, SealError
from leeward.seal.frame import make_frame, read_frame
from leeward.seal.kinds import Kind
from leeward.seal.secret import Secret
from leeward.seal.wordlists import LIST_SIZE, LISTS, index_of, nearest_words, words_of

NUMBER_DIGITS = 6
JOIN_WORDS = 3
COMPARED_WORDS = 3
MESSAGE_MOST = 1024 * 1024  # of any message
_LABEL = b"leeward-join-1"
_TAG = 32
_NUMBER_MOST = 10**NUMBER_DIGITS


class Step(enum.IntEnum):
    """The messages of one meeting, in their order; the inviter sends the odd ones."""

    HELLO = 1
    ANSWER = 2
    OFFER = 3
    CARD = 4
    NUMBER = 5
    WELCOME = 6
    THANKS = 7


class JoinCode(Secret):
    """The number and the words of one invitation."""

    __slots__ = ("number",)

    def __init__(self, number: int, indices: tuple[int, ...]) -> None:
        if not 0 <= number < _NUMBER_MOST or len(indices) != JOIN_WORDS:
            raise ValueError("a code has six digits and three words")
        if not all(0 <= index < LIST_SIZE for index in indices):
            raise ValueError("a word is from 0 to 7,775")
        super().__init__(b"".join(index.to_bytes(2) for index in indices))
        self.number = f"{number:0{NUMBER_DIGITS}}"

    def words(self, language: str) -> tuple[str, ...]:
        """Return the three words in a language."""
        return _spell(self._raw, language)

    def hazmat_bytes(self) -> bytes:
        """Return what the words stand for; for the exchange only."""
        return self._raw


class Meeting:
    """Where two devices meet on the relay: box, its tokens, and the id of each message. Not secret."""

    def __init__(self, number: str) -> None:
        def derive(info: str, size: int) -> str:
            return hkdf(number.encode("ascii"), salt=_LABEL, info=info.encode("ascii"), size=size).hex()

        self.box, self.read, self.write = derive("box", 16), derive("read", 32), derive("write", 32)
        self.items = {step: derive(f"item {step.value}", 16) for step in Step}


def make_join_code(chance: Chance) -> JoinCode:
    """Draw a code; all of them are equally likely."""
    return JoinCode(
        _below(chance, _NUMBER_MOST, 3), tuple(_below(chance, LIST_SIZE, 2) for _ in range(JOIN_WORDS))
    )


def parse_join_code(untrusted_text: str) -> tuple[JoinCode, str]:
    """Return a code as somebody typed it, and the language of its words, or raise a JoinCodeRefused.

    Forgiven: case, е/ё, stress marks, whatever stands between, digits of any script, and their place.
    """
    plain = unicodedata.normalize("NFKC", untrusted_text[:1000])
    digits = [int(letter) for letter in plain if letter.isdecimal()]
    if len(digits) != NUMBER_DIGITS:
        raise JoinCodeRefused(
            say("A code begins with six digits; what was typed has {n}.", n=len(digits)),
            say("Ask for the number again; the words follow it."),
        )
    words = split_words("".join(" " if letter.isdecimal() else letter for letter in plain))
    if len(words) != JOIN_WORDS:
        raise JoinCodeRefused(
            say("After the number come three words; what was typed has {n}.", n=len(words)),
            say("Ask for the words again, one by one."),
        )
    language = max(LISTS, key=lambda one: sum(word in index_of(one) for word in words))
    known = index_of(language)
    for place, word in enumerate(words, 1):
        if word not in known:
            raise _unknown(place, word)
    number = int("".join(map(str, digits)))
    return JoinCode(number, tuple(known[word] for word in words)), language


class _Party:
    """What both sides do alike. A step that failed ends it for good (1)."""

    def __init__(self, code: JoinCode, chance: Chance, *, inviting: bool) -> None:
        self._meeting = Meeting(code.number)
        name = _LABEL + b" " + code.number.encode("ascii") + b" "
        ids = (name + b"inviter", name + b"joiner")
        self._side = Side(code.hazmat_bytes(), chance.draw, first=inviting, ids=ids)
        self._own = chance.draw(_TAG)  # this side's number (4)
        self._key = b""
        self._so_far = hashlib.sha256(_LABEL).digest()
        self._compared = b""
        self._next: int = Step.HELLO  # 0: it is over

    def _begin(self, step: Step) -> None:
        if self._next != step:
            raise RuntimeError("the steps of a meeting are taken once, in their order")
        self._next = 0  # until `_end`: a step that fails leaves nothing to go on with

    def _end(self, step: Step) -> None:
        self._next = step + 1

    def _hear(self, *parts: bytes) -> None:
        """Bind what was said to everything that follows (3)."""
        said = b"".join(len(part).to_bytes(8) + part for part in (self._so_far, *parts))
        self._so_far = hashlib.sha256(said).digest()

    def _derive(self, info: bytes, size: int = _TAG) -> bytes:
        return hkdf(self._key, salt=self._so_far, info=info, size=size)

    def _seal(self, step: Step, body: bytes) -> bytes:
        key = self._derive(b"seal " + step.name.lower().encode("ascii"))
        return _header(step) + b"".join(encrypt_bytes(key, make_frame(Kind.JOINING, body)))

    def _open(self, step: Step, sealed: bytes) -> bytes:
        key = self._derive(b"seal " + step.name.lower().encode("ascii"))
        try:
            return read_frame(Kind.JOINING, decrypt_bytes(key, memoryview(sealed)))
        except SealError as error:
            raise JoinMalformed(step.name) from error

    def _tag(self, info: bytes, *parts: bytes) -> bytes:
        key = self._derive(info)
        return hmac.digest(key, b"".join(len(part).to_bytes(8) + part for part in parts), "sha256")

    def words(self, language: str) -> tuple[str, ...]:
        """Return the words that both people compare; only after NUMBER."""
        if not self._compared:
            raise RuntimeError("the words are not known yet")
        return _spell(self._compared, language)

    def _compare(self) -> None:
        """Fix the words, from all that was said and both numbers (4)."""
        stream = self._derive(b"words", 16)
        number = int.from_bytes(stream)
        indices = []
        for _ in range(COMPARED_WORDS):
            number, index = divmod(number, LIST_SIZE)
            indices.append(index.to_bytes(2))
        self._compared = b"".join(indices)


class Inviter(_Party):
    """The side that made the code: hello, take_answer, take_card, welcome, take_thanks."""

    def __init__(self, code: JoinCode, chance: Chance, offer: bytes) -> None:
        super().__init__(code, chance, inviting=True)
        self._offer = offer

    def hello(self) -> bytes:
        """Return the first message."""
        self._begin(Step.HELLO)
        self._end(Step.HELLO)
        return _header(Step.HELLO) + self._side.message

    def take_answer(self, untrusted_message: bytes) -> bytes:
        """Return the offer if the answer shows the same code (2); GuessWrong ends the meeting."""
        self._begin(Step.ANSWER)
        body = _body(Step.ANSWER, untrusted_message, GuessWrong)
        theirs, confirmed = body[:MESSAGE], body[MESSAGE:]
        key = self._side.finish(theirs)
        if key is None:
            raise GuessWrong("no point")
        self._key = key
        self._hear(self._side.message, theirs)
        if not hmac.compare_digest(self._tag(b"confirm joiner"), confirmed):
            raise GuessWrong("confirmation")
        promise = _promise(self._own)
        sealed = self._seal(Step.OFFER, promise + self._offer)
        self._hear(promise, self._offer)
        self._end(Step.OFFER)
        return sealed

    def take_card(self, untrusted_message: bytes) -> tuple[bytes, bytes]:
        """Return the newcomer's card and the message that shows this side's number; `words` are known then."""
        self._begin(Step.CARD)
        body = self._open(Step.CARD, _body(Step.CARD, untrusted_message, JoinMalformed))
        if len(body) < _TAG:
            raise JoinMalformed("no number")
        theirs, card = body[:_TAG], body[_TAG:]
        self._hear(theirs, card)
        sealed = self._seal(Step.NUMBER, self._own)
        self._hear(self._own)
        self._compare()
        self._end(Step.NUMBER)
        return card, sealed

    def welcome(self, body: bytes) -> bytes:
        """Return the message with the welcome, or with why there is none."""
        self._begin(Step.WELCOME)
        sealed = self._seal(Step.WELCOME, body)
        self._hear(body)
        self._end(Step.WELCOME)
        return sealed

    def take_thanks(self, untrusted_message: bytes) -> bytes:
        """Return what the newcomer says at the end."""
        self._begin(Step.THANKS)
        body = self._open(Step.THANKS, _body(Step.THANKS, untrusted_message, JoinMalformed))
        self._end(Step.THANKS)
        return body


class Joiner(_Party):
    """The side that typed the code: answer, take_offer, card, take_number, take_welcome, thanks."""

    def __init__(self, code: JoinCode, chance: Chance) -> None:
        super().__init__(code, chance, inviting=False)
        self._promise = b""

    def answer(self, untrusted_message: bytes) -> bytes:
        """Return the answer to the inviter's hello; it shows that the code is known (2)."""
        self._begin(Step.HELLO)
        theirs = _body(Step.HELLO, untrusted_message, JoinMalformed)
        key = self._side.finish(theirs)
        if key is None:
            raise JoinMalformed("no point")
        self._key = key
        self._hear(theirs, self._side.message)
        self._end(Step.ANSWER)
        return _header(Step.ANSWER) + self._side.message + self._tag(b"confirm joiner")

    def take_offer(self, untrusted_message: bytes) -> bytes:
        """Return the inviter's offer; GuessWrong if they do not know the same code."""
        self._begin(Step.OFFER)
        try:
            body = self._open(Step.OFFER, _body(Step.OFFER, untrusted_message, JoinMalformed))
        except JoinMalformed as error:
            raise GuessWrong("offer") from error
        if len(body) < _TAG:
            raise JoinMalformed("no promise")
        self._promise, offer = body[:_TAG], body[_TAG:]
        self._hear(self._promise, offer)
        self._end(Step.OFFER)
        return offer

    def card(self, card: bytes) -> bytes:
        """Return the message with this device's card and number."""
        self._begin(Step.CARD)
        sealed = self._seal(Step.CARD, self._own + card)
        self._hear(self._own, card)
        self._end(Step.CARD)
        return sealed

    def take_number(self, untrusted_message: bytes) -> None:
        """Take the inviter's number, if it is the one that was promised (4); `words` are known then."""
        self._begin(Step.NUMBER)
        theirs = self._open(Step.NUMBER, _body(Step.NUMBER, untrusted_message, JoinMalformed))
        if not hmac.compare_digest(_promise(theirs), self._promise):
            raise JoinMalformed("promise")
        self._hear(theirs)
        self._compare()
        self._end(Step.NUMBER)

    def take_welcome(self, untrusted_message: bytes) -> bytes:
        """Return the welcome."""
        self._begin(Step.WELCOME)
        body = self._open(Step.WELCOME, _body(Step.WELCOME, untrusted_message, JoinMalformed))
        self._hear(body)
        self._end(Step.WELCOME)
        return body

    def thanks(self, body: bytes = b"") -> bytes:
        """Return the last message."""
        self._begin(Step.THANKS)
        sealed = self._seal(Step.THANKS, body)
        self._end(Step.THANKS)
        return sealed


_SIZES = {Step.HELLO: MESSAGE, Step.ANSWER: MESSAGE + _TAG}


def _header(step: Step) -> bytes:
    return b"%b %d\n" % (_LABEL, step)


def _body(step: Step, message: bytes, wrong: Callable[[str], SealError]) -> bytes:
    header = _header(step)
    if len(message) > MESSAGE_MOST or not message.startswith(header):
        raise wrong("header")
    body = message[len(header) :]
    if len(body) != _SIZES.get(step, len(body)):
        raise wrong("length")
    return body


def _promise(number: bytes) -> bytes:
    return hashlib.sha256(_LABEL + b" number " + number).digest()


def _spell(raw: bytes, language: str) -> tuple[str, ...]:
    known = words_of(language)
    return tuple(known[int.from_bytes(raw[at : at + 2])] for at in range(0, len(raw), 2))


def _below(chance: Chance, most: int, size: int) -> int:
    fair = 256**size - 256**size % most
    while True:
        number = int.from_bytes(chance.draw(size))
        if number < fair:
            return number % most


def _unknown(place: int, word: str) -> JoinCodeRefused:
    near = sorted({found for language in LISTS for found in nearest_words(word, language)})
    ask = (
        say("Did you mean: {words}?", words=", ".join(near[:6]))
        if near
        else say("Ask for it again, letter by letter.")
    )
    return JoinCodeRefused(
        say("Word {place}, “{word}”, is not one of our words.", place=place, word=word[:30]), ask
    )
