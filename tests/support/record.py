"""A small world for tests of the record: one member's vault, one case, one account with a coded act."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from leeward.base.ports import SystemChance
from leeward.domain.cases.case import Case
from leeward.domain.period import Period
from leeward.domain.testimony.records import Act, Facility, Paragraph
from leeward.domain.typed import write_new
from leeward.office import testimony
from leeward.office.session import Session
from leeward.office.team import found_team

START = int(dt.datetime(2026, 4, 7, 12, 0, tzinfo=dt.UTC).timestamp() * 1000)
DAY_MS = 24 * 3600 * 1000


class RecordClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.ms = START

    def now_ms(self) -> int:
        """Return the time it was set to."""
        return self.ms


class As(Session):
    """The same vault, with another colleague's hands on the keyboard."""

    def __init__(self, session: Session, member_id: str) -> None:
        super().__init__(session.vault, clock=session.clock, chance=session.chance)
        self._other = member_id

    @property
    def member_id(self) -> str:
        """Return the colleague's id."""
        return self._other


def make_documenter(folder: Path, clock: RecordClock) -> Session:
    """Found a team of one documenter."""
    return found_team(
        folder / "vault",
        "test words",
        team_name="Harbour",
        member_name="Vera",
        role="documenter",
        clock=clock,
        chance=SystemChance(),
        work_factor=2,
    )


def make_case(session: Session, pseudonym: str = "Juniper") -> Case:
    """Open a case in a compartment of its own."""
    circle = session.vault.make_compartment("case").id
    case = Case(id=session.make_id(), pseudonym=pseudonym, code="17", status="active", compartment=circle)
    session.commit(circle, write_new(case))
    found = session.get(Case, case.id)
    assert found is not None
    return found


def tell(session: Session, case: Case, *texts: str) -> str:
    """Record an account; return its id."""
    paragraphs = [Paragraph(text=text) for text in texts or ("Меня держали десять дней.",)]
    return testimony.record_account(session, case.id, paragraphs, told_on="2026-04-01")


def code(session: Session, account_id: str) -> str:
    """Code one act from an account; return its id."""
    facility = testimony.add_facility(
        session, Facility(id="", name="Grey warehouse", district="Severny district", region="the north")
    )
    act = Act(
        id="",
        act_type="torture",
        methods=("electric.fingers", "blunt.pipe"),
        period=Period("2026-03-02", "2026-03-09"),
        facility_id=facility,
        unit="Second regiment",
        quoted=(0,),
    )
    return testimony.code_act(session, account_id, act)
