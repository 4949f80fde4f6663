"""What clashes, and what would resolve it: limits and rules by name."""

from __future__ import annotations

from enum import StrEnum

from msgspec.structs import replace

from leeward.plan.instance import Strict


class Thing(StrEnum):
    """A limit or a rule."""

    BEDS = "beds"
    SEATS = "seats"
    SLOTS = "slots"
    MINUTES = "minutes"
    TOGETHER = "together"  # parties that one member can accompany on a departure
    MONEY = "money"
    FIXED = "fixed"
    READY = "ready"
    PASSPORT = "passport"
    VISA_TIME = "visa-time"
    AVOID = "avoid"
    NEEDS = "needs"
    APART = "apart"
    STATE = "state"  # a place is exposed or doubtful
    INSIDE = "inside"  # who has a bed is not put outside


OFFERED = frozenset(
    {
        Thing.BEDS,
        Thing.SEATS,
        Thing.SLOTS,
        Thing.MINUTES,
        Thing.TOGETHER,
        Thing.MONEY,
        Thing.FIXED,
        Thing.READY,
        Thing.PASSPORT,
    }
)
"""What may be offered as a way out. The others protect somebody: they are named in a clash, never offered up."""

_PRICE = {
    Thing.BEDS: 30,  # a bed for a night
    Thing.SEATS: 300,
    Thing.SLOTS: 300,
    Thing.MINUTES: 1,
    Thing.TOGETHER: 400,
    Thing.FIXED: 500,
    Thing.READY: 1000,  # a day earlier
    Thing.PASSPORT: 3000,
}


class Lack(Strict, frozen=True, kw_only=True):
    """One limit or rule. `amount` is how much more would be needed; 0 in a set of what clashes: the limit as it is.

    Beds, slots and minutes are on each of the nights or days `first` to `last`; a slot on any one of them. READY: ready
    on day `last`. PASSPORT: good until `last`. VISA_TIME: for leaving on these days, or ever. FIXED: `word` says which
    part, of `party`. APART: `party` and `other`.
    """

    thing: Thing
    party: str | None = None
    other: str | None = None
    departure: str | None = None
    place: str | None = None
    country: str | None = None
    member: str | None = None
    line: str | None = None
    word: str | None = None
    first: int | None = None
    last: int | None = None
    amount: int = 0

    @property
    def limit(self) -> Lack:
        """Return the limit itself, without how much is lacking: two lacks of one limit are equal in this."""
        days = self.thing in {Thing.BEDS, Thing.SLOTS, Thing.MINUTES, Thing.VISA_TIME}
        return replace(self, amount=0) if days else replace(self, amount=0, first=None, last=None)

    @property
    def limit_of_all_days(self) -> Lack:
        """Return the limit on whichever day."""
        return replace(self, amount=0, first=None, last=None)

    @property
    def cost(self) -> int:
        """Return roughly how hard it is to come by: one for each unit of money, the rest weighed against that."""
        if self.thing == Thing.MONEY:
            return max(1, self.amount // 100)
        nights = (self.last or 0) - (self.first or 0) + 1 if self.thing == Thing.BEDS else 1
        return _PRICE.get(self.thing, 10**9) * max(1, self.amount) * nights


class Resolution(Strict, frozen=True, kw_only=True):
    """What would be enough, all of it together. `departure`: what a party would then leave with, if that was asked.

    `enough` is False if it resolves the clash it stands with, but something else clashes beside it.
    """

    lacks: tuple[Lack, ...]
    departure: str | None = None
    enough: bool = True

    @property
    def cost(self) -> int:
        """Return roughly how hard it is to come by."""
        return sum(lack.cost for lack in self.lacks)


class Clash(Strict, frozen=True, kw_only=True):
    """Limits and rules that cannot all be kept for these parties; without any one of them they could.

    `resolutions` are ways out, the easiest first; there may be none. `by` is the day until which was asked.
    """

    parties: tuple[str, ...]
    limits: tuple[Lack, ...]
    resolutions: tuple[Resolution, ...] = ()
    by: int | None = None
