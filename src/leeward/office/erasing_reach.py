"""What of a person lies on this desk: their own circles, records elsewhere that name them, and pieces of files.

1. What belongs to a person is found by ids alone, never by words: so two desks that hold the same find the same.
2. A circle is theirs if it holds their case or their legal identity, and nobody else's.
3. A record elsewhere is theirs if it names their case or a conversation of theirs, or hangs on one that does. The
   team's own work and its proof stay (`STAYS`), whoever is named in them; so does all in the team's own circle, which
   names nobody.
4. A piece of a file that something of somebody else still names stays.
   What named somebody else before, or began to name them only after it was asked for, stays too: nobody has a
   colleague's record erased by writing the person's id into it. What names them from its first entry on is theirs.
5. What was written by hand into the records of others cannot be found so; the page lists where the pseudonym stands.
   Whoever asks may name tasks without a case, and lists, that tell of them: these go too, and no other kind of record.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from leeward.domain.cases.case import Case, Identity
from leeward.domain.circles import ERRANDS
from leeward.domain.erasing import OWN_CIRCLES, STAYS, Erasure, listed
from leeward.domain.intake import Contact, Letter
from leeward.ledger.model import Op, Record, Value
from leeward.ledger.store.vault import Vault
from leeward.office.session import Session
from leeward.office.twins import circles_with, hidden

_OF_CASE = ("case_id", "case_ids", "subject_id", "about_id")
_OF_CONTACT = ("contact_id", "subject_id", "about_id")
_HANGING: Mapping[str, tuple[tuple[str, str], ...]] = {
    "source": (("support", "source_id"),),
    "account": (("act", "account_id"), ("interview", "account_id"), ("evidence", "account_id")),
    "evidence": (("custody", "evidence_id"),),
    "journey": (("leg", "journey_id"),),
    "message": (("delivery", "letter_id"),),
}
"""Kind of a record to the kinds, and their fields, that hang on it."""

_HEX_64 = re.compile("[0-9a-f]{64}")  # addresses of pieces, and tokens
_APART = frozenset({"contact", "release"})  # found in another way
_ERRAND_KINDS = ("task", "incident")
_WITH_FILES = ("message", "case_file", "evidence", "release", "damaged")


class Reach(msgspec.Struct):
    """What of a person is here. Ids, addresses and tokens only."""

    circles: dict[str, str] = msgspec.field(default_factory=dict)  # of their own: id -> kind
    records: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)  # circle -> record id -> kind
    blobs: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)  # address -> erase tokens to try
    boxes: frozenset[str] = frozenset()  # their mailboxes, which only they can erase
    sources: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()  # that tell what they told
    contacts: tuple[str, ...] = ()
    wrote_again: bool = False

    def __bool__(self) -> bool:
        """Tell whether there is anything to erase."""
        return bool(self.circles or any(self.records.values()) or self.blobs or self.releases)


def reach_of(session: Session, erasure: Erasure) -> Reach:
    """Return what an erasure of a person reaches on this desk. See the rules above."""
    return _Search(session, erasure).all()


def circles_of(session: Session, case_id: str) -> dict[str, str]:
    """Return the circles of a person's own that are open here: id to kind (2)."""
    found = {}
    for kind, refs in ((Case.kind, None), (Identity.kind, {"case_id": case_id})):
        if refs is None:
            one = session.get(Case, case_id)
            gone = hidden(session.vault)  # what only repeats it goes with it
            twice = (
                [held for held in circles_with(session.vault, Case.kind, case_id) if held in gone]
                if gone
                else []
            )
            records = [] if one is None else [one.compartment, *twice]
        else:
            records = [record.compartment for record in session.vault.find(kind, refs=refs)]
        for circle in records:
            held = session.vault.compartment(circle)
            if held.kind in OWN_CIRCLES and _is_only_of(session, circle, case_id):
                found[circle] = held.kind
    return found


def conversations_of(session: Session, case_id: str, contact_ids: Iterable[str]) -> dict[str, Contact]:
    """Return a person's contacts: those named, those of the case, and those merged into one of them."""
    every = {one.id: one for one in session.find(Contact)}
    found = {one: every[one] for one in contact_ids if one in every}
    if case_id:
        case = session.get(Case, case_id)
        named = set(case.contact_ids) if case is not None else set()
        found |= {one.id: one for one in every.values() if one.case_id == case_id or one.id in named}
    grown = True
    while grown:
        merged = {one.id: one for one in every.values() if one.merged_into in found and one.id not in found}
        grown = bool(merged)
        found |= merged
    return found


def pieces_in(value: Value) -> Iterator[tuple[str, str]]:
    """Yield the pieces of files that a value names: address, and the erase token if it says one."""
    if isinstance(value, dict):
        blob = value.get("blob")
        if isinstance(blob, str) and _HEX_64.fullmatch(blob):
            told = value.get("erase")
            yield blob, told if isinstance(told, str) and _HEX_64.fullmatch(told) else ""
        for inner in value.values():
            yield from pieces_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from pieces_in(inner)


def erase_tokens(vault: Vault, circle: str, blob: str, told: str = "") -> tuple[str, ...]:
    """Return the tokens that may erase a piece from the relay: the one told, and that of each key there ever was."""
    derived = (
        hmac.digest(bytes.fromhex(room.write), b"leeward-erase-1 " + blob.encode(), "sha256").hex()
        for room in vault.rooms(circle, every=True)
    )
    return tuple(filter(None, (told, *derived)))


def errands_of(session: Session, record_ids: Iterable[str]) -> list[Record]:
    """Return those of these records that are errands: what may be named by hand (5)."""
    circles = {one.id for one in session.vault.compartments(ERRANDS)}
    found = [session.vault.get(one) for one in record_ids]
    return [
        one for one in found if one is not None and one.kind in _ERRAND_KINDS and one.compartment in circles
    ]


class _Search:
    def __init__(self, session: Session, erasure: Erasure) -> None:
        self._session = session
        self._vault = session.vault
        self._erasure = erasure
        self._reach = Reach()

    def all(self) -> Reach:
        reach, erasure = self._reach, self._erasure
        if erasure.case_id:
            reach.circles = circles_of(self._session, erasure.case_id)
        for circle in erasure.circle_ids:
            self._add_named_circle(circle)
        contacts = self._contacts()
        reach.contacts = tuple(sorted({*contacts, *erasure.contact_ids}))
        reach.boxes = frozenset(way.box for one in contacts.values() for way in one.ways)
        reach.wrote_again = self._wrote_again()
        for contact in contacts.values():
            self._add(contact.id, contact.compartment, Contact.kind)
        self._add_naming()
        for record in errands_of(self._session, self._erasure.record_ids):
            self._add(record.id, record.compartment, record.kind)
        self._add_releases()
        self._add_pieces()
        return reach

    def _contacts(self) -> dict[str, Contact]:
        """Return their conversations: those that were named, and those found that were theirs when it was asked (3)."""
        erasure = self._erasure
        every = conversations_of(self._session, erasure.case_id, erasure.contact_ids)
        found = {one: contact for one, contact in every.items() if one in erasure.contact_ids}
        more = True
        while more:
            new = {
                one: contact
                for one, contact in every.items()
                if one not in found
                and (
                    self._named(one, "case_id", {erasure.case_id} - {""})
                    or self._named(one, "merged_into", set(found))
                    or self._named(erasure.case_id, "contact_ids", {one})
                )
            }
            found |= new
            more = bool(new)
        return found

    def _named(self, record: str, field: str, subjects: Collection[str]) -> bool:
        """Tell whether a field named one of these from the first entry on, or before it was asked for.

        And never anything else; but a set may name others, too.
        """
        history = self._vault.history(record) if record and subjects else []
        theirs = False
        for line in history:
            if line.field != field or not line.value:
                continue
            if isinstance(line.value, str) and line.value in subjects:
                theirs |= line.dot == history[0].dot or line.at <= self._erasure.asked_at
            elif line.op == Op.SET:
                return False
        return theirs

    def _add_named_circle(self, circle: str) -> None:
        held = next((one for one in self._vault.compartments() if one.id == circle), None)
        if (
            held is not None
            and held.kind in OWN_CIRCLES
            and _is_only_of(self._session, circle, self._erasure.case_id)
        ):
            self._reach.circles[circle] = held.kind

    def _wrote_again(self) -> bool:
        gone = listed(self._erasure)
        return any(
            letter.direction == "in" and letter.created_at > self._erasure.asked_at and letter.id not in gone
            for contact in self._reach.contacts
            for letter in self._session.find(Letter, contact_id=contact)
        )

    def _add(self, record: str, circle: str, kind: str) -> None:
        if circle not in self._reach.circles and self._vault.compartment(circle).kind != "team":
            self._reach.records.setdefault(circle, {})[record] = kind

    def _add_naming(self) -> None:
        """Rule 3."""
        subjects: list[tuple[str, tuple[str, ...]]] = [(one, _OF_CONTACT) for one in self._reach.contacts]
        if self._erasure.case_id:
            subjects.append((self._erasure.case_id, _OF_CASE))
        for kind in self._vault.kinds():
            if kind in STAYS or kind in _APART:
                continue
            for subject, fields in subjects:
                for field in fields:
                    if field != "about_id" or kind == "task":
                        for record in self._vault.find(kind, refs={field: subject}):
                            if self._named(record.id, field, {subject}):
                                self._add_hanging(record)

    def _add_hanging(self, record: Record) -> None:
        if record.id in self._reach.records.get(record.compartment, {}):
            return
        self._add(record.id, record.compartment, record.kind)
        for kind, field in _HANGING.get(record.kind, ()):
            for one in self._vault.find(kind, refs={field: record.id}):
                if self._named(one.id, field, {record.id}):
                    self._add_hanging(one)

    def _add_releases(self) -> None:
        """Add the releases that tell what they told: their text goes, that they left stays (erasing_keep.py)."""
        sources = {
            record
            for records in self._reach.records.values()
            for record, kind in records.items()
            if kind == "source"
        }
        self._reach.sources = tuple(sorted(sources))
        accounts = {
            str(record.fields.get("account_id", ""))
            for source in sources
            if (record := self._vault.get(source, kind="source")) is not None
        }
        if self._erasure.case_id:
            theirs = self._vault.find("account", refs={"case_id": self._erasure.case_id})
            accounts |= {record.id for record in theirs}
        for account in accounts - {""}:
            for field in ("account_ids", "told_ids"):
                for record in self._vault.find("release", refs={field: account}):
                    kept = record.fields.get("kept") or record.fields.get("file")
                    if kept and self._named(record.id, field, {account}):
                        self._add(record.id, record.compartment, "release")
        self._reach.releases = tuple(
            sorted(
                one
                for records in self._reach.records.values()
                for one, kind in records.items()
                if kind == "release"
            )
        )

    def _add_pieces(self) -> None:
        """Rule 4."""
        ours = {(circle, one) for circle, records in self._reach.records.items() for one in records}
        for circle in self._reach.circles:
            for kind in self._vault.kinds():
                ours |= {(circle, one.id) for one in self._vault.find(kind, compartment=circle)}
        named: dict[str, set[str]] = {}
        for circle, record_id in ours:
            for address, told in self._pieces_of(circle, record_id):
                named.setdefault(address, set()).update(erase_tokens(self._vault, circle, address, told))
        others = self._pieces_of_others(ours) if named else frozenset()
        self._reach.blobs = {
            address: tuple(sorted(tokens))
            for address, tokens in sorted(named.items())
            if address not in others
        }

    def _pieces_of_others(self, ours: set[tuple[str, str]]) -> frozenset[str]:
        return frozenset(
            address
            for kind in _WITH_FILES
            for record in self._vault.find(kind)
            if (record.compartment, record.id) not in ours
            for address, _ in _addresses(record.fields)
        )

    def _pieces_of(self, circle: str, record_id: str) -> Iterator[tuple[str, str]]:
        """Yield the pieces that a record names or ever named."""
        record = self._vault.get(record_id)
        if record is not None and record.compartment == circle:
            yield from _addresses(record.fields)
        for revision in self._vault.history(record_id):
            yield from _addresses({revision.field: revision.value})


def _addresses(fields: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    original = fields.get("original")
    if isinstance(original, str) and _HEX_64.fullmatch(original):
        yield original, ""
    yield from pieces_in(dict(fields))


def _is_only_of(session: Session, circle: str, case_id: str) -> bool:
    """Rule 2: nothing in it is, or ever was, the case or the identity of somebody else, whatever it is called now."""
    vault = session.vault
    for kind in vault.kinds():
        for record in vault.find(kind, compartment=circle):
            if record.id != case_id and (kind == Case.kind or "identity_id" in record.fields):
                return False
            if kind == Identity.kind or "legal_name" in record.fields:
                named = {str(line.value) for line in vault.history(record.id) if line.field == "case_id"}
                if not named <= {case_id}:
                    return False
    return True


__all__ = [
    "Reach",
    "circles_of",
    "conversations_of",
    "erase_tokens",
    "errands_of",
    "pieces_in",
    "reach_of",
]
