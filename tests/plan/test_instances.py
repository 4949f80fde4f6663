"""The invented instances: the same for a seed, of the size asked for, scarce, and with a way for nearly everybody."""

from __future__ import annotations

import pytest

from leeward.bench.plan_instances import NIGHTS, make_instance
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.check import faults
from leeward.plan.greedy import greedy
from leeward.plan.reading import canonical, digest, read_instance
from leeward.plan.ways import Index, exits


def test_a_seed_is_an_instance() -> None:
    assert digest(make_instance(40, 1)) == digest(make_instance(40, 1))
    assert len({digest(make_instance(people, seed)) for people in (40, 60) for seed in range(5)}) == 10


@pytest.mark.parametrize("people", [1, 7, 40, 400])
def test_it_has_as_many_people_and_reads_as_an_instance(people: int) -> None:
    instance = make_instance(people, 3)
    assert sum(len(party.people) for party in instance.parties) == people
    assert read_instance(canonical(instance)) == instance


@pytest.mark.parametrize("seed", range(1, 6))
def test_it_has_every_kind_of_thing_and_nearly_everybody_a_way_out(seed: int) -> None:
    instance = make_instance(400, seed)
    index = Index(instance)
    assert sum(1 for party in instance.parties if not exits(index, party)) <= 2
    assert {place.state for place in instance.places} == {"clean", "doubtful", "exposed"}
    parties = instance.parties
    for some in (
        [party for party in parties if party.at is not None],
        [party for party in parties if party.promised is not None],
        [party for party in parties if party.needs],
        [party for party in parties if party.avoid],
        [party for party in parties if party.escort],
        [party for party in parties if party.visas],
        [departure for departure in instance.departures if departure.escort],
        [place for place in instance.places if min(place.beds) < max(place.beds)],
        instance.apart,
    ):
        assert some
    assert 0.10 <= sum(1 for party in parties if party.promised) / len(parties) <= 0.16
    seats = sum(departure.seats for departure in instance.departures)
    assert 1.4 <= seats / 400 <= 1.5
    assert sum(place.beds[NIGHTS // 2] for place in instance.places) < 400


@pytest.mark.parametrize("seed", range(1, 5))
def test_what_was_promised_fits_together(seed: int) -> None:
    """Everybody keeps their promise in the plan of who honours promises, unless a house or seat is shared badly."""
    instance = make_instance(400, seed)
    plan = in_order_of_arrival(instance)
    ways = {line.id: line.departure for line in plan.parties}
    promised = [party for party in instance.parties if party.promised is not None]
    kept = [party for party in promised if party.promised and ways[party.id] == party.promised.departure]
    assert len(kept) >= 0.9 * len(promised)


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_order_of_arrival_is_clearly_worse(seed: int) -> None:
    instance = make_instance(400, seed)
    careful, arrival = greedy(instance), in_order_of_arrival(instance)
    assert faults(instance, careful) == faults(instance, arrival) == []
    assert careful.points < 0.9 * arrival.points
