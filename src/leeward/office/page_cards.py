"""The boxes of the hotline, and the cards that brought them: which one is the newest, and which are still read.

1. The box of the founding comes first. Each later one came with a page card: a record of the intake circle, which
   counts once a second member has signed its card, or once it was said to be handed over by hand (ADR 34).
2. A record counts only if its card is signed by a device that is on the roster, is for its own box, and is sealed to a
   key of ours: one that names somebody else's is as if it were not there.
3. The highest number is the newest. A box that was replaced is read until nothing has come in it for 90 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from leeward.domain.team import Hotline, PageCard
from leeward.front.card import Card, check_card
from leeward.front.errors import CardRefused as NotServed
from leeward.office.cards import check_intake_card
from leeward.office.errors import CardRefused
from leeward.office.session import Session

_CAME = "hotline.came"  # device-only: by box that was replaced, when something last came in it
_READ_ON_MS = 90 * 24 * 3_600_000
PLACE_BITS = 32  # of a number, below its place in the row


def counting(session: Session) -> list[PageCard]:
    """Return the page cards that count (2), the oldest first."""
    found = [one for one in session.find(PageCard) if text_of(one) and _is_ours(session, one)]
    return sorted(found, key=lambda one: (one.number, one.id))


def text_of(one: PageCard) -> str:
    """Return a page card's text as a front takes it; "" for a draft."""
    return one.witnessed or (one.card if one.by_hand else "")


def first_hotline(session: Session) -> Hotline:
    """Return the box of the founding."""
    intake = session.compartment_of("intake")
    return session.get(Hotline, intake) or Hotline(id=intake, compartment=intake)


def newest_hotline(session: Session) -> Hotline:
    """Return the box that the newest card names; LedgerError without the intake keys."""
    return every_hotline(session)[0]


def every_hotline(session: Session) -> list[Hotline]:
    """Return all boxes that the hotline ever had, the newest first (3)."""
    first = first_hotline(session)
    later = [Hotline(**_place(one, first)) for one in counting(session)]
    return [*reversed(later), first]


def hotlines_read(session: Session) -> list[Hotline]:
    """Return the boxes that are read now, the newest first (3)."""
    every = [one for one in every_hotline(session) if one.box]
    came, now = _came(session), session.now()
    since = {one.box: one.counts_since for one in counting(session)}
    kept, replaced_at = [], 0
    for one in every:
        if not replaced_at or max(replaced_at, came.get(one.box, 0)) + _READ_ON_MS > now:
            kept.append(one)
        replaced_at = since.get(one.box, replaced_at)
    return kept


def note_came(session: Session, box: str) -> None:
    """Remember that something came in a box now: it is read on."""
    session.vault.local_put(_CAME, {**_came(session), box: session.now()})


def newest_card(session: Session, team_card: str) -> Card | None:
    """Return the card that the page's next one must follow, of the newest page card, else the team's; None if bad."""
    cards = counting(session) if session.vault.compartments("intake") else []
    return served(text_of(cards[-1]) if cards else team_card)


@lru_cache(maxsize=64)
def served(text: str) -> Card | None:
    """Return a card as a front reads it; None if it takes none such."""
    try:
        return check_card(check_intake_card(text))
    except (CardRefused, NotServed):
        return None


def is_ours(session: Session, card: Mapping[str, Any]) -> bool:
    """Tell whether a checked card is sealed to a key of ours and goes to a box of ours, as far as is known here."""
    if not session.vault.compartments("intake"):
        return True
    keys = session.vault.identities_of(session.compartment_of("intake"))
    known = {one.box for one in every_hotline(session)} | {one.box for one in session.find(PageCard)}
    return card.get("recipient") in {key.recipient().string() for key in keys} and card.get("box") in known


def _is_ours(session: Session, one: PageCard) -> bool:
    card = served(text_of(one))
    if card is None or (card.box, card.write, card.number) != (one.box, one.write, one.number):
        return False
    if one.witnessed and not card.witness:
        return False
    ours = {key.recipient().string() for key in session.vault.identities_of(session.compartment_of("intake"))}
    roster = session.vault.roster()
    return (
        card.recipient in ours and card.fingerprint in roster and (card.witness or card.fingerprint) in roster
    )


def _place(one: PageCard, first: Hotline) -> dict[str, Any]:
    return {
        "id": first.id,
        "compartment": first.compartment,
        "box": one.box,
        "read": one.read,
        "write": one.write,
    }


def _came(session: Session) -> dict[str, int]:
    raw: Any = session.vault.local_get(_CAME)
    return dict(raw) if isinstance(raw, dict) else {}
