"""What stands on Today of what partners sent: undecided, not answered, and a key that has to be made anew."""

from __future__ import annotations

from collections.abc import Iterator

from leeward.base.say import Day, say
from leeward.domain.receiving import ANSWER_WITHIN, Received
from leeward.domain.today import Need, Urgency
from leeward.office.receiving import answer_of, received
from leeward.office.receiving_keys import keys, to_renew
from leeward.office.session import Session

HERE = "/received"


def needs_now(session: Session) -> Iterator[Need]:
    """Yield the lines."""
    now = session.now()
    for one in received(session):
        line = _line(one, now)
        if line is not None:
            yield line
    newest = next(iter(keys(session)), None)
    if newest is not None and to_renew(session, newest):
        yield Need(
            Urgency.LATE,
            say("New key"),
            say("Partners seal to a key that a removed computer knows"),
            say("Make a new one, and read it to them over a call."),
            newest.created_at,
            say("Make a new key"),
            f"{HERE}#key",
        )


def _line(one: Received, now: int) -> Need | None:
    href = f"{HERE}/{one.id}"
    sender = one.sender or "…"
    if one.state == "received":
        late = now > one.created_at + ANSWER_WITHIN
        return Need(
            Urgency.LATE if late else Urgency.WAITING,
            say("From a partner"),
            say("{sender} asks for help with somebody", sender=sender),
            say("Opened on {day}, and not decided.", day=Day(one.created_at)),
            one.created_at,
            say("Decide"),
            href,
        )
    known = one.sure or one.state != "declined"  # nobody has to write to whoever made up a file
    if one.reply and known and answer_of(one) not in one.answered:
        return Need(
            Urgency.SOON,
            say("Answer"),
            say("{sender} does not know yet what was decided", sender=sender),
            say("Seal the answer, and send it as the file came."),
            one.deleted_at or one.decided_at,
            say("Answer"),
            f"{href}#answer",
        )
    return None
