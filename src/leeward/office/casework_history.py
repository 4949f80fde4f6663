"""Everything that was ever written in a case, as sentences: who, when, on which device, what it was and what it is."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import msgspec

from leeward.base.say import Code, Message, Moment, say
from leeward.domain.cases.case import Case, Person
from leeward.domain.typed import vocabulary_of
from leeward.ledger.model import Op, Record
from leeward.office.casework_views import names
from leeward.office.session import Session
from leeward.office.signs_words import rungs_in_words, sign_in_words, times_in_words

KINDS: Mapping[str, Message] = {
    "case": say("the case"),
    "person": say("somebody in the case"),
    "safety_plan": say("the safety plan"),
    "need": say("a need"),
    "task": say("a task"),
    "check_in": say("a check-in"),
    "case_note": say("a line of the story"),
    "case_file": say("a file"),
    "consent": say("what they allow"),
    "journey": say("a journey"),
    "leg": say("a leg of a journey"),
    "visa_application": say("a visa application"),
    "travel_document": say("a paper"),
    "asylum_claim": say("an asylum claim"),
    "medical_appointment": say("a visit to a doctor"),
    "medication": say("a medicine"),
    "expense": say("an expense"),
    "referral": say("a referral"),
    "received": say("something a partner sent"),
    "access": say("a key"),
    "rhythm": say("signs of life that were agreed"),
    "ladder": say("the steps after a missed sign of life"),
    "place": say("the place"),
    "stay": say("a stay"),
}
FIELDS: Mapping[str, Message] = {
    "pseudonym": say("pseudonym"),
    "status": say("status"),
    "stage": say("stage"),
    "coordinator_id": say("held by"),
    "deputy_id": say("deputy"),
    "risk": say("risk"),
    "risk_reason": say("reason for the risk"),
    "risk_notes": say("assessment"),
    "threat_set": say("threatened by"),
    "access_set": say("needs in a place"),
    "beds": say("beds"),
    "told": say("who may be told what"),
    "seized": say("account may be in other hands"),
    "title": say("title"),
    "owner_id": say("taken by"),
    "second_id": say("second"),
    "due": say("due"),
    "done_at": say("done"),
    "result": say("result"),
    "answered_at": say("answered"),
    "answer": say("answer"),
    "text": say("text"),
    "need": say("need"),
    "what": say("what"),
    "outcome": say("outcome"),
    "use": say("use"),
    "audience": say("audience"),
    "conditions": say("condition"),
    "expires": say("until"),
    "state": say("state"),
    "to_town": say("to"),
    "from_town": say("from"),
    "departs": say("departs"),
    "arrives": say("arrives"),
    "ticket": say("ticket"),
    "destination": say("destination"),
    "country": say("country"),
    "close_reason": say("why it was closed"),
    "folded": say("folded"),
    "struck_at": say("struck out"),
    "relation": say("relation"),
    "whereabouts": say("whereabouts"),
    "member_id": say("given to"),
    "exposure": say("how safe it is"),
    "exposure_reason": say("how we know"),
    "capacity": say("beds"),
    "rent_until": say("paid until"),
    "first_night": say("first night"),
    "last_night": say("last night"),
    "threatens": say("is whom they fear"),
    "travels": say("travels with them"),
    "minor": say("a child"),
    "note": say("kind"),
    "priority": say("how soon"),
    "grace": say("grace"),
    "who_id": say("who waits"),
    "how": say("how"),
    "depends_on_ids": say("waits for"),
    "done_by_id": say("done by"),
    "happened_at": say("happened"),
    "why": say("why"),
    "risks_explained": say("risks explained"),
    "given_by": say("said by"),
    "day": say("on"),
    "embargo": say("not before"),
    "mode": say("by"),
    "number": say("number"),
    "companion_id": say("goes with them"),
    "handover": say("met by"),
    "appointment": say("at the consulate"),
    "papers_due": say("papers by"),
    "visa": say("kind of visa"),
    "paper": say("paper"),
    "held": say("where it is"),
    "ready_on": say("ready on"),
    "where": say("where"),
    "with_id": say("goes with them"),
    "language": say("language"),
    "provider": say("from whom"),
    "graphic": say("may show violence"),
    "signs": say("what they would notice"),
    "steps": say("what they do then"),
    "all_well": say("word for: all is well"),
    "forced": say("word for: I am being forced"),
    "call": say("whom to call"),
    "reviewed_at": say("looked at again"),
    "closed_at": say("closed"),
    "close_review": say("looking back"),
    "closed_by_id": say("closed by"),
    "close_checked_by_id": say("closing looked at by"),
    "close_checked_at": say("closing looked at"),
    "close_checked_said": say("said of the closing"),
    "danger_by": say("threatened for"),
    "danger_said": say("what was threatened"),
    "review_by": say("to be looked at again by"),
    "requested_at": say("asked for on"),
    "currency": say("currency"),
    "feedback": say("what they say of it"),
    "answered_how": say("answered how"),
    "settled_at": say("settled"),
    "settled_as": say("settled as"),
    "called_off_at": say("called off"),
    "tried": say("tried"),
    "heard": say("sign of life"),
    "point": say("at"),
    "times": say("each night at"),
    "departure": say("minutes after leaving"),
    "arrival": say("minutes after arriving"),
    "points": say("at each point on the way"),
    "ended_at": say("ended"),
    "rungs": say("steps"),
    "remarks": say("remark"),
    "valid_to": say("valid until"),
    "refusal_reason": say("reason of the refusal"),
    "appeal_by": say("appeal by"),
    "consulate": say("consulate in"),
    "dose": say("how much"),
    "lasts_until": say("lasts until"),
    "ticket_due": say("ticket to be bought by"),
    "language_set": say("languages"),
    "budget_cents": say("budget"),
    "cost_cents": say("cost"),
    "receiver": say("partner"),
    "covering": say("What we write to them"),
    "purpose": say("what for"),
    "field_set": say("what goes"),
    "sent_at": say("sent"),
    "deleted_at": say("deleted by them"),
    "person_id": say("whose"),
    "speaker_id": say("who answers for them"),
    "speaker": say("who answers for them"),
    "own": say("an appointment of their own"),
    "way_out_id": say("the way out of the list"),
}
QUIET = frozenset(
    {
        "case_id",
        "id",
        "risk_notes",
        "identity_id",
        "stage_since",
        "risk_since",
        "opened_at",
        "code",
        "by",
        "at",
    }
)
QUIET |= {
    "about_id",
    "incident_id",
    "said",
    "step",
    "device_id",
    "journey_id",
    "leg_id",
    "requested_at",
    "asked_by_id",
    "ladder",
    "zone",
    "offset",
    "of",
    "rhythm_id",
    "off_by_rhythm",
    "file",
    "contact_ids",
    "partner_id",
    "makings",
    "recalls",
    "met_set",
    "file_ids",
    "person_ids",
}
_SIGNS = frozenset({"heard", "tried"})
_LISTS = {"times": times_in_words, "rungs": rungs_in_words}
_LONG = 160
_CODES_MOST = 12


class Written(msgspec.Struct, frozen=True):
    """What one entry did to one record."""

    at: int
    who: str
    device: str  # the first letters of its id
    own: bool  # this device
    kind: Message
    title: Message | None  # of the record, if it has one
    fields: tuple[tuple[Message, Message, bool], ...]  # what was set, to what, and whether that was taken out


class History(msgspec.Struct, frozen=True):
    """A case's history, newest first; `more` older lines are there."""

    lines: tuple[Written, ...]
    more: int


def history_of(session: Session, case: Case, *, limit: int = 200) -> History:
    """Return what was written in a case's compartment."""
    known = names(session)
    own = session.vault.device.id
    people = {one.id: one.relation for one in session.find(Person, case_id=case.id)}
    found: list[Written] = []
    for record in _records(session, case):
        told = [one for one in session.vault.history(record.id) if one.field not in QUIET]
        for _dot, group in itertools.groupby(told, key=lambda one: one.dot):
            those = list(group)
            first = those[0]
            found.append(
                Written(
                    at=first.at,
                    who=known.get(first.by, ""),
                    device=first.device[:4],
                    own=first.device == own,
                    kind=KINDS.get(record.kind, say("{kind}", kind=record.kind)),
                    title=title_of(record, people),
                    fields=tuple(
                        (
                            field_word(one.field),
                            shown(record.kind, one.field, one.value, known),
                            one.op == Op.REMOVE,
                        )
                        for one in those
                    ),
                )
            )
    found.sort(key=lambda one: one.at, reverse=True)
    return History(tuple(found[:limit]), max(0, len(found) - limit))


def _records(session: Session, case: Case) -> list[Record]:
    vault = session.vault
    return [record for kind in KINDS for record in vault.find(kind, compartment=case.compartment)]


def field_word(field: str) -> Message:
    """Return the word for a field; one this desk does not know is shown as it is."""
    return FIELDS.get(field) or say("{field}", field=field.replace("_", " "))


def title_of(record: Record, people: Mapping[str, str]) -> Message | None:
    """Return by what a record is known in the case, if by anything. `people` are relations by id of a person."""
    if record.kind == "consent":
        use, audience = record.fields.get("use", ""), record.fields.get("audience", "")
        told = {"use": Code(f"consent-use/{use}"), "audience": Code(f"audience/{audience}")}
        whose = people.get(str(record.fields.get("person_id", "")), "")
        if whose:
            return say("{whose}: {use} · {audience}", whose=Code(f"relation/{whose}"), **told)
        return say("{use} · {audience}", **told)
    for field in ("title", "what", "destination", "to_town", "country"):
        value = record.fields.get(field)
        if isinstance(value, str) and value:
            return say("{title}", title=value[:60])
    return None


def _worded(vocabulary: str, value: object) -> Message:
    """Return a code, or several, in the words of their vocabulary; one of a newer desk stays as it is."""
    if not isinstance(value, list | tuple):
        return say("{word}", word=Code(f"{vocabulary}/{value}"))
    told = say("{word}", word=Code(f"{vocabulary}/{value[0]}"))
    for one in value[1:_CODES_MOST]:
        told = say("{before}, {word}", before=told, word=Code(f"{vocabulary}/{one}"))
    return told


def shown(kind: str, field: str, value: object, known: Mapping[str, str]) -> Message:  # noqa: PLR0911 - one for each sort of value
    """Return a value as a person says it."""
    vocabulary = vocabulary_of(kind, field)
    if vocabulary and value:
        return _worded(vocabulary, value)
    if field.endswith("_id") and isinstance(value, str):
        return (
            say("{who}", who=known[value])
            if value in known
            else say("nobody")
            if not value
            else say("another record")
        )
    if field in _SIGNS and isinstance(value, dict):
        return sign_in_words(value)
    if field in _LISTS and isinstance(value, list | tuple):
        return _LISTS[field](value)
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, int) and (field.endswith("_at") or field in {"due", "departs", "arrives"}):
        return say("{time}", time=Moment(value)) if value else say("nothing")
    if isinstance(value, int) and field.endswith("_cents"):
        return say("€{amount}", amount=f"{value / 100:.2f}".removesuffix(".00"))
    if isinstance(value, dict):
        parts = [str(part) for part in value.values() if part]
        return say("{text}", text=" · ".join(parts)[:_LONG])
    text = str(value)
    if not text:
        return say("nothing")
    return say("“{text}”", text=text if len(text) <= _LONG else text[:_LONG] + "…")
