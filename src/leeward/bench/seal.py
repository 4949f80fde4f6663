"""How fast sealing is, beside the bare cipher of the same library and a plain copy of a file, all in the same run.

Each pair is measured in turns, and the figure is the middle of the ratios, so that a busy machine disturbs both alike.
File to file is timed until the bytes are on the disk, for the copy too. Memory is that of a process of its own
(`python -m leeward.bench.seal FOLDER`), which seals and opens a file there in stream. Needs a POSIX system.
"""

from __future__ import annotations

import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from leeward.bench.table import Figure
from leeward.seal._hazmat.yardstick import run_bare_cipher
from leeward.seal.envelope import open_stream, seal_stream
from leeward.seal.files import open_file, seal_file
from leeward.seal.keys import Identity

FULL_BYTES = 500 * 1000 * 1000
QUICK_BYTES = 100 * 1000 * 1000
ROUNDS = 5
_READ = 64 * 1024
_KEY = Identity.from_seed(b"only to measure; 32 bytes of it.")


class Dropped:
    """A sink that keeps nothing, as the bare cipher's outcome is dropped too."""

    def write(self, data: memoryview, /) -> int:
        """Take everything."""
        return len(data)


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Return the figures; the full run takes up to 2 GB of memory and of disk for a minute."""
    size = QUICK_BYTES if quick else FULL_BYTES
    with tempfile.TemporaryDirectory(prefix="leeward-bench-") as name:
        folder = Path(name)
        progress("memory of a process that seals and opens a file")
        block = os.urandom(1000 * 1000)
        with (folder / "plain").open("wb") as file:
            for _ in range(size // len(block)):
                file.write(block)
        peak = measure_peak(folder)
        files = measure_files(folder, size, progress)
    return measure_memory(size, progress) + files + [peak]


def measure_memory(size: int, progress: Callable[[str], None]) -> list[Figure]:
    """Measure sealing and opening from memory against the bare cipher."""
    block = os.urandom(1000 * 1000)
    plain = block * (size // len(block))
    sealed = io.BytesIO()
    seal_stream(io.BytesIO(plain), sealed, _KEY.recipient())
    bare: list[float] = []
    sealing: list[float] = []
    opening: list[float] = []
    for turn in range(ROUNDS):
        progress(f"in memory, round {turn + 1} of {ROUNDS}")
        bare.append(rate(size, lambda: run_bare_cipher(memoryview(plain))))
        source = io.BytesIO(plain)
        sealing.append(rate(size, lambda: seal_stream(source, Dropped(), _KEY.recipient())))  # noqa: B023  run at once
        sealed.seek(0)
        opening.append(rate(size, lambda: open_stream(sealed, Dropped(), [_KEY])))
    limit = statistics.median(bare)
    return [
        *ratio("encrypt", "sealing in memory, of the bare cipher", sealing, bare, goal=0.6),
        *ratio("decrypt", "opening in memory, of the bare cipher", opening, bare, goal=0.6),
        Figure("cipher_mb_s", "bare ChaCha20-Poly1305, 64 KiB chunks", limit, "MB/s"),
    ]


def measure_files(folder: Path, size: int, progress: Callable[[str], None]) -> list[Figure]:
    """Measure sealing a file into another against copying it."""
    plain, sealed, other = folder / "plain", folder / "sealed", folder / "copy"
    copying: list[float] = []
    sealing: list[float] = []
    for turn in range(ROUNDS + 1):
        progress(f"file to file, round {turn} of {ROUNDS}" if turn else "file to file, warming up")
        copying.append(rate(size, lambda: copy_file(plain, other)))
        other.unlink()
        sealing.append(rate(size, lambda: seal_file(plain, sealed, _KEY.recipient())))
        sealed.unlink()
    return [
        *ratio("file", "sealing file to file, of a plain copy", sealing[1:], copying[1:], goal=0.8),
        Figure("copy_mb_s", "plain copy, 64 KiB reads, to the disk", statistics.median(copying[1:]), "MB/s"),
    ]


def measure_peak(folder: Path) -> Figure:
    """Measure the greatest memory of a fresh process that seals and opens a file."""
    command = [sys.executable, "-m", __name__, str(folder)]
    run_child = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  our own module
    megabytes = int(run_child.stdout) / 1e6
    return Figure("peak_mb", "greatest memory, in stream", megabytes, "MB", goal=40.0, more_is_better=False)


def ratio(key: str, label: str, values: list[float], limits: list[float], *, goal: float) -> list[Figure]:
    """Return the middle ratio of pairs measured in turns, and the rate behind it."""
    middle = statistics.median(value / limit for value, limit in zip(values, limits, strict=True))
    name = label.partition(",")[0]
    return [
        Figure(f"{key}_ratio", label, middle, "×", goal=goal, limit=1.0),
        Figure(f"{key}_mb_s", name, statistics.median(values), "MB/s", limit=statistics.median(limits)),
    ]


def rate(size: int, work: Callable[[], None]) -> float:
    """Return megabytes a second."""
    begun = time.perf_counter()
    work()
    return size / 1e6 / (time.perf_counter() - begun)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file with reads of 64 KiB, until it is on the disk."""
    buffer = memoryview(bytearray(_READ))
    with source.open("rb", buffering=0) as reader, target.open("wb", buffering=0) as writer:
        while count := reader.readinto(buffer):
            writer.write(buffer[:count])
        os.fsync(writer.fileno())


def peak_bytes() -> int:
    """Return the greatest memory of this process so far."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux the resource figure may be that of the parent before this program began
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(folder: Path) -> None:
    """Seal and open `plain` in the folder in stream, and say how much memory it took at most."""
    plain, sealed, opened = folder / "plain", folder / "child-sealed", folder / "child-opened"
    seal_file(plain, sealed, _KEY.recipient())
    open_file(sealed, opened, [_KEY])
    if opened.stat().st_size != plain.stat().st_size:
        raise RuntimeError("the file did not come back whole")
    sys.stdout.write(f"{peak_bytes()}\n")
    sealed.unlink()
    opened.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
