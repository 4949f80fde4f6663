"""As every role, on every page that the desk has: no word of a circle whose key is elsewhere, and no sign of it."""

from __future__ import annotations

import pytest
from tests.needtoknow.crawl import (
    Answer,
    Hands,
    acts_with_ids,
    at_desk,
    crawled,
    filled,
    held_in,
    never,
    routes_with_ids,
)
from tests.needtoknow.world import World

from leeward.domain.team import ROLES

EVERY_ROLE = [term.code for term in ROLES]
_ID = "i" * 26


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_no_page_shows_a_word_of_a_circle_without_its_key(world: World, role: str) -> None:
    desk = world.desks[role]
    answers = crawled(world, role)
    assert len(answers) > 40
    assert held_in(answers, world.sealed_to(desk)) == []
    assert [one.path for one in answers if one.status >= 500] == []


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_no_search_finds_or_counts_it(world: World, role: str) -> None:
    desk = world.desks[role]
    words = world.sealed_to(desk)[::31]

    async def look(hands: Hands) -> list[tuple[str, str]]:
        nothing = (await hands.search("qzq")).text.replace("qzq", "…")
        found = []
        for word in words:
            for asked in (word, word[:8].upper()):
                answer = (await hands.search(asked)).text.replace(asked.casefold(), "…")
                if answer != nothing:
                    found.append((asked, answer))
        return found

    assert at_desk(desk, look) == []
    for word in world.sealed_to(desk):
        page = desk.vault.search(word[:7])
        assert {hit.record.compartment for hit in page.hits} <= {c.id for c in desk.vault.compartments()}
        assert desk.vault.search(word).total == 0


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_an_address_with_a_sealed_records_id_answers_as_one_that_never_was(world: World, role: str) -> None:
    desk = world.desks[role]
    sealed = world.sealed_ids(desk)[:: 3 if role in {"volunteer", "documenter"} else 9]
    assert sealed

    async def guess(hands: Hands) -> list[str]:
        wrong: list[str] = []
        for route in routes_with_ids():
            wanted = _same(await hands.get(filled(route, nobody := never())), nobody)
            answers = [(one, _same(await hands.get(filled(route, one)), one)) for one in sealed]
            wrong += [filled(route, one) for one, answer in answers if answer != wanted]
        return wrong

    assert at_desk(desk, guess) == []


@pytest.mark.parametrize("role", ["volunteer", "operator"])
def test_an_act_on_a_sealed_records_id_answers_as_one_that_never_was(world: World, role: str) -> None:
    desk = world.desks[role]
    sealed = world.sealed_ids(desk)[::7]

    async def act(hands: Hands) -> list[str]:
        wrong: list[str] = []
        for route in acts_with_ids():
            wanted = _same(await hands.post(filled(route, nobody := never()), {}), nobody)
            answers = [(one, _same(await hands.post(filled(route, one), {}), one)) for one in sealed]
            wrong += [filled(route, one) for one, answer in answers if answer != wanted]
        return wrong

    assert at_desk(desk, act) == []


def _same(answer: Answer, asked: str) -> tuple[int, str]:
    """Return an answer as it would be for another id: everything but the id itself, and its length."""
    return answer.status, answer.text.replace(asked, _ID)
