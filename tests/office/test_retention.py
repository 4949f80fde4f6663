"""What has a day is warned of, can be kept longer, and goes by itself; nobody can hurry it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.clocks import HandClock
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, closing, found, newcomer

from leeward.domain.erasing import HOUR, Erased, Erasure
from leeward.domain.errors import OutOfRange
from leeward.domain.intake import Contact, Letter
from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.ways_out import Seat, Slot, WayOut
from leeward.domain.retention import DAY, WARN_DAYS, Retention, due_at
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office import intake, keeping, retention
from leeward.office.erasing import erasures
from leeward.office.intake.heap import put_on_heap
from leeward.office.intake.judge import settle

_OTHER = "somebody else, who waits"


class Two:
    """Anna and Boris, a conversation that came to nothing, and one that waits for an answer."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.relay = RelaySimulator()
        self.anna = found(folder / "anna", self.relay.door(), clock=self.clock)
        self.boris = newcomer(
            folder / "boris", self.anna, self.relay.door(), name="Boris", role="operator", clock=self.clock
        )
        self.writer = Reporter(self.anna.session)
        intake.take_in(self.anna.session, item_id(), self.writer.first("a word, and no more"))
        [line] = intake.queue(self.anna.session)
        self.contact = line.contact.id
        self.clock.ms += 1
        settle(self.anna.session, self.contact)
        intake.take_in(self.anna.session, item_id(), Reporter(self.anna.session).first(_OTHER))
        self.days(0)

    def days(self, days: float) -> None:
        self.clock.ms += int(days * DAY)
        for _ in range(5):
            self.anna.sync()
            self.boris.sync()

    @property
    def desks(self) -> tuple[Desk, Desk]:
        return self.anna, self.boris


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    made = Two(tmp_path)
    with closing(*made.desks):
        yield made


def test_it_is_warned_of_begun_and_done_without_being_asked(two: Two) -> None:
    anna, _ = two.desks
    two.days(90 - WARN_DAYS - 1)
    assert retention.needs_now(anna.session) == []
    two.days(2)
    [warning] = retention.needs_now(anna.session)
    assert two.contact in warning.href
    assert erasures(anna.session) == []
    two.days(WARN_DAYS - 3.5)
    [begun] = erasures(anna.session)
    assert (begun.why, begun.rule) == ("time", "nothing")
    assert anna.session.get(Contact, two.contact) is not None
    two.days(3.5)
    for desk in two.desks:
        assert desk.session.get(Contact, two.contact) is None
        assert {one.text for one in desk.session.find(Letter)} == {_OTHER}
        assert len(desk.session.find(Erased)) == 1


def test_what_is_kept_longer_or_held_stays_and_what_is_freed_goes(two: Two) -> None:
    anna, boris = two.desks
    two.days(80)
    keeping.keep_longer(boris.session, two.contact, 60, "work")
    two.days(30)
    assert anna.session.get(Contact, two.contact) is not None
    keeping.hold(anna.session, two.contact, "court")
    two.days(60)
    assert boris.session.get(Contact, two.contact) is not None
    keeping.lift(boris.session, two.contact)
    two.days(0.1)
    two.days(3.2)
    assert anna.session.get(Contact, two.contact) is None


def test_a_hold_during_the_last_72_hours_stops_it(two: Two) -> None:
    anna, boris = two.desks
    two.days(87.5)
    assert len(erasures(boris.session)) == 1
    keeping.hold(boris.session, two.contact, "danger")
    two.days(10)
    assert anna.session.get(Contact, two.contact) is not None


def test_nobody_can_say_that_a_time_is_over_which_is_not(two: Two) -> None:
    anna, boris = two.desks
    session = boris.session
    session.commit(
        session.compartment_of("team"),
        write_new(
            Erasure(id=session.make_id(), why="time", rule="nothing", contact_ids=(two.contact,), asked_at=1)
        ),
    )
    beds = session.compartment_of("beds")
    stay = Stay(
        id=session.make_id(),
        case_id="c" * 26,
        place_id="p",
        first_night="2017-04-01",
        last_night="2017-04-02",
    )
    session.save_new(beds, stay)
    named = Erasure(
        id=session.make_id(), why="time", rule="stays", circle_ids=(beds,), record_ids=(stay.id,), asked_at=1
    )
    session.commit(session.compartment_of("team"), write_new(named))
    two.days(4)
    two.days(4)
    assert anna.session.get(Contact, two.contact) is not None
    assert anna.session.get(Stay, stay.id) is not None


def test_beds_go_a_year_after_the_last_night_and_only_they(two: Two) -> None:
    anna, _ = two.desks
    session = anna.session
    beds = session.compartment_of("beds")
    for night in ("2017-04-02", "2017-12-01", ""):
        stay = Stay(
            id=session.make_id(), case_id="c" * 26, place_id="p", first_night="2017-04-01", last_night=night
        )
        session.save_new(beds, stay)
    two.days(1)
    two.days(375)
    two.days(4)
    for desk in two.desks:
        assert {one.last_night for one in desk.session.find(Stay)} == {"2017-12-01", ""}


def test_what_was_held_for_somebody_goes_with_the_year_and_what_is_to_come_stays(two: Two) -> None:
    session = two.anna.session
    beds = session.compartment_of("beds")
    for day in ("2017-04-02", "2017-12-01", "soon"):
        way = WayOut(id=session.make_id(), country="Norland", day=day, seats=1)
        seat = Seat(id=session.make_id(), way_out_id=way.id, case_id="c" * 26)
        slot = Slot(id=session.make_id(), country="Norland", day=day, case_id="c" * 26)
        for one in (way, seat, slot):
            session.save_new(beds, one)
    two.days(1)
    two.days(375)
    two.days(4)
    for desk in two.desks:
        days = {one.id: one.day for one in desk.session.find(WayOut)}
        assert len(days) == 3  # names nobody
        assert {days[one.way_out_id] for one in desk.session.find(Seat)} == {"2017-12-01", "soon"}
        assert {one.day for one in desk.session.find(Slot)} == {"2017-12-01", "soon"}


def test_a_rule_made_shorter_surprises_nobody_and_has_bounds(two: Two) -> None:
    anna, boris = two.desks
    two.days(60)
    with pytest.raises(OutOfRange):
        retention.set_rule(anna.session, "nothing", 2)
    retention.set_rule(anna.session, "nothing", 30)
    two.days(WARN_DAYS - 1)
    assert boris.session.get(Contact, two.contact) is not None
    team = boris.session.compartment_of("team")
    boris.session.commit(team, put("retention", anna.session.find(Retention)[0].id, days=-5))
    assert retention.rules(anna.session)["nothing"] == 30


def test_junk_goes_after_a_week_and_what_is_hostile_stays(two: Two) -> None:
    anna, _ = two.desks
    put_on_heap(anna.session, [two.contact], "hostile")
    two.days(400)
    assert anna.session.get(Contact, two.contact) is not None
    put_on_heap(anna.session, [two.contact], "spam")
    two.days(1)
    two.days(4)
    assert anna.session.get(Contact, two.contact) is None


def test_who_ends_it_with_their_words_is_erased_after_72_hours_and_who_is_forced_is_not(two: Two) -> None:
    anna, boris = two.desks
    forced = Reporter(anna.session)
    intake.take_in(anna.session, item_id(), forced.first("they are here"))
    intake.take_in(anna.session, item_id(), forced.sealed(voice=forced.alarm_way.voice, event="ended"))
    intake.take_in(boris.session, item_id(), two.writer.sealed(voice=two.writer.way.voice, event="ended"))
    two.days(0.1)
    [begun] = erasures(anna.session)
    assert (begun.why, begun.contact_ids) == ("ended", (two.contact,))
    two.clock.ms += 71 * HOUR
    two.days(0)
    assert anna.session.get(Contact, two.contact) is not None
    two.clock.ms += 2 * HOUR
    two.days(0)
    for desk in two.desks:
        assert desk.session.get(Contact, two.contact) is None
        assert "they are here" in {one.text for one in desk.session.find(Letter)}


def test_who_writes_again_has_not_ended_it(two: Two) -> None:
    anna, _ = two.desks
    intake.take_in(anna.session, item_id(), two.writer.sealed(voice=two.writer.way.voice, event="ended"))
    two.days(0.1)
    two.clock.ms += 1000
    intake.take_in(anna.session, item_id(), two.writer.again("it was a mistake"))
    two.days(5)
    assert anna.session.get(Contact, two.contact) is not None


def test_a_day_is_never_before_it_was_announced() -> None:
    assert due_at(0, 30, changed_at=0, known_since=100 * DAY) == 114 * DAY
    assert due_at(0, 30, changed_at=50 * DAY, known_since=0) == 64 * DAY
    assert due_at(0, 30, changed_at=0, known_since=0, kept_until=99 * DAY) == 99 * DAY
