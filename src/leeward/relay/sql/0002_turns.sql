-- What reporters leave is mail, and expires; what the team keeps does not (protocol 4.3).
-- The seal of a row tells its class too: its first letter is another for mail (relay/rows.py).

CREATE TABLE boxes_2 (
  box        BLOB NOT NULL PRIMARY KEY,  -- address, 16 random bytes chosen by a client
  read_hash  BLOB NOT NULL,              -- SHA-256 of the token that lists and erases the box; the token itself is never kept
  write_hash BLOB NOT NULL,              -- SHA-256 of the token that appends to the box
  last       INTEGER NOT NULL,           -- number of the newest item, 0 in an empty box; never goes back
  gone       INTEGER NOT NULL,           -- how many of its items have expired
  seen       INTEGER NOT NULL,           -- number up to which mail in it has been listed by its reader
  mail       INTEGER NOT NULL,           -- 1 if it was made in a turn and expires, 0 if it is the team's
  gate       INTEGER NOT NULL,           -- 0 never set; 1 everybody may append in turns; 2 known words only
  day        INTEGER NOT NULL,           -- day it was made, in days since 1970-01-01 UTC; never finer
  rang       INTEGER NOT NULL,           -- day its newest item came, 0 before the first
  looked     INTEGER NOT NULL,           -- day its reader last looked into it, if it is mail; else the day it was made
  seal       BLOB NOT NULL               -- SHA-256 over the columns above
) WITHOUT ROWID;

INSERT INTO boxes_2
  SELECT box, read_hash, write_hash, last, first - 1, 0, 0, 0, day, 0, day,
    leeward_seal('b', box, read_hash, write_hash, last, first - 1, 0, 0, 0, day, 0, day)
  FROM boxes;

DROP TABLE boxes;

ALTER TABLE boxes_2 RENAME TO boxes;

CREATE INDEX boxes_waiting ON boxes (rang) WHERE mail = 1 AND last > seen;

-- mail: 1 if it came in a turn or lies in a box of class mail
ALTER TABLE items ADD COLUMN mail INTEGER NOT NULL DEFAULT 0;

CREATE INDEX items_mail ON items (day) WHERE mail = 1;

-- mail: 1 if it is of class mail
ALTER TABLE blobs ADD COLUMN mail INTEGER NOT NULL DEFAULT 0;

CREATE INDEX blobs_mail ON blobs (day) WHERE mail = 1;

CREATE TABLE pieces (
  row        INTEGER NOT NULL PRIMARY KEY,  -- SQLite's own; means nothing
  blob       BLOB NOT NULL UNIQUE,          -- address, 32 bytes chosen by a client; of no row in blobs
  erase_hash BLOB NOT NULL,                 -- SHA-256 of the token that erases it
  day        INTEGER NOT NULL,              -- day of arrival, in days since 1970-01-01 UTC; never finer
  sealed     BLOB NOT NULL,                 -- the piece: an age file of class mail, which the relay cannot open
  seal       BLOB NOT NULL                  -- SHA-256 over the columns above except row
);

CREATE TABLE reads (
  box    BLOB NOT NULL,                  -- a box with mail
  day    INTEGER NOT NULL,               -- day on which its reader listed mail, in days since 1970-01-01 UTC
  number INTEGER NOT NULL,               -- number up to which it was listed that day
  seal   BLOB NOT NULL,                  -- SHA-256 over the columns above
  PRIMARY KEY (box, day)
) WITHOUT ROWID;

CREATE TABLE notices (
  box    BLOB NOT NULL PRIMARY KEY,      -- a box of the team
  notice BLOB NOT NULL,                  -- what is public about it: the team's newest intake card
  seal   BLOB NOT NULL                   -- SHA-256 over the columns above
);
