"""Writing down what was told, and coding it afterwards. Never the other way round: a checklist taints what is told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.errors import RuleBroken
from leeward.domain.findings.records import Source
from leeward.domain.testimony.records import (
    Account,
    Act,
    Facility,
    Interview,
    Paragraph,
    Unit,
    require_account,
    require_act,
)
from leeward.domain.typed import write_new
from leeward.ledger.errors import LedgerError
from leeward.ledger.model import Change, note, put
from leeward.office.casework_base import require, require_case, today
from leeward.office.inquiries import usual
from leeward.office.session import Session


def record_account(
    session: Session,
    case_id: str,
    paragraphs: Sequence[Paragraph],
    *,
    relation: str = "self",
    told_on: str = "",
    language: str = "ru",
    interview: Interview | None = None,
) -> str:
    """Keep an account in the case's own circle and make its source in the record; return the account's id.

    Without the record's key the account is kept all the same; the source is made when somebody who holds it looks.
    """
    case = require_case(session, case_id)
    number = _next_number(session)
    account = Account(
        id=session.make_id(),
        case_id=case_id,
        label=f"Account {number}",
        relation=relation,
        told_on=told_on or today(session),
        language=language,
        paragraphs=tuple(paragraphs),
        translations={"ru": {"label": f"Рассказ {number}"}},
    )
    account = msgspec.structs.replace(account, source_id=derive_id("source", account.id))
    require_account(account)
    sitting: tuple[Change, ...] = ()
    if interview is not None:
        numbered = msgspec.structs.replace(
            interview,
            id=session.make_id(),
            case_id=case_id,
            account_id=account.id,
            sitting=max(interview.sitting, len(session.find(Interview, case_id=case_id)) + 1),
        )
        sitting = write_new(numbered)
    session.commit(case.compartment, write_new(account), sitting)
    ensure_source(session, account)
    return account.id


def ensure_source(session: Session, account: Account) -> str:
    """Make the account's source in the record if it is not there; return its id, or "" without the record's key."""
    if not account.source_id:
        return ""
    if session.vault.get(account.source_id) is not None:
        return account.source_id
    try:
        record = session.compartment_of("record")
    except LedgerError:
        return ""
    session.save_new(
        record,
        Source(
            id=account.source_id,
            inquiry_id=usual(session),
            label=account.label,
            relation=account.relation,
            stated_on=account.told_on,
            case_id=account.case_id,
            account_id=account.id,
            informant=account.case_id,  # two accounts of one person are one root
            translations=account.translations,
        ),
    )
    return account.source_id


def _next_number(session: Session) -> int:
    used = {account.label for account in session.find(Account) if account.case_id}
    number = len(used) + 1
    while f"Account {number}" in used:
        number += 1
    return number


def rewrite_paragraphs(session: Session, account_id: str, paragraphs: Sequence[Paragraph]) -> None:
    """Replace the paragraphs; the earlier ones stay in the history. Quoted ones may not fall away."""
    account = require(session, Account, account_id)
    changed = msgspec.structs.replace(account, paragraphs=tuple(paragraphs))
    require_account(changed)
    if any(index >= len(paragraphs) for act in acts_of(session, account_id) for index in act.quoted):
        raise RuleBroken(
            say("A coded act quotes a paragraph that would fall away."),
            kept=say("Nothing was changed."),
            next_step=say("Change the act first, or keep the paragraph."),
        )
    session.commit(
        account.compartment, put(Account.kind, account_id, paragraphs=msgspec.to_builtins(tuple(paragraphs)))
    )


def code_act(session: Session, account_id: str, act: Act) -> str:
    """Keep an act coded from an account, beside it; return its id. `act.id` may be empty."""
    account = require(session, Account, account_id)
    coded = msgspec.structs.replace(
        act, id=act.id or session.make_id(), account_id=account_id, case_id=account.case_id
    )
    require_act(coded, account)
    if coded.facility_id:
        require(session, Facility, coded.facility_id)
    if coded.unit_id:
        require(session, Unit, coded.unit_id)
    session.save_new(account.compartment, coded)
    return coded.id


def withdraw_act(session: Session, act_id: str, why: str) -> None:
    """Take a coded act out of everything that counts; it stays in the account's history."""
    act = require(session, Act, act_id)
    session.commit(act.compartment, put(Act.kind, act_id, withdrawn=True, remark=why))


def remark_on(session: Session, account_id: str, text: str) -> None:
    """Append a remark to an account."""
    account = require(session, Account, account_id)
    session.commit(account.compartment, note(Account.kind, account_id, "remarks", text))


def acts_of(session: Session, account_id: str) -> list[Act]:
    """Return the acts coded from an account, in the order they were coded."""
    acts = [act for act in session.find(Act, account_id=account_id) if not act.withdrawn]
    return sorted(acts, key=lambda act: (act.created_at, act.id))


def accounts_of(session: Session, case_id: str) -> list[Account]:
    """Return a case's accounts, the newest first."""
    found = session.find(Account, case_id=case_id)
    return sorted(found, key=lambda account: (account.told_on, account.created_at), reverse=True)


def interview_of(session: Session, account_id: str) -> Interview | None:
    """Return the sitting in which an account was told."""
    return next(iter(session.find(Interview, account_id=account_id)), None)


def add_unit(session: Session, name: str, unit_type: str) -> str:
    """Add a perpetrator unit to the record; return its id."""
    unit = Unit(id=session.make_id(), name=name, unit_type=unit_type)
    session.save_new(session.compartment_of("record"), unit)
    return unit.id


def add_facility(session: Session, facility: Facility) -> str:
    """Add a place where things happened to the record; return its id."""
    kept = msgspec.structs.replace(facility, id=session.make_id())
    session.save_new(session.compartment_of("record"), kept)
    return kept.id
