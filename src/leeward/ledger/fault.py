"""Something found wrong that does not stop the work: kept in the vault and shown."""

from __future__ import annotations

import msgspec

from leeward.base.say import Message


class Fault(msgspec.Struct, frozen=True):
    """What was found, when, in which compartment ("" if in none), and where exactly."""

    at: int  # milliseconds, this device's clock
    compartment: str
    where: str  # "item 17", "page 3 of vault.db", "blobs/ab/abcd…"
    what: Message
