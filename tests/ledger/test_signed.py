"""The one reader of signed papers: what it prints it reads, and nothing has two spellings."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.say import say
from leeward.ledger.errors import GrantError
from leeward.ledger.signed import Paper


class Head(msgspec.Struct, array_like=True, frozen=True):
    version: int
    name: str
    more: tuple[tuple[int, str], ...] = ()


UNREADABLE, SPELLED = say("unreadable"), say("spelled")
PLAIN = Paper(Head, GrantError, unreadable=UNREADABLE, spelled=SPELLED)
NAMED = Paper(Head, GrantError, word="share", unreadable=UNREADABLE, spelled=SPELLED)
heads = st.builds(Head, st.integers(0, 2**60), st.text(max_size=20), st.just(((1, "a"),)))
pack = msgspec.msgpack.encode


@given(heads, st.binary(max_size=40))
def test_what_is_printed_is_read_and_the_signature_covers_its_bytes(head: Head, signature: bytes) -> None:
    for paper in (PLAIN, NAMED):
        signed = paper.read(paper.join(paper.raw(head), signature))
        assert (signed.head, signed.raw, signed.signature) == (head, pack(head), signature)


@given(st.binary(max_size=80))
def test_whatever_comes_is_read_or_refused_with_its_own_error(untrusted: bytes) -> None:
    for paper in (PLAIN, NAMED):
        try:
            signed = paper.read(untrusted)
        except GrantError:
            continue
        assert paper.join(signed.raw, signed.signature) == untrusted


RAW = pack(Head(1, "a"))


@pytest.mark.parametrize(
    "untrusted",
    [
        pack((RAW, b"s")) + b"\x00",
        pack([RAW, b"s", b"more"]),
        pack((RAW,)),
        b"\xdc\x00\x02" + pack((RAW, b"s"))[1:],  # a longer way to say two
        pack((b"\x93\xcc\x01\xa1a\x90", b"s")),  # a longer way to say 1
        pack((RAW + b"\x00", b"s")),
        pack((pack([1, "a", [], "more"]), b"s")),
        pack((pack([1]), b"s")),
        pack(("share", RAW, b"s")),
        b"\x91" * 100_000,
        b"",
    ],
)
def test_another_spelling_is_refused(untrusted: bytes) -> None:
    with pytest.raises(GrantError):
        PLAIN.read(untrusted)


@pytest.mark.parametrize("untrusted", [pack(("anchor", RAW, b"s")), pack((RAW, b"s")), pack(("", RAW, b"s"))])
def test_another_word_is_refused(untrusted: bytes) -> None:
    with pytest.raises(GrantError):
        NAMED.read(untrusted)
