"""Which segments a ledger accepts. No I/O: an opened segment in, its entries out, or an exception.

 1. It opens under an epoch key that we hold for the compartment.                         NotSealedForUs (waits)
 2. Its frame and MessagePack parse, and print back to the same bytes.                    BadForm
 3. It names the compartment it was fetched for, and the epoch whose key opened it.       WrongPlace
 4. Its device is in the roster.                                                          UnknownDevice (waits)
 5. The signature of purpose `segment` verifies under the roster's key.                   WrongSignature
 6. A repeat with the same head is ignored; another head under a number held is a fork.   Fork
 7. Its number follows the last one we hold of that device here.                          Gap (waits)
 8. It names the hash of that head.                                                       WrongChain
 9. Its body matches the head's hash and its count of entries, with or without erased     WrongBody
    groups in it; in the team's own compartment nothing is ever erased.
10. Entry counts continue the device's count.                                             WrongCount
11. The device had not been removed before any of these entries was written.              RemovedDevice
Steps 1 and 2 up to the frame are `open_segment`, the rest `accept`. What waits is kept unread and tried again. The
caller still owes: to move the chain on in the same transaction that takes the entries in.

Whoever holds a compartment's key can erase groups in what others signed. So nothing is erased where the roster lies
(9): else a vote could be hidden from a newcomer. Elsewhere who holds the erased form takes the whole one when it comes.

Rule 11 compares the author's own clock with the moment of removal; a removed device that sets its clock back is
stopped by the new epoch (it has neither the new key nor the new box), not by this rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from leeward.base.say import say
from leeward.ledger.entry import Entry, hash_body, is_whole, parse_entries
from leeward.ledger.errors import (
    BadForm,
    Fork,
    Gap,
    NotSealedForUs,
    RemovedDevice,
    UnknownDevice,
    WrongBody,
    WrongChain,
    WrongCount,
    WrongPlace,
    WrongSignature,
)
from leeward.ledger.segment import FIRST_PREVIOUS, Segment, parse_segment
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import NoKeyFits, SealError
from leeward.seal.keys import Identity
from leeward.seal.kinds import Kind
from leeward.seal.signing import VerifyKey

PURPOSE = "segment"


class Link(msgspec.Struct, frozen=True):
    """Where a device's chain stands in a compartment: its last segment held, and its last entry's count."""

    number: int = 0
    head_hash: bytes = FIRST_PREVIOUS
    count: int = 0


class Signer(msgspec.Struct, frozen=True):
    """A device whose segments are taken; `removed_at` is 0 while it belongs to the team."""

    key: VerifyKey
    removed_at: int = 0


class Accepted(msgspec.Struct, frozen=True):
    """A segment that kept every rule, its entries, and where the chain stands with it."""

    segment: Segment
    entries: Sequence[Entry]
    link: Link


def open_segment(untrusted: bytes, epochs: Mapping[int, Identity], compartment: str) -> Segment:
    """Open and parse a sealed segment fetched for a compartment; rules 1 to 3. Safe to call in another thread."""
    opened_by, plain = _open_newest_first(untrusted, epochs)  # 1
    segment = parse_segment(plain)  # 2
    if segment.head.compartment != compartment or segment.head.epoch != opened_by:  # 3
        raise WrongPlace(say("A segment names another compartment or epoch than the one it was fetched for."))
    return segment


def _open_newest_first(untrusted: bytes, epochs: Mapping[int, Identity]) -> tuple[int, bytes]:
    for epoch in sorted(epochs, reverse=True):
        try:
            return epoch, open_sealed(Kind.SEGMENT, untrusted, [epochs[epoch]])
        except NoKeyFits:
            continue
        except SealError as error:
            raise BadForm(say("A segment is damaged or was not sealed as it must be.")) from error
    raise NotSealedForUs(
        say("A segment is sealed to a key that this vault does not hold."),
        kept=say("It is kept as it came, and read when the key is granted."),
    )


def check_signature(segment: Segment, signer: Signer | None) -> None:
    """Rules 4 and 5. Safe to call in another thread."""
    if signer is None:  # 4
        raise UnknownDevice(
            say("A segment comes from a device that is not in the roster."),
            kept=say("It is kept as it came, and read when the roster names the device."),
        )
    try:
        signer.key.verify(PURPOSE, segment.signature, segment.head_bytes)  # 5
    except SealError as error:
        raise WrongSignature(say("A segment was not signed by the device it names.")) from error


def accept(
    segment: Segment,
    signer: Signer,
    link: Link,
    held: Callable[[int], bytes | None],
    *,
    erasable: bool = True,
) -> Accepted | None:
    """Take a segment whose signature was checked; rules 6 to 11. None for a repeat.

    `held` gives the hash of the head that we hold of this device under a number. `erasable` is False in the team's own
    compartment.
    """
    head = segment.head
    head_hash = segment.head_hash()
    if head.number <= link.number:  # 6
        if held(head.number) == head_hash:
            return None
        raise Fork(
            say("A device signed two different segments under one number."),
            kept=say("The first one is kept; the second is refused."),
            next_step=say("Somebody may have copied this device's vault: talk to its owner by another way."),
        )
    if head.number != link.number + 1:  # 7
        raise Gap(say("A segment came before the one it follows."), kept=say("It waits for the missing one."))
    if head.previous != link.head_hash:  # 8
        raise WrongChain(say("A segment does not follow the one it should follow."))
    entries = read_body(segment)  # 2 9
    if not (erasable or is_whole(entries)):  # 9
        raise WrongBody(say("A part of the team's own list was erased in a segment."))
    first = link.count + 1
    if head.first != first or any(entry.count != first + i for i, entry in enumerate(entries)):  # 10
        raise WrongCount(say("A segment's entries do not continue those before it."))
    if signer.removed_at and any(entry.at >= signer.removed_at for entry in entries):  # 11
        raise RemovedDevice(say("A segment was written by a device after it had been removed from the team."))
    return Accepted(segment, entries, Link(head.number, head_hash, first + len(entries) - 1))


def read_body(segment: Segment) -> list[Entry]:
    """Return the entries of a segment; BadForm, or WrongBody if they are not those that its head was signed over."""
    entries = parse_entries(segment.body)
    if hash_body(entries) != segment.head.body_hash:
        raise WrongBody(say("A segment's entries are not those that were signed."))
    if len(entries) != segment.head.entries:
        raise WrongBody(say("A segment does not hold as many entries as were signed."))
    return entries
