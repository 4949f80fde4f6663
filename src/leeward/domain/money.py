"""Money: grants, their lines, what was paid, and what a currency was worth. In the `beds` compartment: no person.

An expense lies in the case's own circle, with what it was for and its receipt; a payment lies here, with the amount
alone. The expense names the payment, never the other way round: so money adds up after a person was erased, and
whoever counts it learns nobody's name.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.typed import Coded, Note, Typed


class Grant(Typed, frozen=True, kw_only=True):
    """Money that somebody gave, for what, until when."""

    kind: ClassVar[str] = "grant"

    name: str = ""  # neutral: what the team calls it
    donor: str = ""
    currency: str = "EUR"
    from_day: str = ""
    to_day: str = ""
    lines: dict[str, int] = msgspec.field(default_factory=dict)  # cases.words.BUDGET_LINE to cents
    closed_at: int = 0
    remarks: tuple[Note, ...] = ()


class Payment(Typed, frozen=True, kw_only=True):
    """An amount that left, on a line of a grant. For whom, only the expense in the case's own circle says."""

    kind: ClassVar[str] = "payment"

    grant_id: str = ""
    line: Annotated[str, Coded("budget-line")] = "other"
    amount_cents: int = 0
    currency: str = "EUR"
    day: str = ""
    receipt_hash: str = ""  # SHA-256 of the receipt; the file is with the expense
    approver_id: str = ""
    struck_at: int = 0


class Rate(Typed, frozen=True, kw_only=True):
    """What one unit of a currency was worth in another on a day. Derived id: one for each pair and day."""

    kind: ClassVar[str] = "rate"

    currency: str = ""
    into: str = "EUR"
    day: str = ""
    millionths: int = 0  # of `into` for one unit
    source: str = ""


class Hours(Typed, frozen=True, kw_only=True):
    """How many minutes a member can give on each day of the week. In the team's circle; derived id: one a member."""

    kind: ClassVar[str] = "hours"

    member_id: str = ""
    week: tuple[int, ...] = (480, 480, 480, 480, 480, 0, 0)  # Monday to Sunday
    escorts: bool = True  # goes with people on journeys and to consulates
    most_cases: int = 12  # beyond which they are warned
    free_days: tuple[str, ...] = ()


class NoRate(msgspec.Struct, frozen=True):
    """That an amount could not be turned into another currency: none was known on that day or before."""

    currency: str
    into: str
    day: str


def rate_id(currency: str, into: str, day: str) -> str:
    """Return the id of a rate: the same on every desk."""
    return derive_id("rate", currency, into, day)


def hours_id(member_id: str) -> str:
    """Return the id of a member's hours: the same on every desk."""
    return derive_id("hours", member_id)
