"""A member's hands on their own desk, without a browser: every page that a GET reaches, every guess."""

from __future__ import annotations

import asyncio
import datetime as dt
import html
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote, urldefrag

import httpx
from starlette.routing import Route
from tests.needtoknow.world import World
from tests.support.teams import Desk

from leeward.base.ids import make_id
from leeward.base.ports import SystemChance
from leeward.desk.app import make_desk
from leeward.desk.pages import all_routes

PORT = 47_000
ORIGIN = f"http://127.0.0.1:{PORT}"
_ENDLESS = ("/events", "/lock", "/static", "/built")
_LINK = re.compile(r"""(?:href|src)="([^"]+)\"""")
_TAKES_A_FILE = re.compile(r"/record/case/[^/]+/files$")
_PARAMETER = re.compile(r"\{[^}]+\}")
_MOST = 500
_ALIKE = 3  # pages of one kind that are looked at
_VARIES = re.compile(r"[a-z2-7]{26}|\d{4}-\d\d-\d\d|role=\w+|(?:use|audience)=[a-z-]+")

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What one request gave: its status, and everything that came with it."""

    path: str
    status: int
    headers: str
    body: bytes

    @property
    def text(self) -> str:
        """Return everything that a member, or a browser's tools, could read in it."""
        shown = html.unescape(self.body.decode("utf-8", "replace"))
        return f"{self.headers}\n{shown}\n{unquote(shown)}".casefold()


class Hands:
    """Asks one desk."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._told(path, await self._client.get(path))

    async def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form as our own page would, or a few bytes where a file is taken."""
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
        if _TAKES_A_FILE.match(path):
            headers["content-type"] = "application/octet-stream"
            return self._told(path, await self._client.post(path, content=b"bytes", headers=headers))
        return self._told(path, await self._client.post(path, data=fields, headers=headers))

    async def search(self, words: str) -> Answer:
        """Search, as the box at the top does."""
        asked = await self._client.post("/search", data={"q": words}, headers={"origin": ORIGIN})
        return await self.get(asked.headers["location"])

    def _told(self, path: str, answer: httpx.Response) -> Answer:
        said = ((name, value) for name, value in answer.headers.items() if name != "content-length")
        headers = "\n".join(f"{name}: {unquote(value)}" for name, value in said)
        return Answer(path, answer.status_code, headers, answer.content)


def at_desk(desk: Desk, do: Callable[[Hands], Coroutine[Any, Any, T]], language: str = "en") -> T:
    """Sit down at a desk and do something with its pages."""

    async def sit() -> T:
        made = make_desk(desk.session, port=PORT, language=language, zone=dt.UTC)
        troubles: list[Exception] = []
        made.state.on_trouble = troubles.append
        transport = httpx.ASGITransport(app=made.app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
            await client.get(made.keyring.launch_path())
            done = await do(Hands(client))
        made.close()
        assert troubles == []
        return done

    return asyncio.run(sit())


def plain_routes() -> list[str]:
    """Return every address of a GET that takes no id."""
    return sorted({one.path for one in _gets() if "{" not in one.path and not one.path.startswith(_ENDLESS)})


def routes_with_ids() -> list[str]:
    """Return every address of a GET that takes ids."""
    return sorted({one.path for one in _gets() if "{" in one.path})


def acts_with_ids() -> list[str]:
    """Return every address of a POST that takes ids."""
    return sorted({one.path for one in all_routes() if "POST" in (one.methods or ()) and "{" in one.path})


def _gets() -> Iterable[Route]:
    return (one for one in all_routes() if "GET" in (one.methods or ()))


def filled(route: str, record_id: str) -> str:
    """Return an address with the same id in each place."""
    return _PARAMETER.sub(record_id, route)


def never() -> str:
    """Return an id that no record has."""
    return make_id(SystemChance())


async def crawl(hands: Hands) -> list[Answer]:
    """Follow every link from every page, to whatever GET reaches."""
    waiting, seen = plain_routes(), set(plain_routes())
    found: list[Answer] = []
    alike: Counter[str] = Counter()
    while waiting and len(found) < _MOST:
        answer = await hands.get(waiting.pop(0))
        found.append(answer)
        if b"<html" not in answer.body[:2000]:
            continue
        for link in _LINK.findall(answer.body.decode()):
            path = urldefrag(html.unescape(link)).url
            if path.startswith("?"):
                path = answer.path.split("?")[0] + path
            if not path.startswith("/") or path.startswith(_ENDLESS) or path in seen:
                continue
            alike[_VARIES.sub("*", path)] += 1
            if alike[_VARIES.sub("*", path)] <= _ALIKE:  # a calendar has no end
                seen.add(path)
                waiting.append(path)
    assert not waiting, "the crawl was cut short"
    return found


def crawled(world: World, role: str) -> list[Answer]:
    """Return every page of a role's desk; looked at once for all tests."""
    if role not in world.crawled:
        world.crawled[role] = at_desk(world.desks[role], crawl)
    found: list[Answer] = world.crawled[role]
    return found


def held_in(answers: Iterable[Answer], words: Iterable[str]) -> list[tuple[str, str]]:
    """Return which pages hold which of these words, in whatever case."""
    wanted = list(words)
    pages = [(answer.path, answer.text) for answer in answers]
    return [(path, word) for path, text in pages if "qzx" in text for word in wanted if word in text]
