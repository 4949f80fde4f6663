"""Sizes that more than one layer must agree on. Bytes unless said otherwise."""

from __future__ import annotations

PIECE_PLAIN = 1024 * 1024 - 4096  # plain bytes of a file in one sealed piece
PIECE_SEALED_MOST = 1024 * 1024 + 128 * 1024  # a sealed piece with its padding and header
ITEM_MOST = 4 * 1024 * 1024  # one item in a box: a segment, a report, a reply, a grant
FILE_MOST = 2 * 1024 * 1024 * 1024  # one attachment
TEXT_MOST = 100_000  # characters of one free text, far beyond any real account's paragraph
NAME_MOST = 200  # characters of a name or title that a list must show
PASSPHRASE_LEAST = 12  # characters of a passphrase; six words are far more
PAGE_ITEMS_MOST = 500  # items a relay hands out in one answer
LONG_POLL_SECONDS = 25  # how long a relay holds a question open
CLOCK_DRIFT_MS = 10 * 60 * 1000  # beyond this a desk warns that a clock is off
