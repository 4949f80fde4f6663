"""(c) The laptop opened by the alarm passphrase, as a whole desk: its pages, its memory, what its files then give."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.seizure.laptop import PAGES
from tests.seizure.stage import PORTS, Running, Stage
from tests.support.images import STEM, layers
from tests.support.marks import files_below
from tests.support.raw_vault import index_words, key_of, plain_pages

from leeward.ledger.errors import WrongPassphrase
from leeward.ledger.store.vault import Vault


@dataclass
class Opened:
    """A copy of a laptop whose owner gave the other passphrase, and what stood on its pages meanwhile."""

    stage: Stage
    who: str
    vault: Path
    words: str
    desk: Running
    pages: str
    memory: set[str]

    @property
    def alone(self) -> bool:
        """Tell whether the owner had said that it should stay alone."""
        return self.who == "boris"


@pytest.fixture(scope="session", params=["anna", "boris"])
def opened(stage: Stage, request: pytest.FixtureRequest) -> Opened:
    """Anna's keeps the true vault beside; Boris's destroys its key first."""
    who = request.param
    vault = stage.folder / f"taken-{who}" / "vault"
    shutil.copytree(stage.vault(who), vault)
    words = stage.passphrase(f"forced-{who}")
    desk = stage.start_desk(who, words, vault, at=f"taken-{who}")
    pages = read(desk)
    memory = stage.finder("keys").in_memory([desk.pid])
    desk.stop()
    return Opened(stage, who, vault, words, desk, pages, memory)


def read(desk: Running) -> str:
    """Return all that is shown, the team's search for everything included."""
    origin = desk.address.split("/open/", maxsplit=1)[0]
    with httpx.Client(base_url=origin, trust_env=False, timeout=30) as hands:
        assert hands.get(desk.address).status_code == 303
        shown = [
            hands.get(page)
            for page in (*PAGES, "/channels", "/safety/computer", "/safety/taken", "/openings")
        ]
        asked = hands.post("/search", data={"q": "Нужен врач"}, headers={"origin": origin})
        shown.append(hands.get(asked.headers["location"]))
    assert shown[0].status_code == 200
    assert {one.status_code for one in shown} <= {200, 404}, "what is not on this desk says so"
    return "\n".join(one.text for one in shown)


def beyond(stage: Stage, names: set[str]) -> set[str]:
    """Return what the team's part, which its owner agreed to show, does not hold.

    Errands, tasks that belong to no case, are part of it: every device of the team has them.
    """
    torn = r"torn( (t|te|tea|team|p|pa|pas|pass))?$"  # half written over, as freed memory is
    own = re.compile(
        rf"team|errands|passphrase-forced|{STEM}$|{torn}|\w+ (device|recovery) write$"
    )  # where to write: the roster
    return {one for one in names if not own.match(one)}


def test_its_pages_show_the_teams_part_alone(opened: Opened) -> None:
    names = opened.stage.finder().names(opened.pages.encode())
    assert any(one.startswith("team") for one in names)
    assert beyond(opened.stage, names) == set()


def test_its_memory_holds_no_more_while_it_runs(opened: Opened) -> None:
    assert any(one.startswith("team") for one in opened.memory)
    assert beyond(opened.stage, opened.memory) == set()


def test_its_files_give_no_more_with_this_passphrase(opened: Opened) -> None:
    finder = opened.stage.finder("keys", "tokens", "words")
    assert finder.in_files(files_below(opened.desk.folder)) == {}
    with Vault.open(opened.vault, opened.words, **PORTS) as vault:
        home = opened.vault if opened.alone else opened.vault / "beside"
        found: set[str] = set()
        for page in plain_pages(home / "vault.db", key_of(vault)):
            for layer in layers(page):
                found |= finder.names(layer)
        words = set(index_words(vault))
    assert any(one.startswith("team") for one in found)
    assert beyond(opened.stage, found) == set()
    indexed = {name for name, mark in opened.stage.written.items() if mark.rsplit("-", 1)[1] in words}
    assert indexed
    assert beyond(opened.stage, indexed) == set()


def test_what_was_told_to_stay_alone_has_destroyed_the_rest(opened: Opened) -> None:
    words = opened.stage.passphrase(opened.who)
    if not opened.alone:
        with Vault.open(opened.vault, words, **PORTS) as vault:
            assert vault.count("case")
        return
    with pytest.raises(WrongPassphrase):
        Vault.open(opened.vault, words, **PORTS)
    key = opened.stage.keys["boris vault key"]
    assert isinstance(key, bytes)
    for file in files_below(opened.vault):
        if file.name == "vault.db":
            with pytest.raises(AssertionError):  # no page of it was written with the key that is gone
                list(plain_pages(file, key))
