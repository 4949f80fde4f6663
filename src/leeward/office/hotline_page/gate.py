"""Who may write in: everybody, or for a while only those who have words already. The relay obeys as soon as it hears.

What was decided is a record of the intake; that the relay was told is this desk's own knowledge, so that a relay that
was away hears it when it is back, from whichever desk reaches it first. Saying it twice changes nothing.

A relay takes anything into a box without a gate, also what comes in no turn and so passes its quota and classes
(ADR 14). The desk that signed the intake card therefore says "open" once by itself, with its first sync after founding,
or after an upgrade; no other desk does so unasked, since one that has just joined may not know yet that it is closed.
"""

from __future__ import annotations

from leeward.base.ids import derive_id
from leeward.domain.intake.questions import Gate
from leeward.ledger.model import put
from leeward.office.hotline_page.questionnaire import signer
from leeward.office.session import Session
from leeward.office.team import hotline_of
from leeward.sync.port import Relay

_TOLD = "hotline.gate"  # device-only: what this desk last told the relay; unset: nothing yet


def gate_of(session: Session) -> Gate:
    """Return who may write in; `changed_by` decided it at `changed_at`."""
    intake = session.compartment_of("intake")
    record = derive_id("gate", intake)
    return session.get(Gate, record) or Gate(id=record, compartment=intake)


def set_gate(session: Session, *, known_only: bool) -> None:
    """Close the intake to known words only, or open it to everybody; durable when it returns."""
    there = gate_of(session)
    if there.known_only != known_only:
        session.commit(there.compartment, put("gate", there.id, known_only=known_only))


def gate_due(session: Session) -> bool:
    """Tell whether the relay has not heard the newest decision from this desk."""
    if not session.vault.compartments("intake"):
        return False
    told, wanted = session.vault.local_get(_TOLD), gate_of(session).known_only
    if told is None:
        return wanted or signer(session) == session.vault.device.id
    return bool(told) != wanted


def tell_gate(session: Session, relay: Relay) -> bool:
    """Tell the relay if it has not heard; True if it was told. Raises SyncError."""
    if not gate_due(session):
        return False
    wanted = gate_of(session).known_only
    hotline = hotline_of(session)
    relay.set_gate(hotline.box, hotline.read, known_only=wanted)
    session.vault.local_put(_TOLD, wanted)
    return True
