"""Files from strangers: bytes to be kept, not pages to be opened.

1. A file is shown only if its first bytes are those of a JPEG, PNG, WebP or GIF, and then only under that type,
   whatever its sender called it. Nothing else is ever inline: no HTML, no SVG, no PDF.
2. Everything else is offered for saving, as bytes without a type.
3. The answer carries a policy of its own: a sandbox in which nothing loads and nothing runs.
4. Pictures come to the page only when somebody asks for them; the page shows them blurred and grey first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from leeward.domain.files import FileRef

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
_HEAD = 16


def picture_type(head: bytes) -> str:
    """Return the type of a picture by its first bytes, "" if it is none that we show."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return ""


def stranger_response(ref: FileRef, plain: Iterator[bytes], *, inline: bool) -> Response:
    """Return the file as an answer. Its first piece is opened here, so that trouble is still told in words."""
    first = next(plain, b"")
    kind = picture_type(first[:_HEAD]) if inline else ""
    name = quote(ref.name, safe="")
    shape = "inline" if kind else "attachment"  # 1, 2
    return StreamingResponse(
        itertools.chain([first], plain),
        media_type=kind or "application/octet-stream",
        headers={
            "content-disposition": f"{shape}; filename*=UTF-8''{name}",
            "content-security-policy": SANDBOX,  # 3
        },
    )
