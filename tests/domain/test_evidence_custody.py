"""The chain of custody: whatever is changed, taken out or put in, the first broken link is named."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.errors import OutOfRange
from leeward.domain.evidence.custody import (
    CustodyBroken,
    CustodyEvent,
    ends,
    first_broken,
    in_order,
    next_event,
    require_whole,
)
from leeward.domain.evidence.records import EvidenceItem, require_digest

DIGEST = "ab" * 32
ITEM = EvidenceItem(id="item", sha256=DIGEST)


def chain(length: int) -> list[CustodyEvent]:
    events: list[CustodyEvent] = []
    for number in range(length):
        verb = "received" if number == 0 else "viewed"
        event = CustodyEvent(
            id=f"e{number}", evidence_id="item", verb=verb, by="vera", at=number, sha256=DIGEST
        )
        events.append(next_event(event, events))
    return events


def test_a_whole_chain_holds_in_any_order() -> None:
    events = chain(5)
    require_whole(ITEM, events[::-1])
    assert [event.id for event in in_order(events[::-1])] == ["e0", "e1", "e2", "e3", "e4"]


@given(st.integers(1, 6), st.data())
def test_any_changed_field_breaks_the_chain_at_that_event(length: int, data: st.DataObject) -> None:
    events = chain(length)
    which = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(["verb", "by", "at", "why", "sha256", "before", "evidence_id"]))
    other = {"at": 99, "before": ("00" * 32,), "sha256": "cd" * 32}.get(field, "other")
    events[which] = msgspec.structs.replace(events[which], **{field: other})
    broken = first_broken(ITEM, events)
    assert broken is not None


@given(st.integers(3, 6), st.data())
def test_taking_out_any_but_the_last_event_is_noticed(length: int, data: st.DataObject) -> None:
    events = chain(length)
    del events[data.draw(st.integers(0, length - 2))]
    with pytest.raises(CustodyBroken):
        require_whole(ITEM, events)


def test_two_desks_that_were_apart_braid_the_chain_and_lose_no_strand() -> None:
    events = chain(2)
    left = next_event(
        CustodyEvent(id="l", evidence_id="item", verb="viewed", by="a", at=5, sha256=DIGEST), events
    )
    right = next_event(
        CustodyEvent(id="r", evidence_id="item", verb="copied", by="b", at=6, sha256=DIGEST), events
    )
    assert len(ends([*events, left, right])) == 2
    both = [*events, left, right]
    joined = next_event(
        CustodyEvent(id="j", evidence_id="item", verb="moved", by="a", at=7, sha256=DIGEST), both
    )
    require_whole(ITEM, [joined, right, *events, left])


def test_bytes_that_were_found_changed_break_it_for_good() -> None:
    events = chain(1)
    failed = CustodyEvent(id="x", evidence_id="item", verb="failed", by="a", at=9, sha256="cd" * 32)
    events.append(next_event(failed, events))
    broken = first_broken(ITEM, events)
    assert broken is not None
    assert (broken.event_id, broken.number) == ("x", 2)


def test_an_item_without_any_event_is_not_whole() -> None:
    assert first_broken(ITEM, []) is not None


@pytest.mark.parametrize("text", ["", "ab", "AB" * 32, "zz" * 32, "ab" * 33, "ab" * 32 + "\n"])
def test_a_digest_is_sixty_four_hex_digits(text: str) -> None:
    with pytest.raises(OutOfRange):
        require_digest(text)
