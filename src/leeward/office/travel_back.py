"""Coming back from a journey: a colleague lets the new computer in, and gives back what the traveller held.

1. The words alone do nothing: the new device counts only after a member wrote its card into the roster, and it gets
   nothing but what a member hands it.
2. It is let in as the traveller's only if the computer that left wrote the bond for just this key (ledger/roster.py);
   otherwise nothing is handed out.
3. The key of the words typed in the other order is not let in, and the colleague is told what it means.
4. Whatever the traveller put out of use stays out: the colleague's vote is added to theirs.
5. What a colleague leaves out is written down in that part, so that nobody gives it back by mistake.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from leeward.base.say import Message, Moment, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Task
from leeward.domain.circles import ERRANDS
from leeward.domain.team import Access, Member, Rekey
from leeward.domain.today import Need, Urgency
from leeward.domain.travel import Away, NotGivenBack
from leeward.domain.typed import Change
from leeward.ledger.model import put
from leeward.ledger.roster import card_paper, vote_paper
from leeward.ledger.store.vault import Compartment
from leeward.office.cards import DeviceCard, print_welcome, read_device_card
from leeward.office.cutoff import holders
from leeward.office.errors import CardRefused
from leeward.office.session import Session
from leeward.office.team import Admission, hand, plain_fingerprint, team_of

HERE = "/safety/travel"
_ASK_MS = 30 * 24 * 3600 * 1000  # so long colleagues are asked to give something back


class Line(msgspec.Struct, frozen=True):
    """One who is away or came back, as a page shows it."""

    away: Away
    name: str
    tasks: int  # theirs alone, that wait
    cases: int
    back: tuple[str, ...]  # parts that this desk could give back now
    cut_by: tuple[str, ...]  # colleagues who cut that computer off as lost meanwhile


def journeys(session: Session) -> list[Away]:
    """Return who is or was away, the newest first."""
    return sorted(session.find(Away), key=lambda one: -one.since)


def waited_for(session: Session) -> list[Away]:
    """Return who is away now."""
    return [one for one in journeys(session) if one.open]


def until_of(session: Session) -> dict[str, int]:
    """Return the members who are away, and until when (0: not said)."""
    return {one.member_id: one.until for one in waited_for(session)}


def held_before(session: Session, away: Away) -> list[Compartment]:
    """Return the parts besides the team's that the traveller held when they left and this desk holds."""
    return [
        one
        for one in session.vault.compartments()
        if one.kind not in {"team", ERRANDS}
        and away.device_id in holders(session, one.id)
        and not _was_shut(session, one.id, away)
    ]


def to_give(session: Session, away: Away) -> list[Compartment]:
    """Return what this desk could still give back, and nobody decided to leave out."""
    roster = session.vault.roster()
    device = roster.get(away.back_id)
    if not away.returned_at or device is None or device.removed_at or away.back_id == session.vault.device.id:
        return []
    return [
        one
        for one in held_before(session, away)
        if away.back_id not in holders(session, one.id)
        and not any(no.device_id == away.back_id for no in session.find(NotGivenBack, compartment=one.id))
    ]


def check_card(away: Away, card: DeviceCard) -> None:
    """Raise CardRefused unless this is the key that the traveller's words give (2, 3)."""
    if card.device_id == away.forced_id:
        raise _refused(
            say("The words were typed in the order that says: I am being forced."),
            say("Go on talking as if the line were bad. Treat them as taken: Safety, “in other hands?”."),
        )
    if not away.open or card.beside != away.device_id or card.device_id != away.back_id:
        raise _refused(
            say("That computer does not have the words of whoever left."),
            say("Let them type the words again. Who has lost them comes in as somebody new."),
        )


def admit_back(
    session: Session, untrusted_card: str, away_id: str, *, fingerprint: str, parts: Collection[str]
) -> Admission:
    """Let the traveller's new device in, and give back the team's part and these. CardRefused."""
    card, away = read_device_card(untrusted_card), session.get(Away, away_id)
    if away is None or card.device_id != plain_fingerprint(fingerprint):
        raise _refused(say("That computer does not have the words of whoever left."), say("Make a new code."))
    check_card(away, card)
    vault, circle = session.vault, session.compartment_of("team")
    session.commit(circle, card_paper(card.device_id, untrusted_card))
    device = vault.roster().get(card.device_id)
    if device is None or device.member_id != away.member_id:  # 2
        raise _refused(
            say("The computer that left did not say that this one is its owner's."),
            say("Let them come in as somebody new, and tell the team: somebody wrote a false record."),
        )
    now, before = session.now(), held_before(session, away)
    returned = put("away", away.id, returned_at=now, returned_by=session.member_id)
    session.commit(circle, returned, _votes(session, away))
    for_all = [vault.compartment(circle), *vault.compartments(ERRANDS)]
    chosen = [*for_all, *(one for one in before if one.id in parts)]
    for part in chosen:
        hand(session, part.id, {card.device_id: away.member_id})
    for part in before:
        if part.id not in parts:
            leave_out(session, away, part.id)
    team = team_of(session)
    welcome = print_welcome(
        vault.device.signing_key,
        team=team.name if team else "",
        relay=team.relay if team else "",
        member_id=away.member_id,
        device_id=card.device_id,
    )
    return Admission(away.member_id, card.device_id, tuple(one.kind for one in chosen), (), welcome)


def give_back(session: Session, away_id: str, parts: Collection[str]) -> None:
    """Give what is named of what this desk could give back."""
    away = session.get(Away, away_id)
    if away is not None:
        for part in to_give(session, away):
            if part.id in parts:
                hand(session, part.id, {away.back_id: away.member_id})


def leave_out(session: Session, away: Away, part: str) -> None:
    """Write down that a part is not given back (5)."""
    session.save_new(
        part,
        NotGivenBack(id=session.make_id(), device_id=away.back_id, at=session.now(), by=session.member_id),
    )


def keep_back(session: Session, away_id: str, parts: Collection[str]) -> None:
    """Decide that what is named is not given back."""
    away = session.get(Away, away_id)
    if away is not None:
        for part in to_give(session, away):
            if part.id in parts:
                leave_out(session, away, part.id)


def close(session: Session, away_id: str) -> None:
    """Wait for somebody no longer: their words bring nobody back from now on."""
    away = session.get(Away, away_id)
    if away is not None and away.open:
        session.commit(session.compartment_of("team"), put("away", away.id, closed_at=session.now()))


def lines(session: Session) -> list[Line]:
    """Return everybody who is away or came back lately."""
    names = {one.id: one.name for one in session.find(Member)}
    roster, now = session.vault.roster(), session.now()
    found = []
    for away in journeys(session):
        if away.closed_at or (away.returned_at and away.returned_at + _ASK_MS < now):
            continue
        device = roster.get(away.device_id)
        cut = [vote.member for vote in device.votes if vote.out] if device is not None else []
        found.append(
            Line(
                away,
                names.get(away.member_id, ""),
                *(_alone(session, away) if away.open else (0, 0)),
                back=tuple(one.id for one in to_give(session, away)),
                cut_by=tuple(one for one in cut if one != away.member_id),
            )
        )
    return found


def needs_now(session: Session) -> list[Need]:
    """Return what Today says: who is back and waits for keys, and what nobody holds while somebody is away."""
    found = []
    for line in lines(session):
        away, here = line.away, f"{HERE}#{line.away.id}"
        if line.back:
            what = say_count(
                "{name} is back: give again the {n} part that you hold",
                "{name} is back: give again the {n} parts that you hold",
                len(line.back),
                name=line.name,
            )
            why = say("They held it before they left; whoever let them in did not have it.")
            tag, urgency, since = say("Is back"), Urgency.SOON, away.returned_at
        elif away.open and away.until and away.until < session.now():
            what = say("{name} was expected back by {time}", name=line.name, time=Moment(away.until))
            why = say("They carry nothing with them, and can be reached only as you agreed.")
            tag, urgency, since = say("Still away"), Urgency.LATE, away.until
        elif line.tasks or line.cases:
            what = say(
                "{name} is away, and nobody else holds: tasks {tasks}, people {cases}",
                name=line.name,
                tasks=line.tasks,
                cases=line.cases,
            )
            why = (
                say("Until {time}.", time=Moment(away.until)) if away.until else say("Nobody knows how long.")
            )
            tag, urgency, since = say("Without anybody"), Urgency.SOON, away.since
        else:
            continue
        found.append(Need(urgency, tag, what, why, since, say("See"), here))
    return found


def _alone(session: Session, away: Away) -> tuple[int, int]:
    """Return how many open tasks and living cases are the traveller's, with nobody beside them who is here."""
    gone = set(until_of(session))
    cases = {one.id: one for one in session.find(Case) if one.living}
    theirs = [one for one in cases.values() if one.coordinator_id == away.member_id]
    tasks = [one for one in session.find(Task) if one.open and one.owner_id == away.member_id]
    return (
        sum(1 for one in tasks if one.second_id in {"", *gone}),
        sum(1 for one in theirs if one.deputy_id in {"", *gone}),
    )


def _votes(session: Session, away: Away) -> list[Change]:
    """Return this member's votes against all that the traveller put out of use on leaving (4)."""
    return [
        change
        for device, one in session.vault.roster().items()
        if device != session.vault.device.id and any(v.out and v.by == away.device_id for v in one.votes)
        if not any(v.out and v.member == session.member_id for v in one.votes)
        for change in vote_paper(device, out=True, at=session.now())
    ]


def _was_shut(session: Session, part: str, away: Away) -> bool:
    """Tell whether the part had a key before they left that was made without them."""
    given = [one.at for one in session.find(Access, compartment=part) if one.device_id == away.device_id]
    shut = [
        one.at
        for one in session.find(Rekey, compartment=part)
        if away.device_id in one.without and one.at < away.since
    ]
    return bool(shut) and max(shut) >= max(given, default=0)


def _refused(why: Message, next_step: Message) -> CardRefused:
    return CardRefused(why, kept=say("Nobody was let in."), next_step=next_step)
