"""PostgreSQL alone: a server that is away, full, unsafe, or writes down too much; and what stands in its own files."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.support.postgres import Cluster, programs, running_postgres
from tests.support.store_clients import Keys, Piece, sha256

from leeward.relay import postgres_rows
from leeward.relay.errors import StoreDamaged, StoreTooNew
from leeward.relay.open_store import open_store
from leeward.relay.postgres_link import connect, migrations
from leeward.relay.postgres_store import _look_into
from leeward.relay.scale_errors import StoreAway, StoreUnsafe
from leeward.relay.store import BoxStore, Page
from leeward.wire.errors import Busy, NoRoom, NoSuchBox, Refused
from leeward.wire.turn import Look, Turn


@pytest.fixture
def place(place_of: Callable[[str], Any]) -> Any:
    return place_of("postgres+folder")


@pytest.fixture
def own_place(place: Any, postgres: Cluster) -> Any:
    """A place with a database of its own, of which settings may be changed."""
    return replace(place, url=postgres.new_database())


def name_of(place: Any) -> str:
    """Return the name of a place's own database."""
    name: str = place.url.rpartition("?")[0].rpartition("/")[2]
    return name


async def sent(store: BoxStore, keys: Keys, sealed: bytes = b"sealed") -> int:
    return (await store.append(keys.box, keys.write, os.urandom(16), sealed)).number


def test_while_the_server_is_away_all_is_busy_and_afterwards_goes_on(place: Any, postgres: Cluster) -> None:
    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        assert await sent(store, keys) == 1
        postgres.end(signal.SIGKILL)
        try:
            began = time.monotonic()
            for asked in (
                sent(store, keys),
                store.list_items(keys.box, keys.read, 0, 5),
                store.wait_for_item(keys.box, keys.read, 1, 5),
                store.put_blob(os.urandom(32), bytes(32), b"piece"),
                store.take_turn(Turn(post=keys.post(b"x"), puts=(Piece().put,))),
                store.waiting(5),
            ):
                with pytest.raises(Busy):
                    await asked
            assert time.monotonic() - began < 5
        finally:
            postgres.start()
        end = time.monotonic() + 10
        numbers: list[int] = []
        while len(numbers) < 2 and time.monotonic() < end:
            try:
                numbers.append(await sent(store, keys))
            except Busy:
                await asyncio.sleep(0.05)
        assert numbers == [2, 3]
        assert [one.number for one in (await store.list_items(keys.box, keys.read, 0, 5)).items] == [1, 2, 3]

    place.play(part)


def test_a_restart_while_nobody_asked_is_not_felt(place: Any, postgres: Cluster) -> None:
    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        await store.list_items(keys.box, keys.read, 0, 5)
        postgres.end()
        postgres.start()
        assert await sent(store, keys) == 1
        assert (await store.list_items(keys.box, keys.read, 0, 5)).last == 1

    place.play(part)


def test_bells_ring_again_after_their_connection_was_cut(place: Any, postgres: Cluster) -> None:
    stores = [place.open(), place.open()]

    async def listen() -> float:
        here, there = stores
        keys = await Keys().made(here)
        await asyncio.sleep(0.2)
        with psycopg.connect(postgres.admin_url(), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'relay'")
        await asyncio.sleep(1.5)
        waiting = asyncio.create_task(here.wait_for_item(keys.box, keys.read, 0, 20))
        await asyncio.sleep(0.4)
        began = time.monotonic()
        await sent(there, keys)
        await asyncio.wait_for(waiting, 10)
        return time.monotonic() - began

    assert asyncio.run(listen()) < 3
    for store in stores:
        store.close()


def test_a_full_disk_strikes_only_what_found_no_room(place: Any, postgres: Cluster) -> None:
    """The server itself says "disk full" here, because a trigger makes it: we cannot fill a disk in a test."""

    async def part(store: BoxStore) -> None:
        keys = await Keys().made(store)
        with psycopg.connect(place.url, autocommit=True) as owner:
            owner.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN IF length(NEW.sealed) > 100 THEN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END IF; "
                "RETURN NEW; END $$"
            )
            owner.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION full_disk()"
            )
        asked = [sent(store, keys, bytes(size)) for size in (10, 20, 5000, 30)]
        turn = Turn(post=keys.post(bytes(5000)), puts=(Piece().put,))
        got: list[Any] = list(await asyncio.gather(*asked, store.take_turn(turn), return_exceptions=True))
        assert [type(one) for one in got] == [int, int, NoRoom, int, NoRoom]
        assert (await store.list_items(keys.box, keys.read, 0, 9)).last == 3
        assert list(place.files().names()) == []

    place.play(part)


def test_a_mistake_in_one_job_fails_no_neighbour(place: Any) -> None:
    async def part(store: Any) -> None:
        keys = await Keys().made(store)
        got: list[Any] = list(
            await asyncio.gather(
                sent(store, keys),
                store._writer.run(lambda c: c.execute("SELECT nonsense")),
                store._writer.run(lambda _: 1 / 0),
                sent(store, keys),
                return_exceptions=True,
            )
        )
        assert (got[0], type(got[1]), type(got[2]), got[3]) == (1, Busy, Busy, 2)

    place.play(part)


def test_several_relays_may_make_the_tables_at_once(place: Any) -> None:
    opened: list[BoxStore] = []
    threads = [threading.Thread(target=lambda: opened.append(place.open())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 6
    for store in opened:
        store.close()


def test_a_later_version_and_another_programs_tables_are_left_alone(
    place: Any, place_of: Callable[[str], Any]
) -> None:
    place.open().close()
    with psycopg.connect(place.url) as owner:
        owner.execute("UPDATE leeward_version SET version = 999")
    with pytest.raises(StoreTooNew):
        place.open()
    other = place_of("postgres+folder")
    with psycopg.connect(other.url) as owner:
        owner.execute("CREATE TABLE boxes (id integer)")
    with pytest.raises(StoreDamaged):
        other.open()


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_server_that_may_lose_or_dates_its_commits_is_refused(tmp_path: Path) -> None:
    settings = ("fsync=off", "full_page_writes=off", "track_commit_timestamp=on")
    with running_postgres(*settings) as unsafe, pytest.raises(StoreUnsafe) as told:
        open_store(unsafe.new_database(), f"file://{tmp_path}/blobs")
    for name in ("fsync", "full_page_writes", "track_commit_timestamp"):
        assert f"{name} is not" in str(told.value)


@pytest.mark.parametrize(
    "setting",
    [
        "log_statement = 'mod'",
        "log_min_duration_statement = 0",
        "log_duration = on",
        "log_transaction_sample_rate = 0.1",
    ],
)
def test_a_server_that_writes_down_what_is_asked_is_refused(
    own_place: Any, postgres: Cluster, setting: str
) -> None:
    name = name_of(own_place)
    with psycopg.connect(postgres.admin_url(), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET {setting}".encode())
    with pytest.raises(StoreUnsafe) as told:
        own_place.open()
    assert setting.split(maxsplit=1)[0] in str(told.value)
    admin_url = postgres.admin_url(name)
    store = open_store(admin_url, own_place.blobs_url)  # who may switch it off, does
    store.close()


def test_nothing_of_what_is_asked_gets_into_the_servers_log(place: Any, postgres: Cluster) -> None:
    before = (postgres.folder / "log").stat().st_size
    keys, piece = Keys(), Piece(sealed=b"a piece that nobody reads in a log")

    async def part(store: BoxStore) -> None:
        await keys.made(store)
        await sent(store, keys, b"an item that nobody reads in a log")
        await store.put_blob(piece.blob, sha256(piece.erase), piece.sealed)
        other = Keys(box=keys.box)
        for refused in (
            store.make_box(other.box, bytes(32), bytes(32)),
            store.append(other.box, other.write, os.urandom(16), b"x"),
            store.delete_box(other.box, other.read),
            store.put_blob(piece.blob, bytes(32), b"other"),
        ):
            with pytest.raises(Refused):
                await refused
        two = Keys()
        await asyncio.gather(*(store.make_box(two.box, bytes(32), bytes(32)) for _ in range(4)))
        await store.delete_blob(piece.blob, piece.erase)
        await store.delete_box(keys.box, keys.read)

    place.play(part)
    logged = (postgres.folder / "log").read_bytes()[before:]
    for secret in (keys.box, keys.read, keys.write, piece.blob, piece.erase, sha256(keys.read)):
        assert secret not in logged
        assert secret.hex().encode() not in logged
    assert b"nobody reads" not in logged
    assert b"INSERT" not in logged
    assert b"SELECT" not in logged


def test_the_database_holds_hashes_and_days_no_tokens_and_no_times(own_place: Any, postgres: Cluster) -> None:
    keys = Keys()

    async def part(store: BoxStore) -> None:
        await keys.made(store)
        await sent(store, keys)

    own_place.play(part)
    dump = subprocess.run(
        [programs() / "pg_dump", "--data-only", own_place.url], capture_output=True, check=True
    ).stdout
    assert sha256(keys.read).hex().encode() in dump
    for token in (keys.read, keys.write):
        assert token.hex().encode() not in dump
    with psycopg.connect(own_place.url) as owner:
        kinds = owner.execute(
            "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
    assert {kind for (kind,) in kinds} <= {"bytea", "bigint", "integer", "smallint", "text", "boolean"}


def test_no_error_tells_a_password() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for url in (
            f"postgresql://joe:hush-hush@/base?host={folder}",
            "postgresql://joe:hush-hush@127.0.0.1:1/base?password=hush-hush",
            "postgresql://joe:hush-hush@127.0.0.1:port/base",
            "postgresql://joe:hush-hush@/base?nonsense=hush-hush",
        ):
            with pytest.raises(StoreAway) as told:
                open_store(url, f"file://{folder}/blobs")
            assert "hush" not in str(told.value)
            assert told.value.__cause__ is None
            assert told.value.__suppress_context__


def test_what_we_may_set_we_set_whatever_the_database_was_told(own_place: Any, postgres: Cluster) -> None:
    with psycopg.connect(postgres.admin_url(), autocommit=True) as admin:
        for setting in ("synchronous_commit = off", "log_parameter_max_length_on_error = -1"):
            admin.execute(f"ALTER DATABASE {name_of(own_place)} SET {setting}".encode())
    with connect(own_place.url) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.execute("SHOW log_parameter_max_length_on_error").fetchone() == ("0",)
    own_place.open().close()


class Counting:
    """A connection that counts what it is asked."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.asked: list[Any] = []

    def execute(self, question: Any, *args: Any) -> Any:
        self.asked.append(question)
        return self.connection.execute(question, *args)


def test_an_unknown_box_and_a_wrong_token_ask_the_same_of_the_server(place: Any) -> None:
    async def part(store: Any) -> None:
        keys = await Keys().made(store)
        await sent(store, keys)
        asked = []
        for box, token in ((keys.box, os.urandom(32)), (os.urandom(16), keys.read)):
            counting = store._readers.ask_here(Counting)
            with pytest.raises(NoSuchBox):
                postgres_rows.reading_box(counting, box, token)
            assert _look_into(counting, Look(box, token)) == (None, Page([], 0), False)
            asked.append(counting.asked)
        assert asked[0] == asked[1]
        assert len(asked[0]) == 2

    place.play(part)
