"""Adding and removing a security key, killed at any step: what lies on the disk then opens, with what opened before."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.touching import FORCED, PORTS, TRUE, make

from leeward.base.ports import SystemChance
from leeward.ledger.errors import LedgerError
from leeward.ledger.store import enrolling
from leeward.ledger.store.database import Database
from leeward.ledger.store.second import KEYS, SecurityKeyNeeded, WrongSecurityKey
from leeward.ledger.store.slots import SLOTS, slot_files
from leeward.ledger.store.vault import Vault
from leeward.seal.second_half import Credential, Key, is_wrapped

SALT, BLUE, DRAWER = b"s" * 32, b"b" * 32, b"d" * 32
CHANCE = SystemChance()


def touch(answer: bytes) -> Callable[[list[Credential], bytes], bytes]:
    return lambda _keys, _salt: answer


def add(vault: Vault, name: str, answer: bytes) -> None:
    key = Key(name.encode(), pin=False, name=name, recipient="", added_at=1)
    enrolling.add(vault.folder, vault.database, key, answer, SALT, CHANCE)


def remove(vault: Vault, name: str) -> None:
    enrolling.remove(vault.folder, vault.database, name, CHANCE)


def count(folder: Path, words: str, answer: bytes) -> int:
    """Open as anybody would, asked for a key only if it is needed; return how many claims there are."""
    try:
        with Vault.open(folder, words, **PORTS) as vault:
            return vault.count("claim")
    except SecurityKeyNeeded:
        with Vault.open(folder, words, touch=touch(answer), **PORTS) as vault:
            return vault.count("claim")


def states(folder: Path, to: Path, monkeypatch: pytest.MonkeyPatch, do: Callable[[], None]) -> list[Path]:
    """Do something, and return the folder as it lay there before each of its steps, hard links and all."""
    found: list[Path] = []

    def watch(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def step(*args: object, **kwargs: object) -> object:
            copy = to / f"state-{len(found)}"
            subprocess.run(["cp", "-a", folder, copy], check=True)
            found.append(copy)
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, step)

    with monkeypatch.context() as patched:
        monkeypatch = patched
        for owner, name in (
            (os, "fsync"),
            (os, "link"),
            (Path, "replace"),
            (Path, "unlink"),
            (Database, "writing"),
        ):
            watch(owner, name)
        do()
    return found


def settled(folder: Path) -> None:
    names = sorted(file.name for file in (folder / SLOTS).iterdir())
    wrapped = [is_wrapped(file.read_bytes()) for file in slot_files(folder)]
    assert names == ["1.age", "2.age", *([KEYS] if any(wrapped) else [])]
    assert len(set(wrapped)) == 1
    assert len({file.stat().st_size for file in slot_files(folder)}) == 1


@pytest.mark.parametrize("what", ["add the first", "add another", "remove one", "remove the last"])
def test_killed_at_any_step_it_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    folder = make(tmp_path / "vault", second=True)
    if what != "add the first":
        with Vault.open(folder, TRUE, **PORTS) as vault:
            add(vault, "drawer", DRAWER)
            if what == "remove one":
                add(vault, "blue", BLUE)
    with Vault.open(folder, TRUE, touch=touch(DRAWER), **PORTS) as vault:
        steps = {
            "add the first": lambda: add(vault, "drawer", DRAWER),
            "add another": lambda: add(vault, "blue", BLUE),
            "remove one": lambda: remove(vault, "blue"),
            "remove the last": lambda: remove(vault, "drawer"),
        }
        found = states(folder, tmp_path, monkeypatch, steps[what])
    assert len(found) > 5
    for order in ((TRUE, FORCED), (FORCED, TRUE)):
        for at, state in enumerate(found):
            copy = tmp_path / f"{order[0]}-{at}"
            subprocess.run(["cp", "-a", state, copy], check=True)
            for words in order:
                assert count(copy, words, DRAWER) == (words == TRUE), (what, at, words)
                settled(copy)


def test_after_a_removal_was_killed_and_finished_the_removed_key_is_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "vault")
    with Vault.open(folder, TRUE, **PORTS) as vault:
        add(vault, "blue", BLUE)
        add(vault, "drawer", DRAWER)
        found = states(folder, tmp_path, monkeypatch, lambda: remove(vault, "blue"))
    out = 0
    for state in found:
        with Vault.open(state, TRUE, touch=touch(DRAWER), **PORTS):
            names = [key.name for key in enrolling.enrolled(state)]
        if names == ["drawer"]:
            out += 1
            with pytest.raises(WrongSecurityKey):
                Vault.open(state, TRUE, touch=touch(BLUE), **PORTS)
    assert 0 < out < len(found)


def test_a_key_file_that_is_gone_or_damaged_is_said(tmp_path: Path) -> None:
    folder = make(tmp_path / "vault")
    with Vault.open(folder, TRUE, **PORTS) as vault:
        add(vault, "blue", BLUE)
    file = folder / SLOTS / KEYS
    whole = file.read_bytes()
    for content in (b"", b"{}", whole[:-1], whole.replace(b'"version":1', b'"version":2'), b"[" * 100_000):
        file.write_bytes(content)
        with pytest.raises(LedgerError, match="missing or damaged"):
            Vault.open(folder, TRUE, touch=touch(BLUE), **PORTS)
    file.unlink()
    with pytest.raises(LedgerError, match="missing or damaged"):
        Vault.open(folder, TRUE, touch=touch(BLUE), **PORTS)
    file.write_bytes(whole)
    Vault.open(folder, TRUE, touch=touch(BLUE), **PORTS).close()


def test_eight_keys_and_not_more(tmp_path: Path) -> None:
    folder = make(tmp_path / "vault")
    with Vault.open(folder, TRUE, **PORTS) as vault:
        for number in range(8):
            add(vault, f"key {number}", bytes([number]) * 32)
        with pytest.raises(enrolling.SecurityKeyRefused, match="More than 8"):
            add(vault, "one more", bytes([8]) * 32)
    assert count(folder, TRUE, bytes([7]) * 32) == 1
