"""The history of one record, as sentences: who wrote, opened, exported, released, gave or took a key, when, and where.

1. Only what this desk holds is told; a record that it cannot read has no history here, and the same answer as none.
2. What is sealed stays sealed: that a name or an address was written is told, its value is not.
3. What may describe violence is folded.
4. Who wrote a line, and on which device, is what its signed segment says, not what a field claims.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import msgspec

from leeward.base.say import Code, Day, Message, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.circles import ERRANDS
from leeward.domain.findings.records import Finding
from leeward.domain.openings import Export, Opening
from leeward.domain.release.records import Release
from leeward.domain.relocation.places import Place
from leeward.domain.team import TEAM_KINDS, Access, Rekey
from leeward.domain.testimony.records import Account
from leeward.ledger.model import Op, Record, Revision
from leeward.office import casework_history as words
from leeward.office.casework_base import NotForThisDesk
from leeward.office.casework_views import names
from leeward.office.history_words import INSIDE, field_word, value_word
from leeward.office.openings import CONTENT
from leeward.office.search import href_of, kind_of, title_of
from leeward.office.session import Session

LINES = 300
_GENTLE = frozenset({"account", "act", "interview", "evidence", "case_file"})
_PARTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "case": (("person", "case_id"), ("safety_plan", "case_id"), ("consent", "case_id")),
    "account": (("act", "account_id"), ("interview", "account_id")),
    "claim": (("support", "claim_id"), ("finding", "claim_id")),
    "contact": (("check", "contact_id"),),
}
"""What is told together with a record: kinds of record that name it in that field."""


class Line(msgspec.Struct, frozen=True):
    """One line: who did what, when, on which device."""

    at: int
    who: str  # a colleague's name; "" if they are unknown here
    device: str  # the first letters of its id; "" if it was not said
    own: bool  # this device
    what: Message
    values: tuple[
        tuple[Message, Message, bool], ...
    ] = ()  # which field, what it became, whether it was taken out
    folded: bool = False  # may describe violence


class History(msgspec.Struct, frozen=True):
    """A record's history, newest first, and what it is."""

    id: str
    compartment: str
    kind: Message
    title: Code | str
    href: str  # the record's own page
    lines: tuple[Line, ...]
    more: int


def history_of(session: Session, record_id: str, *, limit: int = LINES) -> History:
    """Return the history of a record; NotForThisDesk if it is not one that this desk can read (1)."""
    record = session.vault.get(record_id)
    if record is None:
        raise NotForThisDesk(
            say("This is not on this desk, or you do not hold its key."),
            kept=say("Nothing was changed."),
            next_step=say("If you need it, ask whoever holds the case to give you the key."),
        )
    teller = _Teller(session)
    lines = [*teller.written(record), *teller.openings(record), *teller.keys(record), *teller.left(record)]
    for kind, field in _PARTS.get(record.kind, ()):
        for part in session.vault.find(kind, refs={field: record.id}):
            lines += teller.written(part)
    for sealed in _sealed_with(session, record):
        lines += [*teller.written(sealed), *teller.openings(sealed), *teller.keys(sealed)]
    lines.sort(key=lambda one: one.at, reverse=True)
    return History(
        id=record.id,
        compartment=record.compartment,
        kind=kind_of(record),
        title=title_of(session, record),
        href=href_of(record),
        lines=tuple(lines[:limit]),
        more=max(0, len(lines) - limit),
    )


def _sealed_with(session: Session, record: Record) -> Iterator[Record]:
    """Yield the legal identity of a case, and the address of a place, if this desk holds its key."""
    case = session.get(Case, record.id) if record.kind == Case.kind else None
    place = session.get(Place, record.id) if record.kind == Place.kind else None
    for sealed_id, kind in (
        (case.identity_id if case else "", "identity"),
        (place.address_id if place else "", "place_address"),
    ):
        home = "identity" if kind == "identity" else "address"
        found = session.vault.get(sealed_id, kind=kind, home=home) if sealed_id else None
        if found is not None:
            yield found


class _Teller:
    """Tells what happened to records, with colleagues by name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._names = names(session)
        self._own = session.vault.device.id

    def written(self, record: Record) -> list[Line]:
        """Return what each entry wrote into a record (4)."""
        told = [one for one in self._session.vault.history(record.id) if one.field not in INSIDE]
        folded = record.kind in _GENTLE or bool(record.fields.get("folded") or record.fields.get("violent"))
        lines = []
        for _dot, group in itertools.groupby(told, key=lambda one: one.dot):
            those = list(group)
            values = tuple(self._value(record, one) for one in those)
            what = say("wrote: {kind}", kind=words.KINDS.get(record.kind) or kind_of(record))
            lines.append(self._line(those[0], what, values, folded=folded))
        return lines

    def _value(self, record: Record, one: Revision) -> tuple[Message, Message, bool]:
        removed = one.op == Op.REMOVE
        if one.field in CONTENT.get(record.kind, ()) or isinstance(one.value, bytes):  # 2
            return field_word(one.field), say("sealed") if one.value else say("nothing"), removed
        return (
            field_word(one.field),
            value_word(record.kind, one.field, one.value, self._names),
            removed,
        )

    def openings(self, record: Record) -> list[Line]:
        """Return who opened a sealed record or asked to, and what colleagues said."""
        lines: list[Line] = []
        if record.kind not in CONTENT:
            return lines
        for opening in self._session.find(Opening, compartment=record.compartment, of_id=record.id):
            reason = Code(f"opening-reason/{opening.reason}")
            said = ((say("in a few words"), say("“{text}”", text=opening.why), False),) if opening.why else ()
            for one in self._session.vault.history(opening.id):
                if one.field == "reason" and not opening.together:
                    lines.append(self._line(one, say("opened it: {reason}", reason=reason), said))
                elif one.field == "asks":
                    asked = say("asked a colleague to open it together: {reason}", reason=reason)
                    lines.append(self._line(one, asked, said))
                elif one.field == "answers" and isinstance(one.value, dict):
                    agrees = one.value.get("agrees") is True
                    lines.append(
                        self._line(
                            one, say("agreed to open it") if agrees else say("refused to have it opened")
                        )
                    )
                elif one.field == "acts":
                    lines.append(self._line(one, say("opened it, with a colleague's share of the key")))
        return lines

    def keys(self, record: Record) -> list[Line]:
        """Return who was given the key of a record's own circle, and without whom it was made anew."""
        session, circle = self._session, record.compartment
        lines: list[Line] = []
        if session.vault.compartment(circle).kind in {*TEAM_KINDS, ERRANDS}:
            return lines
        roster = session.vault.roster()
        for access in session.find(Access, compartment=circle):
            who = self._names.get(access.member_id) or access.device_id[:4]
            given = (
                say("gave {who} the key of what is sealed", who=who)
                if record.kind in CONTENT
                else say("gave the key to {who}", who=who)
            )
            lines += self._first(access.id, given)
        for rekey in session.find(Rekey, compartment=circle):
            gone = [roster[one].member_id if one in roster else one for one in rekey.without]
            who = ", ".join(self._names.get(one) or one[:4] for one in gone)
            if who:
                lines += self._first(rekey.id, say("made a new key, without {who}", who=who))
        return lines

    def left(self, record: Record) -> list[Line]:
        """Return what left of a record: in exports of desks that hold its key, and in releases."""
        session = self._session
        lines: list[Line] = []
        holders = {one.device_id for one in session.find(Access, compartment=record.compartment)}
        for export in session.find(Export):
            written = session.vault.history(export.id)
            if written and written[0].device in holders and written[0].at >= record.created_at:
                what = say_count(
                    "exported all that their computer could open: {n} record",
                    "exported all that their computer could open: {n} records",
                    export.records,
                )
                lines.append(self._line(written[0], what))
        for release in session.find(Release):
            if release.state != "draft" and self._is_in(record, release):
                what = say(
                    "it left in “{title}”, for {audience}, made on {day}",
                    title=release.title,
                    audience=Code(f"audience/{release.audience}"),
                    day=Day(release.made_at),
                )
                lines.append(
                    Line(release.made_at, self._names.get(release.made_by, ""), "", own=False, what=what)
                )
        return lines

    def _is_in(self, record: Record, release: Release) -> bool:
        told = set(release.told_ids) or set(release.account_ids)
        match record.kind:
            case "release":
                return record.id == release.id
            case "claim":
                return record.id in release.claim_ids
            case "finding":
                finding = self._session.get(Finding, record.id)
                return finding is not None and finding.claim_id in release.claim_ids
            case "account":
                return record.id in told
            case "case":
                accounts = self._session.find(Account, case_id=record.id)
                return any(one.id in told for one in accounts)
        return False

    def _first(self, record_id: str, what: Message) -> list[Line]:
        """Return the line of a record's first entry."""
        found = self._session.vault.history(record_id)
        return [self._line(found[0], what)] if found else []

    def _line(
        self,
        one: Revision,
        what: Message,
        values: tuple[tuple[Message, Message, bool], ...] = (),
        *,
        folded: bool = False,
    ) -> Line:
        return Line(
            at=one.at,
            who=self._names.get(one.by, ""),
            device=one.device[:4],
            own=one.device == self._own,
            what=what,
            values=values,
            folded=folded,
        )
