"""Writing one entry of our own, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw

from leeward.base.limits import ITEM_MOST
from leeward.base.ports import Chance
from leeward.base.say import say
from leeward.ledger.clock import tick
from leeward.ledger.entry import NAME_MOST, Entry, make_groups, print_entry, read_back
from leeward.ledger.errors import EntryTooLarge
from leeward.ledger.merge import Stamp, State, live_clock, live_over
from leeward.ledger.model import Change, Dot, Op
from leeward.ledger.roster import PAPERS
from leeward.ledger.segment import join_entries
from leeward.ledger.store.keyring import Keyring
from leeward.ledger.store.records import Batch
from leeward.ledger.store.tombs import Tombs

ENTRY_MOST = ITEM_MOST - 768 * 1024  # room for the head, the padding (at most 12 %) and the seal


def write_entry(
    writer: apsw.Connection,
    ring: Keyring,
    compartment_id: str,
    changes: Sequence[Change],
    *,
    now: int,
    chance: Chance,
) -> tuple[Dot, set[str]]:
    """Write changes as one entry; return its name and the kinds it changed. Erased if a record was.

    Each change goes over what its author had before their eyes: the live writes of the field, earlier changes of the
    same entry included.
    """
    pen = Pen(writer, ring, now=now, chance=chance)
    dot = pen.write(ring.number(compartment_id), compartment_id, changes)
    pen.flush()
    return dot, pen.kinds


class Pen:
    """Writes entries of ours, one or many, inside the caller's transaction; `flush` at the end writes the records."""

    def __init__(self, writer: apsw.Connection, ring: Keyring, *, now: int, chance: Chance) -> None:
        self._writer = writer
        self._device = ring.device.id
        self._chance = chance
        self._now = now
        self._batch = Batch(writer)
        self._latest = latest_clock(writer)
        self._chunk = next_chunk(writer)
        self._counts: dict[int, int] = {}  # of our last entry, by compartment
        self._tombs: dict[int, Tombs] = {}

    @property
    def kinds(self) -> set[str]:
        """Return the kinds that were changed."""
        return self._batch.kinds

    def write(self, place: int, compartment_id: str, changes: Sequence[Change]) -> Dot:
        """Write changes as one entry of a compartment, `place` being its number; Erased, EntryTooLarge."""
        if not changes:
            raise RuntimeError("an entry without changes")
        batch = self._batch
        if place not in self._counts:
            self._counts[place] = own_count(self._writer, place, self._device)
            self._tombs[place] = Tombs(self._writer, place, compartment_id)
        self._tombs[place].refuse(change.record for change in changes)
        for change in changes:
            _check_names(change)
            _check_family(batch.state(place, change.record), change)
        seen = [live_clock(batch.state(place, c.record), c.field) for c in changes if c.op is Op.SET]
        count = self._counts[place] + 1
        stamp = Stamp(tick(self._now, self._latest, *seen), self._device, count, self._now)
        complete = []
        for change in changes:
            over = live_over(batch.state(place, change.record), change)
            written = Change(
                change.record, change.kind, change.field, change.op, read_back(change.value), over
            )
            batch.take_change(place, stamp, self._chunk, written)
            complete.append(written)
        raw = print_entry(Entry(count, stamp.hlc, self._now, make_groups(complete, self._chance.draw)))
        if len(raw) > ENTRY_MOST:
            raise EntryTooLarge(
                say("This is too much to save at once."),
                kept=say("Nothing was changed."),
                next_step=say("Save it in smaller parts, or attach it as a file."),
            )
        store_chunk(self._writer, self._chunk, place, self._device, count, 1, join_entries([raw]))
        self._counts[place], self._latest, self._chunk = count, stamp.hlc, self._chunk + 1
        return Dot(self._device, count)

    def flush(self) -> None:
        """Write the records as they now are."""
        self._batch.flush()


def store_chunk(
    writer: apsw.Connection, no: int, place: int, device: str, first: int, entries: int, body: bytes
) -> None:
    """Keep entries as they were written."""
    writer.execute("INSERT INTO chunk VALUES (?,?,?,?,?,?)", (no, place, device, first, entries, body))


def next_chunk(writer: apsw.Connection) -> int:
    """Return the number of the next chunk."""
    row: Any = writer.execute("SELECT max(no) FROM chunk").fetchone()
    return int(row[0] or 0) + 1


def own_count(connection: apsw.Connection, place: int, device: str) -> int:
    """Return the count of a device's last entry in a compartment."""
    row: Any = connection.execute(
        "SELECT first + entries - 1 FROM chunk WHERE compartment=? AND device=? ORDER BY first DESC LIMIT 1",
        (place, device),
    ).fetchone()
    return int(row[0]) if row else 0


def latest_clock(connection: apsw.Connection) -> int:
    """Return the latest clock of anything held."""
    row: Any = connection.execute(
        "SELECT max((SELECT max(changed) FROM record WHERE kind = kind.no)) FROM kind"
    ).fetchone()
    return int(row[0] or 0)


def _check_names(change: Change) -> None:
    for name in (change.record, change.kind, change.field):
        if not isinstance(name, str) or not 0 < len(name) <= NAME_MOST:
            raise RuntimeError("a record id, kind or field has no proper length")


def _check_family(state: State | None, change: Change) -> None:
    """Refuse to mix families of operations on one field: that is a mistake of our own code.

    Not so for notes, the roster's papers among them: they are read past whatever a foreign desk wrote under their
    field, and a desk that could not append to it would stand still.
    """
    if state is None or change.op is Op.APPEND or change.field == PAPERS:
        return
    families = {Op.SET: state.sets, Op.ADD: state.adds, Op.REMOVE: state.adds, Op.APPEND: state.notes}
    own = families[change.op]
    if any(change.field in other for other in families.values() if other is not own):
        raise RuntimeError(f"the field {change.field} was used with another operation before")
