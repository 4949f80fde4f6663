"""How somebody can travel: from when, with whom, by what, with which papers, and which doors these open."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from leeward.domain.cases.text import clean_name
from leeward.domain.relocation.beds import check_day
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.papers import TravelDocument
from leeward.domain.relocation.words import MODE
from leeward.domain.vocabulary import known
from leeward.ledger.model import Change, add, put, remove
from leeward.office.casework_base import require, require_case
from leeward.office.relocation import holds_beds
from leeward.office.session import Session
from leeward.office.visa_rules import Rule, Rules

_CROSSES = frozenset({"passport", "travel-passport", "refugee-paper"})


class Opens(msgspec.Struct, frozen=True):
    """Which countries of the team's list one paper opens, those without a visa first."""

    paper: TravelDocument
    known: bool  # whether anything is known of such a passport
    rules: tuple[Rule, ...]


def set_means(session: Session, case_id: str, *, ready_on: str, escort: bool, avoid: Iterable[str]) -> None:
    """Say from which day they can travel, whether they must not go alone, and by what they cannot go."""
    case = require_case(session, case_id)
    if ready_on:
        check_day(ready_on)
    wanted, there = {known(MODE, code) for code in avoid}, set(case.avoid_set)
    new = {"ready_on": ready_on, "escort": escort}
    changes: list[Change] = [
        *put("case", case_id, **{name: value for name, value in new.items() if value != getattr(case, name)}),
        *add("case", case_id, "avoid_set", *sorted(wanted - there)),
        *remove("case", case_id, "avoid_set", *sorted(there - wanted)),
    ]
    if changes:
        session.commit(case.compartment, changes)


def set_ride(
    session: Session,
    leg_id: str,
    *,
    ticket: str,
    ticket_due: int,
    companion_id: str,
    handover: str,
    name_checked: bool,
) -> None:
    """Set what a leg needs besides its times: the ticket, who goes with them, who meets them where."""
    leg = require(session, Leg, leg_id)
    new = {
        "ticket": clean_name(ticket),
        "ticket_due": ticket_due,
        "companion_id": companion_id,
        "handover": clean_name(handover),
        "name_checked": name_checked,
    }
    changed = {name: value for name, value in new.items() if value != getattr(leg, name)}
    if changed:
        session.commit(leg.compartment, put("leg", leg_id, **changed))


def doors_of(session: Session, case_id: str) -> list[Opens]:
    """Return what each paper of a case opens; nothing on a desk that does not know the ways out."""
    papers = [
        one for one in session.find(TravelDocument, case_id=case_id) if one.issuer and one.paper in _CROSSES
    ]
    if not papers or not holds_beds(session):
        return []
    rules = Rules(session)
    found = []
    for one in sorted(papers, key=lambda paper: (paper.paper, paper.id)):
        opens = sorted(
            rules.opens(one.issuer).rules, key=lambda rule: (rule.needs_visa, rule.rule == "closed")
        )
        found.append(Opens(one, rules.known(one.issuer), tuple(opens)))
    return found
