"""How much a browser loads before a person can write: page, style and script as sent (gzip), in the worst language.

It asks a relay over HTTP as a browser does, follows what the page links to, and nothing that is loaded later.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import httpx

from leeward.bench.intake import make_team
from leeward.bench.table import Figure
from leeward.front.app import make_front
from leeward.front.pages import known_languages
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving

_LINKED = re.compile(r'<(?:script|link)\b[^>]*\b(?:src|href)="(/[^"]+)"')


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see Bench. Takes a second, quick or not."""
    del quick
    progress("the first page in every language")
    card = json.loads(make_team(languages=tuple(known_languages())).card)
    with tempfile.TemporaryDirectory(prefix="leeward-bench-") as name:
        store = open_store(str(Path(name)))
        try:
            with Serving(make_app(store, make_front(card, store))) as serving:
                sizes = {language: first_page(serving.address, language) for language in card["languages"]}
        finally:
            store.close()
    worst = max(sizes.values(), key=lambda parts: sum(parts.values()))
    return [
        Figure("first_page_kb", "the first page as sent, in the worst language", _kb(sum(worst.values())), "KB", 60,
               more_is_better=False),
        *(
            Figure(f"first_page_{part}_kb", f"of that, the {part}", _kb(size), "KB", more_is_better=False)
            for part, size in worst.items()
        ),
        Figure("first_page_requests", "requests for it", len(worst), "", more_is_better=False),
    ]  # fmt: skip


def first_page(address: str, language: str) -> dict[str, int]:
    """Return the bytes on the line of the page and of each file that it links to."""
    with httpx.Client(base_url=address, headers={"Accept-Encoding": "gzip"}) as client:
        page, size = _fetch(client, f"/?lang={language}")
        parts = {"page": size}
        for url in _LINKED.findall(page):
            stem, _, ending = url.rpartition("/")[2].partition(".")
            parts[f"{stem.partition('-')[0]}_{ending}"] = _fetch(client, url)[1]
    return parts


def _fetch(client: httpx.Client, url: str) -> tuple[str, int]:
    with client.stream("GET", url) as answer:
        answer.raise_for_status()
        text = answer.read().decode("utf-8")
        return text, answer.num_bytes_downloaded


def _kb(size: int) -> float:
    return size / 1000
