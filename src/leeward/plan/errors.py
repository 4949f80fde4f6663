"""Errors of the planner.

PlanError
 +-- BadInstance     what was to be planned is not an instance as docs/plan-format.md says
 +-- BadPlan         what was to be read as a plan is none
 +-- NoPlan          no plan was found that keeps every rule
 `-- SolverMissing   the libraries of the planner are not installed
"""

from __future__ import annotations

from leeward.base.errors import LeewardError


class PlanError(LeewardError):
    """The planner cannot go on."""

    code = "plan"


class BadInstance(PlanError):
    """What was to be planned is not an instance as the format says."""

    code = "plan.bad-instance"


class BadPlan(PlanError):
    """What was to be read as a plan is none."""

    code = "plan.bad-plan"


class NoPlan(PlanError):
    """No plan was found that keeps every rule; `parties` are those for whom nothing was left."""

    code = "plan.no-plan"

    def __init__(self, parties: tuple[str, ...]) -> None:
        who = ", ".join(parties[:5]) + (" and others" if len(parties) > 5 else "")
        super().__init__(
            f"No plan that keeps every rule was found: nothing is left for {who}.",
            kept="Nothing was changed.",
            next_step="Look at what was fixed by hand for them, and at the beds of those who have a bed already.",
        )
        self.parties = parties


class SolverMissing(PlanError):
    """The libraries of the planner are not installed."""

    code = "plan.solver-missing"
