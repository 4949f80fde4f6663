-- What a relay keeps in PostgreSQL. Nothing here tells who wrote, who read, from where, or at what hour.
-- Addresses, tokens' hashes and days are those of the SQLite tables (sql/), where they are explained.

CREATE TABLE boxes (
  box        bytea NOT NULL PRIMARY KEY,
  read_hash  bytea NOT NULL,
  write_hash bytea NOT NULL,
  last       bigint NOT NULL,    -- number of the newest item, 0 in an empty box; never goes back
  gone       bigint NOT NULL,    -- how many of its items have expired
  seen       bigint NOT NULL,    -- number up to which mail in it has been listed
  mail       smallint NOT NULL,  -- 1 if it was made in a turn and expires, 0 if it is the team's
  gate       smallint NOT NULL,  -- 0 never set; 1 everybody may append in turns; 2 known words only
  day        integer NOT NULL,   -- day it was made
  rang       integer NOT NULL,   -- day its newest item came, 0 before the first
  looked     integer NOT NULL    -- day its reader last looked into it, if it is mail; until then the day it was made
) WITH (fillfactor = 70);        -- `last` changes with each append: room for the new row in the same page

CREATE INDEX boxes_waiting ON boxes (rang) WHERE mail = 1 AND last > seen;

CREATE TABLE notices (
  box    bytea NOT NULL PRIMARY KEY REFERENCES boxes ON DELETE CASCADE,
  notice bytea NOT NULL          -- the newest intake card of the team: public
);

CREATE TABLE reads (
  box    bytea NOT NULL REFERENCES boxes ON DELETE CASCADE,
  day    integer NOT NULL,       -- day on which mail in it was listed
  number bigint NOT NULL,        -- number up to which it was listed that day
  PRIMARY KEY (box, day)
);

CREATE TABLE items (
  box    bytea NOT NULL,
  number bigint NOT NULL,        -- consecutive in the box
  item   bytea NOT NULL,
  day    integer NOT NULL,
  mail   smallint NOT NULL,      -- 1 if it came in a turn or lies in a box of class mail: it expires
  sealed bytea NOT NULL,
  PRIMARY KEY (box, number),
  UNIQUE (box, item)
);

CREATE INDEX items_mail ON items (day) WHERE mail = 1;

CREATE TABLE blobs (
  blob       bytea NOT NULL PRIMARY KEY,
  erase_hash bytea NOT NULL,
  file       text NOT NULL,      -- name under which the blob store keeps the bytes
  size       integer NOT NULL,
  sha256     bytea NOT NULL,
  day        integer NOT NULL,
  mail       smallint NOT NULL   -- 1 if it is of class mail: it expires
);

CREATE INDEX blobs_mail ON blobs (day) WHERE mail = 1;

-- Sealed bytes do not get smaller: they are kept beside the row as they are, without a try to compress them.
ALTER TABLE items ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TABLE shared (
  one         boolean NOT NULL PRIMARY KEY CHECK (one),
  work_secret bytea NOT NULL     -- from which all relays of this store make the same salts for work
);
