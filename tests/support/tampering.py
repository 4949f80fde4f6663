"""The team's page behind a server that changes it: what a desk must notice."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from leeward.front.app import make_front
from leeward.front.port import MailPort
from leeward.office.hotline_page.rendered import NoMail
from leeward.relay.serve import Serving

Change = Callable[[str, dict[str, str], bytes], tuple[int, dict[str, str], bytes] | bytes | None]
"""`change(url, request headers, body)`: other bytes, or status, more headers and bytes; None leaves it as it is."""


@dataclass
class Tampered:
    """A served page. Set `change` to tamper with it; `asked` are the requests that came, with their headers."""

    address: str
    change: Change | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@contextlib.contextmanager
def serve_page(card: str) -> Iterator[Tampered]:
    """Serve the page of a card on this computer."""
    front = make_front(json.loads(card), cast("MailPort", NoMail()))
    served = Tampered("")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        query = scope["query_string"].decode()
        url = scope["path"] + (f"?{query}" if query else "")
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        served.asked.append((url, headers))
        parts: list[Any] = []

        async def keep(message: Any) -> None:
            parts.append(message)

        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        changing = served.change is not None
        await front({**scope, "headers": plain} if changing else scope, receive, keep)
        body = b"".join(part.get("body", b"") for part in parts[1:])
        start = parts[0]
        changed = served.change(url, headers, body) if served.change is not None else None
        if isinstance(changed, tuple):
            status, more, body = changed
            start = {**start, "status": status, "headers": [*start["headers"], *_raw(more)]}
        elif changed is not None:
            body = changed
        kept = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await send({**start, "headers": [*kept, length]})
        await send({"type": "http.response.body", "body": body})

    with Serving(app) as serving:
        served.address = serving.address
        yield served


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
