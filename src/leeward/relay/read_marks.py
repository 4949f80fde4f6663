"""Which mail has been read, and which mailboxes were looked into: noted in memory, written down a moment later.

1. No answer waits for a mark, or takes longer because one was made: they are written together, after a pause.
2. A mark that a kill loses is made again at the next reading; until then the item only counts as unread.
3. A box gets one mark a day at most in `reads`, and only where there is mail; the team's own reading leaves none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from leeward.relay import rows

MARKS_MOST = 20_000  # boxes noted and not yet written; what comes beyond waits for its next reading


class ReadMarks:
    """Marks that are not yet written. Used from one event loop."""

    def __init__(self) -> None:
        self._upto: dict[bytes, tuple[int, int]] = {}  # box -> number and day

    def __len__(self) -> int:
        return len(self._upto)

    def note(self, box: bytes, row: rows.BoxRow, upto: int, day: int) -> bool:
        """Note that a box was read up to a number today; tell whether there is something to write down."""
        if upto <= row.seen and (not row.mail or row.looked >= day):
            return False
        if box in self._upto or len(self._upto) < MARKS_MOST:
            self._upto[box] = max(upto, self._upto.get(box, (0, 0))[0]), day
            return True
        return False

    def take(self) -> dict[bytes, tuple[int, int]]:
        """Return all marks (box: number and day), and forget them."""
        taken, self._upto = self._upto, {}
        return taken


def write_marks(connection: sqlite3.Connection, marks: Mapping[bytes, tuple[int, int]]) -> None:
    """Write marks down in the caller's transaction; boxes that are gone have none."""
    for box, (upto, day) in marks.items():
        row = rows.find_box(connection, box)
        if row is None:
            continue
        seen = max(row.seen, min(upto, row.last))
        looked = max(row.looked, day) if row.mail else row.looked
        if (seen, looked) == (row.seen, row.looked):
            continue
        if seen > row.seen:
            connection.execute(
                "INSERT INTO reads VALUES (?, ?, ?, ?) "
                "ON CONFLICT (box, day) DO UPDATE SET number = excluded.number, seal = excluded.seal",
                (box, day, seen, rows.seal_of(b"r", box, day, seen)),
            )
        rows.update_box(connection, box, row._replace(seen=seen, looked=looked))
