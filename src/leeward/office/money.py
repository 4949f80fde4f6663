"""What an amount is worth in euro: by the newest rate known on or before its day."""

from __future__ import annotations

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.money import Rate
from leeward.office.session import Session

EURO = "EUR"


def in_euro(session: Session, cents: int, currency: str, day: str = "9999-12-31") -> int:
    """Return euro cents, rounded half up; OutOfRange if no rate of that currency is known on that day or before."""
    if currency == EURO or not cents:
        return cents
    known = [
        one
        for one in session.find(Rate)
        if one.currency == currency and one.into == EURO and one.day <= day and one.millionths > 0
    ]
    if not known:
        raise OutOfRange(
            say("No rate of {currency} is known on this day or before.", currency=currency),
            kept=say("Nothing was changed."),
            next_step=say("Write down the rate with its day under Money, and try again."),
        )
    newest = max(known, key=lambda one: (one.day, one.changed_at, one.id))
    return (cents * newest.millionths + 500_000) // 1_000_000
