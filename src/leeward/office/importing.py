"""Importing a spreadsheet: what each row would do, and then all of it at once.

1. A dry run and the import are the same reckoning; the import refuses if the vault has changed what was shown.
2. It is one transaction of the vault (ledger, many.py): after a crash at any moment all of it is there, or nothing.
   It refuses if any row is refused, but for rows that were left out by number.
3. A row becomes the same records whenever and wherever it is imported by this team: their ids are derived from its key
   with a secret of the circle of beds, which knows the cases' ids anyway (of places: of the team's). So it is never
   doubled, and what was erased stays erased. Two desks that were apart: twins.py.
4. A person becomes a case in a circle of its own, and their names, telephones and addresses a legal identity in
   another. What is there already and closed is neither compared nor changed.
5. Only a cell that says something new is a change: a value that stood in the field before, and was replaced at the
   desk, is not put back. An empty cell changes nothing, and nothing is taken out of a list.
6. The keys for colleagues go out in the background afterwards (importing_keys.py); until then only the importer reads.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable
from typing import Any

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain import importing_records as wants
from leeward.domain.cases.case import Case, Identity
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.importing import Columns, Problem, Row, Sheet, read_rows
from leeward.domain.importing_cells import folded
from leeward.domain.importing_records import Wanted
from leeward.domain.intake import choose_pseudonym
from leeward.domain.intake.names import PSEUDONYMS
from leeward.domain.relocation.places import Place
from leeward.domain.vocabulary import Term, Vocabulary
from leeward.ledger.errors import UnknownCompartment
from leeward.ledger.model import Change, put
from leeward.ledger.store.many import Many
from leeward.office import importing_keys
from leeward.office.importing_changes import differences, is_blank, new_record, records_here
from leeward.office.session import Session
from leeward.office.team import members

STATE = Vocabulary(
    "import-state",
    Term("new", "new", "новая", "It will be made."),
    Term("changed", "changed", "меняется", "It is here, and some cells say something new."),
    Term("same", "as it is", "без изменений", "It is here, and nothing is new."),
    Term("refused", "refused", "нельзя", "It cannot be imported as it is."),
)
IMPORTED = "imported"
_CLAIMS = 200  # in one entry


class Line(msgspec.Struct, frozen=True):
    """What would become of one row. `changed` and `kept` are fields' codes; `kept`: the desk has something newer."""

    number: int
    state: str
    called: str = ""
    record_id: str = ""
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class Plan(msgspec.Struct):
    """A dry run: every row, and by which digest the import knows that nothing has changed since."""

    target: str
    lines: list[Line]
    digest: bytes
    many: Many
    people: int = 0  # new circles of people

    def count(self, state: str) -> int:
        """Return how many rows are in a state."""
        return sum(1 for line in self.lines if line.state == state)


def make_plan(
    session: Session,
    sheet: Sheet,
    columns: Columns,
    *,
    member_ids: Collection[str] = (),
    left_out: Collection[int] = (),
) -> Plan:
    """Reckon what each row would do (1); nothing is written. RuleBroken if the columns cannot be these."""
    return _Reckoning(session, sheet, columns, member_ids, left_out).plan()


def do_import(
    session: Session,
    sheet: Sheet,
    columns: Columns,
    shown: bytes,
    *,
    member_ids: Collection[str] = (),
    left_out: Collection[int] = (),
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Plan:
    """Import what was shown, by its digest, all of it or nothing (2); RuleBroken if it is another by now."""
    with importing_keys.GUARD:
        plan = make_plan(session, sheet, columns, member_ids=member_ids, left_out=left_out)
        if not hmac.compare_digest(plan.digest, shown):  # 1
            raise RuleBroken(
                say("Something was changed meanwhile, so that other rows would be imported than were shown."),
                kept=say("Nothing was imported."),
                next_step=say("Look through the rows again, then import."),
            )
        if plan.count("refused"):  # 2
            raise RuleBroken(
                say("Some rows cannot be imported."),
                kept=say("Nothing was imported."),
                next_step=say("Mend them in the sheet, or leave them out."),
            )
        if plan.many.entries:
            of = len(plan.many.entries)
            session.vault.commit_many(plan.many, lambda done: progress(done, of))
        return plan


def secret_of(session: Session, circle: str) -> bytes:
    """Return the secret by which ids of imported records are made: from a circle's first key, which never changes (3).

    RuleBroken if this desk does not hold the circle.
    """
    try:
        _, first = session.vault.epochs_of(session.compartment_of(circle))[0]
    except UnknownCompartment as error:
        raise RuleBroken(
            say("Importing people takes the key of the beds, by which colleagues know what was imported."),
            kept=say("Nothing was imported."),
            next_step=say("Ask a coordinator to import it."),
        ) from error
    return hmac.digest(first.string().encode(), b"leeward-import-1", "sha256")


class _Reckoning:
    """One dry run."""

    def __init__(
        self,
        session: Session,
        sheet: Sheet,
        columns: Columns,
        member_ids: Collection[str],
        left_out: Collection[int],
    ) -> None:
        self.session, self.sheet, self.columns = session, sheet, columns
        self.readers = tuple(sorted({session.member_id, *member_ids}))
        self.left_out = frozenset(left_out)
        self.now = session.now()
        target = columns.target
        self.name = wants.namer(secret_of(session, "team" if target == "places" else "beds"))
        self.cases = {one.id: one for one in session.find(Case)}
        self.here = records_here(session, target)
        self.circles: dict[str, str] = {}
        self.entries: list[tuple[str, list[Change]]] = []
        self.access: dict[str, str] = {}
        self.claims: list[str] = []
        self.handed: list[str] = []
        self.called: dict[str, list[str]] = {}
        self.taken = {one.pseudonym for one in self.cases.values()}
        for one in self.cases.values():
            for word in {one.pseudonym, PSEUDONYMS.label(one.pseudonym, "ru"), one.code, one.number}:
                self.called.setdefault(folded(word), []).append(one.id)
        self.owners = {folded(one.name): one.id for one in members(session)} if target == "tasks" else {}
        self.names_of_places = (
            {folded(one.code_name): one.id for one in session.find(Place)} if target == "places" else {}
        )
        self.claimed = {str(one.fields.get("case_id")) for one in session.vault.find(IMPORTED)}

    def plan(self) -> Plan:
        rows = [row for row in read_rows(self.sheet, self.columns) if row.number not in self.left_out]
        gone = self._erased(rows)
        lines = [self._line(row, gone) for row in rows]
        self._end()
        digest = hashlib.sha256(msgspec.msgpack.encode((self.columns, self.readers, lines_told(lines))))
        local = importing_keys.with_more(self.session, self.readers, self.handed)
        many = Many(self.circles, self.entries, local)
        return Plan(self.columns.target, lines, digest.digest(), many, len(self.claims))

    def _erased(self, rows: Iterable[Row]) -> set[str]:
        """Return the claims of people who were erased here."""
        if self.columns.target != "people":
            return set()
        ids = (_claim_id(wants.case_id_of(self.name, row.key)) for row in rows)
        return self.session.vault.erased_among(self.session.compartment_of("beds"), ids)

    def _line(self, row: Row, gone: set[str]) -> Line:
        if row.problems:
            return Line(row.number, "refused", called=_called(row), problems=row.problems)
        try:
            if self.columns.target == "people":
                return self._person(row, gone)
            if self.columns.target == "places":
                return self._place(row)
            return self._of_case(row)
        except _Refused as refused:
            return Line(row.number, "refused", called=_called(row), problems=(refused.problem,))

    # people

    def _person(self, row: Row, gone: set[str]) -> Line:
        case_id = wants.case_id_of(self.name, row.key)
        case = self.cases.get(case_id)
        if case is None:
            if _claim_id(case_id) in gone:
                raise _Refused("", say("This person was erased, for good."))
            if case_id in self.claimed:
                raise _Refused(
                    "", say("A colleague imported this person, and this desk does not hold the key.")
                )
        drawn = "" if case or row.values.get("pseudonym") else choose_pseudonym(case_id, self.taken)
        wanted = wants.people(row, self.name, now=self.now, member_id=self.session.member_id, pseudonym=drawn)
        called = str(wanted[0].first["pseudonym"])
        if case is not None:
            return self._changes(row, wanted, case.compartment, case.pseudonym, case_id)
        if called in self.taken:
            raise _Refused(
                "", say("Somebody here is called “{name}” already, and it is not this row.", name=called)
            )
        self.taken.add(called)
        circle, sealed = self._circle("case"), self._circle("identity")
        self._new(circle, [one for one in wanted if one.home == wants.CASE])
        self._new(sealed, [one for one in wanted if one.home == wants.IDENTITY])
        self.claims.append(case_id)
        self.handed.append(circle)
        return Line(row.number, "new", called, case_id)

    # needs, tasks, money

    def _of_case(self, row: Row) -> Line:
        case = self._case_of(row)
        target = self.columns.target
        if target == "needs":
            wanted = wants.need(row, self.name, case_id=case.id, now=self.now)
        elif target == "tasks":
            owner = self._owner(row)
            wanted = wants.task(row, self.name, case_id=case.id, owner_id=owner, now=self.now)
        else:
            wanted = wants.expense(row, self.name, case_id=case.id)
        return self._changes(row, [wanted], case.compartment, case.pseudonym, case.id)

    def _case_of(self, row: Row) -> Case:
        said = folded(row.values["person"])
        by_key = wants.case_id_of(self.name, (said,))
        found = [by_key] if by_key in self.cases else list(dict.fromkeys(self.called.get(said, ())))
        header = self.sheet.headers[self.columns.columns.index("person")]
        if not found:
            raise _Refused(header, say("Nobody on this desk is known by this."))
        if len(found) > 1:
            raise _Refused(header, say("More than one person is known by this."))
        return self.cases[found[0]]

    def _owner(self, row: Row) -> str:
        said = row.values.get("owner")
        if said and folded(said) not in self.owners:
            header = self.sheet.headers[self.columns.columns.index("owner")]
            raise _Refused(header, say("Nobody on the team has this name."))
        return self.owners.get(folded(said), "") if said else ""

    # places

    def _place(self, row: Row) -> Line:
        place, where = wants.place(row, self.name, now=self.now, knows=self.readers)
        called = str(row.values["code_name"])
        if place.id in self.here:
            return self._changes(row, [place, where], self.here[place.id].compartment, called, place.id)
        if folded(called) in self.names_of_places:
            raise _Refused(
                "", say("A place is called “{name}” already, and it is not this row.", name=called)
            )
        circle = self._circle("address")
        first = {**place.first, "address_compartment_id": circle}
        self._new(self.session.compartment_of("team"), [msgspec.structs.replace(place, first=first)])
        self._new(circle, [where])
        self.names_of_places[folded(called)] = place.id
        self.handed.append(circle)
        return Line(row.number, "new", called, place.id)

    # what is written

    def _circle(self, kind: str) -> str:
        made = self.session.make_id()
        self.circles[made] = kind
        return made

    def _new(self, circle: str, wanted: Iterable[Wanted]) -> None:
        changes = [change for one in wanted for change in new_record(one)]
        if circle in self.circles:
            changes += importing_keys.own_access(self.session, self.now)
        self.entries.append((circle, changes))

    def _changes(self, row: Row, wanted: Iterable[Wanted], circle: str, called: str, record_id: str) -> Line:
        """Write what is new of a row whose record is here (5)."""
        by_circle: dict[str, list[Change]] = {}
        changed: list[str] = []
        kept: list[str] = []
        made = False
        for one in wanted:
            there = self.here.get(one.id)
            if there is None and one.closed:
                continue  # 4: its circle is not on this desk
            if there is None:
                if self.session.vault.is_erased(circle, one.id):
                    continue
                by_circle.setdefault(circle, []).extend(new_record(one))
                changed += one.of.values() if row.values.keys() & set(one.of.values()) else ()
                made = made or self.columns.target != "people"
                continue
            if one.closed and not is_blank(there):
                continue  # 4
            new = differences(self.session, one, there, changed, kept, now=self.now)
            if new:
                by_circle.setdefault(there.compartment, []).extend(new)
        self.entries.extend(by_circle.items())
        state = "new" if made else "changed" if by_circle else "same"
        codes = tuple(code for code in dict.fromkeys(changed) if code in row.values)
        return Line(row.number, state, called, record_id, () if made else codes, tuple(dict.fromkeys(kept)))

    def _end(self) -> None:
        """Tell whoever holds the beds which cases were imported: ids only (3)."""
        beds = self.session.compartment_of("beds") if self.claims else ""
        for first in range(0, len(self.claims), _CLAIMS):
            some = self.claims[first : first + _CLAIMS]
            self.entries.append(
                (beds, [change for one in some for change in put(IMPORTED, _claim_id(one), case_id=one)])
            )


class _Refused(Exception):
    """A row that cannot be imported."""

    def __init__(self, column: str, why: Any) -> None:  # noqa: ANN401 - a sentence
        super().__init__(str(why))
        self.problem = Problem(column, why)


def lines_told(lines: Iterable[Line]) -> list[Any]:
    """Return rows as plain values: what a digest is made of."""
    return [
        (one.number, one.state, one.changed, one.kept, [(p.column, str(p.why)) for p in one.problems])
        for one in lines
    ]


def _claim_id(case_id: str) -> str:
    return derive_id("imported", case_id)


def _called(row: Row) -> str:
    """Return by what a refused row can be found, without a name that is closed."""
    return str(row.values.get("pseudonym") or row.values.get("code_name") or "")


__all__ = ["Identity", "Line", "OutOfRange", "Plan", "do_import", "make_plan"]
