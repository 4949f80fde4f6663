"""What is sealed to the two ways back of one reporter (protocol 3, Reply). Pure.

1. Both ways get one body each, of exactly the same length, whatever is said: a watcher of either learns nothing.
2. What is sensitive stands in the true one alone; the alarm form of the words shows something harmless, or nothing.
"""

from __future__ import annotations

import msgspec


def reply_bodies(
    reply_id: str, at: int, text: str, *, sensitive: bool = False, cover: str = ""
) -> tuple[bytes, bytes]:
    """Return the bodies for the true way and for the alarm way."""
    true = {"v": 1, "id": reply_id, "at": at, "text": text}
    if not sensitive:
        body = msgspec.json.encode(true)
        return body, body
    other = {**true, "text": cover} if cover else {**true, "text": "", "hidden": True}  # 2
    bare = [len(msgspec.json.encode({**one, "fill": ""})) for one in (true, other)]
    longest = max(bare)
    filled = [
        msgspec.json.encode({**one, "fill": "0" * (longest - length)})
        for one, length in zip((true, other), bare, strict=True)
    ]
    return filled[0], filled[1]  # 1
