"""What two devices tell each other when one joins by a spoken code (protocol 6.2): the offer, the welcome, the thanks.

JSON, strictly read: whoever sits at the other end may send anything.
"""

from __future__ import annotations

import json
from typing import TypeVar

import msgspec

from leeward.base.ids import is_id
from leeward.base.say import say
from leeward.domain.errors import DomainError

_PARTS_MOST = 10_000
_VERSION = 1


class JoiningGarbled(DomainError):
    """What came from the other computer over an invitation cannot be read."""

    code = "team.joining-garbled"


class Part(msgspec.Struct, frozen=True):
    """A compartment that is granted."""

    id: str
    kind: str


class Offer(msgspec.Struct, frozen=True):
    """Who invites: the fingerprint of their device. `own`: the newcomer is a further device of the same person."""

    device: str
    own: bool = False
    older: str = ""  # the newcomer comes back from a journey: the device that their card is to name
    v: int = _VERSION


class Granted(msgspec.Struct, frozen=True):
    """The answer to a card: the signed welcome ("" says no), and everything that is granted."""

    welcome: str
    parts: tuple[Part, ...] = ()
    v: int = _VERSION


class Thanks(msgspec.Struct, frozen=True):
    """What the newcomer says at the end: how many of those parts it holds."""

    held: int
    v: int = _VERSION


_T = TypeVar("_T", Offer, Granted, Thanks)


def print_joining(said: Offer | Granted | Thanks) -> bytes:
    """Return it as JSON."""
    return json.dumps(msgspec.to_builtins(said), ensure_ascii=False, sort_keys=True).encode()


def read_offer(untrusted: bytes) -> Offer:
    """Return an offer, or raise JoiningGarbled."""
    offer = _read(untrusted, Offer)
    if not is_id(offer.device) or (offer.older and not is_id(offer.older)):
        raise _garbled()
    return offer


def read_granted(untrusted: bytes) -> Granted:
    """Return a welcome with its parts, or raise JoiningGarbled."""
    granted = _read(untrusted, Granted)
    if len(granted.parts) > _PARTS_MOST or not all(is_id(part.id) for part in granted.parts):
        raise _garbled()
    return granted


def read_thanks(untrusted: bytes) -> Thanks:
    """Return the thanks, or raise JoiningGarbled."""
    return _read(untrusted, Thanks)


def _read(untrusted: bytes, kind: type[_T]) -> _T:
    try:
        said = msgspec.json.decode(untrusted, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _garbled() from error
    if said.v != _VERSION:
        raise _garbled()
    return said


def _garbled() -> JoiningGarbled:
    return JoiningGarbled(
        say("What the other computer says cannot be read; it may have another version of Leeward."),
        kept=say("Nobody was let in."),
        next_step=say("Compare the versions over the call, and make a new code."),
    )
