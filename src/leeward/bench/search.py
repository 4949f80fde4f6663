"""Searching and paging in a large vault, and how fast it opens. Documents in Russian and English with word forms."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from leeward.base.ports import SystemChance, SystemClock
from leeward.bench.invented import Author, Colleague, record_id, work_on_records
from leeward.bench.table import Figure
from leeward.ledger.store.database import Database
from leeward.ledger.store.making import DATABASE_NAME
from leeward.ledger.store.searching import match_expression
from leeward.ledger.store.slots import open_slots
from leeward.ledger.store.vault import Vault
from leeward.ledger.words import query_terms

_PASSPHRASE = "invented words for a bench"  # noqa: S105 - of a vault that lives for one run
_EACH = 10  # entries a record
_PER_SEGMENT = 1000
_PAGE = 50


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see bench/table.py. Full: 100,000 records of 1,000,000 entries; quick: a tenth."""
    records = 10_000 if quick else 100_000
    folder = Path(tempfile.mkdtemp(prefix="leeward-bench-"))
    try:
        place = folder / "vault"
        ports: dict[str, Any] = {"clock": SystemClock(), "chance": SystemChance()}
        with Vault.create(place, _PASSPHRASE, member_id="bench", work_factor=10, **ports) as vault:
            rate = _fill(vault, records, progress)
            queries = _queries(vault, records, 200 if quick else 500)
            progress("searching")
            searched = _times(vault.search, queries)
            pages = _times(lambda _: vault.find("account", limit=_PAGE), queries)
            raw_searched = _raw_searches(vault, queries)
            raw_pages = _raw_pages(vault, len(queries))
        progress("opening")
        unlock, raw_unlock = _unlock(place, ports)
        size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Figure("search_p99_ms", "two words, exact count, 99th percentile", _p99(searched), "ms", 30.0,
               _p99(raw_searched), more_is_better=False),
        Figure("search_p50_ms", "two words, exact count, median", _median(searched), "ms", None,
               _median(raw_searched), more_is_better=False),
        Figure("page_p99_ms", f"newest {_PAGE} of {records:,} records, 99th percentile", _p99(pages), "ms", 5.0,
               _p99(raw_pages), more_is_better=False),
        Figure("unlock_s", "opening beyond the passphrase's hashing", unlock, "s", 1.0, raw_unlock,
               more_is_better=False),
        Figure("filled_per_s", "entries a second taken in while filling", rate, "1/s"),
        Figure("vault_mb", "the vault's folder", size / 1e6, "MB", more_is_better=False),
    ]  # fmt: skip


def _fill(vault: Vault, records: int, progress: Callable[[str], None]) -> float:
    """Take in a colleague's sealed segments, as from a relay; return entries a second of `accept` alone."""
    vault.make_compartment("team")
    compartment = vault.make_compartment("record").id
    colleague = Colleague(vault, compartment)
    entries = work_on_records(Author(2017), colleague.device, records, _EACH)
    sequence = 0
    taken = 0
    spent = 0.0
    while items := _segments(colleague, entries, 25):
        started = time.perf_counter()
        accepted = vault.accept(
            compartment, [(sequence + place, item) for place, item in enumerate(items, 1)]
        )
        spent += time.perf_counter() - started
        if accepted.faults:
            raise RuntimeError(str(accepted.faults[0].what))
        taken += accepted.entries
        sequence += len(items)
        progress(f"filling: {taken:,} of {records * _EACH:,} entries")
    return taken / spent


def _segments(colleague: Colleague, entries: Iterator[Any], most: int) -> list[bytes]:
    sealed: list[bytes] = []
    while len(sealed) < most and (chunk := list(islice(entries, _PER_SEGMENT))):
        sealed.append(colleague.seal(chunk))
    return sealed


def _queries(vault: Vault, records: int, count: int) -> list[str]:
    """Return pairs of words that occur together, drawn as often as they are written: common ones are common."""
    chosen = random.Random(7)  # noqa: S311 - which words to look for, not keys
    queries: list[str] = []
    while len(queries) < count:
        record = vault.get(record_id(chosen.randrange(records)))
        words = query_terms(record.fields["text"]) if record is not None else []
        if len(words) >= 2:
            queries.append(" ".join(chosen.sample(words, 2)))
    return queries


def _times(work: Callable[[str], object], queries: list[str]) -> list[float]:
    """Return milliseconds of each call, after a few that warm up."""
    for query in queries[:5]:
        work(query)
    spent = []
    for query in queries:
        started = time.perf_counter()
        work(query)
        spent.append((time.perf_counter() - started) * 1000)
    return spent


def _raw_searches(vault: Vault, queries: list[str]) -> list[float]:
    """Ask the index alone for the same count and page of row numbers."""
    with vault.database.reading() as connection:

        def ask(query: str) -> None:
            match = match_expression(query_terms(query), unfinished=True)
            connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (match,)).fetchall()
            page = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 21"
            connection.execute(page, (match,)).fetchall()

        return _times(ask, queries)


def _raw_pages(vault: Vault, count: int) -> list[float]:
    """Read as many rows in the order of the table."""
    with vault.database.reading() as connection:

        def ask(_: str) -> None:
            connection.execute("SELECT * FROM record ORDER BY no DESC LIMIT ?", (_PAGE,)).fetchall()

        return _times(ask, [""] * count)


def _unlock(folder: Path, ports: dict[str, Any]) -> tuple[float, float]:
    """Return seconds to open beyond the hashing, and to open the database with its key and read one row; best of 5."""
    key = open_slots(folder, _PASSPHRASE)
    whole, hashing, raw = [], [], []
    for _ in range(5):
        started = time.perf_counter()
        open_slots(folder, _PASSPHRASE)
        hashing.append(time.perf_counter() - started)
        started = time.perf_counter()
        vault = Vault.open(folder, _PASSPHRASE, **ports)
        vault.find("account", limit=1)
        whole.append(time.perf_counter() - started)
        vault.close()
        started = time.perf_counter()
        database = Database(folder / DATABASE_NAME, key)
        with database.reading() as connection:
            connection.execute("SELECT * FROM record LIMIT 1").fetchall()
        raw.append(time.perf_counter() - started)
        database.close()
    return max(0.0, min(whole) - min(hashing)), min(raw)


def _p99(values: list[float]) -> float:
    return sorted(values)[max(0, -(-len(values) * 99 // 100) - 1)]


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
