"""Connections that only read, one for each thread of a small pool; a server that went away is asked again once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import psycopg

from leeward.relay.postgres_link import Connection, connect
from leeward.wire.errors import Busy

READERS = 4

T = TypeVar("T")


class PostgresReaders:
    """Asks questions outside of any transaction: each statement sees what was committed before it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._own = threading.local()
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="relay-reader")

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """Ask in a thread. Busy if the server is away."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.ask_here, question)

    def ask_here(self, question: Callable[[Connection], T]) -> T:
        """Ask in the calling thread, on its own connection, which is kept for the next question. Busy."""
        try:
            connection, is_new = self._connection()
            try:
                return question(connection)
            except psycopg.Error:
                lost = connection.closed
                if not lost or is_new:
                    raise
            return question(self._connection()[0])  # the server was started anew since the last question
        except psycopg.Error as error:
            raise Busy from error

    def close(self) -> None:
        """Finish what was asked, and close."""
        self._pool.shutdown()
        for connection in self._open:
            with suppress(psycopg.Error):
                connection.close()
        self._open.clear()

    def _connection(self) -> tuple[Connection, bool]:
        held: Connection | None = getattr(self._own, "connection", None)
        if held is not None and not held.closed:
            return held, False
        connection = connect(self._url)
        connection.autocommit = True
        with self._lock:
            if held is not None:
                self._open.discard(held)
            self._open.add(connection)
        self._own.connection = connection
        return connection, True
