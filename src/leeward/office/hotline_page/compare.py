"""Whether an answer is the one that we would have given: every byte, and every rule that goes with it."""

from __future__ import annotations

import hashlib
import re

import msgspec

from leeward.office.hotline_page.rendered import Served

_FREE = frozenset(
    {"content-length", "content-encoding", "vary"}
)  # how it travels; the body is compared without it
_HARMFUL = frozenset(  # what a server may add beside an unchanged page to change what a browser does with it
    {
        "access-control-allow-origin", "clear-site-data", "content-disposition", "content-security-policy-report-only",
        "link", "location", "nel", "onion-location", "refresh", "report-to", "reporting-endpoints",
        "service-worker-allowed", "set-cookie", "sourcemap", "speculation-rules", "x-sourcemap",
    }
)  # fmt: skip
_SAME_PLACE = re.compile(r'h[23](?:-\d+)?=":\d{1,5}"(?:; ma=\d{1,9})?(?:; persist=1)?')
_ACTIVE = re.compile(rb"<\s*(script|form|meta|iframe|link|style|object|embed|img|svg|a)\b", re.IGNORECASE)
_SHORT = 2048
NOTHING_THERE = b"no-such-page\n"


class Difference(msgspec.Struct, frozen=True):
    """What differs at one address: `what` of the vocabulary, a detail in ASCII, where the bytes part."""

    what: str
    url: str
    detail: str
    at_byte: int
    expected: str  # SHA-256
    found: str
    body: bytes


def difference(url: str, expected: Served, got: Served) -> Difference | None:
    """Return how an answer differs from ours, or None if it is ours."""
    if got.status != expected.status:
        what = "file" if got.status == 200 else "missing"
        return make_difference(what, url, expected, got, f"status {got.status}")
    if got.body != expected.body:
        return make_difference("file" if url.startswith("/a/") else "text", url, expected, got)
    for name in sorted(expected.headers.keys() - _FREE):
        if got.headers.get(name) != expected.headers[name]:
            return make_difference("headers", url, expected, got, name)
    for name in sorted((got.headers.keys() & _HARMFUL) - expected.headers.keys()):
        return make_difference("headers", url, expected, got, name)
    elsewhere = got.headers.get("alt-svc", "clear")
    if elsewhere != "clear" and not all(_SAME_PLACE.fullmatch(one.strip()) for one in elsewhere.split(",")):
        return make_difference("headers", url, expected, got, "alt-svc")
    return None


def make_difference(
    what: str, url: str, expected: Served | None, got: Served, detail: str = ""
) -> Difference:
    """Return a difference as it is kept."""
    ours = expected.body if expected is not None else b""
    return Difference(
        what=what,
        url=url,
        detail=detail,
        at_byte=_parting(ours, got.body),
        expected=hashlib.sha256(ours).hexdigest(),
        found=hashlib.sha256(got.body).hexdigest(),
        body=got.body,
    )


def only_trouble(got: Served) -> str:
    """Return why this answer says nothing about the page, a code of AWAY; "" if it must be compared.

    A server in trouble, or the one before it, answers with a status and a few words that can do nothing in a browser.
    """
    if (got.status >= 500 or got.status == 429) and len(got.body) <= _SHORT and not _ACTIVE.search(got.body):
        return "trouble"
    return ""


def _parting(ours: bytes, theirs: bytes) -> int:
    shorter = min(len(ours), len(theirs))
    low, high = 0, shorter
    while low < high:  # the longest common beginning, by halves: comparing slices is fast
        middle = (low + high + 1) // 2
        if ours[:middle] == theirs[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
