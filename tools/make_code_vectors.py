"""Make tests/vectors/codes.json: what every implementation of word codes must agree on (docs/protocol.md 2).

python tools/make_code_vectors.py            write the file
python tools/make_code_vectors.py --check    make it in memory and compare
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

from leeward.seal.codes import Code, derive_way, make_code, parse_code
from leeward.seal.errors import CodeRefused, UnknownWords, WrongWordCount
from leeward.seal.wordlists import LISTS, words_of

FILE = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "codes.json"


class Foreseen:
    """Chance that everybody can foresee: SHA-256 of a name and a counter."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def draw(self, count: int) -> bytes:
        """Return the next bytes."""
        self.count += 1
        return hashlib.sha256(f"{self.name} {self.count}".encode()).digest()[:count]


def main() -> int:
    """Write or compare the vectors."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    text = make_text()
    if parser.parse_args().check:
        return 0 if FILE.read_text("utf-8") == text else 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text, "utf-8")
    return 0


def make_text() -> str:
    """Return the whole file."""
    codes = [make_code(Foreseen(f"leeward code vector {number}")) for number in range(6)] + edge_codes()
    document = {
        "about": "Word codes of docs/protocol.md 2, made by tools/make_code_vectors.py. "
        "codes: indices, words and keys. inputs: what people type and the code it is. "
        "refused: what is no code; failure is count, unknown or disagree.",
        "lists": {
            language: {"sha256": digest, "words": len(words_of(language))}
            for language, digest in LISTS.items()
        },
        "codes": [{**describe(code), "alarm": describe(code.alarm_form())} for code in codes],
        "inputs": [
            {"language": language, "text": text, "indices": list(parse_code(text, language).indices)}
            for code in codes[:2]
            for language in LISTS
            for text in messy(code.words(language)) + messy_digits(code.digits())
        ],
        "refused": [refusal(language, text) for language in LISTS for text in wrong(codes[0], language)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def edge_codes() -> list[Code]:
    """Return codes at the ends of the list: all zero but the last two, and the greatest indices."""
    low = next(
        Code((0, 0, 0, 0, 0, first, 1, last))
        for first in range(7776)
        for last in (-(6 * first + 7) * pow(7, -1, 7789) % 7789,)
        if last < 7776 and last != 1
    )
    high = next(
        Code((7775, 7775, 7775, 7775, 7775, first, 7775, last))
        for first in range(7775, 0, -1)
        for last in (-(15 * 7775 + 6 * first + 7 * 7775) * pow(7, -1, 7789) % 7789,)
        if last < 7775
    )
    return [low, high]


def describe(code: Code) -> dict[str, Any]:
    """Return everything that follows from a code."""
    way = derive_way(code)
    return {
        "indices": list(code.indices),
        "digits": code.digits(),
        "words": {language: " ".join(code.words(language)) for language in LISTS},
        "keys": {
            "box": way.box,
            "read": way.read,
            "write": way.write,
            "identity": way.identity.string(),
            "recipient": way.identity.recipient().string(),
            "voice": way.voice,
            "upload": way.upload,
        },
    }


def messy(words: tuple[str, ...]) -> list[str]:
    """Return ways in which people write eight words down."""
    plain = " ".join(words)
    numbered = "\n".join(f"{place}. {word}" for place, word in enumerate(words, 1))
    return [
        plain,
        plain.upper(),
        plain.title(),
        "-".join(words),
        "–".join(words),
        f"  «{', '.join(words)}»!\t\r\n",
        numbered,
        plain.replace(" ", "\u00a0"),
        unicodedata.normalize("NFD", plain),
        plain.replace("е", "ё"),
        plain.replace(" ", "_0_"),
        "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in plain),
        plain.replace("а", "а\u0301"),
        "\ufeff" + "\u00ad".join(plain).replace("\u00ad \u00ad", " "),
        "\u200b".join(words),
        "\r\n".join(f"\u200f{place}) {word}\u200e;" for place, word in enumerate(words, 1)),
        " ".join(f"{chr(0x0660 + place)}.{word}" for place, word in enumerate(words, 1)),
    ]


def messy_digits(digits: str) -> list[str]:
    """Return ways in which people write 32 digits down."""
    plain = digits.replace(" ", "")

    def script(zero: int) -> str:
        return "".join(chr(zero + int(digit)) if digit != " " else " " for digit in digits)

    return [
        digits,
        plain,
        "-".join(plain),
        f"+{digits.replace('  ', ' / ')}.",
        script(0x0660),
        f"\u2067{script(0x06F0)}\u2069",
        script(0x0966),
        script(0xFF10),
        script(0x1D7D8),
        script(0x1E950),
        "\u200b".join(plain),
    ]


def wrong(code: Code, language: str) -> list[str]:
    """Return texts that are no code."""
    words = list(code.words(language))
    known = words_of(language)
    other = known[(code.indices[3] + 1) % len(known)]
    doubled = words[2][0] + words[2]
    unheard = {"en": "qqqqq", "ru": "ъъъъъ"}[language]
    homoglyph = {"en": str.maketrans("aeo", "аео"), "ru": str.maketrans("аео", "aeo")}[language]
    mixed = next(place for place, word in enumerate(words) if word.translate(homoglyph) != word)
    return [
        "",
        "12345 --- !!!",
        " ".join(words[:7]),
        " ".join([*words, words[0]]),
        "".join(words),
        " ".join([*words[:2], doubled, *words[3:]]),
        " ".join([*words[:7], unheard]),
        " ".join([unheard, *words[1:7], words[7][:-1]]),
        " ".join([*words[:mixed], words[mixed].translate(homoglyph), *words[mixed + 1 :]]),
        " ".join([*words[:3], other, *words[4:]]),
        " ".join([words[1], words[0], *words[2:]]),
        " ".join([words[7], *words[1:7], words[0]]),
        " ".join(reversed(words)),
        " ".join([known[0]] * 8),
        " ".join([*words[:7], words[6]]),
        code.digits()[:-1],
        code.digits() + "0",
        "9" * 32,
        "7776" + code.digits()[4:],
        "".join(reversed(code.digits())),
        f"{code.digits()} a",
    ]


def refusal(language: str, text: str) -> dict[str, Any]:
    """Return why a text is no code."""
    try:
        parse_code(text, language)
    except WrongWordCount as error:
        why: dict[str, Any] = {"failure": "count", "count": error.count}
    except UnknownWords as error:
        why = {
            "failure": "unknown",
            "unknown": {str(place): word for place, word in error.unknown.items()},
            "nearest": {str(place): list(near) for place, near in error.nearest.items()},
        }
    except CodeRefused:
        why = {"failure": "disagree"}
    else:
        raise SystemExit(f"{text!r} is a code after all")
    return {"language": language, "text": text, **why}


if __name__ == "__main__":
    sys.exit(main())
