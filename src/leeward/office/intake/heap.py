"""What leaves the queue: junk and hostile things on a heap, several contacts of one person under one name. Reversible.

1. Nothing is erased. What is hostile is kept as evidence, and says so.
2. An alarm comes out of any heap: somebody may have been judged wrongly.
3. A merge changes only where a conversation is shown; each contact keeps its own words, ways and history.
"""

from __future__ import annotations

from collections.abc import Iterable

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.intake import HEAP
from leeward.domain.vocabulary import known
from leeward.ledger.model import note, put
from leeward.office.intake.see import line_for, require_contact
from leeward.office.session import Session


def put_on_heap(session: Session, contact_ids: Iterable[str], heap: str) -> int:
    """Put contacts on a heap, or with "" back into the queue; return how many changed."""
    wanted = known(HEAP, heap) if heap else ""
    found = [line_for(session, one).contact for one in contact_ids]
    changed = [one for one in found if one.heap != wanted]
    by_circle: dict[str, list[str]] = {}
    for contact in changed:
        by_circle.setdefault(contact.compartment, []).append(contact.id)
    for circle, ids in by_circle.items():
        session.commit(circle, *(put("contact", one, heap=wanted) for one in ids))
    return len(changed)


def merge(session: Session, contact_id: str, other_id: str) -> str:
    """Show the other's conversation as part of this one from now on; return the id of the whole."""
    whole, other = line_for(session, contact_id).contact, line_for(session, other_id).contact
    if whole.id == other.id:
        raise OutOfRange(say("These are one conversation already."), kept=say("Nothing was changed."))
    session.commit(
        other.compartment,
        put("contact", other.id, merged_into=whole.id),
        note("contact", whole.id, "remarks", {"merged": other.id}),
    )
    return whole.id


def unmerge(session: Session, contact_id: str) -> str:
    """Give a contact its own place in the queue again; return the id of the conversation it was part of."""
    contact = require_contact(session, contact_id)
    whole = line_for(session, contact_id).contact.id
    if contact.merged_into:
        session.commit(contact.compartment, put("contact", contact.id, merged_into=""))
    return whole
