"""Tonight's list between several desks: who sees what, pressing at once, taking it back, and what a drill leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, StillClock, closing, found, newcomer, settle

from leeward.base.say import Message
from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Task
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import Contact
from leeward.domain.relocation.exposure import Incident
from leeward.domain.relocation.places import Place
from leeward.ledger.model import add, note, put
from leeward.office import casework_tasks, relocation, taken, taken_tasks
from leeward.office.casework_base import NotForThisDesk, tonight
from leeward.office.casework_open import open_case
from leeward.office.cutoff import put_out
from leeward.office.errands import circles_for_all, errands_circle
from leeward.office.intake.danger import mark_captured
from leeward.office.intake.see import line_for
from leeward.office.team import grant_case

HOUR = 3_600_000
START = 413_000 * HOUR  # on a full hour


def words(message: Message, _language: str) -> str:
    return str(message)


class Three:
    """Anna and Boris hold the cases of Juniper and Larch; Vera, a volunteer, holds the team's key alone."""

    def __init__(self, folder: Path) -> None:
        self.relay = RelaySimulator()
        self.clock = StillClock(START)
        door = self.relay.door
        self.anna = found(folder / "anna", door(), clock=self.clock)
        self.boris = newcomer(
            folder / "boris", self.anna, door(), name="Boris", role="coordinator", clock=self.clock
        )
        self.vera = newcomer(
            folder / "vera", self.anna, door(), name="Vera", role="volunteer", clock=self.clock
        )
        settle(self.anna, self.boris, self.vera)
        session = self.anna.session
        errands_circle(session)  # as with a team that `leeward init` made
        session.commit(
            session.compartment_of("intake"),
            put("contact", "con", pseudonym="Fern", safe_phrase="the blue kettle"),
        )
        self.juniper = open_case(session, "", pseudonym="Juniper", coordinator_id=session.member_id).case_id
        self.larch = open_case(session, "", pseudonym="Larch", coordinator_id=session.member_id).case_id
        for one in (self.juniper, self.larch):
            case = session.get(Case, one)
            assert case is not None
            grant_case(session, case.compartment, [self.boris.session.member_id])
        case = session.get(Case, self.juniper)
        assert case is not None
        session.commit(case.compartment, add("case", case.id, "contact_ids", "con"))
        self.harbour = relocation.add_place(session, "Harbour 1", 4, address="Invented Street 5")
        for one in (self.juniper, self.larch):
            relocation.place_in(session, one, self.harbour, tonight(session))
        self.settle()

    def settle(self) -> None:
        settle(self.anna, self.boris, self.vera, rounds=4)

    def place(self, desk: Desk) -> Place:
        place = desk.session.get(Place, self.harbour)
        assert place is not None
        return place


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    team = Three(tmp_path)
    with closing(team.anna, team.boris, team.vera):
        yield team


def keys(tonight_: taken.Tonight) -> list[tuple[str, str]]:
    return [row.line.key for row in tonight_.rows]


def test_two_desks_that_press_at_once_write_the_same_list(three: Three) -> None:
    for desk in (three.anna, three.boris):
        taken.run(desk.session, "case", three.juniper, words=words, why="Nobody answered.")
    three.settle()
    for desk in (three.anna, three.boris):
        found_now = taken.look(desk.session, "case", three.juniper)
        tasks = [one for one in desk.session.find(Task) if one.step]
        assert len(tasks) == len({(one.step, one.about_id) for one in tasks}) == len(found_now.rows)
        assert all(row.task is not None for row in found_now.rows)
        assert [one.conflicts for one in tasks if one.conflicts] == []
        assert found_now.incident is not None
        assert len(found_now.incident.starts) == 2
    assert three.place(three.vera).exposure == "exposed"


def test_a_desk_without_the_case_sees_no_more_than_a_task_about_a_place(three: Three) -> None:
    taken.run(three.anna.session, "case", three.juniper, words=words, why="Nobody answered Juniper's door.")
    three.settle()
    vera = three.vera.session
    assert [one.title for one in taken_tasks.running(vera)] == ["Move everyone out of Harbour 1"]
    for need in taken_tasks.needs_now(vera):
        assert "Juniper" not in f"{need.what} {need.why}"
    for kind in vera.vault.kinds():
        for record in vera.vault.find(kind):
            assert "Juniper" not in str(record.fields)
            assert "Invented" not in str(record.fields)
            assert three.juniper not in str(record.fields)
    with pytest.raises(NotForThisDesk):
        taken.look(vera, "case", three.juniper)
    with pytest.raises(NotForThisDesk):
        taken.look(vera, "case", "x" * 26)


@pytest.mark.parametrize("kind", ["place", "member", "device"])
def test_what_concerns_the_whole_team_names_nobody_either(three: Three, kind: str) -> None:
    boris = three.boris
    subject = {"place": three.harbour, "member": boris.session.member_id, "device": boris.device_id}[kind]
    done = taken.run(three.anna.session, kind, subject, words=words, why="The door was broken.")
    assert any(row.line.about_id == three.juniper for row in done.rows)
    three.settle()
    vera = three.vera.session
    assert taken_tasks.running(vera)
    told = " ".join(str(record.fields) for name in vera.vault.kinds() for record in vera.vault.find(name))
    for word in ("Juniper", "Larch", "Invented", three.juniper, three.larch, "blue kettle"):
        assert word not in told
    assert len(taken.look(vera, kind, subject).rows) < len(done.rows)


def test_the_same_subject_shows_each_desk_only_what_it_may_open(three: Three) -> None:
    boris = three.boris.session.member_id
    elm = open_case(three.anna.session, "", pseudonym="Elm").case_id  # whose key he was never given
    full = taken.look(three.anna.session, "member", boris)
    assert elm not in {about for _, about in keys(full)}
    assert {("move", three.harbour)} & set(keys(full)) == set()  # he was not given the address
    assert ("warn", three.juniper) in keys(full)
    seen = taken.look(three.vera.session, "member", boris)
    assert {step for step, _ in keys(seen)} == {"cut", "colleagues", "lawyer", "public"}
    relocation.give_address(three.anna.session, three.harbour, boris)
    three.settle()
    assert ("move", three.harbour) in keys(taken.look(three.anna.session, "member", boris))
    (row,) = [one for one in taken.look(three.vera.session, "member", boris).rows if one.line.step == "move"]
    assert "was given the address" in str(row.line.why)
    assert "not known at this desk" in str(row.line.why)
    assert "Invented" not in str(taken.look(three.anna.session, "member", boris))


def test_it_was_the_battery(three: Three) -> None:
    anna, boris = three.anna.session, three.boris.session
    taken.run(anna, "case", three.juniper, words=words, why="Nobody answered.")
    three.settle()
    assert line_for(boris, "con").captured_since
    taken_row = next(row for row in taken.look(boris, "case", three.juniper).rows if row.line.step == "warn")
    assert taken_row.task is not None
    casework_tasks.take_task(boris, taken_row.task.id)
    three.settle()
    with pytest.raises(RuleBroken, match="Somebody else"):
        taken.false_alarm(anna, "case", three.juniper, "It was the battery.")
    with pytest.raises(OutOfRange):
        taken.false_alarm(boris, "case", three.juniper, " ")
    assert taken.false_alarm(boris, "case", three.juniper, "I heard him, at ten.") == 1
    three.settle()
    for desk in (three.anna, three.boris):
        case, contact = desk.session.get(Case, three.juniper), desk.session.get(Contact, "con")
        assert case is not None
        assert contact is not None
        assert not case.seized
        assert not line_for(desk.session, "con").captured_since
        assert three.place(desk).exposure == "clean"
        assert [one.step for one in taken_tasks.running(desk.session)] == ["warn"]
        found_now = taken.look(desk.session, "case", three.juniper)
        assert not found_now.running
        assert found_now.incident is not None
        assert [does for _, _, does, _ in found_now.incident.story] == ["start", "end"]
    again = taken.run(anna, "case", three.juniper, words=words, why="Again.")
    assert again.running
    assert all(row.task is not None and row.task.open for row in again.rows)


def test_what_somebody_judged_anew_is_not_put_back(three: Three) -> None:
    taken.run(three.anna.session, "case", three.juniper, words=words)
    relocation.set_exposure(three.anna.session, three.harbour, "exposed", "A stranger stood at the door.")
    three.settle()
    taken.false_alarm(three.boris.session, "case", three.juniper, "I heard him.")
    assert three.place(three.boris).exposure == "exposed"
    assert three.place(three.boris).exposure_reason == "A stranger stood at the door."


def test_a_contact_that_was_captured_before_stays_so(three: Three) -> None:
    mark_captured(three.boris.session, "con", "He wrote like a stranger.")
    three.settle()
    taken.run(three.anna.session, "case", three.juniper, words=words)
    three.settle()
    taken.false_alarm(three.boris.session, "case", three.juniper, "I heard him.")
    assert line_for(three.boris.session, "con").captured_since


def test_a_drill_leaves_no_trace_here_or_on_the_relay(three: Three) -> None:
    three.settle()
    before = {
        desk.device_id: (desk.vault.generation, desk.vault.unsent(), len(desk.vault.outgoing()))
        for desk in (three.anna, three.boris, three.vera)
    }
    stored = {name: len(box.items) for name, box in three.relay.boxes.items()}
    asked = [desk.vault.local_get("taken.drills") for desk in (three.anna,)]
    for kind, one in (
        ("case", three.juniper),
        ("contact", "con"),
        ("place", three.harbour),
        ("member", three.boris.session.member_id),
        ("device", three.boris.device_id),
    ):
        assert taken.look(three.anna.session, kind, one).rows
    assert asked == [None]
    assert taken_tasks.note_drill(three.anna.session, three.clock.now - 300_000) > 0
    after = {
        desk.device_id: (desk.vault.generation, desk.vault.unsent(), len(desk.vault.outgoing()))
        for desk in (three.anna, three.boris, three.vera)
    }
    assert after == before
    three.settle()
    assert {name: len(box.items) for name, box in three.relay.boxes.items()} == stored
    assert [one.took > 300_000 for one in taken_tasks.drills(three.anna.session)] == [True]


def test_a_member_or_a_device_is_cut_off_first(three: Three) -> None:
    boris = three.boris
    for kind, one in (("member", boris.session.member_id), ("device", boris.device_id)):
        first = taken.look(three.anna.session, kind, one).rows[0].line
        assert (first.step, first.about_id) == ("cut", one)
    put_out(three.anna.session, [boris.device_id])
    later = taken.look(three.anna.session, "member", boris.session.member_id)
    assert "cut" not in {step for step, _ in keys(later)}
    assert ("warn", three.juniper) in keys(later)


def test_a_claim_from_another_circle_is_not_believed(three: Three) -> None:
    """Whoever holds only what all hold cannot say that a list about a case was started, or ended."""
    name = taken.look(three.anna.session, "case", three.juniper)
    case = three.anna.session.get(Case, three.juniper)
    assert case is not None
    real = taken.run(three.anna.session, "case", three.juniper, words=words).incident
    assert name.incident is None
    assert real is not None
    three.settle()
    vera, fake = three.vera.session, Incident.kind
    parts = circles_for_all(vera)
    assert len(parts) == 2
    for part in parts:
        vera.commit(part, put(fake, real.id, subject="case", subject_id=three.juniper))
        vera.commit(part, note(fake, real.id, "turns", {"does": "end", "why": "all is well"}))
    three.settle()
    for desk in (three.anna, three.boris):
        assert taken.look(desk.session, "case", three.juniper).running


def test_damaged_turns_and_tasks_break_no_page(three: Three) -> None:
    anna = three.anna.session
    found_now = taken.run(anna, "place", three.harbour, words=words)
    assert found_now.incident is not None
    team, name = found_now.incident.compartment, found_now.incident.id
    places = {three.harbour: ["exposed", "never heard of", "x"], "y": "z", "w": [1]}
    for value in ("words", 7, ["start"], {"does": ["end"]}, {"does": "start", "places": places, "frozen": 3}):
        anna.commit(team, note("incident", name, "turns", value))
    anna.commit(team, put("task", "odd", title="?", step="move", incident_id=name, due=-5, about_id="../x"))
    anna.commit(team, put("task", "odder", title="?", step="of a newer desk", incident_id=name))
    three.settle()
    for desk in (three.anna, three.boris, three.vera):
        assert taken.look(desk.session, "place", three.harbour).running
        assert taken_tasks.needs_now(desk.session)
        assert all(taken_tasks.page_of(one).startswith("/") for one in taken_tasks.running(desk.session))
    taken.false_alarm(three.boris.session, "place", three.harbour, "Only the neighbours.")
    assert three.place(three.boris).exposure == "clean"
