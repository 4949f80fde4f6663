"""What a proposed plan changes, as sentences."""

from __future__ import annotations

from leeward.base.say import Message, say
from leeward.plan.changes import Change, What
from leeward.plan.naming import Names, parties
from leeward.plan.reasons import Reason, Stop


def tell_change(change: Change, names: Names) -> list[Message]:
    """Return a change as a sentence, and why as another."""
    return [_told(change, names), *_why(change.why, names)]


def _told(change: Change, names: Names) -> Message:
    if change.what in {What.ESCORT, What.VISA_ESCORT}:
        return _told_escort(change, names)
    days = [names.day(day) if day is not None else None for day in (change.before_day, change.after_day)]
    if change.what == What.DEPARTURE:
        return _told_departure(change, days[0], days[1], names)
    if change.what == What.VISA:
        return _told_visa(days[0], days[1])
    return _told_nights(change, days[1], names)


def _told_departure(change: Change, before: object, after: object, names: Names) -> Message:
    if change.after is None:
        return say("No way out any more; it was {day}.", day=before or names.departure(change.before or ""))
    if change.before is None:
        return say("Leaves on {day}; there was no way out before.", day=after)
    if before is None:
        return say("Leaves on {day}; the way out that was promised is not there any more.", day=after)
    return say("Leaves on {day} instead of {before}.", day=after, before=before)


def _told_visa(before: object, after: object) -> Message:
    if after is None:
        return say("No appointment any more; it was on {day}.", day=before)
    if before is None:
        return say("A new appointment on {day}.", day=after)
    return say("The appointment is on {day} instead of {before}.", day=after, before=before)


def _told_nights(change: Change, day: object, names: Names) -> Message:
    if change.after is None:
        return say("No bed any more; it was in {place}.", place=names.place(change.before or ""))
    after = names.place(change.after)
    if change.before is None:
        return say("A bed in {place} from {day} on.", place=after, day=day)
    if change.what == What.NIGHTS:
        return say("Other nights: from {day} on in {place}.", place=after, day=day)
    return say("Sleeps first in {place} instead of {before}.", place=after, before=names.place(change.before))


def _told_escort(change: Change, names: Names) -> Message:
    after = names.member(change.after) if change.after else ""
    if change.what == What.ESCORT:
        if change.after is None:
            return say("Nobody travels along any more.")
        return say("{member} travels along.", member=after)
    if change.after is None:
        return say("Nobody goes to the consulate with them any more.")
    return say("{member} goes to the consulate with them.", member=after)


def _why(reason: Reason, names: Names) -> list[Message]:
    holders = parties(names, reason.holders)
    if reason.kind in {Stop.SEATS, Stop.SLOTS, Stop.BEDS} and reason.holders:
        return [say("What was promised is for {holders} now.", holders=holders)]
    if reason.kind == Stop.APART:
        return [say("They must not meet {holders}.", holders=holders)]
    if reason.kind == Stop.MONEY and reason.line:
        needed, line = names.money(reason.short), names.line(reason.line)
        return [say("It would need {money} more on {line}.", money=needed, line=line)]
    found = {
        Stop.GONE: say("What was promised is not there any more."),
        Stop.EXPOSED: say("The place is not safe any more."),
        Stop.FIXED: say("That was decided by hand."),
        Stop.NOT_READY: say("They are not ready for it."),
        Stop.PASSPORT: say("The passport is not good for long enough."),
        Stop.VISA_TIME: say("The visa cannot be ready in time."),
        Stop.AVOID: say("It is a way that they cannot take."),
        Stop.NO_PLACE: say("The place does not have what they need."),
        Stop.ESCORT: say("Nobody has the time to travel along."),
        Stop.VISA_ESCORT: say("Nobody has the time to go to the consulate with them."),
        Stop.SEATS: say("There are too few seats on it."),
        Stop.TOO_FEW_SEATS: say("There are too few seats on it."),
        Stop.SLOTS: say("There are too few appointments on that day."),
        Stop.BEDS: say("There are too few beds in it."),
        Stop.BETTER: say("This is better for them."),
        Stop.OTHERS: say("This is better for everybody together."),
    }.get(reason.kind)
    return [found] if found else []
