"""The suite itself: it finds the words where the key is, it has a word for every kind, and it finds what is planted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.needtoknow.crawl import Answer, Hands, at_desk, crawled, held_in
from tests.needtoknow.every_kind import kinds
from tests.needtoknow.test_beside_pages import _indistinguishable, dump
from tests.needtoknow.world import World, build
from tests.support.marks import search_for

from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.work import Task
from leeward.domain.typed import write_new


def test_every_word_is_in_the_vault_of_whoever_holds_its_circle(world: World) -> None:
    for role, desk in world.desks.items():
        rows = dump(desk)
        absent = [word for word in world.open_to(desk) if word.encode() not in rows]
        assert absent == [], role
    together = b"".join(dump(desk) for desk in world.desks.values())
    assert [word for word in set(world.words) - world.in_files if word.encode() not in together] == []


def test_every_kind_of_record_that_can_be_sealed_apart_is_there(world: World) -> None:
    there = {kind for desk in world.desks.values() for kind in desk.vault.kinds()}
    apart = {
        one.kind for one in kinds() if one.__module__.split(".")[2] in {"cases", "relocation", "evidence"}
    }
    assert apart <= there
    assert len({one.kind for one in kinds()} & there) > 40


@pytest.mark.parametrize("role", ["coordinator", "operator"])
def test_the_crawl_finds_words_of_every_circle_that_the_desk_holds(world: World, role: str) -> None:
    desk = world.desks[role]
    found = {word for _, word in held_in(crawled(world, role), world.open_to(desk))}
    by_kind: dict[str, int] = {}
    for word in found:
        kind = desk.vault.compartment(world.words[word]).kind
        by_kind[kind] = by_kind.get(kind, 0) + 1
    assert by_kind.get("case", 0) > 20
    assert by_kind.get("team", 0) > 1
    assert by_kind.get("intake", 0) > 2
    assert role != "coordinator" or by_kind.get("record", 0) > 5
    openable = {"identity", "address"}
    fields = {
        str(value)
        for kind in ("identity", "place_address")
        for record in desk.vault.find(kind)
        for value in record.fields.values()
    }
    assert not {word for word in found & fields if desk.vault.compartment(world.words[word]).kind in openable}


def test_a_record_in_a_wrong_circle_is_found(tmp_path: Path) -> None:
    """Three leaks planted one after another: a task for all, a note with a case's words, a name in a wide circle."""
    with build(tmp_path) as world:
        boris, volunteer = world.desks["operator"], world.desks["volunteer"]
        team = boris.session.compartment_of("team")
        case: Any = next(one for one in boris.session.find(Task) if one.case_id == world.ids["third"])
        word = next(one for one in world.sealed_to(volunteer) if world.words[one] == case.compartment)
        assert held_in(at_desk(volunteer, _look), [word]) == []
        task = Task(id=boris.session.make_id(), title=f"For {word.upper()}")
        boris.session.commit(team, write_new(task))
        note = CaseNote(id=boris.session.make_id(), case_id=world.ids["third"], text=word)
        boris.session.commit(team, write_new(msgspec.structs.replace(note, why=word)))
        for desk in (boris, volunteer, volunteer):
            desk.sync()
        assert held_in(at_desk(volunteer, _look), [word])
        assert volunteer.vault.search(word).total == 2
        assert search_for(word).hits(dump(volunteer))


async def _look(hands: Hands) -> list[Answer]:
    return [await hands.get(path) for path in ("/", "/people", "/safety", "/places")]


def test_the_measure_of_time_sees_a_difference_of_a_few_parts_in_a_hundred() -> None:
    even = [100.0 + turn % 7 for turn in range(300)]
    assert _indistinguishable(even, list(reversed(even)))
    assert not _indistinguishable(even, [value + 4 for value in even])
