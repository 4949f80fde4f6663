"""SIGKILL at random for relays, PostgreSQL and the store of pieces, under load: what was acknowledged is there.

What this proves: after any number of kills of any of these processes, everything that a client was told is stored is
there whole, nothing is there twice, and numbers have no gap, while clients only repeat what was not answered.
What it does not: processes die here, not machines. What the kernel had been told to write stays in its memory, so this
says that we wait for the right answers, not that the disk tells the truth about its syncs. The S3 server is moto behind
a journal (tests/support/s3.py).
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from tests.support.postgres import Cluster, running_postgres
from tests.support.s3 import S3Server, running_s3
from tests.support.store_clients import Keys

from leeward.relay.open_store import open_store
from leeward.relay.store import BoxStore
from leeward.wire.errors import BoxTaken
from leeward.wire.listing import ListedItem

HERE = Path(__file__).parent


class Relay:
    """One relay process, started again whenever it is not there."""

    def __init__(self, url: str, blobs: str, path: Path) -> None:
        self.command = [sys.executable, str(HERE / "relay_process.py"), url, blobs, str(path)]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    def end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None


class Scene:
    """All processes of one deployment."""

    def __init__(self, cluster: Cluster, s3: S3Server, folder: Path) -> None:
        self.cluster = cluster
        self.s3 = s3
        self.folder = folder
        self.url, self.blobs = cluster.new_database(), s3.url("pieces")
        self.sockets = [folder / "one", folder / "two"]
        self.relays = [Relay(self.url, self.blobs, path) for path in self.sockets]
        self.kills = {"relay": 0, "postgres": 0, "backend": 0, "s3": 0}

    def kill(self, victim: str, chance: random.Random) -> None:
        """Kill one process, or all of PostgreSQL's at once, leave it dead for a moment, and start it again."""
        self.kills[victim] += 1
        rest = chance.uniform(0, 0.3)
        match victim:
            case "relay":
                chance.choice(self.relays).end(signal.SIGKILL)
            case "postgres":
                self._kill_cluster()
            case "backend":  # PostgreSQL then ends all connections, and recovers by itself
                self._kill_backend(chance)
            case "s3":
                self.s3.end(signal.SIGKILL)
        time.sleep(rest)
        if self.cluster.process is None:
            self.cluster.start()
        if self.s3.process is None:
            self.s3.start()
        for relay in self.relays:
            relay.start()

    def _kill_cluster(self) -> None:
        assert self.cluster.process is not None
        family = [psutil.Process(self.cluster.process.pid)]
        family += family[0].children()
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.cluster.process.wait(30)
        self.cluster.process = None

    def _kill_backend(self, chance: random.Random) -> None:
        assert self.cluster.process is not None
        children = psutil.Process(self.cluster.process.pid).children()
        with suppress(psutil.NoSuchProcess, IndexError):
            chance.choice([child for child in children if "relay" in " ".join(child.cmdline())]).kill()

    def wait_for_relays(self) -> None:
        """Wait until both answer; one that came while the database was away has ended, and is started again."""
        end = time.monotonic() + 60
        for path, relay in zip(self.sockets, self.relays, strict=True):
            while not _answers(path):
                assert time.monotonic() < end, "a relay did not start"
                relay.start()
                time.sleep(0.05)


def _answers(path: Path) -> bool:
    asked = subprocess.run(
        [sys.executable, "-c", _ASK, str(path)], capture_output=True, timeout=20, check=False
    )
    return asked.returncode == 0


_ASK = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.settimeout(5); s.connect(sys.argv[1])"


@contextmanager
def deployed(folder: Path) -> Iterator[Scene]:
    with ExitStack() as stack:
        scene = Scene(
            stack.enter_context(running_postgres()), stack.enter_context(running_s3(folder)), folder
        )
        for relay in scene.relays:
            stack.callback(relay.end, signal.SIGKILL)
        open_store(scene.url, scene.blobs).close()  # makes the tables
        for relay in scene.relays:
            relay.start()
        scene.wait_for_relays()
        yield scene


def kill_often(folder: Path, kills: int) -> None:
    chance = random.Random(kills)
    victims = ["relay", "s3", "postgres", "backend"]
    with deployed(folder) as scene:
        keys = Keys()
        asyncio.run(_make(scene, keys))
        load = subprocess.Popen(
            [
                sys.executable,
                HERE / "load_process.py",
                f"{keys.box.hex()}:{keys.write.hex()}",
                *scene.sockets,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            for number in range(kills):
                time.sleep(chance.uniform(0.1, 0.6))
                scene.kill(victims[number % 4] if kills < 20 else chance.choice(victims), chance)
            scene.wait_for_relays()
            time.sleep(0.5)
            said, _ = load.communicate("", timeout=120)
        finally:
            load.kill()
        told = json.loads(said)
        assert told["wrong"] == []
        assert len(told["turns"]) > kills / 4
        assert told["waited"] > 0  # the kills were felt
        asyncio.run(_verify(scene, keys, told))


def test_killed_at_random_no_part_loses_or_doubles_what_was_acknowledged(tmp_path: Path) -> None:
    kill_often(tmp_path, 8)


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_killed_at_random_no_part_loses_or_doubles_what_was_acknowledged_long(tmp_path: Path) -> None:
    kill_often(tmp_path, 200)


async def _make(scene: Scene, keys: Keys) -> None:
    store = open_store(scene.url, scene.blobs)
    await keys.made(store)
    store.close()


async def _verify(scene: Scene, keys: Keys, told: dict[str, Any]) -> None:
    store = open_store(scene.url, scene.blobs)
    try:
        await _verify_items(store, keys, told)
        pieces = {blob: sealed for turn in told["turns"] for blob, sealed in turn["pieces"].items()}
        pieces |= {one["blob"]: one["sealed"] for one in told["pieces"]}
        for blob, sealed in pieces.items():
            assert sha256(await store.get_blob(bytes.fromhex(blob))).hexdigest() == sealed
        for turn in told["turns"]:
            for box in turn["boxes"]:
                with pytest.raises(BoxTaken):  # it is there, with the hashes that the turn gave it
                    await store.make_box(bytes.fromhex(box), bytes(32), bytes(32))
    finally:
        store.close()


async def _verify_items(store: BoxStore, keys: Keys, told: dict[str, Any]) -> None:
    held: list[ListedItem] = []
    while page := (await store.list_items(keys.box, keys.read, len(held), 500)).items:
        held += page
    assert [one.number for one in held] == list(range(1, len(held) + 1)), "no gap"
    there = {one.item.hex(): (one.number, sha256(one.sealed).hexdigest()) for one in held}
    assert len(there) == len(held), "nothing is there twice"
    for one in told["items"]:
        assert there[one["item"]] == (one["number"], one["sealed"])
    for turn in told["turns"]:
        assert there[turn["item"]][1] == turn["sealed"]
    assert len(held) == len(told["items"]) + len(told["turns"]), "all that was sent was answered in the end"
