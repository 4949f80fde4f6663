"""Make tests/vectors/turns.json: turns, answers and boards all implementations must agree on (docs/protocol.md 4).

python tools/make_turn_vectors.py            write the file
python tools/make_turn_vectors.py --check    make it in memory and compare

Sealed things are given as a length and a start: byte i is (start + 31 i) mod 256.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from leeward.base.limits import PIECE_SEALED_MOST
from leeward.wire.board import make_board
from leeward.wire.listing import ListedItem
from leeward.wire.turn import Look, Make, Post, Put, Turn, parse_turn, print_turn, print_turn_answer

FILE = Path(__file__).resolve().parent.parent / "tests" / "vectors" / "turns.json"
KIB = 1024


def main() -> int:
    """Write or compare the vectors."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    text = make_text()
    if parser.parse_args().check:
        return 0 if FILE.read_text("utf-8") == text else 1
    FILE.write_text(text, "utf-8")
    return 0


def make_text() -> str:
    """Return the whole file."""
    document = {
        "about": "Turns, answers and boards of docs/protocol.md 4, made by tools/make_turn_vectors.py. Sealed things "
        "are a length and a start: byte i is (start + 31 i) mod 256. sha256 and length are of the whole body.",
        "turns": [describe_turn(*one) for one in asked()],
        "answers": [describe_answer(*one) for one in answered()],
        "boards": [describe_board(count) for count in (0, 1, 1024, 1025, 8192)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def asked() -> list[tuple[int, list[int], int | None, list[int]]]:
    """Return for each turn: boxes to make, lengths of pieces, length of the item, the numbers to look after."""
    return [
        (0, [], None, []),
        (0, [], None, [0]),
        (0, [], None, [0, 0]),
        (2, [], 18 * KIB, []),
        (0, [], 18 * KIB, [7, 7]),
        (1, [1], 1, [(1 << 53) - 1, 3]),
        (2, [5755, 72_000, 107_000], 18 * KIB, []),
        (0, [100] * 40, 20, [1, 1]),
        (0, [], 32 * KIB - 15 - 4 - 68, []),  # fills the smallest turn to its last byte
        (0, [], 32 * KIB - 15 - 4 - 67, []),  # and is one byte more
        (0, [], 32 * KIB - 15 - 4 - 68 - 2 * 56, [0, 0]),  # the same with looks
        (0, [PIECE_SEALED_MOST, PIECE_SEALED_MOST], 300_000, []),
    ]


def pattern(length: int, start: int) -> bytes:
    """Return the bytes that stand for something sealed."""
    return bytes((start + 31 * place) & 255 for place in range(length))


def named(name: str, size: int) -> bytes:
    """Return an address or a token."""
    return hashlib.sha256(f"leeward turn vector {name}".encode()).digest()[:size]


def describe_turn(makes: int, puts: list[int], post: int | None, after: list[int]) -> dict[str, Any]:
    """Return what is asked in words of the pages' code, and the body that it must come to."""
    told: dict[str, Any] = {
        "makes": [
            {"box": named(f"box {i}", 16), "read": named(f"read {i}", 32), "write": named(f"write {i}", 32)}
            for i in range(makes)
        ],
        "puts": [
            {"blob": named(f"blob {i}", 32), "erase": named(f"erase {i}", 32), "length": length, "start": i}
            for i, length in enumerate(puts)
        ],
    }
    if post is not None:
        told["post"] = {
            "box": named("intake", 16),
            "write": named("intake write", 32),
            "item": named("item", 16),
            "length": post,
            "start": 200,
        }
    looked_into = sorted(range(len(after)), key=lambda i: named(f"box {i}", 16))
    told["looks"] = [
        {"box": named(f"box {i}", 16), "read": named(f"read {i}", 32), "after": number}
        for i, number in zip(looked_into, after, strict=True)
    ]
    body = print_turn(turn_of(told))
    assert print_turn(parse_turn(body)) == body
    told["body"] = summary(body)
    return {name: hexed(member) for name, member in told.items()}


def turn_of(told: dict[str, Any]) -> Turn:
    """Return the turn that is described."""
    post = told.get("post")
    return Turn(
        tuple(Make(one["box"], sha256(one["read"]), sha256(one["write"])) for one in told["makes"]),
        tuple(
            Put(one["blob"], sha256(one["erase"]), pattern(one["length"], one["start"]))
            for one in told["puts"]
        ),
        post and Post(post["box"], post["write"], post["item"], pattern(post["length"], post["start"])),
        tuple(Look(one["box"], one["read"], one["after"]) for one in told["looks"]),
    )


def answered() -> list[list[tuple[int, list[tuple[int, int]]]]]:
    """Return for each answer what each look found: the box's last number, and number and length of each item."""
    most = (1 << 53) - 1
    return [
        [],
        [(0, [])],
        [(9, [])],
        [(1, [(1, 5755)])],
        [(12, [(3, 5755), (4, 1), (12, 18_043)])],
        [(5, [(1, 32 * KIB - 12 - 28)])],
        [(5, [(1, 32 * KIB - 12 - 27)])],
        [(most, [(most, 70_000)])],
        [(0, []), (0, [])],
        [(2, [(1, 5755), (2, 5755)]), (2, [(1, 5755), (2, 5755)])],
        [(7, []), (1, [(1, 1)])],
        [(1, [(1, 32 * KIB - 2 * 12 - 28)]), (3, [])],
        [(1, [(1, 32 * KIB - 2 * 12 - 27)]), (3, [])],
    ]


def describe_answer(*found: tuple[int, list[tuple[int, int]]]) -> dict[str, Any]:
    """Return an answer as it is understood, and its body."""
    listed = [
        (
            [
                ListedItem(number, named(f"item {number}", 16), pattern(length, number & 255))
                for number, length in items
            ],
            last,
        )
        for last, items in found
    ]
    told = {
        "looks": [
            {
                "last": last,
                "items": [
                    {
                        "number": one.number,
                        "item": one.item,
                        "length": len(one.sealed),
                        "start": one.number & 255,
                    }
                    for one in items
                ],
            }
            for items, last in listed
        ],
        "body": summary(print_turn_answer(listed)),
    }
    return {name: hexed(member) for name, member in told.items()}


def describe_board(count: int) -> dict[str, Any]:
    """Return a board that names this many mailboxes; chance is the pattern."""
    boxes = [named(f"box {i}", 16) for i in range(count)]
    board = make_board(boxes, lambda length: pattern(length, 17))
    return {"named": count, "salt": board[:16].hex(), "body": summary(board)}


def sha256(data: bytes) -> bytes:
    """Return the hash."""
    return hashlib.sha256(data).digest()


def summary(body: bytes) -> dict[str, Any]:
    """Return what stands for a long body."""
    return {"length": len(body), "sha256": sha256(body).hex()}


def hexed(value: Any) -> Any:  # noqa: ANN401 - anything that JSON can carry
    """Return the same with bytes as hex."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: hexed(member) for name, member in value.items()}
    return [hexed(member) for member in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
