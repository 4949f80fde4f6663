"""What a relay answers to whoever asks: its headers, its page's rules, and the address it is reached at."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from leeward.relay.deployment import Finding, Level

HELLO = b"leeward-relay 1\n"
_TELLTALE = (
    "server",
    "date",
    "set-cookie",
    "x-powered-by",
    "via",
    "etag",
    "last-modified",
    "x-served-by",
    "alt-svc",
)
_PAGE = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_ONION_LENGTH = 56


class Answered(msgspec.Struct, frozen=True):
    """An answer: status, headers in lower case (several of one name joined), body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Ask = Callable[[str], Answered]
"""Ask for a path; OSError if nobody answers."""


def check_answers(ask: Ask, where: str, *, page: bool) -> Iterator[Finding]:
    """Look at what is answered at one place, and at the intake page if one should be there."""
    try:
        hello = ask("/v1/hello")
        missing = ask("/v1/boxes/" + "0" * 32 + "/items")
        front = ask("/") if page else None
    except OSError as error:
        yield Finding(
            "answers.there",
            Level.WRONG,
            f"Nobody answers at {where} ({error}).",
            "Then neither people in danger nor desks reach the relay.",
            "systemctl status leeward-relay, and tor; see that both name the same socket.",
        )
        return
    if hello.status != 200 or hello.body != HELLO:
        yield Finding(
            "answers.there",
            Level.WRONG,
            f"What answers at {where} is not a relay of this kind.",
            "Another program, or another version, stands there.",
            "See which program listens there, and bring the relay up to date.",
        )
        return
    yield Finding("answers.there", Level.GOOD, f"A relay answers at {where}.")
    yield from _headers([hello, missing, *([front] if front is not None else [])], where)
    if front is not None:
        yield from _page(front, where)


def _headers(answers: list[Answered], where: str) -> Iterator[Finding]:
    telling = sorted({name for answer in answers for name in answer.headers if name in _TELLTALE})
    if telling:
        yield Finding(
            "headers.telling",
            Level.WRONG,
            f"Answers at {where} carry {', '.join(telling)}.",
            "A date shows how far this clock is off, which finds the machine again; a server's name and version "
            "say how to break it; a cookie marks a visitor.",
            "The relay sends none of them: something before it adds them. Take it away, or tell it not to.",
        )
    else:
        yield Finding("headers.telling", Level.GOOD, f"Answers at {where} carry no server, date or cookie.")
    stored = [answer for answer in answers if "no-store" not in answer.headers.get("cache-control", "")]
    if stored:
        yield Finding(
            "headers.store",
            Level.WRONG,
            f"Some answers at {where} may be kept by the browser: they do not say Cache-Control: no-store.",
            "A phone that is searched would still hold the page, or what was read on it.",
            "The relay says it everywhere: something before it takes it away.",
        )
    else:
        yield Finding("headers.store", Level.GOOD, "No answer may be kept by a browser.")


def _page(front: Answered, where: str) -> Iterator[Finding]:
    if front.status != 200:
        yield Finding(
            "page.there",
            Level.WRONG,
            f"There is no intake page at {where} (status {front.status}).",
            "People in danger find nothing there.",
            "Start the relay with --card, or leave out --page here if it should serve none.",
        )
        return
    policy = front.headers.get("content-security-policy", "")
    parts = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.split()}
    loose = [
        word for words in parts.values() for word in words if "unsafe" in word or "*" in word or "//" in word
    ]
    strict = parts.get("default-src") == ["'none'"] and "'none'" in parts.get("frame-ancestors", [])
    if not strict or loose:
        yield Finding(
            "page.policy",
            Level.WRONG,
            "The page's Content-Security-Policy is missing or loose.",
            "It is what keeps a foreign script out of the page into which people write.",
            "The relay sends a strict one: something before it changes it.",
        )
    else:
        yield Finding("page.policy", Level.GOOD, "The page lets no foreign script, frame or picture in.")
    weak = [name for name, value in _PAGE.items() if front.headers.get(name) != value]
    if weak:
        yield Finding(
            "page.headers",
            Level.WRONG,
            f"The page does not say {', '.join(f'{name}: {_PAGE[name]}' for name in weak)}.",
            "Where people go next would learn where they came from.",
            "The relay says it: something before it takes it away.",
        )
    foreign = _foreign(front.body)
    if foreign:
        yield Finding(
            "page.foreign",
            Level.WRONG,
            f"The page loads something from elsewhere: {foreign[:80]}",
            "Whoever serves that learns who reads this page.",
            "The page that we make loads nothing: somebody changed it. Compare it from a desk, under Safety.",
        )


def _foreign(body: bytes) -> str:
    """Return the first address that the page loads from another host, "" if there is none."""
    text = body.decode("utf-8", "replace")
    for mark in ('src="http', "src='http", 'src="//', "src='//", "url(http", "url(//", "@import"):
        at = text.find(mark)
        if at >= 0:
            return text[at : at + 80]
    return ""


def check_address(address: str) -> Iterator[Finding]:
    """Look at the address that people are told: an onion address that is one, or TLS."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not address:
        yield Finding(
            "address.private",
            Level.UNKNOWN,
            "It was not said at which address people reach the relay.",
            "",
            "Say it: --address http://….onion",
        )
    elif host.endswith(".onion"):
        yield _onion(host)
    elif parts.scheme == "https":
        yield Finding(
            "address.private",
            Level.LOOK,
            f"{host} is reached with TLS, outside of Tor.",
            "The connection is private, but the network sees who goes there, and the name can be taken away.",
            "Tell people the onion address first: deploy/hostile-country.md",
        )
    else:
        yield Finding(
            "address.private",
            Level.WRONG,
            f"{address} is reached without TLS and without Tor.",
            "Everybody on the way can change the page into which people write, and see who opens it.",
            "Use an onion service (deploy/torrc), or TLS.",
        )


def _onion(host: str) -> Finding:
    """Tell whether a version 3 onion address is whole: key, checksum, version (rend-spec-v3, 6)."""
    name = host.removesuffix(".onion").rsplit(".", 1)[-1]
    try:
        raw = base64.b32decode(name.upper()) if len(name) == _ONION_LENGTH else b""
    except ValueError:
        raw = b""
    if len(raw) == 35 and raw[34] == 3:
        checksum = hashlib.sha3_256(b".onion checksum" + raw[:32] + b"\x03").digest()[:2]
        if checksum == raw[32:34]:
            return Finding(
                "address.private", Level.GOOD, f"{host} is an onion address of version 3, typed right."
            )
    return Finding(
        "address.private",
        Level.WRONG,
        f"{host} is no onion address of version 3: it is typed wrong or cut off.",
        "People who follow it find nobody, or somebody else.",
        "Copy it again: cat /var/lib/tor/leeward/hostname",
    )
