"""Journeys, visas, papers, doctors: what has to happen between a hiding place and a life."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from leeward.domain.cases.checkins import HOUR, CheckIn
from leeward.domain.cases.text import clean_name, clean_text
from leeward.domain.cases.words import STAGES
from leeward.domain.relocation.beds import check_day
from leeward.domain.relocation.journeys import Journey, Leg, check_legs, in_order
from leeward.domain.relocation.papers import (
    AsylumClaim,
    MedicalAppointment,
    Medication,
    TravelDocument,
    VisaApplication,
)
from leeward.domain.relocation.rhythm import leg_check_in_id
from leeward.domain.relocation.words import HELD, LEG_STATE, MODE, PAPER, VISA_KIND, VISA_STAGE
from leeward.domain.typed import T, write_new
from leeward.domain.vocabulary import Vocabulary, known
from leeward.ledger.model import Change, put
from leeward.office.casework_base import line, require, require_case
from leeward.office.casework_views import CaseLine, case_lines
from leeward.office.rhythms import keep_up
from leeward.office.session import Session

_WORDS: dict[str, Vocabulary] = {"visa": VISA_KIND, "stage": VISA_STAGE, "paper": PAPER, "held": HELD}
_DAYS = frozenset(
    {
        "submitted",
        "papers_due",
        "decided",
        "valid_from",
        "valid_to",
        "appeal_by",
        "expires",
        "ready_on",
        "claimed",
    }
    | {"lasts_until"}
)


def book_journey(
    session: Session,
    case_id: str,
    destination: str,
    legs: Sequence[Leg],
    *,
    why: str = "",
    check_after: int = HOUR,
) -> str:
    """Plan a way out; return its id. Each leg gets a check-in, due `check_after` milliseconds after arrival.

    Ids of the legs are drawn here; legs are numbered in the order given.
    """
    case = require_case(session, case_id)
    journey = Journey(
        id=session.make_id(),
        case_id=case_id,
        destination=clean_name(destination, needed=True),
        why=clean_text(why),
    )
    placed = [
        msgspec.structs.replace(
            leg,
            id=session.make_id(),
            journey_id=journey.id,
            case_id=case_id,
            number=number,
            mode=known(MODE, leg.mode),
            from_town=clean_name(leg.from_town),
            to_town=clean_name(leg.to_town, needed=True),
            handover=clean_name(leg.handover),
            ticket=clean_name(leg.ticket),
        )
        for number, leg in enumerate(legs, start=1)
    ]
    check_legs(placed)
    check_ins = [_check_in_of(leg, case.coordinator_id, case.deputy_id, check_after) for leg in placed]
    documents = STAGES.index("documents") > case.step
    session.commit(
        case.compartment,
        write_new(journey),
        *(write_new(leg) for leg in placed),
        *(write_new(one) for one in check_ins if one.due),
        put("case", case_id, stage="documents", stage_since=session.now()) if documents else (),
    )
    keep_up(session, case_id)
    return journey.id


def _check_in_of(leg: Leg, who: str, second: str, after: int) -> CheckIn:
    return CheckIn(
        id=leg_check_in_id(leg.id, "arrival"),
        case_id=leg.case_id,
        journey_id=leg.journey_id,
        leg_id=leg.id,
        due=leg.arrives + after if leg.arrives else 0,
        who_id=leg.companion_id or who,
        second_id=second,
    )


def set_leg(session: Session, leg_id: str, state: str, *, ticket: str = "") -> None:
    """Say how a leg stands. The first under way sets the case on the way; the last arrived brings it there."""
    leg = require(session, Leg, leg_id)
    known(LEG_STATE, state)
    legs = in_order(session.find(Leg, journey_id=leg.journey_id))
    fields = {"state": state, **({"ticket": clean_name(ticket)} if ticket else {})}
    changes: list[Change] = [*put("leg", leg_id, **fields)]
    if state == "under-way":
        changes += put("journey", leg.journey_id, state="under-way")
        changes += put("case", leg.case_id, stage="on-the-way", stage_since=session.now())
    if state == "arrived" and leg.id == legs[-1].id:
        changes += put("journey", leg.journey_id, state="arrived")
        changes += put("case", leg.case_id, stage="arrived", stage_since=session.now())
    if state == "aborted":
        changes += put("journey", leg.journey_id, state="aborted")
        for one in session.find(CheckIn, journey_id=leg.journey_id):
            if one.due > session.now() and one.waiting(session.now()):
                off = {"off_by_rhythm": True} if one.rhythm_id else {}
                changes += put("check_in", one.id, called_off_at=session.now(), **off)
    session.commit(leg.compartment, changes)
    keep_up(session, leg.case_id)


def move_leg(session: Session, leg_id: str, departs: int, arrives: int) -> None:
    """Put a leg on another time; its check-in moves with it."""
    leg = require(session, Leg, leg_id)
    legs = session.find(Leg, journey_id=leg.journey_id)
    moved = msgspec.structs.replace(leg, departs=departs, arrives=arrives)
    check_legs([moved if one.id == leg_id else one for one in legs])
    changes: list[Change] = [*put("leg", leg_id, departs=departs, arrives=arrives)]
    if arrives and leg.arrives:
        for one in session.find(CheckIn, leg_id=leg_id):
            if one.waiting(session.now()) and not one.rhythm_id:
                changes += put("check_in", one.id, due=one.due + arrives - leg.arrives)
    session.commit(leg.compartment, changes)
    keep_up(session, leg.case_id)


def add_record(session: Session, kind: type[T], case_id: str, **fields: object) -> str:
    """Write a visa application, paper, asylum claim, visit or medicine of a case; return its id."""
    case = require_case(session, case_id)
    new = msgspec.convert({**_clean(fields), "id": session.make_id(), "case_id": case_id}, kind)
    session.save_new(case.compartment, new)
    return new.id


def set_record(session: Session, kind: type[T], record: str, **fields: object) -> None:
    """Change fields of one of these."""
    there = require(session, kind, record)
    new = {name: value for name, value in _clean(fields).items() if value != getattr(there, name)}
    if new:
        session.commit(there.compartment, put(kind.kind, record, **new))


def _clean(fields: dict[str, object]) -> dict[str, object]:
    cleaned: dict[str, object] = {}
    for name, value in fields.items():
        if name in _DAYS and value:
            check_day(str(value))
        if name in _WORDS:
            known(_WORDS[name], str(value))
        cleaned[name] = clean_name(value) if isinstance(value, str) else value
    return cleaned


def had_visit(session: Session, visit_id: str, outcome: str) -> None:
    """Say that a visit to the doctor took place, and what came of it."""
    visit = require(session, MedicalAppointment, visit_id)
    text = clean_text(outcome)
    session.commit(
        visit.compartment,
        put("medical_appointment", visit_id, done_at=session.now(), outcome=text),
        line(session, visit.case_id, "visit", text, about_id=visit_id) if text else (),
    )


class JourneyView(msgspec.Struct, frozen=True):
    """A journey with its legs in order and the check-ins of each leg."""

    journey: Journey
    legs: tuple[Leg, ...]
    check_ins: dict[str, list[CheckIn]]  # by leg id


class PapersView(msgspec.Struct, frozen=True):
    """What a journey of a case depends on."""

    visas: list[VisaApplication]
    papers: list[TravelDocument]
    claims: list[AsylumClaim]
    visits: list[MedicalAppointment]
    medicines: list[Medication]


def journeys_of(session: Session, case_id: str) -> list[JourneyView]:
    """Return the journeys of a case, newest first."""
    legs: dict[str, list[Leg]] = defaultdict(list)
    for leg in session.find(Leg, case_id=case_id):
        legs[leg.journey_id].append(leg)
    checks: dict[str, list[CheckIn]] = defaultdict(list)
    for one in session.find(CheckIn, case_id=case_id):
        checks[one.leg_id].append(one)
    return [
        JourneyView(
            one,
            tuple(in_order(legs[one.id])),
            {leg.id: sorted(checks[leg.id], key=lambda check: check.due) for leg in legs[one.id]},
        )
        for one in sorted(session.find(Journey, case_id=case_id), key=lambda one: -one.created_at)
    ]


def papers_of(session: Session, case_id: str) -> PapersView:
    """Return visas, papers, claims, visits and medicines of a case."""
    return PapersView(
        visas=session.find(VisaApplication, case_id=case_id),
        papers=session.find(TravelDocument, case_id=case_id),
        claims=session.find(AsylumClaim, case_id=case_id),
        visits=session.find(MedicalAppointment, case_id=case_id),
        medicines=session.find(Medication, case_id=case_id),
    )


def by_stage(session: Session) -> dict[str, list[CaseLine]]:
    """Return everyone from first contact to arrival, in each stage by risk times days of waiting."""
    columns: dict[str, list[CaseLine]] = {stage: [] for stage in STAGES}
    for one in case_lines(session):
        columns.setdefault(one.case.stage, []).append(one)
    return {stage: sorted(those, key=lambda one: -one.risk_days) for stage, those in columns.items()}
