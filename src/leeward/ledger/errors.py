"""What can go wrong with an entry, a chain or a vault.

LedgerError
 +-- WrongPassphrase     no key slot opened
 +-- NoVault             the folder holds none
 +-- VaultExists         a new one cannot be made there
 +-- VaultInUse          another process has it open
 +-- VaultDamaged        bytes on the disk are not what was written
 +-- VaultClosed         it was closed (locked) while somebody was still reading
 +-- PlaintextRefused    the database would be written in clear
 +-- NoRoom              the disk is full
 +-- UnknownCompartment  its keys are not in this vault
 +-- BadValue            a value cannot be written down
 +-- EntryTooLarge       one entry beyond what a segment carries
 +-- Erased              the record or the compartment was erased here, and does not come back
 +-- SegmentError        what was fetched is refused; see accept.py for the rules
 |    +-- NotSealedForUs, BadForm, WrongPlace, UnknownDevice, RemovedDevice, WrongSignature,
 |    +-- Gap, Fork, WrongChain, WrongBody, WrongCount, NotVouchedFor
 +-- GrantError          a grant is not for us, not genuine, or contradicts what we hold
 |    +-- GrantErased    its compartment was erased here
 +-- LetterError         a letter between devices is not for us, or not genuine
"""

from __future__ import annotations

from leeward.base.errors import LeewardError


class LedgerError(LeewardError):
    """Anything below."""

    code = "ledger"


class WrongPassphrase(LedgerError):
    """No key slot opened with this passphrase."""

    code = "vault.wrong-passphrase"


class NoVault(LedgerError):
    """The folder holds no vault."""

    code = "vault.none"


class VaultExists(LedgerError):
    """There is something in the folder already."""

    code = "vault.exists"


class VaultInUse(LedgerError):
    """Another process has the vault open."""

    code = "vault.in-use"


class VaultDamaged(LedgerError):
    """Bytes on the disk are not what was written."""

    code = "vault.damaged"


class VaultClosed(LedgerError):
    """The vault was closed."""

    code = "vault.closed"


class PlaintextRefused(LedgerError):
    """The database would be written in clear."""

    code = "vault.plaintext-refused"


class NoRoom(LedgerError):
    """The disk is full, or the file may not grow."""

    code = "vault.no-room"


class UnknownCompartment(LedgerError):
    """The compartment's keys are not in this vault."""

    code = "ledger.unknown-compartment"


class BadValue(LedgerError):
    """A value cannot be written down."""

    code = "ledger.bad-value"


class EntryTooLarge(LedgerError):
    """One entry is beyond what a segment carries."""

    code = "ledger.entry-too-large"


class Erased(LedgerError):
    """The record or the compartment was erased here, and does not come back."""

    code = "ledger.erased"


class SegmentError(LedgerError):
    """What was fetched is not taken into the ledger."""

    code = "segment"
    waits = False  # True: kept unread, and tried again when more is known


class NotSealedForUs(SegmentError):
    """It opens under no epoch key that this vault holds; the key may still come."""

    code = "segment.not-sealed-for-us"
    waits = True


class BadForm(SegmentError):
    """It does not parse, or does not print back to the same bytes."""

    code = "segment.bad-form"


class WrongPlace(SegmentError):
    """It names another compartment or epoch than the one it was fetched for."""

    code = "segment.wrong-place"


class UnknownDevice(SegmentError):
    """Its device is not in the roster; the roster's entry may still come."""

    code = "segment.unknown-device"
    waits = True


class RemovedDevice(SegmentError):
    """Its device had been removed before this was written."""

    code = "segment.removed-device"
    waits = True  # the device may be brought back


class NotVouchedFor(SegmentError):
    """A removed device changes the roster, and nobody who belongs to the team has seen it before."""

    code = "segment.not-vouched-for"
    waits = True


class WrongSignature(SegmentError):
    """It was not signed by the device it names."""

    code = "segment.wrong-signature"


class Gap(SegmentError):
    """An earlier segment of its device is missing; this one waits."""

    code = "segment.gap"
    waits = True


class Fork(SegmentError):
    """Its device signed another segment under a number that we already hold."""

    code = "segment.fork"


class WrongChain(SegmentError):
    """It does not name the segment before it."""

    code = "segment.wrong-chain"


class WrongBody(SegmentError):
    """Its entries are not those its head was signed over, or one of the team's own list was erased."""

    code = "segment.wrong-body"


class WrongCount(SegmentError):
    """Its entries do not continue the device's count."""

    code = "segment.wrong-count"


class GrantError(LedgerError):
    """A grant is not for this device, not genuine, or contradicts what is held."""

    code = "grant.refused"


class GrantErased(GrantError):
    """A grant is for a compartment that was erased on this device."""

    code = "grant.erased"


class LetterError(LedgerError):
    """A letter between devices is not for this device, or not genuine."""

    code = "letter.refused"
