"""The matrix: claims by independent roots, one mark a cell. A view of the record, computed, never stored. Pure."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterable, Sequence

import msgspec

from leeward.domain.findings.grade import Weighing
from leeward.domain.findings.records import Claim, Source, Support
from leeward.domain.findings.terms import DIRECT, TRACES, Access, Element, Grade


class Mark(enum.StrEnum):
    """What stands in a cell; shown as a shape and a word."""

    DIRECT = "direct"
    TRACE = "trace"
    RECORD = "record"
    RELATIVE = "relative"
    HEARD = "heard"
    DENIES = "denies"
    EXPLAINED = "explained"  # speaks against it, and somebody wrote why that does not defeat it
    MIXED = "mixed"  # for one element, against another


class Column(msgspec.Struct, frozen=True):
    """One independent root: the sources that share it, of which the original with the shortest label names it."""

    root: str
    source: Source
    sources: tuple[str, ...]  # ids
    group: str  # SOURCE_GROUP


class Band(msgspec.Struct, frozen=True):
    """Columns that stand together under one heading."""

    group: str  # SOURCE_GROUP
    speaks: bool  # of the claim that is looked at; False also where none is
    count: int


class Row(msgspec.Struct, frozen=True):
    """One claim: its marks in the columns' order (None: silent), its grade and the element that holds it down."""

    claim: Claim
    marks: tuple[Mark | None, ...]
    grade: Grade
    weakest: Element


class Matrix(msgspec.Struct, frozen=True):
    """Rows of claims, columns of roots."""

    columns: tuple[Column, ...]
    bands: tuple[Band, ...]  # in the columns' order
    rows: tuple[Row, ...]
    statements: int  # sources
    roots: int
    repeated: int  # sources that only repeat another


MANY = 12
"""More columns than this do not fit side by side: those that speak of the claim looked at come first."""

_GROUPS = ("first-hand", "others", "traces", "accused")


def group_of(source: Source) -> str:
    """Return the column group a source stands in."""
    if source.relation == "accused":
        return "accused"
    if source.evidence_id or source.relation == "official":
        return "traces"
    return "first-hand" if source.relation in {"self", "witness"} else "others"


def make_matrix(weighing: Weighing, claims: Iterable[Claim], looked_at: str = "") -> Matrix:
    """Return the matrix of these claims over all sources that speak to any of them."""
    wanted = sorted(claims, key=lambda claim: (claim.position, claim.id))
    speaking = {s.source_id for claim in wanted for s in weighing.of(claim.id)}
    columns = _columns(weighing, speaking)
    first = {s.source_id for s in weighing.of(looked_at)} if len(columns) > MANY else set()
    columns.sort(key=lambda column: first.isdisjoint(column.sources))  # stable: groups stay together
    place = {source: index for index, column in enumerate(columns) for source in column.sources}
    rows = []
    for claim in wanted:
        cells: list[list[Support]] = [[] for _ in columns]
        for support in weighing.of(claim.id):
            if support.source_id in place:
                cells[place[support.source_id]].append(support)
        grade, weakest = weighing.grade_claim(claim)
        rows.append(Row(claim, tuple(_mark(cell) for cell in cells), grade, weakest))
    sources = weighing.sources.values()
    return Matrix(
        columns=tuple(columns),
        bands=_bands(columns, first),
        rows=tuple(rows),
        statements=len(speaking),
        roots=len(columns),
        repeated=sum(1 for source in sources if source.id in speaking and source.derives_from_ids),
    )


def _columns(weighing: Weighing, speaking: set[str]) -> list[Column]:
    members: dict[str, list[Source]] = {}
    for source_id in sorted(speaking):
        source = weighing.sources.get(source_id)
        if source is not None:
            members.setdefault(min(weighing.roots.of(source_id)), []).append(source)
    columns = []
    for root, sources in members.items():
        first = min(sources, key=lambda s: (bool(s.derives_from_ids), len(s.label), s.label, s.id))
        columns.append(Column(root, first, tuple(source.id for source in sources), group_of(first)))
    return sorted(columns, key=lambda c: (_GROUPS.index(c.group), c.source.stated_on, c.source.label, c.root))


def _bands(columns: Sequence[Column], first: set[str]) -> tuple[Band, ...]:
    named = [(column.group, not first.isdisjoint(column.sources)) for column in columns]
    return tuple(Band(group, speaks, len(list(same))) for (group, speaks), same in itertools.groupby(named))


def _mark(cell: Sequence[Support]) -> Mark | None:
    if not cell:
        return None
    against = [support for support in cell if support.against]
    if against:
        if len(against) < len(cell):
            return Mark.MIXED
        return Mark.EXPLAINED if all(s.explanation.strip() for s in against) else Mark.DENIES
    known = {support.access for support in cell}
    ways = ((DIRECT, Mark.DIRECT), (TRACES, Mark.TRACE), ({Access.OFFICIAL}, Mark.RECORD))
    apart = (*ways, ({Access.RELATIVE}, Mark.RELATIVE))
    return next((mark for accesses, mark in apart if known & accesses), Mark.HEARD)
