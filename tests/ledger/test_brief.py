"""What is read on the writing connection, what is not asked twice, and what closing leaves: nothing is missed by it."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.model import put
from leeward.ledger.store.making import open_by_key
from leeward.ledger.store.slots import find_slot
from leeward.ledger.store.vault import Vault
from leeward.seal._hazmat.header import INTRO, find_end
from leeward.seal.errors import EnvelopeMalformed

WORDS = "мост восемь honest river"


def made(folder: Path) -> Vault:
    return Vault.create(
        folder, WORDS, member_id="m", clock=SystemClock(), chance=SystemChance(), work_factor=1
    )


def test_while_something_is_read_briefly_others_read_and_nobody_writes_inside(vault: Vault) -> None:
    place = vault.make_compartment("case").id
    seen: list[int] = []
    with vault.database.reading(brief=True) as connection:
        other = threading.Thread(target=lambda: seen.append(vault.count("note")))
        other.start()
        other.join(10)
        assert seen == [0]
        assert connection.execute("SELECT count(*) FROM record").fetchall() == [(0,)]
        with pytest.raises(RuntimeError):
            vault.commit(place, put("note", "n", text="x"))
    vault.commit(place, put("note", "n", text="x"))
    assert vault.count("note") == 1


def test_what_is_written_after_nothing_waited_goes_out(vault: Vault) -> None:
    place = vault.make_compartment("case").id
    for number in range(3):
        assert vault.outgoing() == []
        assert vault.outgoing() == []
        vault.commit(place, put("note", f"n{number}", text="x"))
        [waiting] = vault.outgoing()
        assert vault.outgoing() == [waiting]  # until it was sent
        vault.sent(waiting.item)


def test_closing_without_folding_loses_nothing(tmp_path: Path) -> None:
    vault = made(tmp_path / "v")
    place = vault.make_compartment("case").id
    vault.commit(place, put("note", "n", text="x"))
    vault.close(fold=False)
    assert (tmp_path / "v" / "vault.db-wal").stat().st_size > 0
    with Vault.open(tmp_path / "v", WORDS, clock=SystemClock(), chance=SystemChance()) as again:
        found = again.get("n")
        assert found is not None
        assert found.fields["text"] == "x"


def test_keys_that_are_known_are_taken_only_where_they_are_the_vaults_own(tmp_path: Path) -> None:
    vault = made(tmp_path / "v")
    place = vault.make_compartment("case", "c" * 26).id
    vault.close()
    other = made(tmp_path / "o")
    other.make_compartment("case", place)
    other.close()
    mine, theirs = (find_slot(tmp_path / name, WORDS)[0] for name in ("v", "o"))
    first, foreign = open_by_key(tmp_path / "v", mine), open_by_key(tmp_path / "o", theirs)
    for opened in (first, foreign):
        opened.database.close()
        assert opened.lock is not None
        opened.lock.release()
    for known in (first.ring, foreign.ring, None):
        opened = open_by_key(tmp_path / "v", mine, known)
        assert opened.ring.device == first.ring.device
        mine_now, before = opened.ring.identities(place)[1], first.ring.identities(place)[1]
        assert mine_now == before
        same = mine_now is before
        assert same is (known is first.ring)
        with Vault(opened, clock=SystemClock(), chance=SystemChance()) as again:
            again.next_epoch(place)
            assert again.identities_of(place)[-1] is mine_now  # made ready once


@given(st.lists(st.sampled_from([b"\n", b"---", b"--", b" x", b"-> a", b"\n--- \n", INTRO])).map(b"".join))
def test_a_headers_end_is_its_first_line_that_begins_with_three_dashes(rest: bytes) -> None:
    line = re.search(rb"\n---[^\n]*\n", INTRO + rest)
    assert find_end(INTRO + rest) == (line.end() if line else None)
    with pytest.raises(EnvelopeMalformed):
        find_end(b"x" + INTRO + rest)
