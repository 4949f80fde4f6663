"""Grants, what is left of each line, payments and rates. No person: for whom, only the expense in the case says.

1. A payment is struck, never deleted: what a report once said can be followed.
2. What has no rate is not guessed: it is left out of the sums, and shown as left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

import msgspec

from leeward.base.say import say
from leeward.domain.cases.text import clean_name
from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.errors import OutOfRange
from leeward.domain.money import Grant, Payment, Rate, rate_id
from leeward.domain.relocation.beds import check_day
from leeward.domain.vocabulary import known
from leeward.ledger.model import put
from leeward.office.casework_base import require
from leeward.office.money import EURO, Rates
from leeward.office.session import Session
from leeward.office.ways_out import circle

_MOST = 10**12  # cents
_MILLIONTHS_MOST = 10**12


class LineLeft(msgspec.Struct, frozen=True):
    """One line of a grant: what was given, what was paid, in the grant's currency."""

    line: str
    given: int
    paid: int

    @property
    def left(self) -> int:
        """Return what is left; below zero if more was paid."""
        return self.given - self.paid


class GrantView(msgspec.Struct, frozen=True):
    """A grant, its lines, and the payments on it, newest first."""

    grant: Grant
    lines: tuple[LineLeft, ...]
    payments: tuple[Payment, ...]
    without_rate: tuple[str, ...]  # currencies of payments that could not be counted (2)

    @property
    def given(self) -> int:
        """Return the whole grant."""
        return sum(one.given for one in self.lines)

    @property
    def left(self) -> int:
        """Return what is left of the whole."""
        return sum(one.left for one in self.lines)


def add_grant(
    session: Session,
    name: str,
    *,
    donor: str = "",
    currency: str = EURO,
    from_day: str = "",
    to_day: str = "",
    lines: Mapping[str, int],
) -> str:
    """Write a grant down; return its id."""
    grant = Grant(
        id=session.make_id(),
        name=clean_name(name, needed=True),
        donor=clean_name(donor),
        currency=check_currency(currency),
        from_day=from_day,
        to_day=to_day,
        lines=_checked(lines, from_day, to_day),
    )
    session.save_new(circle(session), grant)
    return grant.id


def set_grant(
    session: Session, grant_id: str, *, donor: str, from_day: str, to_day: str, lines: Mapping[str, int]
) -> None:
    """Change what a grant gives, and until when."""
    grant = require(session, Grant, grant_id)
    new: dict[str, object] = {
        "donor": clean_name(donor),
        "from_day": from_day,
        "to_day": to_day,
        "lines": _checked(lines, from_day, to_day),
    }
    changed = {name: value for name, value in new.items() if value != getattr(grant, name)}
    if changed:
        session.commit(grant.compartment, put("grant", grant_id, **changed))


def close_grant(session: Session, grant_id: str, *, closed: bool = True) -> None:
    """Say that nothing more is paid from a grant, or that it is."""
    grant = require(session, Grant, grant_id)
    session.commit(grant.compartment, put("grant", grant_id, closed_at=session.now() if closed else 0))


def pay(
    session: Session,
    grant_id: str,
    line: str,
    cents: int,
    *,
    currency: str = EURO,
    day: str,
    receipt_hash: str = "",
    approver_id: str = "",
) -> str:
    """Write down that an amount left, on a line of a grant; return the payment's id."""
    if grant_id:
        require(session, Grant, grant_id)
    check_day(day)
    made = Payment(
        id=session.make_id(),
        grant_id=grant_id,
        line=known(BUDGET_LINE, line),
        amount_cents=check_sum(cents),
        currency=check_currency(currency),
        day=day,
        receipt_hash=receipt_hash,
        approver_id=approver_id,
    )
    session.save_new(circle(session), made)
    return made.id


def strike(session: Session, payment_id: str, *, struck: bool = True) -> None:
    """Say that a payment was written down by mistake, or that it was not (1)."""
    there = require(session, Payment, payment_id)
    session.commit(there.compartment, put("payment", payment_id, struck_at=session.now() if struck else 0))


def set_rate(session: Session, currency: str, day: str, rate: str, *, into: str = EURO, source: str) -> None:
    """Write what one unit of a currency was worth on a day, and where that was found."""
    check_day(day)
    one, other = check_currency(currency), check_currency(into)
    try:
        worth = Decimal(rate.replace(",", ".").strip())
    except InvalidOperation:
        worth = Decimal(0)
    if one == other or not worth.is_finite() or not 0 < worth * 1_000_000 <= _MILLIONTHS_MOST:
        raise OutOfRange(
            say("“{typed}” is no rate.", typed=rate[:20]),
            kept=say("Nothing was changed."),
            next_step=say("Write what one unit was worth in the other currency, such as 0.0153."),
        )
    millionths = int((worth * 1_000_000).to_integral_value())
    millionths = max(millionths, 1)
    fields = {"currency": one, "into": other, "day": day, "millionths": millionths}
    found = clean_name(source, needed=True)
    session.commit(circle(session), put("rate", rate_id(one, other, day), **fields, source=found))


def grants(session: Session) -> list[GrantView]:
    """Return every grant with what is left: running ones first."""
    rates = Rates(session)
    payments = sorted(session.find(Payment), key=lambda one: (one.day, one.created_at, one.id), reverse=True)
    found = sorted(
        session.find(Grant), key=lambda one: (one.closed_at > 0, one.to_day or "9999", one.name, one.id)
    )
    return [view_of(one, payments, rates) for one in found]


def view_of(grant: Grant, payments: list[Payment], rates: Rates) -> GrantView:
    """Return a grant with what is left of it."""
    own = [one for one in payments if one.grant_id == grant.id]
    paid: dict[str, int] = dict.fromkeys(grant.lines, 0)
    without: set[str] = set()
    for one in own:
        if one.struck_at:
            continue
        worth = rates.change(one.amount_cents, one.currency, grant.currency, one.day)
        if worth is None:
            without.add(one.currency)  # 2
            continue
        paid[one.line] = paid.get(one.line, 0) + worth
    order = [term.code for term in BUDGET_LINE]
    codes = sorted(paid, key=lambda code: (order.index(code) if code in order else len(order), code))
    lines = tuple(LineLeft(code, grant.lines.get(code, 0), paid[code]) for code in codes)
    return GrantView(grant, lines, tuple(own), tuple(sorted(without)))


def unassigned(session: Session) -> list[Payment]:
    """Return the payments that no grant pays yet, newest first."""
    known_grants = {one.id for one in session.find(Grant)}
    found = [one for one in session.find(Payment) if one.grant_id not in known_grants and not one.struck_at]
    return sorted(found, key=lambda one: (one.day, one.created_at, one.id), reverse=True)


def rates(session: Session) -> list[Rate]:
    """Return the rates that are known, newest first."""
    return sorted(session.find(Rate), key=lambda one: (one.day, one.currency, one.id), reverse=True)


def check_sum(cents: int) -> int:
    """Return a sum that is more than nothing and not beyond reason; OutOfRange otherwise."""
    if not 0 < cents <= _MOST:
        raise OutOfRange(
            say("This sum cannot be meant."),
            kept=say("Nothing was changed."),
            next_step=say("Write a sum above zero, such as 1234.50."),
        )
    return cents


def check_currency(currency: str) -> str:
    """Return three capital letters; OutOfRange otherwise."""
    plain = currency.strip().upper()
    if len(plain) != 3 or not (plain.isascii() and plain.isalpha()):
        raise OutOfRange(
            say("“{typed}” is no currency.", typed=currency[:20]),
            kept=say("Nothing was changed."),
            next_step=say("Write its three letters, such as EUR."),
        )
    return plain


def _checked(lines: Mapping[str, int], from_day: str, to_day: str) -> dict[str, int]:
    for day in filter(None, (from_day, to_day)):
        check_day(day)
    if from_day and to_day and to_day < from_day:
        raise OutOfRange(
            say("The last day is before the first."),
            kept=say("Nothing was changed."),
            next_step=say("Give the first and the last day of the grant."),
        )
    given = {known(BUDGET_LINE, line): check_sum(cents) for line, cents in lines.items() if cents}
    if not given:
        raise OutOfRange(
            say("A grant needs a sum on at least one line."),
            kept=say("Nothing was changed."),
            next_step=say("Write what it gives, and for what."),
        )
    return given
