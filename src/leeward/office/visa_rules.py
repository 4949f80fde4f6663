"""What a passport opens: the table that was brought, what the team knows better, and which one counts.

1. What the team wrote by hand wins over every table, older or newer, until it is taken back.
2. Where nothing is known a visa is needed: nobody is sent to a border on a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from leeward.base.say import say
from leeward.domain.cases.text import clean_name
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.beds import check_day
from leeward.domain.relocation.papers import TravelDocument
from leeward.domain.relocation.ways_out import (
    VisaRuleByHand,
    VisaRules,
    by_hand_id,
    visa_rules_id,
)
from leeward.domain.relocation.words import VISA_RULE
from leeward.ledger.model import Change, put
from leeward.office.casework_base import today
from leeward.office.countries import canonical
from leeward.office.session import Session
from leeward.office.visa_table import RuleTable
from leeward.office.ways_out import circle, countries_known

_DAYS_MOST = 3650


class Rule(msgspec.Struct, frozen=True):
    """What counts for a passport and a country, and where that is from."""

    country: str
    rule: str  # words.VISA_RULE, a number of days, or "" if nothing is known
    table: str = ""  # what the table says
    by_hand: VisaRuleByHand | None = None

    @property
    def days(self) -> int:
        """Return for how many days one may stay without a visa, if the rule says so; else 0."""
        return int(self.rule) if self.rule.isdecimal() else 0

    @property
    def needs_visa(self) -> bool:
        """Tell whether a visa is needed before the journey (2)."""
        return self.rule in {"", "required"}


class Passport(msgspec.Struct, frozen=True):
    """What one passport opens, as known on this desk."""

    name: str
    source: str
    as_of: str
    rules: tuple[Rule, ...]  # the countries that the team can send people to
    others: tuple[Rule, ...]  # the rest of the table


def issuers(session: Session) -> dict[str, str]:
    """Return who issued the passports of the cases on this desk: by what they are compared with, as written."""
    found: dict[str, str] = {}
    for one in session.find(TravelDocument):
        if one.issuer and one.paper in {"passport", "travel-passport", "refugee-paper"}:
            found.setdefault(canonical(one.issuer).casefold(), one.issuer)
    return found


def keep_rules(
    session: Session, table: RuleTable, passports: Collection[str], *, source: str, as_of: str
) -> int:
    """Keep the rules of these passports, with where they are from and of which day; return how many were kept."""
    check_day(as_of)
    said = clean_name(source, needed=True)
    chosen = [one for one in table.rules if one in passports]
    if not chosen:
        raise OutOfRange(
            say("No passport was chosen."),
            kept=say("The file is still here."),
            next_step=say("Tick at least one."),
        )
    where = circle(session)
    changes: list[Change] = []
    for one in chosen:
        fields = {"passport": one, "table": table.rules[one], "source": said, "as_of": as_of}
        changes += put("visa_rules", visa_rules_id(one), **fields)
    session.commit(where, changes)
    return len(chosen)


def know_better(
    session: Session, passport: str, country: str, rule: str, *, days: int = 0, reason: str, day: str = ""
) -> None:
    """Write what the team knows better than the table; `days` if one may stay so long without a visa."""
    word = str(days) if days else rule
    if not (0 <= days <= _DAYS_MOST) or not (days or word in VISA_RULE):
        raise OutOfRange(
            say("This is no visa rule."),
            kept=say("Nothing was changed."),
            next_step=say("Choose one from the list, or write a number of days."),
        )
    said = clean_name(reason, needed=True)
    on = day or today(session)
    check_day(on)
    one, other = canonical(clean_name(passport, needed=True)), canonical(clean_name(country, needed=True))
    fields = {"passport": one, "country": other, "rule": word, "reason": said, "day": on}
    session.commit(circle(session), put("visa_rule_by_hand", by_hand_id(one, other), **fields))


def take_back(session: Session, passport: str, country: str) -> None:
    """Let the table count again."""
    rule_id = by_hand_id(canonical(passport), canonical(country))
    there = session.get(VisaRuleByHand, rule_id)
    if there is not None and there.rule:
        session.commit(there.compartment, put("visa_rule_by_hand", rule_id, rule=""))


class Rules:
    """Every rule that this desk knows, read once."""

    def __init__(self, session: Session) -> None:
        self._tables = {_key(one.passport): one for one in reversed(session.find(VisaRules))}
        self._cells = {
            passport: {_key(country): rule for country, rule in one.table.items()}
            for passport, one in self._tables.items()
        }
        self._by_hand = {
            (_key(one.passport), _key(one.country)): one for one in session.find(VisaRuleByHand) if one.rule
        }
        self._countries = list(countries_known(session).values())

    def passports(self) -> list[str]:
        """Return every passport of which something is known, as it is written there."""
        found = {key: one.passport for key, one in self._tables.items()}
        for (key, _), one in self._by_hand.items():
            found.setdefault(key, one.passport)
        return sorted(found.values(), key=str.casefold)

    def known(self, passport: str) -> bool:
        """Tell whether anything is known of a passport."""
        key = _key(passport)
        return key in self._tables or any(one == key for one, _ in self._by_hand)

    def rule(self, passport: str, country: str) -> Rule:
        """Return what counts (1)."""
        key = (_key(passport), _key(country))
        table, better = self._cells.get(key[0], {}).get(key[1], ""), self._by_hand.get(key)
        return Rule(country, better.rule if better is not None else table, table, better)

    def opens(self, passport: str) -> Passport:
        """Return what one passport opens."""
        key = _key(passport)
        there = self._tables.get(key)
        ours = {_key(one): one for one in self._countries}
        written: Mapping[str, str] = {_key(one): one for one in (there.table if there is not None else {})}
        by_hand = {
            _key(one.country): one.country for (issuer, _), one in self._by_hand.items() if issuer == key
        }
        rest = {**written, **by_hand}
        return Passport(
            there.passport if there is not None else canonical(passport),
            there.source if there is not None else "",
            there.as_of if there is not None else "",
            tuple(self.rule(passport, one) for one in ours.values()),
            tuple(self.rule(passport, rest[one]) for one in sorted(rest) if one not in ours),
        )


def _key(text: str) -> str:
    return canonical(text).casefold()
