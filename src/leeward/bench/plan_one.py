"""One instance planned in a process of its own, so that its memory and seconds are its own. One line of JSON.

python -m leeward.bench.plan_one PEOPLE SEED SECONDS
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import TypedDict

from leeward.bench.plan_instances import make_instance
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.check import faults
from leeward.plan.greedy import greedy


class Measured(TypedDict):
    """What is known about one run; `points` are of the plan, `best` of each kind of plan."""

    people: int
    seed: int
    seconds: float
    points: int
    bound: int
    gap: float
    status: str
    greedy: int
    greedy_seconds: float
    arrival: int
    stranded: int
    stranded_by_arrival: int
    violations: int
    worsened: int
    peak_mb: float


def measure(people: int, seed: int, seconds: float) -> Measured:
    """Make the instance, plan it in three ways, and check all three plans."""
    instance = make_instance(people, seed)
    sizes = {party.id: len(party.people) for party in instance.parties}
    careful = greedy(instance)
    arrival = in_order_of_arrival(instance)
    begun = time.perf_counter()
    from leeward.plan.solve import solve  # noqa: PLC0415 - loading the solver counts

    seen = [careful.points]
    plan = solve(
        instance,
        seconds=seconds,
        seed=1,
        stop=lambda: False,
        progress=lambda better: seen.append(better.points),
    )
    took = time.perf_counter() - begun
    seen.append(plan.points)
    return Measured(
        people=people,
        seed=seed,
        seconds=took,
        points=plan.points,
        bound=plan.bound,
        gap=plan.gap,
        status=plan.status,
        greedy=careful.points,
        greedy_seconds=careful.seconds,
        arrival=arrival.points,
        stranded=sum(sizes[line.id] for line in plan.parties if line.departure is None),
        stranded_by_arrival=sum(sizes[line.id] for line in arrival.parties if line.departure is None),
        violations=sum(len(faults(instance, one)) for one in (plan, careful, arrival)),
        worsened=sum(points > careful.points for points in seen),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))  # noqa: T201
