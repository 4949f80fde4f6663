"""What the journey tab shows besides beds and rides: which doors open, and what was spent."""

from __future__ import annotations

from leeward.domain.cases.case import Case
from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.money import Grant
from leeward.domain.relocation.papers import VisaApplication
from leeward.domain.relocation.ways_out import Destination, WayOut
from leeward.office import expenses, seats, slots
from leeward.office.casework_base import today
from leeward.office.session import Session
from leeward.office.travelling import doors_of


def journey_shown(session: Session, case: Case) -> dict[str, object]:
    """Return what the template's parts for papers and costs need."""
    visas = session.find(VisaApplication, case_id=case.id)
    return {
        "seats_held": seats.held(session, case.id),
        "way_of": {one.id: one for one in session.find(WayOut)},
        "idle_seats": list(seats.idle_of(session, case.id)),
        "idle_slots": slots.idle_of(session, case.id),
        "slots_held": {one.id: slots.held_by(session, one) for one in visas},
        "slot_days": {one.id: slots.listed(session, one) for one in visas},
        "travellers": seats.travellers(session, case),
        "doors": doors_of(session, case.id),
        "country_rules": {one.country: one for one in session.find(Destination)},
        "spent": expenses.of_case(session, case.id),
        "receipts": expenses.receipts_of(session, case.id),
        "grants_open": [one for one in session.find(Grant) if not one.closed_at],
        "spent_today": today(session),
        "BUDGET_LINE": BUDGET_LINE,
    }
