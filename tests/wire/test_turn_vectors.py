"""tests/vectors/turns.json is what both implementations print; the pages' side is web/tests/turn.test.mjs."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from leeward.base.sizes import CLASSES
from leeward.wire.listing import ListedItem
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


@pytest.mark.parametrize("found", TOOL["answered"]())
def test_answers_are_read_as_they_were_printed(found: list[tuple[int, list[tuple[int, int]]]]) -> None:
    listed = [
        ([ListedItem(number, bytes([number & 255]) * 16, bytes(length)) for number, length in items], last)
        for last, items in found
    ]
    assert parse_turn_answer(print_turn_answer(listed), len(found)) == listed
