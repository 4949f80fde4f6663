"""Step 8: everything verifies as it lies; one flipped byte anywhere is reported with where."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.story.conftest import Story
from tests.story.test_02_case import SEALED_NAME, SEALED_NOTE
from tests.support.story import PASSPHRASES, ROLES

from leeward.ledger.errors import UnknownCompartment

pytestmark = pytest.mark.browser


def verify(folder: Path, *more: str, passphrase: str = "") -> tuple[int, str]:
    """Run `leeward verify`; return how it ended and what it said."""
    words = [sys.executable, "-m", "leeward.cli.main", "verify", str(folder), *more]
    words += ["--passphrase-file", "-"] if passphrase else []
    done = subprocess.run(
        words, input=passphrase + "\n", capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def flip(path: Path, at: int) -> None:
    """Change one bit of one byte of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def test_everything_is_sound_after_all_of_it(story: Story) -> None:
    for role in ROLES:
        story.stage.stop(role)
    for role in ROLES:
        code, said = verify(story.stage.folder / role, "--relay", passphrase=PASSPHRASES[role])
        assert code == 0, (role, said)
        assert "All of it is sound." in said
    story.stage.stop("relay")
    _code, said = verify(story.stage.relay_folder)
    wrong = [line for line in said.splitlines() if line.startswith("WRONG")]
    # A kill between a blob's file and its row leaves a file that nobody was told of, until the relay sweeps it.
    assert [line for line in wrong if "No blob names this file" not in line] == []
    story.keep(stopped=True)


def test_a_desk_without_the_key_holds_no_byte_of_the_case(story: Story) -> None:
    assert story["stopped"]
    with story.stage.vault_of("coordinator") as session:
        case = session.vault.get(story["sealed_case"])
        assert case is not None
        circle = case.compartment
        assert list(session.vault.segments(circle))
    with story.stage.vault_of("documenter") as session:
        assert circle not in {one.id for one in session.vault.compartments()}
        assert session.vault.get(story["sealed_case"]) is None
        with pytest.raises(UnknownCompartment):
            next(iter(session.vault.segments(circle)))
        held = [record for kind in session.vault.kinds() for record in session.vault.find(kind)]
        everything = "".join(repr(record.fields) for record in held)
        assert len(everything) > 10_000
        assert SEALED_NAME not in everything
        assert SEALED_NOTE not in everything


def test_one_flipped_byte_of_a_vault_is_reported_with_where(story: Story, tmp_path: Path) -> None:
    assert story["stopped"]
    whole = story.stage.folder / "documenter"
    files = [
        path.relative_to(whole) for path in sorted(whole.rglob("*")) if path.is_file() and path.stat().st_size
    ]
    blobs = [path for path in files if "blobs" in path.parts]
    assert blobs
    database = max(files, key=lambda path: (whole / path).stat().st_size if path not in blobs else 0)
    for name, at in ((database, 0.3), (database, 0.9), (blobs[0], 0.5)):
        copy = tmp_path / f"{name.name}-{at}"
        shutil.copytree(whole, copy)
        flip(copy / name, int((copy / name).stat().st_size * at))
        code, said = verify(copy, passphrase=PASSPHRASES["documenter"])
        assert code != 0, (name, at, said)
        assert "WRONG" in said or "damaged" in said, said
        if name in blobs:
            assert name.name in said, said


def test_one_flipped_byte_of_a_relay_is_reported_with_where(story: Story, tmp_path: Path) -> None:
    assert story["stopped"]
    whole = story.stage.relay_folder
    blob = next(path for path in sorted((whole / "blobs").rglob("*")) if path.is_file())
    copy = tmp_path / "blob"
    shutil.copytree(whole, copy)
    flip(copy / blob.relative_to(whole), 1000)
    code, said = verify(copy)
    assert code == 1
    assert blob.name in said, said

    copy = tmp_path / "row"
    shutil.copytree(whole, copy)
    with sqlite3.connect(copy / "relay.sqlite") as rows:
        box, number, sealed = rows.execute(
            "SELECT box, number, sealed FROM items LIMIT 1 OFFSET 7"
        ).fetchone()
    rows.close()
    raw = (copy / "relay.sqlite").read_bytes()
    at = raw.find(sealed[40:200])
    assert at > 0
    flip(copy / "relay.sqlite", at + 50)
    code, said = verify(copy)
    assert code == 1
    assert box.hex() in said, said
    assert str(number) in said
