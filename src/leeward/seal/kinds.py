"""What is ever sealed, in one table. A frame names its kind inside what is authenticated (docs/protocol.md 1)."""

from __future__ import annotations

import enum


class Kind(enum.Enum):
    """The kind of a sealed thing; the value is its name in the frame, all at version 1."""

    REPORT = "report"  # JSON, to the team's intake recipient, by the intake page
    REPLY = "reply"  # JSON, to a reporter's recipient, by a desk
    PIECE = "piece"  # part of a file
    SEGMENT = "segment"  # MessagePack, ledger entries, to a compartment's epoch recipient
    GRANT = "grant"  # MessagePack, keys of a compartment, to a device's recipient
    LETTER = "letter"  # MessagePack, from one device to another, to that device's recipient
    JOINING = "joining"  # what two devices tell each other over an invitation, to the key that they agreed on
    ESCROW = (
        "escrow"  # MessagePack, one member's share of a compartment's keys, to that member's recovery key
    )
    SLOT = "slot"  # the 32-byte key of a vault, to a passphrase
    SECRETS = "secrets"  # JSON, the identities an export needs

    @property
    def label(self) -> bytes:
        """Return the first word of the frame, for example b"leeward-report-1"."""
        return f"leeward-{self.value}-1".encode()
