"""Once a device has erased, the outcome is one for all: stops and letters that come after do not divide the desks."""

from __future__ import annotations

import pytest
from tests.support.erasing import Scene, marked, work
from tests.support.reporter import item_id

from leeward.domain.cases.case import Case
from leeward.domain.erasing import (
    HOUR,
    STOP_MS,
    Erased,
    Erasure,
    Standing,
    digest_of,
    standing,
    under_way_since,
)
from leeward.domain.intake import Contact, Letter
from leeward.domain.typed import Note
from leeward.ledger.model import note
from leeward.office.erasing import ErasureRefused, agree, ask, erasures, show, stop
from leeward.office.intake import take_in
from leeward.office.keeping import hold
from leeward.sync.exchange import Round

TEAM = ("a", "b", "c")


def said(*, says: tuple[tuple[str, str, int], ...] = (), done: tuple[tuple[str, int], ...] = ()) -> Erasure:
    bare = Erasure(id="x", case_id="k", asked_at=1, created_by="a")
    of = digest_of(bare)
    return Erasure(
        id="x",
        case_id="k",
        asked_at=1,
        created_by="a",
        says=tuple(Note(value={"does": does, "of": of}, at=at, by=by) for by, does, at in says),
        done=tuple(Note(value={"device": by, "of": of}, at=at, by=by) for by, at in done),
    )


@pytest.mark.parametrize(
    ("erasure", "seen", "now", "expected"),
    [
        # two stand behind it, one by having done it; one stopped it unseen, before: done
        (said(says=(("a", "want", 2), ("c", "stop", 3)), done=(("b", 9),)), 1, 10, Standing.DUE),
        # any number who stop it after: done
        (
            said(says=(("a", "want", 2), ("c", "stop", 11), ("b", "stop", 12)), done=(("b", 9),)),
            1,
            13,
            Standing.DUE,
        ),
        # two who stopped it before hold it against two
        (
            said(says=(("a", "want", 2), ("c", "stop", 3), ("d", "stop", 4)), done=(("b", 9),)),
            1,
            10,
            Standing.STOPPED,
        ),
        # two stops in the very millisecond of the first "done" came after it: it is gone there
        (
            said(says=(("a", "want", 2), ("c", "stop", 9), ("d", "stop", 9)), done=(("b", 9),)),
            1,
            10,
            Standing.DUE,
        ),
        # and so does one where the 72 hours were just over
        (
            said(says=(("c", "stop", STOP_MS + 9),), done=(("a", STOP_MS + 9),)),
            9,
            STOP_MS + 10,
            Standing.DUE,
        ),
        # one member alone, who says "done" at once, does not take the others' stop away
        (said(says=(("a", "want", 2), ("c", "stop", 11)), done=(("a", 9),)), 1, 12, Standing.STOPPED),
        # but where the 72 hours had passed here when it was done, a later stop is too late
        (
            said(says=(("a", "want", 2), ("c", "stop", STOP_MS + 11)), done=(("a", STOP_MS + 9),)),
            1,
            STOP_MS + 12,
            Standing.DUE,
        ),
        # taken back and said again after: too late
        (
            said(
                says=(("a", "want", 2), ("c", "stop", 3), ("c", "free", 4), ("c", "stop", 11)),
                done=(("b", 9),),
            ),
            1,
            12,
            Standing.DUE,
        ),
    ],
)
def test_what_a_stop_counts_for_when_it_was_done_somewhere(
    erasure: Erasure, seen: int, now: int, expected: Standing
) -> None:
    members = (*TEAM, "d")
    assert standing(erasure, members, seen_at=seen, now=now) is expected


def test_who_begins_it_puts_nothing_under_way_alone() -> None:
    assert under_way_since(said(says=(("a", "want", 2),), done=(("a", 9),)), TEAM) == 0
    assert under_way_since(said(says=(("a", "want", 2),), done=(("b", 9),)), TEAM) == 9


def begin(made: Scene) -> str:
    """Anna and Clara want it, and their desks have erased; Boris was away and has heard nothing."""
    anna, _, clara = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    made.clock.ms += 1000
    work(anna, clara)
    agree(clara.session, asked)
    work(clara, anna, rounds=2)
    made.clock.ms += 11 * 60_000
    work(clara, anna, rounds=3)
    assert show(anna.session, erasures(anna.session)[0]).begun
    made.clock.ms += 1000  # what comes now comes after it
    return asked


@pytest.mark.parametrize("exactly_then", [False, True])
def test_a_stop_and_a_hold_that_come_too_late_leave_all_desks_alike(
    made: Scene,
    exactly_then: bool,  # noqa: FBT001 - the same millisecond, or any later one
) -> None:
    anna, boris, clara = made.desks
    asked = begin(made)
    now = made.clock.ms
    if exactly_then:
        made.clock.ms = show(anna.session, erasures(anna.session)[0]).begun
    hold(boris.session, made.case_id, "work")
    made.clock.ms = now
    with pytest.raises(ErasureRefused, match="too late"):
        stop(clara.session, asked)
    work(anna, boris, clara, rounds=6)
    made.clock.ms += 11 * 60_000  # whoever's turn it was to make room has had it: another desk may
    work(anna, boris, clara, rounds=4)
    for desk in made.desks:
        assert marked(desk) == set()
        assert len(desk.session.find(Erased)) == 1


def test_one_who_stopped_it_unheard_is_outvoted_on_every_desk(made: Scene) -> None:
    anna, boris, clara = made.desks
    asked = begin(made)
    wanted = erasures(anna.session)[0]
    team = boris.session.compartment_of("team")
    boris.session.commit(team, note(Erasure.kind, asked, "says", {"does": "stop", "of": digest_of(wanted)}))
    work(boris, anna, clara, rounds=6)
    made.clock.ms += 11 * 60_000
    work(boris, anna, clara, rounds=4)
    for desk in made.desks:
        assert marked(desk) == set()
        assert len(desk.session.find(Erased)) == 1


def test_who_writes_again_to_a_desk_that_had_not_heard_begins_anew_and_the_old_part_goes(made: Scene) -> None:
    anna, boris, clara = made.desks
    begin(made)
    sealed = made.reporter.again("it is me once more")
    take_in(boris.session, item_id(), sealed)  # into the old conversation: he has not heard
    take_in(anna.session, item_id(), sealed)  # and where it is erased already
    work(boris, anna, clara, rounds=6)
    made.clock.ms += 11 * 60_000
    work(boris, anna, clara, rounds=4)
    for desk in (anna, boris):
        assert marked(desk) == set()
        assert len(desk.session.find(Erased)) == 1
        [letter] = [one for one in desk.session.find(Letter) if one.text == "it is me once more"]
        contact = desk.session.get(Contact, letter.contact_id)
        assert contact is not None
        assert contact.id != made.contact_id
        assert contact.ways
    made.clock.ms += 1000
    take_in(boris.session, item_id(), made.reporter.again("and again"))
    assert (
        len(
            {
                one.contact_id
                for one in boris.session.find(Letter)
                if "me once" in one.text or "and again" in one.text
            }
        )
        == 1
    )


def test_two_voices_wait_until_every_box_was_looked_into(made: Scene) -> None:
    anna, boris, _ = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, boris)
    agree(boris.session, asked)
    boris.exchange().pull_team(Round(), None)  # the team's box only
    assert boris.session.get(Case, made.case_id) is not None
    made.clock.ms += HOUR
    work(boris)
    assert boris.session.get(Case, made.case_id) is None
