"""Small servers on loopback for what no real server does: a greeting and nothing else, and a SOCKS5 proxy."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def plain_server(greeting: bytes) -> Iterator[int]:
    """Greet whoever connects, answer nothing else; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    held.append(connection)
                    connection.sendall(greeting)
                    connection.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for connection in held:
            connection.close()


@contextlib.contextmanager
def imap_without_tls() -> Iterator[int]:
    """Speak just enough IMAP to say that there is no STARTTLS; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, connection.makefile("rwb", buffering=0) as lines:
                        lines.write(b"* OK ready\r\n")
                        while line := lines.readline():
                            tag = line.split()[0]
                            lines.write(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" + tag + b" OK done\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextlib.contextmanager
def socks_proxy() -> Iterator[tuple[int, list[tuple[str, int]]]]:
    """Run a SOCKS5 proxy that takes names only; gives its port and what was asked for."""
    asked: list[tuple[str, int]] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    inside, _ = listening.accept()
                    threading.Thread(target=_carry, args=(inside, asked), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1]), asked
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _carry(inside: socket.socket, asked: list[tuple[str, int]]) -> None:
    with inside:
        assert inside.recv(3) == b"\x05\x01\x00"
        inside.sendall(b"\x05\x00")
        head = inside.recv(5)
        assert head[:4] == b"\x05\x01\x00\x03"
        rest = inside.recv(head[4] + 2)
        name, port = rest[:-2].decode(), int.from_bytes(rest[-2:], "big")
        asked.append((name, port))
        with socket.create_connection((name, port)) as outside:
            inside.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            back = threading.Thread(target=_pump, args=(outside, inside), daemon=True)
            back.start()
            _pump(inside, outside)
            back.join(5)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
