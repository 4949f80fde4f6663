"""Taking parties out and putting them back: what is left is always what the plan leaves, and no rule is broken."""

from __future__ import annotations

import numpy as np
import pytest

from leeward.bench.plan_instances import make_instance
from leeward.plan.anew import Anew
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.ascent import scales
from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Draft, Rest, cost, fits, read, rest_of
from leeward.plan.exits import Exits
from leeward.plan.housed import Housed
from leeward.plan.model import Effort
from leeward.plan.pricing import Pricer, Prices
from leeward.plan.search import Search
from leeward.plan.tables import Tables, tables

EFFORT = Effort(work=0.1, seconds=10.0, seed=1)


def _begun(people: int = 90, seed: int = 3) -> tuple[Pricer, Prices, Draft]:
    instance = make_instance(people, seed)
    t = tables(instance)
    return Pricer(t), Prices.of(t, scales(t) * 0.2), read(t, in_order_of_arrival(instance))


def _same(t: Tables, draft: Draft, rest: Rest) -> None:
    again = rest_of(t, draft)
    for name in ("beds", "seats", "slots", "money", "minutes"):
        assert np.array_equal(getattr(again, name), getattr(rest, name)), name
    assert {d: on for d, on in rest.going.items() if on} == again.going


@pytest.mark.parametrize("kind", [Housed, Anew])
def test_what_is_left_is_what_the_plan_leaves_and_the_best_keeps_every_rule(
    kind: type[Housed | Anew],
) -> None:
    pricer, prices, draft = _begun()
    made = kind(Cheapest(pricer), prices, draft, 7)
    assert made.whole
    before = made.points
    for step in range(300):
        made.step(800.0 if step < 200 else 0.0)
    now = [made.draft[p] for p in range(pricer.t.parties)]
    _same(pricer.t, now, made.rest)
    assert fits(pricer.t, made.plan())
    assert made.now == pytest.approx(sum(cost(pricer.t, p, one) for p, one in enumerate(now)))
    assert made.points == pytest.approx(sum(cost(pricer.t, p, one) for p, one in enumerate(made.plan())))
    assert made.points <= before
    assert now != draft, "it has moved"


def test_beds_alone_change_no_departure() -> None:
    pricer, prices, draft = _begun()
    made = Housed(Cheapest(pricer), prices, draft, 7)
    for _ in range(200):
        made.step(100.0)
    for was, one in zip(draft, made.plan(), strict=True):
        assert (was.leave, was.visa, was.escort, was.visa_escort) == (
            one.leave,
            one.visa,
            one.escort,
            one.visa_escort,
        )


def test_departures_only_get_better_and_fit_together() -> None:
    pricer, prices, draft = _begun()
    made = Exits(pricer, prices, draft, 7)
    before = made.points
    for _ in range(12):
        was = made.points
        made.choose(made.pick(10), 2000.0, EFFORT)
        assert made.points <= was + 1e-6
    assert made.points < before
    assert fits(pricer.t, made.draft)


def test_choosing_all_anew_exactly_only_gets_better_and_keeps_every_rule() -> None:
    pricer, prices, draft = _begun()
    each, _ = pricer(prices)
    made = Search(pricer, prices, each, draft, 7)
    before = made.points
    for _ in range(12):
        was = made.points
        better = made.exact(10, 1000.0, 3, EFFORT)
        assert (made.points < was - 1e-6) == better
    assert made.points < before
    assert fits(pricer.t, made.draft)
    _same(pricer.t, made.draft, made.rest)
