"""What a line says, kept with its task in no language: so that each colleague reads it in their own.

Whoever holds the circle's key can write anything there. So a sentence is taken only if it is a plain one: names in
braces and nothing else in them, each with a value that is text, a vocabulary's word, or such a sentence.
"""

from __future__ import annotations

import re
from typing import Any

from leeward.base.say import Code, Message

_MOST = 300  # characters of a sentence or a value
_DEEP = 2
_NAME = re.compile(r"\{([a-z]{1,20})\}")


def pack(message: Message) -> dict[str, Any]:
    """Return a sentence as a value that a record can hold. Values other than words and sentences are written out."""
    return {"text": message.text, "values": {name: _pack(value) for name, value in message.values.items()}}


def _pack(value: object) -> Any:  # noqa: ANN401 - what MessagePack can carry
    if isinstance(value, Message):
        return pack(value)
    return {"word": str(value)} if isinstance(value, Code) else str(value)


def unpack(untrusted: object) -> Message | None:
    """Return the sentence; None if it is none that `pack` could have written."""
    return _unpack(untrusted, _DEEP)


def _unpack(untrusted: object, deep: int) -> Message | None:
    if not isinstance(untrusted, dict) or untrusted.keys() != {"text", "values"}:
        return None
    text, values = untrusted["text"], untrusted["values"]
    if not isinstance(text, str) or not isinstance(values, dict) or not 0 < len(text) <= _MOST:
        return None
    if re.search(r"[{}]", _NAME.sub("", text)) or set(_NAME.findall(text)) != set(values):
        return None
    found: dict[str, object] = {}
    for name, value in values.items():
        found[name] = _value(value, deep)
        if found[name] is None:
            return None
    return Message(text, found)


def _value(untrusted: object, deep: int) -> object:
    if isinstance(untrusted, str):
        return untrusted if len(untrusted) <= _MOST else None
    if isinstance(untrusted, dict) and untrusted.keys() == {"word"}:
        word = untrusted["word"]
        return Code(word) if isinstance(word, str) and len(word) <= _MOST else None
    return _unpack(untrusted, deep - 1) if deep else None
