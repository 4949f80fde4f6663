"""Many entries, and the circles that some of them begin, as one transaction: all of it is there afterwards, or nothing.

For what is one act of a person but thousands of entries (an import): a crash at any moment leaves the vault as it was
before or as it is after, and nothing has to be rolled back.

1. New circles are drawn as `make_compartment` draws them: 32 bytes of their own each, and a box and tokens.
2. Everything is written inside one transaction of the database; the keys in memory are told of it after it is durable.
3. Meanwhile nobody else writes to this vault; readers see what was before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from leeward.base.ports import Chance
from leeward.ledger.entry import parse_entries
from leeward.ledger.model import Change, Op, Value
from leeward.ledger.store.database import Database
from leeward.ledger.store.keyring import Keyring
from leeward.ledger.store.local import Local
from leeward.ledger.store.tombs import Tombs
from leeward.ledger.store.writing import Pen


class Many(msgspec.Struct, frozen=True):
    """What is to be written at once.

    `circles` are new ones, id to kind; `entries` are (circle, changes), in order; `local` are values of this device.
    """

    circles: Mapping[str, str]
    entries: Sequence[tuple[str, Sequence[Change]]]
    local: Mapping[str, Value] = {}


def write_many(
    database: Database,
    ring: Keyring,
    local: Local,
    many: Many,
    *,
    now: int,
    chance: Chance,
    progress: Callable[[int], None] = lambda _: None,
) -> set[str]:
    """Write all of it; return the kinds that changed. Erased, EntryTooLarge, GrantErased: and nothing was written.

    `progress` is told how many entries were written so far; an exception of its own undoes everything.
    """
    with local.writing() as writer:  # 2
        places: dict[str, int] = {}
        for circle, kind in many.circles.items():
            ring.make_compartment(writer, kind, circle, now, chance)  # 1
            row: Any = writer.execute("SELECT no FROM compartment WHERE id=?", (circle,)).fetchone()
            places[circle] = int(row[0])
        pen = Pen(writer, ring, now=now, chance=chance)
        for number, (circle, changes) in enumerate(many.entries):
            place = places[circle] if circle in places else ring.number(circle)
            pen.write(place, circle, changes)
            progress(number + 1)
        pen.flush()
        writer.executemany(
            "INSERT INTO local VALUES (?,?) ON CONFLICT (key) DO UPDATE SET value=excluded.value",
            [(key, msgspec.msgpack.encode(value)) for key, value in many.local.items()],
        )
    with database.reading() as connection:
        for circle in many.circles:
            ring.reload(connection, circle)
    return pen.kinds


def erased_among(database: Database, ring: Keyring, circle: str, records: Iterable[str]) -> set[str]:
    """Return which of these records of a circle were erased here."""
    with database.reading() as connection:
        tombs = Tombs(connection, ring.number(circle), circle)
    return {record for record in records if record in tombs} if tombs else set()


def ever_set(database: Database, circle: str) -> set[tuple[str, str, bytes]]:
    """Return every record, field and value (as MessagePack) that was ever set in a circle."""
    found: set[tuple[str, str, bytes]] = set()
    asked = "SELECT body FROM chunk WHERE compartment = (SELECT no FROM compartment WHERE id=?)"
    for (body,) in database.ask(asked, (circle,)):
        for entry in parse_entries(body):
            found |= {
                (change.record, change.field, msgspec.msgpack.encode(change.value))
                for change in entry.changes()
                if change.op is Op.SET
            }
    return found
