"""The practice operation is what it says, the same for a seed, and holds no real place or name."""

from __future__ import annotations

from collections import Counter

import pytest

from leeward.domain.relocation.beds import Stay, in_exposed
from leeward.domain.relocation.places import Place
from leeward.practice.moment import Script
from leeward.practice.operation import Size, make_operation

NOW = 1_491_600_000_000


def made(seed: int = 2017, people: int = 40, **more: object) -> Script:
    size = Size(people=people, requests=people + 20, accounts=5 * people // 8)
    return make_operation(seed=seed, now=NOW, desks={}, size=size, **more)  # type: ignore[arg-type]


def kinds(script: Script) -> Counter[str]:
    return Counter({kind: len(ids) for kind, ids in _ids(script).items()})


def _ids(script: Script) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for moment in script.moments:
        for change in moment.changes:
            found.setdefault(change.kind, set()).add(change.record)
    return found


def test_it_has_forty_people_six_places_nine_staff_sixty_requests_and_25_accounts() -> None:
    counted = kinds(made())
    assert counted["case"] == 40
    assert counted["place"] == 6
    assert counted["member"] == 9
    assert counted["contact"] == 60
    assert counted["account"] == 25
    assert counted["stay"] == 40


def test_the_same_seed_makes_the_same_operation_and_another_seed_another() -> None:
    assert made().in_order() == made().in_order()
    assert made(seed=1).in_order() != made(seed=2).in_order()


@pytest.mark.parametrize("people", [0, 1, 7, 200])
def test_it_can_be_made_at_any_size(people: int) -> None:
    counted = kinds(made(people=people))
    assert counted["case"] == people
    assert counted["contact"] == people + 20


def test_something_is_late_one_place_is_exposed_and_two_people_are_in_it() -> None:
    script = made()
    fields: dict[str, dict[str, dict[str, object]]] = {}
    for moment in script.in_order():
        for change in moment.changes:
            fields.setdefault(change.kind, {}).setdefault(change.record, {})[change.field] = change.value
    places = [
        Place(id=ident, exposure=str(values.get("exposure", "clean")))
        for ident, values in fields["place"].items()
    ]
    stays = [
        Stay(
            id=ident,
            place_id=str(values["place_id"]),
            case_id=str(values["case_id"]),
            first_night=str(values["first_night"]),
            last_night=str(values.get("last_night", "")),
            state=str(values["state"]),
        )
        for ident, values in fields["stay"].items()
    ]
    exposed = in_exposed(places, "2017-04-07", stays)
    assert [len(people) for people in exposed.values()] == [2]
    late = [
        task
        for task in fields["task"].values()
        if 0 < int(str(task.get("due", 0))) < NOW and "done_at" not in task
    ]
    assert late
    assert any(
        int(str(one["due"])) < NOW - 3_600_000 and "answered_at" not in one
        for one in fields["check_in"].values()
    )


def test_nothing_happens_after_the_moment_it_is_left_to_the_reader() -> None:
    assert max(moment.at for moment in made().moments) <= NOW


def test_it_speaks_russian_too() -> None:
    texts = {str(change.value) for moment in made(language="ru").moments for change in moment.changes}
    assert "Письмо в клинику" in texts
    assert "Letter for the clinic" not in texts
