"""What a benchmark reads of other processes and of the disk."""

from __future__ import annotations

import os
import time
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used; 0 where the system has no /proc."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return 0.0
    user, system = path.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def synced_per_s(path: Path, size: int, batch_of: int, seconds: float) -> float:
    """Return how many pieces of `size` bytes a second this disk takes when each `batch_of` of them are synced."""
    batch = os.urandom(size * batch_of)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        count, begun = 0, time.perf_counter()
        while (took := time.perf_counter() - begun) < seconds:
            os.pwrite(descriptor, batch, count % 16 * len(batch))
            os.fdatasync(descriptor)
            count += 1
        return count * batch_of / took
    finally:
        os.close(descriptor)
