"""What was typed into a task without a case, or a list about a place, goes: with who is named in it, or by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.clocks import HandClock
from tests.support.erasing import MARKERS, Scene, marked, work
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer

from leeward.base.say import Message
from leeward.domain.cases.work import Task
from leeward.domain.erasing import Erased
from leeward.domain.retention import DAY
from leeward.ledger.model import put
from leeward.office import casework_tasks, relocation, taken
from leeward.office.erasing import agree, ask, draft, erasures, show
from leeward.office.erasing_shown import gone
from leeward.office.errands import errands, errands_circle
from leeward.office.retention import coming, set_rule
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.kinds import Kind

TITLE, RESULT, REMARK = MARKERS[10], MARKERS[11], MARKERS[0]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Desk, Desk, HandClock, RelaySimulator]]:
    clock, relay = HandClock(), RelaySimulator()
    anna = found(tmp_path / "anna", relay.door(), clock=clock)
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="volunteer", clock=clock)
    with closing(anna, boris):
        work(anna, boris, rounds=2)
        yield anna, boris, clock, relay


def on_the_relay(relay: RelaySimulator, desk: Desk) -> set[str]:
    """Return which of the marks every key that a desk ever had opens on the relay."""
    keys = [key for one in desk.vault.compartments() for key in desk.vault.identities_of(one.id)]
    text = b""
    for box in relay.boxes.values():
        for item in box.items:
            try:
                text += open_sealed(Kind.SEGMENT, item.untrusted_sealed, keys)
            except SealError:
                continue
    return {marker for marker in MARKERS if marker.encode() in text}


def errand(desk: Desk, name: str) -> str:
    """Write a task without a case whose every text names somebody, and end it."""
    task = casework_tasks.add_task(desk.session, "", f"Bring {name} soup {TITLE}")
    casework_tasks.remark(desk.session, task, f"no lift {REMARK}")
    casework_tasks.finish_task(desk.session, task, f"{name} is well {RESULT}")
    return task


def test_nothing_that_is_typed_goes_where_nothing_can_be_erased(made: Scene) -> None:
    anna, boris, clara = made.desks
    task = errand(anna, "Juniper")
    place = anna.vault.find("place")[0].id
    taken.run(boris.session, "place", place, words=words, why=f"I saw her there {MARKERS[1]}")
    work(anna, boris, clara, rounds=2)
    for desk in made.desks:
        assert desk.session.get(Task, task) is not None
        assert taken.look(desk.session, "place", place).running
        kinds = {
            one.kind for one in desk.vault.find("task") + desk.vault.find("incident") if typed(desk, one)
        }
        assert kinds == {"task", "incident"}


def typed(desk: Desk, record: object) -> bool:
    circle = getattr(record, "compartment", "")
    assert desk.vault.compartment(circle).kind != "team"
    return bool(desk.vault.compartment(circle).kind == "errands")


def words(message: Message, _language: str) -> str:
    return str(message)


def test_a_task_that_names_them_goes_with_them_everywhere(made: Scene) -> None:
    anna, boris, clara = made.desks
    name = f"Heron{MARKERS[3]}"
    theirs = errand(anna, name)
    other = casework_tasks.add_task(boris.session, "", f"Ask {name} about somebody else's keys")
    work(anna, boris, clara, rounds=2)
    shown = gone(anna.session, draft(anna.session, case_id=made.case_id))
    assert {one.id for one in shown.errands} == {theirs, other}
    assert not {one.id for one in shown.mentions} & {theirs, other}
    made.clock.ms += 1000
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase", errands=[theirs])
    work(anna, boris, clara)
    [seen] = [one for one in erasures(boris.session) if one.id == asked]
    assert show(boris.session, seen).errands == (f"Bring {name} soup {TITLE}",)
    agree(boris.session, asked)
    made.clock.ms += 11 * 60_000
    work(boris, anna, clara, rounds=5)
    for desk in made.desks:
        assert desk.session.get(Task, theirs) is None
        assert desk.session.get(Task, other) is not None
        assert len(desk.session.find(Erased)) == 1
        assert not marked(desk) & {TITLE, RESULT, REMARK}
        assert on_the_relay(made.relay, desk) <= {MARKERS[3]}  # what was not ticked names them still
        assert not desk.vault.search(TITLE, limit=9).hits


def test_only_errands_can_be_named_with_a_person(made: Scene) -> None:
    anna, boris, clara = made.desks
    source = anna.vault.find("source")[0].id
    place = anna.vault.find("place")[0].id
    wanted = draft(anna.session, case_id=made.case_id, errands=[source, place, made.other_case, "nothing"])
    assert wanted.record_ids == ()
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    for one in (place, made.other_case, made.other_contact):
        anna.session.commit(
            anna.session.compartment_of("team"),
            put("erasure", asked, record_ids=[place, made.other_case, made.other_contact, one]),
        )
    work(anna, boris, clara)
    agree(boris.session, asked)
    work(boris, anna, clara, rounds=3)
    for desk in (anna, boris):
        assert desk.vault.get(place) is not None
        assert desk.vault.get(made.other_case) is not None
        assert desk.vault.get(made.other_contact) is not None


def test_done_tasks_go_by_themselves_and_open_ones_stay(
    two: tuple[Desk, Desk, HandClock, RelaySimulator],
) -> None:
    anna, boris, clock, relay = two
    done = errand(anna, "Heron")
    still = casework_tasks.add_task(boris.session, "", "Buy soup")
    work(anna, boris, rounds=2)
    for desk in two[:2]:
        assert {TITLE, RESULT, REMARK} <= marked(desk)
        assert {TITLE, RESULT, REMARK} <= on_the_relay(relay, desk)
    set_rule(anna.session, "errands", 7)
    assert [one.subject_id for one in coming(anna.session) if one.rule == "errands"] == [done]
    clock.ms += 12 * DAY
    work(anna, boris)
    assert boris.session.get(Task, done) is not None
    for _ in range(4):
        clock.ms += 3 * DAY
        work(anna, boris, rounds=2)
    for desk in two[:2]:
        assert desk.session.get(Task, done) is None
        assert desk.session.get(Task, still) is not None
        assert not marked(desk)
        assert not on_the_relay(relay, desk)
    clara = newcomer(anna.vault.folder.parent / "clara", anna, relay.door(), name="Clara", role="partner")
    with closing(clara):
        clara.sync()
        assert clara.session.get(Task, still) is not None
        assert not marked(clara)


def test_a_list_that_was_erased_can_be_begun_anew(two: tuple[Desk, Desk, HandClock, RelaySimulator]) -> None:
    anna, boris, clock, _ = two
    place = relocation.add_place(anna.session, "Harbour 1", 4)
    work(anna, boris, rounds=2)

    def press() -> set[str]:
        taken.run(boris.session, "place", place, words=words, why=f"the door {TITLE}")
        work(boris, anna, rounds=2)
        rows = taken.look(anna.session, "place", place).rows
        assert rows
        for row in rows:
            assert row.task is not None
            casework_tasks.finish_task(anna.session, row.task.id, RESULT)
        work(anna, boris)
        return {row.task.id for row in rows if row.task is not None}

    first = press()
    assert {TITLE, RESULT} <= marked(boris)
    for _ in range(14):
        clock.ms += 8 * DAY
        work(anna, boris, rounds=2)
    assert not marked(anna)
    assert not taken.look(anna.session, "place", place).running
    clock.ms += 1000
    assert not press() & first
    for desk in (anna, boris):
        assert taken.look(desk.session, "place", place).running
        taken.look(desk.session, "place", place)


def test_two_desks_that_begin_at_once_and_one_that_came_later_see_all(
    two: tuple[Desk, Desk, HandClock, RelaySimulator], tmp_path: Path
) -> None:
    anna, boris, clock, relay = two
    tasks = [casework_tasks.add_task(one.session, "", "soup") for one in (anna, boris)]
    work(anna, boris, rounds=3)
    clara = newcomer(tmp_path / "clara", boris, relay.door(), name="Clara", role="partner", clock=clock)
    with closing(clara):
        work(boris, clara, anna, rounds=2)
        for desk in (anna, boris, clara):
            assert {one.id for one in desk.session.find(Task)} == set(tasks)
            assert len(errands(desk.session)) == 2
        assert len({errands_circle(desk.session) for desk in (anna, boris, clara)}) == 1
