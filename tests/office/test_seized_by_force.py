"""A laptop opened by force, taken with all its files and the passphrase that was given: the rest is not there.

Everything that this passphrase opens is decrypted page by page, free pages too, and looked through for 500 marks in
every spelling that `marks.py` knows (UTF-8, UTF-16, base64 and others), packed or not, and for words that would say
what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.office.test_beside import FORCED, PORTS, only, set_up
from tests.support.marks import Marks, files_below, in_files, search_for
from tests.support.raw_vault import index_words, key_of, plain_pages, unpacked
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, found, newcomer, settle

from leeward.ledger.errors import WrongPassphrase
from leeward.ledger.model import note, put
from leeward.ledger.store.vault import Vault
from leeward.office import beside, opened
from leeward.office.relay import use_relay
from leeward.office.session import Session

_MARKS = 500
_TELLING = re.compile(
    rb"alarm|forc(?:ed|e )|duress|coerc|decoy|fake|believable|reduced|\xd1\x82\xd1\x80\xd0\xb5\xd0\xb2\xd0\xbe",
    re.IGNORECASE,
)


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def two(tmp_path: Path, relay: RelaySimulator) -> Iterator[tuple[Desk, Desk]]:
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator")
    settle(anna, boris)
    with only(anna), only(boris):
        yield anna, boris


def write_marks(desk: Desk, marks: list[str]) -> None:
    """Write marks into every part but the team's, as fields, notes, local values and sealed files."""
    circles = [desk.vault.compartment_of(kind) for kind in ("intake", "beds", "record")]
    circles += [desk.vault.make_compartment(kind).id for kind in ("case", "address", "identity")]
    for number, mark in enumerate(marks):
        circle = circles[number % len(circles)]
        text = note if number % 3 else put
        if text is put:
            desk.session.commit(circle, put("claim", f"r{number}", text=mark))
        else:
            desk.session.commit(circle, note("claim", f"r{number}", "remarks", mark))
    desk.vault.local_put("typed", [{"at": 1, "place": "/", "label": "", "text": marks[0]}])
    desk.vault.blob_put("ab" * 32, marks[1].encode())


def readable(vault: Vault, home: Path) -> Iterator[bytes]:
    """Yield all that can be read with what this vault holds."""
    pages = list(plain_pages(home / "vault.db", key_of(vault)))
    yield b"".join(pages)
    for page in pages:
        yield from unpacked(page)
    yield " ".join(index_words(vault)).encode()
    for kind in vault.kinds():
        for record in vault.find(kind):
            yield repr((record, vault.history(record.id))).encode()


@pytest.mark.parametrize("alone", [False, True])
def test_of_what_was_not_chosen_nothing_can_be_read(
    two: tuple[Desk, Desk], relay: RelaySimulator, *, alone: bool
) -> None:
    anna, boris = two
    marks = Marks()
    every = [marks.new(str(number)) for number in range(_MARKS)]
    write_marks(anna, every)
    settle(anna, boris)
    set_up(anna, alone=alone)
    settle(anna, boris)
    beside.fill(anna.session, anna.relay)
    folder = anna.vault.folder
    true_key = key_of(anna.vault)
    anna.close()
    search = search_for(marks.prefix)
    true_home = folder
    with Vault.open(folder, FORCED, **PORTS) as vault:
        use_relay(vault, relay.door())
        desk = Desk(Session(vault, **PORTS), relay.door())
        opened.tell_of_opening(desk.session)
        desk.sync()
        home = folder if alone else folder / "beside"
        assert b"CREATE TABLE" in next(readable(vault, home)), "this test would see something"
        for content in readable(vault, home):
            assert search.hits(content) == []
            assert _TELLING.findall(content) == []
            assert true_key not in content
        hits = [name for name, _ in in_files(files_below(folder), search)]
        assert all(name.endswith("ab" * 32) for name in map(str, hits)), (
            "a sealed file is what was written here in clear"
        )
    if alone:
        assert not (folder / "blobs" / "ab" / ("ab" * 32)).exists()
        with pytest.raises(WrongPassphrase):
            Vault.open(folder, PASSPHRASE, **PORTS)
        assert not any(true_key in file.read_bytes() for file in folder.rglob("*") if file.is_file())
    else:
        with Vault.open(true_home, PASSPHRASE, **PORTS) as again:
            assert search.hits(b"".join(plain_pages(folder / "vault.db", key_of(again)))), (
                "and it would find them"
            )
