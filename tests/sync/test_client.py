"""The client against the real relay, over TCP and a unix socket, and against servers that are no relay."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.limits import ITEM_MOST
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.sync.client import RelayClient
from leeward.sync.errors import RelayNonsense, RelayRefused, RelayUnreachable, SyncError
from leeward.sync.listing import read_listing


def token(size: int = 32) -> str:
    return secrets.token_hex(size)


@pytest.fixture(params=["tcp", "unix"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RelayClient]:
    store = open_store(str(tmp_path / "relay"))
    uds = tmp_path / "relay.sock" if request.param == "unix" else None
    with Serving(make_app(store), uds=uds) as serving:
        asking = RelayClient(serving.address, timeout=5)
        yield asking
        asking.close()
    store.close()


def test_boxes_and_items_come_back_as_they_were_put(client: RelayClient) -> None:
    client.hello()
    box, read, write = token(16), token(), token()
    assert client.make_box(box, read, write) is True
    assert client.make_box(box, read, write) is False
    ids = [token(16) for _ in range(5)]
    for number, item in enumerate(ids, start=1):
        assert client.append(box, write, item, b"sealed %d" % number) == number
    assert client.append(box, write, ids[1], b"sealed 2") == 2  # asked again: not doubled
    listing = client.list_items(box, read, after=1, limit=3)
    assert [(one.number, one.id, one.untrusted_sealed) for one in listing.items] == [
        (number, ids[number - 1], b"sealed %d" % number) for number in (2, 3, 4)
    ]
    assert listing.last == 5


def test_a_held_question_is_answered_as_soon_as_something_comes(client: RelayClient) -> None:
    box, read, write = token(16), token(), token()
    client.make_box(box, read, write)
    timer = threading.Timer(0.2, client.append, (box, write, token(16), b"late"))
    timer.start()
    listing = client.list_items(box, read, wait=20)
    timer.join()
    assert [one.untrusted_sealed for one in listing.items] == [b"late"]


def test_pieces_come_back_and_are_erased_with_their_token_only(client: RelayClient) -> None:
    blob, erase = token(), token()
    assert client.get_blob(blob) is None
    client.put_blob(blob, b"piece", erase)
    client.put_blob(blob, b"piece", erase)
    assert client.get_blob(blob) == b"piece"
    with pytest.raises(RelayRefused) as refused:
        client.delete_blob(blob, token())
    assert refused.value.word == "no-such-blob"
    client.delete_blob(blob, erase)
    assert client.get_blob(blob) is None


def test_refusals_are_named(client: RelayClient) -> None:
    box, read, write = token(16), token(), token()
    client.make_box(box, read, write)
    client.append(box, write, "0" * 32, b"one")
    cases: list[tuple[str, Callable[[], object]]] = [
        ("item-taken", lambda: client.append(box, write, "0" * 32, b"two")),
        ("box-taken", lambda: client.make_box(box, token(), write)),
        ("no-such-box", lambda: client.list_items(box, token())),
        ("no-such-box", lambda: client.append(token(16), write, token(16), b"x")),
        ("too-large", lambda: client.append(box, write, token(16), bytes(ITEM_MOST + 1))),
    ]
    for word, ask in cases:
        with pytest.raises(RelayRefused) as refused:
            ask()
        assert refused.value.word == word
        assert refused.value.kept
        assert word in str(refused.value)
    with pytest.raises(RelayRefused):
        client.delete_box(box, write)
    client.delete_box(box, read)
    with pytest.raises(RelayRefused):
        client.list_items(box, read)


@contextlib.contextmanager
def server(answer: bytes | Callable[[socket.socket], None]) -> Iterator[str]:
    """Something on a port that answers every connection with these bytes, whatever it was asked."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                peer, _ = listening.accept()
                if stop.is_set():
                    peer.close()
                    break
                with peer:
                    peer.settimeout(2)
                    with contextlib.suppress(OSError):
                        peer.recv(65536)
                        if callable(answer):
                            answer(peer)
                        else:
                            peer.sendall(answer)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stop.set()
        with contextlib.suppress(OSError), socket.create_connection(listening.getsockname(), 1):
            pass
        thread.join(5)
        listening.close()


def body(raw: bytes, status: bytes = b"200 OK", extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(raw), extra, raw)


BOX = ("0" * 32, "1" * 64)

NONSENSE = {
    "another protocol": b"SSH-2.0-something\r\n",
    "a page": body(b"<html>welcome</html>"),
    "a redirect": body(b"", b"302 Found", b"Location: http://127.0.0.1:9/\r\n"),
    "an unknown word": body(b"teapot\n", b"418 Teapot"),
    "no number of the last item": body(b""),
    "a number that is none": body(b"", extra=b"Leeward-Last: -1\r\n"),
    "a huge number": body(b"", extra=b"Leeward-Last: " + b"9" * 400 + b"\r\n"),
    "a broken listing": body(b"\x00" * 27, extra=b"Leeward-Last: 1\r\n"),
    "an item beyond all limits": body(
        b"\x00" * 7 + b"\x01" + b"i" * 16 + b"\xff" * 4, extra=b"Leeward-Last: 1\r\n"
    ),
    "item number zero": body(bytes(8) + b"i" * 16 + bytes(4), extra=b"Leeward-Last: 1\r\n"),
    "compressed": body(b"\x1f\x8b" + bytes(40), extra=b"Content-Encoding: gzip\r\nLeeward-Last: 1\r\n"),
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE.keys())
def test_what_is_no_relay_is_named_and_harms_nothing(answer: bytes) -> None:
    with server(answer) as url:
        asking = RelayClient(url, timeout=2, attempts=1)
        with pytest.raises((RelayNonsense, RelayUnreachable)) as error:
            asking.list_items(*BOX)
        assert error.value.kept
        asking.close()


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_bytes_answer_only_sync_errors_come_out(raw: bytes) -> None:
    with server(raw) as url:
        asking = RelayClient(url, timeout=2, attempts=1)
        for ask in (asking.hello, lambda: asking.list_items(*BOX), lambda: asking.get_blob("2" * 64)):
            with contextlib.suppress(SyncError):
                ask()
        asking.close()


def test_an_endless_answer_is_cut_off() -> None:
    def endless(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.sendall(bytes(65536))

    with server(endless) as url:
        asking = RelayClient(url, timeout=3, attempts=1)
        with pytest.raises(RelayNonsense, match="without end"):
            asking.get_blob("2" * 64)
        asking.close()


def test_nobody_there_is_a_sentence_and_takes_a_bounded_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    asking = RelayClient(f"http://127.0.0.1:{port}", timeout=1, attempts=2)
    with pytest.raises(RelayUnreachable) as error:
        asking.hello()
    assert "saved here" in str(error.value)
    asking.close()


def test_busy_is_asked_again_until_it_is_not() -> None:
    answers = [body(b"busy\n", b"503 Busy", b"Retry-After: 0\r\nConnection: close\r\n")] * 2
    answers.append(body(b"leeward-relay 1\n"))

    def next_answer(peer: socket.socket) -> None:
        peer.sendall(answers.pop(0))

    with server(next_answer) as url:
        asking = RelayClient(url, timeout=2)
        asking.hello()
        asking.close()
    assert not answers


def test_an_address_that_is_none_is_a_sentence() -> None:
    for url in ("http://[::", "http://a b c", "gopher://x", "", "http://127.0.0.1:99999"):
        with pytest.raises(SyncError):
            RelayClient(url, attempts=1, timeout=1).hello()


@given(st.binary(max_size=300), st.integers(1, 40))
def test_a_listing_reads_the_same_in_any_chunks(raw: bytes, size: int) -> None:
    frames = b"".join(
        (number + 1).to_bytes(8, "big") + bytes(16) + len(part).to_bytes(4, "big") + part
        for number, part in enumerate([raw[:50], raw[50:200], raw[200:]])
    )
    whole = read_listing([frames], 3)
    assert read_listing([frames[at : at + size] for at in range(0, len(frames), size)], 3) == whole
    assert [one.untrusted_sealed for one in whole.items] == [raw[:50], raw[50:200], raw[200:]]
