"""What the team knows of its channels: which desk runs one, whether an answer went out, whose safety number it was."""

from __future__ import annotations

from typing import Annotated, ClassVar

from leeward.domain.typed import Coded, Typed
from leeward.domain.vocabulary import Term, Vocabulary


class Seat(Typed, frozen=True, kw_only=True):
    """Which desk runs a channel. The id is derived from channel and account; neither server nor password is here."""

    kind: ClassVar[str] = "channel"
    name: str = ""  # "email", "signal"
    device: str = ""  # device id of the desk that fetches and sends
    member_id: str = ""
    stopped_at: int = 0


class Delivery(Typed, frozen=True, kw_only=True):
    """What became of an answer that goes out by a channel. The id is derived from the letter."""

    kind: ClassVar[str] = "delivery"
    letter_id: str = ""
    contact_id: str = ""
    channel: str = ""
    state: Annotated[str, Coded("delivery")] = ""
    why: str = ""  # the server's own words
    at: int = 0  # milliseconds


class SafetyNumber(Typed, frozen=True, kw_only=True):
    """The safety number under which somebody was last heard on Signal. The id is derived from the contact."""

    kind: ClassVar[str] = "safety-number"
    contact_id: str = ""
    number: str = ""
    new_at: int = 0  # milliseconds: when it changed; 0: never since we know it
    compared_at: int = 0  # somebody compared the new one with the person
    compared_by: str = ""  # member id


DELIVERY = Vocabulary(
    "delivery",
    Term("sent", "handed over", "передано", "The server has taken it; whether it is read, nobody tells us."),
    Term(
        "refused", "refused", "не принято", "The server will not take it; trying again by itself is useless."
    ),
    Term(
        "unsure",
        "unclear",
        "неясно",
        "The desk stopped while it was being sent: it may have gone out or not.",
    ),
    Term(
        "identity", "safety number changed", "сменился код безопасности", "Somebody else may hold the phone."
    ),
    Term("held", "held back", "задержано", "They may be in other hands, and it leads to a place."),
    Term("again", "to be sent again", "отправить ещё раз", "A member decided so."),
)
