"""Backups in an S3-compatible store: objects under the backup's name, the manifest last.

    s3://bucket/prefix?endpoint=https://host&region=name&http=yes

Without TLS only where `http=yes` says so: requests are signed, not sealed (what they carry is).
No error tells a key, and nothing of the store's own words gets out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from leeward.base.say import say
from leeward.office.backups_place import NAME, BackupFailed, BackupRefused
from leeward.office.export import MANIFEST

_NAME = re.compile(rf"({NAME.pattern})/(.+)")
_PARAMETERS = {"endpoint", "region", "http"}


class Bucket:
    """A Place in one bucket, under a prefix."""

    def __init__(self, url: str, key: str, secret: str, *, seconds: float = 60) -> None:
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        endpoint = asked.get("endpoint")
        plain = endpoint is not None and endpoint.startswith("http://")
        if not parts.netloc or "@" in parts.netloc or asked.keys() - _PARAMETERS or not (key and secret):
            raise _not_so()
        if plain and asked.get("http") != "yes":
            raise _not_so()
        try:
            self._store = S3Store(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                endpoint=endpoint,
                region=asked.get("region", "us-east-1"),
                access_key_id=key,
                secret_access_key=secret,
                virtual_hosted_style_request=False,
                client_options={
                    "allow_http": plain,
                    "connect_timeout": timedelta(seconds=10),
                    "timeout": timedelta(seconds=seconds),
                    "user_agent": "leeward",
                },
                retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=seconds)},
            )
        except BaseError:
            raise _not_so() from None

    def names(self) -> list[str]:
        """See Place."""
        return sorted(
            {name for name, file in self._objects() if file == MANIFEST},
        )

    def put(self, folder: Path, name: str) -> int:
        """See Place. The manifest goes last, after everything else was read again."""
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
        size = 0
        for path in [*files, folder / MANIFEST]:
            content = path.read_bytes()
            at = f"{name}/{path.relative_to(folder).as_posix()}"
            with _told():
                obstore.put(self._store, at, content)
                there = bytes(obstore.get(self._store, at).bytes())
            if hashlib.sha256(there).digest() != hashlib.sha256(content).digest():
                raise BackupFailed("damaged")
            size += len(content)
        return size

    def remove(self, name: str) -> None:
        """See Place. The manifest goes first: half of a backup is none."""
        found = [file for held, file in self._objects() if held == name]
        with _told():
            for file in sorted(found, key=lambda one: one != MANIFEST):
                obstore.delete(self._store, f"{name}/{file}")

    def _objects(self) -> Iterator[tuple[str, str]]:
        with _told():
            for page in obstore.list(self._store, chunk_size=500):
                for found in page:
                    named = _NAME.fullmatch(found["path"])
                    if named is not None:
                        yield named[1], named[2]


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BaseError:
        raise OSError("the store") from None


def _not_so() -> BackupRefused:
    return BackupRefused(
        say("This is no address of an S3 store with its key."),
        kept=say("Nothing was changed."),
        next_step=say("Write s3://bucket/folder?endpoint=https://host, the key, and its secret."),
    )
