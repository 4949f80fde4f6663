"""The paths of the protocol, built and parsed in one place, so that both sides mean the same.

Parsing is strict: one spelling for each thing, no escapes, no unknown or repeated query members, no leading zeros.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from leeward.base.limits import LONG_POLL_SECONDS, PAGE_ITEMS_MOST
from leeward.wire.errors import BadRequest, NoSuchPage
from leeward.wire.hexes import BLOB_BYTES, BOX_BYTES, ITEM_BYTES, parse_hex

PREFIX = "/v1/"
HELLO_BODY = b"leeward-relay 1\n"
NUMBER_MOST = (1 << 63) - 1

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Hello:
    """`/v1/hello`."""


@dataclass(frozen=True, slots=True)
class Box:
    """`/v1/boxes/{box}`."""

    box: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """`/v1/boxes/{box}/items/{item}`."""

    box: bytes
    item: bytes


@dataclass(frozen=True, slots=True)
class Items:
    """`/v1/boxes/{box}/items?after=N&limit=M&wait=S`; each member may be left out."""

    box: bytes
    after: int = 0
    limit: int = PAGE_ITEMS_MOST
    wait: int = 0


@dataclass(frozen=True, slots=True)
class Blob:
    """`/v1/blobs/{blob}`."""

    blob: bytes


@dataclass(frozen=True, slots=True)
class Turns:
    """`/v1/turns`."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """`/v1/waiting`."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`/v1/boxes/{box}/gate`."""

    box: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """`/v1/boxes/{box}/notice`."""

    box: bytes


Route: TypeAlias = Hello | Box | Item | Items | Blob | Turns | Waiting | Gate | Notice


def print_route(route: Route) -> str:  # noqa: PLR0911 - one return for each path
    """Return the path, with its query, that `parse_route` takes apart again."""
    match route:
        case Hello():
            return "/v1/hello"
        case Box(box):
            return f"/v1/boxes/{box.hex()}"
        case Item(box, item):
            return f"/v1/boxes/{box.hex()}/items/{item.hex()}"
        case Items(box, after, limit, wait):
            return f"/v1/boxes/{box.hex()}/items?after={after}&limit={limit}&wait={wait}"
        case Blob(blob):
            return f"/v1/blobs/{blob.hex()}"
        case Turns():
            return "/v1/turns"
        case Waiting():
            return "/v1/waiting"
        case Gate(box):
            return f"/v1/boxes/{box.hex()}/gate"
        case Notice(box):
            return f"/v1/boxes/{box.hex()}/notice"


def parse_route(untrusted_path: str, untrusted_query: str = "") -> Route:
    """Return what a request is about.

    NoSuchPage if nothing like it is served; BadRequest if an address, a number or the query has not its form.
    """
    route = _parse_path(untrusted_path.split("/"))
    if isinstance(route, Items):
        return _with_query(route, untrusted_query)
    if untrusted_query:
        raise BadRequest
    return route


def _parse_path(untrusted_parts: list[str]) -> Route:  # noqa: PLR0911 - one return for each path
    match untrusted_parts:
        case ["", "v1", "boxes", box, "items", item]:
            return Item(parse_hex(box, BOX_BYTES), parse_hex(item, ITEM_BYTES))
        case ["", "v1", "boxes", box, "items"]:
            return Items(parse_hex(box, BOX_BYTES))
        case ["", "v1", "boxes", box]:
            return Box(parse_hex(box, BOX_BYTES))
        case ["", "v1", "turns"]:
            return Turns()
        case ["", "v1", "waiting"]:
            return Waiting()
        case ["", "v1", "boxes", box, "gate"]:
            return Gate(parse_hex(box, BOX_BYTES))
        case ["", "v1", "boxes", box, "notice"]:
            return Notice(parse_hex(box, BOX_BYTES))
        case ["", "v1", "blobs", blob]:
            return Blob(parse_hex(blob, BLOB_BYTES))
        case ["", "v1", "hello"]:
            return Hello()
        case _:
            raise NoSuchPage


def _with_query(route: Items, untrusted_query: str) -> Items:
    found: dict[str, int] = {}
    for part in untrusted_query.split("&") if untrusted_query else ():
        name, equals, value = part.partition("=")
        if not equals or name in found or name not in ("after", "limit", "wait"):
            raise BadRequest
        if not _DECIMAL.fullmatch(value):
            raise BadRequest
        found[name] = int(value)
    after = found.get("after", 0)
    limit = found.get("limit", PAGE_ITEMS_MOST)
    wait = found.get("wait", 0)
    if after > NUMBER_MOST or not 1 <= limit <= PAGE_ITEMS_MOST or wait > LONG_POLL_SECONDS:
        raise BadRequest
    return Items(route.box, after, limit, wait)
