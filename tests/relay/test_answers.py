"""Every route of protocol 4, asked over a real socket."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

import pytest

from leeward.base.limits import ITEM_MOST, PIECE_SEALED_MOST
from leeward.relay.sqlite_store import SqliteStore
from leeward.wire.listing import LISTING_MOST, parse_listing

HEX16 = "0123456789abcdef" * 2


def test_hello(ask: Any) -> None:
    answer = ask("GET", "/v1/hello")
    assert (answer.status, answer.body) == (200, b"leeward-relay 1\n")


def test_a_box_is_made_once(ask: Any, new_box: Any) -> None:
    box = new_box()
    assert ask.make_box(box).status == 201
    assert ask.make_box(box).status == 200
    other = new_box(box=box.box)
    answer = ask.make_box(other)
    assert (answer.status, answer.body) == (409, b"box-taken\n")
    assert ask.items(box).status == 200
    assert ask.items(other).status == 404


@pytest.mark.parametrize("size", [0, 1, 63, 65, 5000])
def test_a_box_needs_two_hashes(ask: Any, new_box: Any, size: int) -> None:
    box = new_box()
    answer = ask("PUT", box.path, bytes(size))
    assert answer.status == (413 if size > 64 else 400)
    assert ask.items(box).status == 404


def test_items_are_numbered_listed_and_idempotent(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    sent = [(os.urandom(16), os.urandom(size)) for size in (1, 4096, 100_000)]
    for number, (item, sealed) in enumerate(sent, 1):
        answer = ask.append(box, sealed, item)
        assert (answer.status, answer.body) == (201, b"%d" % number)
    again = ask.append(box, sent[1][1], sent[1][0])
    assert (again.status, again.body) == (200, b"2")
    other = ask.append(box, b"other bytes", sent[1][0])
    assert (other.status, other.body) == (409, b"item-taken\n")
    listing = ask.items(box)
    assert [(one.number, one.item, one.sealed) for one in parse_listing(listing.body)] == [
        (number, *one) for number, one in enumerate(sent, 1)
    ]
    assert listing.header("Leeward-Last") == "3"
    part = ask.items(box, after=1, limit=1)
    assert [one.number for one in parse_listing(part.body)] == [2]
    assert part.header("Leeward-Last") == "3"
    beyond = ask.items(box, after=10)
    assert (beyond.status, beyond.body, beyond.header("Leeward-Last")) == (200, b"", "3")


def test_the_same_item_may_be_in_two_boxes(ask: Any, new_box: Any) -> None:
    item = os.urandom(16)
    for box in (new_box(), new_box()):
        ask.make_box(box)
        assert ask.append(box, b"sealed", item).body == b"1"


def test_reading_and_writing_need_their_own_token(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    path = f"{box.path}/items/{HEX16}"
    assert ask("POST", path, b"x", box.read).status == 404
    assert ask("GET", f"{box.path}/items", token=box.write).status == 404
    assert ask("DELETE", box.path, token=box.write).status == 404
    assert ask("POST", path, b"x", None).status == 400


def test_a_wrong_token_and_an_unknown_box_get_the_same_answer(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    for method, rest, body in (
        ("GET", "/items", None),
        ("POST", f"/items/{HEX16}", b"x"),
        ("DELETE", "", None),
    ):
        wrong = ask(method, box.path + rest, body, os.urandom(32))
        unknown = ask(method, new_box().path + rest, body, os.urandom(32))
        assert wrong == unknown
        assert (wrong.status, wrong.body) == (404, b"no-such-box\n")


def test_who_may_only_write_cannot_erase_what_others_wrote(ask: Any, new_box: Any) -> None:
    """The intake card publishes the hotline's write token: a stranger must not empty the hotline with it."""
    box = new_box()
    ask.make_box(box)
    ask.append(box, b"a report")
    assert ask("DELETE", box.path, token=box.write).status == 404
    assert b"a report" in ask.items(box).body


def test_a_deleted_box_is_gone_and_its_address_free(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    ask.append(box, b"x")
    answer = ask("DELETE", box.path, token=box.read)
    assert (answer.status, answer.body) == (204, b"")
    assert ask("DELETE", box.path, token=box.read).status == 404
    assert ask.append(box, b"x").status == 404
    assert ask.make_box(box).status == 201
    assert ask.items(box).body == b""


def test_blobs(ask: Any) -> None:
    blob, erase, sealed = os.urandom(32), os.urandom(32), os.urandom(PIECE_SEALED_MOST)
    path = f"/v1/blobs/{blob.hex()}"
    assert ask("GET", path).body == b"no-such-blob\n"
    assert ask.put_blob(blob, sealed, erase).status == 201
    assert ask.put_blob(blob, sealed, erase).status == 200
    for other in (ask.put_blob(blob, sealed[:-1], erase), ask.put_blob(blob, sealed, os.urandom(32))):
        assert (other.status, other.body) == (409, b"blob-taken\n")
    answer = ask("GET", path)
    assert (answer.status, answer.body) == (200, sealed)
    wrong = ask("DELETE", path, token=os.urandom(32))
    assert (wrong.status, wrong.body) == (404, b"no-such-blob\n")
    assert wrong == ask("DELETE", f"/v1/blobs/{os.urandom(32).hex()}", token=erase)
    assert ask("DELETE", path, token=erase).status == 204
    assert ask("GET", path).status == 404
    assert ask.put_blob(blob, b"other", erase).status == 201


def test_sizes(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    assert ask.append(box, bytes(ITEM_MOST)).status == 201
    assert ask.append(box, bytes(ITEM_MOST + 1)).body == b"too-large\n"
    assert ask.append(box, b"").body == b"bad-request\n"
    assert ask.put_blob(os.urandom(32), bytes(PIECE_SEALED_MOST + 1), bytes(32)).body == b"too-large\n"
    assert ask("PUT", f"/v1/blobs/{os.urandom(32).hex()}", b"x").body == b"bad-request\n"
    assert [one.number for one in parse_listing(ask.items(box).body)] == [1]


def test_a_long_listing_ends_early_and_goes_on(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    for _ in range(5):
        ask.append(box, bytes(3_000_000))
    after, seen = 0, []
    while True:
        answer = ask.items(box, after=after)
        assert len(answer.body) < LISTING_MOST + ITEM_MOST
        numbers = [one.number for one in parse_listing(answer.body)]
        if not numbers:
            break
        seen += numbers
        after = numbers[-1]
    assert seen == [1, 2, 3, 4, 5]


def test_waiting_ends_when_an_item_comes(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    came = threading.Timer(0.3, ask.append, (box, b"news"))
    began = time.monotonic()
    came.start()
    answer = ask.items(box, after=0, wait=20)
    assert [one.sealed for one in parse_listing(answer.body)] == [b"news"]
    assert 0.2 < time.monotonic() - began < 5
    came.join()


def test_waiting_ends_with_its_time(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    began = time.monotonic()
    answer = ask.items(box, wait=1)
    assert (answer.status, answer.body, answer.header("Leeward-Last")) == (200, b"", "0")
    assert 0.9 < time.monotonic() - began < 5


def test_waiting_ends_when_another_process_writes(ask: Any, new_box: Any, store: SqliteStore) -> None:
    from leeward.relay import rows  # noqa: PLC0415 - the other process, played by a second connection
    from leeward.relay.sqlite_file import open_file  # noqa: PLC0415

    box = new_box()
    ask.make_box(box)

    def other() -> None:
        connection = open_file(store.path)
        connection.execute("BEGIN IMMEDIATE")
        rows.append(connection, box.box, box.write, os.urandom(16), b"from elsewhere", 1)
        connection.execute("COMMIT")
        connection.close()

    came = threading.Timer(0.3, other)
    came.start()
    answer = ask.items(box, wait=20)
    came.join()
    assert [one.sealed for one in parse_listing(answer.body)] == [b"from elsewhere"]


def test_appends_at_once_get_consecutive_numbers(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    numbers: list[int] = []

    def append() -> None:
        for _ in range(25):
            numbers.append(int(ask.append(box, os.urandom(200)).body))  # noqa: PERF401 - shared by threads

    threads = [threading.Thread(target=append) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 201))
    assert [one.number for one in parse_listing(ask.items(box).body)] == sorted(numbers)


def test_the_same_item_sent_many_times_at_once_is_kept_once(ask: Any, new_box: Any) -> None:
    box = new_box()
    ask.make_box(box)
    item, answers = os.urandom(16), []
    threads = [
        threading.Thread(target=lambda: answers.append(ask.append(box, b"same", item))) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200] * 11 + [201]
    assert {answer.body for answer in answers} == {b"1"}


def test_the_same_blob_sent_many_times_at_once_is_kept_once(ask: Any, store: SqliteStore) -> None:
    blob, erase, answers = os.urandom(32), os.urandom(32), []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(ask.put_blob(blob, b"%d" % (n % 2), erase).status))
        for n in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 4 + [201] + [409] * 5
    assert len(list((store.path.parent / "blobs").rglob("*.*"))) == 1


def test_pages_get_everything_that_is_not_the_relays(store: SqliteStore, run_app: Any) -> None:
    from leeward.relay.app import make_app  # noqa: PLC0415

    seen: list[str] = []

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"page"})

    with run_app(make_app(store, pages)) as ask:
        for path in ("/", "/v1x", "/static/page.js", "/V1/hello"):
            assert ask("GET", path).body == b"page"
        assert ask("GET", "/v1/hello").body == b"leeward-relay 1\n"
        for path in ("/v1", "/v1/", "/v1/nothing"):
            assert ask("GET", path).body == b"no-such-page\n"
    assert seen == ["/", "/v1x", "/static/page.js", "/V1/hello"]
