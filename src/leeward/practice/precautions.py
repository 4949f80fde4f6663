"""What a careful team did in the last weeks: agreed how to come back, rehearsed, opened an address, wrote apart.

Everything is done by the same calls as at a desk, each desk for itself, at the moments the story tells of; only the
rehearsal is written down without having run, as everything in practice is invented.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from leeward.domain.intake.records import Contact
from leeward.domain.recovery import Rehearsal, WordsShown
from leeward.domain.relocation.places import PlaceAddress
from leeward.ledger.model import put
from leeward.office import intake, openings, recovery, retention, taken_tasks
from leeward.office.session import Session
from leeward.practice.cast import named
from leeward.practice.load import StoryClock
from leeward.practice.moment import DAY, HOUR

_MINUTE = HOUR // 60
_AGREED, _REHEARSED, _DRILL, _LOOKED, _OPENED, _APART = (
    26 * DAY,
    12 * DAY,
    4 * DAY,
    5 * DAY,
    3 * DAY,
    2 * HOUR,
)
_DRILL_TOOK = 9 * _MINUTE
_WHY = {"en": "The heating: a plumber has to be told where.", "ru": "Отопление: мастеру нужен адрес."}
_TOLD = ("Tamrak", "Ushkent")  # where somebody is, as two colleagues heard it
Desks = Mapping[str, Session]


@contextlib.contextmanager
def _back(clock: StoryClock, ago: int) -> Iterator[None]:
    """Set the clock back for a while."""
    clock.set(clock.now_ms() - ago)
    try:
        yield
    finally:
        clock.set(None)


def draw_words(desks: Desks, clock: StoryClock) -> None:
    """Let every desk have drawn the words for coming back; they leave with the next sync."""
    with _back(clock, _AGREED):
        for session in desks.values():
            recovery.keep_key(session)


def propose_circle(desks: Desks, clock: StoryClock) -> None:
    """Let the first desk have proposed that two of all can bring the team back; two of two would be no help."""
    if len(desks) > 2:
        with _back(clock, _AGREED - HOUR):
            recovery.propose(next(iter(desks.values())), 2, [one.member_id for one in desks.values()])


def take_precautions(desks: Desks, clock: StoryClock, language: str) -> None:
    """Write the rest; the proposal must have come to every desk."""
    first, *others = desks.values()
    wanted = recovery.proposal(first)
    if wanted is not None:
        with _back(clock, _AGREED - 2 * HOUR):
            for session in others:
                recovery.agree(session, wanted.id)
        with _back(clock, _REHEARSED):
            _rehearsed(first)
    with _back(clock, _LOOKED):
        for session in desks.values():
            retention.begin_what_is_over(session)
    with _back(clock, _DRILL):
        taken_tasks.note_drill(first, first.now() - _DRILL_TOOK)
    if "coordinator" in desks:
        with _back(clock, _OPENED):
            _open_an_address(desks["coordinator"], language)
        with _back(clock, _APART):
            _write_apart(first, desks["coordinator"], language)


def _rehearsed(session: Session) -> None:
    team, held = session.compartment_of("team"), len(session.vault.compartments())
    shown = WordsShown(
        id=session.make_id(), by=session.member_id, at=session.now() - 20 * _MINUTE, how="sheet"
    )
    tried = Rehearsal(
        id=session.make_id(),
        by=session.member_id,
        at=session.now(),
        seconds=190,
        parts=held,
        parts_back=held,
        records=1904,
        paper=True,
    )
    session.save_new(team, shown)
    session.save_new(team, tried)


def _open_an_address(session: Session, language: str) -> None:
    addresses = sorted(session.find(PlaceAddress), key=lambda one: one.id)
    if addresses:
        openings.open_alone(session, addresses[0].id, "visit", _WHY[language])
        openings.close(session, addresses[0].id)


def _write_apart(one: Session, other: Session, language: str) -> None:
    """Let two colleagues write the same thing of one request apart: what somebody has to settle."""
    circle = one.compartment_of("intake")
    contacts = [
        line.contact
        for line in intake.queue(one)
        if not (line.ended_at or line.alarm_at or line.captured_since) and other.get(Contact, line.contact.id)
    ]
    if contacts:
        contact = min(contacts, key=lambda found: found.id)
        for session, town in zip((one, other), _TOLD, strict=True):
            session.commit(circle, put("contact", contact.id, place_told=named(town, language)))
