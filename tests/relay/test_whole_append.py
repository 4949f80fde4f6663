"""The short way of whole appends gives, byte for byte, the answers of the long way, and bends no limit."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from leeward.relay.app import make_app
from leeward.relay.sqlite_store import SqliteStore
from leeward.wire.errors import Busy

ITEM = "1f" * 16


def _watch(app: Any) -> list[bool]:
    """Note of each whole request whether the short way took it."""
    taken: list[bool] = []
    real = app.take_whole

    def take(*arguments: Any) -> bool:
        taken.append(real(*arguments))
        return taken[-1]

    app.take_whole = take
    return taken


def _connect(ask: Any) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(ask.path))
    return connection


def _request(
    box: Any, body: bytes = b"sealed", item: str = ITEM, version: str = "1.1", **headers: str
) -> bytes:
    lines = {
        "Host": "x",
        "Authorization": f"Bearer {box.write.hex()}",
        "Content-Length": str(len(body)),
        **headers,
    }
    told = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"POST {box.path}/items/{item} HTTP/{version}\r\n{told}\r\n".encode() + body


def _answers(ask: Any, *parts: bytes) -> bytes:
    """Send the parts one after the other and return what comes within a moment."""
    connection = _connect(ask)
    connection.settimeout(3)
    for part in parts:
        connection.sendall(part)
        time.sleep(0.03)
    answer = b""
    try:
        while more := connection.recv(65536):
            answer += more
            connection.settimeout(0.2)
    except TimeoutError:
        pass
    connection.close()
    return answer


def _cases(box: Any, other: Any) -> list[tuple[bytes, bool]]:
    """Requests, one after the other, and whether the short way is theirs."""
    wrong = "Bearer " + "00" * 32
    return [
        (_request(box), True),
        (_request(box), True),  # again: 200
        (_request(box, b"another"), True),  # item-taken
        (_request(box, Authorization=wrong), True),  # no-such-box
        (_request(other), True),  # no-such-box
        (_request(box, b"x" * 60_000, "2f" * 16), True),
        (_request(box, Authorization="Bearer zz"), False),
        (_request(box, Authorization=wrong + "\r\nAuthorization: " + wrong), False),
        (_request(box, Leeward_Erase="00"), False),
        (_request(box, b""), False),
        (_request(box, item=ITEM.upper()), False),
        (_request(box, item=ITEM + "?after=1"), False),
        (_request(box, item="zz"), False),
    ]


def test_both_ways_give_the_same_answers(store: SqliteStore, run_app: Any, new_box: Any) -> None:
    app = make_app(store)
    taken = _watch(app)
    with run_app(app) as ask:
        told = []
        for split in (False, True):
            box, other = new_box(), new_box()
            ask.make_box(box)
            cases = _cases(box, other)
            taken.clear()
            told.append([_answers(ask, *((sent[:-1], sent[-1:]) if split else (sent,))) for sent, _ in cases])
            assert not any(taken) if split else taken == [short for _, short in cases]
    assert told[0] == told[1]
    statuses = [answer.split(b" ")[1] for answer in told[0]]
    assert b" ".join(statuses) == b"201 200 409 404 404 201 400 400 200 400 400 400 400"


@pytest.mark.parametrize(
    "headers",
    [
        {"Connection": "close"},
        {"version": "1.0"},
        {"Expect": "100-continue"},
        {"Connection": "Upgrade", "Upgrade": "x"},
    ],
)
def test_what_asks_for_more_than_an_answer_goes_the_long_way(
    store: SqliteStore, run_app: Any, new_box: Any, headers: Any
) -> None:
    app = make_app(store)
    taken = _watch(app)
    with run_app(app) as ask:
        box = new_box()
        ask.make_box(box)
        assert _answers(ask, _request(box, **headers)).startswith(b"HTTP/1.1 ")
    assert taken == []


def test_requests_in_one_packet_are_answered_in_order(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    hello = b"GET /v1/hello HTTP/1.1\r\nHost: x\r\n\r\n"
    sent = b"".join(_request(box, item=f"{number:032x}") for number in range(1, 6))
    answer = _answers(ask, hello + sent + hello + _request(box, item=f"{9:032x}"))
    bodies = [part.split(b"\r\n\r\n")[1] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert bodies == [b"leeward-relay 1\n", b"1", b"2", b"3", b"4", b"5", b"leeward-relay 1\n", b"6"]


def test_who_leaves_at_once_is_stored_and_holds_no_room(
    store: SqliteStore, run_app: Any, new_box: Any
) -> None:
    app: Any = make_app(store, budget=100_000)
    taken = _watch(app)
    with run_app(app) as ask:
        box = new_box()
        ask.make_box(box)
        for number in range(10):
            connection = _connect(ask)
            connection.sendall(_request(box, bytes(4096), f"{number:032x}"))
            connection.close()
            while len(taken) <= number:
                time.sleep(0.005)
        assert ask.append(box, b"last").status == 201
        assert app._budget.held == 0
        assert ask.items(box, limit=1).header("Leeward-Last") == "11"
    assert taken[:10] == [True] * 10


def test_beyond_the_budget_and_in_a_fault_it_is_busy(
    store: SqliteStore, run_app: Any, new_box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = make_app(store, budget=5_000)
    with run_app(app) as ask:
        box = new_box()
        ask.make_box(box)
        assert b"retry-after: 2\r\n" in _answers(ask, _request(box, bytes(5001)))

        def fault(*arguments: Any) -> None:
            arguments[-1](ValueError("a mistake of ours"))

        monkeypatch.setattr(store, "begin_append", fault)
        inside = _answers(ask, _request(box))
        monkeypatch.setattr(store, "begin_append", lambda *_: 1 / 0)

        async def closed(*_: Any) -> None:
            raise Busy

        monkeypatch.setattr(store, "append", closed)
        assert _answers(ask, _request(box)) == inside
        assert inside.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert inside.endswith(b"\r\n\r\nbusy\n")
        assert app._budget.held == 0
