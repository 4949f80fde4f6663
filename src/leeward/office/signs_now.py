"""Which signs of life are missing now, who is asked to find out, and when that changes by the clock alone.

1. Every desk that can open the case reckons for itself, by its own clock: no desk waits for another to notice.
2. What is missing stands on top of Today on every such desk. One person is asked first; whoever reads it may do it.
3. Who is asked has a while; if nothing is noted by then, everybody is. So nobody has to know whose desk is closed.
4. Each rung asks by its own time, whether or not the one before was tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import msgspec

from leeward.base.say import Message, Moment, say
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import ALARMING, CheckIn, CheckInState
from leeward.domain.cases.ladder import LADDER, MINUTE, Ladder, Rung
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import Note
from leeward.ledger.store.vault import Vault
from leeward.office.around import member
from leeward.office.duty import Duty, duty_of
from leeward.office.ladders import case_ladder, team_ladder
from leeward.office.session import Session
from leeward.office.signs_words import sign_in_words

ALONE = 10 * MINUTE  # for so long whoever is asked first is asked alone


class Climb(msgspec.Struct, frozen=True):
    """How far a missed one has climbed."""

    rung: Rung  # what is to be done now
    since: int  # when it became due
    asked_id: str  # the member who is asked first; "": whoever reads it
    tried: Note | None  # what was last tried since then
    next_rung: Rung | None
    next_at: int  # 0: it was the last


class Missing(msgspec.Struct, frozen=True):
    """A sign of life that is missing, or an alarm in one."""

    one: CheckIn
    case: Case
    state: CheckInState
    climb: Climb | None  # of a missed one


class Watched(msgspec.Struct, frozen=True):
    """What every page shows of it; `turn` counts whatever the clock changed."""

    generation: int
    until: int  # the next moment at which something changes; 0: none
    count: int = 0
    newest: int = 0  # when the newest of them began to be missing, or a step of it came due
    turn: int = 0


_kept: WeakKeyDictionary[Vault, Watched] = WeakKeyDictionary()


class Ladders:
    """The ladders of all cases, read once."""

    def __init__(self, session: Session) -> None:
        self._team = team_ladder(session)
        mine = {one.case_id for one in session.find(Ladder) if one.case_id}
        self._cases = {case_id: case_ladder(session, case_id) for case_id in mine}

    def of(self, one: CheckIn) -> tuple[Rung, ...]:
        """Return the ladder that holds for a check-in."""
        return one.steps(self._cases.get(one.case_id) or self._team)


def watched(session: Session) -> Watched:
    """Return how many are missing now; reckoned anew only if the vault or the clock gave reason to."""
    now, generation = session.now(), session.vault.generation
    kept = _kept.get(session.vault)
    if kept is not None and kept.generation == generation and not 0 < kept.until <= now:
        return kept
    fresh = _reckon(session, now, generation, kept)
    _kept[session.vault] = fresh
    return fresh


def _reckon(session: Session, now: int, generation: int, kept: Watched | None) -> Watched:
    living = {case.id: case.compartment for case in session.find(Case) if case.living}
    ladders = Ladders(session)
    count = newest = until = 0
    for one in session.find(CheckIn):
        if living.get(one.case_id) != one.compartment:
            continue
        turn = one.next_turn(now, ladders.of(one))
        until = min(until, turn) if until and turn else until or turn
        if one.state(now) not in ALARMING:
            continue
        count += 1
        began = [sign.at for sign in one.standing()] or [
            one.missed_at + rung.after for rung in ladders.of(one) if one.missed_at + rung.after <= now
        ]
        newest = max(newest, one.missed_at if not began else max(began))
    turn = 0 if kept is None else kept.turn + (0 < kept.until <= now)
    return Watched(generation, until, count, newest, turn)


def missing(session: Session, case_id: str = "") -> list[Missing]:
    """Return what is missing now, of one case or of all that this desk can read: alarms first, then the longest."""
    now, duty, ladders = session.now(), duty_of(session), Ladders(session)
    cases = {case.id: case for case in session.find(Case) if case.living}
    found = []
    for one in session.find(CheckIn, **({"case_id": case_id} if case_id else {})):
        state, case = one.state(now), cases.get(one.case_id)
        if case is None or one.compartment != case.compartment or state not in ALARMING:
            continue
        climb = _climb(one, case, ladders.of(one), duty) if state == CheckInState.MISSED else None
        found.append(Missing(one, case, state, climb))
    return sorted(found, key=lambda it: (it.state == CheckInState.MISSED, it.one.due, it.one.id))


def _climb(one: CheckIn, case: Case, ladder: tuple[Rung, ...], duty: Duty) -> Climb:
    now = duty.now
    reached = [rung for rung in ladder if one.missed_at + rung.after <= now]
    rung = max(reached, key=lambda rung: rung.after, default=ladder[0] if ladder else LADDER[0])
    ahead = min((rung for rung in ladder if one.missed_at + rung.after > now), key=_after, default=None)
    since = one.missed_at + rung.after
    last = one.tried[-1] if one.tried and one.tried[-1].at >= since else None
    asked = "" if now >= since + ALONE and last is None else _asked(rung, one, case, duty)  # 3
    return Climb(rung, since, asked, last, ahead, one.missed_at + ahead.after if ahead else 0)


def _after(rung: Rung) -> int:
    return rung.after


def _asked(rung: Rung, one: CheckIn, case: Case, duty: Duty) -> str:
    """Return who is asked first; "" for whoever reads it, and if none of those is on duty."""
    waits = (one.who_id, one.second_id, case.coordinator_id, case.deputy_id)
    match rung.asks:
        case "everyone":
            return ""
        case "advocate":
            found = duty.holder("advocate")
        case "coordinator":
            found = duty.holder("coordinator", case.coordinator_id, case.deputy_id)
        case "deputy":
            found = duty.holder("coordinator", case.deputy_id, one.second_id, case.coordinator_id)
        case "duty":
            found = "" if duty.here else min(duty.others, default="")
        case _:
            found = duty.holder("coordinator", *waits)
    return found if found in duty.others else ""


def needs(session: Session) -> Iterator[Need]:
    """Yield the lines of Today. Rule 2."""
    for it in missing(session):
        href = f"/people/{it.case.id}?tab=work#check-{it.one.id}"
        if it.state == CheckInState.FORCED:
            yield _forced(it, href)
        elif it.state == CheckInState.HELP:
            yield _help(it, href)
        else:
            yield _missed(session, it, href)


def _forced(it: Missing, href: str) -> Need:
    return Need(
        Urgency.ALARM,
        say("Alarm in a check-in"),
        say("{who} used the word for being forced", who=it.case.called),
        say("Write nothing to them about places or days until somebody knows more."),
        min((sign.at for sign in it.one.standing()), default=it.one.due),
        say("See what to do"),
        href,
    )


def _help(it: Missing, href: str) -> Need:
    at = min((sign.at for sign in it.one.standing()), default=it.one.due)
    return Need(
        Urgency.MISSED,
        say("Needs help"),
        say("{who} answered at {time}: help is needed", who=it.case.called, time=Moment(at)),
        say("“{text}”", text=sign.text) if (sign := it.one.standing()[0]).text else say("Without any words."),
        at,
        say("See what to do"),
        href,
    )


def _missed(session: Session, it: Missing, href: str) -> Need:
    assert it.climb is not None
    return Need(
        Urgency.MISSED,
        say("Missed check-in"),
        say("{who} was to give a sign of life at {time}", who=it.case.called, time=Moment(it.one.due)),
        in_words(session, it.climb),
        it.one.due,
        say("Follow it up"),
        href,
        check_id=it.one.id,
        tried=it.climb.tried is not None,
    )


def in_words(session: Session, climb: Climb) -> Message:
    """Return what is to be done now, by whom, and what was tried."""
    step = climb.rung.words
    if climb.tried is not None:
        done = tried_words(climb.tried)
        if climb.next_rung is None:
            return say(
                "{step} Tried at {time}: {outcome}.", step=step, time=Moment(climb.tried.at), outcome=done
            )
        return say(
            "Tried at {time}: {outcome}. At {next}: {step}",
            time=Moment(climb.tried.at),
            outcome=done,
            next=Moment(climb.next_at),
            step=climb.next_rung.words,
        )
    if climb.asked_id:
        return say("{step} {name} is asked first.", step=step, name=member(session, climb.asked_id).name)
    return step


def tried_words(tried: Note) -> Message:
    """Return what came of a try."""
    return sign_in_words(tried.value if isinstance(tried.value, dict) else {})
