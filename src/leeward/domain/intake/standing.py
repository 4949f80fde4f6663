"""How somebody stands with us: who has their conversation, may they be in other hands, did they end it, who are they.

1. An alarm, or a member, marks them as possibly captured at once; only a lift that came later takes it back. Each
   contact counts for itself, so neither a merge nor its end makes anybody free.
2. They ended it if that was the last thing their own words told us; whoever writes again has not ended it.
3. Whoever took a conversation has it until they leave it, give it away, or do nothing for too long.
4. What says that all is well is believed only once its time has come: a clock that was set ahead silences nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leeward.domain.intake.records import Contact, FactsTold, Letter

_FACTS = ("where", "when", "device", "phrase", "note")
CLOCKS_APART = 10 * 60_000  # milliseconds by which the clocks of honest desks may differ
_QUIET_CLAIM = 12 * 3_600_000  # milliseconds for which a claim is shown where nobody waits


class Claim(msgspec.Struct, frozen=True):
    """Who has a conversation, since when, and what whoever gave it to them said."""

    member_id: str
    at: int
    acted_at: int  # when they last took it, wrote, called or noted something
    given_by: str = ""
    text: str = ""

    def holds(self, now: int, minutes: int, *, waits: bool) -> bool:
        """Tell whether it is still theirs (3)."""
        return -CLOCKS_APART <= now - self.acted_at < (minutes * 60_000 if waits else _QUIET_CLAIM)


def captured_since(contacts: Sequence[Contact], letters: Sequence[Letter]) -> int:
    """Return since when any of them may be in other hands, 0 if none is (1)."""
    return min(filter(None, (_one_captured_since(one, letters) for one in contacts)), default=0)


def _one_captured_since(contact: Contact, letters: Sequence[Letter]) -> int:
    lifted = max((one.at for one in contact.captures if one.value.get("does") == "lift"), default=0)
    marks = [one.at for one in contact.captures if one.value.get("does") == "mark"]
    marks += [one.created_at for one in letters if one.alarm and one.contact_id == contact.id]
    return min((at for at in marks if at > lifted), default=0)


def believed_at(contact: Contact, now: int) -> Contact:
    """Return the contact as it is to be believed now: without what calms from a time to come (4)."""
    latest = now + CLOCKS_APART
    captures = tuple(one for one in contact.captures if one.at <= latest or one.value.get("does") != "lift")
    return msgspec.structs.replace(
        contact,
        alarm_seen_at=contact.alarm_seen_at if contact.alarm_seen_at <= latest else 0,
        settled_at=contact.settled_at if contact.settled_at <= latest else 0,
        ended_done_at=contact.ended_done_at if contact.ended_done_at <= latest else 0,
        captures=captures,
    )


def captured_by(contacts: Sequence[Contact], since: int) -> frozenset[str]:
    """Return the members who said so since then: whoever marked it, and whoever took up an alarm."""
    if not since:
        return frozenset()
    notes = [one for contact in contacts for one in contact.captures]
    said = {one.by for one in notes if one.at >= since and one.value.get("does") == "mark"}
    took = {contact.alarm_seen_by for contact in contacts if contact.alarm_seen_at >= since}
    return frozenset(one for one in said | took if one)


def warned(contacts: Sequence[Contact], since: int) -> frozenset[str]:
    """Return the contacts that were warned since then because they are linked to somebody in other hands."""
    notes = (one for contact in contacts for one in contact.captures if one.at >= since)
    return frozenset(str(one.value.get("text", "")) for one in notes if one.value.get("does") == "warned")


def ended_at(ordered: Sequence[Letter]) -> int:
    """Return when they asked us to end and erase it; 0 if they did not, or wrote with their words since (2)."""
    at = 0
    for letter in ordered:
        if letter.direction == "ended":
            at = letter.created_at
        elif letter.direction in {"in", "opened"} and not letter.alarm:
            at = 0
    return at


def claim_of(contact: Contact, letters: Sequence[Letter]) -> Claim | None:
    """Return who took the conversation, whether or not it is still theirs; None if nobody did (3)."""
    if not contact.claims:
        return None
    last = contact.claims[-1]
    holder = str(last.value.get("to", ""))
    if last.value.get("does") == "leave" or not holder:
        return None
    acted = [
        one.created_at for one in letters if one.created_by == holder and one.direction in {"out", "call"}
    ]
    if contact.changed_by == holder:
        acted.append(contact.changed_at)
    return Claim(
        member_id=holder,
        at=last.at,
        acted_at=max([last.at, *acted]),
        given_by=last.by if last.value.get("does") == "give" else "",
        text=str(last.value.get("text", "")),
    )


def vetting_of(contact: Contact, now: int) -> str:
    """Return the grade as it stands now: what was believed too long ago must be checked again."""
    believed = contact.vetting in {"partly", "verified"}
    return "again" if believed and 0 < contact.vetting_until <= now else contact.vetting


def decision_waits(contact: Contact) -> bool:
    """Tell whether a decision needs a second reader: no help, or help that moves somebody near danger."""
    weighty = contact.decision == "decline" or (contact.decision == "accept" and contact.decision_risky)
    return weighty and bool(contact.decision_by) and not contact.decision_second_by


class Safe(msgspec.Struct, frozen=True):
    """How it is safe to answer: what counts, and what they wrote themselves where a member wrote something else."""

    facts: FactsTold
    told: FactsTold


def safe_of(contacts: Sequence[Contact], ordered: Sequence[Letter]) -> Safe:
    """Return how it is safe to answer. What was written with the alarm form counts for nothing."""
    told = {}
    for letter in ordered:
        if letter.direction == "in" and not letter.alarm:
            told.update({name: value for name in _FACTS if (value := getattr(letter.facts, name))})
    noted = {name: value for name in _FACTS if (value := getattr(contacts[0], f"safe_{name}"))}
    return Safe(FactsTold(**{**told, **noted}), FactsTold(**told))
