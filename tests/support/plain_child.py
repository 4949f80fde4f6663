"""A relay with its front in a process of its own, whose every trace a test can look through."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil  # type: ignore[import-untyped]
from tests.support.hotline import CHANCE, make_card

from leeward.seal.keys import Identity, make_identity
from leeward.sync.client import RelayClient

_START = "import sys; from leeward.cli.main import main; sys.exit(main(sys.argv[1:]))"


@dataclass
class Child:
    """The process, and where it could leave something."""

    url: str
    folder: Path
    process: psutil.Process
    identity: Identity
    box: str
    read: str
    marks: list[bytes] = field(default_factory=list)

    def files(self) -> Iterator[Path]:
        """Return every file under its folders, and whatever else it has open, also if its name is gone."""
        yield from (path for path in self.folder.rglob("*") if path.is_file())
        for handle in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if handle.is_file():
                    yield handle

    def found(self, marks: Sequence[bytes] = ()) -> list[tuple[str, bytes]]:
        """Return where a mark (all of them, unless some are given) can be read, outside of the process's memory."""
        seen = []
        for path in self.files():
            with contextlib.suppress(OSError):
                content = path.read_bytes()
                seen += [(str(path), mark) for mark in marks or self.marks if mark in content]
        return seen


@contextlib.contextmanager
def run_child(
    folder: Path, languages: Sequence[str] = ("en", "ru"), store: Sequence[str] = (), **card: Any
) -> Iterator[Child]:
    """Run it with a home and a temporary folder of its own; what it says goes to a file there, too.

    `store` says to the command where to keep things, if not below the folder; `card` are further members of the card.
    """
    for name in ("home", "tmp", "relay"):
        (folder / name).mkdir()
    identity, box, read, write = make_identity(CHANCE), *(CHANCE.draw(size).hex() for size in (16, 32, 32))
    signed = make_card(identity, box, write, languages=list(languages), **card)
    (folder / "card.json").write_text(json.dumps(signed))
    environment = {
        **os.environ,
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-c", _START, "relay", *(store or [str(folder / "relay")])]
    with (folder / "said.txt").open("wb") as said:
        child = subprocess.Popen(
            [*command, "--card", str(folder / "card.json"), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=said,
            cwd=folder / "home",
            env=environment,
        )
        assert child.stdout is not None
        url = child.stdout.readline().decode().split()[-1]
        try:
            with contextlib.closing(RelayClient(url)) as relay:
                relay.make_box(box, read, write)
            yield Child(url, folder, psutil.Process(child.pid), identity, box, read)
        finally:
            child.terminate()
            (folder / "rest.txt").write_bytes(child.stdout.read())
            child.wait(30)
            child.stdout.close()


class Watching:
    """Looks again and again, beside the test: for marks on the disk, and how much memory the process holds."""

    def __init__(self, child: Child, *marks: bytes) -> None:
        self._child = child
        self._marks = marks
        self._pause = 0.05 if marks else 0.004
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.seen: list[tuple[str, bytes]] = []
        self.peak = child.process.memory_info().rss

    def _look(self) -> None:
        while not self._stop.wait(self._pause):
            self.peak = max(self.peak, self._child.process.memory_info().rss)
            if self._marks:
                self.seen += self._child.found(self._marks)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
