"""What Today says of names and addresses that take two people: who asks, who agreed, and what is to be sealed anew."""

from __future__ import annotations

from leeward.base.say import Code, Message, Moment, say
from leeward.domain.cases.case import Case
from leeward.domain.relocation.places import Place, PlaceAddress
from leeward.domain.today import Need, Urgency
from leeward.office.around import member
from leeward.office.openings import Closed
from leeward.office.openings_two import agreed, has_share, questions, stale
from leeward.office.session import Session


def needs_now(session: Session) -> list[Need]:
    """Return questions of colleagues that this desk could agree to, what may be opened, and what is split wrongly."""
    needs = []
    for one in questions(session):
        if not has_share(session, one):
            continue
        who = member(session, one.member_id).name
        needs.append(
            Need(
                urgency=Urgency.WAITING,
                tag=say("Asks you"),
                what=_wants(session, one.record, who),
                why=say(
                    "{reason}. Asked at {time}; it takes two.",
                    reason=Code(f"opening-reason/{one.opening.reason}"),
                    time=Moment(one.at),
                ),
                since=one.at,
                action=say("Answer"),
                href=f"/openings/{one.opening.id}",
                weight=100.0,
            )
        )
    needs += [
        Need(
            urgency=Urgency.SOON,
            tag=say("Agreed"),
            what=say("A colleague agreed that you open what you asked for"),
            why=_about(session, record),
            since=session.now(),
            action=say("Open it"),
            href=page_of(session, record),
        )
        for record in agreed(session)
    ]
    needs += [
        Need(
            urgency=Urgency.SECOND,
            tag=say("Seal anew"),
            what=say("Others hold a key now than when it was sealed for two"),
            why=_about(session, record),
            since=record.changed_at,
            action=say("Open it together"),
            href=page_of(session, record),
        )
        for record in stale(session)
    ]
    return needs


def page_of(session: Session, record: Closed) -> str:
    """Return the page on which a sealed record is opened; Today if this desk lacks what it belongs to."""
    if isinstance(record, PlaceAddress):
        return f"/places/{record.place_id}#address" if session.get(Place, record.place_id) else "/"
    return f"/people/{record.case_id}#identity" if session.get(Case, record.case_id) else "/"


def called(session: Session, record: Closed) -> str:
    """Return the code name or pseudonym of what a sealed record belongs to; "" if this desk cannot tell."""
    if isinstance(record, PlaceAddress):
        place = session.get(Place, record.place_id)
        return place.code_name if place else ""
    case = session.get(Case, record.case_id)
    return case.pseudonym if case else ""


def _wants(session: Session, record: Closed, who: str) -> Message:
    name = called(session, record)
    if isinstance(record, PlaceAddress):
        return say("{who} wants to open the address of {what}", who=who, what=name)
    return say("{who} wants to open the papers of {what}", who=who, what=Code(f"pseudonym/{name}"))


def _about(session: Session, record: Closed) -> Message:
    name = called(session, record)
    if isinstance(record, PlaceAddress):
        return say("The address of {what}.", what=name)
    return say("The legal identity of {what}.", what=Code(f"pseudonym/{name}"))
