"""What a person sees before they ask for an erasure: exactly what will be gone, and what nobody here can erase."""

from __future__ import annotations

from collections import Counter

import msgspec

from leeward.base.say import Message
from leeward.domain.erasing import Erasure
from leeward.domain.release.records import Release
from leeward.ledger.model import Record
from leeward.office.erasing import may_keep_account
from leeward.office.erasing_reach import Reach, errands_of, reach_of
from leeward.office.search import kind_of
from leeward.office.session import Session

_QUIET = frozenset({"access", "rekey", "voice", "escrowed"})  # nothing that a person wrote
_MENTIONS_MOST = 20


class Counted(msgspec.Struct, frozen=True):
    """So many things of a kind."""

    what: Message
    count: int


class Gone(msgspec.Struct, frozen=True):
    """What will be gone, as far as this desk can see, and what will not."""

    circles: tuple[str, ...]  # kinds
    things: tuple[Counted, ...]
    pieces: int
    mailboxes: int
    releases: tuple[Release, ...]
    errands: tuple[Record, ...]  # that may be named with them, since the pseudonym stands there
    mentions: tuple[Record, ...]  # of others, in whose text the pseudonym stands
    mentions_more: bool
    may_keep_account: bool


def gone(session: Session, erasure: Erasure) -> Gone:
    """Return what an erasure takes here."""
    reach = reach_of(session, erasure)
    records = _records(session, reach)
    counted = Counter(kind_of(one).text for one in records if one.kind not in _QUIET)
    named = {kind_of(one).text: kind_of(one) for one in records}
    found = _mentions(session, erasure, reach)
    errands = tuple(errands_of(session, [one.id for one in found]))
    mentions = tuple(one for one in found if one not in errands)
    return Gone(
        circles=tuple(sorted(reach.circles.values())),
        things=tuple(Counted(named[text], count) for text, count in counted.most_common()),
        pieces=len(reach.blobs),
        mailboxes=len(reach.boxes),
        releases=tuple(
            one for release in reach.releases if (one := session.get(Release, release)) is not None
        ),
        errands=errands,
        mentions=mentions[:_MENTIONS_MOST],
        mentions_more=len(mentions) > _MENTIONS_MOST,
        may_keep_account=may_keep_account(session, erasure.case_id),
    )


def _records(session: Session, reach: Reach) -> list[Record]:
    vault = session.vault
    found = [
        one
        for circle in reach.circles
        for kind in vault.kinds()
        for one in vault.find(kind, compartment=circle)
    ]
    for circle, records in reach.records.items():
        for record_id in records:
            record = vault.get(record_id)
            if record is not None and record.compartment == circle:
                found.append(record)
    return found


def _mentions(session: Session, erasure: Erasure, reach: Reach) -> tuple[Record, ...]:
    """Return records that are not theirs and hold the pseudonym in their text: nobody can erase these by rule."""
    names = {
        str(record.fields.get("pseudonym", ""))
        for one in (erasure.case_id, *reach.contacts)
        if one and (record := session.vault.get(one)) is not None
    }
    ours = {one for records in reach.records.values() for one in records}
    found: dict[str, Record] = {}
    for name in sorted(names - {""}):
        for hit in session.vault.search(name, limit=_MENTIONS_MOST + 1).hits:
            record = hit.record
            if record.id not in ours and record.compartment not in reach.circles:
                found[record.id] = record
    return tuple(found.values())
