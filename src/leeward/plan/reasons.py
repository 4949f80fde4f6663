"""Reasons for what is in a plan: what kind, about which ids and days. telling.py makes sentences of them."""

from __future__ import annotations

from enum import StrEnum

from leeward.plan.instance import Strict


class Stop(StrEnum):
    """What stops a better way."""

    SEATS = "seats"
    BEDS = "beds"
    SLOTS = "slots"
    MONEY = "money"
    ESCORT = "escort"  # nobody has the time to travel along
    VISA_ESCORT = "visa-escort"  # nobody has the time to go to an appointment
    APART = "apart"  # somebody they must not meet
    FIXED = "fixed"  # decided otherwise by hand
    PROMISED = "promised"  # a change of the promise costs more than it saves
    NOT_READY = "not-ready"
    AVOID = "avoid"
    PASSPORT = "passport"
    VISA_TIME = "visa-time"  # a visa cannot be ready before
    TOO_FEW_SEATS = "too-few-seats"  # also when nobody else were on it
    NO_PLACE = "no-place"  # no place has what they need
    GONE = "gone"  # it is not there any more
    EXPOSED = "exposed"  # nobody may come there, or be there
    BETTER = "better"  # it would be possible: the new way is better for them
    FOLLOWS = "follows"  # it follows from another change
    OTHERS = "others"  # it would be possible: the new way is better for others
    NOTHING = "nothing"  # nothing stops it: the plan can still be made better


class Last(StrEnum):
    """What a departure or an appointment is the last before."""

    PASSPORT = "passport"
    BOUND = "bound"
    HELD_VISA = "held-visa"
    HORIZON = "horizon"


class Because(StrEnum):
    """Why it is the others who hold the scarce thing."""

    FIXED = "fixed"
    PROMISED = "promised"
    LAST_CHANCE = "last-chance"
    RISK = "risk"
    MORE_TOGETHER = "more-together"  # their risk taken together is higher
    UNKNOWN = ""


class Reason(Strict, frozen=True, kw_only=True):
    """What stops one better way, and who holds what it lacks. Only what fits the kind is filled in.

    `day` and `last` are days or nights, both included; `short` is how much is missing: people, cents or minutes.
    """

    kind: Stop
    departure: str | None = None
    place: str | None = None
    country: str | None = None
    line: str | None = None
    word: str | None = None
    day: int | None = None
    last: int | None = None
    short: int = 0
    holders: tuple[str, ...] = ()
    because: Because = Because.UNKNOWN


class Why(Strict, frozen=True, kw_only=True):
    """Why one party's line in a plan is as it is.

    `rank` counts those who leave, in the order of days, from 1; `leaving` is how many they are. `ahead` is the next
    better departure with what stops it, `housing` what stops a bed before `inside_from`, `move` what stops it
    from staying where it is.
    """

    party: str
    departure: str | None = None
    day: int | None = None
    rank: int | None = None
    leaving: int = 0
    fixed: bool = False
    visa_day: int | None = None
    last_departure: Last | None = None
    last_slot: Last | None = None
    last_day: int | None = None
    ahead: Reason | None = None
    ahead_day: int | None = None
    inside_from: int | None = None
    housing: Reason | None = None
    move: Reason | None = None
