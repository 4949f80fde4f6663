"""Ports for servers that other programs are told of before they run, or that are started again at the same one.

A port that the system draws (0) is better wherever it will do. These lie below the ports that systems draw by
themselves for connections and listeners, so that nobody gets one between two starts of the same server.
"""

from __future__ import annotations

import random
import socket

_FIRST, _LAST = 15_000, 32_000  # Linux draws from 32768 on, others from 49152
_CHANCE = random.SystemRandom()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    for _ in range(100):
        port = _CHANCE.randint(_FIRST, _LAST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port was found")
