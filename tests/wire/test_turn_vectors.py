"""tests/vectors/turns.json is what both implementations print; the pages' side is web/tests/turn.test.mjs."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from leeward.base.sizes import CLASSES
from leeward.wire.turn import parse_turn_answer, print_turn_answer

ROOT = Path(__file__).resolve().parents[2]
TOOL = runpy.run_path(str(ROOT / "tools" / "make_turn_vectors.py"))
TEXT = (ROOT / "tests" / "vectors" / "turns.json").read_text("utf-8")
VECTORS: dict[str, list[dict[str, Any]]] = json.loads(TEXT)


def test_the_vectors_are_remade_byte_for_byte() -> None:
    assert TOOL["make_text"]() == TEXT


@pytest.mark.parametrize("kind", ["turns", "answers"])
def test_every_body_has_a_class(kind: str) -> None:
    assert {vector["body"]["length"] for vector in VECTORS[kind]} <= set(CLASSES)


@pytest.mark.parametrize(("last", "items"), TOOL["answered"]())
def test_answers_are_read_as_they_were_printed(last: int, items: list[tuple[int, int]]) -> None:
    listed = [
        TOOL["ListedItem"](number, TOOL["named"](f"item {number}", 16), TOOL["pattern"](length, number & 255))
        for number, length in items
    ]
    assert parse_turn_answer(print_turn_answer(listed, last)) == (listed, last)
