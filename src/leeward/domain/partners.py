"""Organisations to which people are referred, and how far the key of each can be trusted. No person stands here.

1. What is compared over a call is all by which a partner is known: name, audience and key. A change of any undoes it.
2. Whoever put the key there does not confirm it as well: a key counts as compared when another member compared it.
3. A comparison is a signed note; nobody can write one in another's name.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable
from typing import Annotated, ClassVar

import msgspec

from leeward.domain.typed import Coded, Note, Typed

AUDIENCES = ("partner", "doctor", "lawyer", "un", "embassy")
"""The audiences of consent that a partner can be."""

_DIGITS = 32


class Partner(Typed, frozen=True, kw_only=True):
    """An organisation with an age key. Lies with the team: it says nothing of anybody who is helped."""

    kind: ClassVar[str] = "partner"

    name: str = ""
    audience: Annotated[str, Coded("audience")] = "partner"  # whose consent it needs
    recipient: str = ""  # age1… or age1pq1…
    compared: tuple[Note, ...] = ()  # {"digest"}: somebody heard it from them
    closed_at: int = 0


class Standing(enum.StrEnum):
    """How far a key can be trusted."""

    COMPARED = "compared"
    ALONE = "alone"  # by the same member who put it there
    CHANGED = "changed"  # something else was compared before
    NEVER = "never"
    TWICE = "twice"  # two members wrote different ones at the same time


class Trust(msgspec.Struct, frozen=True):
    """How the key stands, and the last comparison of what is there now."""

    standing: Standing
    by_id: str = ""
    at: int = 0

    @property
    def sure(self) -> bool:
        """Tell whether it can be used without a second confirmation."""
        return self.standing == Standing.COMPARED


def digest_of(partner: Partner) -> str:
    """Return what a comparison vouches for (1), as hex."""
    told = f"leeward-partner-1\n{partner.name}\n{partner.audience}\n{partner.recipient}"
    return hashlib.sha256(told.encode()).hexdigest()


def key_print(recipient: str) -> str:
    """Return the first 32 hex digits of the SHA-256 of the recipient's text: what `sha256sum` shows them."""
    return hashlib.sha256(recipient.encode()).hexdigest()[:_DIGITS]


def trust_of(partner: Partner, setters: Iterable[str]) -> Trust:
    """Return how a partner's key stands; `setters` are the members who wrote what is there now."""
    if set(partner.conflicts) & {"name", "audience", "recipient"}:
        return Trust(Standing.TWICE)
    digest, own = digest_of(partner), set(setters)
    told = sorted(partner.compared, key=lambda one: one.at)
    same = [one for one in told if isinstance(one.value, dict) and one.value.get("digest") == digest]
    others = [one for one in same if one.by not in own]
    if others:
        return Trust(Standing.COMPARED, others[-1].by, others[-1].at)  # 2
    if len(told) > len(same):
        return Trust(Standing.CHANGED, told[-1].by, told[-1].at)
    if same:
        return Trust(Standing.ALONE, same[-1].by, same[-1].at)
    return Trust(Standing.NEVER)
