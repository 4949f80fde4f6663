"""The gate. Nothing about a person reaches a document except as `Allowed`, and only this module makes those.

1. An `Allowed` value is made by the functions here alone; anything else that tries is a programming error.
2. It carries the audience and the day it was allowed for; a document for another audience refuses it.
3. What is not allowed comes back as `Withheld`, with the reason in a sentence. There is no third outcome.
4. What rests on print alone, with no person of ours behind it, needs no consent; it still passes the gate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Generic, NoReturn, TypeVar

import msgspec

from leeward.base.say import Code, Message, say
from leeward.domain.cases.consent import Consent, Ruling, allows
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.findings.records import Claim
from leeward.domain.findings.terms import Grade
from leeward.domain.release.audience import view_of
from leeward.domain.testimony.records import Account, Act
from leeward.domain.translated import translated

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_GATE: Final = object()


class Allowed(Generic[T_co]):
    """Something that may go to one audience on one day. Made by this module only (rule 1)."""

    __slots__ = ("_audience", "_day", "_value")

    def __init__(self, value: T_co, audience: str, day: str, gate: object) -> None:
        if gate is not _GATE:
            raise RuntimeError("Only the consent check makes an Allowed value.")
        object.__setattr__(self, "_value", value)
        object.__setattr__(self, "_audience", audience)
        object.__setattr__(self, "_day", day)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("An Allowed value does not change.")

    def __reduce__(self) -> NoReturn:
        raise RuntimeError("An Allowed value is not stored or copied; check the consent again.")

    def for_audience(self, audience: str, day: str) -> T_co:
        """Return the value; RuntimeError if it was allowed for another audience or day (rule 2)."""
        if (audience, day) != (self._audience, self._day):
            raise RuntimeError("This was allowed for another audience or day.")
        return self._value

    _value: T_co
    _audience: str
    _day: str


class Withheld(msgspec.Struct, frozen=True):
    """One thing that does not leave, and why. `what` is for the team, and names nobody outside it."""

    record_id: str
    record_kind: str
    what: Message
    why: Message
    reason: str  # one word for grouping: "consent", "grade", "audience", "small"


class Gate:
    """The consent check of one release."""

    def __init__(
        self,
        audience: str,
        day: str,
        consents: Mapping[str, Sequence[Consent]],
        *,
        organisation: str = "",
        met: frozenset[str] = frozenset(),
        children: frozenset[str] = frozenset(),
        language: str = "en",
    ) -> None:
        """Take consents by case id (the person's own), the document's language, and the answers said to be met.

        `children` are the cases that are about a child.
        """
        self.view = view_of(audience)
        self.audience = audience
        self.day = day
        self._consents = consents
        self._organisation = organisation
        self._met = met
        self._children = children
        self._language = language

    def account(self, account: Account) -> Allowed[Account] | Withheld:
        """Ask for an account."""
        return self._ask(
            account,
            account.case_id,
            "account",
            say("{label}", label=translated(account, "label", self._language)),
            record_id=account.id,
            record_kind=account.kind,
        )

    def act(self, act: Act, label: str) -> Allowed[Act] | Withheld:
        """Ask for a coded act: it goes with the account it was coded from."""
        what = say("an act of {label}: {act}", label=label, act=Code(f"act-type/{act.act_type}"))
        return self._ask(act, act.case_id, "account", what, record_id=act.id, record_kind=act.kind)

    def evidence(self, item: EvidenceItem) -> Allowed[EvidenceItem] | Withheld:
        """Ask for a piece of evidence to be listed."""
        what = say("“{title}”", title=item.title)
        if not self.view.evidence:
            return Withheld(item.id, item.kind, what, say("This audience is not shown evidence."), "audience")
        return self._ask(item, item.case_id, "files", what, record_id=item.id, record_kind=item.kind)

    def name(self, legal_name: str, case_id: str, identity_id: str, label: str) -> Allowed[str] | Withheld:
        """Ask for the legal name."""
        what = say("the name of {label}", label=label)
        return self._ask(legal_name, case_id, "name", what, record_id=identity_id, record_kind="identity")

    def occupation(self, told: str, case_id: str, person_id: str, label: str) -> Allowed[str] | Withheld:
        """Ask for what they do for a living: part of the account, blurred to a group where the view says so."""
        what = say("the occupation of {label}", label=label)
        return self._ask(told, case_id, "account", what, record_id=person_id, record_kind="person")

    def counts(self, case_id: str) -> bool:
        """Tell whether a person may be one in a number for this audience; who allows the account is counted too."""
        if not case_id:
            return True
        return any(self._ruling(case_id, use).allowed for use in ("count", "account"))

    def claim(self, claim: Claim, grade: Grade) -> Allowed[Claim] | Withheld:
        """Ask for a claim, graded on those sources alone that may be counted for this audience."""
        if grade < self.view.least_grade:
            return Withheld(
                claim.id,
                claim.kind,
                say("“{sentence}”", sentence=claim.said(self._language)),
                say(
                    "On what this audience may know, it stands as “{grade}”; it is told “{least}” or more.",
                    grade=Code(f"grade/{int(grade)}"),
                    least=Code(f"grade/{int(self.view.least_grade)}"),
                ),
                "grade",
            )
        return Allowed(claim, self.audience, self.day, _GATE)

    def _ask(
        self, value: T, case_id: str, use: str, what: Message, *, record_id: str, record_kind: str
    ) -> Allowed[T] | Withheld:
        if not case_id:  # 4
            return Allowed(value, self.audience, self.day, _GATE)
        ruling = self._ruling(case_id, use)
        if not ruling.allowed:
            return Withheld(record_id, record_kind, what, ruling.reason, "consent")  # 3
        return Allowed(value, self.audience, self.day, _GATE)

    def _ruling(self, case_id: str, use: str) -> Ruling:
        return allows(
            self._consents.get(case_id, ()),
            use,
            self.audience,
            self.day,
            organisation=self._organisation,
            met=self._met,
            child=case_id in self._children,
        )
