"""What an amount is worth in another currency: by the newest rate known on or before its day."""

from __future__ import annotations

from collections import defaultdict

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.money import Rate
from leeward.office.session import Session

EURO = "EUR"
_WHOLE = 1_000_000
_EVER = "9999-12-31"


class Rates:
    """Every rate that this desk knows, read once. Amounts are whole cents, rounded half up."""

    def __init__(self, session: Session) -> None:
        self._rates: dict[tuple[str, str], list[Rate]] = defaultdict(list)
        for one in session.find(Rate):
            if one.millionths > 0:
                self._rates[one.currency, one.into].append(one)

    def change(self, cents: int, currency: str, into: str, day: str = _EVER) -> int | None:
        """Return what the amount was worth on that day, None if no rate is known then; over the euro if need be."""
        if currency == into or not cents:
            return cents
        straight = self._straight(cents, currency, into, day)
        if straight is not None or EURO in (currency, into):
            return straight
        euro = self._straight(cents, currency, EURO, day)
        return None if euro is None else self._straight(euro, EURO, into, day)

    def _straight(self, cents: int, currency: str, into: str, day: str) -> int | None:
        there, back = self._newest(currency, into, day), self._newest(into, currency, day)
        if there is not None and (back is None or there.day >= back.day):
            return _rounded(cents * there.millionths, _WHOLE)
        return None if back is None else _rounded(cents * _WHOLE, back.millionths)

    def _newest(self, currency: str, into: str, day: str) -> Rate | None:
        known = [one for one in self._rates.get((currency, into), ()) if one.day <= day]
        return max(known, key=lambda one: (one.day, one.changed_at, one.id), default=None)


def in_euro(session: Session, cents: int, currency: str, day: str = _EVER) -> int:
    """Return euro cents, rounded half up; OutOfRange if no rate of that currency is known on that day or before."""
    if currency == EURO or not cents:
        return cents
    worth = Rates(session).change(cents, currency, EURO, day)
    if worth is None:
        raise OutOfRange(
            say("No rate of {currency} is known on this day or before.", currency=currency),
            kept=say("Nothing was changed."),
            next_step=say("Write down the rate with its day under Money, and try again."),
        )
    return worth


def _rounded(amount: int, by: int) -> int:
    """Return amount / by, half up and away from zero."""
    whole = (abs(amount) * 2 + by) // (2 * by)
    return whole if amount >= 0 else -whole
