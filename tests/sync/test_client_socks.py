"""Through a SOCKS proxy, as with Tor: the onion's name goes to the proxy unresolved, and nothing goes past it."""

from __future__ import annotations

import contextlib
import gc
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.teams import real_relay

from leeward.sync.client import RelayClient
from leeward.sync.errors import RelayUnreachable

ONION = "leewardexampleleewardexampleleewardexampleleewardexample.onion"


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class Socks:
    """A SOCKS5 proxy that takes every name to one place and remembers the names."""

    def __init__(self, target: tuple[str, int] | None) -> None:
        self.target = target
        self.asked: list[tuple[str, int]] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._run(self._accept)

    def _run(self, work, *arguments) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listening.accept()
                self._run(self._serve, peer)

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            peer.recv(2 + peer.recv(2)[1])
            peer.sendall(b"\x05\x00")
            head = peer.recv(4)
            assert head[3] == 3, "the name was resolved before the proxy"
            name = peer.recv(peer.recv(1)[0]).decode()
            self.asked.append((name, int.from_bytes(peer.recv(2), "big")))
            if self.target is None:
                peer.sendall(b"\x05\x04\x00\x01" + bytes(6))  # host unreachable
                return
            with socket.create_connection(self.target) as onward:
                peer.sendall(b"\x05\x00\x00\x01" + bytes(6))
                back = threading.Thread(target=_copy, args=(onward, peer), daemon=True)
                back.start()
                _copy(peer, onward)
                back.join()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[tuple[str, int]]:
    with real_relay(tmp_path / "relay") as address:
        host, port = address.removeprefix("http://").rsplit(":", 1)
        yield host, int(port)


def test_the_onions_name_is_left_to_the_proxy(
    relay: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    socks = Socks(relay)
    client = RelayClient(f"http://{ONION}", proxy=f"socks5h://127.0.0.1:{socks.port}", timeout=5)
    client.hello()
    client.make_box("0" * 32, "1" * 64, "2" * 64)
    client.close()
    gc.collect()
    socks.close()
    assert set(socks.asked) == {(ONION, 80)}


# httpcore leaves its socket to the garbage collector when a SOCKS proxy refuses
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_proxy_with_no_way_is_a_sentence() -> None:
    socks = Socks(None)
    client = RelayClient(f"http://{ONION}", proxy=f"socks5h://127.0.0.1:{socks.port}", timeout=2, attempts=1)
    with pytest.raises(RelayUnreachable, match="proxy has no way"):
        client.hello()
    client.close()
    gc.collect()
    socks.close()
