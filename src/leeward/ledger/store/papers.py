"""The roster's papers as they lie in a vault: notes, taken past whatever else was written into their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import apsw

from leeward.ledger.merge import State, load_state
from leeward.ledger.roster import PAPERS, Paper


def read_papers(connection: apsw.Connection, place: int) -> dict[str, list[Paper]]:
    """Return the papers of the compartment with this small number, by the device they are about.

    The records' kinds are not asked for: somebody may have written another one into them.
    """
    rows: Any = connection.execute(
        "SELECT id, state FROM record WHERE kind IN (SELECT no FROM kind) AND compartment=? AND instr(state, ?) > 0",
        (place, PAPERS.encode()),
    )
    return {str(record): list(papers_in(str(record), load_state(state))) for record, state in rows}


def papers_in(record: str, state: State) -> Iterator[Paper]:
    """Yield the papers of one record in the order of their clocks."""
    for write in state.notes.get(PAPERS, ()):
        yield Paper(record, write.stamp.device, write.value)


def flat(papers: Mapping[str, list[Paper]]) -> list[Paper]:
    """Return all papers in one row."""
    return [paper for about in papers.values() for paper in about]
