"""Which passport opens which door: the public table, what the team knows better, and what a country asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from leeward.domain.relocation.ways_out import Destination
from leeward.office.countries import canonical, same
from leeward.office.session import Session
from leeward.office.visa_rules import Rules

_NO_APPOINTMENT = frozenset({"free", "on-arrival", "e-visa", "eta"})


class Doors:
    """What each country asks of each passport, as known on this desk."""

    def __init__(self, session: Session, destinations: Iterable[Destination]) -> None:
        self._destinations = list(destinations)
        self._rules = Rules(session)
        self._tokens: dict[str, str] = {}

    def named(self, country: str) -> Destination | None:
        """Return the destination of that name, if the team has one."""
        return next((one for one in self._destinations if same(one.country, country)), None)

    def passport(self, issuer: str) -> str:
        """Return a short plain word for who issued a passport: what people typed is not for the planner."""
        key = canonical(issuer).casefold()
        return self._tokens.setdefault(key, f"q{len(self._tokens)}")

    def rule(self, issuer: str, country: str) -> str:
        """Return the rule: what the team knows better, else the table's, else "" if nothing is known."""
        return self._rules.rule(issuer, country).rule

    def needs_visa(self, issuer: str, country: str) -> bool:
        """Tell whether the passport needs an appointment first; where nothing is known, it does (rule 4)."""
        rule = self.rule(issuer, country)
        return not (rule in _NO_APPOINTMENT or rule.isdecimal())

    def visa_for(self, country: str) -> tuple[str, ...]:
        """Return the passports, among those asked about so far, that need a visa for the country."""
        return tuple(
            token for issuer, token in sorted(self._tokens.items()) if self.needs_visa(issuer, country)
        )

    def shut(self, country: str, passports: Collection[str]) -> bool:
        """Tell whether the country lets one of these passports (as `passport` named them) in by no means."""
        issuers = [issuer for issuer, token in self._tokens.items() if token in passports]
        return any(self.rule(issuer, country) == "closed" for issuer in issuers)
