"""After a cut the page goes to a new box and key: two members do it, the thief cannot, and nothing is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.page_front import Page
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import CHANCE, Reporter
from tests.support.teams import Desk, StillClock, closing, found, newcomer, settle

from leeward.domain.errors import RuleBroken
from leeward.domain.intake import Letter
from leeward.domain.team import PageCard
from leeward.front import app as front_app
from leeward.ledger.model import put
from leeward.office.cards import print_intake_card, witness_intake_card
from leeward.office.cutoff import make_new_keys, progress, put_out
from leeward.office.hotline_page import gate, questionnaire, renewal, watch
from leeward.office.intake import take_in
from leeward.office.page_cards import every_hotline, hotlines_read, newest_card
from leeward.office.sync import Syncer
from leeward.office.team import hotline_of, team_of
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.keys import make_identity
from leeward.seal.kinds import Kind
from leeward.sync.errors import RelayRefused

DAY = 24 * 3_600_000


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> RelaySimulator:
    monkeypatch.setattr(front_app, "_ASK_SECONDS", 0.0)
    return RelaySimulator()


@pytest.fixture
def three(tmp_path: Path, relay: RelaySimulator) -> Iterator[tuple[Desk, Desk, Desk]]:
    """Anna, Boris, and Clara, whose laptop will be stolen; the page's card knows all three."""
    clock = StillClock()
    anna = found(tmp_path / "anna", relay.door(), clock=clock)
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", clock=clock)
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara", clock=clock)
    settle(anna, boris, clara)
    with closing(anna, boris, clara):
        renewal.make(anna.session, by_hand=True)
        settle(anna, boris, clara)
        yield anna, boris, clara


@pytest.fixture
def page(three: tuple[Desk, Desk, Desk], relay: RelaySimulator, tmp_path: Path) -> Page:
    return Page(relay, card_of(three[0]), tmp_path)


def card_of(desk: Desk) -> str:
    team = team_of(desk.session)
    assert team is not None
    return team.card


def steal(three: tuple[Desk, Desk, Desk]) -> None:
    """Clara's laptop is stolen: Anna cuts it off, and the new keys go out."""
    anna, boris, clara = three
    put_out(anna.session, [clara.device_id])
    anna.sync()
    while make_new_keys(anna.session, 9):
        pass
    settle(anna, boris)


def renew(anna: Desk, boris: Desk) -> PageCard:
    """Draft at one desk, confirm at the other, and tell the relay."""
    made = renewal.draft(anna.session)
    settle(anna, boris)
    one = renewal.confirm(boris.session, made.id)
    questionnaire.put_notice(boris.session, boris.relay)
    settle(boris, anna)
    return one


def write(desk: Desk, box: str, token: str, text: str, reporter: Reporter | None = None) -> None:
    who = reporter or Reporter(desk.session)
    desk.relay.append(box, token, CHANCE.draw(16).hex(), who.first(text))


def texts(desk: Desk) -> set[str]:
    return {letter.text for letter in desk.session.find(Letter)}


def test_the_page_follows_two_members_and_the_thief_reads_nothing_new(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator, page: Page
) -> None:
    anna, boris, clara = three
    old, before = hotline_of(anna.session), Reporter(anna.session)
    assert page.shows(old.box)
    steal(three)
    state = renewal.standing(boris.session)
    assert state is not None
    assert state.old_key
    assert state.two
    assert not state.waits
    one = renew(anna, boris)
    new = hotline_of(boris.session)
    assert new == hotline_of(anna.session)
    assert new.box == one.box != old.box
    assert page.shows(new.box)
    page.restart()
    assert page.shows(new.box)
    write(anna, old.box, old.write, "from a page that was open", before)
    write(anna, new.box, new.write, "from the new page")
    for desk in (anna, boris):
        desk.sync(take_in)
        assert texts(desk) == {"from a page that was open", "from the new page"}
    for _ in range(3):
        clara.sync(take_in)
    assert "from the new page" not in texts(clara)
    assert new.box not in {held.box for held in every_hotline(clara.session)}
    keys = [k for c in clara.vault.compartments() for k in clara.vault.identities_of(c.id)]
    for item in relay.boxes[new.box].items:
        with pytest.raises(SealError):
            open_sealed(Kind.REPORT, item.untrusted_sealed, keys)
    for token in (old.read, one.write):
        with pytest.raises(RelayRefused):
            clara.relay.delete_box(new.box, token)


def test_the_thief_and_a_relay_that_helps_cannot_redirect_the_page_or_bring_it_back(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator, page: Page
) -> None:
    anna, boris, clara = three
    old, first = hotline_of(anna.session), card_of(anna)
    key = clara.vault.device.signing_key
    heirs = [list(group) for group in (newest_card(anna.session, first)).heirs]  # type: ignore[union-attr]
    false = print_intake_card(
        key,
        make_identity(CHANCE).recipient(),
        team="Harbour line",
        languages=("ru", "en"),
        box=CHANCE.draw(16).hex(),
        write=CHANCE.draw(32).hex(),
        heirs=heirs,
        number=(1 << 52),
    )
    steal(three)
    for notice in (false, witness_intake_card(false, key)):
        clara.relay.put_notice(old.box, old.read, notice.encode())
        assert page.shows(old.box)
    new = renew(anna, boris)
    assert page.shows(new.box)
    for box in (old.box, new.box):
        relay.boxes[box].notice = first.encode()
        assert page.shows(new.box)
    page.restart()
    assert page.shows(new.box)
    clara.relay.delete_box(old.box, old.read)
    clara.relay.make_box(old.box, "11" * 32, "22" * 32)  # and takes its address
    write(anna, new.box, new.write, "still heard")
    boris.sync(take_in)
    assert texts(boris) == {"still heard"}


def test_a_box_that_the_thief_erased_is_made_again_and_tells_the_page_the_way(
    three: tuple[Desk, Desk, Desk], page: Page
) -> None:
    anna, boris, clara = three
    old = hotline_of(anna.session)
    steal(three)
    made = renewal.draft(anna.session)
    settle(anna, boris)
    clara.relay.delete_box(old.box, old.read)
    renewal.confirm(boris.session, made.id)
    questionnaire.put_notice(boris.session, boris.relay)
    assert page.shows(made.box)
    assert not questionnaire.put_notice(boris.session, boris.relay)


@pytest.mark.parametrize("what", ["recipient", "box", "heirs", "team", "number", "questions", "signer"])
def test_a_colleague_who_was_turned_gets_no_confirmation_for_a_card_that_is_not_so(
    three: tuple[Desk, Desk, Desk], what: str
) -> None:
    anna, boris, clara = three
    steal(three)
    good = renewal.draft(anna.session)
    card = json.loads(good.card)
    asked = {"version": 1, "list": [{"id": "q", "required": True, "text": {"en": "Where do you hide?"}}]}
    key = clara.vault.device.signing_key if what == "signer" else anna.vault.device.signing_key
    recipient = anna.vault.recipient_of(anna.session.compartment_of("intake"))
    bad = print_intake_card(
        key,
        make_identity(CHANCE).recipient() if what == "recipient" else recipient,
        team="Others" if what == "team" else card["team"],
        languages=tuple(card["languages"]),
        box=CHANCE.draw(16).hex() if what == "box" else card["box"],
        write=card["write"],
        heirs=card["heirs"][:1] if what == "heirs" else card["heirs"],
        number=(1 << 53) - 1 if what == "number" else card["number"],
        questions=asked if what == "questions" else None,
    )
    number = json.loads(bad)["number"]
    anna.session.commit(
        good.compartment or anna.session.compartment_of("intake"),
        put("page_card", good.id, card=bad, number=number),
    )
    settle(anna, boris)
    with pytest.raises(RuleBroken):
        renewal.confirm(boris.session, good.id)
    with pytest.raises(RuleBroken):
        renewal.confirm(anna.session, good.id)


def test_nobody_confirms_their_own_draft_and_none_is_made_before_the_new_key(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, _, clara = three
    put_out(anna.session, [clara.device_id])
    with pytest.raises(RuleBroken):
        renewal.draft(anna.session)
    steal(three)
    made = renewal.draft(anna.session)
    with pytest.raises(RuleBroken):
        renewal.confirm(anna.session, made.id)
    state = renewal.standing(anna.session)
    assert state is not None
    assert state.draft is not None
    assert not state.may_confirm
    assert not state.letters_change


def test_a_record_that_only_says_that_it_counts_does_not(three: tuple[Desk, Desk, Desk]) -> None:
    anna, _, _ = three
    before, intake = hotline_of(anna.session), anna.session.compartment_of("intake")
    text = print_intake_card(
        anna.vault.device.signing_key,
        make_identity(CHANCE).recipient(),
        team="T",
        languages=("ru",),
        box="ab" * 16,
        write="cd" * 32,
        number=1 << 50,
    )
    false = PageCard(
        id=anna.session.make_id(),
        number=1 << 50,
        card=text,
        by_hand=True,
        box="ab" * 16,
        read="00" * 32,
        write="cd" * 32,
    )
    anna.session.save_new(intake, false)
    anna.session.save_new(
        intake, msgspec.structs.replace(false, id=anna.session.make_id(), card="{", number=9)
    )
    assert hotline_of(anna.session) == before


def test_two_confirmed_at_once_end_in_one(three: tuple[Desk, Desk, Desk], page: Page) -> None:
    anna, boris, clara = three
    del clara
    one, other = renewal.draft(anna.session), renewal.draft(boris.session)
    settle(anna, boris)
    settle(anna, boris)
    renewal.confirm(boris.session, one.id)
    renewal.confirm(anna.session, other.id)
    settle(anna, boris)
    settle(anna, boris)
    assert hotline_of(anna.session) == hotline_of(boris.session)
    questionnaire.put_notice(anna.session, anna.relay)
    questionnaire.put_notice(boris.session, boris.relay)
    assert page.shows(hotline_of(anna.session).box)
    assert hotline_of(anna.session).box == max(one, other, key=lambda found_: found_.number).box


def test_questions_published_later_stay_under_the_new_card_and_the_gate_is_told_for_every_box(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator, page: Page
) -> None:
    anna, boris, _ = three
    steal(three)
    new = renew(anna, boris)
    made = questionnaire.add_question(anna.session)
    questionnaire.set_question(anna.session, made, {"en": "Have you a bed?"}, required=False)
    questionnaire.publish(anna.session)
    questionnaire.put_notice(anna.session, anna.relay)
    assert b"Have you a bed?" in (relay.boxes[new.box].notice or b"")
    assert page.shows(new.box)
    assert page.shows("Have you a bed?")
    gate.set_gate(anna.session, known_only=True)
    assert gate.tell_gate(anna.session, anna.relay)
    assert not gate.tell_gate(anna.session, anna.relay)
    assert all(relay.boxes[one.box].known_only for one in hotlines_read(anna.session))


def test_former_boxes_are_read_until_nothing_came_for_ninety_days(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, _ = three
    old = hotline_of(anna.session)
    steal(three)
    renew(anna, boris)
    clock: Any = anna.session.clock
    clock.now += 80 * DAY
    write(anna, old.box, old.write, "an old form")
    anna.sync(take_in)
    assert texts(anna) == {"an old form"}
    clock.now += 80 * DAY
    assert old.box in {one.box for one in hotlines_read(anna.session)}
    clock.now += 11 * DAY
    assert old.box not in {one.box for one in hotlines_read(anna.session)}
    assert old.box in {one.box for one in every_hotline(anna.session)}


def test_the_watching_desks_know_the_new_page_and_the_old_one(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, _ = three
    old = card_of(anna)
    steal(three)
    new = renew(anna, boris)
    for desk in (anna, boris):
        cards = watch.our_cards(desk.session)
        assert json.loads(cards[0])["box"] == new.box
        assert old in cards


def test_a_false_card_in_the_teams_record_is_no_card_of_ours_and_moves_nothing(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, clara = three
    before, good = hotline_of(anna.session), card_of(anna)
    false = print_intake_card(
        clara.vault.device.signing_key,
        make_identity(CHANCE).recipient(),
        team="Harbour line",
        languages=("ru", "en"),
        box=before.box,
        write=before.write,
    )
    circle = clara.session.compartment_of("team")
    clara.session.commit(circle, put("team", circle, card=false))
    settle(anna, boris, clara)
    assert watch.our_cards(anna.session)[0] == good
    assert false not in watch.our_cards(anna.session)
    assert hotline_of(anna.session) == before
    steal(three)
    assert hotline_of(boris.session).box == before.box
    new = renew(anna, boris)
    assert json.loads(watch.our_cards(boris.session)[0])["box"] == new.box


def test_a_present_box_that_the_thief_took_is_shown_and_stops_no_new_key(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, _, clara = three
    box = hotline_of(anna.session)
    put_out(anna.session, [clara.device_id])
    clara.relay.delete_box(box.box, box.read)
    clara.relay.make_box(box.box, "11" * 32, "22" * 32)
    syncer = Syncer(anna.session, anna.relay, take_in=take_in, sweep_seconds=0.2)
    syncer.start()
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until and not (done(anna, clara) and syncer.state.faults):
            time.sleep(0.05)
        assert done(anna, clara)
        assert any(fault.where == "sync" for fault in syncer.state.faults)
        assert renewal.draft(anna.session).box != box.box
    finally:
        syncer.stop()


def done(desk: Desk, lost: Desk) -> bool:
    fresh = progress(desk.session).get(lost.device_id)
    return fresh is not None and fresh.done == fresh.of > 0
