"""Once somebody is erased, no members' words open anything of theirs with what the relay holds; all else comes back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support import recovery as support
from tests.support.erasing import MARKERS, Scene, erase, scene, work
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing

from leeward.domain.erasing import Erased, Erasure, bundles
from leeward.domain.recovery import Escrowed
from leeward.domain.typed import write_new
from leeward.ledger.errors import LedgerError
from leeward.ledger.escrow import PART, Share, Signed, read_part
from leeward.ledger.model import note
from leeward.office import recovery
from leeward.office.erasing import agree, ask, boxes_left, erasures, show
from leeward.office.recovery_back import NothingCameBack, open_box, opened_content
from leeward.office.recovery_escrow import due_parts, share_out, share_part
from leeward.office.recovery_rehearse import Running, begin, running
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.keys import Identity
from leeward.seal.kinds import Kind
from leeward.seal.shares import RecoveryKey


@pytest.fixture
def agreed(tmp_path: Path) -> Iterator[Scene]:
    """A team of three that agreed that any two of them bring it back."""
    built = scene(tmp_path, RelaySimulator())
    with closing(*built.desks):
        support.agree(*built.desks)
        built.clock.ms += 1000
        yield built


def parts_of(made: Scene, *keys: RecoveryKey) -> dict[str, list[Identity]]:
    """Return what these words open on the relay: compartment to the identities in all bundles of it, none judged."""
    shares: list[Signed] = []
    for key in keys:
        with contextlib.suppress(NothingCameBack):
            shares += open_box(made.relay.door(), key).shares
    devices = {one.device_id: one.verify_key for one in made.anna.vault.roster().values()}
    found: dict[str, list[Identity]] = {}
    for _, content in opened_content(shares, devices, PART):
        part = read_part(content)
        found.setdefault(part.compartment, []).extend(Identity.from_string(text) for _, text in part.epochs)
    return found


def relay_of(made: Scene) -> RelaySimulator:
    assert isinstance(made.relay, RelaySimulator)
    return made.relay


def segments(made: Scene, *circles: str) -> list[bytes]:
    """Return the sealed segments of circles as the relay holds them, or of all that there is."""
    boxes = relay_of(made).boxes
    rooms = {room.box for one in circles for room in made.anna.vault.rooms(one, every=True)}
    return [one.untrusted_sealed for box in rooms or boxes for one in boxes[box].items if box in boxes]


def read(sealed: list[bytes], keys: dict[str, list[Identity]]) -> list[str]:
    """Return which of the person's marks these keys open in these segments."""
    identities = [one for found in keys.values() for one in found]
    text = b""
    for one in sealed:
        with contextlib.suppress(SealError, LedgerError):
            text += open_sealed(Kind.SEGMENT, one, identities)
    return [marker for marker in MARKERS if marker.encode() in text]


def pairs(made: Scene) -> list[tuple[RecoveryKey, ...]]:
    return list(combinations([support.key_of(desk) for desk in made.desks], 2))


def lies_in_boxes(made: Scene, named: frozenset[str]) -> list[str]:
    """Return which of these bundles have a share in any member's box."""
    return [
        share.share.bundle
        for desk in made.desks
        for share in open_box(made.relay.door(), support.key_of(desk)).shares
        if share.share.bundle in named
    ]


def test_no_words_open_an_erased_circle_with_what_the_relay_holds_and_they_did_before(
    agreed: Scene, tmp_path: Path
) -> None:
    old = segments(agreed, *agreed.circles)
    for keys in pairs(agreed):  # so that it can fail
        opened = parts_of(agreed, *keys)
        assert set(agreed.circles) <= opened.keys()
        assert {MARKERS[3], MARKERS[4]} <= set(read(old, opened))
    asked = erase(agreed)
    for keys in [*pairs(agreed), tuple(support.key_of(desk) for desk in agreed.desks)]:
        opened = parts_of(agreed, *keys)
        assert not opened.keys() & set(agreed.circles)
        assert read(old, opened) == []  # whoever kept the circle's segments from before
        assert read(segments(agreed), opened) == []  # all that lies on the relay now
    held = {one.id for one in agreed.anna.vault.compartments()}
    assert held <= parts_of(agreed, *pairs(agreed)[0]).keys()
    for desk in agreed.desks:
        assert [one.erasure_id for one in desk.session.find(Erased)] == [asked]
        assert desk.vault.local_get("recovery.kept") is None
    support.keep_up(*agreed.desks)
    session, back = support.back(tmp_path / "back", agreed.relay.door(), *pairs(agreed)[0])
    with session.vault:
        assert back.closed == 0
        assert {one.id for one in agreed.anna.vault.compartments()} <= {
            one.id for one in session.vault.compartments()
        }
        assert session.vault.get(agreed.other_case) is not None
        assert session.vault.get(agreed.case_id) is None


def test_a_share_that_waited_on_a_laptop_that_was_away_never_leaves_it(agreed: Scene) -> None:
    anna, boris, clara = agreed.desks
    circle = recovery.circle_now(boris.session)
    assert circle is not None
    share_part(boris.session, boris.vault.compartment(agreed.circles[0]), circle)
    [fresh] = [
        one.bundle
        for one in boris.session.find(Escrowed, compartment=agreed.circles[0])
        if anna.vault.get(one.id) is None
    ]
    asked = ask(anna.session, case_id=agreed.case_id, why="asked", typed="erase")
    work(anna, clara)
    agree(clara.session, asked)
    work(clara, anna, rounds=2)  # he was away all the while
    agreed.clock.ms += 11 * 60_000  # whoever's turn it was to make room has had it
    work(clara, anna, rounds=2)
    assert show(anna.session, erasures(anna.session)[0]).begun
    work(boris)
    named = bundles(erasures(boris.session)[0])
    assert fresh in named
    assert fresh not in lies_in_boxes(agreed, frozenset({fresh}))
    work(anna, clara, boris, rounds=3)
    assert lies_in_boxes(agreed, named) == []
    assert len(anna.session.find(Erased)) == 1


def test_the_note_that_all_is_done_waits_for_every_box(agreed: Scene) -> None:
    anna, boris, clara = agreed.desks
    clara.vault.local_put("recovery.taken", None)
    key = clara.vault.local_get("recovery.key")
    clara.vault.local_put("recovery.key", None)  # as if she could not reach it
    erase(agreed)
    [erasure] = erasures(anna.session)
    assert boxes_left(anna.session, erasure) == (clara.session.member_id,)
    assert anna.session.find(Erased) == []
    clara.vault.local_put("recovery.key", key)
    work(clara, anna, boris, rounds=2)
    assert boxes_left(anna.session, erasures(anna.session)[0]) == ()
    assert len(anna.session.find(Erased)) == 1


def test_naming_bundles_of_parts_that_live_takes_nothing_from_anybody(agreed: Scene) -> None:
    anna, boris, clara = agreed.desks
    asked = erase(agreed)
    record, other = anna.session.compartment_of("record"), agreed.other_case
    case = anna.vault.get(other).compartment
    living = {
        one.bundle for circle in (record, case) for one in anna.session.find(Escrowed, compartment=circle)
    }
    team = boris.session.compartment_of("team")
    boris.session.commit(team, note(Erasure.kind, asked, "shared", {"bundles": sorted(living)}))
    # Clara does not hold that case: her box lets go of its shares, and whoever holds it shares it out anew
    work(boris, clara, anna, rounds=2)
    circle = recovery.circle_now(anna.session)
    assert circle is not None
    assert case in {one.id for one in due_parts(anna.session, circle)}
    support.keep_up(anna, boris, clara)
    for keys in pairs(agreed):
        assert {record, case} <= parts_of(agreed, *keys).keys()
    assert due_parts(anna.session, circle) == []
    assert not share_out(anna.session, 1000)


def test_a_note_made_up_in_a_living_part_keeps_no_share_of_an_erased_one(agreed: Scene) -> None:
    anna, boris, _ = agreed.desks
    theirs = anna.session.find(Escrowed, compartment=agreed.circles[0])
    team = boris.session.compartment_of("team")
    for one in theirs:
        made_up = Escrowed(id=boris.session.make_id(), epoch=1, circle="x", bundle=one.bundle)
        boris.session.commit(team, write_new(made_up))
    asked = erase(agreed)
    named = bundles(next(one for one in erasures(anna.session) if one.id == asked))
    assert {one.bundle for one in theirs} <= named
    assert lies_in_boxes(agreed, named) == []


def test_damaged_notes_stop_nobody(agreed: Scene) -> None:
    anna, _, _ = agreed.desks
    asked = erase(agreed)
    team = anna.session.compartment_of("team")
    damaged: list[tuple[str, Any]] = [("shared", "bundles"), ("unshared", 7), ("unshared", {"of": "x"})]
    damaged += [("shared", {"bundles": 5}), ("shared", {"bundles": [5, None, {}, "x" * 5000]})]
    for field, value in [*damaged, ("unshared", {"box": [1], "of": {}})]:
        anna.session.commit(team, note(Erasure.kind, asked, field, value))
    work(*agreed.desks, rounds=2)
    assert lies_in_boxes(agreed, bundles(erasures(anna.session)[0])) == []
    assert len(anna.session.find(Erased)) == 1


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("calls", [2, 3, 4, 6])
def test_killed_anywhere_it_loses_nothing_of_the_box(agreed: Scene, calls: int) -> None:
    anna, boris, clara = agreed.desks
    clara.vault.local_put("recovery.taken", None)
    erase(agreed, rounds=1)
    work(boris, anna)
    wanted = {one.id for one in anna.vault.compartments()}
    spent = [0]

    def dying(real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            if arguments and arguments[0] == support.key_of(clara).box():
                spent[0] += 1
                if spent[0] == calls:
                    raise Killed
            return real(*arguments, **named)

        return call

    relay = clara.relay
    real = {name: getattr(relay, name) for name in ("delete_box", "make_box", "append", "list_items")}
    for name, function in real.items():
        setattr(relay, name, dying(function))
    with contextlib.suppress(Killed):
        work(clara, rounds=2)
    for name, function in real.items():
        setattr(relay, name, function)
    work(clara, anna, boris, rounds=3)
    named = bundles(erasures(anna.session)[0])
    assert lies_in_boxes(agreed, named) == []
    shares = open_box(agreed.relay.door(), support.key_of(clara)).shares
    assert len({one.share.bundle for one in shares}) >= len(wanted)
    assert len(anna.session.find(Erased)) == 1


def test_words_drawn_anew_leave_no_box_of_the_old_ones(agreed: Scene) -> None:
    anna, boris, clara = agreed.desks
    old = support.key_of(clara)
    recovery.renew_key(clara.session)
    support.keep_up(*agreed.desks)
    assert old.box() in relay_of(agreed).boxes
    erase(agreed)
    work(clara, rounds=2)
    assert old.box() not in relay_of(agreed).boxes
    again = support.key_of(clara)
    recovery.renew_key(clara.session)
    support.keep_up(anna, boris, clara)
    agreed.clock.ms += 8 * 24 * 3600 * 1000
    work(clara)
    assert again.box() not in relay_of(agreed).boxes


def test_what_was_collected_for_a_rehearsal_goes_too(agreed: Scene) -> None:
    anna, boris, clara = agreed.desks
    begin(anna.session, support.key_of(anna).words())
    now = running(anna.session)
    assert now is not None
    now.enough = 3  # so that it goes on collecting
    anna.vault.local_put("recovery.rehearsal", msgspec.to_builtins(now, builtin_types=(bytes,)))
    support.keep_up(anna, boris, clara)
    before = shared(running(anna.session))
    asked = erase(agreed)
    named = bundles(next(one for one in erasures(anna.session) if one.id == asked))
    assert before & named
    assert shared(running(anna.session)) == before - named


def shared(now: Running | None) -> set[str]:
    """Return the bundles of the shares that were collected."""
    assert now is not None
    return {msgspec.msgpack.decode(raw, type=Share).bundle for raw, _ in now.shares}
