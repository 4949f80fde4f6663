"""The history of a record in sentences, by what was signed; sealed values stay sealed; the chain is really checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, StillClock, closing, found, newcomer, settle

from leeward.domain.cases.case import Case
from leeward.ledger.model import put
from leeward.ledger.segment import parse_segment, print_segment
from leeward.ledger.store.vault import Vault
from leeward.office import casework, openings, release
from leeward.office.casework_base import NotForThisDesk
from leeward.office.casework_open import give_key, open_case
from leeward.office.cutoff import make_new_keys, put_out
from leeward.office.export import export
from leeward.office.findings import add_claim
from leeward.office.history import history_of
from leeward.office.history_chain import check_chain

NAME = "Пробный Заур"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    relay, clock = RelaySimulator(), StillClock()
    anna = found(tmp_path / "anna", relay.door(), name="Anna", clock=clock)
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", clock=clock)
    with closing(anna, boris):
        settle(anna, boris, rounds=1)
        yield anna, boris


def shared_case(anna: Desk, boris: Desk) -> Case:
    case_id = open_case(anna.session, "", pseudonym="Juniper").case_id
    casework.set_identity(anna.session, case_id, legal_name=NAME)
    give_key(anna.session, case_id, boris.session.member_id, identity=True)
    settle(anna, boris, rounds=2)
    case = boris.session.get(Case, case_id)
    assert case is not None
    return case


def told(desk: Desk, record: str) -> list[tuple[str, str]]:
    """Return who did what, oldest first, as plain English."""
    lines = history_of(desk.session, record).lines[::-1]
    return [(one.who, str(one.what)) for one in lines]


def test_writing_opening_exporting_and_keys_are_told_with_who_and_where(
    two: tuple[Desk, Desk], tmp_path: Path
) -> None:
    anna, boris = two
    case = shared_case(anna, boris)
    casework.set_risk(boris.session, case.id, "high", "seen near the house")
    openings.open_alone(boris.session, case.identity_id, "court", "the hearing")
    export(boris.session, tmp_path / "out", "words", work_factor=2)
    settle(boris, anna, rounds=2)
    told_here = told(anna, case.id)
    assert ("Boris", "wrote: the case") in told_here
    assert ("Boris", "opened it: opening-reason/court") in told_here
    assert ("Boris", "opened it: opening-reason/export") in told_here
    assert ("Anna", "gave the key to Boris") in told_here
    assert ("Anna", "gave Boris the key of what is sealed") in told_here
    assert [who for who, what in told_here if what.startswith("exported all")] == ["Boris"]
    lines = history_of(anna.session, case.id).lines
    (risk,) = [
        one for one in lines if any("risk" in str(word) for word, _v, _r in one.values) and one.who == "Boris"
    ]
    assert risk.device == boris.device_id[:4]
    assert not risk.own
    assert [one.own for one in history_of(boris.session, case.id).lines if one.at == risk.at] == [True]


def test_a_sealed_value_stays_sealed_in_the_history(two: tuple[Desk, Desk]) -> None:
    anna, boris = two
    case = shared_case(anna, boris)
    openings.open_alone(anna.session, case.identity_id, "check")
    casework.set_identity(anna.session, case.id, legal_name=f"{NAME} later")
    for record in (case.id, case.identity_id):
        text = str(history_of(anna.session, record))
        assert "Заур" not in text
        assert "sealed" in text


def test_a_record_without_its_key_has_the_history_of_one_that_never_was(two: tuple[Desk, Desk]) -> None:
    anna, boris = two
    case_id = open_case(anna.session, "", pseudonym="Elm").case_id
    settle(anna, boris, rounds=2)
    case = anna.session.get(Case, case_id)
    assert case is not None
    answers = set()
    for record in (case_id, case.identity_id, "x" * 26, ""):
        with pytest.raises(NotForThisDesk) as raised:
            history_of(boris.session, record)
        answers.add(str(raised.value))
    assert len(answers) == 1


def test_whom_a_new_key_leaves_out_is_told(two: tuple[Desk, Desk]) -> None:
    anna, boris = two
    case = shared_case(anna, boris)
    put_out(anna.session, [boris.device_id])
    while make_new_keys(anna.session, 10):
        pass
    assert ("Anna", "made a new key, without Boris") in told(anna, case.id)


def test_a_release_is_told_on_its_claims_and_a_draft_is_not(two: tuple[Desk, Desk]) -> None:
    anna, _boris = two
    claim = add_claim(anna.session, {"en": "It happened"}, {})
    draft = release.prepare(anna.session, "A dossier", "court")
    release.choose(anna.session, draft, claim_ids=(claim,), ask="Look at it.")
    assert not [what for _, what in told(anna, claim) if "left in" in what]
    release.make(anna.session, draft)
    assert [who for who, what in told(anna, claim) if what.startswith("it left in “A dossier”")] == ["Anna"]


def test_what_a_field_claims_is_not_who_wrote_it(two: tuple[Desk, Desk]) -> None:
    """Boris writes an access in which Anna is the giver: the line says Boris."""
    anna, boris = two
    case = shared_case(anna, boris)
    boris.session.commit(
        case.compartment,
        put(
            "access",
            boris.session.make_id(),
            device_id=boris.device_id,
            member_id=boris.session.member_id,
            by=anna.session.member_id,
            at=1,
        ),
    )
    settle(boris, anna, rounds=2)
    assert ("Boris", "gave the key to Boris") in told(anna, case.id)


def test_the_chain_is_whole_or_the_page_says_where_it_is_not(
    two: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, boris = two
    case = shared_case(anna, boris)
    casework.add_note(boris.session, case.id, "one")
    settle(boris, anna, rounds=2)
    casework.add_note(boris.session, case.id, "two")
    settle(boris, anna, rounds=2)
    whole = check_chain(anna.session, case.compartment)
    assert whole.complete
    assert whole.wrong == ()
    assert whole.devices == 2
    entries = list(anna.vault.segments(case.compartment))
    assert whole.entries == sum(one.entries for one in entries)
    real = Vault.segments

    def changed(vault: Vault, compartment: str, *rest: Any) -> Iterator[Any]:
        for held in real(vault, compartment, *rest):
            if held.device == boris.device_id and held.number == 2:
                segment = parse_segment(held.plain)
                body = segment.body.replace(b"two", b"2wo")
                assert body != segment.body
                plain = print_segment(segment.head_bytes, segment.signature, body)
                yield msgspec.structs.replace(held, plain=plain)
            else:
                yield held

    monkeypatch.setattr(Vault, "segments", changed)
    broken = check_chain(anna.session, case.compartment)
    assert [(device, number) for device, number, _ in broken.wrong] == [(boris.device_id, 2)]
    left_out = [one for one in real(anna.vault, case.compartment) if one.number != 1]
    monkeypatch.setattr(Vault, "segments", lambda *_: iter(left_out))
    assert check_chain(anna.session, case.compartment).wrong


def test_a_check_that_ran_out_of_time_does_not_say_whole(two: tuple[Desk, Desk]) -> None:
    anna, boris = two
    case = shared_case(anna, boris)
    ticks = iter([0.0, 100.0])
    found_chain = check_chain(anna.session, case.compartment, seconds=1, ticks=lambda: next(ticks))
    assert not found_chain.complete
