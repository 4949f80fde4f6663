"""Errors of the domain.

DomainError
 +-- DamagedRecord   a record's fields do not fit its kind; the rest of the vault is fine
 +-- RuleBroken      the work's own rules forbid this step (capacity, consent, an exposed place...)
 `-- OutOfRange      a value is too long, malformed or not in its vocabulary
"""

from __future__ import annotations

from leeward.base.errors import LeewardError


class DomainError(LeewardError):
    """A rule of the work would be broken."""

    code = "domain"


class DamagedRecord(DomainError):
    """A record's fields do not fit its kind."""

    code = "domain.damaged-record"


class RuleBroken(DomainError):
    """The step is forbidden by the work's own rules, and the message says which."""

    code = "domain.rule"


class OutOfRange(DomainError):
    """A value is too long, malformed, or not one of its vocabulary's."""

    code = "domain.value"
