"""Erasing for good, inside the caller's transaction: single records, and whole compartments.

 1. Of an erased record nothing stays but the hashes of its groups: not in what is held, not in what waits to be pushed
    or to be taken, not among records, references, words.
 2. What was signed still verifies afterwards, and chains go on.
 3. What comes later of an erased record is erased before it is written (taking.py 6); nobody here writes to it.
 4. Of a forgotten compartment nothing stays but its id, so that its keys are not taken again.
 5. In the team's own compartment nothing is erased (accept.py 9).
The old bytes are overwritten in the database's pages; those that lie in gaps and in the index go with `compact`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import apsw
import msgspec

from leeward.base.ports import Chance
from leeward.ledger.accept import open_segment
from leeward.ledger.entry import parse_entries
from leeward.ledger.errors import SegmentError
from leeward.ledger.merge import load_state, references
from leeward.ledger.roster import TEAM_KIND
from leeward.ledger.segment import print_segment
from leeward.ledger.store.keyring import Keyring
from leeward.ledger.store.tombs import bury, redact
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind


class Erasure(msgspec.Struct):
    """What was erased: records, groups in what is held, segments sealed again; `unread` wait under keys not held."""

    records: int = 0
    groups: int = 0
    segments: int = 0
    unread: int = 0


def erase_records(
    writer: apsw.Connection, ring: Keyring, compartment_id: str, records: Iterable[str], chance: Chance
) -> tuple[Erasure, set[str]]:
    """Erase records of a compartment, known here or not; return what was done, and the kinds of those known."""
    compartment = ring.compartment(compartment_id)
    if compartment.kind == TEAM_KIND:  # 5
        raise RuntimeError("nothing is erased in the team's own compartment")
    place = ring.number(compartment_id)
    names = frozenset(records)
    done = Erasure()
    bury(writer, place, compartment_id, names)  # 3
    kinds, touched = _drop_records(writer, place, names, done)
    for number in sorted(touched):
        row: Any = writer.execute("SELECT body FROM chunk WHERE no=?", (number,)).fetchone()
        body = bytes(row[0])
        _, redacted, groups = redact(parse_entries(body), body, names.__contains__)
        if groups:
            writer.execute("UPDATE chunk SET body=? WHERE no=?", (redacted, number))
            done.groups += groups
    _reseal_outbox(writer, ring, compartment_id, names.__contains__, done, chance)
    _reseal_waiting(writer, ring, compartment_id, names.__contains__, done)
    return done, kinds


def forget(writer: apsw.Connection, ring: Keyring, compartment_id: str, now: int) -> None:
    """Drop a compartment from the database: what was written in it, what points into it, and its keys (4)."""
    place = ring.number(compartment_id)
    boxes = [room.box for room in ring.rooms(compartment_id, 0)]
    writer.execute("INSERT OR REPLACE INTO forgotten VALUES (?,?,?)", (compartment_id, place, now))
    _drop_rows(writer, "compartment=?", (place,))
    for table in ("chunk", "segment", "outbox", "waiting", "claim", "chain", "epoch", "erased"):
        writer.execute(f"DELETE FROM {table} WHERE compartment=?", (place,))  # noqa: S608 - our own names
    writer.executemany("DELETE FROM cursor WHERE box=?", [(box,) for box in boxes])
    writer.execute("DELETE FROM fault WHERE compartment=?", (compartment_id,))
    for name in (compartment_id, *boxes):  # values of this device only, kept under its name or a box's
        writer.execute("DELETE FROM local WHERE instr(key, ?) > 0", (name,))
    writer.execute("DELETE FROM compartment WHERE no=?", (place,))


def _drop_records(
    writer: apsw.Connection, place: int, names: frozenset[str], done: Erasure
) -> tuple[set[str], set[int]]:
    """Drop records and what is derived from them; return their kinds, and the chunks that hold their groups."""
    kinds: set[str] = set()
    touched: set[int] = set()
    for name in sorted(names):
        for number, kind in writer.execute(
            "SELECT r.no, k.name FROM record r JOIN kind k ON k.no = r.kind WHERE r.id=? AND r.compartment=?",
            (name, place),
        ).fetchall():
            kinds.add(str(kind))
            touched.update(
                int(chunk) for (chunk,) in writer.execute("SELECT chunk FROM touch WHERE record=?", (number,))
            )
            done.records += 1
        _drop_rows(writer, "id=? AND compartment=?", (name, place))
    return kinds, touched


def _drop_rows(writer: apsw.Connection, where: str, values: tuple[str | int, ...]) -> None:
    """Drop rows of `record`, and the references, touches and words that belong to them."""
    rows: Any = writer.execute(f"SELECT no, kind, changed, seq, state FROM record WHERE {where}", values)  # noqa: S608
    for number, kind, changed, seq, state in rows.fetchall():
        writer.executemany(
            "DELETE FROM ref WHERE target=? AND field=? AND kind=? AND changed=? AND record=?",
            [(target, field, kind, changed, number) for field, target in references(load_state(state))],
        )
        writer.execute("DELETE FROM touch WHERE record=?", (number,))
        writer.execute("DELETE FROM words WHERE rowid=?", (seq,))
        writer.execute("DELETE FROM record WHERE no=?", (number,))


def _reseal_outbox(
    writer: apsw.Connection,
    ring: Keyring,
    compartment_id: str,
    gone: Callable[[str], bool],
    done: Erasure,
    chance: Chance,
) -> None:
    """Seal again what waits to be pushed. The item gets another id: the relay may hold the old one already."""
    rows: Any = writer.execute(
        "SELECT item, sealed FROM outbox WHERE compartment=?", (ring.number(compartment_id),)
    )
    for item, sealed in rows.fetchall():
        again = seal_again(ring, compartment_id, bytes(sealed), gone)
        if again:
            writer.execute(
                "UPDATE outbox SET item=?, sealed=? WHERE item=?", (chance.draw(16).hex(), again, item)
            )
            done.segments += 1


def _reseal_waiting(
    writer: apsw.Connection, ring: Keyring, compartment_id: str, gone: Callable[[str], bool], done: Erasure
) -> None:
    """Seal again what waits to be taken; of what does not open here yet nothing can be known (3)."""
    rows: Any = writer.execute(
        "SELECT no, sealed FROM waiting WHERE compartment=?", (ring.number(compartment_id),)
    )
    for number, sealed in rows.fetchall():
        try:
            again = seal_again(ring, compartment_id, bytes(sealed), gone)
        except SegmentError:
            done.unread += 1
            continue
        if again:
            writer.execute("UPDATE waiting SET sealed=? WHERE no=?", (again, number))
            done.segments += 1


def seal_again(ring: Keyring, compartment_id: str, sealed: bytes, gone: Callable[[str], bool]) -> bytes:
    """Return a segment sealed again without the groups of some records; b"" if it has none of them."""
    identities = ring.identities(compartment_id)
    segment = open_segment(sealed, identities, compartment_id)
    _, body, groups = redact(parse_entries(segment.body), segment.body, gone)
    if not groups:
        return b""
    plain = print_segment(segment.head_bytes, segment.signature, body)
    return seal(Kind.SEGMENT, plain, identities[segment.head.epoch].recipient())
