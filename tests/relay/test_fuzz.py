"""Whatever is sent to whatever address: an answer of the protocol or none, never a trace, and the relay goes on."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leeward.relay.app import make_app
from leeward.relay.lanes import Lanes
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.relay.sqlite_store import SqliteStore
from leeward.wire.errors import REFUSALS
from leeward.wire.turn import MAGIC, Look, Make, Post, Put, Turn, print_turn

TELLING = re.compile(
    rb"traceback|exception|uvicorn|python|sqlite|\.py\b|httptools|starlette|\r\nserver:|\r\ndate:",
    re.IGNORECASE,
)
HEADERS = {
    b"cache-control",
    b"content-type",
    b"content-length",
    b"leeward-last",
    b"leeward-work",
    b"retry-after",
    b"connection",
}
GOOD = {200, 201, 204}
REFUSED = {(refusal.status, word.encode() + b"\n") for word, refusal in REFUSALS.items()}

hex16 = st.sampled_from([b"00" * 16, b"ab" * 16, b"AB" * 16, b"ab" * 15, b"zz" * 16, b"%61" * 16, b""])
hex32 = st.sampled_from([b"00" * 32, b"ab" * 32, b"ab" * 31, b"g" * 64, b""])
PATHS = st.one_of(
    st.builds(lambda box: b"/v1/boxes/" + box, hex16),
    st.builds(lambda box, item: b"/v1/boxes/" + box + b"/items/" + item, hex16, hex16),
    st.builds(
        lambda box, query: b"/v1/boxes/" + box + b"/items" + query,
        hex16,
        st.sampled_from(
            [
                b"",
                b"?",
                b"?after=0",
                b"?after=-1",
                b"?after=9&limit=0",
                b"?limit=501",
                b"?wait=26",
                b"?x",
                b"?after=1&after=1",
            ]
        ),
    ),
    st.builds(
        lambda box, part: b"/v1/boxes/" + box + b"/" + part,
        hex16,
        st.sampled_from([b"gate", b"notice", b"gates", b""]),
    ),
    st.builds(lambda blob: b"/v1/blobs/" + blob, hex32),
    st.sampled_from(
        [
            b"/v1/turns",
            b"/v1/turns",
            b"/v1/turns",
            b"/v1/turns/",
            b"/v1/turns?x=1",
            b"/v1/waiting",
            b"/v1/hello",
            b"/v1",
            b"//v1/turns",
            b"/v1/../v1/turns",
            b"*",
        ]
    ),
    st.binary(min_size=1, max_size=30).map(lambda raw: b"/" + re.sub(rb"[\s\x00-\x20]", b"", raw)),
)
METHODS = st.sampled_from(
    [b"GET", b"HEAD", b"PUT", b"POST", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE", b"PROPFIND", b"get"]
)
BODIES = st.one_of(
    st.just(b""),
    st.binary(max_size=200),
    st.sampled_from([b"open", b"known", bytes(64), bytes(300_000), b"x" * 70_000]),
    st.builds(
        lambda turn, at, flip: bytes([*turn[:at], turn[at] ^ flip, *turn[at + 1 :]]),
        st.sampled_from(
            [
                print_turn(Turn()),
                print_turn(Turn(looks=(Look(bytes(16), bytes(32)),))),
                print_turn(
                    Turn(
                        (Make(bytes(16), bytes(32), bytes(32)),),
                        (Put(bytes(32), bytes(32), b"piece"),),
                        Post(b"\xab" * 16, bytes(32), bytes(16), b"item"),
                    )
                ),
            ]
        ),
        st.integers(0, 300),
        st.integers(0, 255),
    ),
    st.binary(max_size=80).map(lambda raw: (MAGIC + raw).ljust(32 * 1024, b"\0")),
)
LENGTHS = st.sampled_from(
    ["right", "right", "right", "right", "short", "long", "none", "twice", "huge", "odd", "chunked"]
)
EXTRA = st.lists(
    st.sampled_from(
        [
            b"Authorization: Bearer " + b"ab" * 32,
            b"Authorization: Bearer " + b"00" * 32,
            b"Authorization: Basic x",
            b"Leeward-Erase: " + b"ab" * 32,
            b"Leeward-Erase: zz",
            b"Leeward-Sum: " + b"00" * 32,
            b"Leeward-Sum: ",
            b"Leeward-Class: mail",
            b"Leeward-Class: team",
            b"Leeward-Work: " + b"00" * 16 + b" " + b"00" * 8,
            b"Leeward-Work: x",
            b"Leeward-Work: \xff\xfe",
            b"Expect: 100-continue",
            b"Connection: close",
            b"Range: bytes=0-1",
            b"If-None-Match: *",
            b"Content-Encoding: gzip",
            b"X: \x80",
        ]
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("fuzz")
    store = open_store(str(folder / "store"))
    assert isinstance(store, SqliteStore)
    with Serving(make_app(store, budget=2_000_000, lanes=Lanes(store, 100_000)), uds=folder / "s"):
        yield folder / "s"
    store.close()


def _length_lines(kind: str, size: int) -> tuple[bytes, int]:
    """Return the lines that tell a body's length, and how much of it to send."""
    lines = {
        "right": b"Content-Length: %d\r\n" % size,
        "short": b"Content-Length: %d\r\n" % size,
        "long": b"Content-Length: %d\r\n" % max(size - 1, 0),
        "twice": b"Content-Length: %d\r\nContent-Length: %d\r\n" % (size, size + 1),
        "huge": b"Content-Length: 99999999999999\r\n",
        "odd": b"Content-Length: +%d\r\n" % size,
        "chunked": b"Transfer-Encoding: chunked\r\n",
        "none": b"",
    }
    return lines[kind], size // 2 if kind == "short" else size


def _answer(path: Path, sent: bytes) -> bytes:
    """Send, say that nothing more comes, and return all that is answered."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(str(path))
        parts = []
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                parts.append(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return b"".join(parts)


def _check(answer: bytes, method: bytes) -> None:
    if answer in (b"", b"HTTP/1.1 100 Continue\r\n\r\n"):
        return  # the relay hung up: the request never became whole
    assert not TELLING.search(answer[:2000])
    head, _, body = answer.partition(b"\r\n\r\n")
    if head == b"HTTP/1.1 100 Continue":
        head, _, body = body.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    status = int(lines[0].split(b" ")[1])
    assert {line.partition(b":")[0].lower() for line in lines[1:]} <= HEADERS, head
    assert b"cache-control: no-store" in head.lower()
    if status in GOOD:
        return
    assert status not in (500, 501, 502)
    if method != b"HEAD":
        length = re.search(rb"content-length: (\d+)", head.lower())
        assert length is not None
        assert (status, body[: int(length[1])]) in REFUSED


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(METHODS, PATHS, EXTRA, BODIES, LENGTHS)
def test_any_request_gets_an_answer_of_the_protocol_or_none(
    fuzzed: Path, method: bytes, path: bytes, extra: list[bytes], body: bytes, length: str
) -> None:
    told, count = _length_lines(length, len(body))
    lines = b"".join(line + b"\r\n" for line in extra)
    head = method + b" " + path + b" HTTP/1.1\r\nHost: x\r\n" + lines + told + b"\r\n"
    _check(_answer(fuzzed, head + body[:count]), method)
    assert b"leeward-relay 1" in _answer(fuzzed, b"GET /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n")


@pytest.mark.parametrize("cut", [1, 15, 16, 100, 20_000, 32 * 1024 - 1])
def test_a_turn_cut_short_stores_nothing_and_stops_nobody(ask: Any, new_box: Any, cut: int) -> None:
    hotline = new_box()
    ask.make_box(hotline)
    body = print_turn(Turn(post=Post(hotline.box, hotline.write, bytes(16), b"report")))
    head = b"POST /v1/turns HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert _answer(ask.path, head + body[:cut]) == b""
    assert ask.items(hotline).header("Leeward-Last") == "0"
