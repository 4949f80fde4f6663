"""What this device alone keeps about records that take two people: its shares, and its own questions (ADR 28).

None of it is ever pushed or exported. A share is nothing without another member's; the key of a question opens
nothing but the answers to it, and goes with it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from leeward.domain.openings import ASKED_FOR
from leeward.office.session import Session

_SHARES = "openings.shares"
_ASKED = "openings.asked"
_SHARES_MOST = 20_000


class Share(msgspec.Struct, array_like=True):
    """One share: of which split, from which device it came, and its words."""

    split: str
    giver: str
    share: str


class Asked(msgspec.Struct, array_like=True):
    """A question of this device: what to open, and the key drawn for its answers, which came sealed to that."""

    opening: str
    record: str
    split: str
    key: str
    at: int
    answers: list[bytes] = []


def held_shares(session: Session) -> list[Share]:
    """Return every share that is kept here."""
    return msgspec.convert(session.vault.local_get(_SHARES) or [], list[Share])


def keep_share(session: Session, split: str, giver: str, share: str) -> None:
    """Keep a share; the first one from a device for a split stays."""
    there = held_shares(session)
    from_it = sum(one.giver == giver for one in there)  # one device cannot take the room of all others
    if (
        from_it < _SHARES_MOST // 2
        and len(there) < _SHARES_MOST
        and not any((one.split, one.giver) == (split, giver) for one in there)
    ):
        _put(session, _SHARES, [*there, Share(split, giver, share)])


def drop_share(session: Session, split: str) -> None:
    """Delete the shares of a split."""
    _put(session, _SHARES, [one for one in held_shares(session) if one.split != split])


def keep_asked(session: Session, asked: Asked) -> None:
    """Keep a question; one for each record."""
    _put(session, _ASKED, [*(one for one in _all(session) if one.record != asked.record), asked])


def asked_of(session: Session, record: str = "", *, opening_id: str = "") -> Asked | None:
    """Return the question about a record, or of that id; those that are too old are deleted first."""
    there = _all(session)
    fresh = [one for one in there if 0 <= session.now() - one.at <= ASKED_FOR]
    if len(fresh) < len(there):
        _put(session, _ASKED, fresh)
    return next((one for one in fresh if one.record == record or one.opening == (opening_id or None)), None)


def forget_asked(session: Session, record: str) -> None:
    """Delete the question about a record, with its key and answers."""
    _put(session, _ASKED, [one for one in _all(session) if one.record != record])


def _all(session: Session) -> list[Asked]:
    return msgspec.convert(session.vault.local_get(_ASKED) or [], list[Asked])


def _put(session: Session, key: str, value: Any) -> None:  # noqa: ANN401 - what MessagePack carries
    session.vault.local_put(key, msgspec.to_builtins(value, builtin_types=(bytes,)))
