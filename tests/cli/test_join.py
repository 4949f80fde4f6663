"""`leeward join` when things go wrong: a plain sentence each time, and a way on."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.inviting import wait_until
from tests.support.teams import PASSPHRASE as TEAM_PASSPHRASE
from tests.support.teams import found, real_relay

from leeward.office.relay import set_relay
from leeward.seal.pake import Meeting
from leeward.seal.wordlists import words_of
from leeward.sync.client import RelayClient
from leeward.sync.errors import RelayRefused

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


def test_locking_the_desk_takes_an_open_invitation_back(relay: str, tmp_path: Path) -> None:
    with found(tmp_path / "anna", None).vault as vault:  # type: ignore[arg-type]
        set_relay(vault, relay)
    words = ["desk", str(tmp_path / "anna"), "--no-browser", "--language", "en", "--passphrase-file", "-"]
    with subprocess.Popen(
        [sys.executable, "-m", "leeward.cli.main", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as desk:
        assert desk.stdin is not None
        assert desk.stdout is not None
        desk.stdin.write(TEAM_PASSPHRASE + "\n")
        desk.stdin.flush()
        launch = desk.stdout.readline().split()[-1]
        origin = launch[: launch.index("/", 8)]
        own = {"origin": origin, "sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=origin, trust_env=False, headers=own) as browser:
            browser.get(launch)
            browser.post("/safety/invite", data={"role": "volunteer"})
            wait_until(lambda: "Good for" in browser.get("/safety/invite").text)
            shown = re.search(r"<b>(\d{3}) (\d{3})</b>", browser.get("/safety/invite").text)
            assert shown is not None
            place, client = Meeting(shown[1] + shown[2]), RelayClient(relay)
            assert client.list_items(place.box, place.read).last == 1
            browser.post("/lock")
        assert desk.wait(30) == 0
    with pytest.raises(RelayRefused):
        client.list_items(place.box, place.read)
    client.close()


def test_a_relay_that_is_not_there_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    done = join(tmp_path / "vault", f"http://127.0.0.1:{port}", PASSPHRASE, "482913 one two three")
    assert done.returncode == 3
    assert "The relay does not answer" in done.stderr
