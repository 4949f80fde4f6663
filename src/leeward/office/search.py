"""Finding anything: what this desk may read, in any form of the word, with where it leads."""

from __future__ import annotations

import msgspec

from leeward.base.say import Code, Message, say
from leeward.ledger.model import Record
from leeward.office.session import Session

_PAGE = 30
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
_PREFIX = {
    "contact": "/inbox/",
    "case": "/people/",
    "place": "/places/",
    "claim": "/record/claims/",
    "account": "/record/accounts/",
    "source": "/record/sources/",
    "finding": "/record/findings/",
    "submission": "/appeals/",
    "release": "/release/",
}
_PARENTS = (("contact_id", "/inbox/"), ("case_id", "/people/"), ("place_id", "/places/"))
_SECTIONS = {
    "record": "/record",
    "institution": "/appeals",
    "appeal-reply": "/appeals",
    "member": "/safety",
    "damaged": "/inbox",
}
_TITLES = ("pseudonym", "code_name", "title", "name", "called", "statement", "what")


class Found(msgspec.Struct, frozen=True):
    """One hit: of what kind, its title, where it leads, and the words around the match."""

    id: str
    kind: Message
    title: Code | str
    href: str
    snippet: str
    gentle: bool  # may describe violence: folded until asked for
    changed_at: int


class Page(msgspec.Struct, frozen=True):
    """Hits, newest first; `total` is exact; `next` asks for more."""

    hits: list[Found]
    total: int
    next: int | None


def find(session: Session, text: str, *, after: int | None = None) -> Page:
    """Return what holds all the words in any form."""
    page = session.vault.search(text, kinds=tuple(_KINDS), limit=_PAGE, after=after)
    hits = [_found(session, hit.record, hit.snippet) for hit in page.hits]
    return Page(hits, page.total, page.next)


def _found(session: Session, record: Record, snippet: str) -> Found:
    fields = record.fields
    return Found(
        id=record.id,
        kind=kind_of(record),
        title=title_of(session, record),
        href=_href(record),
        snippet=snippet,
        gentle=record.kind in _GENTLE or bool(fields.get("violent") or fields.get("folded")),
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
    for field, _ in _PARENTS:
        parent = session.vault.get(str(record.fields.get(field) or ""))
        if parent is not None and parent.id != record.id:
            return title_of(session, parent)
    return ""


def _href(record: Record) -> str:
    if record.kind in _PREFIX:
        return _PREFIX[record.kind] + record.id
    for field, prefix in _PARENTS:
        parent = record.fields.get(field)
        if parent:
            return f"{prefix}{parent}" + (f"#m-{record.id}" if record.kind == "message" else "")
    return _SECTIONS.get(record.kind, "/record")
