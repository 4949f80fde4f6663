"""What one search knows: the question, until when, whom to tell, and the best plan and bound so far."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from leeward.plan.answer import Plan
from leeward.plan.draft import Draft, fits, write
from leeward.plan.instance import Instance
from leeward.plan.tables import Tables

NAME = "leeward"
_CLOSE = 0.001  # a gap at which we stop


@dataclass
class Run:
    """What one call knows: the question, until when, whom to tell, and the best so far."""

    instance: Instance
    t: Tables
    seed: int
    begun: float
    until: float
    asked: Callable[[], bool]
    progress: Callable[[Plan], None]
    mark: str
    draft: Draft
    points: float
    bound: float = 0.0
    cut: bool = False
    last: tuple[float, float] = (math.inf, -1.0)

    def over(self) -> bool:
        """Return whether to end now, because somebody asked or the time is over."""
        self.cut = self.cut or time.perf_counter() >= self.until or self.asked()
        return self.cut

    def late(self) -> bool:
        """Return whether the time is over, without asking anybody."""
        return time.perf_counter() >= self.until

    def left(self) -> float:
        """Return the seconds that are left."""
        return max(0.0, self.until - time.perf_counter())

    def better(self, draft: Draft, found: float) -> None:
        """Take a plan if it is better and keeps the rules."""
        if found < self.points and fits(self.t, draft):
            self.draft, self.points = list(draft), found
            self.tell()

    def raised(self, value: float) -> None:
        """Take a bound; every plan's points are a multiple of the grain, so it is rounded up to one."""
        grain = self.t.grain
        self.bound = min(max(self.bound, math.ceil((value - 1e-3) / grain) * grain), self.points)
        self.tell()

    def near(self, gap: float = _CLOSE) -> bool:
        """Return whether the plan is proven to be good enough."""
        return self.points - self.bound <= gap * self.points

    def plan(self) -> Plan:
        """Return the best so far."""
        most, least = round(self.points), round(self.bound)
        status = "optimal" if least >= most else "stopped" if self.cut else "feasible"
        return Plan(
            instance=self.mark,
            solver=NAME,
            seed=self.seed,
            seconds=round(time.perf_counter() - self.begun, 3),
            points=most,
            bound=least,
            gap=(most - least) / max(most, 1),
            status=status,
            parties=write(self.t, self.draft),
        )

    def tell(self) -> None:
        """Report what is new."""
        if (self.points, self.bound) != self.last:
            self.last = (self.points, self.bound)
            self.progress(self.plan())
