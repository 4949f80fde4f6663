"""One test for each rule at the top of accept.py, broken."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.ledger import errors
from leeward.ledger.accept import Link, Signer, accept, check_signature, open_segment
from leeward.ledger.entry import Entry, Group, Part, hash_body, parse_entries, parse_entry, print_entry
from leeward.ledger.model import Op
from leeward.ledger.segment import (
    FIRST_PREVIOUS,
    Head,
    Segment,
    join_entries,
    parse_segment,
    print_head,
    print_segment,
)
from leeward.seal.envelope import seal
from leeward.seal.keys import make_identity
from leeward.seal.kinds import Kind
from leeward.seal.signing import make_signing_key

KEY = make_signing_key(SystemChance())
OTHER = make_signing_key(SystemChance())
IDENTITY = make_identity(SystemChance())
PLACE = "c" * 26
EPOCHS = {1: IDENTITY}
SALT = bytes(range(16))


def entries(first: int, count: int, at: int = 1000) -> bytes:
    group = Group(SALT, "r", "claim", (Part("text", Op.SET, "x", ()),))
    return join_entries(
        [print_entry(Entry(first + i, (first + i) << 16, at, (group,))) for i in range(count)]
    )


def signed_hash(body: bytes) -> bytes:
    try:
        return hash_body(parse_entries(body))
    except errors.BadForm:
        return hashlib.sha256(body).digest()


def plain(key: Any = KEY, body: bytes | None = None, purpose: str = "segment", **changes: Any) -> bytes:
    content = entries(1, 2) if body is None else body
    head = Head(
        1,
        PLACE,
        1,
        KEY.verify_key().fingerprint(),
        1,
        FIRST_PREVIOUS,
        signed_hash(content),
        1,
        2,
        {},
    )
    head_bytes = print_head(msgspec.structs.replace(head, **changes))
    return print_segment(head_bytes, key.sign(purpose, head_bytes), content)


def sealed(raw: bytes, kind: Kind = Kind.SEGMENT) -> bytes:
    return seal(kind, raw, IDENTITY.recipient())


def open_up(raw: bytes) -> Segment:
    return open_segment(sealed(raw), EPOCHS, PLACE)


def take(raw: bytes, link: Link | None = None, held: bytes | None = None, removed_at: int = 0) -> Any:
    segment = open_up(raw)
    signer = Signer(KEY.verify_key(), removed_at)
    check_signature(segment, signer)
    return accept(segment, signer, link or Link(), lambda _: held)


def test_a_sound_segment_is_taken() -> None:
    taken = take(plain())
    assert [entry.count for entry in taken.entries] == [1, 2]
    assert (taken.link.number, taken.link.count) == (1, 2)


def test_1_sealed_to_another_key_waits() -> None:
    with pytest.raises(errors.NotSealedForUs) as caught:
        open_segment(sealed(plain()), {1: make_identity(SystemChance())}, PLACE)
    assert caught.value.waits


@pytest.mark.parametrize("kind", [Kind.REPORT, Kind.GRANT, Kind.PIECE])
def test_2_another_kind_never_poses_as_a_segment(kind: Kind) -> None:
    with pytest.raises(errors.BadForm):
        open_segment(sealed(plain(), kind), EPOCHS, PLACE)


def test_2_what_does_not_print_back_to_the_same_bytes_is_refused() -> None:
    raw = plain()
    longer = b"\xdc\x00\x03" + raw[1:]  # the same array with a longer header
    for bad in (b"", b"\xc1", raw + b"\x00", raw[:-1], longer, msgspec.msgpack.encode([b"", b"", b""])):
        with pytest.raises(errors.BadForm):
            open_up(bad)


def test_2_entries_that_do_not_print_back_are_refused() -> None:
    good = entries(1, 1)
    loose = b"\xdc\x00\x01" + good[1:]
    with pytest.raises(errors.BadForm):
        take(plain(body=loose, entries=1))
    extra = msgspec.msgpack.encode([[1, 1, 1, [[SALT, "r", "k", [["f", 0, 1, [], "more"]]]]]])
    short = msgspec.msgpack.encode([[1, 1, 1, [[SALT, "r", "k", [["f", 0, 1]]]]]])
    for bad in (extra, short):
        with pytest.raises(errors.BadForm):
            parse_entries(bad)


def test_2_a_newer_version_is_named_as_such() -> None:
    with pytest.raises(errors.BadForm, match="newer version"):
        open_up(plain(version=2))


@pytest.mark.parametrize("changes", [{"compartment": "d" * 26}, {"epoch": 2}])
def test_3_a_segment_of_another_place_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(errors.WrongPlace):
        open_up(plain(**changes))


def test_3_the_epoch_named_is_the_one_whose_key_opened_it() -> None:
    epochs = {1: IDENTITY, 2: make_identity(SystemChance())}
    with pytest.raises(errors.WrongPlace):
        open_segment(sealed(plain(epoch=2)), epochs, PLACE)
    assert open_segment(sealed(plain()), epochs, PLACE).head.epoch == 1


def test_4_an_unknown_device_waits() -> None:
    with pytest.raises(errors.UnknownDevice) as caught:
        check_signature(open_up(plain()), None)
    assert caught.value.waits


def test_5_another_signer_and_another_purpose_are_refused() -> None:
    for raw in (plain(key=OTHER), plain(purpose="grant")):
        with pytest.raises(errors.WrongSignature):
            check_signature(open_up(raw), Signer(KEY.verify_key()))


@given(st.integers(0, 3372), st.integers(1, 255))
@settings(max_examples=30, deadline=None)
def test_5_any_flipped_byte_of_the_signature_is_refused(place: int, flip: int) -> None:
    segment = parse_segment(plain())
    torn = bytearray(segment.signature)
    torn[place] ^= flip
    with pytest.raises(errors.WrongSignature):
        check_signature(msgspec.structs.replace(segment, signature=bytes(torn)), Signer(KEY.verify_key()))


def test_6_a_repeat_is_ignored_and_a_fork_is_refused() -> None:
    raw = plain()
    own = open_up(raw).head_hash()
    link = Link(1, own, 2)
    assert take(raw, link, held=own) is None
    with pytest.raises(errors.Fork):
        take(plain(body=entries(1, 2, at=5)), link, held=own)


def test_7_a_gap_waits() -> None:
    with pytest.raises(errors.Gap) as caught:
        take(plain(number=2))
    assert caught.value.waits


def test_8_a_segment_follows_the_head_before_it() -> None:
    with pytest.raises(errors.WrongChain):
        take(plain(previous=b"\x01" * 32))
    with pytest.raises(errors.WrongChain):
        take(plain(number=2, first=3), Link(1, b"\x02" * 32, 2))


def test_9_the_body_is_the_one_that_was_signed() -> None:
    with pytest.raises(errors.WrongBody):
        take(plain(body_hash=b"\x03" * 32))
    with pytest.raises(errors.WrongBody):
        take(plain(entries=3))


def test_10_entry_counts_continue() -> None:
    with pytest.raises(errors.WrongCount):
        take(plain(first=2))
    with pytest.raises(errors.WrongCount):
        take(plain(body=entries(5, 2)))
    with pytest.raises(errors.WrongCount):
        take(plain(), Link(0, FIRST_PREVIOUS, 7))


def test_11_what_a_removed_device_wrote_afterwards_is_refused() -> None:
    assert take(plain(), removed_at=1001).link.number == 1
    with pytest.raises(errors.RemovedDevice):
        take(plain(), removed_at=1000)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_hostile_bytes_are_refused_by_name(raw: bytes) -> None:
    for parser in (parse_segment, parse_entry, parse_entries):
        try:
            parsed = parser(raw)
        except errors.BadForm:
            continue
        assert raw == b"\x90"
        assert parsed == []


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_entry_is_refused_or_prints_back(data: st.DataObject) -> None:
    raw = bytearray(entries(1, 2))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    try:
        parsed = parse_entries(bytes(raw))
    except errors.BadForm:
        return
    assert join_entries([print_entry(entry) for entry in parsed]) == bytes(raw)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 63) - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(_VALUES, st.text(min_size=1, max_size=20), st.sampled_from(Op))
def test_an_entry_reads_back_as_it_was_written(value: Any, field: str, op: Op) -> None:
    try:
        raw = print_entry(Entry(3, 9, -5, (Group(SALT, "r", "kind-of-2040", (Part(field, op, value, ()),)),)))
    except errors.BadValue:
        assert any("\ud800" <= c <= "\udfff" for c in field)
        return
    again = parse_entry(raw)
    assert again.changes()[0].value == value
    assert print_entry(again) == raw


@pytest.mark.parametrize(
    "bad",
    [
        [[0, 1, 1, []]],  # counts begin at 1
        [[1, -1, 1, []]],
        [[1, 1 << 63, 1, []]],
        [[1, 1, 1 << 61, []]],  # a moment that breaks every page which shows it
        [[1, 1, -(1 << 61), []]],
        [[1, 1, 1, [[SALT, "", "k", [["f", 0, 1, []]]]]]],
        [[1, 1, 1, [[SALT, "r", "", [["f", 0, 1, []]]]]]],
        [[1, 1, 1, [[SALT, "r" * 201, "k", [["f", 0, 1, []]]]]]],
        [[1, 1, 1, [[SALT, "r", "k", [["", 0, 1, []]]]]]],
        [[1, 1, 1, [[SALT, "r", "k", [["f", 9, 1, []]]]]]],  # no such operation
        [[1, 1, 1, [[SALT, "r", "k", [["f", 0, {1: 2}, []]]]]]],
        [[1, 1, 1, [[SALT, "r", "k", [["f", 0, msgspec.msgpack.Ext(5, b"x"), []]]]]]],
        [[1, 1, 1, [[SALT[:15], "r", "k", [["f", 0, 1, []]]]]]],  # a salt that is too short
        [[1, 1, 1, [[SALT, "r", "k", []]]]],  # a group of nothing
        [[1, 1, 1, [bytes(31)]]],  # no hash
        [[1, 1, 1, [bytes(33)]]],
        [[1, 1, 1, ["x" * 32]]],
    ],
)
def test_entries_out_of_range_are_refused(bad: Any) -> None:
    with pytest.raises(errors.BadForm):
        parse_entries(msgspec.msgpack.encode(bad))


def test_deep_nesting_is_refused() -> None:
    value: Any = 1
    for _ in range(40):
        value = [value]
    with pytest.raises(errors.BadForm):
        parse_entries(msgspec.msgpack.encode([[1, 1, 1, [[SALT, "r", "k", [["f", 0, value, []]]]]]]))
    with pytest.raises(errors.BadForm):
        parse_entries(b"\x91" * 100_000 + b"\x01")
