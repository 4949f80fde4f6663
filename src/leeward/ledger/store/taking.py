"""Taking fetched segments into the vault: rules of accept.py, then merge, in one transaction with the cursor.

1. Everything is opened and its form checked before the transaction; nothing is written of what is refused.
2. A segment that has to wait (a gap, a device not yet known, a key not yet granted) is kept sealed as it came, and
   tried again whenever something else was taken in.
3. What is refused is kept among the faults, once, with the number it had on the relay; the cursor moves on.
4. A device that a trusted device's head names under `seen` is vouched for: its own first segment may carry the
   roster record with its key. (So a newcomer who trusts one device can read what was written before it joined.)
5. What a removed device wrote is believed if the head of a device that belongs names it under `seen`. If not, it
   waits: in the roster in any case, elsewhere once new keys were made, and before that if it was written after the
   removal by its own clock (accept.py, rule 11). So a clock that was set back helps only until the new keys.
6. What belongs to a record that was erased here is erased before anything is written. What others erased, and we were
   not told to, is taken when the whole of it comes: so order of arrival does not matter here either.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import apsw
import msgspec

from leeward.base.ports import Clock
from leeward.base.say import Message, say
from leeward.ledger.accept import Link, accept, check_signature, open_segment, read_body
from leeward.ledger.entry import Entry, Group, digest_of, is_whole, parse_entries, print_entry
from leeward.ledger.errors import Fork, RemovedDevice, SegmentError
from leeward.ledger.fault import Fault
from leeward.ledger.roster import TEAM_KIND, RosterDevice
from leeward.ledger.segment import Segment, join_entries
from leeward.ledger.store.archive import held_chunks
from leeward.ledger.store.database import Database
from leeward.ledger.store.erasing import seal_again
from leeward.ledger.store.faults import keep_fault
from leeward.ledger.store.judging import Claims, Judge, fork
from leeward.ledger.store.keyring import Compartment, Keyring
from leeward.ledger.store.local import Local
from leeward.ledger.store.records import Batch
from leeward.ledger.store.tombs import CAME_BACK, Tombs, note_came_back
from leeward.ledger.store.writing import next_chunk, store_chunk


class Accepted(msgspec.Struct, frozen=True):
    """How many entries of others came in, and what was found wrong now for the first time."""

    entries: int
    faults: list[Fault]


class Taker:
    """Takes segments in."""

    def __init__(
        self,
        database: Database,
        ring: Keyring,
        roster: Callable[[], Mapping[str, RosterDevice]],
        clock: Clock,
        local: Local,
    ) -> None:
        self._local = local
        self._database = database
        self._ring = ring
        self._roster = roster
        self._clock = clock

    def accept(
        self, compartment_id: str, items: Sequence[tuple[int, bytes]], *, box: str = "", vouched: bool = False
    ) -> tuple[Accepted, set[str]]:
        """Take items of a compartment's box (its newest for ""); return what came in and the kinds changed.

        `vouched`: they come from an export, whose maker had accepted all of them (5).
        """
        compartment = self._ring.compartment(compartment_id)
        if not items and not self._waits_in(compartment_id):
            return Accepted(0, []), set()
        roster = self._roster()
        box = box or compartment.box
        try:
            with self._local.writing() as writer:
                run = _Run(writer, self._ring, compartment, roster, self._clock.now_ms(), vouched=vouched)
                for number, sealed in items:
                    run.offer(number, sealed, box)
                run.try_waiting()
                run.finish()
                if items:
                    writer.execute(
                        "INSERT INTO cursor VALUES (?,?) ON CONFLICT (box) DO UPDATE"
                        " SET number=max(number, excluded.number)",
                        (box, max(number for number, _ in items)),
                    )
                if run.came_back and box == compartment.box:
                    note_came_back(writer, compartment.id, compartment.epoch)
        finally:
            if items:
                self._local.changed(box=box)
                self._local.changed(key=CAME_BACK)
        return Accepted(run.entries, run.faults), run.batch.kinds

    def _waits_in(self, compartment_id: str) -> bool:
        place = self._ring.number(compartment_id)
        return bool(self._database.ask("SELECT 1 FROM waiting WHERE compartment=? LIMIT 1", (place,)))

    def waiting_in(self) -> list[str]:
        """Return the compartments in which something waits."""
        rows = self._database.ask("SELECT DISTINCT compartment FROM waiting")
        return [self._ring.name(place) for (place,) in rows]

    def late(self) -> list[Fault]:
        """Return where something waits that a device wrote after it was put out; nothing is kept of this."""
        rows = self._database.ask(
            "SELECT compartment, min(late) FROM waiting WHERE late GROUP BY compartment"
        )
        what = say(
            "A device that was removed wrote something later. It is kept as it came, and not believed."
        )
        return [Fault(at, self._ring.name(place), "waiting", what) for place, at in rows]

    def suspects(self) -> set[str]:
        """Return the compartments of which somebody has seen a head that we were not given."""
        rows = self._database.ask("SELECT DISTINCT compartment FROM claim")
        return {self._ring.name(place) for (place,) in rows}

    def missing(self, compartment_id: str, *, keep: bool) -> list[Fault]:
        """Return heads that somebody has seen and the relay did not give us; `keep` puts them among the faults."""
        place = self._ring.number(compartment_id)
        rows = self._database.ask(
            "SELECT device, max(number) FROM claim WHERE compartment=? GROUP BY device", (place,)
        )
        what = say("The relay withholds something that a colleague has already seen.")
        now = self._clock.now_ms()
        found = [
            Fault(now, compartment_id, f"segment {number} of device {device}", what)
            for device, number in rows
        ]
        if found and keep:
            with self._database.writing() as writer:
                for fault in found:
                    keep_fault(writer, fault)
        return found


class _Run:
    """One call of `accept`, inside its transaction."""

    def __init__(
        self,
        writer: apsw.Connection,
        ring: Keyring,
        compartment: Compartment,
        roster: Mapping[str, RosterDevice],
        now: int,
        *,
        vouched: bool,
    ) -> None:
        self._vouched = vouched
        self.batch = Batch(writer)
        self.came_back = False  # something that was erased here lay on the relay once more
        self.entries = 0
        self.faults: list[Fault] = []
        self._writer = writer
        self._compartment = compartment
        self._ring = ring
        self._place = ring.number(compartment.id)
        self._identities = ring.identities(compartment.id)
        self._own = ring.device.id
        self._now = now
        self._chunk = next_chunk(writer)
        self._links: dict[str, Link] = {}
        self._moved: set[str] = set()
        self._opened: dict[bytes, Segment] = {}
        for device, number, digest, count in writer.execute(
            "SELECT device, number, head_hash, count FROM chain WHERE compartment=?", (self._place,)
        ):
            self._links[str(device)] = Link(number, bytes(digest), count)
        self._tombs = Tombs(writer, self._place, compartment.id)
        self._claims = Claims(writer, self._place, self._held)
        self._judge = Judge(writer, ring, compartment, roster, self._claims)

    def offer(self, number: int, sealed: bytes, box: str) -> None:
        """Take one item, or keep it waiting, or report it."""
        try:
            self._take(number, sealed)
        except SegmentError as error:
            if error.waits:
                late = self._now if isinstance(error, RemovedDevice) else 0
                self._writer.execute(
                    "INSERT INTO waiting (compartment, box, item, sealed, late) VALUES (?,?,?,?,?)"
                    " ON CONFLICT (compartment, box, item) DO UPDATE SET late=excluded.late, sealed=excluded.sealed",
                    (self._place, box, number, self._without_erased(sealed), late),
                )
            else:
                self._report(number, error)

    def _without_erased(self, sealed: bytes) -> bytes:
        """Return what is to wait, sealed again without what was erased here (6); as it came if it does not open yet."""
        if self._tombs:
            with contextlib.suppress(SegmentError):
                return (
                    seal_again(self._ring, self._compartment.id, sealed, self._tombs.__contains__) or sealed
                )
        return sealed

    def try_waiting(self) -> None:
        """Try again what waits, as long as something moves."""
        progress = True
        while progress:
            progress = False
            rows: Any = self._writer.execute(
                "SELECT no, item, sealed FROM waiting WHERE compartment=? ORDER BY item, no", (self._place,)
            ).fetchall()
            for row, number, sealed in rows:
                try:
                    self._take(number, sealed)
                except SegmentError as error:
                    if error.waits:
                        continue
                    self._report(number, error)
                self._writer.execute("DELETE FROM waiting WHERE no=?", (row,))
                progress = True

    def finish(self) -> None:
        """Write records, chains and reasons for waiting."""
        self.batch.flush()
        self._writer.executemany(
            "INSERT OR REPLACE INTO chain VALUES (?,?,?,?,?)",
            [
                (self._place, device, link.number, link.head_hash, link.count)
                for device, link in self._links.items()
                if device in self._moved
            ],
        )
        self._claims.write()

    def _take(self, number: int, sealed: bytes) -> None:
        segment = self._opened.get(sealed)
        if segment is None:
            segment = open_segment(sealed, self._identities, self._compartment.id)
            self._opened[sealed] = segment
        head = segment.head
        link = self._links.get(head.device, Link())
        if head.number <= link.number and self._held(head.device, head.number) == segment.head_hash():
            self._fill(segment)
            return
        signer = self._judge.signer(segment)
        check_signature(segment, signer)
        assert signer is not None
        if signer.removed_at and not self._vouched:
            signer = self._judge.judge_removed(segment, signer)
        taken = accept(
            segment,
            signer,
            link,
            lambda held: self._held(head.device, held),
            erasable=self._compartment.kind != TEAM_KIND,
        )
        if taken is None:
            return
        entries, body = self._tombs.redact(taken.entries, segment.body)  # 6
        self.came_back |= body != segment.body
        if head.device == self._own:
            self._take_back(entries)
        else:
            store_chunk(self._writer, self._chunk, self._place, head.device, head.first, head.entries, body)
            self._merge(head.device, entries)
        self._links[head.device] = taken.link
        self._moved.add(head.device)
        self._store_head(segment)
        forks = self._claims.settle(head.device, taken.link)
        if self._judge.belongs(head.device):
            forks += self._claims.compare(segment)
        for _ in range(forks):
            self._report(number, fork())
        self._judge.learn(entries, self.batch)

    def _merge(self, device: str, entries: Sequence[Entry]) -> None:
        """Merge entries that lie in the chunk stored last."""
        for entry in entries:
            self.batch.take(self._place, device, self._chunk, entry)
        self._chunk += 1
        self.entries += len(entries)

    def _take_back(self, entries: Sequence[Entry]) -> None:
        """Take our own later work into a vault that was restored from an older copy; some of it may be there.

        Each entry of ours lies in a chunk of its own, as `commit` wrote it.
        """
        held: dict[int, bytes] = {
            int(first): bytes(body)
            for first, body in self._writer.execute(
                "SELECT first, body FROM chunk WHERE compartment=? AND device=? AND first>=?",
                (self._place, self._own, entries[0].count if entries else 1),
            )
        }
        bodies = {entry.count: join_entries([print_entry(entry)]) for entry in entries}
        for entry in entries:
            there = held.get(entry.count, bodies[entry.count])
            if there != bodies[entry.count] and digest_of(parse_entries(there)[0]) != digest_of(entry):
                raise Fork(
                    say(
                        "This vault wrote on after it was restored from an older copy, and its own later work differs."
                    ),
                    kept=say("Everything in this vault is kept; what the other copy pushed is refused here."),
                    next_step=say("Export this vault, and join the team again with a new one."),
                )
        for entry in entries:
            if entry.count not in held:
                body = bodies[entry.count]
                store_chunk(self._writer, self._chunk, self._place, self._own, entry.count, 1, body)
                self._merge(self._own, [entry])

    def _fill(self, segment: Segment) -> None:
        """Take from a repeat what others had erased in the copy that came first, and we were not told to erase (6)."""
        head = segment.head
        chunks = held_chunks(self._writer, self._place, head.device, head.first, head.entries)
        if [body for _, body in chunks] == [segment.body]:
            return
        held = [(no, parse_entries(body)) for no, body in chunks]
        if all(is_whole(entries) for _, entries in held):
            return
        came = {entry.count: entry for entry in self._tombs.redact(read_body(segment), segment.body)[0]}
        for no, entries in held:
            filled = [_fill_entry(entry, came[entry.count]) for entry in entries]
            gained = [entry for _, entry in filled if entry.groups]
            if gained:
                body = join_entries([print_entry(entry) for entry, _ in filled])
                self._writer.execute("UPDATE chunk SET body=? WHERE no=?", (body, no))
                for entry in gained:
                    self.batch.take(self._place, head.device, no, entry)
                self.entries += len(gained)

    def _store_head(self, segment: Segment) -> None:
        head = segment.head
        self._writer.execute(
            "INSERT INTO segment VALUES (?,?,?,?,?,?,?)",
            (
                self._place,
                head.device,
                head.number,
                head.first,
                head.entries,
                segment.head_bytes,
                segment.signature,
            ),
        )
        if head.device == self._own:
            self._writer.execute(
                "UPDATE compartment SET packed=max(packed, ?) WHERE no=?",
                (head.first + head.entries - 1, self._place),
            )

    def _held(self, device: str, number: int) -> bytes | None:
        """Return the hash of the head that we hold of a device under a number."""
        link = self._links.get(device)
        if link is not None and link.number == number:
            return link.head_hash
        row: Any = self._writer.execute(
            "SELECT head FROM segment WHERE compartment=? AND device=? AND number=?",
            (self._place, device, number),
        ).fetchone()
        return hashlib.sha256(row[0]).digest() if row else None

    def _report(self, number: int, error: SegmentError) -> None:
        happened = error.happened
        what = happened if isinstance(happened, Message) else Message(happened, {})
        fault = Fault(self._now, self._compartment.id, f"item {number}", what)
        if keep_fault(self._writer, fault):
            self.faults.append(fault)


def _fill_entry(held: Entry, came: Entry) -> tuple[Entry, Entry]:
    """Return an entry with what another copy of it has besides, and an entry of only that."""
    pairs = list(zip(held.groups, came.groups, strict=True))
    filled = tuple(new if isinstance(old, bytes) else old for old, new in pairs)
    gained = tuple(new for old, new in pairs if isinstance(old, bytes) and isinstance(new, Group))
    return msgspec.structs.replace(held, groups=filled), msgspec.structs.replace(held, groups=gained)
