"""A documenter on a real vault, with one case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.record import RecordClock, make_case, make_documenter

from leeward.domain.cases.case import Case
from leeward.office import consent
from leeward.office.session import Session


@pytest.fixture
def clock() -> RecordClock:
    return RecordClock()


@pytest.fixture
def session(tmp_path: Path, clock: RecordClock) -> Iterator[Session]:
    made = make_documenter(tmp_path, clock)
    with made.vault:
        yield made


@pytest.fixture
def case(session: Session) -> Case:
    return make_case(session)


def allow(session: Session, case: Case, use: str, audience: str, answer: str = "given") -> str:
    return consent.set_consent(session, case.id, use, audience, answer, risks_explained=True)
