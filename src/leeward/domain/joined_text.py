"""Joining texts that were changed without sight of each other, so that no sentence of either is lost. Pure.

1. Every sentence of every text is in the result, word for word.
2. What both say stands once, in the order of the first text; what only another says follows the sentence it followed.
3. Joining with a text that is in it already changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_END = re.compile(r"(?<=[.!?…])[ \t]+|\n+")


def sentences(text: str) -> list[str]:
    """Return a text's sentences, without the blanks between them."""
    return [one for one in (part.strip() for part in _END.split(text)) if one]


def join_texts(texts: Sequence[str]) -> str:
    """Return one text with all sentences of these; the first gives the order."""
    if not texts:
        return ""
    joined = texts[0].strip()
    for other in texts[1:]:
        joined = _join(joined, other)
    return joined


def _join(first: str, other: str) -> str:
    held = set(sentences(first))
    following: dict[str, list[str]] = {}
    last = ""
    for one in sentences(other):
        if one in held:
            last = one
        else:
            following.setdefault(last, []).append(one)
            held.add(one)
    if not following:  # 3
        return first
    parts = [*following.pop("", [])] if not sentences(first) else []
    for one in sentences(first):
        parts += [one, *following.pop(one, [])]
    parts += [late for group in following.values() for late in group]  # what began the other text
    return "\n".join(parts)


def is_prose(value: object) -> bool:
    """Tell whether a value is a text of sentences, which can be joined, and no code, name or number."""
    return isinstance(value, str) and len(value.split()) > 2
