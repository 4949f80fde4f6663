"""Proved on the raw files: after erasing and compacting no page, frame, index or blob keeps a trace."""

from __future__ import annotations

import base64
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from tests.support.marks import Marks, Search, files_below, in_files, search_for
from tests.support.raw_vault import index_words, search_with_stems, traces

from leeward.ledger.model import note, put
from leeward.ledger.store.check import check
from leeward.ledger.store.vault import Vault

WORDS = "мост восемь honest river"


def fill(vault: Vault, place: str, mark: str) -> None:
    """Write a mark down in every spelling, several times over, with work of others around it."""
    for number in range(40):
        vault.commit(place, put("claim", f"stays{number}", text=f"kept {number} " * 40, case_id="erased"))
    coded = base64.b64encode(b"x" + mark.encode()).decode()
    vault.commit(
        place,
        put("person", "erased", text=f"{mark} увезли ночью", packed=zlib.compress(mark.encode() * 20))
        + put("person", "erased", wide=mark.encode("utf-16-le"), coded=coded, spelt=mark.encode().hex())
        + put("claim", "stays1", text="kept on"),
    )
    for number in range(30):
        vault.commit(place, note("person", "erased", "remarks", f"{mark} {number} " * 30))
        vault.commit(place, put("claim", f"stays{number}", text=f"kept on {number} " * 40))
        if number % 10 == 0:
            vault.outgoing()
    vault.database.checkpoint()
    vault.commit(place, put("person", "erased", text=f"{mark} last"))


def clean(vault: Vault, search: Search) -> bool:
    return traces(vault, search) == []


def test_the_scan_finds_what_is_there_and_nothing_after_erasing(vault: Any) -> None:
    marks = Marks()
    mark = marks.new("person")
    place = vault.compartment_of("record")
    fill(vault, place, mark)
    search = search_with_stems(mark)
    before = traces(vault, search)
    assert {form for form in search.forms if any(form in hit for hit in before)} >= {
        mark.encode(),
        mark.encode("utf-16-le"),
        mark.encode().hex().encode(),
    }
    assert any(marks.prefix.lower() in word for word in index_words(vault))
    done = vault.erase_records(place, ["erased"])
    assert (done.records, done.groups, done.unread) == (1, 32, 0)
    assert done.segments >= 3
    compacted = vault.compact()
    assert clean(vault, search)
    assert clean(vault, search_for(marks.prefix, marks.prefix.lower()))
    assert compacted.after < compacted.before
    assert (vault.folder / "vault.db-wal").stat().st_size <= 4096 * 4  # what the index was asked since
    assert vault.count("claim") == 40
    assert vault.search("kept").total == 40
    vault.close()
    assert check(vault.folder, WORDS, clock=_clock(vault), progress=_quiet) == []


def test_compacting_alone_takes_no_record_away_and_the_index_still_finds(vault: Any) -> None:
    place = vault.compartment_of("record")
    mark = Marks().new("kept")
    fill(vault, place, mark)
    before = vault.get("erased")
    vault.compact()
    assert vault.get("erased") == before
    assert vault.search("увезли").total == 0
    assert vault.search(mark.lower()).total == 1


def test_a_forgotten_compartment_leaves_its_id_and_nothing_else(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    marks = Marks()
    mark = marks.new("case")
    made = anna.make_compartment("case")
    key = anna.device.signing_key.verify_key()
    boris.take_grant(
        anna.make_grant(made.id, boris.device.id, boris.device.identity.recipient()), trusted=key
    )
    fill(anna, made.id, mark)
    anna.commit(anna.compartment_of("record"), put("claim", "other", text="of another circle"))
    team.settle()
    assert boris.get("erased") is not None
    secrets = [made.box, made.read, made.write, *(i.string() for i in anna.identities_of(made.id))]
    for desk in (anna, boris):
        assert not clean(desk, search_for(mark))
        assert not clean(desk, search_for(*secrets))
        desk.forget(made.id)
        desk.compact()
        assert clean(desk, search_with_stems(mark))
        assert clean(desk, search_for(*secrets))
        assert not clean(desk, search_for(made.id))
        assert desk.get("other") is not None


def test_a_blob_deleted_for_good_is_overwritten_before_its_name_goes(vault: Any, tmp_path: Path) -> None:
    mark = Marks().new("blob")
    sealed = mark.encode() * 500
    vault.blob_put("ab" * 32, sealed)
    other = tmp_path / "still.there"
    other.hardlink_to(vault.folder / "blobs" / "ab" / ("ab" * 32))
    search = search_for(mark)
    assert in_files(files_below(vault.folder), search)
    vault.blob_delete("ab" * 32, for_good=True)
    assert vault.blob_get("ab" * 32) is None
    assert in_files([*files_below(vault.folder), other], search) == []
    assert other.stat().st_size == len(sealed)
    vault.blob_delete("ab" * 32, for_good=True)


@pytest.mark.slow
def test_two_hundred_megabytes_are_compacted_in_bounded_memory(vault: Any) -> None:
    place = vault.compartment_of("record")
    mark = Marks().new("big")
    for number in range(400):
        vault.commit(place, put("scan", f"s{number}", scan=bytes([number % 256]) * 250_000))
    vault.commit(place, put("person", "erased", text=mark))
    vault.erase_records(place, ["erased"])
    compacted = vault.compact()
    assert compacted.before > 200_000_000
    assert compacted.seconds < 60
    assert clean(vault, search_for(mark))


def _clock(vault: Vault) -> Any:
    return vault._clock


def _quiet(done: int, of: int) -> None:
    assert 0 <= done <= of


def test_compacting_goes_on_while_others_read_and_write(vault: Any) -> None:
    place = vault.compartment_of("record")
    for number in range(30):
        vault.commit(place, put("claim", f"r{number}", text="зимородок " * 200))
    ended = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not ended.is_set():
            try:
                if vault.count("claim") < 30 or vault.search("зимородок").total < 30:
                    wrong.append("fewer than there were")
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
                wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(4):
        vault.commit(place, put("claim", f"more{number}", text="зимородок"))
        vault.compact()
    ended.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert vault.count("claim") == 34
