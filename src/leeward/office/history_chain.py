"""Is the chain whole? Every signed segment that this desk holds of a circle is checked now, within a bounded time.

1. Each device's segments are numbered without a gap, and each names the one before it.
2. Both signatures of each verify under the key that the roster, or this device itself, gives its author.
3. Entries are those that were signed, and their counts go on. What was lawfully erased inside one does not break it.
4. Our own entries that were not signed yet are packed and signed first, as the next sync would do.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from leeward.base.say import Message, say
from leeward.ledger.accept import Link, Signer, accept, check_signature
from leeward.ledger.errors import LedgerError
from leeward.ledger.segment import parse_segment
from leeward.ledger.store.archive import HeldSegment
from leeward.office.session import Session

SECONDS = 2.0  # a page waits so long; more when asked


class Chain(msgspec.Struct, frozen=True):
    """What a check found. `complete` is False if the time ran out first."""

    entries: int
    devices: int
    complete: bool
    wrong: tuple[tuple[str, int, Message], ...]  # device, number of the segment, what


def check_chain(
    session: Session,
    compartment: str,
    *,
    seconds: float = SECONDS,
    ticks: Callable[[], float] = time.monotonic,
) -> Chain:
    """Check what is held of a compartment."""
    vault = session.vault
    vault.outgoing()  # 4
    signers = {one.device_id: Signer(one.verify_key) for one in vault.roster().values()}
    signers[vault.device.id] = Signer(vault.device.signing_key.verify_key())
    links: dict[str, Link] = {}
    wrong: list[tuple[str, int, Message]] = []
    broken: set[str] = set()
    until = ticks() + seconds
    for held in vault.segments(compartment):
        if ticks() > until:
            return Chain(_count(links), len(links), complete=False, wrong=tuple(wrong))
        if held.device in broken:
            continue
        try:
            links[held.device] = _check(
                held, compartment, signers.get(held.device), links.get(held.device, Link())
            )
        except LedgerError as error:
            broken.add(held.device)
            wrong.append((held.device, held.number, _message(error)))
    return Chain(_count(links), len(links), complete=True, wrong=tuple(wrong))


def _check(held: HeldSegment, compartment: str, signer: Signer | None, link: Link) -> Link:
    segment = parse_segment(held.plain)
    check_signature(segment, signer)  # 2
    assert signer is not None
    taken = accept(segment, signer, link, lambda _number: None)  # 1 3
    if taken is None or (segment.head.compartment, segment.head.device) != (compartment, held.device):
        raise LedgerError(say("A segment lies in another place than it was signed for."))
    return taken.link


def _count(links: dict[str, Link]) -> int:
    return sum(link.count for link in links.values())


def _message(error: LedgerError) -> Message:
    return error.happened if isinstance(error.happened, Message) else say("{what}", what=str(error.happened))
