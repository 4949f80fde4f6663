"""Tonight's list on one desk: what it says, what one press does, and how it is taken back."""

from __future__ import annotations

import pytest
from tests.support.clocks import HandClock

from leeward.base.say import Message
from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Task
from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.places import Place
from leeward.office import casework, casework_checkins, casework_tasks, relocation, relocation_journeys, taken
from leeward.office.casework_base import NotForThisDesk, tonight
from leeward.office.casework_open import open_case
from leeward.office.errands import circles_for_all, errands
from leeward.office.session import Session

HOUR = 3_600_000


def words(message: Message, _language: str) -> str:
    return str(message)


def case(session: Session, name: str) -> str:
    return open_case(session, "", pseudonym=name, coordinator_id=session.member_id).case_id


@pytest.fixture
def world(session: Session, clock: HandClock) -> dict[str, str]:
    """Juniper shares Harbour 1 with Larch, travels tomorrow, has a mother, and did not answer."""
    ids = {name: case(session, name) for name in ("Juniper", "Larch", "Elm")}
    for name, beds in (("Harbour 1", 4), ("Harbour 2", 3), ("Farm", 3)):
        ids[name] = relocation.add_place(session, name, beds, address="Invented Street 5")
    night = tonight(session)
    relocation.place_in(session, ids["Juniper"], ids["Harbour 1"], night)
    relocation.place_in(session, ids["Larch"], ids["Harbour 1"], night)
    relocation.place_in(session, ids["Elm"], ids["Farm"], night)
    leg = Leg(id="", mode="train", to_town="M.", departs=clock.ms + 20 * HOUR, arrives=clock.ms + 30 * HOUR)
    relocation_journeys.book_journey(session, ids["Juniper"], "Norland", [leg])
    casework.add_person(session, ids["Juniper"], relation="mother", whereabouts="in the region")
    casework.add_person(session, ids["Juniper"], relation="other-relative", threatens=True)
    casework.set_plan(session, ids["Juniper"], all_well="lights off", forced="green lamp")
    casework_tasks.add_task(session, ids["Juniper"], "Bring the phone", due=clock.ms + 30 * HOUR)
    casework_checkins.schedule_check_ins(session, ids["Juniper"], clock.ms - 3 * HOUR)
    return ids


def steps(found: taken.Tonight) -> list[str]:
    return [row.line.step for row in found.rows]


def test_a_guest_exposes_where_they_sleep_with_whom_and_what_was_agreed(
    session: Session, world: dict[str, str]
) -> None:
    found = taken.look(session, "case", world["Juniper"])
    assert steps(found) == ["move", "ride", "lawyer", "warn", "words", "family", "meeting", "public"]
    text = " ".join(f"{row.line.do} {row.line.why}" for row in found.rows)
    assert "Harbour 1" in text
    assert "Farm" not in text
    assert "Elm" not in text
    assert "Invented" not in text
    assert found.rows[0].line.people == 1


def test_one_press_writes_the_tasks_marks_the_place_and_a_second_press_nothing(
    session: Session, world: dict[str, str]
) -> None:
    found = taken.run(session, "case", world["Juniper"], words=words)
    assert found.running
    assert found.unwritten == 0
    place = session.get(Place, world["Harbour 1"])
    juniper = session.get(Case, world["Juniper"])
    assert place is not None
    assert juniper is not None
    assert place.exposure == "exposed"
    assert "Juniper" not in place.exposure_reason
    assert juniper.seized
    before = session.vault.generation
    again = taken.run(session, "case", world["Juniper"], words=words)
    assert session.vault.generation == before
    assert [row.task for row in again.rows] == [row.task for row in found.rows]


def test_no_task_that_all_see_names_whom_it_is_about(session: Session, world: dict[str, str]) -> None:
    taken.run(session, "case", world["Juniper"], words=words)
    team, among_all = circles_for_all(session)
    told = session.find(Task, compartment=among_all)
    assert [task.title for task in told] == ["Move everyone out of Harbour 1"]
    assert session.find(Task, compartment=team) == []  # where nothing can be erased
    for kind in session.vault.kinds():
        for record in [
            one for part in (team, among_all) for one in session.vault.find(kind, compartment=part)
        ]:
            if kind in {"task", "incident", "place"}:
                assert "Juniper" not in str(record.fields)
                assert world["Juniper"] not in str(record.fields)
                assert "Larch" not in str(record.fields)


def test_looking_leaves_no_trace(session: Session, world: dict[str, str]) -> None:
    generation, outgoing = session.vault.generation, [one.item for one in session.vault.outgoing()]
    for kind, one in (("case", "Juniper"), ("place", "Harbour 1")):
        taken.look(session, kind, world[one])
    taken.look(session, "member", session.member_id)
    taken.look(session, "device", session.vault.device.id)
    assert session.vault.generation == generation
    assert [one.item for one in session.vault.outgoing()] == outgoing


def test_nobody_starts_a_list_about_themselves_but_may_try_it(
    session: Session, world: dict[str, str]
) -> None:
    for kind, one in (("member", session.member_id), ("device", session.vault.device.id)):
        assert {"move", "warn"} <= set(steps(taken.look(session, kind, one)))
        with pytest.raises(RuleBroken, match="This is you"):
            taken.run(session, kind, one, words=words)
    assert errands(session) == []


def test_only_the_lines_that_were_kept_become_tasks(session: Session, world: dict[str, str]) -> None:
    keep = [
        row.line.key for row in taken.look(session, "case", world["Juniper"]).rows if row.line.step != "move"
    ]
    found = taken.run(session, "case", world["Juniper"], words=words, keep=keep)
    assert [row.line.step for row in found.rows if row.task is None] == ["move"]
    place = session.get(Place, world["Harbour 1"])
    assert place is not None
    assert place.exposure == "clean"


def test_whoever_started_it_does_not_take_it_back(session: Session, world: dict[str, str]) -> None:
    taken.run(session, "case", world["Juniper"], words=words)
    with pytest.raises(RuleBroken, match="Somebody else"):
        taken.false_alarm(session, "case", world["Juniper"], "It was the battery.")
    with pytest.raises(RuleBroken, match="No list"):
        taken.false_alarm(session, "case", world["Larch"], "It was the battery.")


def test_a_raided_place_asks_for_everyone_who_sleeps_there(session: Session, world: dict[str, str]) -> None:
    found = taken.look(session, "place", world["Harbour 1"])
    assert steps(found)[:3] == ["move", "find", "find"]
    assert {row.line.about_id for row in found.rows if row.line.step == "find"} == {
        world["Juniper"],
        world["Larch"],
    }
    assert all(f"case={row.line.about_id}" in row.line.href for row in found.rows if row.line.step == "find")


def test_what_this_desk_does_not_know_is_refused_alike(session: Session, world: dict[str, str]) -> None:
    for kind, one in (
        ("case", world["Farm"]),
        ("place", "x" * 26),
        ("nobody", world["Farm"]),
        ("member", ""),
    ):
        with pytest.raises(NotForThisDesk):
            taken.look(session, kind, one)
