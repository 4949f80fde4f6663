"""The bench of the planner: the replay lives through a whole year by one rule or another, and breaks none."""

from __future__ import annotations

import datetime as dt

import pytest

from leeward.bench.replay_2017 import ABROAD, DAYS, PEOPLE, Outcome, make_world, play
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.greedy import greedy


def test_the_world_keeps_to_what_was_published() -> None:
    assert dt.date(2017, 4, 2) + dt.timedelta(DAYS) == dt.date(2017, 12, 31)
    for seed in range(1, 6):
        world = make_world(seed)
        assert sum(len(party.people) for party in world.asking) == PEOPLE
        assert sum(sum(days) for days in world.slots.values()) == ABROAD + 1
        first = min(day + lead for (_, days), lead in zip(world.slots.items(), (42, 60, 90), strict=True)
                    for day, slots in enumerate(days) if slots)  # fmt: skip
        assert dt.date(2017, 4, 2) + dt.timedelta(first) == dt.date(2017, 5, 26)
        days = [party.from_day for party in world.asking]
        assert days == sorted(days)
    assert make_world(1) == make_world(1) != make_world(2)


@pytest.fixture(scope="module")
def by_arrival() -> Outcome:
    return play(make_world(1), in_order_of_arrival)


def test_a_year_in_order_of_arrival_looks_like_the_one_that_was(by_arrival: Outcome) -> None:
    assert by_arrival.faults == 0
    assert 60 <= by_arrival.abroad <= ABROAD
    mean = sum(by_arrival.stays) / len(by_arrival.stays) / 30.4
    assert 2.5 <= mean <= 5  # months; 3.5 were published
    assert max(by_arrival.stays) <= 8.5 * 30.4


def test_those_most_in_danger_first_saves_days_and_loses_nobody(by_arrival: Outcome) -> None:
    careful = play(make_world(1), greedy)
    assert careful.faults == 0
    assert careful.risk_days < 0.95 * by_arrival.risk_days
    assert careful.abroad >= by_arrival.abroad - 5
