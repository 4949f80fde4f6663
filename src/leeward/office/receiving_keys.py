"""The team's keys to which partners seal what they refer to us.

1. They lie in a circle of their own, held by those who hold the hotline. Looking makes nothing; the first key makes
   the circle. Whoever makes a key or opens a file hands the circle to those who came since.
2. No record holds a secret half: it is derived from the circle's first key and a salt that is drawn anew each time
   and written under the newest one. A device that was cut off before knows the first and not the second.
3. A record counts as a key only if the public half in it is the one derived here, and only in a circle that nobody
   but holders of the hotline handed out: nobody else can put a key of their own in its place.
4. Once a device that could open the circle was cut off, the key is shown as to be renewed. The one before still opens
   for 90 days; what is sealed to an older one is refused with a sentence.
"""

from __future__ import annotations

import hmac

from leeward.base.say import say
from leeward.domain.cases.text import clean_name
from leeward.domain.circles import RECEPTION
from leeward.domain.errors import RuleBroken
from leeward.domain.receiving import ReceptionKey, opening_keys
from leeward.domain.team import Access, Rekey
from leeward.domain.typed import write_new
from leeward.ledger.store.vault import Compartment
from leeward.office.casework_base import require
from leeward.office.intake.see import has_intake
from leeward.office.session import Session
from leeward.office.team import grant_case, who_can_open
from leeward.seal.keys import Identity

_SALT = 32
_LABEL = b"leeward-reception-1 "


def receptions(session: Session) -> list[Compartment]:
    """Return the circles for this that are here and genuine, the oldest first (3)."""
    if not has_intake(session):
        return []
    trusted = {one.member_id for one in who_can_open(session, session.compartment_of("intake"))}
    found = []
    for circle in session.vault.compartments(RECEPTION):
        givers = {one.created_by for one in session.find(Access, compartment=circle.id)}
        if givers and givers <= trusted:
            found.append(circle)
    return sorted(found, key=lambda one: (one.made_at, one.id))


def keys(session: Session) -> list[ReceptionKey]:
    """Return the keys that open something now, the one to be given to partners first (3, 4)."""
    found = [
        one
        for circle in receptions(session)
        for one in session.find(ReceptionKey, compartment=circle.id)
        if one.recipient and one.recipient == identity_of(session, one).recipient().string()
    ]
    return opening_keys(found, session.now())


def identity_of(session: Session, key: ReceptionKey) -> Identity:
    """Return the secret half (2)."""
    _, first = session.vault.epochs_of(key.compartment)[0]
    return Identity.from_seed(hmac.digest(first.string().encode(), _LABEL + key.salt, "sha256"))


def own_face(session: Session) -> tuple[str, str]:
    """Return what partners call us and the key for their answers; two empty texts if there is none on this desk."""
    newest = next(iter(keys(session)), None)
    return (newest.called, newest.recipient) if newest is not None else ("", "")


def to_renew(session: Session, key: ReceptionKey) -> bool:
    """Tell whether a device that could derive this key was cut off since (4)."""
    rekeys = session.find(Rekey, compartment=key.compartment)
    return any(one.without and one.epoch > key.epoch for one in rekeys)


def make_key(session: Session, called: str) -> ReceptionKey:
    """Draw a new key; the one before still opens for a while. RuleBroken without the hotline's key."""
    name = clean_name(called, needed=True)
    circle = _circle(session)
    salt = session.chance.draw(_SALT)
    drawn = ReceptionKey(id=session.make_id(), compartment=circle, salt=salt, called=name)
    recipient = identity_of(session, drawn).recipient().string()
    epoch = session.vault.compartment(circle).epoch
    new = ReceptionKey(id=drawn.id, salt=salt, recipient=recipient, called=name, epoch=epoch)
    session.commit(circle, write_new(new))
    return require(session, ReceptionKey, new.id)


def hand_on(session: Session) -> None:
    """Hand the circles to those who hold the hotline and came since (1)."""
    wanted = {one.member_id for one in who_can_open(session, session.compartment_of("intake"))}
    for circle in receptions(session):
        grant_case(session, circle.id, wanted)


def _circle(session: Session) -> str:
    """Return where keys are written, made if need be (1)."""
    if not has_intake(session):
        raise RuleBroken(
            say("Only who holds the key of the hotline receives from partners."),
            kept=say("Nothing was changed."),
            next_step=say("Ask an operator or a coordinator."),
        )
    held = receptions(session)
    circle = held[0].id if held else session.vault.make_compartment(RECEPTION).id
    grant_case(session, circle, {session.member_id})
    hand_on(session)
    return circle
