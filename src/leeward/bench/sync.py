"""How many entries a second a new desk takes in from a relay.

A colleague's entries, as a team writes them (a record is made, then worked on), lie on a relay in segments of 100. An
empty vault that has just been granted the key fetches them over loopback HTTP, opens each segment, verifies both
signatures and the chain, merges the entries into records and indexes their words. Limits, in the same run:

- the same segments only opened and verified, in memory: what cryptography allows (shown as the limit);
- the same number of rows of the same size put into an encrypted SQLite file in one transaction: what the database
  would allow if nothing were merged and no word indexed.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from leeward.base.ports import SystemChance, SystemClock
from leeward.bench.invented import Author, Colleague, work_on_records
from leeward.bench.loopback import relay_process
from leeward.bench.table import Figure
from leeward.ledger.accept import Signer, check_signature, open_segment
from leeward.ledger.store.database import KEY_BYTES, Database
from leeward.office.session import Session
from leeward.office.team import admit, device_card, found_team, join, prepare_to_join, trusted_giver
from leeward.sync.client import RelayClient
from leeward.sync.exchange import Exchange

GOAL = 15_000.0
IN_SEGMENT = 100
EACH = 10  # entries a record


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see Bench. `quick` takes 20,000 entries, the whole 100,000."""
    records = 2_000 if quick else 10_000
    with tempfile.TemporaryDirectory(prefix="leeward-bench-") as name, relay_process(Path(name)) as address:
        folder = Path(name)
        relay = RelayClient(address)
        progress("a team of two")
        founder, newcomer = _team(folder, relay)
        progress(f"writing {records * EACH:,} entries to the relay")
        segments = _fill(founder, relay, records)
        progress(f"fetching {len(segments):,} segments")
        exchange = _exchange(newcomer, relay)
        start = time.perf_counter()
        taken = exchange.sync().taken
        seconds = time.perf_counter() - start
        if newcomer.vault.count("account") != records or newcomer.vault.faults():
            raise RuntimeError("not everything was taken in")
        progress("only opening and verifying")
        crypto = _open_only(founder, segments, records * EACH)
        progress("only inserting")
        rows = _insert_only(folder / "rows.db", sum(map(len, segments)) // (records * EACH), records * EACH)
        for session in (founder, newcomer):
            session.vault.close()
        relay.close()
    rate = taken / seconds
    return [
        Figure(
            "entries_per_s", "entries taken in by an empty vault, segments of 100", rate, "/s", GOAL, crypto
        ),
        Figure("open_per_s", "the same, only opened and verified", crypto, "/s"),
        Figure("insert_per_s", "as many rows, only inserted", rows, "/s"),
    ]


def _team(folder: Path, relay: RelayClient) -> tuple[Session, Session]:
    clock, chance = SystemClock(), SystemChance()
    founder = found_team(
        folder / "founder",
        "bench",
        team_name="Bench",
        member_name="A",
        role="coordinator",
        clock=clock,
        chance=chance,
        work_factor=4,
    )
    newcomer = prepare_to_join(folder / "newcomer", "bench", clock=clock, chance=chance, work_factor=4)
    card = device_card(newcomer, name="B", role="documenter")
    welcome = admit(founder, card, "documenter", fingerprint=newcomer.vault.device.id).welcome
    join(newcomer, welcome, fingerprint=founder.vault.device.id)
    device = newcomer.vault.device
    relay.make_box(device.box, device.read, device.write)
    return founder, newcomer


def _exchange(session: Session, relay: RelayClient) -> Exchange:
    made = Exchange(session.vault, relay, clock=session.clock, chance=session.chance)
    made.trusted = trusted_giver(session)
    return made


def _fill(founder: Session, relay: RelayClient, records: int) -> list[bytes]:
    """Write a colleague's segments to the record's box; return them."""
    circle = founder.vault.compartment(founder.vault.compartment_of("record"))
    colleague = Colleague(founder.vault, circle.id)
    _exchange(founder, relay).sync()
    entries = work_on_records(Author(1), colleague.device, records, EACH)
    segments = []
    while batch := list(itertools.islice(entries, IN_SEGMENT)):
        segments.append(colleague.seal(batch))
    for segment in segments:
        relay.append(circle.box, circle.write, founder.chance.draw(16).hex(), segment)
    return segments


def _open_only(founder: Session, segments: list[bytes], entries: int) -> float:
    vault = founder.vault
    circle = vault.compartment_of("record")
    epochs = dict(vault.epochs_of(circle))
    signers = {device.device_id: Signer(device.verify_key) for device in vault.roster().values()}
    start = time.perf_counter()
    for sealed in segments:
        segment = open_segment(sealed, epochs, circle)
        check_signature(segment, signers.get(segment.head.device))
    return entries / (time.perf_counter() - start)


def _insert_only(path: Path, size: int, entries: int) -> float:
    database = Database(path, SystemChance().draw(KEY_BYTES))
    rows = [(number, SystemChance().draw(size)) for number in range(entries)]
    start = time.perf_counter()
    with database.writing() as writer:
        writer.execute("CREATE TABLE rows (no INTEGER PRIMARY KEY, body BLOB)")
        writer.executemany("INSERT INTO rows VALUES (?,?)", rows)
    seconds = time.perf_counter() - start
    database.close()
    return entries / seconds
