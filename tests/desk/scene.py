"""A week of work with invented people, for tests of the pages of casework and for looking at them."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.papers import MedicalAppointment, TravelDocument, VisaApplication
from leeward.office import (
    casework,
    casework_checkins,
    casework_tasks,
    consent,
    relocation,
    relocation_journeys,
)
from leeward.office.casework_open import open_case
from leeward.office.session import Session

HOUR = 3_600_000
DAY = 24 * HOUR

NAMES = (
    ("Juniper", "very-high", "safe-place"),
    ("Larch", "medium", "documents"),
    ("Willow", "high", "safe-place"),
    ("Birch", "low", "documents"),
    ("Aspen", "extreme", "safe-place"),
    ("Elm", "high", "safe-place"),
    ("Sorrel", "medium", "vetted"),
    ("Rowan", "unknown", "first-contact"),
    ("Heather", "high", "first-contact"),
    ("Maple", "low", "arrived"),
    ("Flint", "medium", "on-the-way"),
    ("Clover", "medium", "safe-place"),
    ("Basalt", "low", "safe-place"),
    ("Linden", "high", "safe-place"),
    ("Marble", "medium", "safe-place"),
    ("Nettle", "low", "safe-place"),
    ("Pumice", "medium", "safe-place"),
    ("Quartz", "low", "safe-place"),
)


def night(session: Session, after: int = 0) -> str:
    """Return a night from tonight on, as an ISO day."""
    now = dt.datetime.fromtimestamp(session.now() / 1000, dt.UTC).astimezone()
    return ((now - dt.timedelta(hours=6)).date() + dt.timedelta(days=after)).isoformat()


class Settable(Protocol):
    """A clock that can be set back to when the story began."""

    ms: int


def act_out(session: Session, clock: Settable | None = None) -> dict[str, str]:
    """Write the week; return ids by name, places included. With a clock, people came on different days."""
    ids: dict[str, str] = {}
    now = session.now()
    for number, (name, risk, stage) in enumerate(NAMES):
        if clock is not None:
            clock.ms = now - (3 + number * 5 % 13) * DAY
        ids[name] = open_case(session, "", pseudonym=name, risk=risk).case_id
        casework.set_stage(session, ids[name], stage)
    if clock is not None:
        clock.ms = now
    for name, beds, access, rent in (
        ("Harbour 1", 4, (), ""),
        ("Harbour 2", 3, ("no-stairs",), ""),
        ("Harbour 3", 8, (), ""),
        ("Harbour 4", 3, (), ""),
        ("Farm", 10, ("quiet", "children"), night(session, 9)),
        ("Flat K", 5, ("near-doctor",), ""),
    ):
        ids[name] = relocation.add_place(
            session, name, beds, address=f"Invented Street {beds}", access=access, rent_until=rent
        )
    for name, place, last in (
        ("Juniper", "Harbour 2", 12),
        ("Larch", "Harbour 1", 7),
        ("Willow", "Harbour 1", None),
        ("Birch", "Harbour 1", 4),
        ("Aspen", "Harbour 4", 3),
        ("Elm", "Harbour 4", None),
        ("Clover", "Harbour 3", None),
        ("Basalt", "Farm", 9),
        ("Linden", "Farm", 9),
        ("Marble", "Farm", 9),
        ("Nettle", "Farm", 9),
        ("Pumice", "Farm", 9),
        ("Quartz", "Farm", 9),
    ):
        stay = relocation.place_in(
            session, ids[name], ids[place], night(session), "" if last is None else night(session, last)
        )
        relocation.came(session, stay)
    relocation.place_in(session, ids["Sorrel"], ids["Harbour 1"], night(session, 8))
    relocation.mark_exposed(session, ids["Harbour 4"], "A stranger asked the neighbour who lives there.")
    relocation.set_exposure(session, ids["Harbour 3"], "doubtful", "The same car in the street twice.")
    _tell(session, ids, now)
    return ids


def _tell(session: Session, ids: dict[str, str], now: int) -> None:
    juniper = ids["Juniper"]
    casework.set_risk(session, juniper, "very-high", "His uncle knows the town and has left to look for him.")
    casework.add_note(
        session,
        juniper,
        "Held for nine days. What was done is described here at length.",
        kind="message",
        folded=True,
        happened_at=now - 5 * DAY,
    )
    casework.add_note(
        session,
        juniper,
        "Vouched for by Larch, who was held with him. Two accounts of the place agree on seven of"
        " eight details.",
        kind="vetting",
        happened_at=now - 2 * DAY,
    )
    casework.add_note(
        session,
        juniper,
        "“all good, lights off”: the agreed word was there.",
        kind="check-in",
        happened_at=now - 22 * HOUR,
    )
    casework.add_note(
        session,
        juniper,
        "His mother is told by the lawyer, not by us, in person, after he has left. He agrees.",
        kind="decision",
        why="A call from an unknown number would be noticed by the uncle.",
        happened_at=now - 10 * HOUR,
    )
    casework.add_note(
        session,
        juniper,
        "He slept for the first time. The burns on two fingers need a surgeon; the clinic will see him"
        " without papers tomorrow 09:40.",
        kind="call",
        happened_at=now - 5 * HOUR,
    )
    casework_tasks.add_need(
        session, juniper, "medical-surgery", "two fingers", due=now + DAY, provider="the clinic"
    )
    casework_tasks.add_need(session, juniper, "phone")
    letter = casework_tasks.add_task(session, juniper, "Letter for the clinic", due=now - 9 * HOUR)
    casework_tasks.add_task(
        session,
        juniper,
        "Second visit to the passport office",
        due=now + 5 * DAY,
        owner_id=session.member_id,
        depends_on=[letter],
    )
    casework_checkins.schedule_check_ins(session, juniper, now + HOUR, every=DAY, until=now + 3 * DAY)
    casework_checkins.schedule_check_ins(session, ids["Heather"], now - 3 * HOUR, who_id=session.member_id)
    casework.add_person(
        session, juniper, relation="mother", whereabouts="in the region, watched", risk="high"
    )
    casework.add_person(
        session, juniper, relation="other-relative", whereabouts="looks for him", threatens=True
    )
    casework.keep_apart(session, juniper, ids["Sorrel"], "They are from one village.")
    consent.set_consent(session, juniper, "account", "un", "given", risks_explained=True)
    consent.set_consent(
        session,
        juniper,
        "name",
        "court",
        "conditional",
        risks_explained=True,
        conditions="only after he has left the country",
    )
    consent.set_consent(session, juniper, "account", "press", "refused")
    relocation_journeys.add_record(
        session,
        VisaApplication,
        ids["Larch"],
        country="Norland",
        stage="appointment",
        appointment=now + 30 * HOUR,
    )
    relocation_journeys.add_record(
        session,
        VisaApplication,
        ids["Birch"],
        country="Westmark",
        stage="gathering",
        papers_due=night(session, -2),
    )
    relocation_journeys.add_record(
        session, TravelDocument, juniper, paper="travel-passport", held="applied", ready_on=night(session, 5)
    )
    relocation_journeys.add_record(
        session, MedicalAppointment, juniper, at=now + 12 * HOUR, where="clinic", with_id=session.member_id
    )
    legs = [
        Leg(
            id="",
            mode="train",
            from_town="P.",
            to_town="M.",
            departs=now + 26 * HOUR,
            arrives=now + 34 * HOUR,
            companion_id=session.member_id,
        ),
        Leg(
            id="",
            mode="plane",
            from_town="M.",
            to_town="Norland",
            departs=now + 40 * HOUR,
            arrives=now + 44 * HOUR,
            handover="a friend of the team",
        ),
    ]
    relocation_journeys.book_journey(session, ids["Birch"], "Norland", legs, why="It asks no visa.")
    legs = [Leg(id="", mode="bus", to_town="the border", departs=now - 9 * HOUR, arrives=now - 2 * HOUR)]
    relocation_journeys.book_journey(session, ids["Flint"], "Westmark", legs)
    view = relocation_journeys.journeys_of(session, ids["Flint"])[0]
    relocation_journeys.set_leg(session, view.legs[0].id, "under-way", ticket="R-27")
