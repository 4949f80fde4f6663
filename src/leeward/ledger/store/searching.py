"""Searching: every word in any form, newest change first, with the exact number of records found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from leeward.ledger.merge import State, load_state
from leeward.ledger.model import Record
from leeward.ledger.store.database import Database
from leeward.ledger.store.reading import Reader
from leeward.ledger.store.records import KIND_MARK
from leeward.ledger.words import PREFIX_LEAST, forms_of, query_terms, snippet_of, texts_of

LIMIT_MOST = 500


class Hit(msgspec.Struct, frozen=True):
    """One record found, and the piece of its text around the first word found."""

    record: Record
    kind: str
    compartment: str
    snippet: str


class SearchPage(msgspec.Struct, frozen=True):
    """One page of hits; `total` is exact over all pages; `next` is for `after`, None on the last page."""

    hits: list[Hit]
    total: int
    next: int | None


class Searcher:
    """Asks the index and shows what it finds."""

    def __init__(self, database: Database, reader: Reader) -> None:
        self._database = database
        self._reader = reader

    def search(self, text: str, kinds: Sequence[str], limit: int, after: int | None) -> SearchPage:
        """Return a page. No word to look for finds nothing."""
        words = query_terms(text)
        if not words:
            return SearchPage([], 0, None)
        limit = max(1, min(limit, LIMIT_MOST))
        unfinished = text[-1:].isalnum()
        with self._database.reading() as connection:
            match = match_expression(words, unfinished=unfinished)
            if kinds:
                numbers: Any = connection.execute(
                    "SELECT k.no FROM kind k JOIN json_each(?) j ON j.value = k.name",
                    (json.dumps(list(kinds)),),
                ).fetchall()
                if not numbers:
                    return SearchPage([], 0, None)
                match += " AND (" + " OR ".join(f'"{KIND_MARK}{number}"' for (number,) in numbers) + ")"
            total: Any = connection.execute(
                "SELECT count(*) FROM words WHERE words MATCH ?", (match,)
            ).fetchone()
            found: Any = connection.execute(
                "SELECT rowid FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
                (match, after if after is not None else (1 << 62), limit + 1),
            ).fetchall()
            rows: Any = [
                connection.execute("SELECT id, compartment, state FROM record WHERE seq=?", seq).fetchone()
                for seq in found[:limit]
            ]
        hits = [self._hit(row, words) for row in rows if row is not None]
        more = found[limit - 1][0] if len(found) > limit else None
        return SearchPage(hits, int(total[0]), more)

    def _hit(self, row: tuple[str, int, bytes], words: list[str]) -> Hit:
        state: State = load_state(row[2])
        record = self._reader.view(state, row[0], row[1])
        return Hit(record, record.kind, record.compartment, snippet_of(texts_of(state), words))


def match_expression(words: list[str], *, unfinished: bool) -> str:
    """Return an FTS5 expression of words that hold letters and digits only, so that nothing can break out of it."""
    parts = [f'"{forms_of(word)[0]}"' for word in words]
    if unfinished and len(words[-1]) >= PREFIX_LEAST:
        parts[-1] = f'({parts[-1]} OR "{words[-1]}"*)'
    return " AND ".join(parts)
