"""What clashes and what would resolve it, as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leeward.base.say import Message, say, say_count
from leeward.plan.lacks import Clash, Lack, Resolution, Thing
from leeward.plan.naming import Names, listed, parties


def tell_clash(clash: Clash, names: Names) -> list[Message]:
    """Return what clashes: one sentence for whom it is about, and one for each limit, days in a row as one."""
    who = parties(names, clash.parties)
    if clash.by is None:
        said = [
            say("These cannot all be kept for {who}; without any one of them it would be possible:", who=who)
        ]
    else:
        day = names.day(clash.by)
        said = [say("What keeps {who} from leaving by {day}:", who=who, day=day)]
    for limit, last in _rows(clash.limits):
        sentence = _limit(limit, last, names)
        if sentence not in said:
            said.append(sentence)
    return said


def tell_resolution(resolution: Resolution, names: Names) -> Message:
    """Return what would be enough, in one sentence."""
    needed = _together([_needed(lack, names) for lack in resolution.lacks])
    if resolution.departure is not None:
        departure = names.departure(resolution.departure)
        if not resolution.lacks:
            return say("{departure} is free.", departure=departure)
        return say("For {departure} this would be enough: {needed}.", departure=departure, needed=needed)
    if not resolution.enough:
        return say("This would help, but something else clashes too: {needed}.", needed=needed)
    return say("This would be enough: {needed}.", needed=needed)


def _together(things: Sequence[Message]) -> object:
    """Return all of these things; none is left out."""
    if len(things) < 3:
        return listed(things)
    return say("{one}, {other}", one=things[0], other=_together(things[1:]))


def _rows(limits: Iterable[Lack]) -> list[tuple[Lack, int]]:
    """Return limits of one kind on days in a row as the first of them, with the last day."""
    found: list[tuple[Lack, int]] = []
    for limit in sorted(limits, key=lambda one: (str(one.limit_of_all_days), one.first or 0)):
        last = limit.last or 0
        if found and limit.first is not None:
            before, end = found[-1]
            if before.limit_of_all_days == limit.limit_of_all_days and limit.first == end + 1:
                found[-1] = before, last
                continue
        found.append((limit, last))
    return found


def _shown(lack: Lack, last: int, names: Names) -> dict[str, object]:
    return {
        "party": names.party(lack.party) if lack.party else "",
        "other": names.party(lack.other) if lack.other else "",
        "place": names.place(lack.place) if lack.place else "",
        "departure": names.departure(lack.departure) if lack.departure else "",
        "country": names.country(lack.country) if lack.country else "",
        "member": names.member(lack.member) if lack.member else "",
        "line": names.line(lack.line) if lack.line else "",
        "first": names.day(lack.first or 0),
        "last": names.day(last),
        "money": names.money(lack.amount),
    }


def _with(sentence: Message, shown: dict[str, object]) -> Message:
    """Return a sentence with those of the values that stand in it."""
    text = sentence.text + sentence.plural
    values = {name: value for name, value in shown.items() if f"{{{name}}}" in text}
    return Message(sentence.text, {**sentence.values, **values}, sentence.plural, sentence.count)


def _limit(limit: Lack, last: int, names: Names) -> Message:
    return _with(_limit_text(limit, one_day=limit.first == last), _shown(limit, last, names))


def _limit_text(limit: Lack, *, one_day: bool) -> Message:
    by_days = {
        Thing.BEDS: (
            say("the beds of {place} in the night of {first}"),
            say("the beds of {place} in the nights from {first} to {last}"),
        ),
        Thing.SLOTS: (
            say("the appointments for {country} on {first}"),
            say("the appointments for {country} from {first} to {last}"),
        ),
        Thing.MINUTES: (
            say("the time of {member} on {first}") if limit.member else say("nobody escorts anybody"),
            say("the time of {member} from {first} to {last}"),
        ),
    }
    if limit.thing in by_days:
        single, several = by_days[limit.thing]
        return single if one_day else several
    if limit.thing == Thing.FIXED:
        return _fixed(limit)
    return {
        Thing.SEATS: say("the seats of {departure}"),
        Thing.TOGETHER: say("how many can be accompanied at once on {departure}"),
        Thing.MONEY: say("the money on {line}"),
        Thing.READY: say("the day from which {party} can travel"),
        Thing.PASSPORT: say("how long the passport of {party} is good"),
        Thing.VISA_TIME: say("how long a visa for {country} takes"),
        Thing.AVOID: say("the ways that {party} cannot take"),
        Thing.NEEDS: say("what {party} needs in a place"),
        Thing.APART: say("that {party} and {other} must not meet"),
        Thing.STATE: say("that {place} is not safe"),
    }.get(limit.thing, say("that {party} has a bed and must not lose it"))


def _fixed(limit: Lack) -> Message:
    return {
        "departure": say("the departure decided by hand for {party}"),
        "not_departures": say("the departures ruled out by hand for {party}"),
        "visa": say("the appointment decided by hand for {party}"),
        "stays": say("the nights decided by hand for {party}"),
        "places": say("the places decided by hand for {party}"),
        "not_places": say("the places ruled out by hand for {party}"),
    }.get(limit.word or "", say("the escort decided by hand for {party}"))


def _needed(lack: Lack, names: Names) -> Message:
    shown = _shown(lack, lack.last or 0, names)
    if lack.thing == Thing.FIXED:
        return say("to take back {decision}", decision=_with(_fixed(lack), shown))
    counted = {Thing.BEDS: _beds, Thing.SLOTS: _slots, Thing.MINUTES: _minutes}.get(lack.thing)
    if counted is not None:
        return _with(counted(lack.amount, one_day=lack.first == lack.last), shown)
    return _with(
        {
            Thing.SEATS: say_count("{n} seat on {departure}", "{n} seats on {departure}", lack.amount),
            Thing.MONEY: say("{money} on {line}"),
            Thing.READY: say("{party} ready by {last}"),
            Thing.PASSPORT: say("a passport of {party} that is good until {last}"),
        }.get(lack.thing, say("that a member takes more along on {departure}")),
        shown,
    )


def _beds(n: int, *, one_day: bool) -> Message:
    if one_day:
        return say_count(
            "{n} bed in {place} in the night of {first}", "{n} beds in {place} in the night of {first}", n
        )
    return say_count(
        "{n} bed in {place} in the nights from {first} to {last}",
        "{n} beds in {place} in the nights from {first} to {last}",
        n,
    )


def _slots(n: int, *, one_day: bool) -> Message:
    if one_day:
        return say_count(
            "{n} appointment for {country} on {last}", "{n} appointments for {country} on {last}", n
        )
    return say_count(
        "{n} appointment for {country} on any day from {first} to {last}",
        "{n} appointments for {country} on one day from {first} to {last}",
        n,
    )


def _minutes(n: int, *, one_day: bool) -> Message:
    if one_day:
        return say_count("{n} minute of {member} on {first}", "{n} minutes of {member} on {first}", n)
    return say_count(
        "{n} minute of {member} on each day from {first} to {last}",
        "{n} minutes of {member} on each day from {first} to {last}",
        n,
    )
