"""Any set of desks, partitions and orders of arrival ends in the same records, with nothing lost."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.ledger.clock import HLC_MOST, tick, wall_ms
from leeward.ledger.merge import (
    Stamp,
    State,
    apply,
    dump_state,
    live_clock,
    live_over,
    load_state,
    references,
    value_key,
    view,
)
from leeward.ledger.model import Change, Dot, Op, Record

_FIELDS = {"title": Op.SET, "case_id": Op.SET, "tag_set": Op.ADD, "remarks": Op.APPEND}
_VALUES = st.sampled_from(["a", "b", "", 1, 1.0, True, None, [1], {"x": 1}])
_STEP = st.tuples(
    st.integers(0, 3),  # desk
    st.sampled_from(["write", "write", "write", "remove", "meet"]),
    st.sampled_from(sorted(_FIELDS)),
    _VALUES,
    st.integers(0, 3),  # whom it meets, or the clock's error
)


class Desk:
    """One desk's state, as far as it has seen."""

    def __init__(self, name: str, clock: int) -> None:
        self.name = name
        self.count = 0
        self.clock = clock
        self.hlc = 0
        self.state: State | None = None
        self.log: dict[tuple[str, int], tuple[Stamp, tuple[Change, ...]]] = {}

    def take(self, stamp: Stamp, changes: tuple[Change, ...]) -> None:
        key = (stamp.device, stamp.count)
        if key not in self.log:
            self.log[key] = (stamp, changes)
            self.hlc = max(self.hlc, stamp.hlc)
            for change in changes:
                self.state = apply(self.state, stamp, change)

    def write(self, field: str, op: Op, value: Any) -> None:
        self.count += 1
        self.clock += 1
        draft = Change("r", "claim", field, op, value)
        self.hlc = tick(self.clock, self.hlc, live_clock(self.state, field))
        change = Change("r", "claim", field, op, value, live_over(self.state, draft))
        self.take(Stamp(self.hlc, self.name, self.count, self.clock), (change,))

    def meet(self, other: Desk) -> None:
        for stamp, changes in list(other.log.values()):
            self.take(stamp, changes)


def shown(state: State | None) -> Record | None:
    return view(state, "r", "c", str) if state is not None else None


def play(steps: list[tuple[int, str, str, Any, int]]) -> list[Desk]:
    desks = [Desk(f"d{i}", clock) for i, clock in enumerate((1000, 1001, 5, 10**12))]
    for who, what, field, value, whom in steps:
        if what == "meet":
            desks[who].meet(desks[whom])
        elif what == "remove" and field == "tag_set":
            desks[who].write(field, Op.REMOVE, value)
        else:
            desks[who].write(field, _FIELDS[field], value)
    return desks


@settings(max_examples=300, deadline=None)
@given(st.lists(_STEP, max_size=40), st.randoms(use_true_random=False))
def test_every_order_of_arrival_shows_the_same_record(
    steps: list[tuple[int, str, str, Any, int]], rng: random.Random
) -> None:
    desks = play(steps)
    everything = {key: entry for desk in desks for key, entry in desk.log.items()}
    results = []
    for desk in desks:
        missing = [entry for key, entry in everything.items() if key not in desk.log]
        rng.shuffle(missing)
        for stamp, changes in missing:
            desk.take(stamp, changes)
            desk.take(stamp, changes)
        results.append(shown(desk.state))
    anew = Desk("new", 0)
    shuffled = list(everything.values())
    rng.shuffle(shuffled)
    for stamp, changes in shuffled:
        anew.take(stamp, changes)
    results.append(shown(anew.state))
    assert len({value_key(result) for result in results}) == 1


@settings(max_examples=200, deadline=None)
@given(st.lists(_STEP, max_size=40))
def test_nothing_is_lost_without_somebody_who_saw_it(steps: list[tuple[int, str, str, Any, int]]) -> None:
    desks = play(steps)
    for desk in desks:
        desks[0].meet(desk)
    state = desks[0].state
    log = desks[0].log
    named = {
        (c.field, dot.device, dot.count) for _, changes in log.values() for c in changes for dot in c.over
    }
    live = set()
    notes = 0
    if state is not None:
        for field, writes in state.sets.items():
            live |= {(field, w.stamp.device, w.stamp.count) for w in writes}
        notes = sum(len(each) for each in state.notes.values())
    for stamp, changes in log.values():
        for change in changes:
            if change.op is Op.SET:
                key = (change.field, stamp.device, stamp.count)
                assert (key in live) != (key in named)
    assert notes == sum(c.op is Op.APPEND for _, changes in log.values() for c in changes)


def test_values_written_without_sight_of_each_other_are_both_kept_until_settled() -> None:
    one, two = Desk("a", 10), Desk("b", 20)
    one.write("title", Op.SET, "left")
    two.write("title", Op.SET, "right")
    one.meet(two)
    record = shown(one.state)
    assert record is not None
    assert record.fields["title"] == "right"
    assert [c.value for c in record.conflicts["title"]] == ["right", "left"]
    one.write("title", Op.SET, "both")
    two.meet(one)
    settled = shown(two.state)
    assert settled is not None
    assert settled.conflicts == {}
    assert settled.fields["title"] == "both"


def test_equal_values_are_no_conflict_but_one_and_true_are() -> None:
    for values, conflict in ((("x", "x"), False), ((1, True), True), ((1, 1.0), True)):
        one, two = Desk("a", 10), Desk("b", 20)
        one.write("title", Op.SET, values[0])
        two.write("title", Op.SET, values[1])
        one.meet(two)
        record = shown(one.state)
        assert record is not None
        assert bool(record.conflicts) is conflict


def test_an_addition_that_the_removal_had_not_seen_survives() -> None:
    one, two = Desk("a", 10), Desk("b", 20)
    one.write("tag_set", Op.ADD, "x")
    two.meet(one)
    two.write("tag_set", Op.ADD, "x")
    one.write("tag_set", Op.REMOVE, "x")
    one.meet(two)
    record = shown(one.state)
    assert record is not None
    assert record.fields["tag_set"] == ("x",)


def test_a_value_set_and_set_again_in_one_entry_is_the_last_one_even_if_superseded_before_it_came() -> None:

    stamp = Stamp(5, "a", 1, 0)
    own = (Dot("a", 1),)
    first = Change("r", "k", "t", Op.SET, 1)
    second = Change("r", "k", "t", Op.SET, 2, own)
    state = apply(apply(None, stamp, first), stamp, second)
    assert view(state, "r", "c", str).fields == {"t": 2}
    later = apply(None, Stamp(9, "b", 1, 0), Change("r", "k", "t", Op.SET, 3, own))
    later = apply(apply(later, stamp, first), stamp, second)
    assert view(later, "r", "c", str).fields == {"t": 3}
    assert not view(later, "r", "c", str).conflicts


def test_a_state_comes_back_from_its_bytes() -> None:
    desk = Desk("a", 10)
    for field, op in _FIELDS.items():
        desk.write(field, op, "v")
    assert desk.state is not None
    again = load_state(dump_state(desk.state))
    assert again == desk.state
    assert references(again) == {("case_id", "v")}


def test_created_and_changed_are_the_earliest_and_latest_whatever_came_first() -> None:
    late = Stamp(9, "b", 1, 900)
    early = Stamp(3, "a", 1, 300)
    state = apply(None, late, Change("r", "new-kind", "t", Op.SET, 1))
    state = apply(state, early, Change("r", "old-kind", "u", Op.SET, 1))
    record = view(state, "r", "c", str)
    assert (record.kind, record.created_at, record.created_by) == ("old-kind", 300, "a")
    assert (record.changed_at, record.changed_by) == (900, "b")


@given(st.integers(-5, 1 << 50), st.integers(0, HLC_MOST), st.integers(0, HLC_MOST))
def test_a_clock_never_runs_backwards_and_ends_at_its_limit(now: int, last: int, seen: int) -> None:
    new = tick(now, last, seen)
    assert new > max(last, seen) or new == HLC_MOST
    assert new >= min(max(now, 0) << 16, HLC_MOST)
    assert wall_ms(new) >= max(now, 0) or new == HLC_MOST
