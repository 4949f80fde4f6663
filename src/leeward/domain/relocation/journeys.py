"""Journeys: the legs between a place where they are hunted and one where they are not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from leeward.base.say import Code, Day, Moment, say
from leeward.domain.cases.checkins import DAY
from leeward.domain.cases.due import Due, Weight
from leeward.domain.cases.words import RISK_WEIGHT
from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.words import MODE
from leeward.domain.typed import Coded, Note, Typed


class Journey(Typed, frozen=True, kw_only=True):
    """One way out, made of legs. In the case's compartment."""

    kind: ClassVar[str] = "journey"

    case_id: str = ""
    destination: str = ""  # coarse: a country
    why: str = ""  # why this way and not another
    state: Annotated[str, Coded("leg-state")] = "planned"  # words.LEG_STATE, of the whole
    way_out_id: str = ""  # of the team's list, if it is one of those
    person_ids: tuple[str, ...] = ()  # who else of the case travels
    budget_cents: int = 0
    currency: str = "EUR"
    abort: str = ""  # when it is broken off, and what then
    remarks: tuple[Note, ...] = ()

    @property
    def standing(self) -> bool:
        """Return whether it is planned or going on."""
        return self.state in {"planned", "booked", "under-way"}

    @property
    def keeps_seats(self) -> bool:
        """Return whether its seats are or were needed: of all but what was broken off."""
        return self.state != "aborted"


class Leg(Typed, frozen=True, kw_only=True):
    """One ride. Places are coarse on purpose: a town, never a street."""

    kind: ClassVar[str] = "leg"

    journey_id: str = ""
    case_id: str = ""
    number: int = 0  # order in the journey
    mode: Annotated[str, Coded("mode")] = "train"
    from_town: str = ""
    to_town: str = ""
    departs: int = 0
    arrives: int = 0
    ticket: str = ""  # reference
    ticket_due: int = 0  # buy it until
    name_checked: bool = False  # the name on the ticket was compared with the passport
    companion_id: str = ""  # a member
    handover: str = ""  # who meets them, by a name of the team
    check_points: tuple[str, ...] = ()  # where they give a sign of life
    state: Annotated[str, Coded("leg-state")] = "planned"
    cost_cents: int = 0
    currency: str = "EUR"

    @property
    def ahead(self) -> bool:
        """Return whether it has not begun."""
        return self.state in {"planned", "booked"}


def in_order(legs: Iterable[Leg]) -> list[Leg]:
    """Return legs in the order of travel."""
    return sorted(legs, key=lambda leg: (leg.number, leg.departs, leg.id))


def check_legs(legs: Iterable[Leg]) -> None:
    """Refuse legs that arrive before they depart, or depart before the one before has arrived."""
    arrived, place = 0, ""
    for leg in in_order(legs):
        if leg.departs and leg.arrives and leg.arrives < leg.departs:
            raise RuleBroken(
                say("The leg to {town} arrives before it departs.", town=leg.to_town or "…"),
                kept=say("What was written is still in the form."),
                next_step=say("Correct one of the two times."),
            )
        if leg.departs and arrived and leg.departs < arrived:
            raise RuleBroken(
                say(
                    "The leg from {town} departs before the one before it has arrived.",
                    town=leg.from_town or place or "…",
                ),
                kept=say("What was written is still in the form."),
                next_step=say("Correct one of the two times."),
            )
        arrived, place = leg.arrives or leg.departs or arrived, leg.to_town


def risk_days(risk: str, waiting_since: int, now: int) -> float:
    """Return risk level times days of waiting: what "longest" means when lives differ (weights in cases.words)."""
    return RISK_WEIGHT.get(risk, RISK_WEIGHT["unknown"]) * max(0, now - waiting_since) / DAY


def due_of_leg(leg: Leg, now: int) -> list[Due]:
    """Return what is due on a leg: buying the ticket, departing, arriving."""
    found = []
    if leg.state == "planned" and leg.ticket_due:
        what = say("buy the ticket to {town}", town=leg.to_town)
        found.append(
            Due(
                leg.ticket_due,
                what,
                leg.id,
                "leg",
                late=leg.ticket_due < now,
                owner_id=leg.companion_id,
                whole_day=True,
                why=say("No ticket yet. They leave on {day}.", day=Day(leg.departs))
                if leg.departs
                else say("No ticket yet."),
            )
        )
    if leg.ahead and leg.departs:
        what = say("{mode} to {town}", mode=Code(f"{MODE.name}/{leg.mode}"), town=leg.to_town)
        late = leg.departs < now
        why = say("They were to leave at {time}. Nobody has noted that they did.", time=Moment(leg.departs))
        found.append(
            Due(
                leg.departs,
                what,
                leg.id,
                "leg",
                Weight.PLAN,
                late,
                leg.companion_id,
                why=why if late else None,
            )
        )
    if leg.state == "under-way" and leg.arrives:
        what = say("arrives in {town}", town=leg.to_town)
        late = leg.arrives < now
        found.append(
            Due(
                leg.arrives,
                what,
                leg.id,
                "leg",
                Weight.DANGER if late else Weight.PLAN,
                late,
                leg.companion_id,
                why=say(
                    "They were to be there at {time}. Nobody has noted that they are.",
                    time=Moment(leg.arrives),
                )
                if late
                else None,
            )
        )
    return found
