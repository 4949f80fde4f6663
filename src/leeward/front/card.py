"""The intake card: what a team publishes so that anyone can seal to it (docs/protocol.md, 3). It opens nothing.

1. It has exactly the members of version 1, each of the right form; the questions of the team may be left out.
2. Its recipient is a hybrid one; nothing weaker is ever served to a person in danger.
3. Both of its signatures verify under the key it names; the page shows that key's fingerprint to compare.
4. Under one signature a newer card takes the place of one that is served only if everything sealed and sent goes where
   it went before, under the same key, with the same heirs and number, and its questions are not older.
5. With another recipient, box or key it takes that place only if it was signed by two heirs, of two different groups,
   of the very card that is served, and its number is higher (ADR 34). So nobody alone can redirect the page.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leeward.base.limits import NAME_MOST
from leeward.base.shown import can_be_shown
from leeward.front.errors import CardRefused
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.signing import Purpose, VerifyKey

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_BOX = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"[0-9a-f]{64}")
_MEMBERS = frozenset({"v", "team", "languages", "recipient", "box", "write", "verify_key", "signature"})
_LATER = frozenset({"questions", "heirs", "number", "witness_key", "witness_signature"})
_UNSIGNED = frozenset({"signature", "witness_key", "witness_signature"})
_DEVICE = re.compile(r"[a-z2-7]{26}")
HEIRS_MOST = 64  # groups, and devices in each
_QUESTION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGES_MOST = 40
QUESTIONS_MOST = 30
QUESTION_TEXT_MOST = 1000  # characters
_VERSION_MOST = (1 << 53) - 1  # what a script can count


@dataclass(frozen=True)
class Question:
    """One question of the team, in one language or more."""

    id: str
    required: bool
    text: Mapping[str, str]

    def text_in(self, language: str) -> str:
        """Return the question in a language, else in English, else as it was written first."""
        return self.text.get(language) or self.text.get("en") or next(iter(self.text.values()))


@dataclass(frozen=True)
class Questions:
    """The team's questionnaire; `version` rises with every change."""

    version: int
    list: tuple[Question, ...]

    def public(self) -> dict[str, Any]:
        """Return it as the card writes it."""
        items = [{"id": one.id, "required": one.required, "text": dict(one.text)} for one in self.list]
        return {"version": self.version, "list": items}


@dataclass(frozen=True)
class Card:
    """A card whose signature was checked."""

    team: str
    languages: tuple[str, ...]
    recipient: str
    box: str
    write: str
    fingerprint: str
    questions: Questions | None = None
    heirs: tuple[tuple[str, ...], ...] = ()  # fingerprints of devices, by whose they are
    number: int = 0
    witness: str = ""  # the fingerprint of the second device that signed it

    def public(self) -> dict[str, Any]:
        """Return what the page's script needs."""
        shown: dict[str, Any] = {
            "team": self.team,
            "languages": list(self.languages),
            "recipient": self.recipient,
            "box": self.box,
            "write": self.write,
        }
        return shown | ({} if self.questions is None else {"questions": self.questions.public()})

    def may_follow(self, served: Card) -> bool:
        """Tell whether this card may take the place of one that is served (rules 4 and 5)."""
        if self.number != served.number:
            return self.number > served.number and served.inherited_by(self.fingerprint, self.witness)
        same = ("recipient", "box", "write", "fingerprint", "heirs")
        version = 0 if self.questions is None else self.questions.version
        before = 0 if served.questions is None else served.questions.version
        return version >= before and all(getattr(self, name) == getattr(served, name) for name in same)

    def inherited_by(self, one: str, other: str) -> bool:
        """Tell whether these two devices are heirs of this card, of two different groups (rule 5)."""
        group_of = {device: at for at, group in enumerate(self.heirs) for device in group}
        return one in group_of and other in group_of and group_of[one] != group_of[other]


def print_signed_part(card: Mapping[str, Any]) -> bytes:
    """Return the bytes that both sign: the card without signatures and witness, keys sorted, no spaces, UTF-8."""
    part = {key: value for key, value in card.items() if key not in _UNSIGNED}
    return json.dumps(part, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_card(untrusted_card: Mapping[str, Any]) -> Card:
    """Return the card as checked by the rules above, or raise CardRefused."""
    team, languages = untrusted_card.get("team"), untrusted_card.get("languages")
    if set(untrusted_card) - _LATER != _MEMBERS or untrusted_card["v"] != 1:  # 1
        raise _refused("it has not the members of version 1")
    if not isinstance(team, str) or not 0 < len(team) <= NAME_MOST or not can_be_shown(team):
        raise _refused("its team has no printable name")
    if not isinstance(languages, list) or not 0 < len(languages) <= _LANGUAGES_MOST:
        raise _refused("its languages are not a list of codes such as ru")
    if not all(_is(_LANGUAGE, one) for one in languages):
        raise _refused("its languages are not codes such as ru")
    if not _is(_BOX, untrusted_card["box"]) or not _is(_TOKEN, untrusted_card["write"]):
        raise _refused("its mailbox is not an address with a token")
    try:
        recipient = Recipient.from_string(str(untrusted_card["recipient"])).string()  # 2
        key = VerifyKey.from_bytes(_bytes(untrusted_card["verify_key"]))
        key.verify(Purpose.CARD, _bytes(untrusted_card["signature"]), print_signed_part(untrusted_card))  # 3
        witness = _witness(untrusted_card)
    except SealError as error:
        raise _refused(str(error)) from error
    return Card(
        team=team,
        languages=tuple(languages),
        recipient=recipient,
        box=untrusted_card["box"],
        write=untrusted_card["write"],
        fingerprint=key.fingerprint(),
        questions=_questions(untrusted_card["questions"]) if "questions" in untrusted_card else None,
        heirs=_heirs(untrusted_card["heirs"]) if "heirs" in untrusted_card else (),
        number=_number(untrusted_card["number"]) if "number" in untrusted_card else 0,
        witness=witness,
    )


def _witness(untrusted_card: Mapping[str, Any]) -> str:
    """Return the fingerprint of the second device that signed, "" if there is none; SealError if it did not."""
    if ("witness_key" in untrusted_card) != ("witness_signature" in untrusted_card):
        raise _refused("its witness is not whole")
    if "witness_key" not in untrusted_card:
        return ""
    key = VerifyKey.from_bytes(_bytes(untrusted_card["witness_key"]))
    signature = _bytes(untrusted_card["witness_signature"])
    key.verify(Purpose.CARD, signature, print_signed_part(untrusted_card))  # 5
    return key.fingerprint()


def _heirs(untrusted: object) -> tuple[tuple[str, ...], ...]:
    """Return who may sign the next card, or raise CardRefused."""
    if not isinstance(untrusted, list) or not 0 < len(untrusted) <= HEIRS_MOST:
        raise _refused("its heirs are no list, or too many")
    seen: set[str] = set()
    for group in untrusted:
        if not isinstance(group, list) or not 0 < len(group) <= HEIRS_MOST:
            raise _refused("a group of its heirs is no list, or too long")
        for device in group:
            if not _is(_DEVICE, device) or device in seen:
                raise _refused("one of its heirs is no device, or stands there twice")
            seen.add(device)
    return tuple(tuple(group) for group in untrusted)


def _number(untrusted: object) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or not 0 < untrusted <= _VERSION_MOST:
        raise _refused("it has no number")
    return untrusted


def _questions(untrusted: object) -> Questions:
    """Return the team's questionnaire, or raise CardRefused."""
    if not isinstance(untrusted, dict) or set(untrusted) != {"version", "list"}:
        raise _refused("its questions are not a version and a list")
    version, items = untrusted["version"], untrusted["list"]
    if not isinstance(version, int) or isinstance(version, bool) or not 0 < version <= _VERSION_MOST:
        raise _refused("its questions have no version")
    if not isinstance(items, list) or len(items) > QUESTIONS_MOST:
        raise _refused("its questions are no list, or too many")
    questions = tuple(_question(one) for one in items)
    if len({one.id for one in questions}) != len(questions):
        raise _refused("two of its questions have one id")
    return Questions(version, questions)


def _question(untrusted: object) -> Question:
    if not isinstance(untrusted, dict) or set(untrusted) != {"id", "required", "text"}:
        raise _refused("a question has not the members of version 1")
    text = untrusted["text"]
    if not _is(_QUESTION, untrusted["id"]) or not isinstance(untrusted["required"], bool):
        raise _refused("a question has no id, or does not say whether it must be answered")
    if not isinstance(text, dict) or not 0 < len(text) <= _LANGUAGES_MOST:
        raise _refused("a question has no text")
    for language, words in text.items():
        fits = isinstance(words, str) and 0 < len(words) <= QUESTION_TEXT_MOST and can_be_shown(words)
        if not _is(_LANGUAGE, language) or not fits:
            raise _refused("the text of a question cannot be shown")
    return Question(untrusted["id"], untrusted["required"], text)


def _is(form: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _bytes(untrusted_value: object) -> bytes:
    try:
        return base64.b64decode(str(untrusted_value), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refused("its key or signature is not base64") from error


def _refused(why: str) -> CardRefused:
    return CardRefused(
        f"The intake card cannot be used: {why}.",
        kept="No page was served, nothing was lost.",
        next_step="Take the card again from a desk of the team.",
    )
