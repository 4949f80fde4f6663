"""A day on paper and a calendar file: code names and numbers, nothing that points at anybody."""

from __future__ import annotations

import datetime as dt

from icalendar import Calendar
from tests.desk.conftest import Browser, TestClock
from tests.desk.scene import act_out

from leeward.domain.cases.case import Case, Identity
from leeward.domain.cases.work import Task
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.papers import MedicalAppointment
from leeward.office import casework
from leeward.office.casework_tasks import add_task
from leeward.office.day_sheet import calendar_file, day_sheet
from leeward.office.relocation_journeys import add_record
from leeward.office.session import Session

HOUR = 3_600_000


def scene(session: Session, clock: TestClock) -> dict[str, str]:
    ids = act_out(session, clock)
    larch = ids["Larch"]
    casework.set_identity(session, larch, legal_name="Tamerlan Invented", phone="+70000000000")
    add_task(session, larch, "Ring Tamerlan's cousin", owner_id=session.member_id, due=session.now() + HOUR)
    add_record(
        session, MedicalAppointment, larch, at=session.now() + 2 * HOUR, where="Clinic on Invented Street"
    )
    return ids


def of_day(session: Session) -> str:
    return dt.datetime.fromtimestamp(session.now() / 1000, tz=dt.UTC).astimezone().date().isoformat()


def test_the_sheet_has_code_names_and_neither_names_nor_towns_nor_free_text(
    session: Session, clock: TestClock, browser: Browser
) -> None:
    ids = scene(session, clock)
    page = browser.get("/sheet").text
    assert "Larch" in page
    towns = {town for leg in session.find(Leg) for town in (leg.from_town, leg.to_town) if len(town) > 3}
    for hidden in ("Tamerlan", "+7000", "Invented Street", "cousin", *towns):
        assert hidden not in page, hidden
    assert session.find(Identity, case_id=ids["Larch"])
    asked = browser.get("/sheet?words=1").text
    assert "cousin" in asked
    assert "Invented Street" not in asked


def test_only_mine_leaves_out_what_others_hold(session: Session, clock: TestClock) -> None:
    ids = scene(session, clock)
    other = session.make_id()
    add_task(session, ids["Larch"], "Theirs", owner_id=other, due=session.now() + HOUR)
    every = day_sheet(session, of_day(session), words=True)
    mine = day_sheet(session, of_day(session), words=True, mine=True)
    assert "Theirs" in {line.words for line in (*every.timed, *every.untimed)}
    assert "Theirs" not in {line.words for line in (*mine.timed, *mine.untimed)}


def test_the_calendar_file_says_a_neutral_word_and_a_number_and_other_programs_read_it(
    session: Session, clock: TestClock, browser: Browser
) -> None:
    ids = scene(session, clock)
    raw = browser.get("/sheet/calendar.ics").content
    calendar = Calendar.from_ical(raw)
    events = list(calendar.walk("VEVENT"))
    larch = session.get(Case, ids["Larch"])
    assert larch is not None
    summaries = {str(event["summary"]) for event in events}
    assert f"Errand {larch.number}" in summaries
    known = [case.pseudonym for case in session.find(Case)] + [task.title for task in session.find(Task)]
    places = [leg.to_town for leg in session.find(Leg)]
    for hidden in (
        "Tamerlan",
        "cousin",
        "Leeward",
        *filter(None, known),
        *[town for town in places if len(town) > 3],
    ):
        assert hidden.encode() not in raw, hidden
    assert {str(event["class"]) for event in events} == {"PRIVATE"}
    assert all(event["uid"] not in {task.id for task in session.find(Task)} for event in events)
    assert calendar_file(session, "ru") != raw


def test_odd_days_show_today(session: Session, browser: Browser) -> None:
    for odd in ("tomorrow", "0001-01-01", "9999-12-31", "'; --", "2017-02-30", ""):
        assert browser.client.get("/sheet", params={"day": odd}).status_code == 200
