"""The page can be made again from its source, byte for byte: in another folder, from nothing, by anybody."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.support.hotline import CHANCE, make_card
from tests.support.story import bytes_under

from leeward.front.assets import load_built
from leeward.front.card import check_card
from leeward.front.offline import render_form
from leeward.front.pages import render_pages
from leeward.seal.keys import make_identity

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = ("web", "src/leeward/front", "src/leeward/desk", "src/leeward/seal/words", "package.json")


def build(folder: Path) -> Path:
    """Copy the sources to a folder that knows nothing of this one, build there, and return what was built."""
    for name in SOURCES:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("built", "__pycache__", "tests"))
        else:
            shutil.copy(source, target)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    node = shutil.which("node")
    if node is None:
        pytest.fail("The build needs Node.js.", pytrace=False)
    command = [node, "--preserve-symlinks", "web/build.mjs"]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, "TZ": "Pacific/Apia"})
    return folder / "src/leeward/front/built"


def test_two_builds_in_two_folders_give_the_same_bytes_and_pages(tmp_path: Path) -> None:
    first, second = build(tmp_path / "one"), build(tmp_path / "a much longer name for it" / "two")
    assert sorted(file.name for file in first.iterdir()) == sorted(file.name for file in second.iterdir())
    assert bytes_under(first) == bytes_under(second)
    card = check_card(make_card(make_identity(CHANCE), "ab" * 16, "cd" * 32))
    made = [(load_built(folder), folder) for folder in (first, second)]
    one, two = (render_pages(card, built) for built, _ in made)
    assert (one.page, one.away, one.plain) == (two.page, two.away, two.plain)
    forms = [render_form(card, built, folder) for built, folder in made]
    assert forms[0] == forms[1]


def test_what_is_installed_here_is_what_the_source_gives(tmp_path: Path) -> None:
    """Fails when somebody changed the source and did not build: then the desk would call the new page false."""
    assert bytes_under(build(tmp_path)) == bytes_under(ROOT / "src/leeward/front/built")
