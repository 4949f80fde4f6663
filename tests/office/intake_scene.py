"""Two desks that hold the hotline, and somebody who writes to them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, StillClock, found, newcomer, settle

from leeward.domain.intake import Contact
from leeward.domain.relocation.journeys import Leg
from leeward.office import intake, relocation, relocation_journeys
from leeward.office.casework_open import open_case
from leeward.office.session import Session


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator, clock: StillClock) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door(), clock=clock)
    with desk.session.vault:
        yield desk


@pytest.fixture
def boris(tmp_path: Path, anna: Desk, relay: RelaySimulator, clock: StillClock) -> Iterator[Desk]:
    desk = newcomer(tmp_path / "boris", anna, relay.door(), role="operator", clock=clock)
    with desk.session.vault:
        settle(anna, desk)
        yield desk


def writes(session: Session, text: str, **members: Any) -> tuple[Reporter, str]:
    """Let somebody new write; return them and their contact's id."""
    before = {one.id for one in session.find(Contact)}
    reporter = Reporter(session)
    intake.take_in(session, item_id(), reporter.first(text, **members))
    [new] = {one.id for one in session.find(Contact)} - before
    return reporter, new


def open_boxes(desk: Desk, reporter: Reporter) -> None:
    for way in (reporter.way, reporter.alarm_way):
        desk.relay.make_box(way.box, way.read, way.write)


def knows_places(session: Session) -> str:
    """Write down places that this desk can read; return a case's id."""
    case = open_case(session, "", pseudonym="Larch").case_id
    relocation.add_place(session, "Гавань 2", 3, address="улица Полевая, дом 12")
    legs = [Leg(id="", from_town="Елец", to_town="Нижняя Поляна", handover="у фонтана", departs=5, arrives=9)]
    relocation_journeys.book_journey(session, case, "Norland", legs)
    return case
