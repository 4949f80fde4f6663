"""Money spent for a case: an expense in the case's own circle, and the amount alone among the beds.

1. The payment comes first and names nobody: no case, no file, no word of what it was for. The expense names the
   payment, never the other way round. So erasing a person changes no sum.
2. A receipt is a file of the case and becomes evidence, with its custody; the payment has its SHA-256 and no more.
3. Whoever wrote an expense down does not approve it.
"""

from __future__ import annotations

import msgspec

from leeward.base.say import say
from leeward.domain.cases.case import CaseFile
from leeward.domain.cases.text import clean_name
from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.cases.work import Expense
from leeward.domain.errors import RuleBroken
from leeward.domain.money import Payment
from leeward.domain.relocation.beds import check_day
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import put
from leeward.office.casework_base import require, require_case
from leeward.office.casework_files import keep_as_evidence
from leeward.office.grants import check_currency, check_sum, pay
from leeward.office.relocation import holds_beds
from leeward.office.session import Session


class Spent(msgspec.Struct, frozen=True):
    """An expense with its payment, if it is in the books and this desk can see them."""

    expense: Expense
    payment: Payment | None

    @property
    def struck(self) -> bool:
        """Tell whether it was a mistake."""
        return self.payment is not None and self.payment.struck_at > 0


def spend(  # noqa: PLR0913 - what an expense is asked for, each once
    session: Session,
    case_id: str,
    line: str,
    cents: int,
    *,
    what: str,
    day: str,
    currency: str = "EUR",
    grant_id: str = "",
    receipt_id: str = "",
) -> str:
    """Write down money spent for a case; return the expense's id. It is in the books if this desk keeps them (1)."""
    case = require_case(session, case_id)
    check_day(day)
    receipt = require(session, CaseFile, receipt_id) if receipt_id else None
    if receipt is not None and receipt.case_id != case_id:
        raise RuleBroken(say("This receipt belongs to somebody else."), kept=say("Nothing was changed."))
    new = Expense(
        id=session.make_id(),
        case_id=case_id,
        line=known(BUDGET_LINE, line),
        what=clean_name(what, needed=True),
        amount_cents=check_sum(cents),
        currency=check_currency(currency),
        day=day,
        receipt_id=receipt_id,
    )
    if holds_beds(session):
        new = msgspec.structs.replace(new, payment_id=_payment(session, new, grant_id, receipt))
    if receipt is not None and receipt.file is not None:
        keep_as_evidence(session, receipt_id)  # 2
    session.commit(case.compartment, write_new(new))
    return new.id


def book(session: Session, expense_id: str, grant_id: str) -> None:
    """Put an expense into the books that was written down on a desk without them."""
    there = require(session, Expense, expense_id)
    if there.payment_id:
        return
    receipt = session.get(CaseFile, there.receipt_id) if there.receipt_id else None
    payment = _payment(session, there, grant_id, receipt)
    session.commit(there.compartment, put("expense", expense_id, payment_id=payment))


def approve(session: Session, expense_id: str) -> None:
    """Approve an expense (3); the payment says who did."""
    there = require(session, Expense, expense_id)
    if there.created_by == session.member_id:
        raise RuleBroken(
            say("Whoever wrote an expense down does not approve it."),
            kept=say("Nothing was changed."),
            next_step=say("Ask a colleague who can read the case."),
        )
    session.commit(there.compartment, put("expense", expense_id, approver_id=session.member_id))
    payment = session.get(Payment, there.payment_id) if there.payment_id else None
    if payment is not None:
        session.commit(payment.compartment, put("payment", payment.id, approver_id=session.member_id))


def of_case(session: Session, case_id: str) -> list[Spent]:
    """Return what was spent for a case, newest first."""
    payments = {one.id: one for one in session.find(Payment)}
    found = sorted(
        session.find(Expense, case_id=case_id),
        key=lambda one: (one.day, one.created_at, one.id),
        reverse=True,
    )
    return [Spent(one, payments.get(one.payment_id)) for one in found]


def receipts_of(session: Session, case_id: str) -> list[CaseFile]:
    """Return the files of a case that could be a receipt, newest first."""
    there = [
        one for one in session.find(CaseFile, case_id=case_id) if one.file is not None and not one.struck_at
    ]
    return sorted(there, key=lambda one: (one.created_at, one.id), reverse=True)


def _payment(session: Session, expense: Expense, grant_id: str, receipt: CaseFile | None) -> str:
    return pay(
        session,
        grant_id,
        expense.line,
        expense.amount_cents,
        currency=expense.currency,
        day=expense.day,
        receipt_hash=receipt.file.sha256 if receipt is not None and receipt.file is not None else "",
        approver_id=expense.approver_id,
    )
