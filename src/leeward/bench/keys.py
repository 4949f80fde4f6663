"""What keys cost: cutting a device off, burning a vault, erasing a person; and what a relay's lies can do to them.

Each beside what the same machine does at best in the same run:

- a lost device: twelve devices, 500 parts; until the vote stands at a real relay over loopback, and until the new keys
  of all parts are made, granted, and taken by that relay. Beside it: as many bare double signatures and seals;
- burning: a vault of 500 MB. Beside it: as many bytes overwritten and synced once;
- erasing one person: two parts of their own and twenty records among 100,000 entries, and the database written anew.
  Beside it: as many bytes as the database has, written and synced once;
- generated histories of a lying relay (histories.py), on two processors. Beside it: bare ML-DSA signatures a second.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from leeward.base.ports import SystemChance, SystemClock
from leeward.bench.histories import play_some, room
from leeward.bench.invented import Author, Colleague, record_id, work_on_records
from leeward.bench.loopback import relay_process
from leeward.bench.table import Figure
from leeward.domain.team import Access
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.ledger.store.burn import burn
from leeward.ledger.store.slots import slot_files
from leeward.ledger.store.vault import Vault
from leeward.office.cutoff import make_new_keys, progress, put_out
from leeward.office.session import Session
from leeward.office.team import admit, device_card, found_team, prepare_to_join
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind
from leeward.seal.signing import Purpose, make_signing_key
from leeward.sync.client import RelayClient
from leeward.sync.exchange import Exchange, Round

FULL_HISTORIES = 100_000
DEVICES = 12
_AT_ONCE = 8  # new keys made between two pushes, as the desk's thread does
_BATCH = 5  # histories; small, so that both processes end together
_UNCOUNTED = 20  # histories that a process plays before the time runs
PROCESSES = 2
_MB = 1 << 20
_WORDS = "bench"


def run(*, quick: bool, progress: Callable[[str], None], full: bool = False) -> list[Figure]:
    """Measure; see Bench. `full` plays 100,000 histories, which takes about an hour and a half."""
    with tempfile.TemporaryDirectory(prefix="leeward-bench-") as name:
        folder = Path(name)
        progress("histories of a lying relay")
        figures = _histories(folder, FULL_HISTORIES if full else 200 if quick else 3_000, progress)
        progress("cutting off one of twelve devices")
        figures = _revoke(folder, 40 if quick else 500) + figures
        progress("burning")
        figures += _burn(folder, 20 if quick else 500)
        progress("erasing one person")
        figures += _erase(folder, 10_000 if quick else 100_000)
    return figures


# a lost device


def _revoke(folder: Path, parts: int) -> list[Figure]:
    with relay_process(folder) as address:
        relay = RelayClient(address)
        session, lost = _team(folder, relay, parts)
        exchange = _exchange(session, relay)
        exchange.sync()
        start = time.perf_counter()
        put_out(session, [lost])
        exchange.push(Round())
        voted = time.perf_counter() - start
        while make_new_keys(session, _AT_ONCE):
            exchange.push(Round())
        exchange.push(Round())
        seconds = time.perf_counter() - start
        told = progress(session)[lost]
        if told.done != told.of or exchange.outbox.waiting() or session.vault.unsent():
            raise RuntimeError("not every part has a new key")
        grants = told.of * (DEVICES - 2)
        bare = _bare_grants(session, grants)
        session.vault.close()
        relay.close()
    return [
        Figure("vote_s", "until the vote against one of 12 devices stands", voted, "s", None, None, False),
        Figure(
            "revoke_s",
            f"until {told.of} parts have new keys, {grants:,} grants with the relay",
            seconds,
            "s",
            None,
            bare,
            False,
        ),
    ]


def _team(folder: Path, relay: RelayClient, parts: int) -> tuple[Session, str]:
    """Found a team of twelve devices that hold all parts, as is written down in them; return one device to lose."""
    clock, chance = SystemClock(), SystemChance()
    founder = found_team(
        folder / "founder",
        _WORDS,
        team_name="Bench",
        member_name="A",
        role="coordinator",
        clock=clock,
        chance=chance,
        work_factor=4,
    )
    others: dict[str, str] = {}
    for number in range(1, DEVICES):
        newcomer = prepare_to_join(folder / str(number), _WORDS, clock=clock, chance=chance, work_factor=4)
        device = newcomer.vault.device
        relay.make_box(device.box, device.read, device.write)
        card = device_card(newcomer, name=f"B{number}", role="coordinator")
        others[device.id] = admit(founder, card, "coordinator", fingerprint=device.id).member_id
        newcomer.vault.close()
        shutil.rmtree(folder / str(number))
    for _ in range(parts):
        made = founder.vault.make_compartment("case").id
        held = [
            write_new(Access(id=founder.make_id(), device_id=one, member_id=member, at=founder.now()))
            for one, member in others.items()
        ]
        founder.commit(made, *held)
    return founder, next(iter(others))


def _exchange(session: Session, relay: RelayClient) -> Exchange:
    return Exchange(session.vault, relay, clock=session.clock, chance=session.chance)


def _bare_grants(session: Session, grants: int) -> float:
    """Return how long only the signatures and seals of so many grants take."""
    device = session.vault.device
    recipient = device.identity.recipient()
    tried = min(grants, 200)
    start = time.perf_counter()
    for _ in range(tried):
        seal(Kind.GRANT, device.signing_key.sign(Purpose.GRANT, bytes(600)) + bytes(600), recipient)
    return (time.perf_counter() - start) * grants / tried


# burning and erasing


def _burn(folder: Path, megabytes: int) -> list[Figure]:
    place = folder / "burnt"
    room_left = shutil.disk_usage(folder).free // _MB
    megabytes = min(megabytes, room_left // 4)
    vault = Vault.create(
        place, _WORDS, member_id="", clock=SystemClock(), chance=SystemChance(), work_factor=4
    )
    for _ in range(megabytes):
        vault.blob_put(os.urandom(32).hex(), os.urandom(_MB))
    vault.close()
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    burnt = sum(file.stat().st_size for file in slot_files(place))
    start = time.perf_counter()
    burn(place)
    seconds = time.perf_counter() - start
    shutil.rmtree(place)
    return [
        Figure(
            "burn_s",
            f"burning a vault of {size / _MB:,.0f} MB",
            seconds,
            "s",
            None,
            _written(folder, burnt),
            False,
        ),
        Figure(
            "burn_bytes", "bytes overwritten by that", float(burnt), "bytes", None, None, more_is_better=False
        ),
    ]


def _written(folder: Path, size: int) -> float:
    """Return how long this disk takes to write so many bytes and sync them once."""
    path = folder / "bare"
    piece = os.urandom(min(size, _MB))
    start = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for done in range(0, size, len(piece)):
            file.write(piece[: size - done])
        os.fsync(file.fileno())
    seconds = time.perf_counter() - start
    path.unlink()
    return seconds


def _erase(folder: Path, entries: int) -> list[Figure]:
    """Erase what a realistic vault has of one person."""
    session = found_team(
        folder / "erased",
        _WORDS,
        team_name="Bench",
        member_name="A",
        role="coordinator",
        clock=SystemClock(),
        chance=SystemChance(),
        work_factor=4,
    )
    vault = session.vault
    shared = vault.compartment_of("record")
    colleague = Colleague(vault, shared)
    written = work_on_records(Author(1), colleague.device, entries // 10, 10)
    number = 0
    while batch := list(islice(written, 100)):
        number += 1
        vault.accept(shared, [(number, colleague.seal(batch))])
    own = [vault.make_compartment(kind).id for kind in ("case", "identity")]
    author = Author(2)
    for turn in range(120):
        vault.commit(own[turn % 2], put("note", session.make_id(), text=author.text(20)))
    gone = [record_id(each) for each in range(20)]
    start = time.perf_counter()
    for circle in own:
        vault.forget(circle)
    erased = vault.erase_records(shared, gone)
    compacted = vault.compact()
    seconds = time.perf_counter() - start
    if erased.records != len(gone) or any(vault.get(one) is not None for one in gone):
        raise RuntimeError("not everything was erased")
    vault.close()
    bare = _written(folder, compacted.after)
    return [
        Figure(
            "erase_s",
            f"erasing one person among {entries:,} entries",
            seconds,
            "s",
            None,
            bare,
            more_is_better=False,
        ),
        Figure(
            "erase_bytes",
            "bytes written anew by that",
            float(compacted.after),
            "bytes",
            None,
            None,
            more_is_better=False,
        ),
    ]


# histories


def _histories(folder: Path, count: int, progress: Callable[[str], None]) -> list[Figure]:
    wrong: Counter[str] = Counter()
    done, base = 0, tempfile.mkdtemp(prefix="leeward-bench-", dir=room(folder))
    try:
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            for ready in [pool.submit(_get_ready, count, base) for _ in range(PROCESSES)]:
                ready.result()  # the teams are founded before the time runs
            start = time.perf_counter()
            batches = [
                pool.submit(play_some, first, min(_BATCH, count - first), base)
                for first in range(0, count, _BATCH)
            ]
            for batch in as_completed(batches):
                for verdict in batch.result():
                    done += 1
                    wrong.update(accepted=len(verdict.accepted), lost=len(verdict.lost))
                    wrong.update(unnamed=len(verdict.unnamed), accused=len(verdict.accused))
                progress(f"history {done:,} of {count:,}")
            seconds = time.perf_counter() - start
    finally:
        shutil.rmtree(base, ignore_errors=True)
    return [
        Figure(
            "histories_per_s",
            f"histories of a lying relay, of {count:,}, {PROCESSES} processes",
            count / seconds,
            "/s",
            28,
            None,
        ),
        Figure("signs_per_s", "bare double signatures, one processor", _signs_per_s(), "/s"),
        Figure("lies_accepted", "lies accepted in them", wrong["accepted"], "", 0, more_is_better=False),
        Figure(
            "confirmed_lost", "confirmed entries lost in them", wrong["lost"], "", 0, more_is_better=False
        ),
        Figure("lies_unnamed", "lies nobody named in them", wrong["unnamed"], "", 0, more_is_better=False),
        Figure(
            "falsely_accused", "honest answers called lies", wrong["accused"], "", 0, more_is_better=False
        ),
    ]


def _get_ready(first: int, base: str) -> None:
    """Found the teams in a process of the pool, and play some histories that do not count."""
    play_some(first, _UNCOUNTED, base)
    gc.collect()
    gc.freeze()  # the program and its teams stay: they need not be looked through for what can go
    gc.set_threshold(20_000, 20, 50)


def _signs_per_s() -> float:
    key, tried = make_signing_key(SystemChance()), 200
    start = time.perf_counter()
    for _ in range(tried):
        key.sign(Purpose.SEGMENT, bytes(200))
    return tried / (time.perf_counter() - start)
