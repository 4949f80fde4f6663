"""Where pieces lie, a folder or S3: the same promises; and an S3 store that is away, slow, full, or answers twice."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.support.s3 import KEY, SECRET, S3Server
from tests.support.store_clients import Keys, Piece, sha256

from leeward.relay.open_store import open_blobs
from leeward.relay.s3_blobs import S3Blobs
from leeward.relay.scale_errors import KeysMissing, UnknownBlobs
from leeward.relay.store import BlobFiles, BoxStore
from leeward.wire.errors import Busy, NoRoom, NoSuchBox
from leeward.wire.turn import Turn


def name() -> str:
    return f"{os.urandom(32).hex()}.{os.urandom(8).hex()}"


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, place_of: Callable[[str], Any]) -> BlobFiles:
    found: BlobFiles = place_of(f"sqlite+{request.param}").files()
    return found


def test_a_file_is_whole_or_not_there(files: BlobFiles) -> None:
    one, raw = name(), os.urandom(1_100_000)
    assert (files.get(one), files.size(one)) == (None, None)
    files.put(one, raw)
    assert (files.get(one), files.size(one)) == (raw, len(raw))
    files.delete(one)
    files.delete(one)
    assert (files.get(one), files.size(one)) == (None, None)


def test_names_gives_each_and_a_sweep_takes_what_is_old_and_unwanted(files: BlobFiles) -> None:
    names = {name() for _ in range(30)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: files.put(one, one.encode()), names))
    assert set(files.names()) == names
    wanted = set(list(names)[:10])
    files.sweep(wanted.__contains__, 3600)
    assert set(files.names()) == names
    files.sweep(wanted.__contains__, -5)
    assert set(files.names()) == wanted


def test_only_names_of_blobs_are_taken(files: BlobFiles) -> None:
    for wrong in ("", "../other", "a" * 64, name().upper(), name() + "/x"):
        for ask in (files.get, files.size, files.delete, lambda one: files.put(one, b"x")):
            with pytest.raises(RuntimeError):
                ask(wrong)


def test_prefixes_do_not_see_each_other(s3: S3Server) -> None:
    one, two = S3Blobs(s3.url("a")), S3Blobs(s3.url("ab"))
    one.put(name(), b"x")
    assert (len(list(one.names())), len(list(two.names()))) == (1, 0)


def test_an_s3_that_is_away_is_busy_and_nothing_is_half_done(
    place_of: Callable[[str], Any], s3: S3Server
) -> None:
    place = place_of("postgres+s3")

    async def part(store: BoxStore) -> None:
        intake, way, pieces = await Keys().made(store), Keys(), [Piece() for _ in range(3)]
        turn = Turn((way.make,), tuple(piece.put for piece in pieces), intake.post(b"report"))
        s3.end(signal.SIGKILL)
        try:
            began = time.monotonic()
            with pytest.raises(Busy):
                await store.take_turn(turn)
            with pytest.raises(Busy):
                await store.put_blob(pieces[0].blob, sha256(pieces[0].erase), pieces[0].sealed)
            assert time.monotonic() - began < 15
            assert await store.has_blob(pieces[0].blob) is False
            with pytest.raises(NoSuchBox):
                await store.list_items(way.box, way.read, 0, 5)
            assert (await store.list_items(intake.box, intake.read, 0, 5)).last == 0
            await store.take_turn(Turn(post=intake.post(b"without pieces")))
        finally:
            s3.start()
        await store.take_turn(turn)
        for piece in pieces:
            assert await store.get_blob(piece.blob) == piece.sealed
        assert (await store.list_items(intake.box, intake.read, 0, 5)).last == 2

    place.play(part)


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Give the address of a server that does with each connection what `answer` does."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(10)
                answer(connection)

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        thread.join()
        listener.close()


def s3_at(address: str, s3: S3Server, **bounds: float) -> S3Blobs:
    return S3Blobs(f"s3://pieces/x?endpoint={address}&http=yes&credentials={s3.credentials()}", **bounds)


def test_an_s3_that_never_answers_is_busy_in_time(s3: S3Server) -> None:
    over = threading.Event()

    def say_nothing(_: socket.socket) -> None:
        over.wait(20)

    with listening(say_nothing) as address:
        blobs = s3_at(address, s3, seconds=0.3, patience=1)
        began = time.monotonic()
        for ask in (lambda: blobs.get(name()), lambda: blobs.put(name(), b"x"), lambda: list(blobs.names())):
            with pytest.raises(Busy):
                ask()
        over.set()
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("status", "code", "raised"),
    [
        ("507 Insufficient Storage", "XMinioStorageFull", NoRoom),
        ("507 Insufficient Storage", "Unknown", NoRoom),
        ("403 Forbidden", "QuotaExceeded", NoRoom),
        ("403 Forbidden", "SignatureDoesNotMatch", Busy),
        ("503 507", "SlowDown507", Busy),  # the digits alone mean nothing: they may be milliseconds
        ("404 Not Found", "NoSuchBucket", Busy),
        ("500 Internal Server Error", "InternalError", Busy),
    ],
)
def test_what_an_s3_says_no_with_is_told_in_our_words(
    s3: S3Server, status: str, code: str, raised: type[Exception]
) -> None:
    body = f"<Error><Code>{code}</Code><Message>{SECRET}</Message></Error>".encode()

    def refuse(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)

    with listening(refuse) as address:
        blobs = s3_at(address, s3, seconds=2, patience=0.5)
        with pytest.raises(raised) as told:
            blobs.put(name(), b"x")
    assert SECRET not in str(told.value)
    assert told.value.__suppress_context__


def test_a_put_whose_answer_was_lost_is_repeated_and_is_as_good(s3: S3Server) -> None:
    """A line between that lets the first request through and loses its answer."""
    lost: list[bytes] = []

    def forward(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", s3.port)) as there:
            asked = connection.recv(65536)
            head, _, body = asked.partition(b"\r\n\r\n")
            length = next(
                (
                    int(line[15:])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            while len(body) < length:
                more = connection.recv(65536)
                asked, body = asked + more, body + more
            there.sendall(asked.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
            answer = b""
            while part := there.recv(65536):
                answer += part
        if lost:
            connection.sendall(answer)
        lost.append(answer[:12])

    with listening(forward) as address:
        blobs = s3_at(address, s3)
        one, raw = name(), os.urandom(5000)
        blobs.put(one, raw)
        assert blobs.get(one) == raw
    assert lost[0] == b"HTTP/1.1 200"
    assert lost[1] == b"HTTP/1.1 412"


def test_damage_under_a_name_is_replaced(s3: S3Server) -> None:
    blobs, one = S3Blobs(s3.url("damaged")), name()
    blobs.put(one, b"damaged")
    blobs.put(one, b"right")
    assert blobs.get(one) == b"right"


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3://hush@bucket/x",
        "s3://bucket/x?secret=hush",
        "s3://bucket?endpoint=http://127.0.0.1:1",
        "ftp://host/hush?hush",
        "file://host/folder",
        "file:///",
        "",
        "folder",
    ],
)
def test_an_address_that_names_no_place_is_refused_without_telling_secrets(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with pytest.raises(UnknownBlobs) as told:
        open_blobs(url)
    assert "hush" not in str(told.value).replace("ftp://host/hush", "")


def test_keys_come_from_the_environment_or_a_file_or_are_asked_for(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(variable, raising=False)
    bare = f"s3://pieces/env?endpoint=http://127.0.0.1:{s3.port}&http=yes"
    for url in (bare, f"{bare}&credentials={tmp_path}/none", f"{bare}&credentials={tmp_path}/broken"):
        (tmp_path / "broken").write_text("[default]\naws_access_key_id = hush\n")
        with pytest.raises(KeysMissing) as told:
            open_blobs(url)
        assert "hush" not in str(told.value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    open_blobs(bare).put(name(), b"x")


def test_a_kill_of_the_test_server_forgets_nothing_that_it_answered(s3: S3Server) -> None:
    """The server of these tests itself: without this the tests of faults would prove nothing."""
    blobs = S3Blobs(s3.url("kept"))
    kept = {name(): os.urandom(2000) for _ in range(20)}
    for one, raw in kept.items():
        blobs.put(one, raw)
    gone = next(iter(kept))
    blobs.delete(gone)
    s3.end(signal.SIGKILL)
    s3.start()
    assert blobs.get(gone) is None
    assert {one: blobs.get(one) for one in kept if one != gone} == {
        o: r for o, r in kept.items() if o != gone
    }


def test_pieces_written_for_a_turn_that_is_refused_are_gone(place_of: Callable[[str], Any]) -> None:
    """Refused only when everything is judged under the lock: here another relay makes the box in between."""
    place = place_of("postgres+s3")

    async def part(store: Any) -> None:
        intake, way = await Keys().made(store), Keys()
        putting = store._put_files

        async def slowly(work: Any, sealed: Any) -> Any:
            done = await putting(work, sealed)
            await store.make_box(way.box, bytes(32), bytes(32))
            return done

        store._put_files = slowly
        turn = Turn((way.make,), (Piece().put, Piece().put), intake.post(b"report"))
        with pytest.raises(Exception, match="box at that address"):
            await store.take_turn(turn)
        await asyncio.sleep(0)
        assert list(place.files().names()) == []
        assert (await store.list_items(intake.box, intake.read, 0, 5)).last == 0

    place.play(part)
