"""The background thread: how soon things arrive, what the foot of the page says, and that nothing ends it."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import Door, RelaySimulator
from tests.support.teams import Desk, StillClock, found, newcomer, real_relay, settle

from leeward.ledger.model import put
from leeward.office.session import Session
from leeward.office.sync import Syncer
from leeward.office.team import hotline_of
from leeward.sync.client import RelayClient


def until(true: Callable[[], bool], seconds: float = 10) -> float:
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.01)
    return time.monotonic() - start


class Pair:
    """Two desks with their threads at a real relay."""

    def __init__(self, folder: Path, address: str) -> None:
        self.address = address
        self.anna = found(folder / "anna", RelayClient(address))
        self.boris = newcomer(folder / "boris", self.anna, RelayClient(address), role="operator")
        settle(self.anna, self.boris)
        self.mail: list[bytes] = []
        self.syncers = [
            Syncer(desk.session, RelayClient(address, timeout=5), take_in=self.take_in, wait_seconds=2)
            for desk in (self.anna, self.boris)
        ]

    def take_in(self, _session: Session, _item_id: str, sealed: bytes) -> None:
        self.mail.append(sealed)

    def start(self) -> None:
        for syncer in self.syncers:
            syncer.start()
        until(lambda: all(syncer.state.synced_at for syncer in self.syncers))

    def stop(self) -> None:
        for syncer in self.syncers:
            syncer.stop()
        for desk in (self.anna, self.boris):
            desk.relay.close()
            desk.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with real_relay(tmp_path / "relay") as address:
        made = Pair(tmp_path, address)
        made.start()
        yield made
        made.stop()


def test_an_entry_reaches_another_desk_and_a_report_all_of_them_within_two_seconds(pair: Pair) -> None:
    case = pair.anna.vault.compartment_of("beds")
    time.sleep(0.5)
    pair.anna.session.commit(case, put("stay", "s" * 26, nights=2))
    assert until(lambda: pair.boris.vault.get("s" * 26) is not None) < 2
    hotline = hotline_of(pair.anna.session)
    reporter = RelayClient(pair.address)
    reporter.append(hotline.box, hotline.write, secrets.token_hex(16), b"help")
    reporter.close()
    assert until(lambda: len(pair.mail) == 2) < 2


def test_a_new_circle_is_there_with_its_content_as_soon_as_its_key_is_granted(pair: Pair) -> None:
    from leeward.office.team import grant_case  # noqa: PLC0415 - beside its use

    case = pair.anna.vault.make_compartment("case").id
    pair.anna.session.commit(case, put("case", case, pseudonym="Heron"))
    grant_case(pair.anna.session, case, [pair.boris.session.member_id])
    assert until(lambda: pair.boris.vault.get(case) is not None) < 3


def test_two_desks_that_write_at_once_end_equal(pair: Pair) -> None:
    circle = pair.anna.vault.compartment_of("beds")

    def write(desk: Desk, name: str) -> None:
        for number in range(20):
            desk.session.commit(circle, put("stay", f"{name}{number:02}".ljust(26, "a"), note=name))
            desk.session.commit(circle, put("stay", "shared".ljust(26, "a"), note=f"{name} {number}"))

    threads = [
        threading.Thread(target=write, args=(desk, name))
        for desk, name in ((pair.anna, "anna"), (pair.boris, "boris"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: pair.anna.vault.count("stay") == pair.boris.vault.count("stay") == 41)
    until(lambda: [r.fields for r in _stays(pair.anna)] == [r.fields for r in _stays(pair.boris)])
    assert pair.anna.vault.faults() == pair.boris.vault.faults() == []


def _stays(desk: Desk):  # type: ignore[no-untyped-def]  # noqa: ANN202 - records
    return sorted(desk.vault.find("stay"), key=lambda record: record.id)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[Desk, Door, Syncer]]:
    door = RelaySimulator().door()
    desk = found(tmp_path / "anna", door)
    syncer = Syncer(desk.session, door, wait_seconds=0.2, sweep_seconds=0.3)
    yield desk, door, syncer
    syncer.stop()
    desk.close()


def test_the_foot_says_what_is_so(alone: tuple[Desk, Door, Syncer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leeward.office.sync._PAUSES", (0.05,))
    desk, door, syncer = alone
    assert "not been asked" in str(syncer.state.message)
    syncer.start()
    until(lambda: "In step with the relay since" in str(syncer.state.message))
    door.away = True
    desk.session.commit(desk.session.compartment_of("team"), put("note", "n" * 26, text="x"))
    until(lambda: "Waiting for the relay since" in str(syncer.state.message))
    assert syncer.state.waiting_since
    assert syncer.state.unsent == 1
    door.away = False
    until(lambda: "In step" in str(syncer.state.message))
    assert syncer.state.unsent == 0
    assert syncer.state.waiting_since == 0


def test_nonsense_is_shown_and_an_unforeseen_error_does_not_end_the_thread(
    alone: tuple[Desk, Door, Syncer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leeward.office.sync._PAUSES", (0.05,))
    _, door, syncer = alone
    door.nonsense = True
    syncer.start()
    until(lambda: any("does not speak as a relay" in str(fault.what) for fault in syncer.state.faults))
    monkeypatch.setattr(door, "list_items", lambda *_args, **_more: 1 / 0)
    door.nonsense = False
    until(lambda: any("ZeroDivisionError" in str(fault.what) for fault in syncer.state.faults))
    monkeypatch.undo()
    until(lambda: syncer.state.faults == () and syncer.state.synced_at > 0, 40)


def test_stopping_is_prompt_even_with_a_question_held_open(tmp_path: Path) -> None:
    with real_relay(tmp_path / "relay") as address:
        pair = Pair(tmp_path, address)
        pair.start()
        start = time.monotonic()
        pair.stop()
        assert time.monotonic() - start < 2


def test_a_clock_far_off_is_told_and_stops_nothing(tmp_path: Path) -> None:
    relay = RelaySimulator()
    fast = StillClock(1_900_000_000_000)
    anna = found(tmp_path / "anna", relay.door(), clock=fast)
    boris = newcomer(tmp_path / "boris", anna, relay.door(), clock=StillClock(1_899_990_000_000))
    settle(anna, boris)
    syncer = Syncer(boris.session, boris.relay, wait_seconds=0.2)
    syncer.start()
    until(lambda: syncer.state.synced_at > 0)
    assert ["A clock is off" in str(fault.what) for fault in syncer.state.faults] == [True]
    boris.session.commit(boris.vault.compartment_of("team"), put("note", "n" * 26, text="x"))
    until(lambda: boris.vault.unsent() == 0)
    settle(anna)
    assert anna.vault.get("n" * 26) is not None
    syncer.stop()
    anna.close()
    boris.close()


def test_lies_are_shown_until_a_person_has_read_about_them(alone: tuple[Desk, Door, Syncer]) -> None:
    desk, door, syncer = alone
    syncer.start()
    until(lambda: syncer.state.synced_at > 0)
    door.reorder = door.replay = True
    desk.session.commit(desk.session.compartment_of("team"), put("note", "n" * 26, text="x"))
    until(lambda: len(syncer.state.faults) > 0)
    assert "a look" in str(syncer.state.message)
    door.reorder = door.replay = False
    time.sleep(0.5)
    syncer.forget_lies()
    until(lambda: syncer.state.faults == ())
