"""Who may write in: everybody, or for a while only those who have words already. The relay obeys as soon as it hears.

What was decided is a record of the intake; that the relay was told is this desk's own knowledge, so that a relay that
was away hears it when it is back, from whichever desk reaches it first. Saying it twice changes nothing.

A relay takes anything into a box without a gate, also what comes in no turn and so passes its quota and classes
(ADR 14). The desk that signed the intake card therefore says "open" once by itself, with its first sync after founding,
or after an upgrade; no other desk does so unasked, since one that has just joined may not know yet that it is closed.
"""

from __future__ import annotations

from typing import Any

from leeward.base.ids import derive_id
from leeward.domain.intake.questions import Gate
from leeward.domain.team import Hotline
from leeward.ledger.model import put
from leeward.office.page_cards import first_hotline, hotlines_read, newest_card
from leeward.office.session import Session
from leeward.office.team import team_of
from leeward.sync.errors import SyncError
from leeward.sync.port import Relay

_TOLD = "hotline.gate"  # device-only: by box, what this desk last told the relay


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
    """Tell whether the relay has not heard the newest decision from this desk, for one of the boxes."""
    return bool(_due(session))


def tell_gate(session: Session, relay: Relay) -> bool:
    """Tell the relay what it has not heard; True if it was told. Raises SyncError after trying every box."""
    trouble: SyncError | None = None
    due, wanted = (
        _due(session),
        gate_of(session).known_only if session.vault.compartments("intake") else False,
    )
    for one in due:
        try:
            relay.set_gate(one.box, one.read, known_only=wanted)
        except SyncError as error:
            trouble = error
            continue
        session.vault.local_put(_TOLD, {**_told(session), one.box: wanted})
    if trouble is not None:
        raise trouble
    return bool(due)


def _due(session: Session) -> list[Hotline]:
    if not session.vault.compartments("intake"):
        return []
    told, wanted, boxes = _told(session), gate_of(session).known_only, hotlines_read(session)
    first = wanted or session.vault.device.id in _signers(session)
    return [one for one in boxes if (first if one.box not in told else told[one.box] != wanted)]


def _signers(session: Session) -> set[str]:
    """Return the devices that signed the newest card: who signed last knows best whether the intake is closed."""
    team = team_of(session)
    card = newest_card(session, team.card) if team is not None else None
    return {card.fingerprint, card.witness} if card is not None else {""}


def _told(session: Session) -> dict[str, bool]:
    raw: Any = session.vault.local_get(_TOLD)
    if isinstance(raw, bool):  # as it was kept when there was but one box
        return {first_hotline(session).box: raw}
    return dict(raw) if isinstance(raw, dict) else {}
