"""Checking a vault: whether everything in its folder is what was written, and everything signed still verifies.

 1. Every page of the database, free ones included, and every frame of a write-ahead file, by its own tag or sum.
 2. The key slots are the ones that the database remembers.
 3. Each device's chain in each compartment: numbers, hashes of heads, both signatures, bodies, counts of entries.
 4. What waits to be pushed opens to the segment that was signed.
 5. Blobs have the hashes they came with; none is missing, none was never confirmed.
What is wrong is named with its place; nothing is mended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import apsw
import msgspec

from leeward.base.ports import Clock
from leeward.base.say import Message, say
from leeward.ledger.accept import Link, Signer, accept, check_signature, open_segment, read_body
from leeward.ledger.entry import parse_entries
from leeward.ledger.errors import LedgerError, VaultDamaged
from leeward.ledger.fault import Fault
from leeward.ledger.roster import TEAM_KIND, read_roster
from leeward.ledger.segment import Segment, parse_segment, print_segment
from leeward.ledger.store.archive import held_body
from leeward.ledger.store.beside import come_in, home_of
from leeward.ledger.store.blobs import BLOBS, Blobs
from leeward.ledger.store.database import Database
from leeward.ledger.store.keyring import Keyring
from leeward.ledger.store.lock import FolderLock
from leeward.ledger.store.making import DATABASE_NAME, open_database, require_vault
from leeward.ledger.store.pages import damaged_frames, damaged_pages
from leeward.ledger.store.papers import flat, read_papers
from leeward.ledger.store.passphrase import remembered_slots
from leeward.ledger.store.second import Touch, learn
from leeward.ledger.store.slots import SLOTS, find_slot, is_slot, slot_hashes

Progress: TypeAlias = Callable[[int, int], None]
_Finding: TypeAlias = tuple[str, str, Message]  # compartment, where, what


def check(
    folder: Path, passphrase: str, *, clock: Clock, progress: Progress, touch: Touch | None = None
) -> list[Fault]:
    """Check a vault that is not open; return what is wrong. `progress` takes (done, of) of each round.

    WrongPassphrase, NoVault, VaultInUse as in opening; VaultDamaged only if the key itself cannot be read.
    """
    require_vault(folder)
    lock = FolderLock(folder)
    try:
        learn(folder, touch)
        key, slot = find_slot(folder, passphrase)
        home = come_in(folder, home_of(folder, key), key, slot)
        return [Fault(clock.now_ms(), *found) for found in _check_all(folder, home, key, progress)]
    finally:
        lock.release()


def _check_all(folder: Path, home: Path, key: bytes, progress: Progress) -> Iterator[_Finding]:
    path = home / DATABASE_NAME
    if not path.exists():
        yield "", DATABASE_NAME, say("The vault's database is missing.")
        return
    for number in damaged_pages(path, key, progress):  # 1
        yield "", f"page {number} of {DATABASE_NAME}", say("A page was changed after it was written.")
    journal = path.with_name(path.name + "-wal")
    if journal.exists():
        for number in damaged_frames(journal):
            what = say("The last writes before a crash were changed or cut short.")
            yield "", f"frame {number} of {journal.name}", what
    try:
        database = open_database(path, key)
    except (VaultDamaged, LedgerError) as error:
        yield "", DATABASE_NAME, _message(error)
        return
    try:
        with database.reading() as connection:
            yield from _check_slots(folder, connection)  # 2
            yield from _check_chains(connection, progress)  # 3
            yield from _check_outbox(connection)  # 4
        yield from _check_blobs(home, database)  # 5
    except (LedgerError, msgspec.MsgspecError) as error:
        yield "", DATABASE_NAME, _message(error)
    finally:
        database.close()


def _message(error: Exception) -> Message:
    happened = getattr(error, "happened", None)
    return happened if isinstance(happened, Message) else say("A part of the database cannot be read.")


def _check_slots(folder: Path, connection: apsw.Connection) -> Iterator[_Finding]:
    remembered, there = remembered_slots(connection), slot_hashes(folder)
    for name in sorted({*remembered, *there}):
        if name not in there:
            yield "", f"{SLOTS}/{name}", say("A key slot is missing.")
        elif name not in remembered and is_slot(name):
            continue  # of what lies beside: no business of this vault's
        elif there[name] != remembered.get(name):
            yield "", f"{SLOTS}/{name}", say("A key slot is not the one that was written.")


def _check_chains(connection: apsw.Connection, progress: Progress) -> Iterator[_Finding]:
    ring = Keyring.load(connection)
    signers = _signers(connection, ring)
    chains: Any = connection.execute(
        "SELECT compartment, device, number, head_hash, count FROM chain ORDER BY compartment, device"
    ).fetchall()
    for done, (place, device, number, head_hash, count) in enumerate(chains):
        compartment = ring.name(place)
        link = Link()
        rows: Any = connection.execute(
            "SELECT head, signature FROM segment WHERE compartment=? AND device=? ORDER BY number",
            (place, device),
        )
        for head_bytes, signature in rows:
            where = f"segment {link.number + 1} of device {device}"
            try:
                segment = _stored(connection, place, link, bytes(head_bytes), bytes(signature))
                check_signature(segment, signers.get(device))
                taken = accept(segment, Signer(signers[device].key), link, _nothing_held)
            except LedgerError as error:
                yield compartment, where, _message(error)
                break
            if taken is None or (segment.head.compartment, segment.head.device) != (compartment, device):
                yield compartment, where, say("A segment lies in another place than it was signed for.")
                break
            link = taken.link
        else:
            if (link.number, link.head_hash, link.count) != (number, bytes(head_hash), count):
                yield compartment, f"device {device}", say("The chain does not end where it should.")
        progress(done + 1, len(chains))
    yield from _check_unpacked(connection, ring)


def _nothing_held(number: int) -> None:
    del number


def _stored(
    connection: apsw.Connection, place: int, link: Link, head_bytes: bytes, signature: bytes
) -> Segment:
    """Return a segment as it was signed, its body put together from the chunks that hold its entries."""
    shell = parse_segment(print_segment(head_bytes, signature, b"\x90"))
    body = held_body(connection, place, shell.head.device, link.count + 1, shell.head.entries)
    return msgspec.structs.replace(shell, body=body)


def _check_unpacked(connection: apsw.Connection, ring: Keyring) -> Iterator[_Finding]:
    """Our own entries that are not in a segment yet have no signature, but a form and a count."""
    for compartment in ring.compartments():
        place = ring.number(compartment.id)
        row: Any = connection.execute("SELECT packed FROM compartment WHERE no=?", (place,)).fetchone()
        expected = int(row[0])
        for first, body in connection.execute(
            "SELECT first, body FROM chunk WHERE compartment=? AND device=? AND first>? ORDER BY first",
            (place, ring.device.id, expected),
        ):
            entries = parse_entries(bytes(body))
            if first != expected + 1 or any(entry.count != first + i for i, entry in enumerate(entries)):
                yield compartment.id, f"entry {first}", say("An entry is missing before this one.")
            expected = first + len(entries) - 1


def _signers(connection: apsw.Connection, ring: Keyring) -> dict[str, Signer]:
    signers = {device: Signer(key) for device, key in ring.pinned.items()}
    signers[ring.device.id] = Signer(ring.device.signing_key.verify_key())
    for compartment in ring.compartments(TEAM_KIND):
        papers = read_papers(connection, ring.number(compartment.id))
        signers.update((d.device_id, Signer(d.verify_key)) for d in read_roster(flat(papers)).values())
    return signers


def _check_outbox(connection: apsw.Connection) -> Iterator[_Finding]:
    ring = Keyring.load(connection)
    rows: Any = connection.execute(
        "SELECT o.compartment, o.number, o.sealed, s.head FROM outbox o LEFT JOIN segment s"
        " ON s.compartment=o.compartment AND s.number=o.number AND s.device=?",
        (ring.device.id,),
    ).fetchall()
    for place, number, sealed, head in rows:
        name = ring.name(place)
        try:
            segment = open_segment(bytes(sealed), ring.identities(name), name)
            read_body(segment)
        except LedgerError as error:
            yield name, f"outgoing segment {number}", _message(error)
            continue
        if segment.head_bytes != head:
            yield name, f"outgoing segment {number}", say("What waits to be pushed is not what was signed.")


def _check_blobs(folder: Path, database: Database) -> Iterator[_Finding]:
    blobs = Blobs(folder, database)
    noted = blobs.noted()
    for address, sound in sorted(blobs.small().items()):
        if not sound:
            yield (
                "",
                f"blob {address} in {DATABASE_NAME}",
                say("A sealed file was changed after it was written."),
            )
    files = list(blobs.files())
    for address in files:
        where = f"{BLOBS}/{address[:2]}/{address}"
        if address not in noted:
            yield "", where, say("This file was never confirmed; it can be fetched again.")
        elif hashlib.sha256(blobs.raw(address)).digest() != noted[address]:
            yield "", where, say("A sealed file was changed after it was written.")
    for address in sorted(set(noted) - set(files)):
        yield (
            "",
            f"{BLOBS}/{address[:2]}/{address}",
            say("A sealed file is missing; it can be fetched again."),
        )
