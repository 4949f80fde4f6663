"""What needs somebody now: the lines of the Today page, gathered from every part of the work."""

from __future__ import annotations

import enum

import msgspec

from leeward.base.say import Message


class Urgency(enum.IntEnum):
    """The order of Today: who may be hurt first, then promises, then waiting."""

    ALARM = 0  # somebody used the alarm form
    MISSED = 1  # a missed check-in
    EXPOSED = 2  # people still in an exposed place
    LATE = 3  # promised and overdue
    WAITING = 4  # somebody waits for an answer
    SOON = 5  # due before the shift ends
    SECOND = 6  # waits for a second reader or a signature


class Need(msgspec.Struct, frozen=True):
    """One line of Today: what, why it is here, since when, and the one button that does it."""

    urgency: Urgency
    tag: Message  # two or three words: "Missed check-in", "Waiting 6 h"
    what: Message
    why: Message
    since: int  # milliseconds: the older of two in one group comes first
    action: Message  # the verb on the button
    href: str  # the desk's page that does it, such as "/people/abc#tasks"
    weight: float = 0.0  # within WAITING: risk level times hours; higher first
    holder_id: str = ""  # the member who has it in hand; "": whoever looks
    later: bool = False  # nothing is late, and it comes after this member's shift
    check_id: str = ""  # the missed check-in that can be followed up here with one press
    tried: bool = False  # what is due of it now was tried: only their answer is still waited for


def in_order(needs: list[Need]) -> list[Need]:
    """Return the lines as Today shows them."""
    return sorted(needs, key=lambda need: (need.urgency, -need.weight, need.since))
