"""Chain of custody: every event names, by hash, the events its author had before their eyes.

 1. An event's hash covers all of its content, the item's id, and the hashes of the events before it.
 2. The first event of an item names none; every other names at least one, and all that it names exist.
 3. Two desks that were apart each continue the chain; the next event names both ends. So it is a chain that may
    braid, and never loses a strand.
 4. The first event's digest is the item's; "verified" repeats it, and no event but "failed" may show another.
 5. Every event is reached from an end by following the names back.

What this cannot show: that the newest events were cut off. The ledger's own signed chains show that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

import msgspec

from leeward.base.say import Message, say
from leeward.domain.errors import RuleBroken
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.typed import Coded, Typed


class CustodyEvent(Typed, frozen=True, kw_only=True):
    """One thing that happened to an item: who, when, why, and the digest seen."""

    kind: ClassVar[str] = "custody"

    evidence_id: str = ""
    verb: Annotated[str, Coded("custody")] = ""
    by: str = ""  # member id
    at: int = 0  # milliseconds
    why: str = ""
    sha256: str = ""  # of the bytes at that moment
    before: tuple[str, ...] = ()  # hashes of the events before, sorted
    hash: str = ""  # 64 hex, rule 1


class BrokenLink(msgspec.Struct, frozen=True):
    """The first event that does not hold, and what is wrong with it."""

    event_id: str
    number: int  # from 1, in the order shown
    what: Message


class CustodyBroken(RuleBroken):
    """A chain of custody does not hold."""

    code = "domain.custody"


def derive_hash(event: CustodyEvent) -> str:
    """Return the hash an event must carry (rule 1)."""
    digest = hashlib.sha256(b"leeward-custody-1")
    parts = (event.evidence_id, event.verb, event.by, str(event.at), event.why, event.sha256, *event.before)
    for part in (str(len(event.before)), *parts):
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def ends(events: Iterable[CustodyEvent]) -> tuple[str, ...]:
    """Return the hashes that no event names yet: what the next event must name."""
    events = list(events)
    named = {before for event in events for before in event.before}
    return tuple(sorted({event.hash for event in events} - named))


def next_event(event: CustodyEvent, events: Iterable[CustodyEvent]) -> CustodyEvent:
    """Return the event tied to all ends of the chain, with its hash."""
    tied = msgspec.structs.replace(event, before=ends(events), hash="")
    return msgspec.structs.replace(tied, hash=derive_hash(tied))


def in_order(events: Sequence[CustodyEvent]) -> list[CustodyEvent]:
    """Return the events so that each follows those it names; among equals the earlier clock, then the hash."""
    waiting = sorted(events, key=lambda event: (event.at, event.hash))
    known = {event.hash for event in events}
    placed: set[str] = set()
    ordered: list[CustodyEvent] = []
    while waiting:
        ready = next((e for e in waiting if all(b in placed or b not in known for b in e.before)), waiting[0])
        waiting.remove(ready)
        placed.add(ready.hash)
        ordered.append(ready)
    return ordered


def first_broken(item: EvidenceItem, events: Sequence[CustodyEvent]) -> BrokenLink | None:
    """Return the first event that breaks a rule, or None if the chain holds."""
    seen: set[str] = set()
    for number, event in enumerate(in_order(events), start=1):
        fault = _fault(item, event, seen)
        if fault is not None:
            return BrokenLink(event.id, number, fault)
        seen.add(event.hash)
    if not events:
        return BrokenLink("", 0, say("It has no custody record at all."))
    return None


def require_whole(item: EvidenceItem, events: Sequence[CustodyEvent]) -> None:
    """Raise CustodyBroken, naming the first event that does not hold."""
    broken = first_broken(item, events)
    if broken is not None:
        raise CustodyBroken(
            broken.what,
            kept=say("The original file is kept as it was."),
            next_step=say("Open the history of custody event {number}.", number=broken.number),
        )


def _fault(item: EvidenceItem, event: CustodyEvent, seen: set[str]) -> Message | None:
    return _link_fault(item, event, seen) or _bytes_fault(item, event)


def _link_fault(item: EvidenceItem, event: CustodyEvent, seen: set[str]) -> Message | None:
    if event.evidence_id != item.id:
        return say("It belongs to another item.")
    if event.hash != derive_hash(event):  # 1
        return say("Its content was changed after it was written.")
    if not seen and event.before:  # 2
        return say("The events before the first are missing.")
    if seen and not event.before:  # 2, 5
        return say("It does not continue the chain.")
    if any(before not in seen for before in event.before):  # 2
        return say("An event that it follows is missing.")
    return None


def _bytes_fault(item: EvidenceItem, event: CustodyEvent) -> Message | None:
    if event.verb == "failed":
        return say("Its bytes were found changed on that day.")
    if event.sha256 != item.sha256:  # 4
        return say("It shows another SHA-256 than the item.")
    return None
