"""Who belongs to the team, and whose a device is: every rule of the roster broken on purpose, and its laws."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.ledger.roster import (
    PAPERS,
    Paper,
    bond_paper,
    card_paper,
    member_of_key,
    read_roster,
    vote_paper,
)
from leeward.office.cards import print_device_card
from leeward.seal.keys import make_identity
from leeward.seal.signing import SigningKey, make_signing_key

CHANCE = SystemChance()
KEYS = [make_signing_key(CHANCE) for _ in range(5)]
IDS = [key.verify_key().fingerprint() for key in KEYS]
MEMBERS = [member_of_key(key.verify_key()) for key in KEYS]
RECIPIENT = make_identity(CHANCE).recipient()
A, B, C, D, E = range(5)


def card(key: SigningKey, beside: str = "") -> str:
    return print_device_card(
        key, RECIPIENT, name="x", role="operator", box="0" * 32, write="1" * 64, beside=beside
    )


CARDS = [card(key) for key in KEYS]


def let_in(whom: int, by: int = A, text: str = "") -> Paper:
    return Paper(IDS[whom], IDS[by], {"card": text or CARDS[whom]})


def bond(whom: int, by: int) -> Paper:
    return Paper(IDS[whom], IDS[by], {"bond": 1})


def vote(whom: int, by: int, *, out: bool = True, at: int = 100) -> Paper:
    return Paper(IDS[whom], IDS[by], {"out" if out else "in": at})


def team(count: int = 4) -> list[Paper]:
    return [let_in(number) for number in range(count)]


def gone(papers: list[Paper], own: int = E) -> set[int]:
    roster = read_roster(papers, IDS[own])
    return {IDS.index(device) for device, one in roster.items() if one.removed_at}


def test_papers_are_notes_that_nobody_can_overwrite() -> None:
    for changes in (card_paper(IDS[A], CARDS[A]), bond_paper(IDS[A]), vote_paper(IDS[A], out=True, at=5)):
        assert [(one.field, one.op.name, one.record) for one in changes] == [(PAPERS, "APPEND", IDS[A])]


def test_a_first_device_makes_its_own_member_and_nobody_elses() -> None:
    roster = read_roster(team())
    assert [roster[IDS[n]].member_id for n in range(4)] == MEMBERS[:4]
    assert roster[IDS[B]].let_in_by == IDS[A]
    assert len({*MEMBERS, *IDS}) == 10


def test_a_card_of_another_key_or_altered_or_no_card_lets_nobody_in() -> None:
    altered = json.dumps({**json.loads(CARDS[B]), "box": "f" * 32})
    unsigned = json.dumps({k: v for k, v in json.loads(CARDS[B]).items() if k != "signature"})
    for text in (
        CARDS[A],
        altered,
        unsigned,
        "",
        "{",
        "[" * 100_000,
        "null",
        "1" * 70_000,
        '{"verify_key":5}',
    ):
        assert set(read_roster([let_in(A), let_in(B, text=text)])) <= {IDS[A]} | (set() if text else {IDS[B]})
    values: list[Any] = [None, 5, [], {}, {"card": 5}, {"card": None}, "card", b"card", {"bond": 1}]
    for value in values:
        assert set(read_roster([let_in(A), Paper(IDS[B], IDS[A], value)])) == {IDS[A]}


def test_a_further_device_needs_the_older_ones_own_word() -> None:
    beside = let_in(C, by=D, text=card(KEYS[C], IDS[B]))
    assert IDS[C] not in read_roster([*team(2), beside])
    for stranger in (A, C, D):
        assert IDS[C] not in read_roster([*team(2), let_in(D), beside, bond(C, stranger)])
    assert read_roster([*team(2), beside, bond(C, B)])[IDS[C]].member_id == MEMBERS[B]


def test_a_colleagues_device_cannot_be_claimed() -> None:
    """Its card names no older device, so whoever writes a bond for it changes nothing."""
    roster = read_roster([*team(3), bond(B, C), bond(B, A)])
    assert roster[IDS[B]].member_id == MEMBERS[B]
    assert roster == {**read_roster(team(3))}


def test_a_chain_goes_back_to_the_first_device_and_a_circle_to_nobody() -> None:
    second, third = let_in(B, text=card(KEYS[B], IDS[A])), let_in(C, text=card(KEYS[C], IDS[B]))
    whole = [let_in(A), second, third, bond(B, A), bond(C, B)]
    assert {one.member_id for one in read_roster(whole).values()} == {MEMBERS[A]}
    assert set(read_roster([let_in(A), second, third, bond(C, B)])) == {IDS[A]}
    circle = [
        let_in(B, text=card(KEYS[B], IDS[C])),
        let_in(C, text=card(KEYS[C], IDS[B])),
        bond(B, C),
        bond(C, B),
    ]
    assert read_roster(circle) == {}


def test_one_member_puts_a_device_out_at_once_and_it_cannot_come_back_by_itself() -> None:
    assert gone([*team(), vote(C, A)]) == {C}
    assert gone([*team(), vote(C, A), vote(C, C, out=False)]) == {C}
    assert gone([*team(), vote(C, C)]) == {C}  # its owner's own other device, or this one
    assert read_roster([*team(), vote(C, A, at=77)])[IDS[C]].removed_at == 77
    assert not read_roster([*team(), vote(C, A)])[IDS[C]].settled


def test_another_member_brings_it_back_and_whoever_put_it_out_may_think_again() -> None:
    assert gone([*team(), vote(C, A), vote(C, B, out=False)]) == set()
    assert gone([*team(), vote(C, A), vote(C, A, out=False)]) == set()
    again = [*team(), vote(C, A), vote(C, B, out=False), vote(C, A)]
    assert gone(again) == {C}  # lost once more: an old vote for it does not stand in the way
    assert gone([*team(), vote(C, B, out=False), vote(C, A)]) == {C}
    assert gone([*again, vote(C, D, out=False)]) == set()


def test_two_members_settle_it_and_then_its_own_votes_count_no_more() -> None:
    both = [*team(), vote(C, A), vote(C, B)]
    assert gone([*both, vote(C, D, out=False)]) == {C}
    assert read_roster(both)[IDS[C]].settled
    assert gone([*both, vote(A, C), vote(B, C), vote(D, C)]) == {C}


def test_two_devices_of_one_member_are_one_vote() -> None:
    second = [let_in(B, text=card(KEYS[B], IDS[A])), bond(B, A)]
    papers = [let_in(A), *second, let_in(C), let_in(D), vote(D, A), vote(D, B)]
    assert not read_roster(papers)[IDS[D]].settled
    assert gone([*papers, vote(D, C, out=False)]) == set()


def test_a_thief_who_puts_everybody_out_stops_nobody_from_cutting_them_off() -> None:
    revenge = [vote(A, C, at=1), vote(B, C, at=1), vote(D, C, at=1)]
    papers = [*team(), *revenge, vote(C, A)]
    assert gone(papers, own=A) == {C}  # the desk that cut them off goes on by itself
    assert gone(papers, own=D) == {A, B, C}  # the others are told of both, and decide
    assert gone([*papers, vote(C, D)], own=D) == {C}
    assert gone([*papers, vote(C, D)], own=B) == {C}


def test_votes_of_strangers_and_votes_that_are_none_count_nothing() -> None:
    values: list[Any] = [
        {"out": 0},
        {"out": -1},
        {"out": "5"},
        {"out": True},
        {"out": 5, "in": 5},
        {},
        {"go": 5},
    ]
    papers = [*team(), vote(C, E), *(Paper(IDS[C], IDS[A], value) for value in values)]
    assert gone(papers, own=D) == set()


WRITERS = st.integers(0, 4)
PAPER = st.one_of(
    st.builds(vote, WRITERS, WRITERS, out=st.booleans(), at=st.integers(1, 9)),
    st.builds(bond, WRITERS, WRITERS),
    st.builds(let_in, WRITERS, WRITERS),
    st.builds(
        lambda whom, by, value: Paper(IDS[whom], IDS[by], value),
        WRITERS,
        WRITERS,
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["card", "bond", "out", "in", "x"]), inner, max_size=3)
            ),
            max_leaves=4,
        ),
    ),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(PAPER, max_size=25))
def test_whatever_is_written_every_device_keeps_its_own_member(papers: list[Paper]) -> None:
    for device, one in read_roster([*team(3), *papers]).items():
        assert one.member_id == MEMBERS[IDS.index(device)]
        assert one.verify_key.fingerprint() == device


@settings(deadline=None, max_examples=200)
@given(st.lists(PAPER, max_size=25))
def test_one_turned_member_never_settles_anything_and_two_others_always_undo_it(papers: list[Paper]) -> None:
    """Whatever C writes, A and B together decide about each device."""
    turned = [Paper(one.device, IDS[C], one.value) for one in papers]
    base = [*team(), *turned]
    assert not any(one.settled for one in read_roster(base, IDS[D]).values())
    for own, (first, second) in itertools.product((A, B, D), [(A, B), (B, A)]):
        decided = [*base, vote(C, first), vote(C, second)]
        assert gone(decided, own=own) == {C}


@settings(deadline=None, max_examples=100)
@given(st.permutations([vote(D, A), vote(D, B), vote(B, C), vote(A, C, out=False), bond(D, C)]))
def test_the_order_in_which_different_members_write_does_not_matter(papers: list[Paper]) -> None:
    whole = read_roster([*team(), *papers], IDS[E])
    assert {device: (one.removed_at, one.settled) for device, one in whole.items()} == {
        IDS[A]: (0, False),
        IDS[B]: (100, False),
        IDS[C]: (0, False),
        IDS[D]: (100, True),
    }


@pytest.mark.parametrize("own", range(4))
def test_a_desk_never_puts_its_own_device_out(own: int) -> None:
    papers = [*team(), *(vote(own, by) for by in range(4) if by != own)]
    assert not read_roster(papers, IDS[own])[IDS[own]].removed_at
    assert read_roster(papers, IDS[E])[IDS[own]].settled


def test_a_device_that_put_itself_out_is_out_on_its_owners_other_desks_too() -> None:
    papers = [*team(), let_in(E, text=card(KEYS[E], beside=IDS[A])), bond(E, A), vote(A, A)]
    assert gone(papers, own=B) == {A}
    assert gone(papers, own=E) == {A}
    assert gone([*papers, vote(B, A)], own=E) == {A}  # and has no say about others there
