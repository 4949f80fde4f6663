"""Figures: each number with how it was counted. What could point at a person is held back, inside the team too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from leeward.base.say import Message, say, say_count
from leeward.domain.findings.grade import Weighing, strength_of
from leeward.domain.findings.records import Claim
from leeward.domain.findings.terms import Grade
from leeward.domain.period import Period
from leeward.domain.release.small_numbers import LEAST, SafeTable, hold_back, safe_count
from leeward.domain.testimony.methods import METHODS
from leeward.domain.testimony.records import Account, Act
from leeward.office import appeals
from leeward.office.record_views import Everything
from leeward.office.session import Session


class Figure(msgspec.Struct, frozen=True):
    """One figure: a sentence with its number, how it was counted, and its table if it has one."""

    key: str
    sentence: Message
    how: Message
    table: SafeTable | None = None
    vocabulary: str = ""  # of the table's keys; "" for months
    left_out: int = 0  # things without a month, and the like


def figures(session: Session, everything: Everything) -> list[Figure]:
    """Return the figures of one inquiry, as this desk may read it; what it has none of is left out."""
    accounts = [account for account in everything.accounts if account.case_id]
    told = {account.id for account in accounts}
    acts = [act for act in session.find(Act) if not act.withdrawn and act.account_id in told]
    weigh = everything.weighing
    board = [one for one in appeals.board(session) if everything.shelf.holds(one.submission)]
    shown = [_accounts(accounts)] if accounts else []
    if acts:
        shown += [_acts(acts), _by_type(acts), _by_method(acts)]
    if everything.claims:
        shown += [_claims(weigh, everything.claims), _sources(weigh, everything.claims)]
    return [*shown, _appeals(board)] if board else shown


def _accounts(accounts: list[Account]) -> Figure:
    table, left_out = _by_month(Period(start=account.told_on) for account in accounts)
    people = len({account.case_id for account in accounts})
    return Figure(
        "accounts",
        say("Fewer than {least} accounts were told to us", least=LEAST)
        if safe_count(people) is None
        else say("{n} accounts were told to us", n=len(accounts)),
        say("One for each sitting. What is restated from print is not counted.")
        if safe_count(people) is None
        else say("From {people} people. What is restated from print is not counted.", people=people),
        table,
        left_out=left_out,
    )


def _acts(acts: list[Act]) -> Figure:
    table, left_out = _by_month(act.period for act in acts)
    return Figure(
        "acts",
        say("Fewer than {least} acts are coded", least=LEAST)
        if safe_count(len(acts)) is None
        else say("{n} acts are coded", n=len(acts)),
        say(
            "By the month in which it happened. An act that spans several months, or has only a year, is in none."
        ),
        table,
        left_out=left_out,
    )


def _by_month(periods: Iterable[Period]) -> tuple[SafeTable, int]:
    counts: dict[str, int] = {}
    left_out = 0
    for period in periods:
        bounds = period.kept_bounds()
        if bounds is None or (bounds[0].year, bounds[0].month) != (bounds[1].year, bounds[1].month):
            left_out += 1
            continue
        month = f"{bounds[0].year:04d}-{bounds[0].month:02d}"
        counts[month] = counts.get(month, 0) + 1
    return hold_back(dict(sorted(counts.items()))), left_out


def _by_type(acts: list[Act]) -> Figure:
    counts: dict[str, int] = {}
    for act in acts:
        counts[act.act_type] = counts.get(act.act_type, 0) + 1
    ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return Figure(
        "types",
        say_count("The acts are of {n} kind", "The acts are of {n} kinds", len(ordered)),
        say(
            "An act has one kind. The same act told by two people is two acts here; findings tell them apart."
        ),
        hold_back(ordered),
        "act-type",
    )


def _by_method(acts: list[Act]) -> Figure:
    counts: dict[str, int] = {}
    for act in acts:
        for group in {METHODS[code].parent or code for code in act.methods if code in METHODS}:
            counts[group] = counts.get(group, 0) + 1
    ordered = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    return Figure(
        "methods",
        say_count("{n} group of methods was used", "{n} groups of methods were used", len(ordered)),
        say(
            "In how many acts a method of the group is told; one act may have several, so they do not add up."
        ),
        hold_back(ordered),
        "method",
    )


def _sources(weigh: Weighing, claims: Sequence[Claim]) -> Figure:
    voices = [voice for claim in claims for voice in weigh.voices(weigh.of(claim.id))]
    roots = len(strength_of(voices).classes)
    return Figure(
        "sources",
        say_count(
            "{n} source speaks for a claim",
            "{n} sources speak for a claim",
            len({v.source_id for v in voices}),
        ),
        say_count(
            "They are {n} independent root: whoever repeats another adds none.",
            "They are {n} independent roots: whoever repeats another adds none.",
            roots,
        ),
    )


def _claims(weigh: Weighing, claims: Sequence[Claim]) -> Figure:
    grades = [weigh.grade_claim(claim)[0] for claim in claims]
    counts = {
        str(int(grade)): grades.count(grade) for grade in sorted(Grade, reverse=True) if grades.count(grade)
    }
    standing = sum(1 for grade in grades if grade >= Grade.CORROBORATED)
    return Figure(
        "claims",
        say("{standing} of {all} claims are corroborated or better", standing=standing, all=len(grades)),
        say(
            "Claims are sentences, not people, so none is held back. A claim stands as far as its weakest part."
        ),
        hold_back(counts, least=0),
        "grade",
    )


def _appeals(board: Sequence[appeals.Asked]) -> Figure:
    answered = sum(1 for one in board if one.state.answered_on)
    silent = max((one.state.silent_days for one in board if not one.state.answered_on), default=0)
    asked = say("{answered} of {asked} appeals were answered", asked=len(board), answered=answered)
    if answered == len(board):
        return Figure("appeals", asked, say("An acknowledgement is not an answer."))
    return Figure(
        "appeals",
        asked,
        say_count(
            "An acknowledgement is not an answer. The longest silence so far is {n} day.",
            "An acknowledgement is not an answer. The longest silence so far is {n} days.",
            silent,
        ),
    )


__all__ = ["LEAST", "Figure", "figures"]
