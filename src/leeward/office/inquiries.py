"""Inquiries: which claims and sources are read together. What lies in none is shown too, as not filed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from leeward.base.say import say
from leeward.domain.appeals.records import Submission
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.findings.records import Claim, Inquiry, Source
from leeward.domain.typed import Typed
from leeward.ledger.model import put
from leeward.office.casework_base import require
from leeward.office.session import Session

UNFILED = "none"
"""What a page's address says for what lies in no inquiry."""

_FILED: tuple[type[Claim | Source | Submission], ...] = (Claim, Source, Submission)


class Shelf(msgspec.Struct, frozen=True):
    """The inquiries there are, and the one that is looked at."""

    inquiries: tuple[Inquiry, ...]
    chosen: str  # an inquiry's id, "" for what is not filed
    unfiled: bool  # something lies in none

    @property
    def inquiry(self) -> Inquiry | None:
        """Return the inquiry that is looked at, or None for what is not filed."""
        return next((one for one in self.inquiries if one.id == self.chosen), None)

    @property
    def address(self) -> str:
        """Return what a page's address says of it; "" where there is nothing to choose."""
        return (self.chosen or UNFILED) if self.inquiries else ""

    def holds(self, filed: Claim | Source | Submission) -> bool:
        """Tell whether something lies in the one that is looked at; an inquiry that is not here counts as none."""
        known = {one.id for one in self.inquiries}
        return (filed.inquiry_id if filed.inquiry_id in known else "") == self.chosen


def shelf(session: Session, wanted: str = "") -> Shelf:
    """Return all inquiries by name, and the wanted one; without a wish, the one that was changed last."""
    found = tuple(sorted(session.find(Inquiry), key=lambda one: (one.said("en").casefold(), one.id)))
    known = {one.id for one in found}
    newest = {one.id: one.changed_at for one in found}
    unfiled = 0
    every: list[Claim | Source] = [*session.find(Claim), *session.find(Source)]
    for filed in every:
        if filed.inquiry_id in known:
            newest[filed.inquiry_id] = max(newest[filed.inquiry_id], filed.changed_at)
        else:
            unfiled = max(unfiled, filed.changed_at, 1)
    if wanted in known:
        chosen = wanted
    elif wanted == UNFILED or not known:
        chosen = ""
    else:
        chosen = max(newest, key=lambda ident: (newest[ident], ident))
    return Shelf(found, chosen, bool(unfiled))


def begin(session: Session, name: Mapping[str, str]) -> str:
    """Begin an inquiry; return its id."""
    said = {language: text.strip() for language, text in name.items() if text.strip()}
    if not said:
        raise OutOfRange(
            say("An inquiry needs a name."), next_step=say("Such as “Arrests in spring”; no names of people.")
        )
    inquiry = Inquiry(id=session.make_id(), name=said)
    session.save_new(session.compartment_of("record"), inquiry)
    return inquiry.id


def file_into(session: Session, record_id: str, inquiry_id: str) -> None:
    """Lay a claim, a source or an appeal into an inquiry; "" takes it out of all."""
    if inquiry_id:
        require(session, Inquiry, inquiry_id)
    for kind in _FILED:
        filed: Typed | None = session.get(kind, record_id)
        if filed is not None:
            session.commit(filed.compartment, put(kind.kind, record_id, inquiry_id=inquiry_id))
            return
    raise RuleBroken(say("Only claims, sources and appeals lie in an inquiry."))


def usual(session: Session) -> str:
    """Return the inquiry into which our accounts went lately: the one of the newest source that is one of ours."""
    ours = [source for source in session.find(Source) if source.case_id]
    newest = max(ours, key=lambda source: (source.created_at, source.id), default=None)
    return newest.inquiry_id if newest is not None else ""
