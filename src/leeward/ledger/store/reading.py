"""Reading records: by id, by kind and reference, and their history. From any thread; never waits for the writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import apsw

from leeward.ledger.clock import wall_ms
from leeward.ledger.entry import parse_entries
from leeward.ledger.merge import Stamp, State, load_state, view
from leeward.ledger.model import Dot, Record, Revision
from leeward.ledger.store.database import Database
from leeward.ledger.store.keyring import Keyring
from leeward.ledger.store.writing import latest_clock


class Reader:
    """Turns rows into records; `member_of` names the member behind a device."""

    def __init__(self, database: Database, ring: Keyring, member_of: Callable[[str], str]) -> None:
        self._database = database
        self._ring = ring
        self._member_of = member_of

    def get(self, record: str, kind: str = "", home: str = "") -> Record | None:
        """Return a record, of a kind and from a circle of the kind `home` if these are named.

        If two circles hold the id, it is the one that came here first: a member of one circle cannot put a record of
        theirs in the place of another circle's, whatever clock they write.
        """
        rows = self._database.ask("SELECT compartment, state FROM record WHERE id=? ORDER BY no", (record,))
        for place, raw in rows:
            state = load_state(raw)
            if state.kind == (kind or state.kind) and self._ring.kind(place) == (
                home or self._ring.kind(place)
            ):
                return self.view(state, record, place)
        return None

    def find(
        self, kind: str, compartment: str | None, refs: Mapping[str, str], limit: int | None
    ) -> list[Record]:
        """Return records of a kind, newest change first."""
        sql, values = self._where(kind, compartment, refs)
        if limit is not None:
            values.append(limit)
        rows = self._database.ask(
            f"SELECT r.id, r.compartment, r.state {sql}"
            f" ORDER BY {'p.changed DESC, p.record' if refs else 'r.changed DESC, r.no'} DESC"
            f"{'' if limit is None else ' LIMIT ?'}",
            values,
            brief=False,
        )
        return [self.view(load_state(state), record, place) for record, place, state in rows]

    def count(self, kind: str, compartment: str | None, refs: Mapping[str, str]) -> int:
        """Return how many records `find` would give without a limit."""
        sql, values = self._where(kind, compartment, refs)
        return int(self._database.ask(f"SELECT count(*) {sql}", values, brief=False)[0][0])

    def newest_clock(self) -> int:
        """Return the latest moment, in milliseconds, at which a record was changed by its author's clock."""
        with self._database.reading() as connection:
            return wall_ms(latest_clock(connection))

    def kinds(self) -> list[str]:
        """Return the kinds of which there is or was a record, by name."""
        return [name for (name,) in self._database.ask("SELECT name FROM kind ORDER BY name")]

    def conflicts(self) -> list[str]:
        """Return the ids of records in conflict, oldest change first."""
        rows = self._database.ask("SELECT id FROM record WHERE conflict ORDER BY changed, no", brief=False)
        return [row[0] for row in rows]

    def history(self, record: str) -> list[Revision]:
        """Return what every entry did to a record, oldest first by (hlc, device)."""
        with self._database.reading() as connection:
            row = self._row_of(connection, record)
            if row is None:
                return []
            chunks: Any = connection.execute(
                "SELECT c.device, c.body FROM touch t JOIN chunk c ON c.no = t.chunk WHERE t.record=?",
                (row,),
            ).fetchall()
        lines: list[tuple[Stamp, int, Revision]] = []
        for device, body in chunks:
            by = self._member_of(device)
            for entry in parse_entries(body):
                stamp = Stamp(entry.hlc, device, entry.count, entry.at)
                dot = Dot(device, entry.count)
                for place, change in enumerate(entry.changes()):
                    if change.record == record:
                        revision = Revision(dot, entry.at, by, device, change.field, change.op, change.value)
                        lines.append((stamp, place, revision))
        lines.sort(key=lambda line: line[:2])
        return [line[2] for line in lines]

    def view(self, state: State, record: str, place: int) -> Record:
        """Return a record as people see it."""
        return view(state, record, self._ring.name(place), self._member_of)

    def _row_of(self, connection: apsw.Connection, record: str) -> int | None:
        row: Any = connection.execute("SELECT min(no) FROM record WHERE id=?", (record,)).fetchone()
        return row[0]  # type: ignore[no-any-return]

    def _where(
        self, kind: str, compartment: str | None, refs: Mapping[str, str]
    ) -> tuple[str, list[str | int]]:
        """Return FROM and WHERE: driven by the first reference if there is one, by the kind's index if not."""
        values: list[str | int] = []
        if refs:
            first, *others = refs.items()
            sql = (
                "FROM ref p JOIN record r ON r.no = p.record"
                " WHERE p.target=? AND p.field=? AND p.kind=(SELECT no FROM kind WHERE name=?)"
            )
            values += [first[1], first[0], kind]
            for field, target in others:
                sql += (
                    " AND EXISTS (SELECT 1 FROM ref o WHERE o.target=? AND o.field=? AND o.kind=p.kind"
                    " AND o.changed=p.changed AND o.record=p.record)"
                )
                values += [target, field]
        else:
            sql = "FROM record r WHERE r.kind=(SELECT no FROM kind WHERE name=?)"
            values.append(kind)
        if compartment is not None:
            sql += " AND r.compartment=?"
            values.append(self._ring.number(compartment))
        return sql, values
