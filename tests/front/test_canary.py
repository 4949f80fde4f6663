"""Marks in everything that people write, by all three ways to us: none is ever found where the server keeps things.

What is sealed on people's own devices is not in the memory of the server, either. What the front seals is there for a
while: so the same search, which finds it, proves that it can find.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import psutil  # type: ignore[import-untyped]
import pytest
from tests.support.hotline import CHANCE
from tests.support.marks import (
    Marks,
    Search,
    files_below,
    in_files,
    in_memory,
    open_files,
    search_for,
    spellings,
)
from tests.support.plain import TYPE, Attached, Person, form_body, ticket_in
from tests.support.plain_child import Child, run_child
from tests.support.postgres import running_postgres
from tests.support.s3 import running_s3

from leeward.domain.intake.report import read_report
from leeward.seal.codes import Code, derive_way
from leeward.seal.envelope import open_sealed
from leeward.seal.kinds import Kind
from leeward.sync.client import RelayClient

ROOT = Path(__file__).resolve().parents[2]
WRITER = ROOT / "web" / "tests" / "support" / "canary.mjs"
LOGS = (Path("/var/log"), Path("/var/tmp"), Path("/dev/shm"))
QUESTIONS = {"version": 2, "list": [{"id": "bed", "required": False, "text": {"en": "Have you a bed?"}}]}
AT_ONCE = 100  # people whom one run of the writer takes
LARGE = 1_300_000  # bytes: goes as pieces, not within the turn
SPELLED = (
    2  # people of each way whose words are looked for, too: every further one costs a search of everything
)


@dataclass
class Server:
    """A relay with its front, and everything that could keep a mark."""

    child: Child
    folders: list[Path]
    processes: list[int]
    since: float = field(default_factory=time.time)
    marks: Marks = field(default_factory=Marks)
    secrets: list[str] = field(default_factory=list)

    @property
    def card(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.child.folder / "card.json").read_text())
        return loaded

    def search(self) -> Search:
        """Return the search for every mark, and for some people's words and what these open."""
        return Search(frozenset(spellings(self.marks.prefix) | {secret.encode() for secret in self.secrets}))

    def everyone(self) -> list[int]:
        """Return the server's processes, and those that they started."""
        found = {
            child.pid for pid in self.processes for child in psutil.Process(pid).children(recursive=True)
        }
        return sorted({*self.processes, *found})

    def kept(self) -> list[tuple[str, bytes]]:
        """Return what can be read in files: its folders, what it has open, and logs that changed meanwhile."""
        changed = [
            path
            for path in files_below(*LOGS)
            if not path.is_symlink() and path.exists() and path.stat().st_mtime >= self.since - 1
        ]
        opened = [path for pid in self.everyone() for path in open_files(pid)]
        return in_files([*files_below(*self.folders), *opened, *changed], self.search())

    def remembered(self) -> list[tuple[str, bytes]]:
        """Return what can be read in the memory of its processes."""
        return in_memory(self.everyone(), self.search())

    def understand(self) -> list[Any]:
        """Return all that the team reads, so that nobody takes silence for safety."""
        found: list[Any] = []
        with contextlib.closing(RelayClient(self.child.url)) as relay:
            after = 0
            while listing := relay.list_items(
                self.child.box, self.child.read, after=after, limit=100, wait=0
            ).items:
                sealed = [item.untrusted_sealed for item in listing]
                found += [read_report(open_sealed(Kind.REPORT, one, [self.child.identity])) for one in sealed]
                after = listing[-1].number
        return found


def make_person(marks: Marks, way: str, number: int) -> dict[str, Any]:
    return {
        "way": way,
        "text": f"Нужен врач. {marks.new('text')}",
        "later": marks.new("later"),
        "name": f"{marks.new('name')}.bin",
        "content": marks.new("inside"),
        "filler": LARGE if number % 20 == 0 else 3000 + number % 40_000,
        "facts": {"where": marks.new("where"), "device": "shared", "phrase": marks.new("phrase")},
        "answers": [{"q": "bed", "text": marks.new("answer")}],
    }


def sealed_by_themselves(server: Server, way: str, count: int) -> None:
    """People whose own device seals: in the page, or in the offline form."""
    node = shutil.which("node")
    assert node is not None, "this test needs Node.js"
    for start in range(0, count, AT_ONCE):
        people = [make_person(server.marks, way, one) for one in range(start, min(start + AT_ONCE, count))]
        asked = json.dumps({"url": server.child.url, "card": server.card, "people": people})
        told = subprocess.run(
            [node, str(WRITER)], input=asked.encode(), capture_output=True, check=False, timeout=900
        )
        assert told.returncode == 0, told.stderr.decode()
        codes = [Code(indices) for indices in json.loads(told.stdout)]
        assert len(codes) == len(people)
        if start == 0:
            server.secrets += [secret for code in codes[:SPELLED] for secret in spelled(code)]
        assert server.kept() == []


def spelled(code: Code) -> list[str]:
    """Return how some words would look if anybody wrote them down, and the voice that they speak in."""
    return [
        " ".join(code.words("ru")[:3]),
        " ".join(code.words("en")[:3]),
        code.digits()[:24],
        derive_way(code).voice,
    ]


def sealed_by_the_front(server: Server, count: int) -> None:
    """People without a script, who write, come back and write more."""
    for number in range(count):
        one = make_person(server.marks, "plain", number)
        files = [Attached(one["name"], (one["content"] * (one["filler"] // len(one["content"]))).encode())]
        person = Person(server.child.url, "ru" if number % 2 else "en")
        extra = {"questions": "2", "q.bed": one["answers"][0]["text"]}
        code = person.send(one["text"], files, **one["facts"], **extra)
        if number < SPELLED:
            server.secrets += spelled(code)
        page = person.open(" ".join(code.words("en")))
        person.post("/plain/write", {"ticket": ticket_in(page), "text": one["later"]}, files)
        person.close()
        if number % AT_ONCE == 0:
            assert server.kept() == []


@contextlib.contextmanager
def holding(server: Server, mark: str) -> Iterator[None]:
    """Be in the middle of sending a form: the front has its text in memory, as it must."""
    address = urlparse(server.child.url)
    body = form_body({"lang": "en", "text": mark})
    head = f"POST /plain/send HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: {TYPE}\r\n"
    with socket.create_connection((address.hostname, address.port)) as line:
        line.sendall(f"{head}Content-Length: {len(body) + 1000}\r\n\r\n".encode() + body[:-20])
        time.sleep(0.5)
        yield


def scan(server: Server, each: int) -> None:
    sealed_by_themselves(server, "page", each)
    sealed_by_themselves(server, "offline", each)
    assert server.remembered() == []
    with holding(server, server.marks.new("planted")):
        assert any(b"planted" in hit for _, hit in server.remembered())  # the search does find what is there
        assert server.kept() == []
    sealed_by_the_front(server, each)
    assert server.kept() == []
    understood = server.understand()
    assert len(understood) == each * 7  # each writes; by two of the ways they come back, and write again
    assert {one.path for one in understood} == {"page", "offline", "plain", ""}
    assert all(server.marks.prefix in one.text for one in understood if not one.event)
    assert all(server.marks.prefix in file.name for one in understood for file in one.files)
    assert sum(len(one.answers) for one in understood) == each * 3
    (server.folders[0] / "planted").write_bytes(b"..." + server.marks.prefix.encode("utf-16-le"))
    assert [Path(path).name for path, _ in server.kept()] == ["planted"]


@contextlib.contextmanager
def on_a_folder(folder: Path) -> Iterator[Server]:
    with run_child(folder, questions=QUESTIONS) as child:
        yield Server(child, [folder], [child.process.pid])
    assert (folder / "said.txt").read_bytes() == b""
    assert (folder / "rest.txt").read_bytes() == b""


@contextlib.contextmanager
def on_servers(folder: Path) -> Iterator[Server]:
    """PostgreSQL for what is small, and an S3-speaking server for pieces: what these write and hold counts as well."""
    (folder / "s3").mkdir()
    (folder / "child").mkdir()
    with (
        running_postgres("shared_buffers=16MB", "max_wal_size=64MB") as postgres,
        running_s3(folder / "s3") as s3,
    ):
        store = [postgres.new_database(), "--blobs", s3.url("pieces/")]
        with run_child(folder / "child", store=store, questions=QUESTIONS) as child:
            assert postgres.process is not None
            assert s3.process is not None
            processes = [child.process.pid, postgres.process.pid, s3.process.pid]
            yield Server(child, [folder, postgres.folder], processes)
        assert (folder / "child" / "said.txt").read_bytes() == b""


def test_no_mark_is_kept_and_none_that_was_sealed_before_is_even_in_memory(tmp_path: Path) -> None:
    with on_a_folder(tmp_path) as server:
        scan(server, 10)


def test_nor_by_postgresql_and_s3(tmp_path: Path) -> None:
    with on_servers(tmp_path) as server:
        scan(server, 5)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_no_mark_of_a_thousand_letters_is_kept(tmp_path: Path) -> None:
    with on_a_folder(tmp_path) as server:
        scan(server, 334)


def test_every_spelling_is_found_wherever_it_begins() -> None:
    marks = Marks()
    mark = f"{marks.new('x')} слово"
    search = search_for(mark)
    for before in range(4):
        around = bytes(before) + mark.encode() + b"zz"
        assert search.hits(base64.b64encode(around))
        assert search.hits(base64.urlsafe_b64encode(around))
        assert search.hits(around.hex().encode())
        assert search.hits(b"x" * before + mark.encode("utf-16-be"))
        assert search.hits(json.dumps({"a": mark}).encode())
    assert search.hits(b"nothing of it") == []


def test_the_memory_of_another_process_is_read_whole() -> None:
    mark = Marks().new("x")
    code = "import sys; held = [bytes(17_000_000), sys.stdin.buffer.readline()]; print(flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        child.stdin.write(CHANCE.draw(1).hex().encode() + mark.encode("utf-16-le") + b"\n")
        child.stdin.flush()
        child.stdout.readline()
        assert in_memory([child.pid], search_for(mark))
        assert not in_memory([child.pid], search_for(Marks().new("x")))
        child.kill()
    child.wait()
