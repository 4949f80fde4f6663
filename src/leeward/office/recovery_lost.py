"""Which bundles of shares were named for an erasure that does not go on here: what they shared is shared out anew.

Names are believed of everybody: sharing a part out once more costs some kilobytes, and takes nothing from anybody.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from leeward.domain.erasing import Erasure, Standing, begun_by, bundles, standing
from leeward.ledger.store.vault import Vault
from leeward.office.erasing import belonging, erasures, seen_since
from leeward.office.session import Session

_lost: WeakKeyDictionary[Vault, tuple[int, frozenset[str]]] = WeakKeyDictionary()
"""What was found in each vault, and at which change of it."""


def lost_bundles(session: Session) -> frozenset[str]:
    """Return the bundles that colleagues took out of their boxes for erasures that do not go on here."""
    known = _lost.get(session.vault)
    if known is None or known[0] != session.vault.generation:
        owners, own = belonging(session), session.vault.device.id
        members = frozenset(owners.values())
        named: set[str] = set()
        for erasure in erasures(session) if session.vault.compartments("team") else ():
            if erasure.shared and (
                own in begun_by(erasure, owners) or not _is_due(session, erasure, members)
            ):
                named |= bundles(erasure)
        known = (session.vault.generation, frozenset(named))
        _lost[session.vault] = known
    return known[1]


def _is_due(session: Session, erasure: Erasure, members: frozenset[str]) -> bool:
    now = standing(erasure, members, seen_at=seen_since(session, erasure), now=session.now())
    return now is Standing.DUE
