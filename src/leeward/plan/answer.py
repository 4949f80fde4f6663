"""What the planner answers. docs/plan-format.md says what each field means."""

from __future__ import annotations

from leeward.plan.instance import Stay, Strict, Visa, Way

FORMAT = "leeward-plan-1"


class PartyPlan(Strict, frozen=True, kw_only=True):
    """What one party does."""

    id: str
    stays: tuple[Stay, ...] = ()
    departure: str | None = None
    visa: Visa | None = None
    visa_escort: str | None = None
    escort: str | None = None

    @property
    def way(self) -> Way:
        """Return it without the party's id."""
        return Way(
            stays=self.stays,
            departure=self.departure,
            visa=self.visa,
            visa_escort=self.visa_escort,
            escort=self.escort,
        )


class Plan(Strict, frozen=True, kw_only=True):
    """A plan for everyone, with what it costs in danger and what no plan can be better than."""

    format: str = FORMAT
    instance: str = ""
    solver: str = ""
    seed: int = 0
    seconds: float = 0.0
    points: int = 0
    bound: int = 0
    gap: float = 0.0
    status: str = "feasible"  # optimal, feasible, stopped
    parties: tuple[PartyPlan, ...] = ()
