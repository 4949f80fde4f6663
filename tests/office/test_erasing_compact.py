"""Writing the vault anew waits until nobody is at the desk; nobody who works waits for it; it is never forgotten."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.erasing import Scene, marked, scene, work
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, closing

from leeward.base.ports import SystemChance
from leeward.domain.erasing import Erased, done_by
from leeward.ledger.model import put
from leeward.ledger.store.vault import Vault
from leeward.office.erasing import ErasureRefused, agree, ask, belonging, erasures, show, stop
from leeward.office.erasing_compact import AT_THE_LATEST_MS, IDLE_SECONDS, Compactor, owe, owed_since
from leeward.office.erasing_work import open_plans
from leeward.office.relay import use_relay
from leeward.office.session import Session

_BOUND_SECONDS = 0.5


class Sitting:
    """A desk at which somebody is, or is not."""

    def __init__(self, session: Session) -> None:
        self.idle = 0.0
        self.hurried = False
        self.told = 0
        self.compactor = Compactor(
            session, idle=lambda: self.idle, hurried=lambda: self.hurried, after=self._note
        )

    def _note(self) -> None:
        self.told += 1


def opened(folder: Path, relay: RelaySimulator, clock: Any) -> Desk:
    vault = Vault.open(folder, PASSPHRASE, clock=clock, chance=SystemChance())
    door = relay.door()
    use_relay(vault, door)
    return Desk(Session(vault, clock=clock, chance=SystemChance()), door)


@pytest.fixture
def desk(made: Scene) -> Iterator[Sitting]:
    """Anna's desk with somebody at it."""
    sitting = Sitting(made.anna.session)
    sitting.compactor.start()
    yield sitting
    sitting.hurried = True
    sitting.compactor.stop()


def erase_all(made: Scene) -> str:
    anna, boris, clara = made.desks
    asked = ask(boris.session, case_id=made.case_id, why="asked", typed="erase")
    work(boris, anna)
    agree(anna.session, asked)
    work(anna, boris, clara, rounds=4)
    made.clock.ms += 11 * 60_000
    work(boris, anna, clara, rounds=3)
    return asked


def test_done_is_said_only_when_all_was_written_anew(made: Scene, desk: Sitting) -> None:
    anna, boris, _ = made.desks
    erase_all(made)
    [erasure] = erasures(anna.session)
    assert anna.session.vault.get(made.case_id) is None, "erased at once"
    assert owed_since(anna.session)
    assert open_plans(anna.session) == [erasure.id]
    done = done_by(erasure, belonging(anna.session))
    assert anna.device_id not in done
    assert len(done) == 2, "commands and the others did it at once"
    assert anna.session.find(Erased) == []
    assert desk.compactor.look() is False
    desk.idle = IDLE_SECONDS + 1
    assert desk.compactor.look() is True
    assert desk.told == 1
    assert owed_since(anna.session) == 0
    assert marked(anna) == set()
    work(anna, boris, rounds=2)
    assert open_plans(anna.session) == []
    assert [one.devices for one in boris.session.find(Erased)] == [3]
    assert desk.compactor.look() is False, "once is enough"


def test_what_was_begun_cannot_be_stopped_though_it_is_not_done(made: Scene, desk: Sitting) -> None:
    anna, boris, clara = made.desks
    asked = ask(boris.session, case_id=made.case_id, why="asked", typed="erase")
    work(boris, anna)
    agree(anna.session, asked)
    work(anna, rounds=2)
    [erasure] = erasures(anna.session)
    assert not erasure.done
    clara.exchange().sync()
    with pytest.raises(ErasureRefused):
        stop(clara.session, asked)
    assert show(clara.session, erasures(clara.session)[0]).begun
    assert desk.told == 0


def test_rounds_while_it_is_owed_do_nothing_again(made: Scene, desk: Sitting) -> None:
    anna = made.anna
    erase_all(made)
    before = anna.session.vault.generation
    work(anna, rounds=3)
    assert anna.session.vault.generation - before <= 3, "looking is no work"
    desk.idle = IDLE_SECONDS + 1
    assert desk.compactor.look()
    work(anna)
    assert open_plans(anna.session) == []


def test_after_a_day_it_waits_for_nobody(made: Scene, desk: Sitting) -> None:
    erase_all(made)
    made.clock.ms += AT_THE_LATEST_MS - 12 * 60_000
    assert not desk.compactor.look()
    made.clock.ms += 12 * 60_000
    assert desk.compactor.look()


def test_a_clock_set_back_does_not_put_it_off_for_ever(made: Scene, desk: Sitting) -> None:
    erase_all(made)
    made.clock.ms -= 40 * AT_THE_LATEST_MS
    assert desk.compactor.look()


def test_whoever_comes_back_breaks_it_off_and_nothing_is_lost(made: Scene, desk: Sitting) -> None:
    anna = made.anna
    erase_all(made)
    desk.idle = IDLE_SECONDS + 1
    vault = anna.session.vault
    real = vault.database.rewrite

    def come_back() -> None:
        desk.idle = 0
        desk.compactor.give_way()  # too early: nothing that could be broken off goes on
        threading.Timer(0.01, vault.give_way).start()
        vault.database._writer.execute(  # as long as a large vault takes
            "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM t) SELECT count(*) FROM t"
        )
        real()

    vault.database.rewrite = come_back  # type: ignore[method-assign]
    assert desk.compactor.look() is False
    vault.database.rewrite = real  # type: ignore[method-assign]
    assert owed_since(anna.session)
    assert anna.session.vault.get(made.other_case) is not None
    anna.session.commit(anna.session.compartment_of("team"), put("team", "x", note="goes on"))
    desk.idle = IDLE_SECONDS + 1
    assert desk.compactor.look() is True
    assert marked(anna) == set()


def test_somebody_who_is_there_before_a_step_is_not_kept_waiting(made: Scene, desk: Sitting) -> None:
    erase_all(made)
    looks = iter([IDLE_SECONDS + 1, IDLE_SECONDS + 1])
    there = Compactor(made.anna.session, idle=lambda: next(looks, 0.0))
    assert there.look() is False
    assert owed_since(made.anna.session)
    assert desk.told == 0


def test_what_is_erased_meanwhile_is_owed_again(made: Scene, desk: Sitting) -> None:
    session = made.anna.session
    owe(session)
    real = session.vault.compact

    def busy(**named: Any) -> Any:
        compacted = real(**named)
        owe(session)
        return compacted

    session.vault.compact = busy  # type: ignore[method-assign]
    desk.compactor.write_now()
    session.vault.compact = real  # type: ignore[method-assign]
    assert owed_since(session)
    desk.compactor.write_now()
    assert owed_since(session) == 0


@pytest.mark.parametrize("hurried", [False, True])
def test_at_closing_unless_the_keys_must_go_and_else_at_the_next_opening(
    tmp_path: Path, *, hurried: bool
) -> None:
    relay = RelaySimulator()
    made = scene(tmp_path, relay)
    anna, boris, clara = made.desks
    sitting = Sitting(anna.session)
    sitting.compactor.start()
    erase_all(made)
    sitting.hurried = hurried
    sitting.compactor.stop()
    assert bool(owed_since(anna.session)) is hurried
    folder = anna.session.vault.folder
    anna.close()
    again = opened(folder, relay, made.clock)
    next_day = Sitting(again.session)
    next_day.compactor.start()
    with closing(again, boris, clara):
        assert owed_since(again.session) == 0
        assert next_day.told == int(hurried)
        assert marked(again) == set()
        work(again, boris, clara, rounds=2)
        assert [one.devices for one in clara.session.find(Erased)] == [3]
        next_day.compactor.stop()


def test_nobody_who_writes_waits_while_it_is_owed(made: Scene, desk: Sitting) -> None:
    """The short form; the long one with a vault as large as a year's is below."""
    assert _longest_wait(made, desk, large=40) < _BOUND_SECONDS


@pytest.mark.slow
def test_nobody_who_writes_waits_in_a_large_vault_either(made: Scene, desk: Sitting) -> None:
    assert _longest_wait(made, desk, large=920) < _BOUND_SECONDS


def _longest_wait(made: Scene, desk: Sitting, *, large: int) -> float:
    """Return how long the slowest of many small commits took while somebody is erased."""
    session = made.anna.session
    place = session.compartment_of("record")
    for number in range(large):
        session.commit(place, put("scan", f"scan{number}", scan=bytes([number % 256]) * 250_000))
    anna, boris, _ = made.desks
    asked = ask(boris.session, case_id=made.case_id, why="asked", typed="erase")
    work(boris, anna)
    agree(session, asked)
    waits = [0.0]
    ended = threading.Event()

    def writes() -> None:
        number = 0
        while not ended.wait(0.005):
            begun = time.perf_counter()
            session.commit(place, put("claim", f"typed{number % 20}", text="somebody types"))
            waits.append(time.perf_counter() - begun)
            number += 1

    typing = threading.Thread(target=writes)
    typing.start()
    work(anna)
    desk.compactor.look()
    time.sleep(0.05)
    ended.set()
    typing.join()
    assert owed_since(session), "it is put off"
    assert len(waits) > 2
    return max(waits)
