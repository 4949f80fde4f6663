"""Whether an older key's box was erased on purpose, because something in it had to go.

When a person's records are taken out of a part that many share, all of it is put once more into the box of a new key,
without them, and the older boxes are erased. A record of kind `rekey` says so (protocol 5).
"""

from __future__ import annotations

from leeward.ledger.store.vault import Compartment, Vault

_REKEY = "rekey"


def was_moved(vault: Vault, room: Compartment) -> bool:
    """Tell whether all of a compartment lies in the box of a newer key than this room's."""
    return newest_move(vault, room.id) > room.epoch


def newest_move(vault: Vault, compartment_id: str) -> int:
    """Return the newest epoch in whose box all of a compartment was put once more; 0 if there was none."""
    moves = [
        record.fields.get("epoch")
        for record in vault.find(_REKEY, compartment=compartment_id)
        if record.fields.get("erased")
    ]
    return max((one for one in moves if isinstance(one, int)), default=0)
