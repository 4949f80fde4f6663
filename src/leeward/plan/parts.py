"""Ways of one party, taken apart: stays, departures, appointments, each with its points."""

from __future__ import annotations

from dataclasses import dataclass

from leeward.plan.draft import Choice

Stays = tuple[tuple[int, int, int], ...]


@dataclass
class Ways:
    """Parts of one party's ways that are worth looking at, each with its points."""

    party: int
    stays: dict[tuple[Stays, int], float]  # the stays and the end
    leaves: dict[int, float]  # a departure, or -1
    visas: dict[tuple[int, int], float]  # country and day

    def add(self, t_cost: tuple[float, float, float], one: Choice, end: int, country: int) -> None:
        """Add a way that is to be among them, come what may."""
        self.stays[one.stays, end] = t_cost[0]
        self.leaves[one.leave] = t_cost[1]
        if one.visa >= 0:
            self.visas[country, one.visa] = t_cost[2]
