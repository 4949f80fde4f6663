"""SIGKILL at any moment: what was confirmed is there, whole and once; a full disk is said and costs nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leeward.relay.check import check_store
from leeward.wire.listing import parse_listing
from leeward.wire.turn import Look, Make, Post, Put, Turn, parse_turn_answer, print_turn

CHILD = Path(__file__).with_name("child_relay.py")


class Child:
    """A relay process over one folder, started and killed again and again."""

    def __init__(self, folder: Path, socket: Path, *options: str) -> None:
        self.folder = folder
        self.socket = socket
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, str(CHILD), str(self.folder), str(self.socket), *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if self.client("GET", "/v1/hello").status == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the relay did not start")

    def end(self, how: signal.Signals) -> tuple[int, bytes]:
        assert self.process is not None
        self.process.send_signal(how)
        said, _ = self.process.communicate(timeout=30)
        return self.process.returncode, said

    client: Any


@pytest.fixture
def child(tmp_path: Path, folder: Path, store_client: Any) -> Iterator[Child]:
    made = Child(folder, tmp_path / "relay.sock")
    made.client = store_client(made.socket)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)


class Writer(threading.Thread):
    """A client that appends and uploads until the relay dies, then repeats what was not answered."""

    def __init__(self, client: Any, box: Any, seed: int) -> None:
        super().__init__()
        self.client = client
        self.box = box
        self.chance = random.Random(seed)
        self.stopping = False
        self.items: dict[bytes, bytes] = {}
        self.numbers: dict[bytes, int] = {}
        self.blobs: dict[bytes, bytes] = {}
        self.pending: tuple[bytes, bytes] | None = None

    def run(self) -> None:
        while not self.stopping:
            try:
                self.step()
            except (OSError, ConnectionError, ValueError):
                time.sleep(0.01)
            except Exception:  # noqa: BLE001 - a half-received answer may be anything; it confirms nothing
                time.sleep(0.01)

    def step(self) -> None:
        """Send one item, the one of before again if it was not confirmed, and now and then a blob."""
        item, sealed = self.pending or (
            self.chance.randbytes(16),
            self.chance.randbytes(self.chance.choice([100, 4096, 60_000])),
        )
        self.pending = (item, sealed)
        answer = self.client.append(self.box, sealed, item)
        if answer.status in (200, 201):
            self.items[item] = sealed
            self.numbers[item] = int(answer.body)
            self.pending = None
        if self.chance.random() < 0.2:
            blob, piece = self.chance.randbytes(32), self.chance.randbytes(20_000)
            if self.client.put_blob(blob, piece, bytes(32)).status == 201:
                self.blobs[blob] = piece


def verify(child: Child, writers: list[Writer]) -> int:
    """Compare everything that was confirmed with what the relay holds; return how much that was."""
    confirmed = 0
    for writer in writers:
        held: dict[bytes, tuple[int, bytes]] = {}
        after, count = 0, 0
        while page := parse_listing(child.client.items(writer.box, after=after).body):
            for one in page:
                count += 1
                assert one.number == count, "numbers are consecutive"
                assert one.item not in held, "no item is there twice"
                held[one.item] = (one.number, one.sealed)
            after = page[-1].number
        for item, sealed in writer.items.items():
            assert held[item] == (writer.numbers[item], sealed)
        for blob, piece in writer.blobs.items():
            assert child.client("GET", f"/v1/blobs/{blob.hex()}").body == piece
        confirmed += len(writer.items) + len(writer.blobs)
    return confirmed


def kill_often(child: Child, new_box: Any, kills: int) -> None:
    chance = random.Random(kills)
    child.start()
    writers = [Writer(child.client, new_box(), seed) for seed in range(4)]
    for writer in writers:
        assert child.client.make_box(writer.box).status == 201
        writer.start()
    try:
        for _ in range(kills):
            time.sleep(chance.uniform(0.02, 0.35))
            child.end(signal.SIGKILL)
            child.start()
    finally:
        for writer in writers:
            writer.stopping = True
        for writer in writers:
            writer.join()
    assert verify(child, writers) > kills
    code, said = child.end(signal.SIGTERM)
    assert (code, said) == (0, b"")
    faults = [str(fault) for fault in check_store(str(child.folder))]
    assert [fault for fault in faults if "No blob names this file" not in fault] == []


def test_killed_again_and_again_it_keeps_all_it_confirmed(child: Child, new_box: Any) -> None:
    kill_often(child, new_box, 8)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_again_and_again_it_keeps_all_it_confirmed_long(child: Child, new_box: Any) -> None:
    kill_often(child, new_box, 150)


class Reporter(threading.Thread):
    """A page that sends whole turns until the relay dies, and then the very same bytes again until they are answered.

    `again` are earlier turns sent a second time, as after an answer that was lost.
    """

    def __init__(self, client: Any, hotline: Any, new_box: Any, seed: int) -> None:
        super().__init__()
        self.client = client
        self.hotline = hotline
        self.new_box = new_box
        self.chance = random.Random(seed)
        self.stopping = False
        self.pending: Turn | None = None
        self.boxes: dict[bytes, Any] = {}
        self.done: list[Turn] = []
        self.begun: list[Turn] = []

    def run(self) -> None:
        while not self.stopping:
            try:
                self.step()
            except Exception:  # noqa: BLE001 - a half-received answer may be anything; it confirms nothing
                time.sleep(0.01)

    def step(self) -> None:
        if self.pending is None and self.done and self.chance.random() < 0.2:
            assert self._take(self.chance.choice(self.done))
            return
        if self.pending is None:
            self.pending = self._draw()
            self.begun.append(self.pending)
        if self._take(self.pending):
            self.done.append(self.pending)
            self.pending = None

    def _take(self, turn: Turn) -> bool:
        answer = self.client("POST", "/v1/turns", print_turn(turn))
        if answer.status != 200:
            assert answer.status == 503, answer.body
            return False
        for items, last in parse_turn_answer(answer.body, len(turn.looks)):
            assert [one.number for one in items] == list(range(1, last + 1))
        return True

    def _draw(self) -> Turn:
        """Return a first message with pieces, or a later one from both mailboxes of an earlier one."""
        chance = self.chance
        sizes = [chance.choice([500, 5_000, 60_000]) for _ in range(chance.randrange(4))]
        puts = tuple(Put(chance.randbytes(32), bytes(32), chance.randbytes(size)) for size in sizes)
        post = Post(self.hotline.box, self.hotline.write, chance.randbytes(16), chance.randbytes(18_000))
        if self.done and chance.random() < 0.4:
            makes = chance.choice([turn for turn in self.done if turn.makes]).makes
            ways = sorted((self.boxes[make.box] for make in makes), key=lambda way: way.box)
            return Turn((), puts, post, tuple(Look(way.box, way.read) for way in ways))
        ways = [self.new_box(), self.new_box()]
        self.boxes |= {way.box: way for way in ways}
        return Turn(tuple(Make(way.box, way.hashes[:32], way.hashes[32:]) for way in ways), puts, post)


def verify_turns(child: Child, hotline: Any, reporters: list[Reporter]) -> int:
    """Every turn that was answered is there whole and once; one that was not is there whole or not at all."""
    held: dict[bytes, bytes] = {}
    after = 0
    while page := parse_listing(child.client.items(hotline, after=after).body):
        for one in page:
            assert one.number == after + 1, "numbers are consecutive"
            assert one.item not in held, "no turn is there twice"
            held[one.item] = one.sealed
            after = one.number
    for reporter in reporters:
        for turn in reporter.begun:
            assert turn.post is not None
            there = {turn.post.item in held}
            there |= {child.client.items(reporter.boxes[make.box]).status == 200 for make in turn.makes}
            for put in turn.puts:
                answer = child.client("GET", f"/v1/blobs/{put.blob.hex()}")
                there.add(answer.status == 200)
                assert answer.status == 404 or answer.body == put.sealed
            assert len(there) == 1, "a turn is there whole or not at all"
            assert held.get(turn.post.item, turn.post.sealed) == turn.post.sealed
            assert there == {True} or turn not in reporter.done
    assert len(held) <= sum(len(reporter.begun) for reporter in reporters)
    return sum(len(reporter.done) for reporter in reporters)


def kill_often_in_turns(child: Child, new_box: Any, kills: int) -> None:
    chance = random.Random(kills)
    child.start()
    hotline = new_box()
    assert child.client.make_box(hotline).status == 201
    reporters = [Reporter(child.client, hotline, new_box, seed) for seed in range(4)]
    for reporter in reporters:
        reporter.start()
    try:
        for _ in range(kills):
            time.sleep(chance.uniform(0.02, 0.35))
            child.end(signal.SIGKILL)
            child.start()
    finally:
        for reporter in reporters:
            reporter.stopping = True
        for reporter in reporters:
            reporter.join()
    told = verify_turns(child, hotline, reporters)
    print(f"{told} turns were answered among {kills} kills")  # noqa: T201 - shown with -s
    assert told > kills
    assert child.end(signal.SIGTERM) == (0, b"")
    assert [str(fault) for fault in check_store(str(child.folder))] == []


def test_killed_again_and_again_it_keeps_every_turn_whole_and_once(child: Child, new_box: Any) -> None:
    kill_often_in_turns(child, new_box, 6)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_again_and_again_it_keeps_every_turn_whole_and_once_long(child: Child, new_box: Any) -> None:
    kill_often_in_turns(child, new_box, 200)


def test_a_stop_by_signal_finishes_what_was_begun_and_says_nothing(child: Child, new_box: Any) -> None:
    child.start()
    box = new_box()
    child.client.make_box(box)
    waiting = threading.Thread(target=child.client.items, args=(box,), kwargs={"wait": 25})
    waiting.start()
    time.sleep(0.2)
    began = time.monotonic()
    code, said = child.end(signal.SIGTERM)
    assert time.monotonic() - began < 10
    assert (code, said) == (0, b"")
    waiting.join()
    assert not child.socket.exists()
    assert sorted(path.name for path in child.folder.iterdir()) == ["relay.sqlite", "relay.sqlite.sums"]


def test_without_room_it_says_so_stores_nothing_half_and_goes_on_later(
    tmp_path: Path, folder: Path, new_box: Any, store_client: Any
) -> None:
    full = Child(folder, tmp_path / "relay.sock", str(300_000))
    full.client = store_client(full.socket)
    full.start()
    box = new_box()
    assert full.client.make_box(box).status == 201
    kept: dict[bytes, bytes] = {}
    statuses = []
    for _ in range(40):
        item, sealed = os.urandom(16), os.urandom(20_000)
        answer = full.client.append(box, sealed, item)
        statuses.append(answer.status)
        if answer.status == 201:
            kept[item] = sealed
        else:
            assert (answer.status, answer.body) == (507, b"no-room\n")
    assert 201 in statuses
    assert 507 in statuses
    blob = full.client.put_blob(os.urandom(32), os.urandom(400_000), bytes(32))
    assert (blob.status, blob.body) == (507, b"no-room\n")
    assert list((folder / "blobs").rglob("*.*")) == []
    held = {one.item: one.sealed for one in parse_listing(full.client.items(box).body)}
    assert held == kept
    assert full.end(signal.SIGTERM) == (0, b"")
    room = Child(folder, full.socket)
    room.client = full.client
    room.start()
    assert int(room.client.append(box, b"again", os.urandom(16)).body) == len(kept) + 1
    assert room.client.put_blob(os.urandom(32), bytes(400_000), bytes(32)).status == 201
    assert room.end(signal.SIGTERM) == (0, b"")
    assert check_store(str(folder)) == []


def test_two_relays_may_share_one_store(
    tmp_path: Path, folder: Path, new_box: Any, store_client: Any
) -> None:
    relays = []
    for name in ("one", "two"):
        relay = Child(folder, tmp_path / name)
        relay.client = store_client(relay.socket)
        relay.start()
        relays.append(relay)
    box = new_box()
    relays[0].client.make_box(box)
    numbers: list[int] = []

    def append(relay: Child) -> None:
        for _ in range(40):
            numbers.append(int(relay.client.append(box, os.urandom(500)).body))  # noqa: PERF401 - shared

    threads = [threading.Thread(target=append, args=(relay,)) for relay in relays * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 161))
    for relay in relays:
        assert [one.number for one in parse_listing(relay.client.items(box).body)] == sorted(numbers)
        assert relay.end(signal.SIGTERM) == (0, b"")
    assert check_store(str(folder)) == []
