"""Holding what all share by stopping half-way: the memory for bodies, and the places for connections."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.relay.test_hostile import AUTH, ITEM, connect, is_dropped

from leeward.relay import quiet_http, request
from leeward.relay.app import make_app
from leeward.relay.sqlite_store import SqliteStore


def test_whoever_stops_in_the_middle_of_a_body_gives_its_room_to_whoever_asks(
    store: SqliteStore, run_app: Any, new_box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "STALE", 2.0)  # longer than a busy computer stands still
    with run_app(make_app(store, budget=1_000_000)) as ask:
        box = new_box()
        ask.make_box(box)
        begin = f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 240001\r\n\r\n".encode()
        held = [connect(ask.path) for _ in range(4)]
        for connection in held:
            connection.sendall(
                begin + bytes(240_000)
            )  # all but a byte, and then nothing: it held for minutes
        time.sleep(0.2)
        assert ask.append(box, bytes(600_000)).status == 503
        time.sleep(2.1)
        assert ask.append(box, bytes(600_000)).status == 201
        assert sum(is_dropped(connection, 2) for connection in held) in {3, 4}
        for connection in held:
            connection.close()


def test_a_body_that_goes_on_keeps_its_room(
    store: SqliteStore, run_app: Any, new_box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "STALE", 2.0)
    with run_app(make_app(store, budget=1_000_000)) as ask:
        box, other = new_box(), new_box()
        ask.make_box(box)
        ask.make_box(other)
        slow = connect(ask.path)
        path = f"{box.path}/items/{'cd' * 16}"
        auth = f"Authorization: Bearer {box.write.hex()}\r\n"
        slow.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 700000\r\n\r\n".encode())
        for _ in range(10):  # longer than STALE in all, and never as long at once
            slow.sendall(bytes(70_000))
            time.sleep(0.25)
            ask.append(other, bytes(500_000))
        assert slow.recv(100).startswith(b"HTTP/1.1 201")
        slow.close()


def test_connections_that_do_nothing_give_way_to_new_ones(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet_http, "CONNECTIONS_MOST", 20)
    monkeypatch.setattr(quiet_http, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr(quiet_http, "STALE", 0.3)
    begin = f"POST {ITEM} HTTP/1.1\r\nHost: x\r\n{AUTH}Content-Length: 9000\r\n\r\nabc".encode()
    held = [connect(ask.path) for _ in range(20)]
    for number, connection in enumerate(held):
        connection.sendall((b"", b"GET /v1/hel", begin)[number % 3])
    time.sleep(0.6)
    for _ in range(30):
        assert ask("GET", "/v1/hello").status == 200
    for connection in held:
        connection.close()
