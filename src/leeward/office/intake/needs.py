"""What intake puts on Today: alarms, people who wait, grades that wait for a second reader."""

from __future__ import annotations

from leeward.base.say import Code, Message, Moment, Span, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.intake import Contact, Line
from leeward.domain.today import Need, Urgency
from leeward.office.duty import Duty, duty_of
from leeward.office.intake.see import damaged, queue
from leeward.office.session import Session

_HOUR = 3_600_000
_WEIGHT = {"immediate": 8.0, "urgent": 4.0, "high": 2.0, "": 3.0, "standard": 1.0, "information": 0.3}


def needs_now(session: Session) -> list[Need]:
    """Return the lines of Today that come from intake."""
    duty = duty_of(session)
    needs: list[Need] = []
    second: list[Contact] = []
    for line in queue(session):
        if line.alarm_at:
            needs.append(_alarm(line))
        elif line.waiting_since:
            needs.append(_waiting(session, line, duty))
        contact = line.contact
        asks = contact.vetting == "partly" and contact.vetting_by and not contact.vetting_second_by
        if asks and contact.vetting_by != session.member_id:
            second.append(contact)
    if second:
        needs.append(_second(second))
    unread = damaged(session)
    if unread:
        needs.append(
            Need(
                urgency=Urgency.WAITING,  # after everybody whose words can be read
                tag=say("Unreadable"),
                what=say("Something came in that cannot be read"),
                why=say("It is kept as it came. It may be damaged, or not meant for us."),
                since=min(one.created_at for one in unread),
                action=say("Look at it"),
                href="/inbox#unreadable",
            )
        )
    return needs


def shown_name(contact: Contact) -> Code:
    """Return a contact's pseudonym as it can be said in every language."""
    return Code(f"pseudonym/{contact.pseudonym}")


def _alarm(line: Line) -> Need:
    return Need(
        urgency=Urgency.ALARM,
        tag=say("Alarm"),
        what=say(
            "{who} used the alarm form at {time}", who=shown_name(line.contact), time=Moment(line.alarm_at)
        ),
        why=say("Somebody may be with them. Act as if whoever it is reads every answer."),
        since=line.alarm_at,
        action=say("Open what to do"),
        href=f"/inbox/{line.contact.id}",
    )


def _waiting(session: Session, line: Line, duty: Duty) -> Need:
    """Return the line of somebody who waits: the operators' on duty, everybody's if every hour counts."""
    contact, waited = line.contact, duty.now - line.waiting_since
    case = session.get(Case, contact.case_id) if contact.case_id else None
    mine = contact.urgency == "immediate" or (case is not None and case.coordinator_id == duty.me)
    return Need(
        urgency=Urgency.WAITING,
        tag=say("Waiting {time}", time=Span(waited)),
        what=_what(line),
        why=say("“{text}”", text=line.preview) if line.preview else say("Its first line is folded."),
        since=line.waiting_since,
        action=say("Answer") if line.answered else say("Read"),
        href=f"/inbox/{contact.id}",
        weight=_WEIGHT.get(contact.urgency, 0.2) * (waited / _HOUR + 0.1),
        holder_id="" if mine else duty.holder("operator"),
    )


def _what(line: Line) -> Message:
    who = shown_name(line.contact)
    if line.answered:
        return say("{who} wrote again", who=who)
    if line.contact.urgency == "immediate":
        return say("{who}: new, and every hour counts", who=who)
    return say("{who}: new, not yet answered", who=who)


def _second(contacts: list[Contact]) -> Need:
    """Return one line for all vettings that wait for a second reader; it leads to the oldest."""
    contact = min(contacts, key=lambda one: (one.changed_at, one.id))
    who, more = shown_name(contact), len(contacts) - 1
    return Need(
        urgency=Urgency.SECOND,
        tag=say("Second reader"),
        what=say_count(
            "Vetting of {who} and {n} other waits for you",
            "Vetting of {who} and {n} others waits for you",
            more,
            who=who,
        )
        if more
        else say("Vetting of {who} waits for you", who=who),
        why=say("A colleague believes it. Two of us must."),
        since=contact.changed_at,
        action=say("Read it"),
        href=f"/inbox/{contact.id}#vetting",
    )
