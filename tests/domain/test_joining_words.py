"""What two devices tell each other while joining is read strictly: whoever sits at the other end may send anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.joining import (
    Granted,
    JoiningGarbled,
    Offer,
    Part,
    Thanks,
    print_joining,
    read_granted,
    read_offer,
    read_thanks,
)

DEVICE = "a" * 26
READERS: list[Callable[[bytes], object]] = [read_offer, read_granted, read_thanks]
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.just(DEVICE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (Offer(device=DEVICE, own=True), read_offer),
        (Granted(welcome="{…}", parts=(Part(DEVICE, "case"), Part(DEVICE, "знакомый"))), read_granted),
        (Granted(welcome=""), read_granted),
        (Thanks(held=3), read_thanks),
    ],
)
def test_what_is_said_is_read(said: Any, read: Callable[[bytes], object]) -> None:
    assert read(print_joining(said)) == said


@pytest.mark.parametrize("read", READERS)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(read: Callable[[bytes], object], raw: bytes) -> None:
    for untrusted in (raw, b'{"v":1,' + raw, b"[" * 5000):
        try:
            read(untrusted)
        except JoiningGarbled:
            continue


@pytest.mark.parametrize("read", READERS)
@given(
    said=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("v", "device", "own", "welcome", "parts", "held"), _values),
    )
)
def test_any_json_is_read_or_refused(read: Callable[[bytes], object], said: dict[str, object]) -> None:
    try:
        read(json.dumps(said).encode())
    except JoiningGarbled:
        return


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (read_offer, {"v": 2, "device": DEVICE}),
        (read_offer, {"v": 1, "device": "../" + DEVICE[3:]}),
        (read_offer, {"v": 1}),
        (read_granted, {"v": 1, "welcome": "x", "parts": [{"id": "no", "kind": "case"}]}),
        (read_granted, {"v": 1, "welcome": "x", "parts": [{"id": DEVICE, "kind": "case"}] * 10_001}),
        (read_thanks, {"v": 1, "held": "all"}),
        (read_thanks, []),
    ],
)
def test_what_breaks_a_rule_is_refused(read: Callable[[bytes], object], said: object) -> None:
    with pytest.raises(JoiningGarbled):
        read(json.dumps(said).encode())
