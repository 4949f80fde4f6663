"""A new card for the page, after a device that held the hotline was cut off: one drafts it, a colleague confirms it.

1. A draft has a new box with drawn tokens. It is written only once the intake's newest key was made without every
   device that is out: none of them can read where the new box is.
2. Whoever confirms signs nothing that their own desk does not know to be so: key, box, heirs, questions, name.
3. Two devices of two members sign, heirs both of the card that the page shows now; the front takes nothing less. Where
   there are no two such, the card is handed to the relay by hand.
4. It reaches the page as the notice of the box that was asked until now; each former box keeps the card that followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from leeward.base.say import Message, say
from leeward.domain.errors import RuleBroken
from leeward.domain.intake.questions import Questionnaire, newest
from leeward.domain.team import PageCard, Team
from leeward.domain.today import Need, Urgency
from leeward.front.card import HEIRS_MOST, Card
from leeward.ledger.card import CARD_MOST
from leeward.ledger.model import put
from leeward.office.cards import check_intake_card, print_intake_card, witness_intake_card
from leeward.office.cutoff import holders, shut_out
from leeward.office.page_cards import PLACE_BITS, counting, newest_card, served, text_of
from leeward.office.session import Session
from leeward.office.team import team_of
from leeward.sync.outbox import Outbox

_PLACES = (1 << 21) - 1


class Renewal(msgspec.Struct, frozen=True):
    """How it stands with the page's card."""

    old_key: bool  # reports are sealed to a key that is not the newest
    waits: bool  # the new key of the intake is not made yet
    two: bool  # two members of the team are heirs of the card: they can change the page from their desks
    draft: PageCard | None  # the newest that could be confirmed
    may_confirm: bool
    drafted_by: str  # member id
    letters: (
        str  # the fingerprint that the page shows with the next card, if it were drafted here; or the draft's
    )
    letters_change: bool
    signer: str  # member id: whose computer's letters the page shows now; "" if nobody's who belongs
    here: bool  # that computer is this one
    not_heirs: tuple[str, ...]  # members who hold the hotline and are no heirs of the card yet
    letters_now: str  # the fingerprint that the newest card shows
    letters_were: str  # that of the card before, if it is another one; else ""


def standing(session: Session) -> Renewal | None:
    """Return how it stands with the page's card; None where this desk does not hold the hotline or knows no card."""
    team, card = _team_and_card(session)
    if team is None or card is None:
        return None
    roster, own = session.vault.roster(), session.vault.device.id
    draft = _draft(session, card)
    drafter = _signer(draft) if draft is not None else ""
    belongs = card.fingerprint in roster and not roster[card.fingerprint].removed_at
    letters = drafter or own
    heirs = {device for group in card.heirs for device in group}
    return Renewal(
        old_key=card.recipient != session.vault.recipient_of(session.compartment_of("intake")).string(),
        waits=_waits(session),
        two=_two(session, card),
        draft=draft,
        may_confirm=draft is not None and card.inherited_by(drafter, own),
        drafted_by=roster[drafter].member_id if drafter in roster else "",
        letters=letters,
        letters_change=letters != card.fingerprint,
        signer=roster[card.fingerprint].member_id if belongs else "",
        here=card.fingerprint == own,
        not_heirs=tuple(
            sorted(
                {roster[one].member_id for group in heirs_now(session) for one in group if one not in heirs}
            )
        ),
        letters_now=card.fingerprint,
        letters_were=_letters_before(session, team, card),
    )


def needs_now(session: Session) -> list[Need]:
    """Return the line of Today: the page needs a new card, or a colleague's draft waits for this member."""
    state = standing(session)
    if state is None or state.waits or not (state.old_key or (state.draft is not None and state.may_confirm)):
        return []
    what, action = say("The page needs a new card"), say("Give it a new one")
    why = say("New reports are still sealed to a key that a device which was cut off holds.")
    since = max((one.removed_at for one in session.vault.roster().values()), default=0)
    if state.draft is not None:
        since = state.draft.created_at
        why = say("It is drafted, and waits for a second person to confirm it at their own computer.")
    if state.draft is not None and state.may_confirm:
        what, action = say("Confirm the page's new card"), say("Look and confirm")
        why = say("A colleague made it. Until a second person confirms it, the old key is used.")
    return [
        Need(
            urgency=Urgency.LATE,
            tag=say("Intake page"),
            what=what,
            why=why,
            since=since,
            action=action,
            href="/safety/hotline#card",
        )
    ]


def heirs_now(session: Session) -> list[list[str]]:
    """Return the devices that hold the hotline and belong, by member: who may sign the card after the next."""
    roster, groups = session.vault.roster(), defaultdict(list)
    for device in sorted(holders(session, session.compartment_of("intake"))):
        if device in roster and not roster[device].removed_at:
            groups[roster[device].member_id].append(device)
    return sorted(group[:HEIRS_MOST] for group in groups.values())[:HEIRS_MOST]


def draft(session: Session) -> PageCard:
    """Draft the page's new card (1); durable when it returns. A colleague confirms it."""
    _, card = _team_and_card(session)
    if card is None or not _two(session, card):
        raise RuleBroken(
            say("The page's card does not name two colleagues who could change it together."),
            kept=say("Nothing was changed."),
            next_step=say("Make the new card for handing over, and give it to whoever runs the relay."),
        )
    if not any(session.vault.device.id in group for group in card.heirs):
        raise RuleBroken(
            say("The page's card does not know this computer yet, so it cannot sign the next one."),
            kept=say("Nothing was changed."),
            next_step=say("Ask a colleague who was with the hotline when the card was made."),
        )
    return make(session, by_hand=False)


def make(session: Session, *, by_hand: bool, asked: dict[str, Any] | None = None) -> PageCard:
    """Write a new card with a box of its own; one that is handed over by hand counts at once.

    `asked` are its questions instead of those that were published last.
    """
    if _waits(session):  # 1
        raise RuleBroken(
            say(
                "The hotline's new key is not made yet: a device that was cut off could read the new card's box."
            ),
            kept=say("Nothing was changed."),
            next_step=say(
                "Wait until Safety says that the new keys are out; it takes a minute with the relay."
            ),
        )
    team, before = _team_and_card(session)
    if team is None:
        raise RuleBroken(
            say("This desk does not know the team yet."), next_step=say("Wait for the first sync.")
        )
    intake, chance = session.compartment_of("intake"), session.chance
    box, read, write = (chance.draw(size).hex() for size in (16, 32, 32))
    heirs, place = heirs_now(session), ((before.number if before is not None else 0) >> PLACE_BITS) + 1
    number = place << PLACE_BITS | int.from_bytes(chance.draw(PLACE_BITS // 8))
    text = print_intake_card(
        session.vault.device.signing_key,
        session.vault.recipient_of(intake),
        team=team.name,
        languages=team.languages,
        box=box,
        write=write,
        questions=asked if asked is not None else _published(session),
        heirs=heirs if len(heirs) > 1 else None,
        number=number,
    )
    made = PageCard(
        id=session.make_id(),
        number=number,
        card=text,
        by_hand=by_hand,
        box=box,
        read=read,
        write=write,
        counts_since=session.now() if by_hand else 0,
    )
    session.save_new(intake, made)
    Outbox(session.vault, chance).make_box(box, read, write)
    if by_hand:
        circle = session.compartment_of("team")
        session.commit(circle, put("team", circle, card=text))
    return made


def confirm(session: Session, page_card_id: str) -> PageCard:
    """Sign a colleague's draft as the second device; from then on it is the page's card (2, 3)."""
    team, before = _team_and_card(session)
    one = session.get(PageCard, page_card_id)
    if one is None or team is None or before is None or text_of(one):
        raise RuleBroken(
            say("There is no such draft any more."),
            kept=say("Nothing was signed."),
            next_step=say("Look at the page again: a colleague may have confirmed it."),
        )
    wrong = _wrong(session, team, before, one)
    if wrong is not None:
        raise RuleBroken(
            wrong,
            kept=say("Nothing was signed, and the page is as it was."),
            next_step=say("Draft a new card, and let a colleague confirm that one."),
        )
    text = witness_intake_card(one.card, session.vault.device.signing_key)
    since = session.now()
    session.commit(one.compartment, put("page_card", one.id, witnessed=text, counts_since=since))
    mend(session)
    return msgspec.structs.replace(one, witnessed=text, counts_since=since)


def mend(session: Session) -> None:
    """Have the team's record name the newest card, if this desk confirmed or made it and died before it did."""
    team, card = _team_and_card(session)
    known = served(team.card) if team is not None else None
    cards = counting(session) if card is not None else []
    if not cards or card is None or session.vault.device.id not in {card.witness, card.fingerprint}:
        return
    if known is None or known.number < card.number:
        circle = session.compartment_of("team")
        session.commit(circle, put("team", circle, card=text_of(cards[-1])))


def _wrong(session: Session, team: Team, before: Card, one: PageCard) -> Message | None:
    """Return what is not so in a draft, as far as this desk knows (2); None if all of it is."""
    card = served(one.card)
    if card is None or len(one.card) > CARD_MOST:
        return say("The draft cannot be read.")
    signer = session.vault.roster().get(card.fingerprint)
    belongs = signer is not None and not signer.removed_at
    place, asked = card.number >> PLACE_BITS, card.questions.public() if card.questions is not None else None
    follows = before.number < card.number and place <= min((before.number >> PLACE_BITS) + 1, _PLACES)
    says = (card.team, list(card.languages), asked)
    checks = (
        (
            belongs and before.inherited_by(card.fingerprint, session.vault.device.id),
            say("The draft was not signed by a colleague who may change the page together with you."),
        ),
        (
            not _waits(session) and card.recipient == _newest(session),
            say("The draft is not sealed to the hotline's newest key."),
        ),
        (
            (card.box, card.write, card.number) == (one.box, one.write, one.number) and bool(one.read),
            say("The draft names another box than the one that was made for it."),
        ),
        (follows, say("The draft is older than the card that the page has.")),
        (
            [list(group) for group in card.heirs] == heirs_now(session),
            say("The draft does not name those who hold the hotline now."),
        ),
        (
            says == (team.name, list(team.languages), _published(session)),
            say("The draft asks something else than what was published, or has another name."),
        ),
    )
    return next((what for fine, what in checks if not fine), None)


def _letters_before(session: Session, team: Team, card: Card) -> str:
    """Return the fingerprint of the card before this one, if it is another one."""
    texts = [one.value for one in reversed(session.vault.history(team.id)) if one.field == "card"]
    before = (served(text) for text in texts if isinstance(text, str) and text)
    last = next((one for one in before if one is not None and one.number < card.number), None)
    return last.fingerprint if last is not None and last.fingerprint != card.fingerprint else ""


def _team_and_card(session: Session) -> tuple[Team | None, Card | None]:
    if not session.vault.compartments("intake") or not session.vault.compartments("team"):
        return None, None
    team = team_of(session)
    return team, newest_card(session, team.card) if team is not None else None


def _draft(session: Session, before: Card) -> PageCard | None:
    """Return the newest draft that follows the card and whose signer belongs."""
    roster = session.vault.roster()
    found = [
        one
        for one in session.find(PageCard)
        if one.card and not text_of(one) and one.number > before.number and _signer(one) in roster
    ]
    good = [one for one in found if not roster[_signer(one)].removed_at and _fits(session, one)]
    return max(good, key=lambda one: (one.created_at, one.id), default=None)


def _fits(session: Session, one: PageCard) -> bool:
    """Tell whether a draft still is of the newest key and what was published last: else another one is needed."""
    card = served(one.card)
    asked = card.questions.public() if card is not None and card.questions is not None else None
    return card is not None and card.recipient == _newest(session) and asked == _published(session)


def _signer(one: PageCard) -> str:
    card = served(one.card)
    return card.fingerprint if card is not None else ""


def _two(session: Session, card: Card) -> bool:
    """Tell whether two members who belong are heirs of the card (3)."""
    roster = session.vault.roster()

    def belongs(group: Sequence[str]) -> bool:
        return any(one in roster and not roster[one].removed_at for one in group)

    return sum(belongs(group) for group in card.heirs) > 1


def _waits(session: Session) -> bool:
    """Tell whether a device that is out holds the intake's newest key."""
    intake = session.vault.compartment(session.compartment_of("intake"))
    roster = session.vault.roster()
    out = {one for one in holders(session, intake.id) if one in roster and roster[one].removed_at}
    return bool(out - shut_out(session, intake))


def _newest(session: Session) -> str:
    return session.vault.recipient_of(session.compartment_of("intake")).string()


def _published(session: Session) -> dict[str, Any] | None:
    """Return the questions that were published last, as a card writes them."""
    version = newest(session.find(Questionnaire))
    if version is None or not version.card:
        return None
    asked: dict[str, Any] | None = check_intake_card(version.card).get("questions")
    return asked
