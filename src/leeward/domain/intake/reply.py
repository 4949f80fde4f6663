"""What is sealed to the two ways back of one reporter (protocol 3, Reply). Pure.

1. Both ways get one body each, of exactly the same length, whatever is said: a watcher of either learns nothing.
2. What is sensitive stands in the true one alone; the alarm form of the words shows something harmless, or nothing.
3. The question whether they are safe says neither why nor when it is asked, and stands in both.
"""

from __future__ import annotations

import msgspec


def reply_bodies(
    reply_id: str, at: int, text: str, *, sensitive: bool = False, cover: str = "", sign: int = 0
) -> tuple[bytes, bytes]:
    """Return the bodies for the true way and for the alarm way.

    `sign`: until when the page asks whether they are safe; both forms of the words show the same question (3).
    """
    true: dict[str, object] = {"v": 1, "id": reply_id, "at": at, "text": text}
    if sign:
        true["sign"] = sign
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
