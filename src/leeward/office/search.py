"""Finding anything: what this desk may read, in any form of the word, with where it leads."""

from __future__ import annotations

import re
from string import Formatter

import msgspec

from leeward.base.say import Code, Message, say
from leeward.ledger.model import Record
from leeward.office.openings import CONTENT
from leeward.office.session import Session
from leeward.office.twins import hidden

_PAGE = 30
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")  # a word of a vocabulary, which says nothing to a reader
_GENTLE = frozenset({"account", "act", "interview", "evidence", "case_file"})
_KINDS: dict[str, Message] = {
    "contact": say("contact"),
    "message": say("message"),
    "check": say("vetting"),
    "case": say("person"),
    "person": say("person"),
    "case_note": say("note"),
    "task": say("task"),
    "need": say("need"),
    "check_in": say("check-in"),
    "referral": say("referral"),
    "partner": say("partner"),
    "expense": say("expense"),
    "consent": say("consent"),
    "identity": say("legal identity"),
    "safety_plan": say("safety plan"),
    "place": say("place"),
    "place_address": say("address"),
    "journey": say("journey"),
    "leg": say("journey"),
    "visa_application": say("visa"),
    "travel_document": say("document"),
    "account": say("account"),
    "act": say("act"),
    "interview": say("interview"),
    "source": say("source"),
    "claim": say("claim"),
    "finding": say("finding"),
    "institution": say("institution"),
    "submission": say("appeal"),
    "appeal-reply": say("reply"),
    "facility": say("place of detention"),
    "unit": say("unit"),
    "evidence": say("evidence"),
    "release": say("release"),
    "member": say("colleague"),
}
_OWN_PAGE = {
    "contact": "/inbox/{id}",
    "case": "/people/{id}",
    "place": "/places/{id}",
    "claim": "/record/claims/{id}",
    "account": "/record/accounts/{id}",
    "source": "/record/sources/{id}",
    "finding": "/record/findings/{id}",
    "submission": "/appeals/{id}",
    "release": "/release/{id}",
    "message": "/inbox/{contact_id}#m-{id}",
    "check": "/inbox/{contact_id}#vetting",
    "place_address": "/places/{place_id}",
    "act": "/record/accounts/{account_id}#act-{id}",
    "appeal-reply": "/appeals/{submission_id}#r-{id}",
    "case_note": "/people/{case_id}#note-{id}",
    "task": "/people/{case_id}?tab=work#task-{id}",
    "need": "/people/{case_id}?tab=work#need-{id}",
    "check_in": "/people/{case_id}?tab=work#check-{id}",
    "referral": "/referrals/{case_id}/{id}",
    "partner": "/safety/partners#p-{id}",
    "expense": "/people/{case_id}?tab=work",
    "consent": "/people/{case_id}?tab=consent",
    "journey": "/people/{case_id}?tab=journey#journey-{id}",
    "leg": "/people/{case_id}?tab=journey#leg-{id}",
    "visa_application": "/people/{case_id}?tab=journey#visa-{id}",
    "travel_document": "/people/{case_id}?tab=journey",
    "interview": "/people/{case_id}?tab=testimony",
    "evidence": "/people/{case_id}?tab=files#x-{id}",
    "person": "/people/{case_id}",
    "identity": "/people/{case_id}",
    "safety_plan": "/people/{case_id}",
    "institution": "/appeals",
    "member": "/safety#w-{id}",
    "damaged": "/inbox#unreadable",
}
"""Where each kind is shown. What lacks the id that its address needs leads to the record's first page."""
_PARENTS = ("contact_id", "case_id", "place_id", "account_id", "submission_id", "claim_id")
_TITLES = ("pseudonym", "code_name", "title", "name", "called", "statement", "what")


class Found(msgspec.Struct, frozen=True):
    """One hit: of what kind, its title, where it leads, and the words around the match."""

    id: str
    kind: Message
    title: Code | str
    whose: Code | None  # the person it belongs to
    href: str
    snippet: str
    gentle: bool  # may describe violence: folded until asked for
    sealed: bool  # a name or an address: found, and shown only where it is opened with a reason
    changed_at: int


class Page(msgspec.Struct, frozen=True):
    """Hits, newest first; `total` is exact; `next` asks for more."""

    hits: list[Found]
    total: int
    next: int | None


def find(session: Session, text: str, *, after: int | None = None) -> Page:
    """Return what holds all the words in any form."""
    page = session.vault.search(text, kinds=tuple(_KINDS), limit=_PAGE, after=after)
    gone = hidden(session.vault)  # what only repeats another circle
    hits = [
        _found(session, hit.record, hit.snippet) for hit in page.hits if hit.record.compartment not in gone
    ]
    return Page(hits, page.total, page.next)


def _found(session: Session, record: Record, snippet: str) -> Found:
    fields = record.fields
    title, whose = title_of(session, record), _whose(session, record)
    sealed = record.kind in CONTENT
    says_more = snippet.strip() != title and not _CODE.fullmatch(snippet.strip())
    return Found(
        id=record.id,
        kind=kind_of(record),
        title=title,
        whose=whose if whose != title else None,
        href=href_of(record),
        snippet=snippet if says_more and not sealed else "",
        gentle=record.kind in _GENTLE or bool(fields.get("violent") or fields.get("folded")),
        sealed=sealed,
        changed_at=record.changed_at,
    )


def kind_of(record: Record) -> Message:
    """Return what a record is, in a word."""
    return _KINDS.get(record.kind, say("entry"))


def title_of(session: Session, record: Record) -> Code | str:
    """Return how a record is called: its own name, or that of what it belongs to; "" if it has none."""
    pseudonym = record.fields.get("pseudonym")
    if pseudonym:
        return Code(f"pseudonym/{pseudonym}")
    for name in _TITLES:
        if record.fields.get(name):
            return str(record.fields[name])[:120]
    for field in _PARENTS:
        parent = session.vault.get(str(record.fields.get(field) or ""))
        if parent is not None and parent.id != record.id:
            return title_of(session, parent)
    return Code(f"act-type/{record.fields['act_type']}") if record.fields.get("act_type") else ""


def href_of(record: Record) -> str:
    """Return the address of the page that shows a record.

    An act that outlived its account, when the person was erased, has no page but its history.
    """
    if record.kind == "act" and not record.fields.get("account_id"):
        return f"/history/{record.id}"
    pattern = _OWN_PAGE.get(record.kind, "/record")
    known = {"id": record.id, **{name: str(record.fields.get(name) or "") for name in _PARENTS}}
    return pattern.format(**known) if all(known[name] for name in _names(pattern)) else "/record"


def _names(pattern: str) -> list[str]:
    return [name for _text, name, _spec, _conversion in Formatter().parse(pattern) if name]


def _whose(session: Session, record: Record) -> Code | None:
    """Return the person a hit belongs to, if its own title does not already say so."""
    for field in ("case_id", "contact_id"):
        parent = session.vault.get(str(record.fields.get(field) or ""))
        if parent is not None and parent.id != record.id and parent.fields.get("pseudonym"):
            return Code(f"pseudonym/{parent.fields['pseudonym']}")
    return None
