-- What a relay keeps in PostgreSQL. Nothing here tells who wrote, who read, from where, or at what hour.
-- Addresses, tokens' hashes and days are those of sql/0001_start.sql, where they are explained.

CREATE TABLE boxes (
  box        bytea NOT NULL PRIMARY KEY,
  read_hash  bytea NOT NULL,
  write_hash bytea NOT NULL,
  first      bigint NOT NULL,  -- number of the oldest item still kept, 1 until items expire
  last       bigint NOT NULL,  -- number of the newest item, 0 in an empty box; never goes back
  day        integer NOT NULL
) WITH (fillfactor = 70);      -- `last` changes with each append: room for the new row in the same page

CREATE TABLE items (
  box    bytea NOT NULL,
  number bigint NOT NULL,
  item   bytea NOT NULL,
  day    integer NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (box, number),
  UNIQUE (box, item)
);

CREATE TABLE blobs (
  blob       bytea NOT NULL PRIMARY KEY,
  erase_hash bytea NOT NULL,
  file       text NOT NULL,
  size       integer NOT NULL,
  sha256     bytea NOT NULL,
  day        integer NOT NULL
);

-- Sealed bytes do not get smaller: they are kept beside the row as they are, without a try to compress them.
ALTER TABLE items ALTER COLUMN sealed SET STORAGE EXTERNAL;
