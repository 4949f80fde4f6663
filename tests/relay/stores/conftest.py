"""Every kind of store, each over the real thing: a PostgreSQL and an S3 server of the session's own, ended with it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from tests.support.clocks import HandClock
from tests.support.postgres import Cluster, running_postgres
from tests.support.s3 import S3Server, running_s3

from leeward.relay.open_store import open_blobs, open_store
from leeward.relay.store import BlobFiles, BoxStore

KINDS = ("sqlite+folder", "sqlite+s3", "postgres+folder", "postgres+s3")

T = TypeVar("T")


@dataclass
class Place:
    """Where one empty store is, and how to open it."""

    kind: str
    url: str
    blobs_url: str
    clock: HandClock = field(default_factory=HandClock)

    def open(self) -> BoxStore:
        return open_store(self.url, self.blobs_url, clock=self.clock)

    def files(self) -> BlobFiles:
        return open_blobs(self.blobs_url)

    def play(self, part: Callable[[BoxStore], Awaitable[T]]) -> T:
        """Open the store, do something with it, and close it."""
        store = self.open()

        async def acted() -> T:
            return await part(store)

        try:
            return asyncio.run(acted())
        finally:
            store.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with running_postgres() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with running_s3(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def place_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Place]:
    """Make an empty place of a kind; only the servers that it needs are started."""

    def make(kind: str) -> Place:
        boxes, _, blobs = kind.partition("+")
        url = str(tmp_path / "store")
        if boxes == "postgres":
            url = request.getfixturevalue("postgres").new_schema()
        blobs_url = f"file://{tmp_path}/store/blobs"
        if blobs == "s3":
            blobs_url = request.getfixturevalue("s3").url(os.urandom(6).hex())
        return Place(kind, url, blobs_url)

    return make


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, place_of: Callable[[str], Place]) -> Place:
    return place_of(request.param)
