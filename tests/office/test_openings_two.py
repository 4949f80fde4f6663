"""What takes two people: one device alone, with everything it holds, cannot read it; two can; nobody can be tricked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.marks import search_for
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, StillClock, found, newcomer, settle

from leeward.domain.cases.case import Case, Identity
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.openings import ASKED_FOR, OPEN_FOR, Opening, Split
from leeward.domain.typed import write_new
from leeward.ledger.model import note, put
from leeward.office import casework, letters, openings, openings_today, openings_two
from leeward.office.casework_open import give_key, open_case
from leeward.office.cutoff import make_new_keys, put_out
from leeward.office.history import history_of
from leeward.office.openings import NotOpened
from leeward.office.openings_shares import asked_of, held_shares
from leeward.seal.envelope import decrypt
from leeward.seal.errors import SealError
from leeward.seal.keys import Identity as Key
from leeward.seal.shares import combine

NAME = "Пробный Заур Invented"


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def three(tmp_path: Path, clock: StillClock, relay: RelaySimulator) -> Iterator[tuple[Desk, Desk, Desk]]:
    """Anna, Boris and Clara hold the key of a legal identity that was sealed for two before anything was in it."""
    anna = found(tmp_path / "anna", relay.door(), name="Anna", clock=clock)
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", clock=clock)
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara", clock=clock)
    settle(anna, boris, clara, rounds=1)
    case_id = open_case(anna.session, "", pseudonym="Juniper").case_id
    for desk in (boris, clara):
        give_key(anna.session, case_id, desk.session.member_id, identity=True)
    openings_two.seal_for_two(anna.session, identity(anna).id)
    casework.set_identity(anna.session, case_id, legal_name=NAME)
    openings.close(anna.session, identity(anna).id)
    settle(anna, boris, clara, rounds=2)
    yield anna, boris, clara
    for desk in (anna, boris, clara):
        desk.close()


def identity(desk: Desk) -> Identity:
    (case,) = desk.session.find(Case)
    found_identity = openings.identity_record(desk.session, case)
    assert found_identity is not None
    return found_identity


def ask(desk: Desk, *others: Desk) -> openings_two.Question:
    assert not openings_two.open_or_ask(desk.session, identity(desk).id, "court", "the hearing")
    settle(desk, *others, rounds=2)
    (question,) = openings_two.questions(others[0].session)
    return question


def agree(by: Desk, question: openings_two.Question, asker: Desk) -> None:
    openings_two.answer(by.session, question.opening.id, question.device_id, agrees=True)
    settle(by, asker, rounds=2)


def everything(desk: Desk) -> bytes:
    """Return all rows of a vault, and whatever any key in it opens of them."""
    vault: Any = desk.vault
    parts: list[bytes] = []
    with vault.database.reading() as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                parts += [part if isinstance(part, bytes) else str(part).encode() for part in row]
    keys = [vault.device.identity, *(k for c in vault.compartments() for k in vault.identities_of(c.id))]
    asked = asked_of(desk.session, identity(desk).id)
    keys += [Key.from_string(asked.key)] if asked else []
    sealed = [one for one in parts if one.startswith(b"age-encryption.org")]
    sealed += [record.sealed for record in desk.session.find(Identity)]
    for one in sealed:
        try:
            parts.append(decrypt(one, keys))
        except SealError:
            continue
    return b"\n".join(parts)


def test_one_device_alone_reads_nothing_and_two_read_it(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = three
    marks = search_for(NAME, "Пробный")
    for desk in three:
        assert len(held_shares(desk.session)) == 1
        assert marks.hits(everything(desk)) == []
        assert desk.vault.search("Пробный").total == 0
        with pytest.raises(NotOpened):
            openings.open_alone(desk.session, identity(desk).id, "court")
    question = ask(boris, clara)
    assert marks.hits(everything(boris)) == []
    with pytest.raises(RuleBroken):
        openings_two.open_together(boris.session, identity(boris).id)
    assert [str(one.what) for one in openings_today.needs_now(clara.session)]
    agree(clara, question, boris)
    openings_two.open_together(boris.session, identity(boris).id)
    assert openings.content(boris.session, identity(boris)).legal_name == NAME
    openings.close(boris.session, identity(boris).id)
    assert marks.hits(everything(boris)) == []
    assert openings.shown(boris.session, identity(boris)) is None
    settle(boris, anna, clara, rounds=2)
    (entry,) = openings.openings_of(anna.session, identity(anna))
    assert (entry.created_by, entry.reason, entry.why) == (boris.session.member_id, "court", "the hearing")
    assert [(one.by, one.value["agrees"]) for one in entry.answers] == [(clara.session.member_id, True)]
    assert [one.by for one in entry.acts] == [boris.session.member_id]
    told = {(one.who, str(one.what)) for one in history_of(anna.session, identity(anna).id).lines}
    assert ("Boris", "asked a colleague to open it together: opening-reason/court") in told
    assert ("Clara", "agreed to open it") in told
    assert ("Boris", "opened it, with a colleague's share of the key") in told


def test_an_answer_is_good_for_once_and_is_forgotten_with_the_desk(
    three: tuple[Desk, Desk, Desk], clock: StillClock
) -> None:
    _anna, boris, clara = three
    agree(clara, ask(boris, clara), boris)
    record = identity(boris)
    openings_two.open_together(boris.session, record.id)
    clock.now += OPEN_FOR
    assert not openings.is_open(boris.session, record.id)
    with pytest.raises(RuleBroken):
        openings_two.open_together(boris.session, record.id)
    assert asked_of(boris.session, record.id) is None


def test_the_key_of_a_used_question_is_in_no_page_of_the_vault(three: tuple[Desk, Desk, Desk]) -> None:
    _anna, boris, clara = three
    agree(clara, ask(boris, clara), boris)
    record = identity(boris)
    asked: Any = asked_of(boris.session, record.id)
    cut = [
        asked.key.encode(),
        *(asked.answers[0][at : at + 100] for at in range(0, len(asked.answers[0]), 100)),
    ]
    before = pages(boris)
    assert sum(one in before for one in cut) > len(cut) * 0.8
    openings_two.open_together(boris.session, record.id)
    after = pages(boris)
    assert [one for one in cut if one in after] == []


def pages(desk: Desk) -> bytes:
    """Return every page of a vault's database, free ones included, decrypted."""
    vault: Any = desk.vault
    with vault.database.reading() as connection:
        return bytes(connection.serialize("main"))


def test_a_refusal_is_an_entry_and_a_late_answer_is_none(
    three: tuple[Desk, Desk, Desk], clock: StillClock
) -> None:
    anna, boris, clara = three
    question = ask(boris, clara)
    openings_two.answer(
        clara.session, question.opening.id, question.device_id, agrees=False, why="call me first"
    )
    settle(clara, boris, anna, rounds=2)
    assert openings_two.refused(boris.session, identity(boris)) is not None
    assert openings_two.my_question(boris.session, identity(boris)) is None
    assert openings_two.questions(anna.session) == []
    second = ask(boris, clara, anna)
    clock.now += ASKED_FOR + 60_000
    assert openings_two.questions(clara.session) == []
    with pytest.raises(OutOfRange):
        openings_two.answer(clara.session, second.opening.id, second.device_id, agrees=True)
    assert openings_two.my_question(boris.session, identity(boris)) is None


def test_nobody_agrees_with_themselves_nor_to_another_device_than_was_shown(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, clara = three
    question = ask(boris, clara)
    with pytest.raises(OutOfRange):
        openings_two.answer(boris.session, question.opening.id, boris.device_id, agrees=True)
    with pytest.raises(OutOfRange):
        openings_two.answer(clara.session, question.opening.id, anna.device_id, agrees=True)


def test_a_turned_holder_who_writes_into_a_colleagues_question_gets_no_share(
    three: tuple[Desk, Desk, Desk],
) -> None:
    """Anna adds a key of her own to Boris's question, and writes herself as the device that asks."""
    anna, boris, clara = three
    question = ask(boris, clara, anna)
    hers = Key.from_seed(bytes(32))
    forged = {"split": question.split_id, "to": hers.recipient().string().encode()}
    anna.session.commit(
        question.record.compartment,
        put(Opening.kind, question.opening.id, device_id=anna.device_id, of_id=question.record.id),
        note(Opening.kind, question.opening.id, "asks", forged),
    )
    settle(anna, clara, rounds=2)
    assert openings_two.questions(clara.session) == []
    with pytest.raises(OutOfRange):
        openings_two.answer(clara.session, question.opening.id, question.device_id, agrees=True)


def test_a_turned_holder_alone_can_neither_name_a_split_nor_make_others_lose_theirs(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, clara = three
    record = identity(anna)
    before = {desk.device_id: held_shares(desk.session) for desk in three}
    false = Split(
        id=anna.session.make_id(), of_id=record.id, member_set=(anna.session.member_id,), opening_id="x" * 26
    )
    anna.session.commit(
        record.compartment,
        write_new(false),
        put(Identity.kind, record.id, sealed=b"rubbish", split_id=false.id),
    )
    settle(anna, boris, clara, rounds=2)
    for desk in (boris, clara):
        assert held_shares(desk.session) == before[desk.device_id]
    assert openings_two.questions(boris.session) == []


def test_letters_that_are_none_change_nothing(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, _clara = three
    before = held_shares(boris.session)
    for body in (b"", b"\xff", msgspec.msgpack.encode({"split": 1, "share": b"x"}), b"\x00" * 200):
        letters.send(anna.session, [boris.device_id], openings_two.PURPOSE, body)
    settle(anna, boris, rounds=2)
    assert held_shares(boris.session) == before


def test_who_is_cut_off_has_a_share_that_is_worth_nothing_after_the_next_opening(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, clara = three
    old = {desk.device_id: [one.share for one in held_shares(desk.session)] for desk in three}
    put_out(anna.session, [clara.device_id])
    while make_new_keys(anna.session, 10):
        pass
    settle(anna, boris, rounds=3)
    assert openings_two.stale(boris.session)
    record = identity(boris)
    with pytest.raises(OutOfRange):
        openings_two.answer(boris.session, "x" * 26, clara.device_id, agrees=True)
    question = ask(boris, anna)
    agree(anna, question, boris)
    openings_two.open_together(boris.session, record.id)
    settle(boris, anna, rounds=2)
    fresh = identity(anna)
    assert fresh.split_id != record.split_id
    assert not openings_two.stale(anna.session)
    for desk in (anna, boris):
        kept = [one.share for one in held_shares(desk.session)]
        assert len(kept) == 1
        for mine, theirs in itertools.product(kept, old[clara.device_id]):
            with pytest.raises(SealError):
                decrypt(fresh.sealed, [Key.from_seed(combine([mine, theirs]))])
        assert not set(kept) & set(old[desk.device_id])
    assert NAME.encode() not in everything(anna)


def test_what_one_may_open_again_lies_open_to_each(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = three
    with pytest.raises(NotOpened):
        openings_two.open_to_one(boris.session, identity(boris).id)
    agree(clara, ask(boris, clara), boris)
    openings_two.open_together(boris.session, identity(boris).id)
    openings_two.open_to_one(boris.session, identity(boris).id)
    settle(boris, anna, rounds=2)
    openings.open_alone(anna.session, identity(anna).id, "papers")
    assert openings.content(anna.session, identity(anna)).legal_name == NAME


def test_alone_nobody_can_seal_for_two(three: tuple[Desk, Desk, Desk]) -> None:
    anna, _boris, _clara = three
    lonely = open_case(anna.session, "", pseudonym="Elm").case_id
    case = anna.session.get(Case, lonely)
    assert case is not None
    with pytest.raises(RuleBroken):
        openings_two.seal_for_two(anna.session, case.identity_id)
