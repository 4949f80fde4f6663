"""Faults kept in the vault until somebody has seen to them."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from leeward.base.say import Message
from leeward.ledger.fault import Fault


def keep_fault(writer: apsw.Connection, fault: Fault) -> bool:
    """Write a fault down; False if the same one at the same place is known already."""
    what = fault.what
    packed = msgspec.msgpack.encode((what.text, what.values, what.plural, what.count), enc_hook=str)
    writer.execute(
        "INSERT OR IGNORE INTO fault (at, compartment, place, what) VALUES (?,?,?,?)",
        (fault.at, fault.compartment, fault.where, packed),
    )
    return writer.changes() > 0


def read_faults(connection: apsw.Connection) -> list[Fault]:
    """Return all faults, oldest first."""
    rows: Any = connection.execute("SELECT at, compartment, place, what FROM fault ORDER BY no").fetchall()
    found = []
    for at, compartment, place, packed in rows:
        text, values, plural, count = msgspec.msgpack.decode(packed)
        found.append(Fault(at, compartment, place, Message(text, values, plural, count)))
    return found
