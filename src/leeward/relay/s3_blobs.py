"""Blobs as objects of an S3-compatible store, one object for each piece, under its name.

1. An object is put whole, on condition that its name is free. If an answer was lost and the put is repeated, the name
   holds these very bytes, and that is as good. Other bytes under a name that was drawn for these can only be damage,
   and are replaced: the row in PostgreSQL or SQLite knows the right sum.
2. Every request has a deadline, and few repetitions. A store that is away is Busy; that it is full, NoRoom.
3. No error tells a key, and nothing of the store's own words gets out.

    s3://bucket/prefix?endpoint=https://host&region=name&credentials=/path&http=yes

Without `credentials`, the environment's AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are used. The file is an INI file
as other S3 tools use it: section [default], `aws_access_key_id`, `aws_secret_access_key`.
"""

from __future__ import annotations

import configparser
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError
from obstore.store import S3Store

from leeward.relay.scale_errors import KeysMissing, UnknownBlobs
from leeward.wire.errors import Busy, NoRoom

_NAME = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{16}")
_FULL = re.compile(
    r"<Code>[A-Za-z]*(StorageFull|InsufficientStorage|QuotaExceeded)</Code>|status code: 507\b"
)
_PARAMETERS = {"endpoint", "region", "credentials", "http"}
_ABSENT = (FileNotFoundError, NotFoundError)  # obstore raises the one and exports the other
_PAGE = 500  # objects asked for at once in a listing


class S3Blobs:
    """A BlobFiles over one bucket. `seconds` bounds one request, `patience` one request with its repetitions."""

    def __init__(self, url: str, *, seconds: float = 10, patience: float = 15) -> None:
        self._store = _open_bucket(url, seconds, patience)

    def put(self, name: str, sealed: bytes) -> None:
        """See BlobFiles.put. NoRoom, Busy."""
        _check(name)
        with _told():
            try:
                obstore.put(self._store, name, sealed, mode="create", use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                if self.get(name) != sealed:  # 1
                    obstore.put(self._store, name, sealed, use_multipart=False)

    def get(self, name: str) -> bytes | None:
        """See BlobFiles.get. Busy."""
        _check(name)
        with _told():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except _ABSENT:
                return None

    def size(self, name: str) -> int | None:
        """See BlobFiles.size. Busy."""
        _check(name)
        with _told():
            try:
                return int(obstore.head(self._store, name)["size"])
            except _ABSENT:
                return None

    def delete(self, name: str) -> None:
        """See BlobFiles.delete. Busy."""
        _check(name)
        with _told():
            try:
                obstore.delete(self._store, name)
            except _ABSENT:
                return

    def sweep(self, is_wanted: Callable[[str], bool], age: float) -> None:
        """See BlobFiles.sweep. The age is by the store's clock and ours. Objects that are not ours are left."""
        for name, since in self._objects():
            if since > age and _NAME.fullmatch(name) and not is_wanted(name):
                self.delete(name)

    def names(self) -> Iterator[str]:
        """See BlobFiles.names. Busy."""
        for name, _ in self._objects():
            yield name

    def _objects(self) -> Iterator[tuple[str, float]]:
        """Give every object's name, and how many seconds ago it was made."""
        with _told():
            for page in obstore.list(self._store, chunk_size=_PAGE):
                for found in page:
                    yield found["path"], time.time() - found["last_modified"].timestamp()


@contextmanager
def _told() -> Iterator[None]:
    """Rules 2 and 3."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise (NoRoom if _FULL.search(str(error)) else Busy) from None


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise RuntimeError("not a blob's name")


def _open_bucket(url: str, seconds: float, patience: float) -> S3Store:
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or asked.keys() - _PARAMETERS:
        raise UnknownBlobs(url)
    endpoint = asked.get("endpoint")
    plain = endpoint is not None and endpoint.startswith("http://")
    if plain and asked.get("http") != "yes":
        raise UnknownBlobs(url)  # requests are signed, not sealed: without TLS only where somebody says so
    key, secret = _keys(asked.get("credentials"))
    try:
        return S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            endpoint=endpoint,
            region=asked.get("region", "us-east-1"),
            access_key_id=key,
            secret_access_key=secret,
            conditional_put="etag",
            virtual_hosted_style_request=False,
            client_options={
                "allow_http": plain,
                "connect_timeout": timedelta(seconds=min(3, seconds)),
                "timeout": timedelta(seconds=seconds),
                "user_agent": "leeward-relay",
            },
            retry_config={
                "max_retries": 4,
                "retry_timeout": timedelta(seconds=patience),
                "backoff": {"init_backoff": timedelta(milliseconds=50), "max_backoff": timedelta(seconds=2)},
            },
        )
    except BaseError:
        raise UnknownBlobs(url) from None  # 3


def _keys(path: str | None) -> tuple[str, str]:
    """Return the access key and its secret, from a file or the environment. KeysMissing."""
    if path is None:
        key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
        if not key or not secret:
            raise KeysMissing("the environment has none")
        return key, secret
    file = configparser.ConfigParser(interpolation=None)
    try:
        file.read_string(Path(path).read_text(encoding="utf-8"))
        section = file["default"]
        return section["aws_access_key_id"], section["aws_secret_access_key"]
    except (OSError, ValueError, KeyError, configparser.Error):
        raise KeysMissing(f"{path} cannot be read, or has no section [default] with both parts") from None
