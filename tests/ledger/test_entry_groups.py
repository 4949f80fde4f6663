"""The laws of entries and groups: whatever is erased, the digest stays; whatever else changes, it does not."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.ledger.entry import (
    Entry,
    Group,
    Part,
    digest_of,
    erase_groups,
    hash_body,
    is_whole,
    make_groups,
    parse_entries,
    parse_entry,
    print_entry,
)
from leeward.ledger.errors import BadForm
from leeward.ledger.model import Change, Dot, Op
from leeward.ledger.segment import join_entries

_NAMES = st.text("abc", min_size=1, max_size=2)
_CHANGES = st.lists(
    st.builds(
        Change,
        _NAMES,
        st.sampled_from(["claim", "person"]),
        _NAMES,
        st.sampled_from(Op),
        st.none() | st.integers(-5, 5) | st.text(max_size=3),
        st.lists(st.builds(Dot, _NAMES, st.integers(1, 9)), max_size=2).map(tuple),
    ),
    max_size=8,
)


def entry_of(changes: list[Change]) -> Entry:
    return Entry(3, 9, 5, make_groups(changes, SystemChance().draw))


@settings(max_examples=200, deadline=None)
@given(_CHANGES)
def test_groups_hold_every_change_of_a_record_in_its_order_under_a_salt_of_their_own(
    changes: list[Change],
) -> None:
    entry = entry_of(changes)
    for record in {change.record for change in changes}:
        assert [c for c in entry.changes() if c.record == record] == [
            c for c in changes if c.record == record
        ]
    salts = [group.salt for group in entry.groups if isinstance(group, Group)]
    assert len(set(salts)) == len(salts) == len(entry.groups) <= len(changes)
    assert parse_entry(print_entry(entry)) == entry


@settings(max_examples=200, deadline=None)
@given(_CHANGES, st.sets(_NAMES), st.sets(_NAMES))
def test_the_digest_is_the_same_whichever_groups_are_erased_and_in_whichever_order(
    changes: list[Change], first: set[str], then: set[str]
) -> None:
    entry = entry_of(changes)
    once, erased = erase_groups(entry, first.__contains__)
    twice, more = erase_groups(once, then.__contains__)
    gone = first | then
    assert erased + more == sum(1 for g in entry.groups if isinstance(g, Group) and g.record in gone)
    assert twice.changes() == [c for c in entry.changes() if c.record not in gone]
    assert digest_of(entry) == digest_of(once) == digest_of(twice)
    assert is_whole([twice]) == (erased + more == 0)
    assert parse_entry(print_entry(twice)) == twice
    assert hash_body(parse_entries(join_entries([print_entry(twice)]))) == hash_body([entry])


def test_the_digest_is_what_the_protocol_says() -> None:
    salt = bytes(range(16))
    entry = Entry(1, 2, 3, (Group(salt, "r", "k", (Part("f", Op.SET, "v", (Dot("d", 7),)),)),))
    group = msgspec.msgpack.encode([salt, "r", "k", [["f", 0, "v", [["d", 7]]]]])
    shell = msgspec.msgpack.encode([1, 2, 3, [hashlib.sha256(group).digest()]])
    assert print_entry(entry) == b"\x94\x01\x02\x03\x91" + group
    assert digest_of(entry) == hashlib.sha256(shell).digest()
    assert hash_body([entry, entry]) == hashlib.sha256(digest_of(entry) * 2).digest()


@pytest.mark.parametrize(
    "other",
    [
        Entry(2, 2, 3, ()),
        Entry(1, 3, 3, ()),
        Entry(1, 2, 4, ()),
        Entry(1, 2, 3, (bytes(32),)),
        Entry(1, 2, 3, (Group(bytes(16), "r", "k", (Part("f", Op.SET, 1, ()),)),)),
        Entry(1, 2, 3, (Group(bytes(15) + b"\x01", "r", "k", (Part("f", Op.SET, 1, ()),)),)),
        Entry(1, 2, 3, (Group(bytes(16), "r", "k", (Part("f", Op.ADD, 1, ()),)),)),
        Entry(1, 2, 3, (Group(bytes(16), "r", "k", (Part("f", Op.SET, 1, ()),)),) * 2),
    ],
)
def test_no_two_different_entries_have_one_digest(other: Entry) -> None:
    seen = {digest_of(Entry(1, 2, 3, ()))}
    assert digest_of(other) not in seen


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_body_is_refused_or_prints_back_and_has_another_hash(data: st.DataObject) -> None:
    entries = [
        entry_of([Change(f"r{n}", "k", "f", Op.SET, "x" * n), Change("s", "k", "f", Op.ADD, n)])
        for n in (1, 2)
    ]
    entries[0], _ = erase_groups(entries[0], {"s"}.__contains__)
    body = join_entries([print_entry(entry) for entry in entries])
    raw = bytearray(body)
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255))
    try:
        parsed = parse_entries(bytes(raw))
    except BadForm:
        return
    assert join_entries([print_entry(entry) for entry in parsed]) == bytes(raw)
    assert (hash_body(parsed) == hash_body(entries)) == (bytes(raw) == body)


_LOOSE: Any = st.recursive(
    st.none()
    | st.integers(-3, 3)
    | st.binary(max_size=3)
    | st.binary(min_size=32, max_size=32)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3), st.integers(0, 3), st.lists(_LOOSE, max_size=3)))
)
def test_hostile_entries_of_nearly_the_right_shape_are_refused_or_print_back(loose: list[Any]) -> None:
    raw = msgspec.msgpack.encode(loose)
    try:
        parsed = parse_entries(raw)
    except BadForm:
        return
    assert join_entries([print_entry(entry) for entry in parsed]) == raw
    assert len(hash_body(parsed)) == 32
