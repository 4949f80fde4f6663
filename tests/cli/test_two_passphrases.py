"""Commands say the same and end the same, whichever of a folder's two passphrases is typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.cli.test_vault_keys import leeward

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli.children import Child
from leeward.office import beside
from leeward.office.team import found_team

TRUE, FORCED = "seven grey geese over the marsh", "nine slow barges on the canal"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    session = found_team(
        tmp_path / "vault",
        TRUE,
        team_name="Harbour",
        member_name="Mila",
        role="coordinator",
        clock=SystemClock(),
        chance=SystemChance(),
        work_factor=2,
    )
    with session.vault:
        circles = [one.id for one in session.vault.compartments()]
        beside.set_up(session, FORCED, FORCED, circles=circles, alone=False)
    return tmp_path / "vault"


def plain(said: str) -> str:
    """Return what was said without numbers and what was drawn."""
    return re.sub(r"/open/\S+|\d+", "#", said)


def test_verify_and_passphrase_say_the_same(folder: Path) -> None:
    said = []
    for words in (TRUE, FORCED):
        done = leeward("verify", folder, "--passphrase-file", "-", lines=f"{words}\n")
        assert done.returncode == 0, done.stdout + done.stderr
        files = ("--passphrase-file", "-", "--new-passphrase-file", "-")
        changed = leeward("passphrase", folder, *files, lines=f"{words}\nanother one of {words}\n")
        said.append([plain(part) for part in (done.stdout, done.stderr, changed.stdout, changed.stderr)])
    assert said[0] == said[1]


def test_a_desk_says_the_same(folder: Path) -> None:
    said = []
    for words in (TRUE, FORCED):
        desk = Child(
            ["desk", str(folder), "--no-browser", "--passphrase-file", "-", "--until-stdin-ends"],
            first_line=words,
        )
        try:
            address = desk.address()
        finally:
            desk.stop()
        assert desk.process.stdout is not None
        said.append((plain(address), desk.process.returncode))
    assert said[0] == said[1]
