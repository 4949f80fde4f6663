"""Trouble with PostgreSQL, S3, and the addresses that name them. No sentence here ever shows a password or a key.

RelayError
 +-- ExtraMissing       the library for this kind of store is not installed
 +-- BlobsNotNamed      boxes are in PostgreSQL, and nobody said where pieces of files are kept
 +-- UnknownBlobs       an address of blobs that this version cannot open
 +-- KeysMissing        S3 wants an access key, and none was given
 +-- StoreAway          the server does not answer, or does not let us in
 `-- StoreUnsafe        the server would lose what it confirmed, or write down what it should not
"""

from __future__ import annotations

import re

from leeward.base.say import say
from leeward.relay.errors import RelayError

_PLAIN = re.compile(r"([a-z][a-z0-9+.]*)://(?:[^/@?#]*@)?([^@?#]*)(?:\?[^@]*)?")


def shown(url: str) -> str:
    """Return an address without what may be secret in it: user, password, and everything after `?`.

    Of one in which they cannot be told from the rest, only its scheme is shown.
    """
    scheme, is_url, _ = url.partition("://")
    if not is_url:
        return url[:200]
    plain = _PLAIN.fullmatch(url)
    return f"{plain[1]}://{plain[2]}"[:200] if plain else f"{scheme[:20]}://…"


class ExtraMissing(RelayError):
    """A library that only large relays need is not installed."""

    code = "relay.extra-missing"

    def __init__(self, library: str) -> None:
        super().__init__(
            say("This kind of store needs the library {library}, which is not installed.", library=library),
            kept=say("Nothing was changed."),
            next_step=say("Install Leeward with the extra “scale”: pip install 'leeward[scale]'."),
        )


class BlobsNotNamed(RelayError):
    """Nobody said where pieces of files go; several relays would each use a folder of their own."""

    code = "relay.blobs-not-named"

    def __init__(self) -> None:
        super().__init__(
            say("With boxes in PostgreSQL, the relay must be told where pieces of files are kept."),
            kept=say("Nothing was changed."),
            next_step=say(
                "Give s3://bucket/prefix, or file:///a/folder that all relays of this store share."
            ),
        )


class UnknownBlobs(RelayError):
    """The address names no place for pieces of files."""

    code = "relay.unknown-blobs"

    def __init__(self, url: str) -> None:
        super().__init__(
            say("“{url}” names no place where pieces of files can be kept.", url=shown(url)),
            kept=say("Nothing was changed."),
            next_step=say("Give file:///a/folder, or s3://bucket/prefix?endpoint=https://host&region=name."),
        )


class KeysMissing(RelayError):
    """There is no access key for S3, or its file cannot be read."""

    code = "relay.keys-missing"

    def __init__(self, why: str) -> None:
        super().__init__(
            say("There is no access key for the store of pieces: {why}.", why=why),
            kept=say("Nothing was changed."),
            next_step=say(
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file of credentials: ?credentials=/path."
            ),
        )


class StoreAway(RelayError):
    """The server of a store cannot be reached or does not let us in."""

    code = "relay.store-away"

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            say("The relay's store at {where} cannot be used: {why}.", where=where, why=why),
            kept=say("Nothing was changed."),
            next_step=say(
                "Check that the server runs, its address, and the right to enter, then start again."
            ),
        )


class StoreUnsafe(RelayError):
    """The server's settings break what the relay promises."""

    code = "relay.store-unsafe"

    def __init__(self, where: str, settings: str) -> None:
        super().__init__(
            say(
                "The server at {where} would lose what it has confirmed, or write down what was asked and when: "
                "{settings}.",
                where=where,
                settings=settings,
            ),
            kept=say("Nothing was changed."),
            next_step=say("Change these settings as deploy/scale.md says, and start again."),
        )
