"""The tables of a vault. Each step upgrades from the one before; a new vault takes all of them."""

from __future__ import annotations

from typing import Any

import apsw

from leeward.base.say import say
from leeward.ledger.errors import LedgerError

STEPS = (
    """
    -- one value a name: the device's keys, the member, pinned keys
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    -- values of this device only, never pushed
    CREATE TABLE local (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    -- names that occur in every row, as small numbers
    CREATE TABLE kind (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    -- need-to-know circles whose keys are here
    CREATE TABLE compartment (
        no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        box TEXT NOT NULL, read TEXT NOT NULL, write TEXT NOT NULL, made_at INTEGER NOT NULL,
        packed INTEGER NOT NULL DEFAULT 0      -- count of our last entry that went into a segment
    );
    CREATE TABLE epoch (
        compartment INTEGER NOT NULL, epoch INTEGER NOT NULL, identity TEXT NOT NULL,
        PRIMARY KEY (compartment, epoch)
    ) WITHOUT ROWID;
    -- where each device's chain stands; our own too
    CREATE TABLE chain (
        compartment INTEGER NOT NULL, device TEXT NOT NULL,
        number INTEGER NOT NULL, head_hash BLOB NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (compartment, device)
    ) WITHOUT ROWID;
    -- entries as they were written: a MessagePack array of them, never changed but by erasing
    CREATE TABLE chunk (
        no INTEGER PRIMARY KEY, compartment INTEGER NOT NULL, device TEXT NOT NULL,
        first INTEGER NOT NULL, entries INTEGER NOT NULL, body BLOB NOT NULL
    );
    CREATE UNIQUE INDEX chunk_place ON chunk (compartment, device, first);
    -- signed heads of all segments; the body is the chunks from `first` on
    CREATE TABLE segment (
        compartment INTEGER NOT NULL, device TEXT NOT NULL, number INTEGER NOT NULL,
        first INTEGER NOT NULL, entries INTEGER NOT NULL,
        head BLOB NOT NULL, signature BLOB NOT NULL,
        PRIMARY KEY (compartment, device, number)
    );
    -- what every record adds up to
    CREATE TABLE record (
        no INTEGER PRIMARY KEY, id TEXT NOT NULL, kind INTEGER NOT NULL, compartment INTEGER NOT NULL,
        changed INTEGER NOT NULL,              -- hybrid clock of its latest entry
        seq INTEGER NOT NULL,                  -- rowid in `words`: grows with every change
        conflict INTEGER NOT NULL DEFAULT 0,
        state BLOB NOT NULL
    );
    CREATE UNIQUE INDEX record_id ON record (id, compartment);
    CREATE INDEX record_kind ON record (kind, changed);
    CREATE INDEX record_place ON record (kind, compartment, changed);
    CREATE UNIQUE INDEX record_seq ON record (seq);
    CREATE INDEX record_conflict ON record (conflict) WHERE conflict;
    -- which records point where, newest change last
    CREATE TABLE ref (
        target TEXT NOT NULL, field TEXT NOT NULL, kind INTEGER NOT NULL, changed INTEGER NOT NULL,
        record INTEGER NOT NULL, PRIMARY KEY (target, field, kind, changed, record)
    ) WITHOUT ROWID;
    -- which chunks hold a record's history
    CREATE TABLE touch (record INTEGER NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (record, chunk)) WITHOUT ROWID;
    -- stems and forms of every record's text; the text itself is not kept twice
    CREATE VIRTUAL TABLE words USING fts5
        (body, content='', contentless_delete=1, detail=none, tokenize='ascii');
    -- sealed segments not yet taken by the relay
    CREATE TABLE outbox (
        item TEXT PRIMARY KEY, compartment INTEGER NOT NULL, number INTEGER NOT NULL, entries INTEGER NOT NULL,
        sealed BLOB NOT NULL
    );
    -- fetched segments that cannot be taken yet
    CREATE TABLE waiting (
        compartment INTEGER NOT NULL, item INTEGER NOT NULL, sealed BLOB NOT NULL,
        PRIMARY KEY (compartment, item)
    );
    -- heads that somebody has seen and we have not
    CREATE TABLE claim (
        compartment INTEGER NOT NULL, device TEXT NOT NULL, number INTEGER NOT NULL, head_hash BLOB NOT NULL,
        PRIMARY KEY (compartment, device, number, head_hash)
    ) WITHOUT ROWID;
    -- sealed files kept beside the database, with the SHA-256 they came with
    CREATE TABLE blob (address TEXT PRIMARY KEY, sha256 BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE cursor (box TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE fault (
        no INTEGER PRIMARY KEY, at INTEGER NOT NULL, compartment TEXT NOT NULL, place TEXT NOT NULL,
        what BLOB NOT NULL, UNIQUE (compartment, place, what)
    );
    """,
    """
    -- an epoch has a box of its own, so items of two boxes may bear one number
    ALTER TABLE epoch ADD COLUMN since INTEGER NOT NULL DEFAULT 0;   -- when it came here
    ALTER TABLE waiting RENAME TO waiting_before;
    CREATE TABLE waiting (
        no INTEGER PRIMARY KEY, compartment INTEGER NOT NULL, box TEXT NOT NULL, item INTEGER NOT NULL,
        sealed BLOB NOT NULL,
        late INTEGER NOT NULL DEFAULT 0,       -- since when it is here, if a device wrote it that had been put out
        UNIQUE (compartment, box, item)
    );
    INSERT INTO waiting (compartment, box, item, sealed)
        SELECT w.compartment, c.box, w.item, w.sealed FROM waiting_before w JOIN compartment c ON c.no = w.compartment;
    DROP TABLE waiting_before;
    """,
    """
    -- records that were erased, by hash, and compartments that were dropped: they do not come back
    CREATE TABLE erased (
        compartment INTEGER NOT NULL, name BLOB NOT NULL, PRIMARY KEY (compartment, name)
    ) WITHOUT ROWID;
    CREATE TABLE forgotten (id TEXT PRIMARY KEY, no INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
    """,
    """
    -- those that are small and go soon lie here and have no file
    ALTER TABLE blob ADD COLUMN sealed BLOB;
    """,
)
_GROUPED = 3  # with this step entries consist of groups


def upgrade(writer: apsw.Connection) -> None:
    """Bring the tables to the newest step, inside the caller's transaction."""
    row: Any = writer.execute("PRAGMA user_version").fetchone()
    step = int(row[0])
    if step > len(STEPS):
        raise LedgerError(
            say("This vault was written by a newer version of Leeward."),
            kept=say("Nothing was changed."),
            next_step=say("Bring this program up to date, then open it again."),
        )
    if 0 < step < _GROUPED and writer.execute("SELECT 1 FROM chunk LIMIT 1").fetchone():
        raise LedgerError(
            say(
                "This vault was written by an early version of Leeward, in a form that is not read any more."
            ),
            kept=say("Nothing was changed."),
            next_step=say("Open it with the version that wrote it, or found the team anew."),
        )
    for number in range(step, len(STEPS)):
        writer.execute(STEPS[number])
    if step < len(STEPS):
        writer.execute(f"PRAGMA user_version={len(STEPS)}")
