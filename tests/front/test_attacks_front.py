"""What a stranger can try at the front: odd paths, forms without a right to them, questions made to harm."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.support.hotline import CHANCE, make_card

from leeward.front.app import make_front
from leeward.relay.open_store import open_store
from leeward.relay.store import BoxStore
from leeward.seal.keys import make_identity

BOX, WRITE = "ab" * 16, "cd" * 32
PARTS = ("Content-Security-Policy", "Cache-Control", "Referrer-Policy", "X-Frame-Options")


@pytest.fixture(scope="module")
def store() -> Iterator[BoxStore]:
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(open_store(folder)) as opened:
        yield opened


def ask(store: BoxStore, method: str, path: str, **options: Any) -> httpx.Response:
    async def once() -> httpx.Response:
        front = make_front(make_card(make_identity(CHANCE), BOX, WRITE), store)
        transport = httpx.ASGITransport(front, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as session:
            return await session.request(method, path, **options)

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/plain/"),
        ("GET", "/units/"),
        ("GET", "/page.sha256/"),
        ("POST", "/plain/send/"),
        ("GET", "/plain/send"),
        ("PUT", "/"),
        ("GET", "/a/%2e%2e%2fapp.py"),
        ("GET", "/a/..%2f..%2fapp.py"),
        ("GET", "//other.example/plain/"),
        ("GET", "/?lang=%ff%fe"),
        ("POST", "/plain/open"),
        ("POST", "/plain/end"),
    ],
)
def test_every_answer_has_the_rules_of_the_page_and_none_leads_elsewhere(
    store: BoxStore, method: str, path: str
) -> None:
    answer = ask(store, method, path, content=b"x" if method == "POST" else None)
    assert not 300 <= answer.status_code < 400
    assert "location" not in answer.headers
    assert all(part in answer.headers for part in PARTS)
    assert "evil.example" not in answer.text
    assert "script-src 'unsafe" not in answer.headers["Content-Security-Policy"]


def multipart(*parts: tuple[str, str]) -> bytes:
    return (
        b"".join(
            f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n".encode()
            for head, body in parts
        )
        + b"--x--\r\n"
    )


FORM = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize("ticket", [(), (('name="ticket"', "bm90IGEgdGlja2V0"),)])
def test_nothing_is_stored_of_a_later_message_that_shows_no_right_to_it(
    store: BoxStore, ticket: tuple[tuple[str, str], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[bytes] = []
    put_blob = store.put_blob

    async def noting(blob: bytes, *rest: Any, **options: Any) -> bool:
        kept.append(blob)
        return await put_blob(blob, *rest, **options)

    monkeypatch.setattr(store, "put_blob", noting)
    file = ('name="files"; filename="a.bin"', "a" * 3_000_000)
    answer = ask(store, "POST", "/plain/write", content=multipart(*ticket, file), headers=FORM)
    assert answer.status_code >= 400
    assert kept == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/plain/send", "/plain/open", "/plain/write", "/plain/end"])
def test_another_site_cannot_send_a_form(store: BoxStore, path: str, site: str) -> None:
    body = multipart(('name="text"', "written by another site"))
    answer = ask(store, "POST", path, content=body, headers={**FORM, "Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert "written by another site" not in answer.text
