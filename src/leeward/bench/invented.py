"""Invented documents and signed segments of any number, seeded: what the ledger's benchmarks read.

Everything here is made by a generator; words are joined from stems and endings, names from syllables.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

from leeward.base.ports import SystemChance
from leeward.ledger.accept import PURPOSE
from leeward.ledger.entry import Entry, hash_body, make_groups, print_entry
from leeward.ledger.model import Change, Dot, Op
from leeward.ledger.roster import card_paper
from leeward.ledger.segment import (
    FIRST_PREVIOUS,
    VERSION,
    Head,
    join_entries,
    print_head,
    print_segment,
)
from leeward.ledger.store.vault import Vault
from leeward.office.cards import print_device_card
from leeward.seal.envelope import seal
from leeward.seal.keys import make_identity
from leeward.seal.kinds import Kind
from leeward.seal.signing import make_signing_key

_RU = (
    "задерж:али ан ана аны ания ал",
    "увез:ли ла ены ены ена",
    "угрож:ал али ает ают ать",
    "освобод:или ил ена ены ить",
    "допрос:а ы ов ом",
    "квартир:а ы е у ой",
    "родственник: а и ов ам",
    "полицейск:ий ие их ого",
    "телефон: а ы ом ов",
    "границ:а у ы ей",
    "переезд: а ы ом",
    "свидетел:ь я и ей",
    "город: а е ом ов",
    "ноч:ь и ью ами",
    "помощ:ь и ью",
    "документ: ы ов ами",
    "встреч:а и у ей",
    "дорог:а и е ой",
    "женщин:а ы е",
    "врач: а и ом ей",
)
_EN = (
    "detain: ed s ing ment",
    "threaten: ed s ing",
    "releas:e ed es ing",
    "question: ed s ing",
    "apartment: s",
    "relative: s",
    "officer: s",
    "phone: s d",
    "border: s",
    "witness: es ed",
    "shelter: s ed",
    "travel: s ed ing",
    "document: s ed",
    "meet: s ing ings",
    "doctor: s",
    "promis:e ed es ing",
    "morning: s",
    "letter: s",
)
_RU_SYLLABLES = (
    "ба",
    "ве",
    "го",
    "ди",
    "жу",
    "за",
    "ки",
    "ло",
    "ма",
    "ни",
    "ора",
    "пе",
    "ри",
    "со",
    "ту",
    "уха",
    "фе",
)
_EN_SYLLABLES = (
    "ba",
    "ve",
    "go",
    "di",
    "ju",
    "za",
    "ki",
    "lo",
    "ma",
    "ni",
    "ora",
    "pe",
    "ri",
    "so",
    "tu",
    "uha",
    "fe",
)


class Author:
    """Writes invented words with frequencies as in real texts: few common ones, many rare names."""

    def __init__(self, seed: int, *, rare: int = 20_000) -> None:
        self._random = random.Random(seed)  # noqa: S311 - invented text, not keys
        self._vocabularies = (
            self._vocabulary(_RU, _RU_SYLLABLES, rare),
            self._vocabulary(_EN, _EN_SYLLABLES, rare),
        )

    def text(self, words: int) -> str:
        """Return a sentence, in Russian two times of three."""
        vocabulary, weights = self._vocabularies[0 if self._random.random() < 2 / 3 else 1]
        return " ".join(self._random.choices(vocabulary, cum_weights=weights, k=words)).capitalize() + "."

    def pick(self, count: int) -> int:
        """Return a number below `count`."""
        return self._random.randrange(count)

    def _vocabulary(
        self, roots: tuple[str, ...], syllables: tuple[str, ...], rare: int
    ) -> tuple[list[str], list[float]]:
        words: list[str] = []
        for line in roots:
            stem, endings = line.split(":")
            words.extend(stem + ending for ending in ["", *endings.split()] if stem + ending)
        words.extend(
            "".join(self._random.choices(syllables, k=self._random.randint(2, 5))) for _ in range(rare)
        )
        total = 0.0
        weights = []
        for rank in range(len(words)):
            total += 1 / (rank + 20)
            weights.append(total)
        return words, weights


class Colleague:
    """Another device of the team, which writes entries and seals them as a desk would."""

    def __init__(self, vault: Vault, compartment: str) -> None:
        self._key = make_signing_key(SystemChance())
        verify_key = self._key.verify_key()
        self.device = verify_key.fingerprint()
        self._compartment = compartment
        self._recipient = vault.recipient_of(compartment)
        self._number = 0
        self._previous = FIRST_PREVIOUS
        self._count = 0
        vault.commit(
            vault.compartment_of("team"),
            card_paper(
                self.device,
                print_device_card(
                    self._key,
                    make_identity(SystemChance()).recipient(),
                    name="Colleague",
                    role="documenter",
                    box="0" * 32,
                    write="0" * 64,
                ),
            ),
        )

    def seal(self, changes: list[tuple[int, tuple[Change, ...]]]) -> bytes:
        """Return the next sealed segment of entries, each (milliseconds, changes)."""
        first = self._count + 1
        entries = [
            Entry(first + place, at << 16, at, make_groups(what, SystemChance().draw))
            for place, (at, what) in enumerate(changes)
        ]
        body = join_entries([print_entry(entry) for entry in entries])
        self._number += 1
        self._count += len(entries)
        head = Head(
            VERSION,
            self._compartment,
            1,
            self.device,
            self._number,
            self._previous,
            hash_body(entries),
            first,
            len(entries),
            {},
        )
        head_bytes = print_head(head)
        self._previous = hashlib.sha256(head_bytes).digest()
        signature = self._key.sign(PURPOSE, head_bytes)
        return seal(Kind.SEGMENT, print_segment(head_bytes, signature, body), self._recipient)


def work_on_records(
    author: Author, device: str, records: int, each: int, *, at_once: int = 500
) -> Iterator[tuple[int, tuple[Change, ...]]]:
    """Yield `records * each` entries as a team writes them: a record is made, then worked on for a while."""
    at = 1_700_000_000_000
    count = 0
    for start in range(0, records, at_once):
        made = range(start, min(start + at_once, records))
        last: dict[int, Dot] = {}
        for turn in range(each):
            for number in made:
                at += 1000
                count += 1
                yield at, _work(author, number, turn, last)
                if turn == 0 or turn % 3 == 0:
                    last[number] = Dot(device, count)


def record_id(number: int) -> str:
    """Return the id of the n-th invented record."""
    return hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest()[:26].translate(_LETTERS)


_LETTERS = str.maketrans("01", "yz")


def _work(author: Author, number: int, turn: int, last: dict[int, Dot]) -> tuple[Change, ...]:
    record = record_id(number)
    if turn == 0:
        return (
            Change(record, "account", "title", Op.SET, author.text(4)),
            Change(record, "account", "text", Op.SET, author.text(14)),
            Change(record, "account", "status", Op.SET, "new"),
            Change(record, "account", "case_id", Op.SET, record_id(number // 20)),
        )
    if turn % 3 == 0:
        over = (last[number],)
        return (Change(record, "account", "status", Op.SET, f"step-{turn}", over),)
    if turn % 3 == 1:
        return (Change(record, "account", "remarks", Op.APPEND, author.text(5)),)
    return (Change(record, "account", "tag_set", Op.ADD, f"tag-{author.pick(200)}"),)
