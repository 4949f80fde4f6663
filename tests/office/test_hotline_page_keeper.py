"""The background of the hotline: what is due reaches the relay by itself, and looks come at moments nobody foresees."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import Door, RelaySimulator
from tests.support.tampering import serve_page
from tests.support.teams import Desk, closing, found, settle

from leeward.base.ports import SystemChance
from leeward.office.hotline_page import alarms, gate, keeper, questionnaire, watch
from leeward.office.team import hotline_of


@pytest.fixture
def anna(tmp_path: Path) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", RelaySimulator().door())
    with closing(desk):
        settle(desk)
        yield desk


def soon(true: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_what_is_decided_reaches_the_relay_within_seconds_also_one_that_was_away(
    anna: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_TRY_SECONDS", 0.2)
    door, box = anna.relay, hotline_of(anna.session).box
    assert isinstance(door, Door)
    kept = keeper.Keeper(anna.session, door)
    kept.start()
    try:
        gate.set_gate(anna.session, known_only=True)
        assert soon(lambda: door.store.boxes[box].known_only)
        door.away = True
        version = questionnaire.publish(anna.session)
        time.sleep(0.3)
        assert door.store.boxes[box].notice is None
        door.away = False
        assert soon(lambda: door.store.boxes[box].notice == version.card.encode())
    finally:
        kept.stop()


def test_compare_now_looks_at_everything_and_finds_what_differs(anna: Desk) -> None:
    with serve_page(watch.our_cards(anna.session)[0]) as page:
        watch.set_page_address(anna.session, page.address)
        page.change = lambda url, _headers, body: body + b" " if url == "/?lang=en" else None
        kept = keeper.Keeper(anna.session, anna.relay)
        kept.start()
        try:
            assert keeper.keeper_of(anna.session) is kept
            kept.look_now()
            assert kept.looking
            assert soon(lambda: not kept.looking)
        finally:
            kept.stop()
    assert [one.url for one in alarms.open_alarms(anna.session)] == ["/?lang=en"]


def test_no_look_falls_into_a_moment_of_the_sync(anna: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "_QUIET_TRIES", 2)
    kept = keeper.Keeper(anna.session, anna.relay)
    anna.relay.asked_at = time.monotonic() + 100  # type: ignore[attr-defined]
    assert not kept._quiet()
    anna.relay.asked_at = time.monotonic() - 100  # type: ignore[attr-defined]
    assert kept._quiet()


def test_waits_are_exponential() -> None:
    waits = sorted(keeper.exponential(SystemChance(), 40.0) for _ in range(4000))
    assert 36 < sum(waits) / len(waits) < 44
    assert 24 < waits[2000] < 32  # the median is ln 2 of the mean
    assert waits[0] < 1
    assert waits[-1] > 150
