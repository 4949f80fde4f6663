"""Random histories with erasures in between, in any order of arrival: every desk ends with the same, and no trace."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from leeward.ledger.entry import Group, parse_entries
from leeward.ledger.model import add, note, put
from leeward.ledger.store.check import check
from leeward.ledger.store.vault import Vault
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind

WORDS = "мост восемь honest river"
RECORDS = [f"r{number}" for number in range(5)]


def write(rng: random.Random, desk: Vault, place: str) -> None:
    """Commit one entry that touches one to three records, none of those erased on this desk."""
    left = [record for record in RECORDS if not desk.is_erased(place, record)]
    changes: list[Any] = []
    for record in rng.sample(left, min(len(left), rng.randint(1, 3))):
        changes += rng.choice(
            [
                put("claim", record, text=f"{record} text {rng.randrange(4)}"),
                add("claim", record, "tag_set", rng.randrange(3)),
                note("claim", record, "remarks", f"{record} seen"),
            ]
        )
    if changes:
        desk.commit(place, changes)


def everything(desk: Vault) -> dict[str, Any]:
    return {one.id: (one.fields, one.conflicts, one.created_at, one.changed_at) for one in desk.find("claim")}


def groups_of(desk: Vault, place: str) -> set[str]:
    """Return the records of which a group lies anywhere in what is held."""
    with desk.database.reading() as connection:
        bodies = [bytes(body) for (body,) in connection.execute("SELECT body FROM chunk")]
    return {
        group.record
        for body in bodies
        for entry in parse_entries(body)
        for group in entry.groups
        if isinstance(group, Group)
    } & set(RECORDS)


def orphans(desk: Vault) -> list[Any]:
    """Return what is derived from a record that is not here."""
    with desk.database.reading() as connection:
        found = [
            connection.execute(
                f"SELECT * FROM {table} WHERE {key} NOT IN (SELECT {own} FROM record)"
            ).fetchall()
            for table, key, own in (
                ("touch", "record", "no"),
                ("ref", "record", "no"),
                ("words", "rowid", "seq"),
            )
        ]
    return [row for rows in found for row in rows]


def act(rng: random.Random, team: Any, desk: Vault, place: str, erased: set[str]) -> None:
    """Let one desk write, push, take some of what is there, erase, or offer something again as it has it now."""
    box = team.boxes[desk.compartment(place).box]
    choice = rng.randrange(8)
    if choice < 4:
        write(rng, desk, place)
    elif choice == 4:
        team.push(desk)
    elif choice == 5:
        items = list(enumerate(box, 1))
        rng.shuffle(items)
        desk.accept(place, items[: rng.randint(0, len(items))])
    elif choice == 6 and len(erased) < 3:
        erased.add(rng.choice(RECORDS))
        desk.erase_records(place, erased)
    elif held := list(desk.segments(place)):
        one = rng.choice(held)
        box.append(seal(Kind.SEGMENT, one.plain, one.recipient))


def take_all(rng: random.Random, team: Any, desk: Vault, place: str) -> None:
    items = list(enumerate(team.boxes[desk.compartment(place).box], 1)) * 2
    rng.shuffle(items)
    assert desk.accept(place, items).faults == []


def newcomer(team: Any, by: Vault) -> Vault:
    """Return a desk that is let in, has the roster, and nothing else yet."""
    made: Vault = team.desk("dana")
    team.admit(by, made)
    team.push(by)
    place = by.compartment_of("team")
    made.accept(place, list(enumerate(team.boxes[by.compartment(place).box], 1)))
    return made


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(n, marks=pytest.mark.slow) for n in range(6, 200))]
)
def test_all_desks_come_to_the_same_and_no_group_of_an_erased_record_stays(
    tmp_path: Any, team_class: Any, seed: int
) -> None:
    rng = random.Random(seed)
    team = team_class(tmp_path)
    desks = team.found("anna", "boris", "clara")[: rng.choice((2, 3))]
    place = desks[0].compartment_of("record")
    team.boxes.setdefault(desks[0].compartment(place).box, [])
    team.settle()
    erased: set[str] = set()
    for _ in range(rng.randint(10, 30)):
        act(rng, team, rng.choice(desks), place, erased)
    for desk in desks:
        team.push(desk)
    desks = [*desks, newcomer(team, desks[0])]
    for desk in desks:
        steps: list[Callable[[], object]] = [
            partial(desk.erase_records, place, erased),
            partial(take_all, rng, team, desk, place),
        ]
        rng.shuffle(steps)
        for step in steps:
            step()
    ended = [everything(desk) for desk in desks]
    assert all(one == ended[0] for one in ended)
    assert not erased & set(ended[0])
    for desk in desks:
        assert not groups_of(desk, place) & erased
        assert orphans(desk) == []
        assert desk.missing(place) == []
    for desk, clock in zip(team.desks, team.clocks, strict=True):
        desk.close()
        assert check(desk.folder, WORDS, clock=clock, progress=lambda _done, _of: None) == []


@pytest.mark.parametrize("seed", range(6))
def test_without_the_order_to_erase_a_newcomer_knows_what_any_copy_shows(
    tmp_path: Any, team_class: Any, seed: int
) -> None:
    """Copies with different parts erased, in any order: what one of them has, is taken."""
    rng = random.Random(seed)
    team = team_class(tmp_path)
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    team.settle()
    for _ in range(8):
        write(rng, anna, place)
    whole = everything(anna)
    team.push(anna)
    team.pull(boris)
    copies = []
    for number, desk in enumerate((anna, boris)):
        desk.erase_records(place, RECORDS[number::2])
        copies += [seal(Kind.SEGMENT, one.plain, one.recipient) for one in desk.segments(place)]
    dana = newcomer(team, anna)
    rng.shuffle(copies)
    assert dana.accept(place, list(enumerate(copies, 1))).faults == []
    assert everything(dana) == whole
    for desk in team.desks:
        desk.close()
