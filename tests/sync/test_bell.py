"""The bell: named boxes are heard, others are not, and a ring shows nothing to who has not the key."""

from __future__ import annotations

import secrets

from hypothesis import given
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.sync.bell import derive_bell, make_ring, read_ring

BELL = derive_bell(b"AGE-SECRET-KEY-PQ-1EXAMPLE")
BOXES = [f"{number:032x}" for number in range(90)]


@given(st.sets(st.sampled_from(BOXES)), st.sets(st.sampled_from(BOXES)))
def test_exactly_the_named_boxes_are_heard(rung: set[str], mine: set[str]) -> None:
    item, ring = make_ring(BELL, rung, SystemChance())
    expected = mine if len(rung) > 64 else mine & rung
    assert read_ring(BELL, item, ring, mine) == expected


def test_every_ring_has_the_same_length_whatever_it_names() -> None:
    lengths = {len(make_ring(BELL, BOXES[:count], SystemChance())[1]) for count in (0, 1, 64, 90)}
    assert len(lengths) == 1


def test_two_rings_for_one_box_share_nothing() -> None:
    first, second = (make_ring(BELL, BOXES[:1], SystemChance())[1] for _ in range(2))
    tags = [{ring[at : at + 8] for at in range(0, len(ring), 8)} for ring in (first, second)]
    assert not tags[0] & tags[1]


@given(st.binary(max_size=600))
def test_what_is_no_ring_rings_for_nothing(junk: bytes) -> None:
    assert read_ring(BELL, secrets.token_hex(16), junk, BOXES) == frozenset()


def test_another_team_hears_nothing() -> None:
    item, ring = make_ring(BELL, BOXES[:3], SystemChance())
    other = derive_bell(b"another secret")
    assert read_ring(other, item, ring, BOXES) == frozenset()
    assert other.box != BELL.box
