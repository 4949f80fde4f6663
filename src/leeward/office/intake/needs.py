"""What intake puts on Today: alarms, people who wait, what follows from danger, what waits for a second reader.

That nobody has looked stands above every page, Today among them (office/intake/view.py): once is enough.
"""

from __future__ import annotations

from collections.abc import Sequence

from leeward.base.say import Code, Message, Moment, Span, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.intake import Contact, Line, decision_waits, is_flood, rows_of, vetting_of, warned
from leeward.domain.today import Need, Urgency
from leeward.office.duty import Duty, duty_of
from leeward.office.intake.danger import linked_to
from leeward.office.intake.hands import holder_of
from leeward.office.intake.see import damaged, queue
from leeward.office.session import Session
from leeward.sync.outbox import Outbox

_HOUR = 3_600_000
_WEIGHT = {"immediate": 8.0, "urgent": 4.0, "high": 2.0, "": 3.0, "standard": 1.0, "information": 0.3}


def needs_now(session: Session) -> list[Need]:
    """Return the lines of Today that come from intake."""
    duty = duty_of(session)
    lines = queue(session)
    needs = [_alarm(line) for line in lines if line.alarm_at]
    waiting = [line for line in lines if line.waiting_since and not line.alarm_at]
    strangers = [line for line in waiting if _is_stranger(line)] if is_flood(lines) else []
    if strangers:
        needs.append(_flood(strangers))
        waiting = [line for line in waiting if not _is_stranger(line)]
    needs += [_waiting(session, row.line, duty) for row in rows_of(waiting)]  # the same junk once
    for line in lines:
        needs += _of_danger(session, line)
    needs += _readers(session, [line.contact for line in lines], duty.now)
    needs += _unreadable(session)
    needs += _not_taken(session, lines)
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


def _is_stranger(line: Line) -> bool:
    return not (line.known or line.contact.urgency or line.urgent_at or line.claim)


def _flood(strangers: Sequence[Line]) -> Need:
    """Return one line for all strangers of a flood: a list of hundreds helps nobody."""
    since = min(line.waiting_since for line in strangers)
    return Need(
        urgency=Urgency.WAITING,
        tag=say("Many at once"),
        what=say_count("{n} stranger waits unread", "{n} strangers wait unread", len(strangers)),
        why=say("Whoever we know, and whoever says that it is urgent, stands above."),
        since=since,
        action=say("Read"),
        href="/inbox",
    )


def _waiting(session: Session, line: Line, duty: Duty) -> Need:
    """Return the line of somebody who waits: whoever took them, the operators' on duty, everybody's if hours count."""
    contact, waited = line.contact, duty.now - line.waiting_since
    case = session.get(Case, contact.case_id) if contact.case_id else None
    taken = holder_of(session, line)
    hours = contact.urgency == "immediate"
    mine = taken == duty.me or hours or (case is not None and case.coordinator_id == duty.me)
    urgency = contact.urgency or ("urgent" if line.urgent_at else "")
    return Need(
        urgency=Urgency.WAITING,
        tag=say("Waiting {time}", time=Span(waited)),
        what=_what(line),
        why=say("“{text}”", text=line.preview) if line.preview else say("Its first line is folded."),
        since=line.waiting_since,
        action=say("Answer") if line.answered else say("Read"),
        href=f"/inbox/{contact.id}",
        weight=_WEIGHT.get(urgency, 0.2) * (waited / _HOUR + 0.1),
        holder_id="" if mine else taken or duty.holder("operator"),
    )


def _what(line: Line) -> Message:
    who = shown_name(line.contact)
    if line.answered:
        return say("{who} wrote again", who=who)
    if line.contact.urgency == "immediate":
        return say("{who}: new, and every hour counts", who=who)
    if line.urgent_at:
        return say("{who}: new, and says that it is urgent", who=who)
    return say("{who}: new, not yet answered", who=who)


def _of_danger(session: Session, line: Line) -> list[Need]:
    """Return what follows from an ending, and from somebody in other hands for those linked with them."""
    contact, needs = line.contact, []
    if line.ended_at and contact.ended_done_at < line.ended_at:
        needs.append(
            Need(
                urgency=Urgency.SOON,
                tag=say("Ended"),
                what=say("{who} asks us to end it and to erase what they wrote", who=shown_name(contact)),
                why=say("Nobody can write to them any more. What is left to erase is listed there."),
                since=line.ended_at,
                action=say("See what is left"),
                href=f"/inbox/{contact.id}#ended",
            )
        )
    if line.captured_since:
        needs += [
            Need(
                urgency=Urgency.EXPOSED,
                tag=say("May be known"),
                what=say(
                    "{who} is linked to {other}, who may be in other hands",
                    who=shown_name(other),
                    other=shown_name(contact),
                ),
                why=say("Whatever the one knew of the other counts as known."),
                since=line.captured_since,
                action=say("Warn them"),
                href=f"/people/{other.case_id}" if other.case_id else f"/inbox/{other.id}",
            )
            for other in linked_to(session, contact)
            if other.id not in warned([contact, *line.parts], line.captured_since)
        ]
    return needs


def _readers(session: Session, contacts: Sequence[Contact], now: int) -> list[Need]:
    """Return what waits for a second reader, and which vetting is too old."""
    mine = session.member_id
    graded = [
        one
        for one in contacts
        if one.vetting == "partly" and one.vetting_by not in {"", mine} and not one.vetting_second_by
    ]
    decided = [one for one in contacts if decision_waits(one) and one.decision_by != mine]
    old = [one for one in contacts if vetting_of(one, now) == "again"]
    needs = [_second(graded)] if graded else []
    needs += [_decision(one) for one in decided]
    if old:
        needs.append(_again(min(old, key=lambda one: (one.vetting_until, one.id)), len(old)))
    return needs


def _second(contacts: Sequence[Contact]) -> Need:
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


def _decision(contact: Contact) -> Need:
    who = shown_name(contact)
    declined = contact.decision == "decline"
    return Need(
        urgency=Urgency.SECOND,
        tag=say("Second reader"),
        what=say("To decline {who} waits for you", who=who)
        if declined
        else say("To move {who} waits for you", who=who),
        why=say("Nobody is turned away, or moved near danger, by one person alone."),
        since=contact.changed_at,
        action=say("Read it"),
        href=f"/inbox/{contact.id}#decision",
    )


def _again(contact: Contact, count: int) -> Need:
    who = shown_name(contact)
    return Need(
        urgency=Urgency.SOON,
        tag=say("Check again"),
        what=say_count(
            "What we believed of {who} is too old",
            "What we believed of {who} and others is too old",
            count,
            who=who,
        ),
        why=say("A vetting holds until its day. People change hands."),
        since=contact.vetting_until,
        action=say("Check again"),
        href=f"/inbox/{contact.id}#vetting",
    )


def _not_taken(session: Session, lines: Sequence[Line]) -> list[Need]:
    """Return who cannot be reached with their words, until somebody settles it: known to the desk that sent it."""
    refusing = Outbox(session.vault, session.chance).refusing()
    return [
        Need(
            urgency=Urgency.WAITING,
            tag=say("Not delivered"),
            what=say("{who} cannot get our answer", who=shown_name(line.contact)),
            why=say("Their mailbox refuses it. Reach them another way, or mark that it needs no answer."),
            since=last.created_at,
            action=say("Open"),
            href=f"/inbox/{line.contact.id}",
        )
        for line in lines
        if refusing and any(way.box in refusing for way in line.contact.ways) and not line.ended_at
        if (last := line.last) is not None and line.contact.settled_at < last.created_at
    ]


def _unreadable(session: Session) -> list[Need]:
    unread = damaged(session)
    if not unread:
        return []
    return [
        Need(
            urgency=Urgency.WAITING,  # after everybody whose words can be read
            tag=say("Unreadable"),
            what=say("Something came in that cannot be read"),
            why=say("It is kept as it came. It may be damaged, or not meant for us."),
            since=min(one.created_at for one in unread),
            action=say("Look at it"),
            href="/inbox#unreadable",
        )
    ]
