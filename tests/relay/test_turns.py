"""Turns over HTTP: all or nothing, durable, with few sizes; gates, notices, sums, the board, and pieces like blobs."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from dataclasses import replace
from typing import Any

import pytest

from leeward.base.sizes import CLASSES
from leeward.relay import turns
from leeward.relay.app import make_app
from leeward.relay.check import check_store
from leeward.relay.open_store import open_store
from leeward.relay.sqlite_store import SqliteStore
from leeward.wire.board import is_named
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, KnownOnly, NoSuchBlob, NoSuchBox, Refused
from leeward.wire.listing import parse_listing
from leeward.wire.turn import Look, Make, Post, Put, Turn, parse_turn_answer, print_turn


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def take(ask: Any, turn: Turn, **headers: str) -> Any:
    return ask("POST", "/v1/turns", print_turn(turn), **headers)


def make(box: Any) -> Make:
    return Make(box.box, sha256(box.read), sha256(box.write))


def put(sealed: bytes, erase: bytes = b"e" * 32, blob: bytes | None = None) -> Put:
    return Put(blob or os.urandom(32), sha256(erase), sealed)


def post(box: Any, sealed: bytes = b"report", item: bytes | None = None) -> Post:
    return Post(box.box, box.write, item or os.urandom(16), sealed)


def look(box: Any, after: int = 0) -> Look:
    return Look(box.box, box.read, after)


def looks(*boxes: Any, after: int = 0) -> tuple[Look, ...]:
    """Look into several, in the order of their addresses."""
    return tuple(sorted((look(box, after) for box in boxes), key=lambda one: one.box))


def first_message(hotline: Any, mine: Any, alarm: Any, *puts: Put) -> Turn:
    return Turn((make(mine), make(alarm)), puts, post(hotline), looks(mine, alarm))


@pytest.fixture
def hotline(ask: Any, new_box: Any) -> Any:
    box = new_box()
    ask.make_box(box)
    return box


def told(answer: Any) -> tuple[list[bytes], int]:
    assert answer.status == 200
    assert len(answer.body) in CLASSES
    assert len(answer.body) >= 32 * 1024
    (found,) = told_all(answer, 1)
    return found


def told_all(answer: Any, count: int) -> list[tuple[list[bytes], int]]:
    """Return what each of the looks found."""
    assert answer.status == 200
    return [([one.sealed for one in items], last) for items, last in parse_turn_answer(answer.body, count)]


def test_a_first_message_is_one_request(ask: Any, hotline: Any, new_box: Any) -> None:
    mine, alarm, piece = new_box(), new_box(), put(os.urandom(90_000))
    turn = first_message(hotline, mine, alarm, piece)
    assert told(take(ask, turn)) == ([], 0)
    assert told(take(ask, turn)) == ([], 0)
    assert [one.sealed for one in parse_listing(ask.items(hotline).body)] == [b"report"]
    assert ask("GET", f"/v1/blobs/{piece.blob.hex()}").body == piece.sealed
    assert ask.append(mine, b"answer").status == 201
    assert told(take(ask, Turn(looks=(look(mine),)))) == ([b"answer"], 1)
    assert told(take(ask, Turn(looks=(look(mine, after=1),)))) == ([], 1)
    assert told(take(ask, Turn(looks=(look(alarm),)))) == ([], 0)


def test_a_turn_that_asks_nothing_is_answered_like_any(ask: Any) -> None:
    assert told(take(ask, Turn())) == ([], 0)


def test_all_answers_to_small_things_have_one_size(ask: Any, hotline: Any, new_box: Any) -> None:
    mine, unknown = new_box(), new_box()
    answers = [
        take(ask, first_message(hotline, mine, new_box())),
        take(ask, Turn(looks=(look(mine),))),
        take(ask, Turn(looks=(look(unknown),))),
        take(ask, Turn(looks=(Look(mine.box, os.urandom(32)),))),
        take(ask, Turn(post=post(hotline), looks=(look(mine),))),
    ]
    ask.append(mine, b"answer" * 1000)
    answers.append(take(ask, Turn(looks=(look(mine),))))
    assert {len(answer.body) for answer in answers} == {32 * 1024}
    assert len({answer.body for answer in answers[:-1]}) == 1
    assert len({str(answer.headers) for answer in answers}) == 1


def _refused(kind: type[Refused], hotline: Any, mine: Any, taken: Any) -> Turn:
    piece = put(b"piece", blob=b"n" * 32)
    whole = Turn((make(mine),), (piece,), post(hotline, item=b"n" * 16), (look(mine),))
    assert whole.post is not None
    match kind.word:
        case "box-taken":
            return replace(whole, makes=(*whole.makes, replace(make(taken), read_hash=bytes(32))))
        case "blob-taken":
            return replace(whole, puts=(*whole.puts, put(b"another", blob=b"t" * 32)))
        case "item-taken":
            return replace(whole, post=replace(whole.post, item=b"t" * 16, sealed=b"another"))
        case _:
            return replace(whole, post=replace(whole.post, write_token=os.urandom(32)))


@pytest.mark.parametrize("kind", [BoxTaken, BlobTaken, ItemTaken, NoSuchBox])
@pytest.mark.parametrize("kept_as", ["piece", "file"])
def test_a_refused_turn_leaves_nothing(
    ask: Any, hotline: Any, new_box: Any, store: SqliteStore, kind: type[Refused], kept_as: str
) -> None:
    mine, taken = new_box(), new_box()
    if kept_as == "file":
        ask.put_blob(b"t" * 32, b"piece", b"e" * 32)
    take(ask, Turn((make(taken),), (put(b"piece", blob=b"t" * 32),), post(hotline, b"one", b"t" * 16)))
    before = ask.items(hotline).body
    answer = take(ask, _refused(kind, hotline, mine, taken))
    assert (answer.status, answer.body) == (kind.status, kind.word.encode() + b"\n")
    assert ask.items(hotline).body == before
    assert ask("GET", f"/v1/blobs/{(b'n' * 32).hex()}").status == 404
    assert ask.append(mine, b"x").status == 404
    store.close()
    assert check_store(str(store.path.parent)) == []


def test_refused_and_good_turns_in_one_batch_do_not_touch_each_other(
    store: SqliteStore, new_box: Any
) -> None:
    hotline, taken = new_box(), new_box()

    async def play() -> None:
        await store.make_box(hotline.box, sha256(hotline.read), sha256(hotline.write))
        await store.make_box(taken.box, bytes(32), bytes(32))
        mine = [new_box() for _ in range(30)]
        asked = []
        for number, box in enumerate(mine):
            makes = (make(box), make(taken)) if number % 3 == 0 else (make(box),)
            asked.append(store.take_turn(Turn(makes, (put(b"x" * 5000),), post(hotline), (look(box),))))
        done = await asyncio.gather(*asked, return_exceptions=True)
        assert [isinstance(one, BoxTaken) for one in done] == [n % 3 == 0 for n in range(30)]
        page = await store.list_items(hotline.box, hotline.read, 0, 500)
        assert (len(page.items), page.last) == (20, 20)

    asyncio.run(play())
    store.close()
    assert check_store(str(store.path.parent)) == []


def test_the_same_turn_many_times_at_once_is_done_once(ask: Any, hotline: Any, new_box: Any) -> None:
    turn = first_message(hotline, new_box(), new_box(), put(os.urandom(40_000)), put(b"small"))
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(take(ask, turn).status)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 12
    assert ask.items(hotline).header("Leeward-Last") == "1"


def test_a_box_made_in_a_turn_can_be_posted_to_in_it(ask: Any, new_box: Any) -> None:
    mine = new_box()
    assert told(take(ask, Turn((make(mine),), (), post(mine, b"to me"), (look(mine),)))) == ([b"to me"], 1)


def test_one_piece_named_twice_must_be_the_same(ask: Any) -> None:
    one, other = put(b"one", blob=b"b" * 32), put(b"other", blob=b"b" * 32)
    assert take(ask, Turn(puts=(one, one))).status == 200
    assert take(ask, Turn(puts=(one, other))).body == b"blob-taken\n"


def test_a_piece_is_a_blob_like_others(ask: Any, store: SqliteStore) -> None:
    piece = put(b"sealed piece" * 100)
    path = f"/v1/blobs/{piece.blob.hex()}"
    assert ask("HEAD", path).status == 404
    take(ask, Turn(puts=(piece,)))
    there = ask("HEAD", path)
    assert (there.status, there.body) == (200, b"")
    assert ask.put_blob(piece.blob, piece.sealed, b"e" * 32).status == 200
    assert ask.put_blob(piece.blob, b"other", b"e" * 32).status == 409
    assert ask.put_blob(piece.blob, piece.sealed, b"f" * 32).status == 409
    assert ask("DELETE", path, token=bytes(32)).status == 404
    assert ask("GET", path).body == piece.sealed
    assert ask("DELETE", path, token=b"e" * 32).status == 204
    assert ask("GET", path).status == 404
    kept = b"".join(file.read_bytes() for file in store.path.parent.rglob("*") if file.is_file())
    assert b"sealed piece" not in kept


def test_a_blob_that_is_a_file_is_there_whole_or_not(ask: Any, store: SqliteStore) -> None:
    ask.put_blob(b"f" * 32, b"x" * 1000, b"e" * 32)
    path = f"/v1/blobs/{(b'f' * 32).hex()}"
    assert ask("HEAD", path).status == 200
    assert ask("HEAD", path).header("Content-Length") is None
    (file,) = (store.path.parent / "blobs").rglob("*.*")
    file.write_bytes(b"x" * 999)
    assert ask("HEAD", path).status == 404


def test_a_wrong_sum_stores_nothing(ask: Any, hotline: Any, new_box: Any) -> None:
    body = print_turn(first_message(hotline, new_box(), new_box()))
    right, wrong = sha256(body).hex(), sha256(b"").hex()
    answer = ask("POST", "/v1/turns", body, Leeward_Sum=wrong)
    assert (answer.status, answer.body) == (400, b"wrong-sum\n")
    assert ask.items(hotline).header("Leeward-Last") == "0"
    assert ask("POST", "/v1/turns", body, Leeward_Sum=right[:-1]).body == b"bad-request\n"
    assert ask("POST", "/v1/turns", body, Leeward_Sum=right).status == 200
    blob = f"/v1/blobs/{os.urandom(32).hex()}"
    sent = {"Leeward_Erase": right, "Leeward_Class": "mail"}
    assert ask("PUT", blob, b"piece", Leeward_Sum=wrong, **sent).body == b"wrong-sum\n"
    assert ask("PUT", blob, b"piece", Leeward_Sum=sha256(b"piece").hex(), **sent).status == 201
    assert ask("PUT", blob, b"piece", Leeward_Erase=right, Leeward_Class="other").status == 400


def test_a_gate_lets_known_words_in_only(ask: Any, hotline: Any, new_box: Any) -> None:
    mine, alarm = new_box(), new_box()
    assert ask.append(hotline, b"plain").status == 201
    assert ask("PUT", f"{hotline.path}/gate", b"open", new_box().read).body == b"no-such-box\n"
    assert ask("PUT", f"{hotline.path}/gate", b"ajar", hotline.read).body == b"bad-request\n"
    assert ask("PUT", f"{hotline.path}/gate", b"open", hotline.read).status == 204
    assert ask.append(hotline, b"plain").body == b"known-only\n"
    assert take(ask, first_message(hotline, mine, alarm)).status == 200
    assert ask("PUT", f"{hotline.path}/gate", b"known", hotline.read).status == 204
    again = Turn(post=post(hotline), looks=(look(mine),))
    assert (take(ask, again).status, take(ask, again).body) == (403, b"known-only\n")
    ask.append(mine, b"answer")
    assert take(ask, again).status == 200
    for strange in (
        Turn(post=post(hotline)),
        Turn(post=post(hotline), looks=(look(alarm),)),
        Turn(post=post(hotline), looks=(Look(mine.box, os.urandom(32)),)),
        Turn(post=post(hotline), looks=(look(new_box()),)),
        Turn(post=post(hotline), looks=(look(hotline),)),
        Turn((make(new_box()),), (put(b"piece", blob=b"s" * 32),), post(hotline)),
    ):
        assert take(ask, strange).body == b"known-only\n"
    assert ask("GET", f"/v1/blobs/{(b's' * 32).hex()}").status == 404
    assert take(ask, again).status == 200
    ask("PUT", f"{hotline.path}/gate", b"open", hotline.read)
    assert take(ask, first_message(hotline, new_box(), new_box())).status == 200


def test_who_asks_at_a_closed_gate_again_with_what_is_there_is_told_so(
    ask: Any, hotline: Any, new_box: Any
) -> None:
    turn = first_message(hotline, new_box(), new_box())
    take(ask, turn)
    ask("PUT", f"{hotline.path}/gate", b"known", hotline.read)
    assert take(ask, turn).status == 200  # its answer was lost on the way


def test_a_notice_is_public_and_only_its_reader_changes_it(ask: Any, hotline: Any, new_box: Any) -> None:
    path = f"{hotline.path}/notice"
    assert ask("GET", path).body == b"no-such-box\n"
    assert ask("PUT", path, b"card", new_box().read).body == b"no-such-box\n"
    assert ask("PUT", path, b"card", hotline.read).status == 204
    assert ask("PUT", path, b"newer card" * 100, hotline.read).status == 204
    assert ask("GET", path).body == b"newer card" * 100
    assert ask("PUT", path, bytes(256 * 1024 + 1), hotline.read).body == b"too-large\n"
    assert ask("PUT", path, b"", hotline.read).body == b"bad-request\n"
    assert ask("POST", path, b"x", hotline.read).status == 400
    ask("DELETE", hotline.path, token=hotline.read)
    assert ask("GET", path).body == b"no-such-box\n"


def test_the_board_names_who_waits_and_is_one_for_all(
    ask: Any, hotline: Any, new_box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, read, empty = new_box(), new_box(), new_box()
    take(ask, Turn((make(waits), make(read))))
    take(ask, Turn((make(empty),)))
    ask.append(waits, b"answer")
    ask.append(read, b"answer")
    ask.items(read)
    ask.append(hotline, b"the team's own boxes are nobody's business")
    one, two = ask("GET", "/v1/waiting"), ask("GET", "/v1/waiting")
    assert one.body == two.body
    assert len(one.body) == 16 + 4 * 1024
    assert [is_named(one.body, box.box) for box in (waits, read, empty, hotline)] == [
        True,
        False,
        False,
        False,
    ]
    take(ask, Turn(looks=(look(waits),)))
    assert ask("GET", "/v1/waiting").body == one.body
    assert ask("POST", "/v1/waiting", b"").status == 400


def test_the_board_is_remade_after_its_time(
    store: SqliteStore, run_app: Any, new_box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "BOARD_SECONDS", 0.0)
    mine = new_box()
    with run_app(make_app(store)) as ask:
        take(ask, Turn((make(mine),)))
        ask.append(mine, b"answer")
        assert is_named(ask("GET", "/v1/waiting").body, mine.box)
        take(ask, Turn(looks=(look(mine),)))
        assert not is_named(ask("GET", "/v1/waiting").body, mine.box)


def test_what_is_no_turn_is_refused(ask: Any, hotline: Any) -> None:
    body = print_turn(Turn(post=post(hotline)))
    for sent in (b"", b"x", body[:-1], body + b"\0", body[:16] + b"\xff" + body[17:]):
        assert ask("POST", "/v1/turns", sent).body == b"bad-request\n"
    assert ask("GET", "/v1/turns").status == 400
    assert ask("PUT", "/v1/turns", body).status == 400
    assert ask("POST", "/v1/turns", bytes(4092 * 1024 + 1)).body == b"too-large\n"
    assert ask.items(hotline).header("Leeward-Last") == "0"


def test_turns_stay_within_the_budget(store: SqliteStore, run_app: Any, new_box: Any) -> None:
    app: Any = make_app(store, budget=100_000)
    hotline = new_box()
    with run_app(app) as ask:
        ask.make_box(hotline)
        assert take(ask, first_message(hotline, new_box(), new_box())).status == 200
        assert take(ask, Turn(puts=(put(bytes(120_000)),))).body == b"busy\n"
        assert take(ask, first_message(hotline, new_box(), new_box())).status == 200
        assert app._budget.held == 0


def test_what_was_answered_is_there_after_a_restart(folder: Any, new_box: Any) -> None:
    hotline, mine, piece = new_box(), new_box(), put(b"piece" * 100)

    async def play() -> None:
        store = open_store(str(folder))
        await store.make_box(hotline.box, sha256(hotline.read), sha256(hotline.write))
        await store.put_notice(hotline.box, hotline.read, b"card")
        await store.take_turn(first_message(hotline, mine, new_box(), piece))
        await store.append(mine.box, mine.write, bytes(16), b"answer")
        await store.take_turn(Turn(looks=(look(mine),)))
        store.close()
        assert check_store(str(folder)) == []
        store = open_store(str(folder))
        assert await store.get_blob(piece.blob) == piece.sealed
        assert await store.has_blob(piece.blob)
        assert await store.get_notice(hotline.box) == b"card"
        assert await store.waiting(10) == []  # the mark of reading was written at the end
        assert await store.is_known(mine.box, mine.read)
        assert (await store.list_items(hotline.box, hotline.read, 0, 10)).last == 1
        with pytest.raises(NoSuchBlob):
            await store.get_blob(bytes(32))
        await store.set_gate(hotline.box, hotline.read, known_only=True)
        with pytest.raises(KnownOnly):
            await store.append(hotline.box, hotline.write, bytes(16), b"x")
        store.close()

    asyncio.run(play())
