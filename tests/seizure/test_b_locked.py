"""(b) The locked laptop: its vault, the profile of the browser that stood open, temporary folders, what was printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.seizure.laptop import Laptop, close_browser
from tests.support.marks import files_below
from tests.support.raw_vault import plain_pages

pytestmark = pytest.mark.browser


def test_no_file_of_it_holds_a_mark_a_key_or_a_token(used: Laptop) -> None:
    """Vault, write-ahead files, both databases, profile, home, temporary folder, output: while the browser is open."""
    finder = used.stage.finder("keys", "tokens", "words")
    paths = list(files_below(used.desk.folder))
    assert len(paths) > 60
    assert finder.in_files(paths) == {}
    assert (used.desk.folder / "err.txt").read_bytes() == b""


def test_the_other_locked_laptop_neither(used: Laptop) -> None:
    assert (
        used.stage.finder("keys", "tokens", "words").in_files(files_below(used.stage.folder / "boris")) == {}
    )


def test_a_power_cut_leaves_no_more_and_the_browser_keeps_only_addresses(used: Laptop) -> None:
    """What stays is that a desk was used: addresses with drawn ids, and sentences that name nobody as titles."""
    close_browser(used)
    assert used.stage.finder("keys", "tokens", "words").in_files(files_below(used.profile)) == {}
    content = b"".join(path.read_bytes() for path in files_below(used.profile))
    kept = set(re.findall(rb"http://127\.0\.0\.1:\d+(/[!-~]*)", content))
    assert any(used.stage.ids["first"].encode() in one for one in kept), "known weakness: addresses stay"
    assert not [one for one in kept if b"q=" in one], "no words that were typed are in an address"


def test_every_page_of_the_vault_was_looked_for_in_the_same_way(used: Laptop) -> None:
    """With the key the marks are there: so the search would have found them without it."""
    key = used.stage.keys["anna vault key"]
    assert isinstance(key, bytes)
    finder = used.stage.finder()
    found: set[str] = set()
    for page in plain_pages(Path(used.stage.vault("anna")) / "vault.db", key):
        found |= finder.names(page)
    assert len(found) > 300
