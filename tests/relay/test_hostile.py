"""Raw bytes against a real relay: it answers in its own few words, drops who keeps it waiting, and goes on."""

from __future__ import annotations

import os
import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leeward.relay import quiet_http, request
from leeward.relay.app import make_app
from leeward.relay.sqlite_store import SqliteStore

HEX16 = "ab" * 16
HEX32 = "ab" * 32
ITEM = f"/v1/boxes/{HEX16}/items/{HEX16}"
AUTH = f"Authorization: Bearer {HEX32}\r\n"
TELLING = re.compile(
    rb"traceback|exception|error|uvicorn|python|sqlite|\.py|httptools|server:|date:", re.IGNORECASE
)


def head(raw: bytes) -> bytes:
    return raw.split(b"\r\n", 1)[0]


@pytest.mark.parametrize(
    ("sent", "status", "word"),
    [
        (b"\0\1\2\3\r\n\r\n", 400, b"bad-request"),
        (b"GET\r\n\r\n", 400, b"bad-request"),
        (b"GET /v1/hello\r\n\r\n", 400, b"bad-request"),
        (b"GET /v1/hello HTTP/9.9\r\n\r\n", 400, b"bad-request"),
        (b"GET /v1/hello HTTP/1.1\r\nbad header\r\n\r\n", 400, b"bad-request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, b"bad-request"),
        (b"GET http://elsewhere/v1/hello HTTP/1.1\r\nHost: x\r\n\r\n", 200, b"leeward-relay 1"),
        (b"HEAD /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n", 400, b""),
        (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404, b"no-such-page"),
        (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 400, b"bad-request"),
        (b"POST /v1/hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 400, b"bad-request"),
        (b"TRACE /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n", 400, b"bad-request"),
        (b"GET /v1/h%65llo HTTP/1.1\r\nHost: x\r\n\r\n", 404, b"no-such-page"),
        (b"GET /v1/../v1/hello HTTP/1.1\r\nHost: x\r\n\r\n", 404, b"no-such-page"),
        (b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 404, b"no-such-page"),
        (b"GET /v1/hello?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", 400, b"bad-request"),
        (
            f"GET /v1/boxes/{HEX16}/items?after=\xff HTTP/1.1\r\nHost: x\r\n{AUTH}\r\n".encode("latin-1"),
            400,
            b"bad-request",
        ),
        (
            f"GET /v1/boxes/{HEX16}/items HTTP/1.1\r\nHost: x\r\n{AUTH}{AUTH}\r\n".encode(),
            400,
            b"bad-request",
        ),
        (f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}\r\n".encode(), 411, b"length-needed"),
        (
            f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n".encode(),
            411,
            b"length-needed",
        ),
        (
            f"POST {ITEM} HTTP/1.1\r\n{AUTH}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n".encode(),
            400,
            b"bad-request",
        ),
        (
            f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: -1\r\n\r\n".encode(),
            400,
            b"bad-request",
        ),
        (
            f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 1e3\r\n\r\n".encode(),
            400,
            b"bad-request",
        ),
        (
            f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello".encode(),
            400,
            b"bad-request",
        ),
        (
            f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 5\r\n\r\nhello".encode(),
            404,
            b"no-such-box",
        ),
        (
            f"PUT /v1/blobs/{HEX32} HTTP/1.1\r\nHost: x\r\nLeeward-Erase: x\r\nContent-Length: 1\r\n\r\nx".encode(),
            400,
            b"bad-request",
        ),
    ],
)
def test_odd_requests_get_one_word(ask: Any, sent: bytes, status: int, word: bytes) -> None:
    answer = ask.raw(sent)
    assert head(answer).startswith(b"HTTP/1.1 %d " % status)
    body = answer.split(b"\r\n\r\n", 1)[1]
    assert body == (word + b"\n" if word else b"")
    assert not TELLING.search(answer)
    assert ask("GET", "/v1/hello").status == 200


def test_a_body_that_is_too_large_is_refused_from_its_head(ask: Any) -> None:
    sent = f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 99999999999\r\n\r\n".encode()
    began = time.monotonic()
    assert head(ask.raw(sent + bytes(100))).startswith(b"HTTP/1.1 413")
    assert time.monotonic() - began < 3


def test_a_refused_body_is_not_taken_for_the_next_request(ask: Any) -> None:
    inner = b"GET /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n"
    sent = f"POST /v1/none HTTP/1.1\r\nHost: x\r\nContent-Length: {len(inner)}\r\n\r\n".encode()
    answer = ask.raw(sent + inner)
    assert answer.count(b"HTTP/1.1") == 1
    assert b"leeward-relay" not in answer


def test_requests_in_one_packet_are_answered_in_order(ask: Any) -> None:
    one = b"GET /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n"
    two = b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = ask.raw(one + two + one)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404", b"200"]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1/hello HTTP/1.1\r\nX: " + b"a" * 100_000,
        b"GET /" + b"a" * 100_000,
        b"GET /v1/hello HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(5000)),
    ],
)
def test_an_endless_head_is_cut_off(ask: Any, sent: bytes) -> None:
    answer = ask.raw(sent)
    assert b"bad-request\n" in answer or answer == b""
    assert ask("GET", "/v1/hello").status == 200


def connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(path))
    return connection


def is_dropped(connection: socket.socket, within: float) -> bool:
    began = time.monotonic()
    connection.settimeout(within)  # nothing at all for so long: it is held
    try:
        while connection.recv(65536):
            continue
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    finally:
        connection.close()
    return time.monotonic() - began < within


HELLO = b"GET /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "sent", [b"", b"G", HELLO[:-2], HELLO + b"G", HELLO + b"GET / HTTP/1.1\r\nX: " + bytes(99)]
)
def test_a_half_sent_head_is_dropped(ask: Any, sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet_http, "HEAD_SECONDS", 0.5)
    connection = connect(ask.path)
    connection.sendall(sent)
    assert is_dropped(connection, 3)


def trickles(connection: socket.socket, begin: bytes) -> float:
    """Send a byte at a time until the relay drops the connection; return after how many seconds (8 at most)."""
    began = time.monotonic()
    try:
        connection.sendall(begin)
        while time.monotonic() - began < 8:
            connection.sendall(b"a")
            time.sleep(0.05)
    except OSError:
        pass
    finally:
        connection.close()
    return time.monotonic() - began


def test_a_head_sent_drop_by_drop_is_dropped(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet_http, "HEAD_SECONDS", 0.5)
    assert trickles(connect(ask.path), b"GET /v1/hello HTTP/1.1\r\nX: ") < 4


def test_a_second_half_sent_head_is_dropped_too(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet_http, "HEAD_SECONDS", 0.5)
    connection = connect(ask.path)
    connection.sendall(b"GET /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    connection.sendall(b"GET /v1/hel")
    assert is_dropped(connection, 3)


@pytest.mark.parametrize("path", [ITEM, "/v1/turns"])
def test_a_body_that_does_not_come_is_dropped(ask: Any, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(request, "PATIENCE", 0.4)
    connection = connect(ask.path)
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 1000\r\n\r\nabc".encode())
    assert is_dropped(connection, 3)


@pytest.mark.parametrize("path", [ITEM, "/v1/turns"])
def test_a_body_that_comes_too_slowly_is_dropped(
    ask: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(request, "PATIENCE", 0.4)
    begin = f"POST {path} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 100000\r\n\r\n".encode()
    assert trickles(connect(ask.path), begin) < 4


@pytest.mark.parametrize("path", ["/v1/hello", f"/v1/blobs/{HEX32}"])
def test_a_body_that_nobody_asked_for_ends_soon(ask: Any, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(quiet_http, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(request, "_DRAIN_SECONDS", 0.5)
    begin = f"GET {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n".encode()
    assert trickles(connect(ask.path), begin) < 4


def test_a_body_cut_short_stores_nothing(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    sent = f"POST {box.path}/items/{HEX16} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {box.write.hex()}\r\n"
    ask.raw(f"{sent}Content-Length: 100\r\n\r\nhalf".encode(), 0.3)
    assert ask.items(box).header("Leeward-Last") == "0"


def test_who_does_not_read_is_dropped(ask: Any, new_box: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet_http, "STALL_SECONDS", 0.5)
    box = new_box()
    ask.make_box(box)
    ask.append(box, bytes(4_000_000))
    connection = connect(ask.path)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(
        f"GET {box.path}/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {box.read.hex()}\r\n\r\n".encode()
    )
    time.sleep(1.5)
    total = 0
    try:
        while part := connection.recv(65536):
            total += len(part)
    except ConnectionResetError:
        pass
    connection.close()
    assert total < 4_000_000


def test_ten_thousand_wrong_tokens_change_nothing(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    connection = connect(ask.path)
    wrong = f"GET {box.path}/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
    posts = f"POST {box.path}/items/{HEX16} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
    posts += "Content-Length: 1\r\n\r\nx"
    began = time.monotonic()
    refused = 0
    for number in range(10_000):
        form = wrong if number % 2 else posts
        connection.sendall((form % os.urandom(32).hex()).encode())
        answer = connection.recv(4096)
        while not answer.endswith(b"no-such-box\n"):
            answer += connection.recv(4096)
        refused += answer.startswith(b"HTTP/1.1 404")
    connection.close()
    assert refused == 10_000
    assert time.monotonic() - began < 40
    assert ask.append(box, b"x").body == b"1"


def test_bodies_in_memory_stay_within_the_budget(store: SqliteStore, run_app: Any, new_box: Any) -> None:
    with run_app(make_app(store, budget=1_000_000)) as ask:
        box = new_box()
        ask.make_box(box)
        busy = ask.append(box, bytes(1_000_001))
        assert (busy.status, busy.body, busy.header("Retry-After")) == (503, b"busy\n", "2")
        for _ in range(3):
            assert ask.append(box, bytes(600_000)).status == 201
        assert ask.items(box).body == b"busy\n"
        assert ask.items(box, limit=1).status == 200


def test_promised_bytes_take_no_room_from_others(store: SqliteStore, run_app: Any, new_box: Any) -> None:
    with run_app(make_app(store, budget=1_000_000)) as ask:
        box = new_box()
        ask.make_box(box)
        begin = f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 900000\r\n\r\nabc".encode()
        promised = [connect(ask.path) for _ in range(5)]
        for connection in promised:
            connection.sendall(begin)
        time.sleep(0.1)
        assert ask.append(box, bytes(600_000)).status == 201
        for connection in promised:
            connection.close()


def test_too_many_connections_are_turned_away_and_the_others_served(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet_http, "CONNECTIONS_MOST", 20)
    held = [connect(ask.path) for _ in range(20)]
    time.sleep(0.2)
    assert is_dropped(connect(ask.path), 3)
    for connection in held:
        connection.close()
    time.sleep(0.2)
    assert ask("GET", "/v1/hello").status == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            lambda method, path, headers, body: b"%b %b HTTP/1.1\r\n%b\r\n%b" % (method, path, headers, body),
            st.sampled_from([b"GET", b"PUT", b"POST", b"DELETE", b"PATCH", b"\xff"]),
            st.sampled_from([b"/v1/hello", ITEM.encode(), b"/v1/blobs/" + HEX32.encode(), b"/\xff", b"*"]),
            st.lists(
                st.sampled_from(
                    [
                        AUTH.encode(),
                        b"Content-Length: 3\r\n",
                        b"Content-Length: 00\r\n",
                        b"Expect: 100-continue\r\n",
                        b"Connection: upgrade\r\nUpgrade: websocket\r\n",
                        b"Transfer-Encoding: gzip\r\n",
                        b"A\r\n",
                        b"\0: 1\r\n",
                    ]
                )
            ).map(b"".join),
            st.binary(max_size=20),
        ),
    )
)
def test_any_bytes_are_answered_without_a_trace(ask: Any, sent: bytes) -> None:
    answer = ask.raw(sent, 0.3)
    assert not TELLING.search(answer)
    assert b" 500 " not in answer
    assert ask("GET", "/v1/hello").status == 200
