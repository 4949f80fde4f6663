"""The reasons of a plan as sentences: what somebody who asks "why?" of a line is told."""

from __future__ import annotations

from leeward.base.say import Message, say
from leeward.plan.naming import Names, parties
from leeward.plan.reasons import Because, Last, Reason, Stop, Why


def tell(why: Why, names: Names) -> list[Message]:
    """Return why the party leaves as it does: its rank and last chance, what stops the next better way, and why."""
    said = [_leaving(why, names)]
    if why.ahead is not None and not (why.fixed and why.ahead.kind == Stop.FIXED):
        said.append(_ahead(why.ahead, why.ahead_day or 0, names))
        said += _because(why.ahead)
    return said


def tell_housing(why: Why, names: Names) -> list[Message]:
    """Return why the party waits outside, and why it moves."""
    said: list[Message] = []
    if why.housing is not None:
        said += [_outside(why, why.housing, names), *_because(why.housing)]
    if why.move is not None:
        said += [_moving(why.move, names), *_because(why.move)]
    return said


def _leaving(why: Why, names: Names) -> Message:
    if why.departure is None or why.day is None:
        return say("No way out was found within the days that were planned.")
    shown = {
        "day": names.day(why.day),
        "rank": why.rank,
        "all": why.leaving,
        "visa": names.day(why.visa_day or 0),
        "last": names.day(why.last_day or 0),
    }
    if why.fixed:
        return _with(say("Leaves on {day}, number {rank} of {all}: this was decided by hand."), shown)
    slots = {
        Last.PASSPORT: say(
            "Leaves on {day}, number {rank} of {all}: the appointment on {visa} is the last before the passport ends."
        ),
        Last.BOUND: say(
            "Leaves on {day}, number {rank} of {all}: with any appointment after {visa} the wait would be too long."
        ),
        Last.HORIZON: say(
            "Leaves on {day}, number {rank} of {all}: after {visa} there is no appointment that is of use."
        ),
    }
    departures = {
        Last.PASSPORT: say(
            "Leaves on {day}, number {rank} of {all}: the passport is good enough for departures until {last}, "
            "and this is the last of them."
        ),
        Last.HELD_VISA: say(
            "Leaves on {day}, number {rank} of {all}: this is the last departure while the visa is good."
        ),
        Last.BOUND: say(
            "Leaves on {day}, number {rank} of {all}: after this one the wait would be too long."
        ),
        Last.HORIZON: say("Leaves on {day}, number {rank} of {all}: there is no later departure."),
    }
    plain = say("Leaves on {day}, number {rank} of {all}.")
    known = slots.get(why.last_slot) if why.last_slot else None
    known = known or (departures.get(why.last_departure) if why.last_departure else None)
    return _with(known or plain, shown)


def _with(sentence: Message, shown: dict[str, object]) -> Message:
    """Return a sentence with those of the values that stand in it."""
    values = {name: value for name, value in shown.items() if f"{{{name}}}" in sentence.text}
    return Message(sentence.text, values)


def _ahead(reason: Reason, day: int, names: Names) -> Message:
    first, last = reason.day or 0, reason.last or 0
    shown = {
        "departure": names.departure(reason.departure) if reason.departure else "",
        "day": names.day(day),
        "holders": parties(names, reason.holders),
        "first": names.day(first),
        "last": names.day(last),
        "country": names.country(reason.country) if reason.country else "",
        "line": names.line(reason.line) if reason.line else "",
        "money": names.money(reason.short),
    }
    return _with(_ahead_text(reason), shown)


def _ahead_text(reason: Reason) -> Message:
    if reason.kind == Stop.SLOTS:
        if not reason.holders:
            return say(
                "{departure} on {day} would be better, but the consulate does not see so many at once."
            )
        if reason.day == reason.last:
            return say(
                "{departure} on {day} would be better, but the appointment on {first} is for {holders}."
            )
        return say(
            "{departure} on {day} would be better, but the appointments from {first} to {last} are for {holders}."
        )
    if reason.kind == Stop.VISA_TIME and reason.day is None:
        return say("There is no appointment for {country}.")
    return {
        Stop.SEATS: say("{departure} on {day} would be better, but its seats are for {holders}."),
        Stop.TOO_FEW_SEATS: say(
            "{departure} on {day} would be better, but it has too few seats for all of them."
        ),
        Stop.MONEY: say("{departure} on {day} would be better, but {money} more would be needed on {line}."),
        Stop.ESCORT: say("{departure} on {day} would be better, but nobody has the time to travel along."),
        Stop.VISA_ESCORT: say(
            "{departure} on {day} would be better, but nobody has the time to go to the consulate with them."
        ),
        Stop.APART: say(
            "{departure} on {day} would be better, but {holders} will be on it, and they must not meet."
        ),
        Stop.FIXED: say("{departure} on {day} would be better, but it was decided otherwise by hand."),
        Stop.PROMISED: say(
            "{departure} on {day} would be earlier, but that is not worth a change of what was promised."
        ),
        Stop.NOT_READY: say("Nothing earlier is possible: not ready before {first}."),
        Stop.AVOID: say("{departure} on {day} is earlier, but is a way that they cannot take."),
        Stop.PASSPORT: say(
            "{departure} on {day} is not possible: the passport is good enough only until {first}."
        ),
        Stop.VISA_TIME: say(
            "Nothing earlier is possible: a visa for {country} cannot be ready before {first}."
        ),
    }.get(
        reason.kind,
        say("{departure} on {day} would be better, and nothing stops it: this plan can still be improved."),
    )


def _outside(why: Why, reason: Reason, names: Names) -> Message:
    until = why.inside_from if why.inside_from is not None else (reason.last or 0) + 1
    shown = {
        "until": names.day(until),
        "night": names.day(reason.last or 0),
        "first": names.day(reason.day or 0),
        "place": names.place(reason.place) if reason.place else "",
        "holders": parties(names, reason.holders),
        "line": names.line(reason.line) if reason.line else "",
        "money": names.money(reason.short),
    }
    if reason.kind == Stop.BEDS and not reason.holders:
        return _with(say("Without a bed until {until}: no place has enough of them."), shown)
    return _with(
        {
            Stop.BEDS: say(
                "Without a bed until {until}: those that would do are for {holders} in the night of {night}."
            ),
            Stop.NO_PLACE: say("Without a bed until {until}: no place has what is needed and beds enough."),
            Stop.MONEY: say("Without a bed until {until}: {money} more would be needed on {line}."),
            Stop.APART: say(
                "Without a bed until {until}: where one is free there are {holders}, and they must not meet."
            ),
            Stop.FIXED: say("Without a bed until {until}: the nights were decided by hand."),
        }.get(reason.kind, say("{place} has a bed from {first} on: this plan can still be improved.")),
        shown,
    )


def _moving(reason: Reason, names: Names) -> Message:
    shown = {
        "night": names.day(reason.last or 0),
        "place": names.place(reason.place) if reason.place else "",
        "holders": parties(names, reason.holders),
        "line": names.line(reason.line) if reason.line else "",
        "money": names.money(reason.short),
    }
    if reason.kind == Stop.BEDS and not reason.holders:
        return _with(say("{place} has too few beds in the night of {night}, so they move."), shown)
    return _with(
        {
            Stop.BEDS: say("In the night of {night} the beds of {place} are for {holders}, so they move."),
            Stop.NO_PLACE: say("{place} does not have what they need, so they move."),
            Stop.MONEY: say("They move: to stay in {place}, {money} more would be needed on {line}."),
            Stop.APART: say("{holders} will be in {place}, and they must not meet, so they move."),
            Stop.FIXED: say("That they leave {place} was decided by hand."),
        }.get(reason.kind, say("They could stay in {place}: this plan can still be improved.")),
        shown,
    )


def _because(reason: Reason) -> list[Message]:
    """Return why it is the others who have it: all of them for one reason."""
    return {
        Because.FIXED: [say("That was decided by hand.")],
        Because.PROMISED: [say("That was promised.")],
        Because.LAST_CHANCE: [say("For each of those it is the last chance.")],
        Because.RISK: [say("Each of those is in greater danger.")],
        Because.MORE_TOGETHER: [say("Those together are in greater danger.")],
        Because.UNKNOWN: [],
    }[reason.because]
