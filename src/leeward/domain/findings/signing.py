"""Signing: two people, one standard, and a grade that is a ceiling and never the decision.

1. A standard may be signed only if the sources carry at least its grade that day (`terms.CEILING`).
2. The second reader is somebody else than the author.
3. A finding stands when both signed and the second agrees. Withdrawn findings stand no more, and stay.
4. When the sources' grade moves afterwards, in either direction, the finding is marked; when it falls under what its
   standard needs, the finding no longer holds until people look at it again.
"""

from __future__ import annotations

import enum

from leeward.base.say import Code, say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.findings.records import Finding
from leeward.domain.findings.terms import CEILING, Grade


class Standing(enum.StrEnum):
    """Where a finding is."""

    WAITS = "waits"  # for its second reader
    STANDS = "stands"
    DISPUTED = "disputed"  # the second reader does not agree
    MOVED = "moved"  # the grade changed since, and still carries the standard
    FALLEN = "fallen"  # the grade no longer carries the standard
    WITHDRAWN = "withdrawn"


def require_may_sign(standard: str, grade: Grade) -> None:
    """Raise RuleBroken if the sources do not carry this standard (rule 1)."""
    if standard not in CEILING:
        raise OutOfRange(
            say("“{standard}” is not a standard.", standard=standard[:40]),
            next_step=say("Choose one from the list."),
        )
    if grade < CEILING[standard]:
        raise RuleBroken(
            say(
                "The sources carry “{grade}”; “{standard}” needs more.",
                grade=Code(f"grade/{int(grade)}"),
                standard=Code(f"standard/{standard}"),
            ),
            next_step=say("Sign a lower standard, or see the cheapest way up."),
        )


def require_second(finding: Finding, member_id: str) -> None:
    """Raise RuleBroken if this member cannot be its second reader (rule 2)."""
    if finding.author_id == member_id:
        raise RuleBroken(
            say("You signed it as its author; somebody else has to read it."),
            next_step=say("Ask a colleague to be the second reader."),
        )
    if finding.second_id:
        raise RuleBroken(
            say("It was read by a second reader already."), next_step=say("Withdraw it and sign anew.")
        )
    if finding.withdrawn_at:
        raise RuleBroken(say("It was withdrawn."), next_step=say("Sign a new one."))


def standing_of(finding: Finding, grade: Grade) -> Standing:
    """Return where the finding is, given the grade of today (rules 3 and 4)."""
    if finding.withdrawn_at:
        return Standing.WITHDRAWN
    if grade < CEILING.get(finding.standard, Grade.DOCUMENTED):
        return Standing.FALLEN
    if finding.second_id and not finding.second_agrees:
        return Standing.DISPUTED
    if grade != finding.grade:
        return Standing.MOVED
    return Standing.STANDS if finding.second_id else Standing.WAITS
