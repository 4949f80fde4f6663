-- What a relay keeps. Nothing here tells who wrote, who read, from where, or at what hour.
-- `seal` of a row is the SHA-256 over all its other columns, as relay/rows.py says: a changed byte shows.

CREATE TABLE boxes (
  box        BLOB NOT NULL PRIMARY KEY,  -- address, 16 random bytes chosen by a client
  read_hash  BLOB NOT NULL,              -- SHA-256 of the token that lists the box; the token itself is never kept
  write_hash BLOB NOT NULL,              -- SHA-256 of the token that appends to the box and erases it
  first      INTEGER NOT NULL,           -- number of the oldest item still kept, 1 until items expire
  last       INTEGER NOT NULL,           -- number of the newest item, 0 in an empty box; never goes back
  day        INTEGER NOT NULL,           -- day it was made, in days since 1970-01-01 UTC; never finer
  seal       BLOB NOT NULL               -- SHA-256 over the columns above
) WITHOUT ROWID;

CREATE TABLE items (
  row    INTEGER NOT NULL PRIMARY KEY,   -- SQLite's own; means nothing
  box    BLOB NOT NULL,                  -- the box it is in
  number INTEGER NOT NULL,               -- its number in the box, consecutive
  item   BLOB NOT NULL,                  -- its id, 16 random bytes chosen by the client
  day    INTEGER NOT NULL,               -- day of arrival, in days since 1970-01-01 UTC; never finer
  sealed BLOB NOT NULL,                  -- the item: an age file, which the relay cannot open
  seal   BLOB NOT NULL,                  -- SHA-256 over the columns above except row
  UNIQUE (box, number),
  UNIQUE (box, item)
);

CREATE TABLE blobs (
  blob       BLOB NOT NULL PRIMARY KEY,  -- address, 32 random bytes chosen by a client
  erase_hash BLOB NOT NULL,              -- SHA-256 of the token that erases it
  file       TEXT NOT NULL,              -- name under which the blob store keeps the bytes
  size       INTEGER NOT NULL,           -- length of the sealed bytes
  sha256     BLOB NOT NULL,              -- SHA-256 of the sealed bytes
  day        INTEGER NOT NULL,           -- day of arrival, in days since 1970-01-01 UTC; never finer
  seal       BLOB NOT NULL               -- SHA-256 over the columns above
) WITHOUT ROWID;
