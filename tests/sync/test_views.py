"""What a desk was shown of a box, in one number and one digest; and what a colleague's word does to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.teams import StillClock

from leeward.base.ports import SystemChance
from leeward.ledger.store.vault import Vault
from leeward.sync.honesty import Lie
from leeward.sync.listing import Item
from leeward.sync.views import DIGEST_BYTES, KEPT, Quote, View, Views, extend, same_past

BOX = "ab" * 16


def items(count: int, start: int = 1, salt: str = "") -> list[Item]:
    made = [hashlib.sha256(f"{salt}{number}".encode()).hexdigest() for number in range(start, start + count)]
    return [Item(start + place, one[:32], one.encode()) for place, one in enumerate(made)]


@pytest.fixture
def views(tmp_path: Path) -> Iterator[Views]:
    with Vault.create(
        tmp_path / "v", "words", member_id="", clock=StillClock(), chance=SystemChance(), work_factor=1
    ) as vault:
        yield Views(vault)


@given(cuts=st.lists(st.integers(1, 40), max_size=12))
def test_however_it_was_read_the_digest_is_the_same(cuts: list[int]) -> None:
    every = items(sum(cuts))
    view = View()
    for cut in cuts:
        view = extend(view, every[view.number : view.number + cut], 1)
    assert view.digest == extend(View(), every, 1).digest
    assert view.number == view.said == len(every)


@given(count=st.integers(1, 2 * KEPT), back=st.integers(0, 2 * KEPT))
def test_the_newest_digests_are_kept_and_no_others(count: int, back: int) -> None:
    every = items(count)
    view, number = extend(View(), every, 1), max(count - back, 0)
    found = view.digest_at(number)
    if number == 0:
        assert found == bytes(DIGEST_BYTES)
    elif back < KEPT:
        assert found == extend(View(), every[:number], 1).digest
    else:
        assert found is None
    assert view.digest_at(count + 1) is None


@given(count=st.integers(2, 60), changed=st.integers(0, 59), asked=st.integers(0, 59))
def test_another_item_under_an_old_number_is_another_past(count: int, changed: int, asked: int) -> None:
    changed, asked = changed % count, asked % count
    every = items(count)
    view = extend(View(), every, 1)
    assert same_past(view, asked, every[asked:])
    other = list(every)
    other[changed] = Item(changed + 1, every[changed].id, b"something else")
    assert same_past(view, asked, other[asked:]) == (changed < asked)


def test_a_quote_of_the_same_past_is_settled_and_of_another_is_two_pasts(views: Views) -> None:
    every = items(5)
    view = extend(View(), every, 1)
    mine = extend(View(), every[:3], 1).digest
    views.heard("honest", [Quote("c", bytes.fromhex(BOX), 3, mine)], {BOX: "c"})
    assert views.compare(BOX, view) == []
    views.heard("shown-another", [Quote("c", bytes.fromhex(BOX), 3, b"x" * 16)], {BOX: "c"})
    (found,) = views.compare(BOX, view)
    assert found.lie is Lie.TWO_PASTS
    assert "shown-another" in found.where
    assert views.compare(BOX, view) == []  # said once


def test_a_quote_of_more_than_is_shown_is_withholding_until_it_is_shown(views: Views) -> None:
    every = items(5)
    whole = extend(View(), every, 1)
    views.heard("ahead", [Quote("c", bytes.fromhex(BOX), 5, whole.digest)], {BOX: "c"})
    behind = extend(View(), every[:4], 1)
    assert [one.lie for one in views.compare(BOX, behind)] == [Lie.WITHHELD]
    assert [one.lie for one in views.compare(BOX, behind)] == [Lie.WITHHELD]
    assert views.compare(BOX, whole) == []


def test_views_and_quotes_survive_a_restart_and_lacks_are_settled(views: Views) -> None:
    view = extend(View(), items(3), 7)
    views.keep(BOX, view)
    views.heard("device", [Quote("c", b"q" * 16, 1, b"d" * 16)], {BOX: "c"})
    again = Views(views._vault)
    assert again.of(BOX) == view
    assert again.lacks() == {(b"q" * 16).hex(): "device"}
    assert again.settle_lacks([(b"q" * 16).hex()]) == {}
    assert again.lacks() == {}


def test_endless_quotes_are_not_kept_and_take_no_room_from_others(views: Views) -> None:
    quotes = [Quote("c", number.to_bytes(16, "big"), 1, b"d" * 16) for number in range(2_000)]
    views.heard("device", quotes, {})
    assert len(views.lacks()) == 1_000
    views.heard("device", quotes[1_500:], {})
    assert len(views.lacks()) == 1_000
    views.heard("honest", [Quote("c", b"q" * 16, 1, b"d" * 16)], {})
    assert views.lacks()[(b"q" * 16).hex()] == "honest"
