"""A connection to the PostgreSQL of a store: how it is made, what must be true of the server, and its tables.

1. A commit that was answered is on the server's disk: `synchronous_commit` is on for us, and a server without `fsync`
   or `full_page_writes` is refused.
2. The server writes down neither what we ask nor when: what we may switch off we do, and a server that would write all
   the same is refused. So is one that keeps the moment of each commit with its rows.
3. A relay that died or was cut off holds no lock for long, and a server that went away is noticed.
4. Nothing that is secret gets into an error: neither the address's password nor what the server said about it.
"""

from __future__ import annotations

from importlib import resources

import psycopg
from psycopg.rows import TupleRow

from leeward.relay.errors import StoreDamaged, StoreTooNew
from leeward.relay.scale_errors import StoreAway, StoreUnsafe, shown

CONNECT_SECONDS = 5
_LOCK = 0x4C575244  # "LWRD": held while tables are made, so that only one process makes them

_OURS = {  # of each session; anybody may set these
    "synchronous_commit": "on",  # 1
    "statement_timeout": "20s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "10s",  # 3
    "client_min_messages": "error",
    "default_transaction_isolation": "read committed",
    "bytea_output": "hex",
    "timezone": "UTC",
}
_SILENT = {  # 2: who may set these is the server's to say
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length_on_error": "0",
    "auto_explain.log_min_duration": "-1",
    "pgaudit.log": "none",
}
_DURABLE = {"fsync": "on", "full_page_writes": "on", "track_commit_timestamp": "off"}  # the server's own

Connection = psycopg.Connection[TupleRow]


def connect(url: str) -> Connection:
    """Return a new connection with our settings; psycopg.Error if that fails."""
    connection = psycopg.connect(
        url,
        connect_timeout=CONNECT_SECONDS,
        application_name="leeward-relay",
        keepalives=1,
        keepalives_idle=15,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=20_000,  # milliseconds; 3
    )
    try:
        with connection.pipeline():
            for name, value in _OURS.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.commit()
        _hush(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def open_database(url: str, new_secret: bytes) -> bytes:
    """See that the server is one that a relay can trust, and that the tables are there. See relay/scale_errors.py.

    Return the secret that all relays of this store share: the new one, if there was none.
    """
    where = shown(url)
    try:
        connection = connect(url)
        try:
            broken = _broken_rules(connection)
            if broken:
                raise StoreUnsafe(where, ", ".join(broken))
            _migrate(connection, where)
            return _secret(connection, new_secret)
        finally:
            connection.close()
    except psycopg.Error as error:
        raise StoreAway(where, why(error)) from None  # 4: libpq's words may hold the whole address


def _secret(connection: Connection, new: bytes) -> bytes:
    connection.execute("INSERT INTO shared VALUES (true, %b) ON CONFLICT DO NOTHING", (new,))
    connection.commit()
    found = connection.execute("SELECT work_secret FROM shared").fetchone()
    connection.commit()
    return new if found is None else bytes(found[0])


def why(error: psycopg.Error) -> str:
    """Say what went wrong by its kind alone: the server's own words may hold addresses and passwords."""
    kind = type(error).__name__
    return f"{kind} ({error.sqlstate})" if error.sqlstate else f"{kind}, no answer"


def migrations() -> list[tuple[int, str]]:
    """Return the numbered SQL files of this version, in order: (number, SQL)."""
    folder = resources.files("leeward.relay") / "sql_postgres"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted((int(entry.name[:4]), entry.read_text(encoding="utf-8")) for entry in found)


def _hush(connection: Connection) -> None:
    """Rule 2: switch off what writes, as far as we may."""
    for name, wanted in _unlike(connection, _SILENT):
        try:
            with connection.transaction():
                connection.execute("SELECT set_config(%s, %s, false)", (name, wanted))
        except psycopg.errors.InsufficientPrivilege:
            continue  # `open_database` tells, by what is in force
    connection.commit()


def _broken_rules(connection: Connection) -> list[str]:
    broken = [f"{name} is not {wanted}" for name, wanted in _unlike(connection, _SILENT | _DURABLE | _KEPT)]
    connection.commit()
    return broken


_KEPT = {"synchronous_commit": "on"}


def _unlike(connection: Connection, wanted: dict[str, str]) -> list[tuple[str, str]]:
    """Return which of these settings the server has, but otherwise: (name, what is wanted)."""
    names = list(wanted)
    found = connection.execute(
        "SELECT name, current_setting(name, true) FROM unnest(%s::text[]) AS name", (names,)
    ).fetchall()
    return [(name, wanted[name]) for name, value in found if value not in (None, "", wanted[name])]


def _migrate(connection: Connection, where: str) -> None:
    """Make the tables, or bring them up to this version; one process at a time, each step whole or not at all."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    connection.execute(
        "CREATE TABLE IF NOT EXISTS leeward_version (version integer NOT NULL, one boolean PRIMARY KEY CHECK (one))"
    )
    found = connection.execute("SELECT version FROM leeward_version").fetchone()
    version = 0 if found is None else int(found[0])
    known = migrations()
    if version > known[-1][0]:
        raise StoreTooNew(where)
    if version == 0 and connection.execute("SELECT to_regclass('boxes')").fetchone() != (None,):
        raise StoreDamaged(where, "its tables are another program's")
    for number, sql in known:
        if number > version:
            connection.execute(sql.encode())
    connection.execute(
        "INSERT INTO leeward_version VALUES (%s, true) ON CONFLICT (one) DO UPDATE SET version = excluded.version",
        (known[-1][0],),
    )
    connection.commit()
