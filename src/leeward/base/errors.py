"""The root of all errors, each of which speaks to a tired person in three parts.

    LeewardError
     +-- wire.errors.WireError       the network or the relay
     +-- seal.errors.SealError       something sealed or signed is not what it should be
     +-- ledger.errors.LedgerError   an entry, a chain, a vault
     +-- domain.errors.DomainError   a rule of the work would be broken
     +-- sync.errors.SyncError       a relay that is away, refuses, or answers nonsense
     +-- office.errors.OfficeError   a use case cannot go on
     +-- front.errors.FrontError     the intake page cannot be served
     `-- relay.errors.RelayError     the server's own trouble

Errors that report misuse by our own code are RuntimeError, never one of these.
"""

from __future__ import annotations

from leeward.base.say import Message


class LeewardError(Exception):
    """What happened, what was not lost, and what to do: plain sentences, `say(...)` where they can be translated.

    `code` is a stable name ("vault.wrong-passphrase") by which pages look up a translation and documents are
    checked; it is never shown alone. Set it once per class.
    """

    code = "leeward"

    def __init__(
        self, happened: str | Message, *, kept: str | Message = "", next_step: str | Message = ""
    ) -> None:
        super().__init__(str(happened))
        self.happened = happened
        self.kept = kept
        self.next_step = next_step

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.happened, self.kept, self.next_step) if part)
