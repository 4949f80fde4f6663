"""`leeward join` when things go wrong: a plain sentence each time, and a way on."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.teams import real_relay

from leeward.seal.wordlists import words_of

PASSPHRASE = "six words that nobody would guess"


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with real_relay(tmp_path_factory.mktemp("relay")) as address:
        yield address


def join(folder: Path, relay: str, *lines: str, name: str = "Timur") -> subprocess.CompletedProcess[str]:
    words = ["join", str(folder), "--relay", relay, "--passphrase-file", "-"]
    return subprocess.run(
        [sys.executable, "-m", "leeward.cli.main", *words, *(["--name", name] if name else [])],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_each_slip_is_said_and_the_vault_goes_on(relay: str, tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    assert "Add --name" in join(folder, relay, PASSPHRASE, name="").stderr
    assert not folder.exists()
    known = " ".join(("482913", *words_of("en")[:3]))
    done = join(
        folder, relay, PASSPHRASE, "482913 one", "48291 one two three", "482913 zzzz zzzz zzzz", known
    )
    assert done.returncode == 3
    for says in (
        "three words",
        "six digits",
        "not one of our words",
        "no invitation with the number 482913",
        "Nobody typed a code any more",
    ):
        assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "The passphrase is not right" in join(folder, relay, "another passphrase", known).stderr


def test_a_relay_that_is_not_there_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    done = join(tmp_path / "vault", f"http://127.0.0.1:{port}", PASSPHRASE, "482913 one two three")
    assert done.returncode == 3
    assert "The relay does not answer" in done.stderr
