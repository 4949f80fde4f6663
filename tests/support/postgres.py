"""A real PostgreSQL for tests: a cluster in a folder of its own, on a unix socket only, with fsync on.

PostgreSQL refuses to run as root, so as root it is started as another user. It is ended by its own process id.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

ROLE = "relay"  # owns the stores' databases; no superuser, as in a deployment


def programs() -> Path:
    """Return the folder of PostgreSQL's own programs, the newest if there are several."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert folders, "these tests need PostgreSQL's server: on Debian, apt-get install postgresql"
    return folders[-1]


class Cluster:
    """One PostgreSQL server: started, killed and started again."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._shared = ""
        self._user: dict[str, Any] = {}
        if os.name == "posix" and os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            os.chown(folder, user.pw_uid, user.pw_gid)

    def make(self) -> None:
        """Make the cluster; the role that relays use has no right but to its databases."""
        options = ["-A", "trust", "-U", "postgres", "-k", "--no-sync", "--no-locale", "-E", "UTF8"]
        subprocess.run(
            [str(programs() / "initdb"), "-D", str(self.data), *options],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **self._user,
        )

    def start(self) -> None:
        """Start, and wait until it lets us in. After a kill its old processes may take a moment to leave."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process is None or self.process.poll() is not None:
                self._spawn()
            try:
                psycopg.connect(self.admin_url(), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.03)
            else:
                return
        raise AssertionError("PostgreSQL did not start: " + (self.folder / "log").read_text()[-2000:])

    def _spawn(self) -> None:
        options = [f"-c{setting}" for setting in ("fsync=on", "max_connections=60", *self.settings)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    str(programs() / "postgres"),
                    "-D",
                    str(self.data),
                    "-clisten_addresses=",
                    f"-cunix_socket_directories={self.folder}",
                    *options,
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._user,
            )

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT is its fast stop, SIGQUIT one without tidying up, SIGKILL a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def admin_url(self, database: str = "postgres") -> str:
        """Return the address for the one who may do everything."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """Make an empty database for one store, and return its address."""
        self._made += 1
        name = f"store_{self._made}"
        with psycopg.connect(self.admin_url(), autocommit=True) as admin:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone():
                admin.execute(f"CREATE ROLE {ROLE} LOGIN")
            admin.execute(f"CREATE DATABASE {name} OWNER {ROLE}")
        return f"postgresql://{ROLE}@/{name}?host={self.folder}"

    def new_schema(self) -> str:
        """Make an empty corner of a database that tests share, which costs far less, and return its address."""
        self._shared = self._shared or self.new_database()
        self._made += 1
        with psycopg.connect(self._shared, autocommit=True) as owner:
            owner.execute(f"CREATE SCHEMA corner_{self._made}")
        return f"{self._shared}&options=-csearch_path%3Dcorner_{self._made}"


@contextmanager
def running_postgres(*settings: str) -> Iterator[Cluster]:
    """Give a new cluster that runs, and is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lw-pg-") as folder:
        cluster = Cluster(Path(folder), *settings)
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.end(signal.SIGQUIT)  # at once: nobody needs its files any more
