"""A real relay in a process of its own, over loopback HTTP, for the time of a measurement."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_RELAY = """
import sys
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import serve
store = open_store(sys.argv[1])
try:
    serve(make_app(store), on_ready=lambda address: print(address, flush=True))
finally:
    store.close()
"""


@contextmanager
def relay_process(folder: Path) -> Iterator[str]:
    """Run a relay in a process of its own until the end of the block; gives its address."""
    command = [sys.executable, "-c", _RELAY, str(folder / "relay")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter and code
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError("the relay did not start")
        yield address
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()
